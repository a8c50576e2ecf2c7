/** Pruning what a schema doesn't have, and filling in its defaults. */
import { clone, setKey } from '../json.ts';
import { type Dict, isDict } from '../types.ts';
import { memberOf, type Schema, valuesOf } from './structural.ts';

const EMBEDDED = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Removes unknown fields in place and names them: `spec.foo`. Where no schema is, everything is unknown. What keeps its unknown fields keeps
 * those of its items too.
 */
export function prune(
  value: unknown,
  schema: Schema | undefined,
  path: string,
  dropped: string[],
  keeps = schema?.['x-kubernetes-preserve-unknown-fields'] === true,
): void {
  if (keeps && !schema) return;
  if (Array.isArray(value)) {
    const items = schema?.items;
    const keep = keeps || items?.['x-kubernetes-preserve-unknown-fields'] === true;
    for (const [index, item] of value.entries()) prune(item, items, `${path}[${index}]`, dropped, keep);
    return;
  }
  if (!isDict(value)) return;
  const more = schema?.additionalProperties !== undefined;
  for (const key of Object.keys(value)) {
    if (schema?.['x-kubernetes-embedded-resource'] && EMBEDDED.has(key)) continue;
    const below = path ? `${path}.${key}` : key;
    const own = schema?.properties !== undefined && Object.hasOwn(schema.properties, key);
    if (own || more) prune(value[key], memberOf(schema!, key), below, dropped);
    else if (!keeps) {
      delete value[key];
      dropped.push(below);
    }
  }
}

/** Fills in defaults in place, also for a null where none may stand; without a default such a null is dropped. */
export function fillDefaults(value: unknown, schema: Schema | undefined): void {
  if (!schema) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (item === null && schema.items?.default !== undefined && !schema.items.nullable)
        value[index] = clone(schema.items.default);
      fillDefaults(value[index], schema.items);
    }
    return;
  }
  if (!isDict(value)) return;
  for (const [key, member] of Object.entries(schema.properties ?? {})) {
    const absent = !Object.hasOwn(value, key) || (value[key] === null && !member.nullable);
    if (absent && member.default !== undefined) setKey(value, key, clone(member.default));
    else if (value[key] === null && !member.nullable) delete value[key];
    if (Object.hasOwn(value, key)) fillDefaults(value[key], member);
  }
  const values = valuesOf(schema);
  if (!values) return;
  for (const key of Object.keys(value))
    if (!schema.properties || !Object.hasOwn(schema.properties, key)) fillMember(value, key, values);
}

function fillMember(object: Dict, key: string, schema: Schema): void {
  if (object[key] === null && !schema.nullable) {
    if (schema.default === undefined) delete object[key];
    else object[key] = clone(schema.default);
  }
  fillDefaults(object[key], schema);
}
