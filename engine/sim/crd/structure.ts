/** Whether a schema is structural: each part has a type outside of what merely restricts values. */
import { regex } from '../../expr/regex.ts';
import { equal } from '../json.ts';
import { type Dict, isDict } from '../types.ts';
import { denied, type FieldError, invalid, required } from '../validation/fielderror.ts';
import type { Schema } from './structural.ts';

type Level = 'root' | 'item' | 'field';

const EMPTY: Record<Level, string> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};
const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }];
const isIntOrString = (schema: Schema | undefined): boolean => equal(schema?.anyOf, INT_OR_STRING);

/** What may not stand in a part that only restricts values, and what it must be instead. */
const NESTED: readonly [keyof Schema | 'title' | 'description', string][] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

function nested(schema: Schema, field: string, errors: FieldError[], pattern = false): void {
  restrictions(schema, field, errors, pattern);
  if (schema.items) nested(schema.items, `${field}.items`, errors);
  for (const [name, member] of Object.entries(schema.properties ?? {}))
    nested(member, `${field}.properties[${name}]`, errors);
  for (const [name, why] of NESTED) {
    const value = (schema as Dict)[name];
    const empty =
      value === undefined || value === false || value === '' || (Array.isArray(value) && value.length === 0);
    if (!empty) errors.push(denied(`${field}.${name}`, why));
  }
  if (schema.properties?.metadata)
    errors.push(denied(`${field}.properties[metadata]`, 'must not be specified in a nested context'));
}

function restrictions(schema: Schema, field: string, errors: FieldError[], nestedPattern = false): void {
  if (!nestedPattern && !isIntOrString(schema))
    for (const [at, one] of (schema.anyOf ?? []).entries()) nested(one, `${field}.anyOf[${at}]`, errors);
  const first = isIntOrString(schema.allOf?.[0]);
  for (const [at, one] of (schema.allOf ?? []).entries())
    nested(one, `${field}.allOf[${at}]`, errors, first && at === 0);
  for (const [at, one] of (schema.oneOf ?? []).entries()) nested(one, `${field}.oneOf[${at}]`, errors);
  if (schema.not) nested(schema.not, `${field}.not`, errors);
  if (!schema.pattern) return;
  const compiled = regex(schema.pattern);
  if (compiled.ok) return;
  const why = compiled.error.slice(compiled.error.indexOf('error parsing'));
  errors.push(invalid(`${field}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${why}`));
}

function metadataOf(schema: Schema, checked: boolean, root: boolean, field: string, errors: FieldError[]): void {
  if (checked && schema.type !== 'object') errors.push(invalid(`${field}.type`, schema.type ?? '', 'must be object'));
  if (!root) return;
  const { type: _type, default: _default, properties, ...rest } = schema as Schema & Dict;
  const names = Object.keys(properties ?? {});
  const more = names.some((name) => name !== 'name' && name !== 'generateName');
  if (more || Object.keys(rest).length > 0)
    errors.push(
      denied(field, 'must not specify anything other than name and generateName, but metadata is implicitly specified'),
    );
}

function invariants(schema: Schema, level: Level, field: string, errors: FieldError[]): void {
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const free = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const either = schema['x-kubernetes-int-or-string'] === true;
  const { type = '', items, properties = {}, additionalProperties: more } = schema;
  if (type === 'array' && !items) errors.push(required(`${field}.items`, 'must be specified'));
  if (items) invariants(items, 'item', `${field}.items`, errors);
  for (const [name, member] of Object.entries(properties))
    invariants(member, 'field', `${field}.properties[${name}]`, errors);
  if (more !== undefined) {
    if (level === 'root') errors.push(denied(`${field}.additionalProperties`, 'must not be used at the root'));
    if (isDict(more)) invariants(more as Schema, 'field', `${field}.additionalProperties`, errors);
  }
  const instead = 'must be false if x-kubernetes-int-or-string is true';
  if (either && free) errors.push(invalid(`${field}.x-kubernetes-preserve-unknown-fields`, true, instead));
  if (either && embedded) errors.push(invalid(`${field}.x-kubernetes-embedded-resource`, true, instead));
  restrictions(schema, field, errors);
  if (embedded && type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(type ? invalid(`${field}.type`, type, why) : required(`${field}.type`, why));
  } else if (!type && !either && !free) errors.push(required(`${field}.type`, EMPTY[level]));
  if (embedded && more !== undefined)
    errors.push(denied(`${field}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'));
  if (level === 'root' && type && type !== 'object')
    errors.push(invalid(`${field}.type`, type, 'must be object at the root'));
  const checked = level === 'root' || embedded;
  for (const name of ['kind', 'apiVersion'])
    if (checked && properties[name] && properties[name].type !== 'string')
      errors.push(invalid(`${field}.properties[${name}].type`, properties[name].type ?? '', 'must be string'));
  if (properties.metadata)
    metadataOf(properties.metadata, checked, level === 'root', `${field}.properties[metadata]`, errors);
  if (embedded && !free && Object.keys(properties).length === 0)
    errors.push(
      required(
        `${field}.properties`,
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    );
}

/** What a restriction is about must be specified outside of it. */
function complete(rule: Schema, schema: Schema | undefined, field: string, from: string, errors: FieldError[]): void {
  if (!schema) {
    errors.push(required(field, `because it is defined in ${from}`));
    return;
  }
  junctors(rule, schema, field, from, errors);
  if (rule.items) complete(rule.items, schema.items, `${field}.items`, `${from}.items`, errors);
  for (const [name, member] of Object.entries(rule.properties ?? {}))
    complete(member, schema.properties?.[name], `${field}.properties[${name}]`, `${from}.properties[${name}]`, errors);
}

function junctors(rule: Schema, schema: Schema, field: string, from: string, errors: FieldError[]): void {
  if (rule.not) complete(rule.not, schema, field, `${from}.not`, errors);
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const)
    for (const [at, one] of (rule[name] ?? []).entries())
      complete(one, schema, field, `${from}.${name}[${at}]`, errors);
}

/** Every way in which a schema isn't structural, in the order of the messages. */
export function checkStructure(schema: Schema, field: string): FieldError[] {
  const errors: FieldError[] = [];
  invariants(schema, 'root', field, errors);
  junctors(schema, schema, field, field, errors);
  const text = (error: FieldError): string => `${error.field}: ${error.message}`;
  return errors.sort((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));
}
