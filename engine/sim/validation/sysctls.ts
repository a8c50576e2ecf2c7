/** Settings of the node's kernel that a pod asks for. */
import type { Dict } from '../types.ts';
import { dict, list, text } from './checks.ts';
import { duplicate, type FieldError, invalid, required } from './fielderror.ts';

const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;
const SYSCTL_TEXT =
  'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';

/** Settings of a namespace that the pod may share with its host: then they would be the host's. */
const SHARED = [
  { by: 'hostNetwork', names: /^net[./]/ },
  { by: 'hostIPC', names: /^(kernel[./](sem$|shm|msg)|fs[./]mqueue[./])/ },
];

export function validateSysctls(spec: Dict, field: string): FieldError[] {
  const names = new Set<string>();
  return list(dict(spec.securityContext).sysctls).flatMap((one, index) => {
    const at = `${field}[${index}].name`;
    const name = text(one.name);
    const errors: FieldError[] = [];
    if (!name) errors.push(required(at));
    else if (name.length > 253 || !SYSCTL.test(name)) errors.push(invalid(at, name, SYSCTL_TEXT));
    else if (names.has(name)) errors.push(duplicate(at, name));
    names.add(name);
    const shared = SHARED.find(({ by, names }) => spec[by] === true && names.test(name));
    if (shared) errors.push(invalid(at, name, `may not be specified when '${shared.by}' is true`));
    return errors;
  });
}
