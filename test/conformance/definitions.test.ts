/** Definitions that a server refuses, and one that it takes. */
import { CRDS, crd, version as stored, underSpec } from './crd.ts';
import { recorded } from './recorded.ts';

const group = 'NS.defs.example.com';
const string = { type: 'string' };

/** A definition with this property under `spec`, tried without being kept. */
const tried = (name: string, property: object, version: object = {}, spec: object = {}) => ({
  name,
  method: 'POST' as const,
  path: CRDS,
  query: { dryRun: 'All' },
  body: crd(group, 'trials', 'Trial', [stored(underSpec({ a: property }), version)], spec),
});

const column = (change: object): object => ({
  additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.spec.a', ...change }],
});
const scale = (change: object): object => ({
  subresources: {
    status: {},
    scale: { specReplicasPath: '.spec.a', statusReplicasPath: '.status.a', ...change },
  },
});
const names = (change: object): object => ({ names: { plural: 'trials', kind: 'Trial', ...change } });
const items = (item: object, more: object): object => ({ type: 'array', items: item, ...more });
const keyed = (item: object, keys: string[], more: object = {}): object =>
  items({ type: 'object', ...item }, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys, ...more });
const version = (name: string, more: object = {}): object => ({
  name,
  served: true,
  storage: false,
  schema: { openAPIV3Schema: { type: 'object', properties: { [name]: string } } },
  ...more,
});
const versions = (...list: object[]): object => ({ versions: list });
const whole = (name: string, schema: object, more: object = {}) =>
  tried(name, string, { schema: { openAPIV3Schema: schema }, ...more });
const rule = (source: string): object => ({ 'x-kubernetes-validations': [{ rule: source, message: 'no' }] });

const converting = (name: string, webhook: object) =>
  tried(name, string, {}, { conversion: { strategy: 'Webhook', webhook } });
const somewhere = { clientConfig: { url: 'https://a.b/c' } };

recorded('definitions', 'definitions.txt', [
  tried('a pattern that is none', { type: 'string', pattern: '(' }),
  tried('no such reason', { type: 'string', 'x-kubernetes-validations': [{ rule: 'true', reason: 'Nope' }] }),
  tried('properties and more of any kind', { type: 'object', properties: { b: string }, additionalProperties: true }),
  tried('columns without name, type or path', string, {
    additionalPrinterColumns: [
      { name: '', type: 'foo', jsonPath: '.a' },
      { name: 'B', type: 'bar', jsonPath: '.b' },
    ],
  }),
  tried('a webhook without its address', string, {}, { conversion: { strategy: 'Webhook' } }),
  // Columns and paths.
  tried('a column without a path', string, column({ jsonPath: '' })),
  tried('a column whose path begins with a name', string, column({ jsonPath: 'spec.a' })),
  tried('a column whose path ends early', string, column({ jsonPath: '.spec.a[' })),
  tried('a column whose path is a question', string, column({ jsonPath: '.spec.a[?(@.b==' })),
  tried('a column of no such format', string, column({ format: 'nope' })),
  tried('a column without a name', string, column({ name: '' })),
  tried('a scale without paths', string, scale({ specReplicasPath: '', statusReplicasPath: '' })),
  tried('a scale of the status', string, scale({ specReplicasPath: '.status.a', statusReplicasPath: '.spec.a' })),
  tried('a scale by names', string, scale({ specReplicasPath: 'spec.a', statusReplicasPath: 'a' })),
  tried('a scale by indexes', string, scale({ specReplicasPath: '.spec.a[0]' })),
  tried('a selector of the metadata', string, scale({ labelSelectorPath: '.metadata.labels' })),
  tried('a selector by name', string, scale({ labelSelectorPath: 'spec' })),
  tried('fields to select by', string, { selectableFields: [{ jsonPath: '.spec.a' }, { jsonPath: '.spec.a' }] }),
  tried('a field of the metadata to select by', string, { selectableFields: [{ jsonPath: '.metadata.name' }] }),
  tried('no such field to select by', string, { selectableFields: [{ jsonPath: '.spec.b' }] }),
  tried('an object to select by', string, { selectableFields: [{ jsonPath: '.spec' }] }),
  tried('a field to select by without dot', string, { selectableFields: [{ jsonPath: 'spec.a' }] }),
  tried('a warning of what is not deprecated', string, { deprecationWarning: 'old' }),
  tried('an empty warning', string, { deprecated: true, deprecationWarning: '' }),
  tried('a warning of two lines', string, { deprecated: true, deprecationWarning: 'a\nb' }),
  // Names and versions.
  tried('a kind with a space', string, {}, names({ kind: 'A b' })),
  tried('a short name with a dot', string, {}, names({ shortNames: ['a.b', 'ok'] })),
  tried('a category with capitals', string, {}, names({ categories: ['All'] })),
  tried('a kind that is its list', string, {}, names({ listKind: 'Trial' })),
  tried('a singular with capitals', string, {}, names({ singular: 'Trial' })),
  tried('no kind', string, {}, { names: { plural: 'trials' } }),
  tried('a group without a dot', string, {}, { group: 'trials' }),
  tried('a group with a space', string, {}, { group: 'a b.c' }),
  tried('no group', string, {}, { group: '' }),
  tried('no scope', string, {}, { scope: '' }),
  tried('a version with capitals', string, { name: 'V1' }),
  tried('no versions', string, {}, versions()),
  tried('a conversion that is none', string, {}, { conversion: { strategy: 'Magic' } }),
  tried('a conversion without strategy', string, {}, { conversion: {} }),
  tried(
    'a webhook that is not used',
    string,
    {},
    { conversion: { strategy: 'None', webhook: { conversionReviewVersions: ['v1'] } } },
  ),
  tried('fields that are unknown', string, {}, { preserveUnknownFields: true }),
  tried(
    'two versions, one wrong',
    string,
    {},
    versions(version('v1', { storage: true }), {
      ...version('v2'),
      schema: {
        openAPIV3Schema: { type: 'object', properties: { a: { type: 'nope' }, b: { ...string, ...rule('self.x') } } },
      },
    }),
  ),
  tried(
    'two versions of one schema',
    string,
    {},
    versions(
      { ...version('v1', { storage: true }), schema: { openAPIV3Schema: { type: 'object', nullable: true } } },
      { ...version('v2'), schema: { openAPIV3Schema: { type: 'object', nullable: true } } },
    ),
  ),
  tried(
    'a column of one version',
    string,
    {},
    versions(version('v1', { storage: true }), version('v2', column({ jsonPath: 'a' }))),
  ),
  tried(
    'a scale of one version',
    string,
    {},
    versions(version('v1', { storage: true }), version('v2', scale({ specReplicasPath: '.a' }))),
  ),
  // The shape of schemas.
  whole('a schema of a list', { type: 'array', items: string }),
  whole('a schema without type', { properties: { spec: { type: 'object' } } }),
  whole('a schema that may be null', { type: 'object', nullable: true }),
  whole('more properties at the root', { type: 'object', additionalProperties: string }),
  whole('labels in the metadata', {
    type: 'object',
    properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } },
  }),
  whole('a name in the metadata', {
    type: 'object',
    properties: { metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 5 } } } },
  }),
  whole('a kind that is a number', { type: 'object', properties: { kind: { type: 'integer' } } }),
  whole(
    'restrictions at the root beside a status',
    { type: 'object', properties: { spec: { type: 'object' } }, maxProperties: 5 },
    { subresources: { status: {} } },
  ),
  whole('a default of the kind', { type: 'object', properties: { kind: { type: 'string', default: 'A' } } }),
  tried('a type that is none', { type: 'text' }),
  tried('null as a type', { type: 'null' }),
  tried('no type', {}),
  tried('a list without items', { type: 'array' }),
  tried('a list of nothing', items({}, {})),
  tried('items of several kinds', { type: 'array', items: [string, string] }),
  tried('a reference', { $ref: '#/definitions/a' }),
  tried('definitions of its own', { type: 'object', definitions: { a: string } }),
  tried('an id', { type: 'string', id: 'a' }),
  tried('patterns of properties', { type: 'object', patternProperties: { a: string } }),
  tried('unique items', items(string, { uniqueItems: true })),
  tried('properties and more', { type: 'object', properties: { b: string }, additionalProperties: string }),
  tried('an int or string that keeps unknown fields', {
    'x-kubernetes-int-or-string': true,
    'x-kubernetes-preserve-unknown-fields': true,
  }),
  tried('an int or string by alternatives', {
    'x-kubernetes-int-or-string': true,
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    maxLength: 5,
  }),
  tried('an int or string with a type', { type: 'string', 'x-kubernetes-int-or-string': true }),
  tried('unknown fields that are not kept', { type: 'object', 'x-kubernetes-preserve-unknown-fields': false }),
  tried('an embedded resource without fields', { type: 'object', 'x-kubernetes-embedded-resource': true }),
  tried('an embedded resource that is a text', { type: 'string', 'x-kubernetes-embedded-resource': true }),
  tried('an embedded resource with more', {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    'x-kubernetes-preserve-unknown-fields': true,
    additionalProperties: string,
  }),
  tried('a type in an alternative', { type: 'object', anyOf: [{ type: 'object' }] }),
  tried('a default in an alternative', {
    type: 'object',
    properties: { b: string },
    oneOf: [{ properties: { b: { default: 'x', nullable: true } } }],
  }),
  tried('an alternative about nothing', { type: 'object', anyOf: [{ properties: { b: { minLength: 1 } } }] }),
  tried('a pattern in a denial', { type: 'string', not: { pattern: '[' } }),
  // Lists and maps.
  tried('a set of objects', items({ type: 'object', properties: { b: string } }, { 'x-kubernetes-list-type': 'set' })),
  tried(
    'a set of atomic objects',
    items(
      { type: 'object', properties: { b: string }, 'x-kubernetes-map-type': 'atomic' },
      { 'x-kubernetes-list-type': 'set' },
    ),
  ),
  tried(
    'a set of sets',
    items(items(string, { 'x-kubernetes-list-type': 'set' }), { 'x-kubernetes-list-type': 'set' }),
  ),
  tried('a set of what may be null', items({ ...string, nullable: true }, { 'x-kubernetes-list-type': 'set' })),
  tried('a list type of a text', { type: 'string', 'x-kubernetes-list-type': 'set' }),
  tried('no such list type', items(string, { 'x-kubernetes-list-type': 'bag' })),
  tried('no such map type', { type: 'object', 'x-kubernetes-map-type': 'deep' }),
  tried('a map type of a text', { type: 'string', 'x-kubernetes-map-type': 'atomic' }),
  tried('a map of texts', items(string, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a'] })),
  tried('a map without keys', keyed({ properties: { b: string } }, [])),
  tried(
    'keys without a map',
    items({ type: 'object', properties: { b: string } }, { 'x-kubernetes-list-map-keys': ['b'] }),
  ),
  tried('keys of a set', items(string, { 'x-kubernetes-list-type': 'set', 'x-kubernetes-list-map-keys': ['b'] })),
  tried('a key that is no property', keyed({ properties: { b: string }, required: ['b'] }, ['c'])),
  tried('a key that may be left out', keyed({ properties: { b: string } }, ['b'])),
  tried('a key with a default', keyed({ properties: { b: { type: 'string', default: 'x' } } }, ['b'])),
  tried('a key that may be null', keyed({ properties: { b: { ...string, nullable: true } }, required: ['b'] }, ['b'])),
  tried('a key that is an object', keyed({ properties: { b: { type: 'object' } }, required: ['b'] }, ['b'])),
  tried('a key twice', keyed({ properties: { b: string }, required: ['b'] }, ['b', 'b'])),
  // Defaults.
  tried('a default of another type', { type: 'string', default: 1 }),
  tried('a default that is too small', { type: 'integer', minimum: 5, default: 1 }),
  tried('a default that is none of those', { type: 'string', enum: ['a'], default: 'b' }),
  tried('a default against a rule', { type: 'integer', default: 1, ...rule('self > 1') }),
  tried('a default with unknown fields', { type: 'object', properties: { b: string }, default: { b: 'x', c: 1 } }),
  tried('a default that lacks what is required', {
    type: 'object',
    properties: { b: string },
    required: ['b'],
    default: {},
  }),
  tried('a default that is null', { type: 'string', default: null }),
  tried('a default that is null where that may be', { type: 'string', nullable: true, default: null }),
  tried('a default of items', items({ type: 'string', default: 1 }, {})),
  tried('a default of a member', { type: 'object', additionalProperties: { type: 'string', default: 'x' } }),
  tried('a default of an embedded resource', {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    'x-kubernetes-preserve-unknown-fields': true,
    default: { kind: 'A' },
  }),
  tried('a default that changes', { type: 'integer', default: 1, ...rule('self > oldSelf') }),
  tried('a default twice in a set', items(string, { 'x-kubernetes-list-type': 'set', default: ['a', 'a'] })),
  // Webhooks that convert.
  ...Object.entries({
    'a webhook of http': { url: 'http://a.b/c' },
    'a webhook with a user, a query and a fragment': { url: 'https://u:p@a.b/c?x#f' },
    'a webhook without a host': { url: 'https://' },
    'a webhook without a scheme': { url: 'a b:c' },
    'a webhook of a path': { url: '/a' },
    'a webhook at two places': { url: 'https://a.b/c', service: { name: 'a', namespace: 'b' } },
    'a webhook nowhere': {},
    'a webhook of a service without a name': { service: { name: '', namespace: '', port: 0, path: 'a//b' } },
    'a webhook of an odd path': { service: { name: 'a', namespace: 'b', port: 70000, path: '/a//B_/' } },
    'a webhook of a service': { service: { name: 'a', namespace: 'b', path: '/' } },
  }).map(([name, clientConfig]) => converting(name, { clientConfig, conversionReviewVersions: ['v3', 'v1'] })),
  converting('a webhook of unknown reviews', { ...somewhere, conversionReviewVersions: ['v3'] }),
  converting('a webhook of reviews twice', { ...somewhere, conversionReviewVersions: ['v1', 'v1', 'V_'] }),
  converting('a webhook of no reviews', { ...somewhere, conversionReviewVersions: [] }),
  // Fields that a schema doesn't have.
  ...['Strict', 'Warn'].map((fieldValidation) => ({
    ...tried(
      `unknown fields, ${fieldValidation}`,
      { type: 'object', properties: { b: { ...string, frob: 1 } }, anyOf: [{ frob: 1 }], frob: 1 },
      {},
      { frob: 1 },
    ),
    query: { dryRun: 'All', fieldValidation },
  })),
  tried('a number as the type', { type: 'object', properties: { b: { type: 1 } } }),
  // What a server only warns of.
  tried('no such format', { type: 'string', format: 'nope' }),
]);
