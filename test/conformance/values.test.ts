/** Values of custom resources: what a schema takes, drops, fills in, and forgives because it was there before. */
import { CRDS, crd, version } from './crd.ts';
import { recorded } from './recorded.ts';

const group = 'NS.values.example.com';
const string = { type: 'string' };
const integer = { type: 'integer' };
const path = `/apis/${group}/v1/namespaces/NS/things`;

const properties = {
  int: integer,
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  num: { type: 'number' },
  flag: { type: 'boolean' },
  either: { 'x-kubernetes-int-or-string': true },
  eitherOf: {
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    'x-kubernetes-int-or-string': true,
    pattern: '^\\d+%$',
  },
  maybe: { type: 'string', nullable: true },
  filled: { type: 'string', default: 'x' },
  filledMaybe: { type: 'string', default: 'x', nullable: true },
  object: { type: 'object', default: {}, properties: { a: { type: 'string', default: 'deep' }, b: integer } },
  maybeObject: { type: 'object', nullable: true, properties: { a: { type: 'string', default: 'deep' } } },
  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  freeWith: {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    properties: { known: { type: 'object', properties: { a: string } } },
  },
  untyped: { 'x-kubernetes-preserve-unknown-fields': true },
  anything: { type: 'object', additionalProperties: true },
  labels: { type: 'object', additionalProperties: string },
  objects: {
    type: 'object',
    additionalProperties: { type: 'object', properties: { a: { type: 'string', default: 'd' } } },
  },
  embedded: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
  embeddedWith: {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    properties: { spec: { type: 'object', properties: { a: string } } },
  },
  embeddeds: {
    type: 'array',
    items: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
  },
  set: { type: 'array', items: string, 'x-kubernetes-list-type': 'set' },
  numbers: { type: 'array', items: { type: 'number' }, 'x-kubernetes-list-type': 'set' },
  atoms: {
    type: 'array',
    'x-kubernetes-list-type': 'set',
    items: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: string, b: string } },
  },
  keyed: {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name', 'port'],
    items: {
      type: 'object',
      required: ['name'],
      properties: { name: string, port: { type: 'integer', default: 80 }, size: integer },
    },
  },
  named: {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    items: { type: 'object', required: ['name'], properties: { name: string, size: integer } },
  },
  list: { type: 'array', items: integer },
  nulls: { type: 'array', items: { type: 'string', nullable: true } },
  when: { type: 'string', format: 'date-time' },
  mail: { type: 'string', format: 'email' },
  host: { type: 'string', format: 'hostname' },
  v4: { type: 'string', format: 'ipv4' },
  v6: { type: 'string', format: 'ipv6' },
  net: { type: 'string', format: 'cidr' },
  mac: { type: 'string', format: 'mac' },
  uri: { type: 'string', format: 'uri' },
  uuid: { type: 'string', format: 'uuid' },
  span: { type: 'string', format: 'duration' },
  day: { type: 'string', format: 'date' },
  bytes: { type: 'string', format: 'byte' },
  secret: { type: 'string', format: 'password' },
  odd: { type: 'string', format: 'unheard-of' },
  both: { allOf: [{ minLength: 2 }, { maxLength: 3 }], type: 'string' },
  some: { anyOf: [{ pattern: '^a' }, { pattern: '^b' }], type: 'string' },
  one: { oneOf: [{ pattern: '^a' }, { pattern: 'a$' }], type: 'string' },
  none: { not: { pattern: '^a' }, type: 'string' },
  enums: { type: 'integer', enum: [1, 2] },
  few: { type: 'object', minProperties: 1, maxProperties: 2, additionalProperties: integer },
  range: {
    type: 'array',
    minItems: 1,
    maxItems: 2,
    items: { type: 'integer', minimum: 1, exclusiveMaximum: true, maximum: 5 },
  },
};

const schema = {
  type: 'object',
  properties: { spec: { type: 'object', properties }, status: { type: 'object', properties: { n: integer } } },
};
const definition = (schema: object): object =>
  crd(group, 'things', 'Thing', [version(schema, { subresources: { status: {} } })]);
const thing = (name: string, spec: unknown, more: object = {}): object => ({
  apiVersion: `${group}/v1`,
  kind: 'Thing',
  metadata: { name },
  spec,
  ...more,
});
/** Tried without being kept. */
const tried = (name: string, spec: unknown, query: object = {}) => ({
  name,
  method: 'POST' as const,
  path,
  query: { dryRun: 'All', fieldManager: 'me', ...query },
  body: thing('one', spec),
});
/** The body as it is written: numbers keep their form. */
const raw = (name: string, spec: string) => ({
  ...tried(name, {}),
  body: JSON.stringify(thing('one', 'SPEC')).replace('"SPEC"', spec),
});
const inner = (metadata: unknown = { name: 'a' }): object => ({ apiVersion: 'v1', kind: 'Pod', metadata });

recorded(
  'values of custom resources',
  'values.txt',
  [
    { name: 'definition', method: 'POST', path: CRDS, body: definition(schema) },
    { name: 'served', path, until: 'ThingList' },
    // Numbers.
    raw('a whole number', '{"int":1,"num":1,"int64":9007199254740993}'),
    raw('a whole number with a point', '{"int":1.0}'),
    raw('a whole number with an exponent', '{"int":1e3}'),
    raw('a huge number', '{"int":1e30}'),
    raw('a huge number where any may be', '{"num":1e30,"untyped":1e30}'),
    raw('a fraction', '{"int":1.5}'),
    raw('more than 32 bits', '{"int32":2147483648}'),
    raw('more than 64 bits', '{"int64":9223372036854775808}'),
    raw('a long fraction', '{"num":0.1234567890123456789}'),
    raw('a number as text', '{"int":"1"}'),
    raw('a truth as text', '{"flag":"true"}'),
    raw('minus nothing', '{"num":-0,"int":-0}'),
    // Either.
    tried('an int where either may be', { either: 5 }),
    tried('a text where either may be', { either: '5' }),
    tried('a fraction where either may be', { either: 1.5 }),
    tried('a list where either may be', { either: [] }),
    tried('null where either may be', { either: null }),
    tried('either with a pattern', { eitherOf: '5%' }),
    tried('either against a pattern', { eitherOf: '5' }),
    tried('either with a pattern for texts', { eitherOf: 5 }),
    // Null.
    tried('null where it may be', { maybe: null, maybeObject: null }),
    tried('null where it may not', { int: null, flag: null, list: null, free: null }),
    tried('null with a default', { filled: null, filledMaybe: null }),
    tried('null in lists', { list: [1, null], nulls: ['a', null] }),
    tried('null in maps', { labels: { a: null, b: 'c' }, objects: { a: null } }),
    tried('null in free objects', { free: { a: null }, untyped: null }),
    tried('no spec at all', null),
    tried('defaults in objects', { object: {}, maybeObject: {}, objects: { a: {} } }),
    // Unknown.
    tried('unknown fields of every kind', {
      nope: 1,
      object: { c: 1 },
      free: { any: { thing: 1 } },
      freeWith: { any: { thing: 1 }, known: { a: 'x', b: 'gone' } },
      untyped: { any: [1] },
      anything: { a: { b: 1 }, c: [{ d: 1 }] },
      objects: { k: { a: 'x', z: 1 } },
      keyed: [{ name: 'a', z: 1 }],
    }),
    tried(
      'unknown fields, strictly',
      { nope: 1, freeWith: { known: { b: 1 } }, anything: { a: { b: 1 } }, keyed: [{ name: 'a', z: 1 }] },
      { fieldValidation: 'Strict' },
    ),
    // Resources inside.
    tried('a resource', {
      embedded: { ...inner(), spec: { any: 1 } },
      embeddeds: [inner()],
      embeddedWith: { ...inner(), spec: { a: 'x', b: 1 }, status: {} },
    }),
    tried('a resource without kind', { embedded: { apiVersion: 'v1' } }),
    tried('a resource without version', { embeddeds: [inner(), { kind: 'Pod' }] }),
    tried('a resource of nothing', { embedded: {} }),
    tried('a resource of an odd version', { embedded: { apiVersion: 'a/b/c', kind: 'Pod' } }),
    tried('a resource of an odd kind', { embedded: { apiVersion: 'v1', kind: 'po d' } }),
    tried('a resource of a version that is no text', { embedded: { apiVersion: 1, kind: 'Pod' } }),
    tried('a resource of an empty kind', { embedded: { apiVersion: 'v1', kind: '' } }),
    tried('a resource with an odd name', { embedded: inner({ name: 'a/b' }) }),
    tried('a resource with odd labels', {
      embedded: inner({ name: 'a', labels: { 'a b': 'c d' }, annotations: { 'x y': '' } }),
    }),
    tried('a resource whose labels are a list', { embedded: inner({ name: 'a', labels: ['x'] }) }),
    tried('a resource whose metadata is a text', { embedded: inner('a') }),
    tried('a resource whose name is a number', { embedded: inner({ name: 1 }) }),
    tried('a resource with unknown metadata', {
      embedded: inner({ name: 'a', nope: 1 }),
      embeddedWith: inner({ name: 'b', foo: { bar: 1 } }),
    }),
    tried(
      'a resource with unknown metadata, strictly',
      { embedded: inner({ name: 'a', nope: 1 }) },
      { fieldValidation: 'Strict' },
    ),
    tried('a resource with owners and finalizers', {
      embedded: inner({ name: 'a', finalizers: ['a b'], ownerReferences: [{ apiVersion: 'v1', kind: 'Pod' }] }),
    }),
    tried('a resource with metadata that is complete', {
      embedded: inner({
        name: 'a',
        namespace: 'b',
        generateName: 'c',
        uid: 'd',
        creationTimestamp: null,
        labels: { a: 'b' },
      }),
    }),
    tried('a resource whose time is none', { embedded: inner({ name: 'a', creationTimestamp: 'yesterday' }) }),
    // Sets and maps.
    tried('twice in a set', { set: ['a', 'b', 'a', 'a', 'b'] }),
    raw('twice in a set of numbers', '{"numbers":[1,2,1.5,2]}'),
    tried('twice in a set of objects', {
      atoms: [
        { a: 'x', b: 'y' },
        { b: 'y', a: 'x' },
      ],
    }),
    tried('twice by two keys', { keyed: [{ name: 'a' }, { name: 'a', port: 80 }, { name: 'a', port: 81 }] }),
    tried('twice by one key', { named: [{ name: 'a', size: 1 }, { name: 'b' }, { name: 'a', size: 2 }] }),
    tried('without a key', { named: [{ size: 1 }, { size: 2 }] }),
    tried('a null in a map of items', { named: [null, { name: 'a' }] }),
    // Texts of a format.
    tried('formats that are', {
      when: '2020-01-01T00:00:00Z',
      mail: 'a@b.c',
      host: 'a.b',
      v4: '1.2.3.4',
      v6: '::1',
      net: '10.0.0.0/8',
      mac: '00:11:22:33:44:55',
      uri: 'http://a/b',
      uuid: '12345678-1234-1234-1234-123456789abc',
      span: '1h30m',
      day: '2020-02-29',
      bytes: 'YWJj',
      secret: 'x',
      odd: '?',
    }),
    ...Object.entries({
      when: '2020-01-01',
      mail: 'a',
      host: '-a-',
      v4: '1.2.3',
      v6: '1.2.3.4',
      net: '10.0.0.0',
      mac: '00:11',
      uri: 'a b',
      uuid: 'x',
      span: '1 fortnight',
      day: '2020-02-30',
      bytes: '***',
    }).map(([name, value]) => tried(`no ${name}`, { [name]: value })),
    ...Object.entries({
      when: '2020-01-01 00:00:00Z',
      mail: 'A <a@b>',
      host: 'a_b',
      v4: '01.2.3.4',
      v6: '::ffff:1.2.3.4',
      net: '10.0.0.1/8',
      mac: '0011.2233.4455',
      uri: '/a',
      uuid: '12345678123412341234123456789ABC',
      span: '1d',
      day: '2020-1-1',
      bytes: 'YWJ',
    }).map(([name, value]) => tried(`an odd ${name}`, { [name]: value })),
    // Junctions and bounds.
    tried('not all', { both: 'a' }),
    tried('not all at the other end', { both: 'abcd' }),
    tried('not any', { some: 'c' }),
    tried('two of one', { one: 'aba' }),
    tried('none of one', { one: 'b' }),
    tried('what must not be', { none: 'a' }),
    tried('no such number', { enums: 3 }),
    tried('too few members', { few: {} }),
    tried('too many members', { few: { a: 1, b: 2, c: 3 } }),
    tried('too few items', { range: [] }),
    tried('too many items', { range: [1, 2, 3] }),
    tried('items out of bounds', { range: [0, 5] }),
    tried('spec of another type', 'text'),
    tried('spec that is a list', []),
  ],
  [`${CRDS}/things.${group}`],
);
