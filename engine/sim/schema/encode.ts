/** Writes the protobuf form of built-in objects, from the same type table that protobuf.ts reads it by. */
import type { Dict } from '../types.ts';
import { isDict } from '../types.ts';
import { MAGIC } from './protobuf.ts';
import { type Field, META_TYPE, type Scalar, type TypeInfo, type TypeRef, typeInfo, typeOfKind } from './table.ts';

const text = (value: unknown): Buffer => Buffer.from(String(value), 'utf8');

function varint(value: bigint): Buffer {
  let rest = BigInt.asUintN(64, value);
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Buffer.from([...bytes, Number(rest)]);
}

const key = (number: number, wire: number): Buffer => varint(BigInt(number * 8 + wire));
const whole = (number: number, value: unknown): Buffer =>
  Buffer.concat([key(number, 0), varint(BigInt(Math.trunc(Number(value))))]);

/** A field that has a length: text, bytes, a message. */
const sized = (number: number, ...parts: readonly Uint8Array[]): Buffer => {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([key(number, 2), varint(BigInt(length)), ...parts]);
};

/** Seconds and nanoseconds of a time; the nanoseconds from its text, which has more digits than a Date keeps. */
function time(value: unknown): Buffer {
  const stamp = String(value);
  const nanos = Number((/\.(\d{1,9})/.exec(stamp)?.[1] ?? '').padEnd(9, '0'));
  return Buffer.concat([whole(1, Math.floor(Date.parse(stamp) / 1000)), whole(2, nanos)]);
}

const UNITS: Record<string, number> = { h: 3600e9, m: 60e9, s: 1e9, ms: 1e6, us: 1e3, µs: 1e3, ns: 1 };

/** Nanoseconds of a Go duration such as 1h0m30s. */
function nanosOf(value: unknown): number {
  let sum = 0;
  for (const [, amount, unit = ''] of String(value).matchAll(/([\d.]+)(ms|us|µs|ns|h|m|s)/g))
    sum += Number(amount) * (UNITS[unit] ?? 0);
  return String(value).startsWith('-') ? -sum : sum;
}

function scalar(number: number, code: Scalar, value: unknown): Buffer {
  switch (code) {
    case 's':
      return sized(number, text(value));
    case 'b':
      return whole(number, value === true ? 1 : 0);
    case 'i':
    case 'l':
      return whole(number, value);
    case 'f': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(Number(value));
      return Buffer.concat([key(number, 1), bytes]);
    }
    case 'y':
      return sized(number, Buffer.from(String(value), 'base64'));
    case 't':
    case 'u':
      return sized(number, time(value));
    case 'd':
      return sized(number, whole(1, nanosOf(value)));
    case 'q':
      return sized(number, sized(1, text(value)));
    case 'o':
      return typeof value === 'number'
        ? sized(number, whole(1, 0), whole(2, value), sized(3))
        : sized(number, whole(1, 1), whole(2, 0), sized(3, text(value)));
    default:
      return sized(number, sized(1, text(JSON.stringify(value))));
  }
}

function one(number: number, type: TypeRef, value: unknown): Buffer {
  if (type.kind === 'scalar') return scalar(number, type.code, value);
  if (type.kind === 'struct') return sized(number, message(typeInfo(type.name), value as Dict));
  // A list in a map is wrapped in a message of repeated items.
  if (type.kind === 'list') return sized(number, ...(value as unknown[]).map((item) => one(1, type.of, item)));
  throw new RangeError('protobuf: a map in a list');
}

function field(number: number, { type }: Field, value: unknown): Buffer {
  if (type.kind === 'list') return Buffer.concat((value as unknown[]).map((item) => one(number, type.of, item)));
  if (type.kind === 'map')
    return Buffer.concat(
      Object.entries(value as Dict).map(([name, item]) => sized(number, sized(1, text(name)), one(2, type.of, item))),
    );
  return one(number, type, value);
}

/** A message's fields by number; those of an embedded message are under its number. */
type Layout = Map<number, Field | Layout>;

const layouts = new Map<TypeInfo, Layout>();

function layoutOf(type: TypeInfo): Layout {
  let layout = layouts.get(type);
  if (layout) return layout;
  layout = new Map();
  for (const each of type.fields.values()) {
    const steps = each.number.split('.').map(Number);
    let here = layout;
    for (const step of steps.slice(0, -1)) {
      const inner = here.get(step);
      const next: Layout = inner instanceof Map ? inner : new Map();
      here.set(step, next);
      here = next;
    }
    here.set(steps.at(-1)!, each);
  }
  layouts.set(type, layout);
  return layout;
}

function laidOut(layout: Layout, value: Dict): Buffer[] {
  const parts: Buffer[] = [];
  for (const [number, inner] of layout) {
    if (inner instanceof Map) {
      const embedded = laidOut(inner, value);
      if (embedded.length > 0) parts.push(sized(number, ...embedded));
    } else {
      const given = value[inner.name];
      if (given !== undefined && given !== null) parts.push(field(number, inner, given));
    }
  }
  return parts;
}

const message = (type: TypeInfo, value: Dict): Buffer => Buffer.concat(laidOut(layoutOf(type), value));

/** Kinds of every group: of answers that are no object of a resource. */
const COMMON: Record<string, string> = { Status: 'meta.v1.Status' };

function content(group: string, version: string, kind: string, object: Dict): Buffer | undefined {
  const common = COMMON[kind];
  if (common) return message(typeInfo(common), object);
  const type = typeOfKind(group, version, kind);
  if (type) return message(type, object);
  const meta = isDict(object.metadata) ? object.metadata : {};
  if (kind === 'PartialObjectMetadata') return sized(1, message(typeInfo(META_TYPE), meta));
  const items = Array.isArray(object.items) ? (object.items as Dict[]) : undefined;
  if (!items || !kind.endsWith('List')) return undefined;
  const parts = items.map((item) => content(group, version, kind.slice(0, -'List'.length), item));
  if (parts.includes(undefined)) return undefined;
  return Buffer.concat([
    sized(1, message(typeInfo('meta.v1.ListMeta'), meta)),
    ...parts.map((part) => sized(2, part ?? Buffer.alloc(0))),
  ]);
}

/** An object or list that says its kind and apiVersion, as protobuf. Throws RangeError for a kind without a table. */
export function encodeProtobuf(object: Dict): Buffer {
  const { kind, apiVersion } = object as { kind: string; apiVersion: string };
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const raw = content(group, version, kind, object);
  if (!raw) throw new RangeError(`no protobuf of kind "${kind}" of "${apiVersion}"`);
  const type = sized(1, sized(1, text(apiVersion)), sized(2, text(kind)));
  return Buffer.concat([MAGIC, type, sized(2, raw), sized(3), sized(4)]);
}

/** An event of a watch, behind its length. */
export function watchFrame(type: string, object: Dict): Buffer {
  const event = Buffer.concat([sized(1, text(type)), sized(2, sized(1, encodeProtobuf(object)))]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}
