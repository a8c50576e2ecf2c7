/** Who of a pod does what is forbidden, and how that is told. Pure. */
import { at } from '../../json.ts';
import { type Dict, isDict } from '../../types.ts';

/** A pod, or what a workload makes its pods from. */
export interface Seen {
  annotations: Readonly<Record<string, string>>;
  spec: Dict;
  /** Of all three lists. */
  containers: readonly Dict[];
}

export const dicts = (value: unknown): Dict[] => (Array.isArray(value) ? value.filter(isDict) : []);
export const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

export function seen({ metadata, spec }: { metadata?: unknown; spec: Dict }): Seen {
  const annotations = at(metadata, 'annotations');
  return {
    annotations: isDict(annotations) ? (annotations as Record<string, string>) : {},
    spec,
    containers: [...dicts(spec.initContainers), ...dicts(spec.containers), ...dicts(spec.ephemeralContainers)],
  };
}

/** True, or the values that are forbidden: none is right. */
type Verdict = boolean | readonly string[];
const isBad = (verdict: Verdict): boolean => (typeof verdict === 'boolean' ? verdict : verdict.length > 0);

export interface Offenders {
  /** Whether the pod itself does it, for all of its containers. */
  pod: boolean;
  /** The containers that do. */
  names: string[];
  /** What they set, each once, in order. */
  values: string[];
}

function judged(pod: Verdict, containers: readonly (readonly [Dict, Verdict])[]): Offenders {
  const wrong = containers.filter(([, verdict]) => isBad(verdict));
  const values = [pod, ...wrong.map(([, verdict]) => verdict)].flatMap((one) => (typeof one === 'boolean' ? [] : one));
  return { pod: isBad(pod), names: wrong.map(([{ name }]) => String(name)), values: [...new Set(values)].sort() };
}

export const containersThat = ({ containers }: Seen, test: (container: Dict) => Verdict): Offenders =>
  judged(
    false,
    containers.map((one) => [one, test(one)] as const),
  );

/** Holds the pod's security context and its containers' against the same test. */
export const contextsThat = ({ spec, containers }: Seen, test: (context: Dict) => Verdict): Offenders => {
  const verdict = ({ securityContext }: Dict): Verdict => isDict(securityContext) && test(securityContext);
  return judged(
    verdict(spec),
    containers.map((one) => [one, verdict(one)] as const),
  );
};

export const plural = (one: string, more: string, list: readonly unknown[]): string => (list.length === 1 ? one : more);
export const quoted = (list: readonly string[]): string => list.map((one) => `"${one}"`).join(', ');
export const containers = (names: readonly string[]): string =>
  `${plural('container', 'containers', names)} ${quoted(names)}`;

/** As the subject of a sentence; empty where nobody does it. */
export const settersOf = ({ pod, names }: Offenders): string[] => [
  ...(pod ? ['pod'] : []),
  ...(names.length > 0 ? [containers(names)] : []),
];
