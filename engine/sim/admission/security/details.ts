/** What of a pod each check of Pod Security forbids, in a real server's words; undefined where nothing is. Pure. */
import { at } from '../../json.ts';
import { type Dict, isDict } from '../../types.ts';
import {
  containers,
  containersThat,
  contextsThat,
  dicts,
  type Offenders,
  plural,
  quoted,
  type Seen,
  settersOf,
  texts,
} from './words.ts';

export type Detail = (pod: Seen, minor: number) => string | undefined;

/** What of a list is allowed, each part since a minor version. */
type Allowed = readonly (readonly [since: number, values: string])[];

const CAPABILITIES =
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT';
const SELINUX_TYPES: Allowed = [
  [0, 'container_t container_init_t container_kvm_t'],
  [31, 'container_engine_t'],
];
const SYSCTLS: Allowed = [
  [
    0,
    'kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range net.ipv4.ip_unprivileged_port_start',
  ],
  [27, 'net.ipv4.ip_local_reserved_ports'],
  [
    29,
    'net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes',
  ],
  [32, 'net.ipv4.tcp_rmem net.ipv4.tcp_wmem'],
];
const VOLUMES = 'configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret'.split(' ');
const PROFILES = ['RuntimeDefault', 'Localhost'];

const allowedAt = (allowed: Allowed, minor: number): string[] =>
  allowed.flatMap(([since, values]) => (since <= minor ? values.split(' ') : []));
/** The value, where it is set and not among those. */
const unless = (allowed: readonly string[], value: unknown): string[] =>
  value === undefined || allowed.includes(String(value)) ? [] : [String(value)];
const own = (container: Dict, ...path: string[]): unknown => at(container, 'securityContext', ...path);
const by = (found: Offenders, rest: (values: string[]) => string): string | undefined => {
  const setters = settersOf(found);
  return setters.length > 0 ? `${setters.join(' and ')} ${rest(found.values)}` : undefined;
};

/** The annotations that set a profile of their own. */
const profiles = (pairs: readonly (readonly [string, string | undefined])[], allowed: RegExp): string[] =>
  pairs
    .flatMap(([key, value]) => (value !== undefined && !allowed.test(value) ? [`${key}=${JSON.stringify(value)}`] : []))
    .sort();

/** Who sets an AppArmor profile, and the profiles. */
export function appArmor(pod: Seen): { setters: string[]; profiles: string[] } {
  const found = contextsThat(pod, (context) => unless(PROFILES, at(context, 'appArmorProfile', 'type')));
  const prefix = 'container.apparmor.security.beta.kubernetes.io/';
  const pairs = Object.entries(pod.annotations).filter(([key]) => key.startsWith(prefix));
  const annotations = profiles(pairs, /^($|runtime\/default$|localhost\/)/);
  const also = annotations.length > 0 ? [plural('annotation', 'annotations', annotations)] : [];
  return { setters: [...settersOf(found), ...also], profiles: [...found.values, ...annotations] };
}

export const appArmorProfiles: Detail = (pod) => {
  const { setters, profiles } = appArmor(pod);
  if (setters.length === 0) return undefined;
  return `${setters.join(' and ')} must not set AppArmor profile type to ${quoted(profiles)}`;
};

const addedCapabilities = (pod: Seen, allowed: readonly string[]): string | undefined =>
  by(
    containersThat(pod, (one) =>
      texts(own(one, 'capabilities', 'add')).flatMap((capability) => unless(allowed, capability)),
    ),
    (values) => `must not include ${quoted(values)} in securityContext.capabilities.add`,
  );

export const capabilities: Detail = (pod) => addedCapabilities(pod, CAPABILITIES.split(' '));

export const restrictedCapabilities: Detail = (pod) => {
  const keeping = containersThat(pod, (one) => !texts(own(one, 'capabilities', 'drop')).includes('ALL'));
  const details = [
    by(keeping, () => 'must set securityContext.capabilities.drop=["ALL"]'),
    addedCapabilities(pod, ['NET_BIND_SERVICE']),
  ];
  return details.filter((one) => one !== undefined).join('; ') || undefined;
};

export const hostNamespaces: Detail = ({ spec }) =>
  ['hostNetwork', 'hostPID', 'hostIPC']
    .filter((name) => spec[name] === true)
    .map((name) => `${name}=true`)
    .join(', ') || undefined;

export const hostPaths: Detail = ({ spec }) => {
  const names = dicts(spec.volumes).flatMap(({ name, hostPath }) => (hostPath ? [String(name)] : []));
  return names.length > 0 ? `${plural('volume', 'volumes', names)} ${quoted(names)}` : undefined;
};

export const hostPorts: Detail = (pod) =>
  users(
    containersThat(pod, ({ ports }) => dicts(ports).flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []))),
    'hostPort',
    (ports) => ports.join(', '),
  );

const users = ({ names, values }: Offenders, what: string, list = quoted): string | undefined =>
  names.length > 0
    ? `${containers(names)} ${plural('uses', 'use', names)} ${plural(what, `${what}s`, values)} ${list(values)}`
    : undefined;

const HANDLERS = ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle.postStart', 'lifecycle.preStop'];

export const hosts: Detail = (pod) => {
  const found = containersThat(pod, (one) =>
    HANDLERS.flatMap((path) =>
      ['httpGet', 'tcpSocket'].flatMap((way) => at(one, ...path.split('.'), way, 'host') || []).map(String),
    ),
  );
  return users({ ...found, names: found.names.sort() }, 'probe or lifecycle host');
};

export const privileged: Detail = (pod) =>
  by(
    containersThat(pod, (one) => own(one, 'privileged') === true),
    () => 'must not set securityContext.privileged=true',
  );

export const procMounts: Detail = (pod) =>
  by(
    containersThat(pod, (one) => unless(['Default'], own(one, 'procMount'))),
    (values) => `must not set securityContext.procMount to ${quoted(values)}`,
  );

export const seLinux: Detail = (pod, minor) => {
  const types = ['', ...allowedAt(SELINUX_TYPES, minor)];
  const said = new Set<string>();
  const found = contextsThat(pod, ({ seLinuxOptions }) => {
    if (!isDict(seLinuxOptions)) return false;
    const set = ['user', 'role'].filter((name) => seLinuxOptions[name]);
    for (const name of set) said.add(name);
    const wrong = unless(types, seLinuxOptions.type);
    return wrong.length > 0 ? wrong : set.length > 0;
  });
  const own = ['user', 'role'].filter((name) => said.has(name)).map((name) => `${name} may not be set`);
  return by(found, (values) => {
    const type = values.length > 0 ? [`${plural('type', 'types', values)} ${quoted(values)}`] : [];
    return `set forbidden securityContext.seLinuxOptions: ${[...type, ...own].join('; ')}`;
  });
};

export const seccomp: Detail = (pod) =>
  by(
    contextsThat(pod, (context) => unless(PROFILES, at(context, 'seccompProfile', 'type'))),
    (values) => `must not set securityContext.seccompProfile.type to ${quoted(values)}`,
  );

export const seccompAnnotations: Detail = ({ annotations, containers }) => {
  const keys = containers.map(({ name }) => `container.seccomp.security.alpha.kubernetes.io/${String(name)}`);
  const pairs = ['seccomp.security.alpha.kubernetes.io/pod', ...keys].map((key) => [key, annotations[key]] as const);
  const wrong = profiles(pairs, /^((runtime|docker)\/default$|localhost\/)/);
  return wrong.length > 0 ? `forbidden ${plural('annotation', 'annotations', wrong)} ${wrong.join(', ')}` : undefined;
};

/** Of what the pod has not set for all, a container has to set it. */
const missing = (pod: Seen, field: string, must: string): string | undefined => {
  if (at(pod.spec, 'securityContext', field)) return undefined;
  const { names } = containersThat(pod, (one) => own(one, field) === undefined);
  return names.length > 0 ? `pod or ${containers(names)} must set securityContext.${must}` : undefined;
};

export const restrictedSeccomp: Detail = (pod, minor) =>
  seccomp(pod, minor) ?? missing(pod, 'seccompProfile', 'seccompProfile.type to "RuntimeDefault" or "Localhost"');

export const nonRoot: Detail = (pod) =>
  by(
    contextsThat(pod, ({ runAsNonRoot }) => runAsNonRoot === false),
    () => 'must not set securityContext.runAsNonRoot=false',
  ) ?? missing(pod, 'runAsNonRoot', 'runAsNonRoot=true');

export const rootUser: Detail = (pod) =>
  by(
    contextsThat(pod, ({ runAsUser }) => runAsUser === 0),
    () => 'must not set runAsUser=0',
  );

export const escalation: Detail = (pod) =>
  by(
    containersThat(pod, (one) => own(one, 'allowPrivilegeEscalation') !== false),
    () => 'must set securityContext.allowPrivilegeEscalation=false',
  );

export const sysctls: Detail = ({ spec }, minor) => {
  const allowed = allowedAt(SYSCTLS, minor);
  return (
    dicts(at(spec, 'securityContext', 'sysctls'))
      .flatMap(({ name }) => unless(allowed, name))
      .join(', ') || undefined
  );
};

export const volumeTypes: Detail = ({ spec }) => {
  const wrong = dicts(spec.volumes).filter((volume) => !VOLUMES.some((type) => type in volume));
  const names = wrong.map(({ name }) => String(name));
  const types = wrong.map((volume) => Object.keys(volume).find((key) => key !== 'name') ?? 'unknown');
  if (names.length === 0) return undefined;
  const each = [...new Set(types)].sort();
  return `${plural('volume', 'volumes', names)} ${quoted(names)} ${plural('uses', 'use', names)} ${plural('restricted volume type', 'restricted volume types', each)} ${quoted(each)}`;
};

export const hostProcess: Detail = (pod) =>
  by(
    contextsThat(pod, (context) => at(context, 'windowsOptions', 'hostProcess') === true),
    () => 'must not set securityContext.windowsOptions.hostProcess=true',
  );
