/**
 * Checks a value against a schema. The walk gives facts (where, which rule, the value); words are made elsewhere, since a
 * person and an API client are told the same fact differently.
 */
import { canonicalJson } from '../../expr/digest.ts';
import { regex } from '../../expr/regex.ts';
import { FORMATS } from './formats.ts';
import type { Path, Schema, SchemaType } from './types.ts';

export type Broken =
  | { rule: 'type'; allowed: readonly string[] }
  | { rule: 'required'; field: string; schema: Schema | undefined }
  | { rule: 'unknown'; field: string; known: readonly string[] }
  | { rule: 'enum'; allowed: readonly unknown[] }
  | { rule: 'pattern'; pattern: string; description: string | undefined }
  | { rule: 'format'; format: string }
  | { rule: 'minimum' | 'maximum'; limit: number; exclusive: boolean }
  | { rule: 'multipleOf'; limit: number }
  | { rule: 'minLength' | 'maxLength' | 'minItems' | 'maxItems' | 'minProperties' | 'maxProperties'; limit: number }
  | { rule: 'duplicate'; keys: readonly string[]; first: number }
  /** None of the alternatives: each as the fields that it asks for, where that is all it asks. */
  | { rule: 'anyOf' | 'oneOf'; fields: readonly (readonly string[])[] }
  | { rule: 'not' };

export type Violation = Broken & { path: Path; value: unknown };

export interface Options {
  /** Fields that the schema doesn't name: a mistake in a document, but dropped in silence by an API server. */
  unknown: 'refuse' | 'ignore';
}

type Report = (broken: Broken, path: Path, value: unknown) => void;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const typeName = (value: unknown): SchemaType | 'null' =>
  value === null || value === undefined
    ? 'null'
    : Array.isArray(value)
      ? 'array'
      : typeof value === 'number'
        ? Number.isInteger(value)
          ? 'integer'
          : 'number'
        : typeof value === 'boolean' || typeof value === 'string'
          ? typeof value === 'string'
            ? 'string'
            : 'boolean'
          : 'object';

function hasType(schema: Schema, value: unknown): boolean {
  if (value === null && schema.nullable) return true;
  const actual = typeName(value);
  if (schema['x-kubernetes-int-or-string']) return actual === 'integer' || actual === 'string';
  return schema.type === undefined || schema.type === actual || (schema.type === 'number' && actual === 'integer');
}

/** Equality of JSON values. */
function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}

function checkText(schema: Schema, value: string, path: Path, report: Report): void {
  // Characters are code points here, as in the API server, not UTF-16 units.
  const length = schema.minLength === undefined && schema.maxLength === undefined ? 0 : [...value].length;
  if (schema.minLength !== undefined && length < schema.minLength) {
    report({ rule: 'minLength', limit: schema.minLength }, path, value);
  }
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    report({ rule: 'maxLength', limit: schema.maxLength }, path, value);
  }
  if (schema.pattern === undefined) return;
  const re = regex(schema.pattern);
  if (!re.ok || !re.value.matcher(value).find()) {
    report({ rule: 'pattern', pattern: schema.pattern, description: schema.description }, path, value);
  }
}

function checkNumber(schema: Schema, value: number, path: Path, report: Report): void {
  const { minimum, maximum, multipleOf } = schema;
  const [low, high] = [schema.exclusiveMinimum === true, schema.exclusiveMaximum === true];
  if (minimum !== undefined && (value < minimum || (low && value === minimum))) {
    report({ rule: 'minimum', limit: minimum, exclusive: low }, path, value);
  }
  if (maximum !== undefined && (value > maximum || (high && value === maximum))) {
    report({ rule: 'maximum', limit: maximum, exclusive: high }, path, value);
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) {
    report({ rule: 'multipleOf', limit: multipleOf }, path, value);
  }
}

/** What makes an item of a set or map list the same as another; undefined where the list has no such rule. */
function identity(schema: Schema): ((item: unknown) => unknown) | undefined {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema['x-kubernetes-list-type'] === 'map') {
    return (item) => (isObject(item) ? keys.map((key) => item[key] ?? schema.items?.properties?.[key]?.default) : item);
  }
  return schema['x-kubernetes-list-type'] === 'set' || schema.uniqueItems ? (item) => item : undefined;
}

function checkList(schema: Schema, value: unknown[], path: Path, options: Options, report: Report): void {
  const { minItems, maxItems, items } = schema;
  if (minItems !== undefined && value.length < minItems) report({ rule: 'minItems', limit: minItems }, path, value);
  if (maxItems !== undefined && value.length > maxItems) report({ rule: 'maxItems', limit: maxItems }, path, value);
  if (items) value.forEach((item, i) => void walk(items, item, [...path, i], options, report));
  const same = identity(schema);
  if (!same) return;
  const seen = new Map<string, number>();
  for (const [i, item] of value.entries()) {
    const key = canonicalJson(same(item) ?? null);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, i);
    else report({ rule: 'duplicate', keys: schema['x-kubernetes-list-map-keys'] ?? [], first }, [...path, i], item);
  }
}

function checkMap(schema: Schema, value: Record<string, unknown>, path: Path, options: Options, report: Report): void {
  const { properties = {}, additionalProperties: others, required = [] } = schema;
  const fields = Object.keys(value);
  const { minProperties, maxProperties } = schema;
  if (minProperties !== undefined && fields.length < minProperties) {
    report({ rule: 'minProperties', limit: minProperties }, path, value);
  }
  if (maxProperties !== undefined && fields.length > maxProperties) {
    report({ rule: 'maxProperties', limit: maxProperties }, path, value);
  }
  for (const field of required) {
    if (!Object.hasOwn(value, field)) {
      report({ rule: 'required', field, schema: schema.properties?.[field] }, [...path, field], undefined);
    }
  }
  const open = others === true || schema['x-kubernetes-preserve-unknown-fields'] || !schema.properties;
  for (const field of fields) {
    const at = [...path, field];
    if (Object.hasOwn(properties, field)) walk(properties[field]!, value[field], at, options, report);
    else if (isObject(others)) walk(others, value[field], at, options, report);
    else if (!open && options.unknown === 'refuse') {
      report({ rule: 'unknown', field, known: Object.keys(properties) }, at, value[field]);
    }
  }
}

const passes = (schema: Schema, value: unknown, options: Options): boolean => {
  let clean = true;
  walk(schema, value, [], options, () => {
    clean = false;
  });
  return clean;
};

const expected = (schema: Schema): string =>
  schema['x-kubernetes-int-or-string'] ? 'integer or string' : (schema.type ?? 'object');

/** One of several types: the complaint is about the alternative that was probably meant. */
function checkUnion(
  alternatives: readonly Schema[],
  value: unknown,
  path: Path,
  options: Options,
  report: Report,
): void {
  if (alternatives.some((alternative) => passes(alternative, value, options))) return;
  const sameType = alternatives.filter((alternative) => hasType(alternative, value));
  const named = (a: Schema) => isObject(value) && Object.keys(value).some((field) => a.properties?.[field]);
  const meant = sameType.length === 1 ? sameType[0] : sameType.find(named);
  if (meant) walk(meant, value, path, options, report);
  else if (sameType.length === 0)
    report({ rule: 'type', allowed: [...new Set(alternatives.map(expected))] }, path, value);
  else {
    const fields = sameType.map((a) => a.required ?? Object.keys(a.properties ?? {}));
    report({ rule: 'anyOf', fields }, path, value);
  }
}

/** The alternatives of a node that has a type of its own only constrain it; fields they don't name are no mistake. */
function checkAlternatives(schema: Schema, value: unknown, path: Path, report: Report): void {
  const lenient: Options = { unknown: 'ignore' };
  const fields = (list: readonly Schema[]) => list.flatMap((a) => (a.required ? [a.required] : []));
  for (const each of schema.allOf ?? []) walk(each, value, path, lenient, report);
  if (schema.anyOf && !schema.anyOf.some((each) => passes(each, value, lenient))) {
    report({ rule: 'anyOf', fields: fields(schema.anyOf) }, path, value);
  }
  if (schema.oneOf && schema.oneOf.filter((each) => passes(each, value, lenient)).length !== 1) {
    report({ rule: 'oneOf', fields: fields(schema.oneOf) }, path, value);
  }
  if (schema.not && passes(schema.not, value, lenient)) report({ rule: 'not' }, path, value);
}

function walk(schema: Schema, value: unknown, path: Path, options: Options, report: Report): void {
  if (schema.anyOf && schema.type === undefined && schema['x-kubernetes-preserve-unknown-fields']) {
    checkUnion(schema.anyOf, value, path, options, report);
  } else if (hasType(schema, value)) {
    if (value !== null) checkNode(schema, value, path, options, report);
  } else report({ rule: 'type', allowed: [expected(schema)] }, path, value);
}

function checkNode(schema: Schema, value: unknown, path: Path, options: Options, report: Report): void {
  if (schema.enum && !schema.enum.some((allowed) => sameJson(allowed, value))) {
    report({ rule: 'enum', allowed: schema.enum }, path, value);
  }
  if (typeof value === 'string') checkText(schema, value, path, report);
  else if (typeof value === 'number') checkNumber(schema, value, path, report);
  else if (Array.isArray(value)) checkList(schema, value, path, options, report);
  else if (isObject(value)) checkMap(schema, value, path, options, report);
  const hasFormat = schema.format === undefined ? undefined : FORMATS[schema.format];
  if (hasFormat && !hasFormat(value)) report({ rule: 'format', format: schema.format! }, path, value);
  checkAlternatives(schema, value, path, report);
}

/** All that is wrong with a value, in document order; empty when it fits. */
export function violations(schema: Schema, value: unknown, options: Options = { unknown: 'refuse' }): Violation[] {
  const found: Violation[] = [];
  walk(schema, value, [], options, (broken, path, at) => found.push({ ...broken, path, value: at }));
  return found;
}
