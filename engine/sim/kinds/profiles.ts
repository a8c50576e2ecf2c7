/** Annotations that once set the profiles of a new pod's containers: what has become of them. */
import { at, equal } from '../json.ts';
import { type Dict, isDict, type SimObject } from '../types.ts';

const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';

const containersOf = (spec: Dict): Dict[] =>
  ['initContainers', 'containers'].flatMap((part) => {
    const list = spec[part];
    return Array.isArray(list) ? list.filter(isDict) : [];
  });

function appArmorOf(annotation: string): Dict | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  const [, name] = /^localhost\/(.+)$/s.exec(annotation) ?? [];
  return name === undefined ? undefined : { type: 'Localhost', localhostProfile: name };
}

/** The field takes over what the annotation says, where it says nothing itself. */
export function adoptAppArmor({ metadata }: SimObject, spec: Dict, warn: (message: string) => void): void {
  const { annotations = {} } = metadata;
  if (at(spec, 'os', 'name') === 'windows') return;
  for (const container of containersOf(spec)) {
    const key = `${APPARMOR}${String(container.name)}`;
    const annotation = annotations[key];
    if (annotation === undefined || at(container, 'securityContext', 'appArmorProfile') !== undefined) continue;
    const profile = appArmorOf(annotation);
    if (profile && equal(profile, at(spec, 'securityContext', 'appArmorProfile'))) continue;
    if (profile)
      container.securityContext = {
        ...(isDict(container.securityContext) ? container.securityContext : {}),
        appArmorProfile: profile,
      };
    warn(`metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
  }
}

/** Those of seccomp do nothing any more. */
export function deadSeccomp({ metadata, spec }: SimObject, old: SimObject | undefined): string[] {
  const { annotations = {} } = metadata;
  if (old || !isDict(spec)) return [];
  const holders: [string, Dict][] = [
    [SECCOMP, spec],
    ...containersOf(spec).map((one): [string, Dict] => [`${SECCOMP_CONTAINER}${String(one.name)}`, one]),
  ];
  return holders.flatMap(([key, holder]) =>
    annotations[key] !== undefined && at(holder, 'securityContext', 'seccompProfile') === undefined
      ? [`metadata.annotations[${key}]: non-functional in v1.27+; use the "seccompProfile" field instead`]
      : [],
  );
}
