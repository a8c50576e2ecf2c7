/**
 * The OpenAPI v2 document as a protobuf message (gnostic's openapi.v2.Document): the form Go clients ask for. kubectl looks kinds up in it
 * that no v3 document has.
 */
import { type Dict, isDict } from '../types.ts';

type Kind = 'text' | 'texts' | 'bool' | 'int' | 'double' | 'any' | 'anys' | Message;
/** JSON keys, and under which number and how their values are written. `x-`: every extension; `{}`: every key, as named values. */
type Message = { [key: string]: readonly [number: number, kind: Kind] };

const SCHEMA: Message = {
  $ref: [1, 'text'],
  format: [2, 'text'],
  title: [3, 'text'],
  description: [4, 'text'],
  default: [5, 'any'],
  maximum: [7, 'double'],
  exclusiveMaximum: [8, 'bool'],
  minimum: [9, 'double'],
  exclusiveMinimum: [10, 'bool'],
  maxLength: [11, 'int'],
  minLength: [12, 'int'],
  pattern: [13, 'text'],
  maxItems: [14, 'int'],
  minItems: [15, 'int'],
  uniqueItems: [16, 'bool'],
  maxProperties: [17, 'int'],
  minProperties: [18, 'int'],
  required: [19, 'texts'],
  enum: [20, 'anys'],
  'x-': [31, 'anys'],
};
SCHEMA.type = [22, { '': [1, 'texts'] }];
SCHEMA.items = [23, { '': [1, SCHEMA] }];
SCHEMA.additionalProperties = [21, { '': [1, SCHEMA] }];
SCHEMA.properties = [25, { '{}': [1, SCHEMA] }];

const OPERATION: Message = {
  operationId: [5, 'text'],
  produces: [6, 'texts'],
  consumes: [7, 'texts'],
  schemes: [10, 'texts'],
  'x-': [13, 'anys'],
};

const DOCUMENT: Message = {
  swagger: [1, 'text'],
  info: [2, { title: [1, 'text'], version: [2, 'text'] }],
  paths: [
    8,
    {
      '{}': [
        2,
        {
          get: [2, OPERATION],
          put: [3, OPERATION],
          post: [4, OPERATION],
          delete: [5, OPERATION],
          patch: [8, OPERATION],
        },
      ],
    },
  ],
  definitions: [9, { '{}': [1, SCHEMA] }],
};

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = BigInt.asUintN(64, BigInt(Math.trunc(value))); ; left >>= 7n) {
    if (left < 0x80n) return Buffer.from([...bytes, Number(left)]);
    bytes.push(Number(left & 0x7fn) | 0x80);
  }
}

const framed = (number: number, body: Buffer): Buffer =>
  Buffer.concat([varint(number * 8 + 2), varint(body.length), body]);
const text = (number: number, value: unknown): Buffer => framed(number, Buffer.from(String(value)));
/** Any value: as YAML, which JSON is. */
const any = (value: unknown): Buffer => text(2, JSON.stringify(value));
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

function field(number: number, kind: Kind, value: unknown): Buffer[] {
  if (kind === 'text') return [text(number, value)];
  if (kind === 'texts') return list(value).map((one) => text(number, one));
  if (kind === 'bool') return value === true ? [varint(number * 8), varint(1)] : [];
  if (kind === 'int') return [varint(number * 8), varint(Number(value))];
  if (kind === 'any') return [framed(number, any(value))];
  if (kind === 'anys') return list(value).map((one) => framed(number, any(one)));
  if (kind === 'double') {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(Number(value));
    return [varint(number * 8 + 1), bytes];
  }
  return list(value).map((one) => framed(number, message(kind, one)));
}

const entry = (name: string, value: Buffer): Buffer => Buffer.concat([text(1, name), framed(2, value)]);

function message(form: Message, value: unknown): Buffer {
  const whole = form[''];
  // A message around one value; `true` for a schema has no form of its own worth keeping.
  if (whole) return Buffer.concat(typeof value === 'boolean' ? [] : field(...whole, value));
  const parts: Buffer[] = [];
  const named = form['{}'];
  for (const [key, item] of Object.entries(isDict(value) ? value : ({} as Dict))) {
    const known = form[key];
    const extension = form['x-'];
    if (named) parts.push(framed(named[0], entry(key, message(named[1] as Message, item))));
    else if (known) parts.push(...field(...known, item));
    else if (extension && key.startsWith('x-')) parts.push(framed(extension[0], entry(key, any(item))));
  }
  return Buffer.concat(parts);
}

export const openApiProto = (document: Dict): Buffer => message(DOCUMENT, document);
