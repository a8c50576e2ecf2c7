/** Admission webhooks: whom a server asks, in which words and order, and what it makes of the answers. */
import { CRDS, crd } from './crd.ts';
import { ALL, CUSTOM, configurationOf, configured, type Fields, HOOKS, replies, together } from './hooks.ts';
import { HookServer } from './hookserver.ts';
import { type Case, recorded } from './recorded.ts';

const V1 = '/api/v1/namespaces/NS';

const configMap = (hook: string, more: Fields = {}, name = hook): Fields => ({
  metadata: { name, labels: { hook }, ...more },
  data: { size: 'large' },
});
const creates = (name: string, hook: string, more: Partial<Case> = {}): Case => ({
  name,
  method: 'POST',
  path: `${V1}/configmaps`,
  body: configMap(hook),
  ...more,
});
const known = (asks: string): Case => ({
  name: `${asks} is known`,
  method: 'POST',
  path: `${V1}/configmaps?dryRun=All`,
  body: configMap(asks === 'service' ? 'by-service' : asks),
  asks,
  settles: true,
});
const DRY = { query: { dryRun: 'All' } };
const any = (name: string): string => `${V1}/configmaps/${name}`;
const box = { name: 'c', image: 'x' };
const pod = (hook: string): Fields => ({
  metadata: { name: hook, labels: { hook } },
  spec: { containers: [box], terminationGracePeriodSeconds: 5 },
});
const foo = (version: string, name: string): Fields => ({
  apiVersion: `${CUSTOM}/${version}`,
  kind: 'Foo',
  metadata: { name, labels: { hook: 'custom' } },
  spec: { x: 1 },
});
const foos = (version: string): string => `/apis/${CUSTOM}/${version}/namespaces/NS/foos`;
const schema = (properties: object, more: object = {}): object => ({
  schema: {
    openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties }, ...more } },
  },
});
const string = { type: 'string' };
const definition = crd(CUSTOM, 'foos', 'Foo', [
  {
    name: 'v1',
    served: true,
    storage: true,
    subresources: { status: {} },
    ...schema(
      { x: { type: 'integer' }, y: string },
      { status: { type: 'object', properties: { ready: { type: 'boolean' } } } },
    ),
  },
  {
    name: 'v2',
    served: true,
    storage: false,
    ...schema({ x: { type: 'integer' }, y: string, z: { ...string, default: 'zed' } }),
  },
]);

const SERVICES: Record<string, Fields> = {
  here: { type: 'ExternalName', externalName: 'HOST-ADDRESS' },
  empty: { clusterIP: '10.96.251.7', ports: [{ port: 443 }] },
  headless: { clusterIP: 'None', ports: [{ port: 443 }] },
};

const CASES: Case[] = [
  ...Object.entries(SERVICES).map(
    ([name, spec]): Case => ({
      name: `the service ${name}`,
      method: 'POST',
      path: `${V1}/services`,
      body: { metadata: { name }, spec },
      brief: true,
    }),
  ),
  { name: 'the definition', method: 'POST', path: CRDS, body: definition, brief: true },
  { name: 'v1 is served', path: foos('v1'), until: 'FooList', settles: true },
  { name: 'v2 is served', path: foos('v2'), until: 'FooList', settles: true },
  {
    name: 'a deployment',
    method: 'POST',
    path: '/apis/apps/v1/namespaces/NS/deployments',
    body: {
      metadata: { name: 'd' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [box] } },
      },
    },
    brief: true,
  },
  { name: 'the account is there', path: `${V1}/serviceaccounts/default`, until: '"uid"', settles: true },
  ...ALL.map(configured),
  ...['sentinel-looks', 'sentinel-changes', 'service'].map((name) => known(name)),
  ...HOOKS.filter(({ name }) => !name.startsWith('order')).map(({ name }) => creates(name, name)),
  creates('in order', 'order'),
  creates('to look at', 'any', { whole: true }),
  creates('to look at, dry', 'any', { ...DRY, body: configMap('any', {}, 'dry'), whole: true }),
  creates('with options', 'any', {
    query: { fieldManager: 'me', fieldValidation: 'Strict' },
    body: configMap('any', {}, 'optional'),
    whole: true,
  }),
  creates('with a generated name', 'any', {
    body: { metadata: { generateName: 'made-', labels: { hook: 'any' } } },
    ...DRY,
    whole: true,
    brief: true,
  }),
  {
    name: 'merge patch',
    patch: 'merge',
    path: any('any'),
    body: { data: { more: 'yes' } },
    whole: true,
  },
  {
    name: 'no change',
    patch: 'merge',
    path: any('any'),
    body: { data: { more: 'yes' } },
    brief: true,
  },
  {
    name: 'applied anew',
    patch: 'apply',
    path: `${any('applied')}?fieldManager=me`,
    body: { apiVersion: 'v1', kind: 'ConfigMap', ...configMap('any', {}, 'applied') },
    whole: true,
  },
  {
    name: 'applied again',
    patch: 'apply',
    path: `${any('applied')}?fieldManager=me&force=true`,
    body: { apiVersion: 'v1', kind: 'ConfigMap', ...configMap('any', {}, 'applied'), data: { size: 'small' } },
    whole: true,
  },
  { name: 'replaced', method: 'PUT', path: any('any'), body: configMap('any'), whole: true },
  {
    name: 'deleted',
    method: 'DELETE',
    path: any('any'),
    body: { gracePeriodSeconds: 3, propagationPolicy: 'Background' },
    brief: true,
    whole: true,
  },
  {
    name: 'all deleted',
    method: 'DELETE',
    path: `${V1}/configmaps?labelSelector=hook%3Dany`,
    brief: true,
    whole: true,
  },
  {
    name: 'a pod',
    method: 'POST',
    path: `${V1}/pods`,
    ...DRY,
    body: pod('any'),
    brief: true,
    whole: true,
  },
  { name: 'a pod with a sidecar', method: 'POST', path: `${V1}/pods`, ...DRY, body: pod('sidecar') },
  {
    name: 'a namespace',
    method: 'POST',
    path: '/api/v1/namespaces',
    ...DRY,
    body: { metadata: { name: 'NS-inner', labels: { inner: 'yes' } } },
    brief: true,
    whole: true,
  },
  {
    name: 'a priority class',
    method: 'POST',
    path: '/apis/scheduling.k8s.io/v1/priorityclasses',
    ...DRY,
    body: { metadata: { name: 'NS-class', labels: { hook: 'cluster' } }, value: 1 },
    brief: true,
  },
  creates('of no cluster', 'cluster', { ...DRY, brief: true }),
  {
    name: 'a scale',
    method: 'PUT',
    path: '/apis/apps/v1/namespaces/NS/deployments/d/scale',
    ...DRY,
    body: { metadata: { name: 'd', namespace: 'NS' }, spec: { replicas: 2 } },
    whole: true,
  },
  {
    name: 'a patched scale',
    patch: 'merge',
    path: '/apis/apps/v1/namespaces/NS/deployments/d/scale',
    ...DRY,
    body: { spec: { replicas: 3 } },
    whole: true,
  },
  {
    name: 'an eviction',
    method: 'POST',
    path: `${V1}/pods/nobody/eviction`,
    body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'nobody', namespace: 'NS' } },
    brief: true,
    whole: true,
  },
  {
    name: 'a binding',
    method: 'POST',
    path: `${V1}/pods/nobody/binding`,
    body: { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'nobody' }, target: { kind: 'Node', name: 'n' } },
    brief: true,
    whole: true,
  },
  {
    name: 'a token',
    method: 'POST',
    path: `${V1}/serviceaccounts/default/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 601 } },
    ...DRY,
    brief: true,
  },
  ...[
    'pods/nobody/exec?command=ls&command=-l&container=c&stdin=true&stdout=true&tty=false',
    'pods/nobody/attach?stdin=true&stderr=true',
    'pods/nobody/portforward?ports=80',
    'pods/nobody/portforward',
    'pods/nobody:80/proxy/a/b?c=d',
    'pods/nobody/proxy',
    'services/nobody/proxy/',
  ].map(
    (path): Case => ({
      name: path,
      method: path.includes('proxy') ? 'GET' : 'POST',
      path: `${V1}/${path}`,
      brief: true,
      whole: true,
    }),
  ),
  creates('later', 'later', { brief: true }),
  { name: 'renamed later', patch: 'merge', path: any('later'), body: { data: { more: 'yes' } } },
  { name: 'deleted later', method: 'DELETE', path: any('later') },
  creates('added to', 'added', { brief: true }),
  { name: 'changed and added to', patch: 'merge', path: any('added'), body: { data: { more: 'yes' } }, whole: true },
  { name: 'changed to nothing', patch: 'merge', path: any('added'), body: { data: { more: 'yes' } } },
  { name: 'as v1', method: 'POST', path: foos('v1'), body: foo('v1', 'one') },
  { name: 'as v2', method: 'POST', path: foos('v2'), body: foo('v2', 'two') },
  { name: 'kept', path: `${foos('v1')}/one` },
  {
    name: 'a status',
    patch: 'merge',
    path: `${foos('v1')}/one/status`,
    body: { status: { ready: true } },
    brief: true,
    whole: true,
  },
];

recorded(
  'Admission webhooks',
  'webhooks.txt',
  CASES,
  [`${CRDS}/foos.${CUSTOM}`, ...ALL.map(configurationOf)],
  new HookServer({ replies, together, services: ['here', 'empty', 'headless', 'nothing'] }),
);
