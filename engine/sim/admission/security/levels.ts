/** What a namespace's labels ask of its pods. Pure. */
import { type FieldError, invalid } from '../../validation/fielderror.ts';

const LEVELS = ['privileged', 'baseline', 'restricted'] as const;
export type Level = (typeof LEVELS)[number];

export interface Wanted {
  level: Level;
  /** As the label has it: `latest`, or `v1.` and a number. */
  version: string;
}

export interface Policy {
  enforce: Wanted;
  audit: Wanted;
  warn: Wanted;
}

const PREFIX = 'pod-security.kubernetes.io/';
const MODES = ['enforce', 'audit', 'warn'] as const;

export const shown = ({ level, version }: Wanted): string => `${level}:${version}`;

/** The minor version whose checks are made. */
export const minorOf = ({ version }: Wanted): number =>
  version === 'latest' ? Number.MAX_SAFE_INTEGER : Number(version.slice('v1.'.length));

export const isStricter = (a: Level, b: Level): boolean => LEVELS.indexOf(a) > LEVELS.indexOf(b);

const parseLevel = (text: string): Level | undefined => LEVELS.find((one) => one === text);

/** With what is wrong with the labels: of those the strictest level is enforced, and nobody is warned. */
export function policyOf(labels: Readonly<Record<string, string>> = {}): { policy: Policy; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const refuse = (label: string, text: string) =>
    errors.push(invalid(`metadata.labels[${PREFIX}${label}]`, labels[`${PREFIX}${label}`], text));
  const wanted = (mode: (typeof MODES)[number]): Wanted => {
    const [level, version] = [labels[`${PREFIX}${mode}`], labels[`${PREFIX}${mode}-version`]];
    const made: Wanted = { level: 'privileged', version: 'latest' };
    if (level !== undefined) {
      const parsed = parseLevel(level);
      if (!parsed) refuse(mode, `must be one of ${LEVELS.join(', ')}`);
      made.level = parsed ?? (mode === 'enforce' ? 'restricted' : 'privileged');
    }
    if (version !== undefined) {
      const isKnown = /^(latest|v1\.(0|[1-9]\d*))$/.test(version);
      if (!isKnown) refuse(`${mode}-version`, 'must be "latest" or "v1.x"');
      else made.version = version;
    }
    return made;
  };
  const [enforce, audit, warn] = [wanted('enforce'), wanted('audit'), wanted('warn')];
  // Who says nothing of warnings is warned of what is enforced.
  if (labels[`${PREFIX}warn`] === undefined && parseLevel(labels[`${PREFIX}enforce`] ?? '') !== undefined) {
    if (isStricter(enforce.level, warn.level)) {
      warn.level = enforce.level;
      if (labels[`${PREFIX}warn-version`] === undefined) warn.version = enforce.version;
    }
  }
  return { policy: { enforce, audit, warn }, errors };
}
