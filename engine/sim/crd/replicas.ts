/** What a custom resource's scale subresource reads: it is checked whatever the schema says. */
import { isDict, type SimObject } from '../types.ts';
import { type FieldError, invalid } from '../validation/fielderror.ts';
import type { VersionSpec } from './structural.ts';

const LARGEST = 2 ** 31 - 1;

const goType = (value: unknown): string => {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (isDict(value)) return 'map[string]interface {}';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return 'string';
};

/** As Go prints it. */
function goText(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isDict(value)) return String(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${members.map(([key, one]) => `${key}:${goText(one)}`).join(' ')}]`;
}

/** The value at a path, undefined where nothing is, or why it can't be reached or isn't of the type. */
function reach(object: SimObject, path: string, wanted: 'int64' | 'string'): { value: unknown } | string | undefined {
  const wrong = (value: unknown, type: string): string =>
    `${path} accessor error: ${goText(value)} is of the type ${goType(value)}, expected ${type}`;
  let here: unknown = object;
  for (const step of path.split('.').filter(Boolean)) {
    if (here === null) return undefined;
    if (!isDict(here)) return wrong(here, 'map[string]interface{}');
    if (!Object.hasOwn(here, step)) return undefined;
    here = here[step];
  }
  return goType(here) === wanted ? { value: here } : wrong(here, wanted);
}

function count(object: SimObject, path: string): FieldError[] {
  const found = reach(object, path, 'int64');
  if (found === undefined) return [];
  if (typeof found === 'string') return [invalid(path, 0, found)];
  const value = found.value as number;
  if (value < 0) return [invalid(path, value, 'should be a non-negative integer')];
  return value > LARGEST ? [invalid(path, value, `should be less than or equal to ${LARGEST}`)] : [];
}

/** A write to the status leaves the wanted number as it was. */
export function validateReplicas(
  object: SimObject,
  version: VersionSpec | undefined,
  subresource: string,
): FieldError[] {
  const scale = version?.subresources?.scale;
  if (!scale) return [];
  const wanted = subresource === 'status' ? [] : count(object, scale.specReplicasPath);
  const selector = scale.labelSelectorPath ? reach(object, scale.labelSelectorPath, 'string') : undefined;
  return [
    ...wanted,
    ...count(object, scale.statusReplicasPath),
    ...(typeof selector === 'string' ? [invalid(scale.labelSelectorPath!, '', selector)] : []),
  ];
}
