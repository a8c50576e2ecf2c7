/** Validation of a value by a structural schema, in the words of a real server. */
import { regex } from '../../expr/regex.ts';
import { equal } from '../json.ts';
import { isDict } from '../types.ts';
import { type FieldError, invalid, required, unsupported } from '../validation/fielderror.ts';
import { FORMATS } from './formats.ts';
import { oldItem } from './lists.ts';
import { memberOf, type Schema } from './structural.ts';

const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  // What 64 bits can hold.
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? 'integer' : 'number';
  return typeof value;
};

const tooMany = (field: string, count: number, most: number): FieldError => ({
  reason: 'FieldValueTooMany',
  field,
  message: `Too many: ${count}: must have at most ${most} ${most === 1 ? 'item' : 'items'}`,
});

const tooLong = (field: string, most: number): FieldError => ({
  reason: 'FieldValueTooLong',
  field,
  message: `Too long: may not be more than ${most} bytes`,
});

const inBody = (field: string, text: string): string => `${field} in body ${text}`;

const wrongType = (field: string, type: string, wanted: string): FieldError => ({
  reason: 'FieldValueTypeInvalid',
  field,
  message: `Invalid value: ${JSON.stringify(type)}: ${inBody(field, `must be of type ${wanted}: ${JSON.stringify(type)}`)}`,
});

function checkType(value: unknown, schema: Schema, field: string): FieldError | undefined {
  const type = typeOf(value);
  if (schema['x-kubernetes-int-or-string'])
    return type === 'integer' || type === 'string' ? undefined : wrongType(field, type, 'integer,string');
  if (!schema.type || type === schema.type || (schema.type === 'number' && type === 'integer')) return undefined;
  return wrongType(field, type, schema.type);
}

function checkNumber(value: number, schema: Schema, field: string, errors: FieldError[]): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum))
    errors.push(
      invalid(
        field,
        value,
        inBody(field, `should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`),
      ),
    );
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum))
    errors.push(
      invalid(field, value, inBody(field, `should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`)),
    );
  if (multipleOf !== undefined && Math.abs(value / multipleOf - Math.round(value / multipleOf)) > 1e-9)
    errors.push(invalid(field, value, inBody(field, `should be a multiple of ${multipleOf}`)));
}

function checkString(value: string, schema: Schema, field: string, errors: FieldError[]): void {
  const length = [...value].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) errors.push(tooLong(field, schema.maxLength));
  if (schema.minLength !== undefined && length < schema.minLength)
    errors.push(invalid(field, value, inBody(field, `should be at least ${schema.minLength} chars long`)));
  if (schema.pattern !== undefined) {
    const compiled = regex(schema.pattern);
    if (compiled.ok && !compiled.value.matcher(value).find())
      errors.push(invalid(field, value, inBody(field, `should match '${schema.pattern}'`)));
  }
  const format = schema.format === undefined ? undefined : FORMATS[schema.format];
  if (format && !format(value))
    errors.push({
      ...invalid(field, value, inBody(field, `must be of type ${schema.format}: ${JSON.stringify(value)}`)),
      reason: 'FieldValueTypeInvalid',
    });
}

/** What a value replaces, undefined where there was nothing, or nothing that can be told to be the same. */
type Old = unknown;

function checkList(value: unknown[], old: Old, schema: Schema, field: string, errors: FieldError[]): void {
  if (schema.maxItems !== undefined && value.length > schema.maxItems)
    errors.push(tooMany(field, value.length, schema.maxItems));
  if (schema.minItems !== undefined && value.length < schema.minItems)
    errors.push(invalid(field, value.length, inBody(field, `should have at least ${schema.minItems} items`)));
  if (!schema.items) return;
  for (const [index, item] of value.entries())
    check(item, oldItem(schema, old, item), schema.items, `${field}[${index}]`, errors);
}

function checkObject(
  value: Record<string, unknown>,
  old: Old,
  schema: Schema,
  field: string,
  errors: FieldError[],
): void {
  const count = Object.keys(value).length;
  if (schema.maxProperties !== undefined && count > schema.maxProperties)
    errors.push(tooMany(field, count, schema.maxProperties));
  if (schema.minProperties !== undefined && count < schema.minProperties)
    errors.push(invalid(field, count, inBody(field, `should have at least ${schema.minProperties} properties`)));
  for (const name of schema.required ?? [])
    if (!Object.hasOwn(value, name)) errors.push(required(field ? `${field}.${name}` : name));
  for (const key of Object.keys(value)) {
    const member = memberOf(schema, key);
    const before = isDict(old) && Object.hasOwn(old, key) ? old[key] : undefined;
    if (member) check(value[key], before, member, field ? `${field}.${key}` : key, errors);
  }
}

const problems = (value: unknown, schema: Schema, field: string): FieldError[] => {
  const errors: FieldError[] = [];
  check(value, undefined, schema, field, errors);
  return errors;
};

/** What the alternative that comes nearest lacks. */
const nearest = (alternatives: readonly FieldError[][]): FieldError[] =>
  [...alternatives].sort((a, b) => a.length - b.length)[0] ?? [];

function checkCombined(value: unknown, schema: Schema, field: string, errors: FieldError[]): void {
  const fail = (text: string): number => errors.push(invalid('<nil>', '', `${JSON.stringify(field)} must ${text}`));
  const tried = (list: readonly Schema[]): FieldError[][] => list.map((one) => problems(value, one, field));
  if (schema.anyOf) {
    const results = tried(schema.anyOf);
    if (!results.some((one) => one.length === 0)) {
      fail('validate at least one schema (anyOf)');
      for (const one of nearest(results)) errors.push(one);
    }
  }
  if (schema.oneOf) {
    const results = tried(schema.oneOf);
    const valid = results.filter((one) => one.length === 0).length;
    if (valid !== 1)
      fail(
        `validate one and only one schema (oneOf). ${valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`}`,
      );
    if (valid === 0) for (const one of nearest(results)) errors.push(one);
  }
  if (schema.allOf) {
    const results = tried(schema.allOf);
    const valid = results.filter((one) => one.length === 0).length;
    for (const one of results.flat()) errors.push(one);
    if (valid < results.length) fail(`validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
  }
  if (schema.not && problems(value, schema.not, field).length === 0) fail('not validate the schema (not)');
}

function check(value: unknown, old: Old, schema: Schema, field: string, errors: FieldError[]): void {
  if (value === null && schema.nullable) return;
  const found: FieldError[] = [];
  checkValue(value, old, schema, field, found);
  // What was wrong before and hasn't changed is let be.
  if (found.length > 0 && old !== undefined && equal(value, old)) return;
  for (const one of found) errors.push(one); // a list may have more faults than a call takes arguments
}

function checkValue(value: unknown, old: Old, schema: Schema, field: string, errors: FieldError[]): void {
  const wrong = checkType(value, schema, field);
  if (wrong) {
    errors.push(wrong);
    return;
  }
  checkCombined(value, schema, field, errors);
  if (schema.enum && !schema.enum.some((one) => equal(one, value)))
    errors.push(
      unsupported(
        field,
        value,
        schema.enum.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))),
      ),
    );
  if (typeof value === 'number') checkNumber(value, schema, field, errors);
  else if (typeof value === 'string') checkString(value, schema, field, errors);
  else if (Array.isArray(value)) checkList(value, old, schema, field, errors);
  else if (isDict(value)) checkObject(value, old, schema, field, errors);
}

/** Everything that is wrong with a value and was not already; `field` is empty for the whole object. */
export function validateBySchema(value: unknown, schema: Schema, field = '', old?: unknown): FieldError[] {
  const errors: FieldError[] = [];
  check(value, old, schema, field, errors);
  return errors;
}
