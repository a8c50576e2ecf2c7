/** What a pod and its containers may do on their node. */
import { type Dict, isDict } from '../types.ts';
import { dict, list, oneOf, text } from './checks.ts';
import { denied, duplicate, type FieldError, invalid, required } from './fielderror.ts';

const ID_RANGE = 'must be between 0 and 2147483647, inclusive';

const id = (value: unknown, field: string): FieldError[] =>
  typeof value === 'number' && (value < 0 || value > 2_147_483_647) ? [invalid(field, value, ID_RANGE)] : [];

const ids = (of: Dict, field: string, ...names: string[]): FieldError[] =>
  names.flatMap((name) => id(of[name], `${field}.${name}`));

const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined'];

/** A profile of seccomp or AppArmor, which has a name only where it is the node's own. */
function profile(security: Dict, field: string, part: string, called: string): FieldError[] {
  const of = security[part];
  if (!isDict(of)) return [];
  const at = `${field}.${part}`;
  const name = of.localhostProfile;
  if (!text(of.type)) return [required(`${at}.type`, `type is required when ${part} is set`)];
  const errors = oneOf(of, at, 'type', PROFILES, true);
  const where = `${at}.localhostProfile`;
  if (of.type === 'Localhost') {
    if (!text(name)) errors.push(required(where, `must be set when ${called} type is Localhost`));
    else if (text(name).startsWith('/')) errors.push(invalid(where, name, 'must be a relative path'));
    else if (text(name).split('/').includes('..')) errors.push(invalid(where, name, "must not contain '..'"));
  } else if (name !== undefined)
    errors.push(
      invalid(
        where,
        part === 'seccompProfile' ? { Type: of.type, LocalhostProfile: name } : name,
        `can only be set when ${called} type is Localhost`,
      ),
    );
  return errors;
}

/** Names of the server's own structure, in its order; each its own capital. */
const STRUCTURE: Record<string, readonly string[]> = {
  '': [
    'capabilities',
    'privileged',
    'seLinuxOptions',
    'windowsOptions',
    'runAsUser',
    'runAsGroup',
    'runAsNonRoot',
    'readOnlyRootFilesystem',
    'allowPrivilegeEscalation',
    'procMount',
    'seccompProfile',
    'appArmorProfile',
  ],
  capabilities: ['add', 'drop'],
  seLinuxOptions: ['user', 'role', 'type', 'level'],
  windowsOptions: ['gmsaCredentialSpecName', 'gmsaCredentialSpec', 'runAsUserName', 'hostProcess'],
  seccompProfile: ['type', 'localhostProfile'],
  appArmorProfile: ['type', 'localhostProfile'],
};

const capital = (name: string): string =>
  name.replace(/^(seL|gmsa|.)/, (start) => (start === 'seL' ? 'SEL' : start.toUpperCase()));

const printed = (of: Dict, part = ''): Dict =>
  Object.fromEntries(
    STRUCTURE[part]!.map((name) => {
      const value = of[name];
      return [capital(name), isDict(value) && STRUCTURE[name] ? printed(value, name) : (value ?? null)];
    }),
  );

export function validateSecurity(security: Dict, field: string): FieldError[] {
  const errors = [
    ...ids(security, field, 'runAsUser', 'runAsGroup'),
    ...oneOf(security, field, 'procMount', ['Default', 'Unmasked']),
    ...profile(security, field, 'seccompProfile', 'seccomp'),
  ];
  if (security.allowPrivilegeEscalation === false) {
    const refuse = (what: string): FieldError =>
      invalid(field, printed(security), `cannot set \`allowPrivilegeEscalation\` to false and ${what}`);
    if (security.privileged === true) errors.push(refuse('`privileged` to true'));
    const added = dict(security.capabilities).add;
    if (Array.isArray(added) && added.includes('CAP_SYS_ADMIN'))
      errors.push(refuse('`capabilities.Add` CAP_SYS_ADMIN'));
  }
  return [...errors, ...profile(security, field, 'appArmorProfile', 'AppArmor')];
}

const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;
const SYSCTL_TEXT =
  'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';

function sysctls(given: Dict[], field: string): FieldError[] {
  const names = new Set<string>();
  return given.flatMap((one, index) => {
    const at = `${field}[${index}].name`;
    const name = text(one.name);
    if (!name) return [required(at)];
    if (name.length > 253 || !SYSCTL.test(name)) return [invalid(at, name, SYSCTL_TEXT)];
    if (names.has(name)) return [duplicate(at, name)];
    names.add(name);
    return [];
  });
}

/** What a pod of one system can't have, by the system. */
const FOREIGN: Record<string, { pod: string[]; security: string[]; container: string[]; why: string }> = {
  windows: {
    why: 'cannot be set for a windows pod',
    pod: ['hostPID', 'hostIPC'],
    security: [
      'appArmorProfile',
      'seLinuxOptions',
      'seccompProfile',
      'fsGroup',
      'fsGroupChangePolicy',
      'sysctls',
      'runAsUser',
      'runAsGroup',
      'supplementalGroups',
      'supplementalGroupsPolicy',
    ],
    container: [
      'appArmorProfile',
      'seLinuxOptions',
      'seccompProfile',
      'capabilities',
      'readOnlyRootFilesystem',
      'privileged',
      'allowPrivilegeEscalation',
      'procMount',
      'runAsUser',
      'runAsGroup',
    ],
  },
  linux: {
    why: 'windows options cannot be set for a linux pod',
    pod: [],
    security: ['windowsOptions'],
    container: ['windowsOptions'],
  },
};

export function validateSystem(spec: Dict, field: string): FieldError[] {
  if (!isDict(spec.os)) return [];
  const name = text(spec.os.name);
  if (!name) return [required(`${field}.os.name`)];
  const foreign = FOREIGN[name];
  if (!foreign) return oneOf({ os: name }, field, 'os', ['linux', 'windows']);
  const forbidden = (of: Dict, where: string, names: readonly string[]): FieldError[] =>
    names
      .filter((one) => of[one] !== undefined && of[one] !== false)
      .map((one) => denied(`${where}.${one}`, foreign.why));
  return [
    ...forbidden(spec, field, foreign.pod),
    ...forbidden(dict(spec.securityContext), `${field}.securityContext`, foreign.security),
    ...['containers', 'initContainers'].flatMap((part) =>
      list(spec[part]).flatMap((one, index) =>
        forbidden(dict(one.securityContext), `${field}.${part}[${index}].securityContext`, foreign.container),
      ),
    ),
  ];
}

/** A pod in its node's network has its ports there. */
const hostPorts = (spec: Dict, field: string): FieldError[] =>
  ['containers', 'initContainers'].flatMap((part) =>
    list(spec[part]).flatMap((one, index) =>
      list(one.ports).flatMap((port, at) =>
        spec.hostNetwork === true && port.hostPort !== port.containerPort
          ? [
              invalid(
                `${field}.${part}[${index}].ports[${at}].hostPort`,
                port.hostPort,
                'must match `containerPort` when `hostNetwork` is true',
              ),
            ]
          : [],
      ),
    ),
  );

export function validatePodSecurity(spec: Dict, field: string): FieldError[] {
  const security = dict(spec.securityContext);
  const at = `${field}.securityContext`;
  const groups = Array.isArray(security.supplementalGroups) ? security.supplementalGroups : [];
  const errors = [
    ...hostPorts(spec, field),
    ...ids(security, at, 'fsGroup', 'runAsUser', 'runAsGroup'),
    ...groups.flatMap((group, index) => id(group, `${at}.supplementalGroups[${index}]`)),
  ];
  if (spec.shareProcessNamespace === true && spec.hostPID === true)
    errors.push(
      invalid(`${at}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'),
    );
  return [
    ...errors,
    ...sysctls(list(security.sysctls), `${at}.sysctls`),
    ...oneOf(security, at, 'fsGroupChangePolicy', ['Always', 'OnRootMismatch']),
    ...profile(security, at, 'seccompProfile', 'seccomp'),
    ...profile(security, at, 'appArmorProfile', 'AppArmor'),
    ...oneOf(security, at, 'supplementalGroupsPolicy', ['Merge', 'Strict']),
  ];
}
