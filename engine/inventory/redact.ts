/** An object as it may be shown: secret fields masked, what only machines read left out. */
import type { Provider as ProviderDocument } from '../api/types.ts';
import { pathSteps } from './path.ts';

export const MASK = '<redacted>';
/** Holds a copy of the whole object, secrets included. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

type Fields = Record<string, unknown>;

function mask(value: unknown, steps: readonly string[], at: number): void {
  if (typeof value !== 'object' || value === null) return;
  const fields = value as Fields;
  const step = steps[at] ?? '';
  for (const key of step === '*' ? Object.keys(fields) : [step]) {
    if (!Object.hasOwn(fields, key)) continue;
    if (at === steps.length - 1) fields[key] = MASK;
    else mask(fields[key], steps, at + 1);
  }
}

/**
 * A copy without managedFields and the last-applied annotation, in which `paths` (a provider's `redact`) are masked,
 * as are the values of a Secret whatever the paths say.
 */
export function redacted(object: object, paths: ProviderDocument['spec']['redact'] = []): Fields {
  const copy = structuredClone(object) as Fields & { metadata?: Fields };
  const { metadata } = copy;
  if (metadata !== undefined && metadata !== null) {
    delete metadata.managedFields;
    const annotations = metadata.annotations as Fields | undefined;
    if (annotations) delete annotations[LAST_APPLIED];
  }
  const all = copy.kind === 'Secret' ? [...paths, 'data.*', 'stringData.*'] : paths;
  for (const each of all) mask(copy, pathSteps(each), 0);
  return copy;
}
