/** The checks of Pod Security, as data: since which version each is made, and how it is told. Pure. */
import { at } from '../../json.ts';
import * as detail from './details.ts';
import { minorOf, type Wanted } from './levels.ts';
import { plural, type Seen } from './words.ts';

interface Check {
  reason: string | ((pod: Seen) => string);
  level: 'baseline' | 'restricted';
  find: detail.Detail;
  /** The first minor version that makes it, and the first that doesn't any more. */
  since?: number;
  until?: number;
  /** The first minor version of the restricted level that looks closer instead. */
  closer?: number;
  /** The first minor version that spares pods for Windows. */
  spared?: number;
}

/** In the order in which they are told. */
const CHECKS: readonly Check[] = [
  {
    reason: (pod) => plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', detail.appArmor(pod).profiles),
    level: 'baseline',
    find: detail.appArmorProfiles,
  },
  { reason: 'non-default capabilities', level: 'baseline', find: detail.capabilities, closer: 22 },
  { reason: 'host namespaces', level: 'baseline', find: detail.hostNamespaces },
  { reason: 'hostPath volumes', level: 'baseline', find: detail.hostPaths, closer: 0 },
  { reason: 'hostPort', level: 'baseline', find: detail.hostPorts },
  { reason: 'probe or lifecycle host', level: 'baseline', find: detail.hosts, since: 34 },
  { reason: 'privileged', level: 'baseline', find: detail.privileged },
  { reason: 'procMount', level: 'baseline', find: detail.procMounts },
  { reason: 'seLinuxOptions', level: 'baseline', find: detail.seLinux },
  { reason: 'seccompProfile', level: 'baseline', find: detail.seccompAnnotations, until: 19 },
  { reason: 'seccompProfile', level: 'baseline', find: detail.seccomp, since: 19, closer: 19 },
  { reason: 'forbidden sysctls', level: 'baseline', find: detail.sysctls },
  { reason: 'hostProcess', level: 'baseline', find: detail.hostProcess },
  {
    reason: 'allowPrivilegeEscalation != false',
    level: 'restricted',
    find: detail.escalation,
    since: 8,
    spared: 25,
  },
  {
    reason: 'unrestricted capabilities',
    level: 'restricted',
    find: detail.restrictedCapabilities,
    since: 22,
    spared: 25,
  },
  { reason: 'restricted volume types', level: 'restricted', find: detail.volumeTypes },
  { reason: 'runAsNonRoot != true', level: 'restricted', find: detail.nonRoot },
  { reason: 'runAsUser=0', level: 'restricted', find: detail.rootUser, since: 23 },
  { reason: 'seccompProfile', level: 'restricted', find: detail.restrictedSeccomp, since: 19, spared: 25 },
];

export interface Violation {
  reason: string;
  detail: string;
}

/** What a level forbids of a pod. */
export function violations(wanted: Wanted, pod: Seen): Violation[] {
  if (wanted.level === 'privileged') return [];
  const minor = minorOf(wanted);
  const restricted = wanted.level === 'restricted';
  const windows = at(pod.spec, 'os', 'name') === 'windows';
  return CHECKS.flatMap(
    ({ reason, level, find, since = 0, until = Infinity, closer = Infinity, spared = Infinity }) => {
      if (minor < since || minor >= until || (level === 'restricted' && !restricted)) return [];
      if ((restricted && minor >= closer) || (windows && minor >= spared)) return [];
      const found = find(pod, minor);
      return found === undefined ? [] : [{ reason: typeof reason === 'string' ? reason : reason(pod), detail: found }];
    },
  );
}
