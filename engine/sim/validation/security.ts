/** What a pod and its containers may do on their node. */
import { type Dict, isDict } from '../types.ts';
import { dict, oneOf, text } from './checks.ts';
import { type FieldError, invalid, required } from './fielderror.ts';
import { sameHostPorts } from './host.ts';
import { validateSysctls } from './sysctls.ts';
import { validateWindowsOptions } from './system.ts';

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
      const absent = part === 'seLinuxOptions' ? '' : null;
      return [capital(name), isDict(value) && STRUCTURE[name] ? printed(value, name) : (value ?? absent)];
    }),
  );

export function validateSecurity(security: Dict, field: string, hostUsers: boolean): FieldError[] {
  const errors = [
    ...ids(security, field, 'runAsUser', 'runAsGroup'),
    ...oneOf(security, field, 'procMount', ['Default', 'Unmasked']),
  ];
  if (hostUsers && security.procMount === 'Unmasked')
    errors.push(invalid(`${field}.procMount`, 'Unmasked', '`hostUsers` must be false to use `Unmasked`'));
  errors.push(...profile(security, field, 'seccompProfile', 'seccomp'));
  if (security.allowPrivilegeEscalation === false) {
    const refuse = (what: string): FieldError =>
      invalid(field, printed(security), `cannot set \`allowPrivilegeEscalation\` to false and ${what}`);
    if (security.privileged === true) errors.push(refuse('`privileged` to true'));
    const added = dict(security.capabilities).add;
    if (Array.isArray(added) && added.includes('CAP_SYS_ADMIN'))
      errors.push(refuse('`capabilities.Add` CAP_SYS_ADMIN'));
  }
  return [
    ...errors,
    ...validateWindowsOptions(security, field),
    ...profile(security, field, 'appArmorProfile', 'AppArmor'),
  ];
}

export function validatePodSecurity(spec: Dict, field: string): FieldError[] {
  const security = dict(spec.securityContext);
  const at = `${field}.securityContext`;
  const groups = Array.isArray(security.supplementalGroups) ? security.supplementalGroups : [];
  const errors = [
    ...sameHostPorts(spec, field),
    ...ids(security, at, 'fsGroup', 'runAsUser', 'runAsGroup'),
    ...groups.flatMap((group, index) => id(group, `${at}.supplementalGroups[${index}]`)),
  ];
  if (spec.shareProcessNamespace === true && spec.hostPID === true)
    errors.push(
      invalid(`${at}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'),
    );
  return [
    ...errors,
    ...validateSysctls(spec, `${at}.sysctls`),
    ...oneOf(security, at, 'fsGroupChangePolicy', ['Always', 'OnRootMismatch']),
    ...profile(security, at, 'seccompProfile', 'seccomp'),
    ...validateWindowsOptions(security, at),
    ...profile(security, at, 'appArmorProfile', 'AppArmor'),
    ...oneOf(security, at, 'supplementalGroupsPolicy', ['Merge', 'Strict']),
  ];
}
