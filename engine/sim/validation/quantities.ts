/** Names of resources, and the amounts that containers ask for. */
import { quantityValue } from '../schema/quantity.ts';
import type { Dict } from '../types.ts';
import { dict, NOT_NEGATIVE } from './checks.ts';
import { denied, type FieldError, invalid, required } from './fielderror.ts';
import { qualifiedName } from './names.ts';

export const CONTAINER = new Set(['cpu', 'memory', 'ephemeral-storage']);
const OBJECTS = [
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
export const QUOTA = new Set([
  ...['cpu', 'memory', 'ephemeral-storage'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
  'requests.storage',
  ...OBJECTS,
]);
export const STANDARD = new Set([...QUOTA, 'storage']);

const isHuge = (name: string): boolean => /^(requests\.)?hugepages-/.test(name);

export function resourceName(name: string, field: string, known: ReadonlySet<string>, whose: string): FieldError[] {
  const problems = qualifiedName(name);
  const errors = problems.map((problem) => invalid(field, name, problem));
  if (problems.length === 0 && !name.includes('/') && !STANDARD.has(name) && !isHuge(name))
    errors.push(invalid(field, name, 'must be a standard resource type or fully qualified'));
  if (!name.includes('/') && !known.has(name) && !isHuge(name))
    errors.push(invalid(field, name, `must be a standard resource for ${whose}`));
  return errors;
}

const isCounted = (name: string): boolean => OBJECTS.includes(name) || name.startsWith('count/');
const isExtended = (name: string): boolean =>
  name.includes('/') && !/(^|\.)kubernetes\.io\//.test(name) && !name.startsWith('requests.');

export function resourceValue(name: string, value: unknown, field: string): FieldError[] {
  const amount = quantityValue(String(value));
  const errors = amount < 0 ? [invalid(field, String(value), NOT_NEGATIVE)] : [];
  if ((isCounted(name) || isExtended(name)) && !Number.isInteger(amount))
    errors.push(invalid(field, String(value), 'must be an integer'));
  return errors;
}

/** An amount of huge pages is a number of whole pages. */
function pages(name: string, value: unknown, field: string): FieldError[] {
  const size = isHuge(name) ? quantityValue(name.slice(name.indexOf('-') + 1)) : 0;
  const amount = quantityValue(String(value));
  return !isHuge(name) || (amount > 0 && amount % size === 0)
    ? []
    : [invalid(field, String(value), `${String(value)} is not positive integer multiple of ${name}`)];
}

/** Requests and limits of a container. */
export function validateResources(resources: Dict, field: string): FieldError[] {
  const limits = dict(resources.limits);
  const requests = dict(resources.requests);
  const errors: FieldError[] = [];
  for (const [part, amounts] of [
    ['limits', limits],
    ['requests', requests],
  ] as const)
    for (const [name, value] of Object.entries(amounts)) {
      const where = `${field}.${part}[${name}]`;
      errors.push(
        ...resourceName(name, where, CONTAINER, 'containers'),
        ...resourceValue(name, value, where),
        ...pages(name, value, where),
      );
      if (part === 'limits') continue;
      const limit = limits[name];
      const free = CONTAINER.has(name) || !(isExtended(name) || isHuge(name));
      if (limit !== undefined) {
        const over = quantityValue(String(value)) > quantityValue(String(limit));
        const differ = quantityValue(String(value)) !== quantityValue(String(limit));
        if (!free && differ)
          errors.push(
            invalid(`${field}.requests`, String(value), `must be equal to ${name} limit of ${String(limit)}`),
          );
        else if (free && over)
          errors.push(
            invalid(
              `${field}.requests`,
              String(value),
              `must be less than or equal to ${name} limit of ${String(limit)}`,
            ),
          );
      } else if (!free) errors.push(required(`${field}.limits`, 'Limit must be set for non overcommitable resources'));
    }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHuge) && !names.includes('cpu') && !names.includes('memory'))
    errors.push(denied(field, 'HugePages require cpu or memory'));
  return errors;
}
