/** A structural schema as the types that rules see, with how large values can be. */

import type { Schema } from '../crd/structural.ts';
import { isDict } from '../types.ts';
import type { Range } from './estimate.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  STRING,
  struct,
  TIMESTAMP,
  type Type,
} from './type.ts';

export interface Declared {
  /** Of objects it has no name yet: see `typesOf`. */
  type: Type;
  /** The shortest a value can be written. */
  least: number;
  /** The most characters, items or members. */
  most: number;
  /** Of an object, by the names that rules write. */
  fields?: Map<string, Declared>;
  key?: Declared;
  item?: Declared;
}

const LARGEST_REQUEST = 3 * 1024 * 1024;
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);
const MARKS: Record<string, string> = { __: 'underscores', '.': 'dot', '-': 'dash', '/': 'slash' };

/** A word of the language as the name of a property; any other name is itself. */
export const escapedWord = (name: string): string => (RESERVED.has(name) ? `__${name}__` : name);

/** How a rule writes a property; undefined where it can't. */
export function escapedName(name: string): string | undefined {
  if (RESERVED.has(name)) return `__${name}__`;
  if (!/^[A-Za-z_./-][A-Za-z0-9_./-]*$/.test(name)) return undefined;
  return name.replace(/__|[./-]/g, (mark) => `__${MARKS[mark]}__`);
}

const bounded = (limit: number | undefined, otherwise: number): number =>
  limit === undefined ? otherwise : Math.max(0, limit);
const simple = (type: Type, least: number, most = 0): Declared => ({ type, least, most });

/** Texts of these formats are values of their own. */
const FORMATS: Record<string, (schema: Schema) => Declared> = {
  byte: ({ maxLength }) => simple(BYTES, 2, bounded(maxLength, LARGEST_REQUEST - 2)),
  duration: () => simple(DURATION, 3, 32),
  date: () => simple(TIMESTAMP, 12, 12),
  'date-time': () => simple(TIMESTAMP, 21, 32),
};

function ofString(schema: Schema): Declared {
  const format = Object.hasOwn(FORMATS, schema.format ?? '') ? FORMATS[schema.format!] : undefined;
  if (format) return format(schema);
  if (schema.maxLength !== undefined) return simple(STRING, 2, Math.max(0, schema.maxLength) * 4);
  if (!schema.enum?.length) return simple(STRING, 2, LARGEST_REQUEST - 2);
  return simple(
    STRING,
    2,
    Math.max(0, ...schema.enum.map((one) => (typeof one === 'string' ? Buffer.byteLength(one) : 0))),
  );
}

/** What every resource has, whatever its schema says. */
function withMeta(schema: Schema): Schema {
  const string: Schema = { type: 'string' };
  const metadata: Schema = { type: 'object', properties: { name: string, generateName: string } };
  return { ...schema, properties: { ...schema.properties, kind: string, apiVersion: string, metadata } };
}

function ofObject(schema: Schema): Declared | undefined {
  if (isDict(schema.additionalProperties)) {
    const values = schema.additionalProperties as Schema;
    const item = declared(values, values['x-kubernetes-embedded-resource'] === true);
    const most = item && bounded(schema.maxProperties, Math.floor((LARGEST_REQUEST - 2) / (item.least + 6)));
    return item && { type: mapOf(STRING, item.type), least: 2, most: most!, key: simple(STRING, 2), item };
  }
  const fields = new Map<string, Declared>();
  let least = 2;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const field = declared(property, property['x-kubernetes-embedded-resource'] === true);
    if (!field) continue;
    const escaped = escapedName(name);
    if (escaped !== undefined) fields.set(escaped, field);
    if (schema.required?.includes(name) && property.default === undefined)
      least += Buffer.byteLength(name) + field.least + 4;
  }
  return { type: struct('object'), least, most: 0, fields };
}

const known = new WeakMap<Schema, Map<boolean, Declared | undefined>>();

/** Undefined where a schema says too little: rules can't see such a value. Found once for each schema. */
export function declared(schema: Schema, root: boolean): Declared | undefined {
  let found = known.get(schema);
  if (!found) {
    found = new Map();
    known.set(schema, found);
  }
  if (!found.has(root)) found.set(root, ofSchema(schema, root));
  return found.get(root);
}

function ofSchema(schema: Schema, root: boolean): Declared | undefined {
  if (schema['x-kubernetes-int-or-string'])
    return simple(DYN, 1, schema.maxLength === undefined ? LARGEST_REQUEST - 2 : Math.max(0, schema.maxLength) * 4);
  const whole = root ? withMeta(schema) : schema;
  switch (whole.type) {
    case 'array': {
      if (!whole.items) return undefined;
      const item = declared(whole.items, whole.items['x-kubernetes-embedded-resource'] === true);
      const most = item && bounded(whole.maxItems, Math.floor((LARGEST_REQUEST - 2) / (item.least + 1)));
      return item && { type: listOf(item.type), least: 2, most: most!, item };
    }
    case 'object':
      return ofObject(whole);
    case 'string':
      return ofString(whole);
    case 'boolean':
      return simple(BOOL, 4);
    case 'number':
      return simple(DOUBLE, 1);
    case 'integer':
      return simple(INT, 1);
    default:
      return undefined;
  }
}

/** The type of a declared value under a name, with the fields of every object in it by the object's name. */
export function typesOf(value: Declared, name: string): { type: Type; structs: Map<string, Map<string, Type>> } {
  const structs = new Map<string, Map<string, Type>>();
  const named = (one: Declared, path: string): Type => {
    if (one.fields) {
      const fields = new Map<string, Type>();
      structs.set(path, fields);
      for (const [field, member] of one.fields) fields.set(field, named(member, `${path}.${field}`));
      return struct(path);
    }
    if (one.key && one.item) return mapOf(one.key.type, named(one.item, `${path}.@elem`));
    return one.item ? listOf(named(one.item, `${path}.@idx`)) : one.type;
  };
  return { type: named(value, name), structs };
}

/** How large what stands at a path can be. */
export function sizeAt(value: Declared, path: readonly string[]): Range | undefined {
  let here: Declared | undefined = value;
  for (const step of path) {
    if (step === '@items' || step === '@values') here = here.item;
    else if (step === '@keys') here = here.key;
    else here = here.fields?.get(step);
    if (!here) return undefined;
  }
  return { min: 0n, max: BigInt(here.most) };
}

/** How often a value that can't be shorter may stand in one request. */
export const timesAtMost = (least: number): bigint => BigInt(Math.floor(LARGEST_REQUEST / (least + 1)));
