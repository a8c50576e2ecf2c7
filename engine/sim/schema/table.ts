/**
 * Types of the built-in kinds. A line of the table is a type's name and its fields; a line that starts with % gives a kind's type.
 *   Name [@a] field…     @a: the whole value has one owner
 *   name#number[flags]:type[@list][~patch][|enum…][=default]
 * number: of the field in protobuf, dotted where it is in an embedded message. flags: `!` written even when empty, `*` may be absent and
 * is kept when empty, `z` left out when zero, `$` required although left out when empty or not required although written.
 * type: s string, b bool, i int32, l int64, f float, y bytes, t time, u microtime, d duration, q quantity, o int-or-string, x any JSON;
 * []T list, {}T map, else a type's name. enum: `+` stands for a space. list: `a` atomic, `s` set, else the keys of an associative list.
 * patch: strategy and, after a colon, the merge key.
 */
import { BUILTIN_TYPES } from './builtin.ts';

export type Scalar = 's' | 'b' | 'i' | 'l' | 'f' | 'y' | 't' | 'u' | 'd' | 'q' | 'o' | 'x';

export type TypeRef =
  | { kind: 'scalar'; code: Scalar }
  | { kind: 'list'; of: TypeRef }
  | { kind: 'map'; of: TypeRef }
  | { kind: 'struct'; name: string };

export interface Field {
  name: string;
  number: string;
  /** Written even when empty. */
  always: boolean;
  pointer: boolean;
  omitZero: boolean;
  required: boolean;
  type: TypeRef;
  /** Written as its zero where it isn't given. */
  zeroed: boolean;
  /** How a list is owned: as one, by value, or by the keys of its items. For maps `atomic` only. */
  list: 'atomic' | 'set' | string[] | undefined;
  patch: { merge: boolean; retainKeys: boolean; replace: boolean; key: string } | undefined;
  enum: string[] | undefined;
  default: unknown;
}

export interface TypeInfo {
  name: string;
  atomic: boolean;
  fields: Map<string, Field>;
  /** The same, in their order. */
  list: readonly Field[];
}

const FIELD = /^([^#]+)#([\d.]+)([!*z$]*):((?:\[\]|\{\})*[\w.]+)(@[^~|=]+)?(~[^|=]+)?((?:\|[^=|]*)*)(=.*)?$/;

const BY_VALUE = new Set<Scalar>(['t', 'u', 'q', 'o', 'd']);

/** Special structs are written even when empty, unless the field says otherwise. */
export const isByValue = (type: TypeRef): boolean => type.kind === 'scalar' && BY_VALUE.has(type.code);

function typeRef(text: string): TypeRef {
  if (text.startsWith('[]')) return { kind: 'list', of: typeRef(text.slice(2)) };
  if (text.startsWith('{}')) return { kind: 'map', of: typeRef(text.slice(2)) };
  return text.length === 1 ? { kind: 'scalar', code: text as Scalar } : { kind: 'struct', name: text };
}

function listKind(text: string | undefined): Field['list'] {
  if (!text) return undefined;
  const kind = text.slice(1);
  if (kind === 'a') return 'atomic';
  return kind === 's' ? 'set' : kind.split(',');
}

function patchKind(text: string | undefined): Field['patch'] {
  if (!text) return undefined;
  const [strategies = '', key = ''] = text.slice(1).split(':');
  const has = (name: string): boolean => strategies.split(',').includes(name);
  return { merge: has('merge'), retainKeys: has('retainKeys'), replace: has('replace'), key };
}

function parseField(text: string): Field {
  const match = FIELD.exec(text);
  if (!match) throw new Error(`type table: ${text}`);
  const [, name = '', number = '', flags = '', typeText = '', list, patch, values, fallback] = match;
  const type = typeRef(typeText);
  const always = flags.includes('!');
  const pointer = flags.includes('*');
  const omitZero = flags.includes('z');
  return {
    name,
    number,
    always,
    pointer,
    omitZero,
    required: always !== flags.includes('$'),
    type,
    zeroed: !pointer && !omitZero && (always || type.kind === 'struct' || isByValue(type)),
    list: listKind(list),
    patch: patchKind(patch),
    enum: values ? values.slice(1).replaceAll('+', ' ').split('|') : undefined,
    default: fallback ? JSON.parse(fallback.slice(1)) : undefined,
  };
}

const lines = new Map<string, string>();
const kinds = new Map<string, string>();
for (const line of BUILTIN_TYPES.split('\n')) {
  if (line.startsWith('% ')) {
    const [, kind = '', type = ''] = line.split(' ');
    kinds.set(kind, type);
  } else if (line) lines.set(line.split(' ', 1)[0]!, line);
}

const parsed = new Map<string, TypeInfo>();

/** A type by name. Lines are parsed when they are first asked for. */
export function typeInfo(name: string): TypeInfo {
  const known = parsed.get(name);
  if (known) return known;
  const line = lines.get(name);
  if (!line) throw new Error(`type table: no type ${name}`);
  const [, ...words] = line.split(' ');
  const atomic = words[0] === '@a';
  const fields = new Map<string, Field>();
  for (const word of atomic ? words.slice(1) : words) {
    const field = parseField(word);
    fields.set(field.name, field);
  }
  const info: TypeInfo = { name, atomic, fields, list: [...fields.values()] };
  parsed.set(name, info);
  return info;
}

/** The type of a built-in kind; undefined for kinds without one. */
export function typeOfKind(group: string, version: string, kind: string): TypeInfo | undefined {
  const name = kinds.get(`${group}/${version}/${kind}`);
  return name === undefined ? undefined : typeInfo(name);
}

export const META_TYPE = 'meta.v1.ObjectMeta';
