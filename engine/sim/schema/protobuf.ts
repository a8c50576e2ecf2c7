/** Reads the protobuf form of built-in objects, which kubectl and Go clients send for typed writes. */
import { setKey } from '../json.ts';
import type { Dict } from '../types.ts';
import { type Scalar, type TypeInfo, type TypeRef, typeInfo, typeOfKind } from './table.ts';

/** What every object's protobuf begins with. */
export const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

type Wire = { number: number; varint: bigint; bytes: Buffer };

/** The fields of one message, in order. Throws RangeError where it is cut short. */
function* messageFields(message: Buffer): Generator<Wire> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined || shift > 63n) throw new RangeError('protobuf: bad varint');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (length < 0 || at + length > message.length) throw new RangeError('protobuf: unexpected end');
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = Number(varint());
    const number = key >>> 3;
    const wire = key & 7;
    if (wire === 0) yield { number, varint: varint(), bytes: MAGIC };
    else if (wire === 1) yield { number, varint: 0n, bytes: take(8) };
    else if (wire === 2) yield { number, varint: 0n, bytes: take(Number(varint())) };
    else if (wire === 5) yield { number, varint: 0n, bytes: take(4) };
    else throw new RangeError(`protobuf: wire type ${wire}`);
  }
}

const signed = (value: bigint): number => Number(BigInt.asIntN(64, value));

function fieldsOf(message: Buffer): Map<number, Wire> {
  return new Map([...messageFields(message)].map((field) => [field.number, field]));
}

function time(message: Buffer, digits: number): string | null {
  const fields = fieldsOf(message);
  const seconds = signed(fields.get(1)?.varint ?? 0n);
  const nanos = signed(fields.get(2)?.varint ?? 0n);
  if (fields.size === 0) return null;
  const stamp = new Date(seconds * 1000).toISOString().slice(0, 19);
  return digits === 0 ? `${stamp}Z` : `${stamp}.${String(nanos).padStart(9, '0').slice(0, digits)}Z`;
}

function scalar(code: Scalar, { varint, bytes }: Wire): unknown {
  switch (code) {
    case 's':
      return bytes.toString('utf8');
    case 'b':
      return varint !== 0n;
    case 'i':
    case 'l':
      return signed(varint);
    case 'f':
      return bytes.readDoubleLE(0);
    case 'y':
      return bytes.toString('base64');
    case 't':
      return time(bytes, 0);
    case 'u':
      return time(bytes, 6);
    case 'd':
      return `${signed(fieldsOf(bytes).get(1)?.varint ?? 0n) / 1e9}s`;
    case 'q':
      return fieldsOf(bytes).get(1)?.bytes.toString('utf8') ?? '0';
    case 'o': {
      const fields = fieldsOf(bytes);
      return fields.get(1)?.varint === 1n
        ? (fields.get(3)?.bytes.toString('utf8') ?? '')
        : signed(fields.get(2)?.varint ?? 0n);
    }
    default: {
      const raw = fieldsOf(bytes).get(1)?.bytes;
      return raw && raw.length > 0 ? JSON.parse(raw.toString('utf8')) : null;
    }
  }
}

function value(type: TypeRef, wire: Wire): unknown {
  if (type.kind === 'scalar') return scalar(type.code, wire);
  if (type.kind === 'struct') return struct(typeInfo(type.name), wire.bytes);
  // Only a map's values are lists here; they are wrapped in a message of repeated items.
  if (type.kind === 'list') return [...messageFields(wire.bytes)].map((item) => value(type.of, item));
  throw new RangeError('protobuf: a map in a list');
}

/** Field number, dotted for those of embedded messages → name and type. */
const numbered = new Map<TypeInfo, Map<string, { name: string; type: TypeRef }>>();

function byNumber(type: TypeInfo): Map<string, { name: string; type: TypeRef }> {
  let table = numbered.get(type);
  if (!table) {
    table = new Map();
    for (const field of type.fields.values()) table.set(field.number, field);
    numbered.set(type, table);
  }
  return table;
}

function read(type: TypeInfo, message: Buffer, under: string, into: Dict): void {
  const table = byNumber(type);
  for (const wire of messageFields(message)) {
    const number = `${under}${wire.number}`;
    const field = table.get(number);
    if (!field) {
      // An embedded message's own fields are the outer type's.
      if ([...table.keys()].some((known) => known.startsWith(`${number}.`))) read(type, wire.bytes, `${number}.`, into);
      continue;
    }
    if (field.type.kind === 'list') {
      const items = (into[field.name] ?? []) as unknown[];
      items.push(value(field.type.of, wire));
      into[field.name] = items;
    } else if (field.type.kind === 'map') {
      const map = (into[field.name] ?? {}) as Dict;
      const entry = fieldsOf(wire.bytes);
      const item = entry.get(2) ?? { number: 2, varint: 0n, bytes: Buffer.alloc(0) };
      setKey(map, entry.get(1)?.bytes.toString('utf8') ?? '', value(field.type.of, item));
      into[field.name] = map;
    } else into[field.name] = value(field.type, wire);
  }
}

function struct(type: TypeInfo, message: Buffer): Dict {
  const result: Dict = {};
  read(type, message, '', result);
  return result;
}

/** An object as JSON data, kind and apiVersion included. Throws RangeError for what isn't one, or is of a kind without a table. */
export function decodeProtobuf(body: Buffer, fallback?: { apiVersion: string; kind: string }): Dict {
  if (!body.subarray(0, 4).equals(MAGIC))
    throw new RangeError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  const envelope = fieldsOf(body.subarray(4));
  const meta = fieldsOf(envelope.get(1)?.bytes ?? Buffer.alloc(0));
  const apiVersion = meta.get(1)?.bytes.toString('utf8') || fallback?.apiVersion || '';
  const kind = meta.get(2)?.bytes.toString('utf8') || fallback?.kind || '';
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const type =
    kind === 'DeleteOptions' ? typeInfo('meta.v1.DeleteOptions') : typeOfKind(group ?? '', version ?? '', kind);
  if (!type) throw new RangeError(`no kind "${kind}" is registered for version "${apiVersion}"`);
  return { kind, apiVersion, ...struct(type, envelope.get(2)?.bytes ?? Buffer.alloc(0)) };
}
