/** What a pod of one operating system has that one of another has not. */
import { at, equal } from '../json.ts';
import { type Dict, isDict } from '../types.ts';
import { dict, list, named, oneOf, text } from './checks.ts';
import { denied, type FieldError, invalid, required } from './fielderror.ts';
import { subdomain } from './names.ts';

/** What a pod of a system can't have, by the system, in the order in which it is refused. */
const FOREIGN: Record<string, { pod: string[]; container: string[]; why: string }> = {
  windows: {
    why: 'cannot be set for a windows pod',
    pod: [
      'securityContext.appArmorProfile',
      'securityContext.seLinuxOptions',
      'hostUsers',
      'hostPID',
      'hostIPC',
      'securityContext.seccompProfile',
      'securityContext.fsGroup',
      'securityContext.fsGroupChangePolicy',
      'securityContext.sysctls',
      'shareProcessNamespace',
      'securityContext.runAsUser',
      'securityContext.runAsGroup',
      'securityContext.supplementalGroups',
      'securityContext.supplementalGroupsPolicy',
      'securityContext.seLinuxChangePolicy',
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
    pod: ['securityContext.windowsOptions'],
    container: ['windowsOptions'],
  },
};

/** Fields that can't tell "no" from being absent. */
const PLAIN = ['hostPID', 'hostIPC'];

export function validateSystem(spec: Dict, field: string): FieldError[] {
  if (!isDict(spec.os)) return [];
  const name = text(spec.os.name);
  if (!name) return [required(`${field}.os.name`)];
  const foreign = FOREIGN[name];
  if (!foreign) return oneOf({ os: name }, field, 'os', ['linux', 'windows']);
  const forbidden = (of: Dict, where: string, paths: readonly string[]): FieldError[] =>
    paths
      .filter((path) => {
        const value = at(of, ...path.split('.')) ?? undefined;
        return value !== undefined && !(value === false && PLAIN.includes(path)) && !equal(value, []);
      })
      .map((path) => denied(`${where}.${path}`, foreign.why));
  return [
    ...forbidden(spec, field, foreign.pod),
    ...['initContainers', 'containers'].flatMap((part) =>
      list(spec[part]).flatMap((one, index) =>
        forbidden(dict(one.securityContext), `${field}.${part}[${index}].securityContext`, foreign.container),
      ),
    ),
  ];
}

export function validateWindowsOptions(security: Dict, field: string): FieldError[] {
  const {
    gmsaCredentialSpecName: name,
    gmsaCredentialSpec: credential,
    runAsUserName: user,
  } = dict(security.windowsOptions);
  const where = `${field}.windowsOptions`;
  const errors: FieldError[] = [];
  if (typeof name === 'string') errors.push(...named(subdomain, name, `${where}.gmsaCredentialSpecName`));
  if (credential === '')
    errors.push(invalid(`${where}.gmsaCredentialSpec`, '', 'gmsaCredentialSpec cannot be an empty string'));
  if (typeof user === 'string') {
    const problem = badUser(user);
    if (problem) errors.push(invalid(`${where}.runAsUserName`, user, `runAsUserName ${problem}`));
  }
  return errors;
}

function badUser(user: string): string | undefined {
  if (!user) return 'cannot be an empty string';
  if (/\p{Cc}/u.test(user)) return 'cannot contain control characters';
  return user.split('\\').length > 2 ? 'cannot contain more than one backslash' : undefined;
}
