/** Lists that are sets or maps: no item twice, and each item is told by its keys. */
import { equal } from '../json.ts';
import { isDict } from '../types.ts';
import { duplicate, type FieldError } from '../validation/fielderror.ts';
import { memberOf, type Schema } from './structural.ts';

const keyOf = (item: unknown, keys: readonly string[]): unknown =>
  isDict(item)
    ? Object.fromEntries(keys.filter((name) => Object.hasOwn(item, name)).map((name) => [name, item[name]]))
    : {};

/** The item of an old list that a new item continues: only lists with keys know. */
export function oldItem(schema: Schema, old: unknown, item: unknown): unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] !== 'map' || !keys || !Array.isArray(old) || !isDict(item)) return undefined;
  const key = keyOf(item, keys);
  return old.find((one) => equal(keyOf(one, keys), key));
}

/** One text for equal values. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    isDict(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one,
  );

/** The second of each that stands there more than once. */
function repeated(keys: readonly unknown[]): number[] {
  const seen = new Map<string, number>();
  return keys.flatMap((key, at) => {
    const text = canonical(key);
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    return times === 2 ? [at] : [];
  });
}

/** Every item that is in a set or map already. */
export function validateLists(value: unknown, schema: Schema | undefined, field = ''): FieldError[] {
  if (!schema) return [];
  if (Array.isArray(value)) {
    const type = schema['x-kubernetes-list-type'];
    const names = schema['x-kubernetes-list-map-keys'] ?? [];
    const keys = type === 'map' ? value.map((item) => keyOf(item, names)) : type === 'set' ? value : [];
    return [
      ...repeated(keys).map((at) => duplicate(`${field}[${at}]`, JSON.parse(canonical(keys[at])))),
      ...value.flatMap((item, at) => validateLists(item, schema.items, `${field}[${at}]`)),
    ];
  }
  if (!isDict(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const own = schema.properties !== undefined && Object.hasOwn(schema.properties, key);
    return validateLists(member, memberOf(schema, key), own ? (field ? `${field}.${key}` : key) : `${field}[${key}]`);
  });
}
