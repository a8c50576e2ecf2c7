/** The scale and status of custom resources, where their paths lead to what is none. */
import { CRDS, crd, version } from './crd.ts';
import { recorded } from './recorded.ts';

const group = 'NS.scales.example.com';
const path = `/apis/${group}/v1/namespaces/NS/things`;
const one = `${path}/one`;
const free = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const any = { 'x-kubernetes-preserve-unknown-fields': true };
/** Typed by nothing, and yet with a place of its own. */
const size = { ...any, properties: { replicas: any } };
const state = { ...free, properties: { replicas: any, selector: any } };
const thing = (spec: unknown, more: object = {}): object => ({
  apiVersion: `${group}/v1`,
  kind: 'Thing',
  metadata: { name: 'one' },
  spec,
  ...more,
});
const tried = (name: string, spec: unknown) => ({
  name,
  method: 'POST' as const,
  path,
  query: { dryRun: 'All', fieldManager: 'me' },
  body: thing(spec),
});
const status = (name: string, value: unknown) => ({
  name,
  patch: 'merge' as const,
  path: `${one}/status`,
  query: { dryRun: 'All', fieldManager: 'me' },
  body: { status: value },
});

recorded(
  'scales of custom resources',
  'scales.txt',
  [
    {
      name: 'definition',
      method: 'POST',
      path: CRDS,
      body: crd(group, 'things', 'Thing', [
        version(
          { type: 'object', properties: { spec: { type: 'object', properties: { size } }, status: state } },
          {
            subresources: {
              status: {},
              scale: {
                specReplicasPath: '.spec.size.replicas',
                statusReplicasPath: '.status.replicas',
                labelSelectorPath: '.status.selector',
              },
            },
          },
        ),
      ]),
    },
    { name: 'served', path, until: 'ThingList' },
    tried('a text as a number', { size: { replicas: 'x' } }),
    tried('less than none', { size: { replicas: -1 } }),
    tried('a part of one', { size: { replicas: 1.5 } }),
    tried('too many', { size: { replicas: 2147483648 } }),
    tried('null', { size: { replicas: null } }),
    tried('a list', { size: { replicas: [1] } }),
    tried('a truth', { size: { replicas: true } }),
    tried('an object', { size: { replicas: {} } }),
    tried('a text on the way', { size: 'x' }),
    tried('a list on the way', { size: [1] }),
    tried('null on the way', { size: null }),
    { name: 'without a number', method: 'POST', path, query: { fieldManager: 'me' }, body: thing({}) },
    { name: 'its scale', path: `${one}/scale` },
    {
      name: 'scaled',
      method: 'PUT',
      path: `${one}/scale`,
      query: { fieldManager: 'me' },
      body: {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'one', namespace: 'NS' },
        spec: { replicas: 3 },
      },
    },
    { name: 'after scaling', path: one },
    {
      name: 'scaled by a text at once',
      method: 'PUT',
      path: `${one}/scale`,
      body: {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'one', namespace: 'NS' },
        spec: { replicas: 'x' },
      },
    },
    {
      name: 'scaled below none',
      patch: 'merge',
      path: `${one}/scale`,
      query: { dryRun: 'All' },
      body: { spec: { replicas: -1 } },
    },
    {
      name: 'scaled by a text',
      patch: 'merge',
      path: `${one}/scale`,
      query: { dryRun: 'All' },
      body: { spec: { replicas: 'x' } },
    },
    status('a status of a text', { replicas: 'x' }),
    status('a status of less than none', { replicas: -1 }),
    status('a selector that is a number', { selector: 5 }),
    status('a selector that is null', { selector: null }),
    status('a status that is a text', 'x'),
    { ...status('a status', { replicas: 2, selector: 'a=b' }), query: { fieldManager: 'me' } },
    { name: 'the scale then', path: `${one}/scale` },
    {
      name: 'a status with a create',
      method: 'POST',
      path,
      query: { dryRun: 'All', fieldManager: 'me' },
      body: { ...thing({}, { status: { replicas: 'x' } }), metadata: { name: 'two' } },
    },
  ],
  [`${CRDS}/things.${group}`],
);
