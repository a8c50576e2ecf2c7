/** A value as rules see it: what its schema says of it decides what it is, and properties have the names that rules write. */
import { type Schema, valuesOf } from '../crd/structural.ts';
import { isDict } from '../types.ts';
import { escapedName } from './declared.ts';
import { isDuration, isTimestamp, nanoseconds } from './literals.ts';
import { KeyedList, Moment, SetList, Span } from './values.ts';

const toMoment = (text: string): unknown => (isTimestamp(text.toUpperCase()) ? Moment.read(text) : text);
const FORMATS: Record<string, (text: string) => unknown> = {
  byte: (text) => new Uint8Array(Buffer.from(text, 'base64')),
  duration: (text) => (isDuration(text) ? new Span(nanoseconds(text)) : text),
  date: (text) => toMoment(`${text}T00:00:00Z`),
  'date-time': toMoment,
};

const META: Schema = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
};
const ROOT: Record<string, Schema> = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: META };

export const embedded = (schema: Schema | undefined): boolean => schema?.['x-kubernetes-embedded-resource'] === true;

const ofNumber = (value: number, schema: Schema): unknown =>
  schema.type === 'number' || !Number.isInteger(value) ? value : BigInt(value);

function ofList(value: unknown[], schema: Schema): unknown {
  const items = value.map((item) => seenBy(item, schema.items ?? {}, embedded(schema.items)));
  const type = schema['x-kubernetes-list-type'];
  if (type === 'set') return SetList.from(items);
  if (type !== 'map') return items;
  const list = KeyedList.from(items) as KeyedList;
  const keys = (schema['x-kubernetes-list-map-keys'] ?? []).map((key) => escapedName(key));
  list.keyOf = (item) => JSON.stringify(keys.map((key) => (item instanceof Map ? String(item.get(key)) : null)));
  return list;
}

/** Of what a schema doesn't know nothing is seen, and of nulls only those in lists and maps. */
export function seenBy(value: unknown, schema: Schema, root = false): unknown {
  if (typeof value === 'number') return ofNumber(value, schema);
  if (typeof value === 'string') {
    const format = schema.type === 'string' && Object.hasOwn(FORMATS, schema.format ?? '') ? schema.format : undefined;
    return format ? FORMATS[format]!(value) : value;
  }
  if (Array.isArray(value)) return ofList(value, schema);
  if (!isDict(value)) return value;
  const values = valuesOf(schema);
  const properties = root ? { ...schema.properties, ...ROOT } : (schema.properties ?? {});
  const seen = new Map<string, unknown>();
  for (const [key, member] of Object.entries(value)) {
    const own = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const name = own ? escapedName(key) : key;
    const inner = own ?? values;
    if (!inner || name === undefined || (own && member === null)) continue;
    seen.set(name, seenBy(member, inner, embedded(inner)));
  }
  return seen;
}

/** A value that no schema is known of: everything of it is seen, under its own names. */
export function seenWhole(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(seenWhole);
  if (!isDict(value)) return value ?? null;
  return new Map(
    Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [[key, seenWhole(member)] as const])),
  );
}
