/** Objects with something odd in them. */
import type { Random } from './random.ts';
import type { Schema, Schemas } from './schema.ts';
import { valueFor } from './values.ts';

export type Tree = { [key: string]: unknown };

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Changes one place of the object: sets a field of its schema, takes one away, doubles an item of a list. */
export function mutate(schemas: Schemas, object: Tree, given: Schema | undefined, random: Random): void {
  const { schema } = schemas.resolve(given);
  const properties = schema.properties ?? {};
  const present = Object.keys(object).filter((key) => key !== 'apiVersion' && key !== 'kind');
  const deeper = present.filter((key) => typeof object[key] === 'object' && object[key] !== null);
  if (deeper.length > 0 && random.chance(0.75)) {
    const key = random.pick(deeper);
    inside(schemas, object[key], properties[key] ?? schema.additionalProperties, key, random);
    return;
  }
  const names = Object.keys(properties);
  if (present.length > 0 && random.chance(0.15)) {
    delete object[random.pick(present)];
    return;
  }
  if (random.chance(0.05)) {
    object[random.pick(['foo', 'Spec', 'x'])] = random.pick([1, 'x', {}]);
    return;
  }
  const key = names.length > 0 ? random.pick(names) : random.pick(['a', 'A b', 'x.example/y']);
  object[key] = valueFor(schemas, properties[key] ?? schema.additionalProperties, key, random);
}

function inside(schemas: Schemas, value: unknown, given: Schema | undefined, key: string, random: Random): void {
  const { schema } = schemas.resolve(given);
  if (isTree(value)) mutate(schemas, value, given, random);
  else if (Array.isArray(value)) {
    const item = value.length > 0 ? random.pick(value) : undefined;
    if (random.chance(0.15) || item === undefined) value.push(valueFor(schemas, schema.items, key, random));
    else if (random.chance(0.1)) value.push(structuredClone(item));
    else if (random.chance(0.08)) value.splice(0, 1);
    else if (isTree(item)) mutate(schemas, item, schema.items, random);
    else value[value.indexOf(item)] = valueFor(schemas, schema.items, key, random);
  }
}
