import { crd, version as versionOf } from './crd.ts';
import { recorded } from './recorded.ts';

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const group = 'NS.conf.example.com';
const root = `/apis/${group}/v1`;
const widgets = `${root}/namespaces/NS/widgets`;
const w = `${widgets}/w`;
const apiVersion = `${group}/v1`;

const string = { type: 'string' };
const schema = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 10, default: 3 },
        mode: { type: 'string', enum: ['Fast', 'Slow'], default: 'Fast' },
        name: { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 5 },
        port: { 'x-kubernetes-int-or-string': true },
        ratio: { type: 'number', multipleOf: 0.5, exclusiveMinimum: true, minimum: 0 },
        when: { type: 'string', format: 'date-time' },
        maybe: { type: 'string', nullable: true },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        labels: { type: 'object', additionalProperties: string, maxProperties: 2 },
        tags: { type: 'array', items: string, maxItems: 2, 'x-kubernetes-list-type': 'set' },
        parts: {
          type: 'array',
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: string, count: { type: 'integer', default: 1 } },
          },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
        },
        replicas: { type: 'integer' },
        fixed: {
          type: 'string',
          'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed never changes' }],
        },
        either: {
          type: 'object',
          properties: { a: string, b: string },
          oneOf: [{ required: ['a'] }, { required: ['b'] }],
        },
      },
      'x-kubernetes-validations': [
        { rule: 'self.size <= 5 || self.mode == "Slow"', message: 'a fast widget is small' },
        {
          rule: '!has(self.replicas) || self.replicas <= self.size',
          messageExpression: '"not more replicas than " + (self.size > 5 ? "many" : "some")',
          reason: 'FieldValueForbidden',
          fieldPath: '.replicas',
        },
        { rule: '!has(oldSelf.replicas) || has(self.replicas)' },
      ],
    },
    status: { type: 'object', properties: { replicas: { type: 'integer' }, selector: string, phase: string } },
  },
};

/** What is there anyway may be required. */
const needy = crd(group, 'needies', 'Needy', [
  versionOf({
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: { spec: { type: 'object' } },
  }),
]);

const definition = {
  metadata: { name: `widgets.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wd'], categories: ['all', 'conf'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: schema },
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Mode', type: 'string', jsonPath: '.spec.mode', priority: 1 },
          { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
          { name: 'Part', type: 'string', jsonPath: '.spec.parts[?(@.name=="a")].count' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      },
    ],
  },
};
const bad = (change: object): object => ({ ...definition, spec: { ...definition.spec, ...change } });
const version = definition.spec.versions[0]!;
const widget = (name: string, spec: object, extra: object = {}): object => ({
  apiVersion,
  kind: 'Widget',
  metadata: { name },
  spec,
  ...extra,
});
const wrong = (name: string, spec: object) => ({
  name,
  method: 'POST' as const,
  path: widgets,
  body: widget('bad', spec),
});
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

recorded(
  'custom resources',
  'custom.txt',
  [
    {
      name: 'definition of another name',
      method: 'POST',
      path: crds,
      body: { ...definition, metadata: { name: 'wrong' } },
    },
    {
      name: 'definition without schema',
      method: 'POST',
      path: crds,
      body: bad({ versions: [{ name: 'v1', served: true, storage: true }] }),
    },
    {
      name: 'definition without storage version',
      method: 'POST',
      path: crds,
      query: { dryRun: 'All' },
      body: bad({
        versions: [{ name: 'v1', served: true, storage: false, schema: { openAPIV3Schema: { type: 'object' } } }],
      }),
    },
    { name: 'definition of no scope', method: 'POST', path: crds, body: bad({ scope: 'Everywhere' }) },
    {
      name: 'schema without a type',
      method: 'POST',
      path: crds,
      body: bad({
        versions: [
          {
            ...version,
            schema: { openAPIV3Schema: { type: 'object', properties: { spec: { properties: { a: {} } } } } },
            additionalPrinterColumns: [],
            subresources: {},
          },
        ],
      }),
    },
    {
      name: 'schema with properties of both kinds',
      method: 'POST',
      path: crds,
      body: bad({
        versions: [
          {
            ...version,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object', properties: { a: string }, additionalProperties: string } },
              },
            },
            additionalPrinterColumns: [],
            subresources: {},
          },
        ],
      }),
    },
    { name: 'definition', method: 'POST', path: crds, body: definition },
    { name: 'definition again', method: 'POST', path: crds, body: definition },
    { name: 'established', path: `${crds}/widgets.${group}`, until: 'InitialNamesAccepted' },
    { name: 'its group', path: `/apis/${group}`, until: '"APIGroup"' },
    { name: 'its resources', path: root, until: '"widgets/scale"' },
    { name: 'an empty list', path: widgets, until: 'WidgetList' },
    {
      name: 'create',
      method: 'POST',
      path: widgets,
      query: { fieldManager: 'me' },
      body: widget('w', {
        size: 2,
        port: 'http',
        parts: [{ name: 'a' }, { name: 'b', count: 4 }],
        maybe: null,
        free: { x: { y: 1 } },
      }),
    },
    { name: 'get', path: w },
    { name: 'list', path: widgets },
    { name: 'table', path: widgets, accept: TABLE, query: { includeObject: 'None' } },
    { name: 'defaults', method: 'POST', path: widgets, body: widget('d', {}) },
    { name: 'no spec', method: 'POST', path: widgets, body: { apiVersion, kind: 'Widget', metadata: { name: 'bad' } } },
    {
      name: 'unknown field',
      method: 'POST',
      path: widgets,
      body: widget('u', { size: 1, nope: 1, parts: [{ name: 'a', nope: 2 }] }, { top: 1 }),
    },
    {
      name: 'unknown field, strict',
      method: 'POST',
      path: widgets,
      query: { fieldValidation: 'Strict' },
      body: widget('u2', { size: 1, nope: 1 }),
    },
    { name: 'without kind', method: 'POST', path: widgets, body: { metadata: { name: 'k' }, spec: {} } },
    {
      name: 'of another kind',
      method: 'POST',
      path: widgets,
      body: { apiVersion, kind: 'Gadget', metadata: { name: 'k' }, spec: {} },
    },
    {
      name: 'of another version',
      method: 'POST',
      path: widgets,
      body: { apiVersion: `${group}/v2`, kind: 'Widget', metadata: { name: 'k' }, spec: {} },
    },
    wrong('too small', { size: 0 }),
    wrong('too large', { size: 11, mode: 'Slow' }),
    wrong('no number', { size: 'x' }),
    wrong('a fraction', { size: 1.5 }),
    wrong('an object for a word', { size: 1, name: {} }),
    wrong('a word for a list', { size: 1, tags: 'x' }),
    wrong('no such mode', { size: 1, mode: 'Medium' }),
    wrong('no match', { size: 1, name: 'ABC' }),
    wrong('too short', { size: 1, name: 'a' }),
    wrong('too long', { size: 1, name: 'abcdef' }),
    wrong('no multiple', { size: 1, ratio: 0.7 }),
    wrong('not above', { size: 1, ratio: -0.5 }),
    wrong('no time', { size: 1, when: 'yesterday' }),
    wrong('null where none may be', { size: 1, name: null }),
    wrong('neither integer nor word', { size: 1, port: true }),
    wrong('too many', { size: 1, tags: ['a', 'b', 'c'] }),
    wrong('twice in a set', { size: 1, tags: ['a', 'a'] }),
    wrong('twice in a map', { size: 1, parts: [{ name: 'a' }, { name: 'a' }] }),
    wrong('without its key', { size: 1, parts: [{ count: 1 }] }),
    wrong('too many labels', { size: 1, labels: { a: '1', b: '2', c: '3' } }),
    wrong('both of one', { size: 1, either: { a: 'x', b: 'y' } }),
    wrong('none of one', { size: 1, either: {} }),
    wrong('against a rule', { size: 7 }),
    wrong('against a rule with an expression', { size: 2, replicas: 3 }),
    { name: 'update without version', method: 'PUT', path: w, body: widget('w', { size: 3 }) },
    {
      name: 'update',
      method: 'PUT',
      path: w,
      body: {
        ...widget('w', { size: 3, fixed: 'a', replicas: 2 }),
        metadata: { name: 'w', resourceVersion: 'RV(get)', labels: { a: 'b' } },
      },
    },
    { name: 'update of the status is ignored', patch: 'merge', path: w, body: { status: { phase: 'Up' } } },
    {
      name: 'status',
      patch: 'merge',
      path: `${w}/status`,
      query: { fieldManager: 'controller' },
      body: {
        status: { phase: 'Up', replicas: 2, selector: 'a=b' },
        spec: { size: 5 },
        metadata: { labels: { no: 'way' } },
      },
    },
    { name: 'bad status', patch: 'merge', path: `${w}/status`, body: { status: { phase: 5 } } },
    { name: 'transition against a rule', patch: 'merge', path: w, body: { spec: { fixed: 'b' } } },
    {
      name: 'transition against a rule without a message',
      patch: 'merge',
      path: w,
      body: { spec: { replicas: null } },
    },
    { name: 'strategic patch', patch: 'strategic', path: w, body: { spec: { size: 4 } } },
    { name: 'json patch', patch: 'json', path: w, body: [{ op: 'replace', path: '/spec/size', value: 4 }] },
    {
      name: 'apply',
      patch: 'apply',
      path: w,
      query: { fieldManager: 'ap' },
      body: { apiVersion, kind: 'Widget', metadata: { name: 'w' }, spec: { parts: [{ name: 'c', count: 9 }] } },
    },
    {
      name: 'apply in conflict',
      patch: 'apply',
      path: w,
      query: { fieldManager: 'ap' },
      body: {
        apiVersion,
        kind: 'Widget',
        metadata: { name: 'w' },
        spec: { size: 1, parts: [{ name: 'c', count: 9 }] },
      },
    },
    {
      name: 'apply of an unknown field',
      patch: 'apply',
      path: w,
      query: { fieldManager: 'ap' },
      body: { apiVersion, kind: 'Widget', metadata: { name: 'w' }, spec: { nope: 1 } },
    },
    { name: 'scale', path: `${w}/scale` },
    { name: 'patch scale', patch: 'merge', path: `${w}/scale`, body: { spec: { replicas: 3 } } },
    { name: 'after scaling', path: w },
    { name: 'table of one', path: w, accept: TABLE, query: { includeObject: 'None' } },
    { name: 'finalizer', patch: 'merge', path: w, body: { metadata: { finalizers: ['plain'] } } },
    { name: 'a label beside the finalizer', patch: 'merge', path: w, body: { metadata: { labels: { a: 'b' } } } },
    { name: 'another finalizer', patch: 'merge', path: w, body: { metadata: { finalizers: ['plain', 'b', 'a.b'] } } },
    { name: 'fewer finalizers', patch: 'merge', path: w, body: { metadata: { finalizers: ['plain'] } } },
    { name: 'delete', method: 'DELETE', path: w },
    { name: 'finalizer away', patch: 'merge', path: w, body: { metadata: { finalizers: null } } },
    { name: 'delete another', method: 'DELETE', path: `${widgets}/d` },
    { name: 'delete the definition', method: 'DELETE', path: `${crds}/widgets.${group}` },
    { name: 'it is gone', path: `${crds}/widgets.${group}`, until: 'NotFound' },
    { name: 'and its resources', path: widgets, until: '404' },
    { name: 'a definition that requires what is there anyway', method: 'POST', path: crds, body: needy, brief: true },
    { name: 'it is served', path: `${root}/namespaces/NS/needies`, until: 'NeedyList', settles: true },
    {
      name: 'what is there anyway',
      method: 'POST',
      path: `${root}/namespaces/NS/needies`,
      body: { apiVersion, kind: 'Needy', metadata: { name: 'n' }, spec: {} },
    },
    {
      name: 'what is there anyway, without the rest',
      method: 'POST',
      path: `${root}/namespaces/NS/needies`,
      body: { apiVersion, kind: 'Needy', metadata: { name: 'm' } },
    },
  ],
  [`${crds}/widgets.${group}`, `${crds}/needies.${group}`],
);
