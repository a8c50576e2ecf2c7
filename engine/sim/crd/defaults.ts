/** Defaults must be values that the schema takes: of the right shape, without unknown fields, and true to the rules. */
import { clone, equal } from '../json.ts';
import { type FieldError, invalid } from '../validation/fielderror.ts';
import { validateByRules } from './cel.ts';
import { prune } from './complete.ts';
import { validateEmbedded } from './embedded.ts';
import type { Schema } from './structural.ts';
import { validateBySchema } from './validate.ts';

const META = new Set(['metadata', 'kind', 'apiVersion']);

function ofDefault(schema: Schema, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const value = schema.default;
  const pruned = clone(value);
  prune(pruned, schema, '', []);
  if (!equal(pruned, value)) errors.push(invalid(field, value, 'must not have unknown fields'));
  const embedded = validateEmbedded(value, schema, field);
  if (embedded.length > 0) return [...errors, ...embedded];
  const shape = validateBySchema(value, schema).map((error) => ({
    ...error,
    field: error.field && error.field !== '<nil>' ? `${field}.${error.field}` : field,
  }));
  if (shape.length > 0) return [...errors, ...shape];
  // As a value that stays, and as one that is new: rules may ask about either.
  const rules = validateByRules(value, value, schema, field).errors;
  return [...errors, ...(rules.length > 0 ? rules : validateByRules(value, undefined, schema, field).errors)];
}

/** Every default of a schema that can't be one. Those of metadata are the server's own. */
export function checkDefaults(schema: Schema, field: string, root = true): FieldError[] {
  const errors = schema.default === undefined ? [] : ofDefault(schema, `${field}.default`);
  if (schema.items) errors.push(...checkDefaults(schema.items, `${field}.items`, false));
  for (const [name, member] of Object.entries(schema.properties ?? {}))
    if (!(META.has(name) && (root || schema['x-kubernetes-embedded-resource'])))
      errors.push(...checkDefaults(member, `${field}.properties[${name}]`, false));
  return errors;
}
