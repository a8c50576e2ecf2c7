/** Definitions whose versions a webhook converts: what is stored, what each version shows, and what is said where it can't be done. */
import { convert, FAULTS, refuse } from './converters.ts';
import { CRDS, crd, underSpec } from './crd.ts';
import { HookServer } from './hookserver.ts';
import { type Case, recorded } from './recorded.ts';

const group = (name: string): string => `NS.${name}.example.com`;
const boxes = (version: string, of = 'conversions'): string => `/apis/${group(of)}/${version}/namespaces/NS/boxes`;
const at = (version: string, name: string, of?: string): string => `${boxes(version, of)}/${name}`;
const box = (version: string, name: string, spec: object, of = 'conversions'): object => ({
  apiVersion: `${group(of)}/${version}`,
  kind: 'Box',
  metadata: { name },
  spec,
});

const string = { type: 'string' };
const integer = { type: 'integer' };
const shape = (name: string, properties: object, more: object = {}): object => ({
  name,
  served: true,
  storage: name === 'v1',
  subresources: { status: {}, scale: { specReplicasPath: '.spec.count', statusReplicasPath: '.status.count' } },
  schema: {
    openAPIV3Schema: {
      ...underSpec({ seen: string, count: integer, ...properties }),
      properties: {
        ...(underSpec({ seen: string, count: integer, ...properties }) as { properties: object }).properties,
        status: { type: 'object', properties: { count: integer } },
      },
    },
  },
  ...more,
});
const VERSIONS = [
  shape(
    'v1',
    { size: string, paint: { ...string, default: 'none' } },
    { additionalPrinterColumns: [{ name: 'Size', type: 'string', jsonPath: '.spec.size' }] },
  ),
  shape(
    'v2',
    { width: { ...integer, maximum: 100 }, height: integer, paint: string, colour: { ...string, default: 'red' } },
    { additionalPrinterColumns: [{ name: 'Width', type: 'integer', jsonPath: '.spec.width' }] },
  ),
];
const webhook = (clientConfig: object, conversionReviewVersions: string[] = ['v1']): object => ({
  strategy: 'Webhook',
  webhook: { conversionReviewVersions, clientConfig },
});
const trusted = (path: string): object => ({ url: `https://HOOK/${path}`, caBundle: 'OWN-CA' });

/** Each has a webhook of its own. */
const DEFINITIONS: Record<string, object> = {
  conversions: webhook(trusted('convert'), ['v9', 'v1', 'v1beta1']),
  olderreviews: webhook(trusted('convert'), ['v1beta1', 'v1']),
  refusing: webhook(trusted('refuse')),
  nowhere: webhook({ url: 'https://HOST-ADDRESS:1/a/b', caBundle: 'OWN-CA' }),
  unknown: webhook({ url: 'https://HOOK/convert', caBundle: 'FOREIGN-CA' }),
  noservice: webhook({ service: { name: 'nothing', namespace: 'NS', path: '/convert' }, caBundle: 'OWN-CA' }),
};
const defined = (of: string, conversion: object): Case[] => [
  {
    name: `${of}: the definition`,
    method: 'POST',
    path: CRDS,
    body: crd(group(of), 'boxes', 'Box', VERSIONS, { conversion }),
    brief: true,
  },
  ...['v1', 'v2'].map((version) => ({
    name: `${of}: ${version} is served`,
    path: boxes(version, of),
    until: 'BoxList',
    settles: true,
  })),
];
const makes = (version: string, name: string, spec: object, more: Partial<Case> = {}): Case => ({
  name: `${name}, made as ${version}`,
  method: 'POST',
  path: boxes(version),
  body: box(version, name, spec),
  ...more,
});
const shown = (name: string, what: string): Case[] =>
  ['v1', 'v2'].map((version) => ({ name: `${what}, as ${version}`, path: at(version, name) }));
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const PARTIAL = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
const watch = { watch: '1', resourceVersion: '0', timeoutSeconds: '1' };

/** Where the webhook can't be asked, or always refuses. */
const helpless = (of: string): Case[] => [
  {
    name: `${of}: made in its version`,
    method: 'POST',
    path: boxes('v1', of),
    body: box('v1', 'one', { size: '1x1' }, of),
    brief: true,
  },
  {
    name: `${of}: made in another`,
    method: 'POST',
    path: boxes('v2', of),
    body: box('v2', 'two', { width: 1, height: 1 }, of),
  },
  { name: `${of}: read in another`, path: at('v2', 'one', of) },
];

const CASES: Case[] = [
  ...Object.entries(DEFINITIONS).flatMap(([of, conversion]) => defined(of, conversion)),
  makes('v1', 'first', { size: '3x4', count: 2 }),
  ...shown('first', 'made as v1'),
  makes('v2', 'second', { width: 5, height: 6 }),
  ...shown('second', 'made as v2'),
  makes('v2', 'dry', { width: 5, height: 6 }, { query: { dryRun: 'All' }, name: 'dry as v2' }),
  makes('v2', 'large', { width: 500, height: 6 }),
  makes('v2', 'question', { width: 1, height: 2 }),
  { name: 'the question', path: at('v1', 'question') },
  { name: 'list as v1', path: boxes('v1') },
  { name: 'list as v2', path: boxes('v2') },
  { name: 'table as v2', path: boxes('v2'), accept: TABLE },
  { name: 'one as a table', path: at('v2', 'first'), accept: TABLE },
  { name: 'metadata as v2', path: at('v2', 'first'), accept: PARTIAL },
  { name: 'watch as v2', path: boxes('v2'), query: { ...watch, fieldSelector: 'metadata.name=first' } },
  { name: 'merge patch as v2', patch: 'merge', path: at('v2', 'first'), body: { spec: { width: 7 } } },
  ...shown('first', 'patched as v2'),
  {
    name: 'json patch as v1',
    patch: 'json',
    path: at('v1', 'second'),
    body: [{ op: 'replace', path: '/spec/size', value: '8x9' }],
  },
  ...shown('second', 'patched as v1'),
  { name: 'no change as v2', patch: 'merge', path: at('v2', 'first'), body: { spec: { width: 7 } } },
  {
    name: 'status as v2',
    patch: 'merge',
    path: `${at('v2', 'first')}/status`,
    body: { status: { count: 1 }, spec: { width: 1 } },
  },
  { name: 'scale as v2', path: `${at('v2', 'first')}/scale` },
  { name: 'scaled as v2', patch: 'merge', path: `${at('v2', 'first')}/scale`, body: { spec: { replicas: 3 } } },
  ...shown('first', 'scaled as v2'),
  {
    name: 'applied as v2',
    patch: 'apply',
    path: at('v2', 'applied'),
    query: { fieldManager: 'me' },
    body: box('v2', 'applied', { width: 1, height: 2 }),
  },
  {
    name: 'applied by another as v1',
    patch: 'apply',
    path: at('v1', 'applied'),
    query: { fieldManager: 'you' },
    body: box('v1', 'applied', { paint: 'matt' }),
  },
  {
    name: 'applied again as v2',
    patch: 'apply',
    path: at('v2', 'applied'),
    query: { fieldManager: 'me' },
    body: box('v2', 'applied', { width: 9, height: 2 }),
  },
  ...shown('applied', 'applied'),
  makes('v1', 'keeps-all', { size: '1x2' }, { brief: true }),
  {
    name: 'patched to what v1 has no place for',
    patch: 'merge',
    path: at('v2', 'keeps-all'),
    body: { spec: { width: 3 } },
  },
  {
    name: 'replaced as v2',
    method: 'PUT',
    path: at('v2', 'second'),
    body: {
      ...box('v2', 'second', { width: 11, height: 12 }),
      metadata: { name: 'second', resourceVersion: 'RV(patched as v1, as v2)' },
    },
  },
  ...shown('second', 'replaced as v2'),
  ...FAULTS.map((name) => makes('v2', name, { width: 1, height: 2 }, { name })),
  ...['is-labelled', 'has-other-metadata', 'is-mistyped', 'has-unknown-fields'].map((name) => ({
    name: `${name}, as v1`,
    path: at('v1', name),
  })),
  { name: 'deleted as v2', method: 'DELETE', path: at('v2', 'first') },
  {
    name: 'older reviews',
    method: 'POST',
    path: boxes('v2', 'olderreviews'),
    body: box('v2', 'question', { width: 1, height: 2 }, 'olderreviews'),
  },
  ...['refusing', 'nowhere', 'unknown', 'noservice'].flatMap(helpless),
  ...['refusing'].flatMap((of): Case[] => [
    { name: `${of}: listed in another`, path: boxes('v2', of) },
    { name: `${of}: metadata in another`, path: at('v2', 'one', of), accept: PARTIAL },
    { name: `${of}: patched in another`, patch: 'merge', path: at('v2', 'one', of), body: { spec: { width: 7 } } },
    {
      name: `${of}: applied in another`,
      patch: 'apply',
      path: at('v2', 'one', of),
      query: { fieldManager: 'me' },
      body: box('v2', 'one', { width: 1 }, of),
    },
    { name: `${of}: deleted in another`, method: 'DELETE', path: at('v2', 'one', of) },
    { name: `${of}: deleted in its own`, method: 'DELETE', path: at('v1', 'one', of) },
  ]),
];

recorded(
  'Conversion webhooks',
  'conversions.txt',
  CASES,
  Object.keys(DEFINITIONS).map((of) => `${CRDS}/boxes.${group(of)}`),
  new HookServer({
    replies: { convert, refuse },
    together: new Set(),
    unheard: new Set(['convert', 'refuse']),
    services: [],
  }),
);
