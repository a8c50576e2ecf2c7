/** Changes of definitions: what of their resources is forgiven under a stricter schema, names that are taken, versions that come and go. */
import { CRDS, crd, version as stored } from './crd.ts';
import { recorded } from './recorded.ts';

const group = 'NS.changes.example.com';
const string = { type: 'string' };
const integer = { type: 'integer' };
const at = (version: string, plural: string): string => `/apis/${group}/${version}/namespaces/NS/${plural}`;

const definition = (plural: string, kind: string, spec: object, names: object = {}): object =>
  crd(group, plural, kind, [], { names: { plural, kind, ...names }, ...spec });
const version = (name: string, schema: object, more: object = {}): object => stored(schema, { name, ...more });
const spec = (properties: object, more: object = {}): object => ({
  type: 'object',
  properties: {
    spec: { type: 'object', properties, ...more },
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
});

const items = (properties: object, more: object = {}): object => ({
  type: 'array',
  items: { type: 'object', properties, ...more },
});
const keyed = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] };
const nameOnly = { required: ['name'] };
const rules = (...list: object[]): object => ({ 'x-kubernetes-validations': list });
const embedded = {
  type: 'object',
  'x-kubernetes-embedded-resource': true,
  'x-kubernetes-preserve-unknown-fields': true,
};

const LOOSE = {
  text: string,
  other: string,
  size: integer,
  pair: { type: 'object', properties: { a: string, b: string } },
  map: { type: 'object', additionalProperties: string },
  list: { type: 'array', items: string },
  parts: { ...items({ name: string, size: integer }, nameOnly), ...keyed },
  set: { type: 'array', items: string },
  ruled: { type: 'object', properties: { a: integer, b: integer } },
  moved: integer,
  either: string,
  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
};
const STRICT = {
  text: { type: 'string', pattern: '^[a-z]+$' },
  other: string,
  size: { type: 'integer', maximum: 5 },
  pair: { type: 'object', required: ['c'], properties: { a: { type: 'string', enum: ['x'] }, b: string, c: string } },
  map: { type: 'object', maxProperties: 1, additionalProperties: { type: 'string', maxLength: 2 } },
  list: { type: 'array', items: { type: 'string', maxLength: 2 } },
  parts: { ...items({ name: string, size: { type: 'integer', maximum: 5 } }, nameOnly), ...keyed },
  set: { type: 'array', items: string, 'x-kubernetes-list-type': 'set' },
  ruled: {
    type: 'object',
    properties: { a: { ...integer, ...rules({ rule: 'self < 5', message: 'a is small' }) }, b: integer },
    ...rules({
      rule: 'self.a < self.b',
      messageExpression: '"a is " + (self.a > 5 ? "large" : "small")',
      fieldPath: '.a',
      reason: 'FieldValueForbidden',
    }),
  },
  moved: {
    ...integer,
    ...rules(
      { rule: 'self >= oldSelf', message: 'never down' },
      { rule: '!oldSelf.hasValue() || self != 13', optionalOldSelf: true, message: 'never to thirteen' },
    ),
  },
  either: { type: 'string', allOf: [{ maxLength: 2 }] },
  free: embedded,
};
const one = (values: object): object => ({
  apiVersion: `${group}/v1`,
  kind: 'Old',
  metadata: { name: 'one' },
  spec: values,
});
const two = (values: object): object => ({ ...one(values), metadata: { name: 'two' } });
const old = `${at('v1', 'olds')}/one`;
const BAD = {
  text: 'ABC',
  size: 9,
  pair: { a: 'y', b: 'b' },
  map: { k: 'long', l: 'longer' },
  list: ['long'],
  parts: [
    { name: 'p', size: 9 },
    { name: 'q', size: 1 },
  ],
  set: ['a', 'a'],
  ruled: { a: 9, b: 8 },
  moved: 5,
  either: 'long',
};
const patch = (name: string, change: object) => ({
  name,
  patch: 'merge' as const,
  path: old,
  query: { dryRun: 'All', fieldManager: 'me' },
  body: { spec: change },
});

const V1 = version('v1', spec({ a: string, b: string, c: { type: 'string', default: 'one' } }), { storage: true });
const V2 = version('v2', spec({ b: string, c: { type: 'string', default: 'two' } }), { storage: false });
const versions = (name: string, ...list: object[]) => ({
  name,
  patch: 'merge' as const,
  path: `${CRDS}/manies.${group}`,
  body: { spec: { versions: list } },
});

recorded(
  'changes of definitions',
  'changes.txt',
  [
    // Ratcheting.
    {
      name: 'a loose definition',
      method: 'POST',
      path: CRDS,
      body: definition('olds', 'Old', { versions: [version('v1', spec(LOOSE), { subresources: { status: {} } })] }),
    },
    { name: 'served', path: at('v1', 'olds'), until: 'OldList' },
    {
      name: 'what will be wrong',
      method: 'POST',
      path: at('v1', 'olds'),
      query: { fieldManager: 'me' },
      body: one(BAD),
    },
    {
      name: 'a strict definition',
      patch: 'merge',
      path: `${CRDS}/olds.${group}`,
      body: { spec: { versions: [version('v1', spec(STRICT), { subresources: { status: {} } })] } },
    },
    {
      name: 'it is strict',
      method: 'POST',
      path: at('v1', 'olds'),
      query: { dryRun: 'All' },
      body: two({ text: 'ABC' }),
      until: 'is invalid',
    },
    {
      name: 'a new one of all that is wrong',
      method: 'POST',
      path: at('v1', 'olds'),
      query: { dryRun: 'All' },
      body: two({ list: ['long'], ruled: { a: 9, b: 8 } }),
    },
    { name: 'get', path: old },
    patch('another field', { other: 'x' }),
    patch('nothing', {}),
    patch('the wrong text to a right one', { text: 'abc' }),
    patch('the wrong text to a wrong one', { text: 'ABCD' }),
    patch('another part of the wrong pair', { pair: { b: 'c' } }),
    patch('the required part of the wrong pair', { pair: { c: 'c' } }),
    patch('another key of the wrong map', { map: { m: 'x' } }),
    patch('one key less in the wrong map', { map: { l: null } }),
    patch('another item of a list', { list: ['long', 'x'] }),
    patch('the same list', { list: ['long'] }),
    patch('another item of a map of items', {
      parts: [
        { name: 'p', size: 9 },
        { name: 'r', size: 1 },
      ],
    }),
    patch('the wrong item changed', {
      parts: [
        { name: 'p', size: 8 },
        { name: 'q', size: 1 },
      ],
    }),
    patch('items in another order', {
      parts: [
        { name: 'q', size: 1 },
        { name: 'p', size: 9 },
      ],
    }),
    patch('a set that was none', { set: ['a', 'a', 'b', 'b'] }),
    patch('a set that becomes one', { set: ['a'] }),
    patch('a part of what a rule refuses', { ruled: { b: 7 } }),
    patch('the same part of what a rule refuses', { ruled: { a: 9 } }),
    patch('what a rule refuses made right', { ruled: { a: 1 } }),
    patch('down', { moved: 4 }),
    patch('up', { moved: 6 }),
    patch('to thirteen', { moved: 13 }),
    patch('a longer text under allOf', { either: 'longer' }),
    patch('the same text under allOf', { either: 'long', other: 'y' }),
    patch('a resource inside', { free: { apiVersion: 'v1' } }),
    {
      name: 'a label',
      patch: 'merge',
      path: old,
      query: { fieldManager: 'me' },
      body: { metadata: { labels: { a: 'b' } } },
    },
    {
      name: 'a status',
      patch: 'merge',
      path: `${old}/status`,
      query: { fieldManager: 'me' },
      body: { status: { a: 1 } },
    },
    {
      name: 'applied',
      patch: 'apply',
      path: old,
      query: { fieldManager: 'ap', dryRun: 'All' },
      body: one({ other: 'z' }),
    },
    {
      name: 'replaced by the same',
      method: 'PUT',
      path: old,
      query: { dryRun: 'All' },
      body: { ...one(BAD), metadata: { name: 'one', resourceVersion: 'RV(a status)' } },
    },
    // What of a definition can't change.
    {
      name: 'another scope',
      patch: 'merge',
      path: `${CRDS}/olds.${group}`,
      query: { dryRun: 'All' },
      body: { spec: { scope: 'Cluster' } },
    },
    {
      name: 'another kind',
      patch: 'merge',
      path: `${CRDS}/olds.${group}`,
      query: { dryRun: 'All' },
      body: { spec: { names: { kind: 'Older', listKind: 'OlderList' } } },
    },
    {
      name: 'another group',
      patch: 'merge',
      path: `${CRDS}/olds.${group}`,
      query: { dryRun: 'All' },
      body: { spec: { group: 'a.b' } },
    },
    {
      name: 'another plural',
      patch: 'merge',
      path: `${CRDS}/olds.${group}`,
      query: { dryRun: 'All' },
      body: { spec: { names: { plural: 'olders' } } },
    },
    {
      name: 'without the stored version',
      patch: 'merge',
      path: `${CRDS}/olds.${group}`,
      query: { dryRun: 'All' },
      body: { spec: { versions: [version('v2', spec(LOOSE))] } },
    },
    // Names.
    {
      name: 'the first of a kind',
      method: 'POST',
      path: CRDS,
      body: definition('firsts', 'Twin', { versions: [version('v1', spec({}))] }, { shortNames: ['tw'] }),
    },
    { name: 'accepted', path: `${CRDS}/firsts.${group}`, until: 'InitialNamesAccepted' },
    {
      name: 'the second of a kind',
      method: 'POST',
      path: CRDS,
      body: definition('seconds', 'Twin', { versions: [version('v1', spec({}))] }),
    },
    { name: 'not accepted', path: `${CRDS}/seconds.${group}`, until: 'NotAccepted' },
    { name: 'not served', path: at('v1', 'seconds') },
    {
      name: 'the third by a short name',
      method: 'POST',
      path: CRDS,
      body: definition('thirds', 'Third', { versions: [version('v1', spec({}))] }, { shortNames: ['tw', 'th'] }),
    },
    { name: 'the short name is taken', path: `${CRDS}/thirds.${group}`, until: 'NotAccepted' },
    {
      name: 'the fourth by its singular',
      method: 'POST',
      path: CRDS,
      body: definition('fourths', 'Fourth', { versions: [version('v1', spec({}))] }, { singular: 'firsts' }),
    },
    { name: 'the singular is taken', path: `${CRDS}/fourths.${group}`, until: 'NotAccepted' },
    {
      name: 'the second without its name',
      patch: 'merge',
      path: `${CRDS}/seconds.${group}`,
      body: { spec: { names: { kind: 'Second', listKind: 'SecondList', singular: 'second' } } },
    },
    { name: 'accepted then', path: `${CRDS}/seconds.${group}`, until: 'InitialNamesAccepted' },
    { name: 'served then', path: at('v1', 'seconds'), until: 'SecondList' },
    { name: 'the first goes', method: 'DELETE', path: `${CRDS}/firsts.${group}` },
    { name: 'the first is gone', path: `${CRDS}/firsts.${group}`, until: 'NotFound' },
    { name: 'the third gets its names', path: `${CRDS}/thirds.${group}`, until: 'InitialNamesAccepted' },
    // Versions.
    {
      name: 'a definition of two versions',
      method: 'POST',
      path: CRDS,
      body: definition('manies', 'Many', { versions: [V1, V2] }),
    },
    { name: 'both served', path: at('v2', 'manies'), until: 'ManyList' },
    {
      name: 'create in the first',
      method: 'POST',
      path: at('v1', 'manies'),
      query: { fieldManager: 'me' },
      body: { apiVersion: `${group}/v1`, kind: 'Many', metadata: { name: 'm' }, spec: { a: 'x', b: 'x', d: 'gone' } },
    },
    { name: 'read in the second', path: `${at('v2', 'manies')}/m` },
    {
      name: 'patch in the second',
      patch: 'merge',
      path: `${at('v2', 'manies')}/m`,
      query: { fieldManager: 'me' },
      body: { spec: { b: 'y' } },
    },
    { name: 'read in the first', path: `${at('v1', 'manies')}/m` },
    versions('the second is stored', { ...V1, storage: false }, { ...V2, storage: true }),
    {
      name: 'create in the second',
      method: 'POST',
      path: at('v2', 'manies'),
      query: { fieldManager: 'me' },
      body: { apiVersion: `${group}/v2`, kind: 'Many', metadata: { name: 'n' }, spec: { b: 'y' } },
    },
    { name: 'list in the first', path: at('v1', 'manies'), until: 'ManyList' },
    versions('without the first', { ...V2, storage: true }),
    versions('the first not served', { ...V1, storage: false, served: false }, { ...V2, storage: true }),
    { name: 'the first is not there', path: at('v1', 'manies'), until: '404' },
    { name: 'its group', path: `/apis/${group}` },
    { name: 'no such resource of a group', path: at('v2', 'nothings') },
    { name: 'no such version of a group', path: at('v9', 'manies') },
    { name: 'no such subresource', path: `${at('v2', 'manies')}/m/nope` },
    { name: 'no status of its own', path: `${at('v2', 'manies')}/m/status` },
    versions(
      'the first deprecated',
      { ...V1, storage: false, deprecated: true },
      { ...V2, storage: true, deprecated: true, deprecationWarning: 'use "another"' },
    ),
    { name: 'the first is there again', path: at('v1', 'manies'), until: 'ManyList' },
    { name: 'list in a deprecated version', path: at('v1', 'manies') },
    { name: 'get in a deprecated version', path: `${at('v1', 'manies')}/m` },
    {
      name: 'create in a deprecated version',
      method: 'POST',
      path: at('v1', 'manies'),
      query: { dryRun: 'All' },
      body: { apiVersion: `${group}/v1`, kind: 'Many', metadata: { name: 'o' } },
    },
    {
      name: 'patch in a version with a warning',
      patch: 'merge',
      path: `${at('v2', 'manies')}/m`,
      query: { dryRun: 'All' },
      body: { spec: { b: 'z' } },
    },
    {
      name: 'delete in a version with a warning',
      method: 'DELETE',
      path: `${at('v2', 'manies')}/m`,
      query: { dryRun: 'All' },
    },
    { name: 'get of nothing in a version with a warning', path: `${at('v2', 'manies')}/nope` },
    { name: 'the definition', path: `${CRDS}/manies.${group}` },
    // Left as the first stored them, they could never be read again: neither the definition nor any namespace could be deleted.
    ...['m', 'n'].map((name) => ({
      name: `${name} is stored by the second`,
      patch: 'merge' as const,
      path: `${at('v2', 'manies')}/${name}`,
      query: { fieldManager: 'me' },
      body: { spec: { b: 'w' } },
    })),
    {
      name: 'the stored versions',
      patch: 'merge',
      path: `${CRDS}/manies.${group}/status`,
      body: { status: { storedVersions: ['v2'] } },
    },
    versions('without the first now', { ...V2, storage: true }),
    {
      name: 'no stored version',
      patch: 'merge',
      path: `${CRDS}/manies.${group}/status`,
      body: { status: { storedVersions: [] } },
    },
  ],
  ['olds', 'firsts', 'seconds', 'thirds', 'fourths', 'manies'].map((plural) => `${CRDS}/${plural}.${group}`),
);
