import { recorded } from './recorded.ts';

const sets = '/apis/apps/v1/namespaces/NS/replicasets';
const scale = `${sets}/r/scale`;
const maps = '/api/v1/namespaces/NS/configmaps';
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'x' }] } };
const apply = (manager: string, extra: object = {}) => ({
  patch: 'apply' as const,
  query: { fieldManager: manager, ...extra },
});

/** Nothing is started: there are no replicas, and what a controller says of them is not asked for. */
recorded('scale', 'scale.txt', [
  {
    name: 'a set',
    method: 'POST',
    path: sets,
    query: { dryRun: 'All' },
    body: { metadata: { name: 'r' }, spec: { replicas: 0, selector: { matchLabels: { a: 'b' } }, template } },
  },
  { name: 'scale of what is not there', path: scale },
  { name: 'scaling what is not there', patch: 'merge', path: scale, body: { spec: { replicas: 1 } } },
  {
    name: 'put a scale on what is not there',
    method: 'PUT',
    path: scale,
    body: { metadata: { name: 'r' }, spec: { replicas: 1 } },
  },
  { name: 'scale of a kind without', path: `${maps}/r/scale` },
]);

recorded('configurations applied', 'applied.txt', [
  {
    name: 'in YAML',
    path: `${maps}/m`,
    ...apply('one'),
    body: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\ndata:\n  a: "1"\n',
  },
  {
    name: 'dry, of what is not there',
    path: `${maps}/dry`,
    ...apply('one', { dryRun: 'All' }),
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'dry' }, data: { a: '1' } },
  },
  { name: 'left nothing', path: `${maps}/dry` },
  {
    name: 'by another, a field of its own',
    path: `${maps}/m`,
    ...apply('two'),
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', labels: { l: 'm' } }, data: { b: '2' } },
  },
  {
    name: 'by the first, without its field',
    path: `${maps}/m`,
    ...apply('one'),
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' } },
  },
  {
    name: 'of another name than the address',
    path: `${maps}/m`,
    ...apply('one'),
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'z' } },
  },
  {
    name: 'with a manager’s name that can’t be printed',
    path: `${maps}/m`,
    ...apply('a\u0007'),
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' } },
  },
  {
    name: 'in a time that is none',
    path: '/apis/coordination.k8s.io/v1/namespaces/NS/leases/l',
    ...apply('one'),
    body: {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l' },
      spec: { renewTime: '2020-01-01T00:00:00Z' },
    },
  },
  {
    name: 'a lease',
    path: '/apis/coordination.k8s.io/v1/namespaces/NS/leases/l',
    ...apply('one'),
    body: {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l' },
      spec: { holderIdentity: 'me' },
    },
  },
  {
    name: 'a lease that another takes',
    path: '/apis/coordination.k8s.io/v1/namespaces/NS/leases/l',
    ...apply('two', { force: true }),
    body: {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l' },
      spec: { holderIdentity: 'you' },
    },
  },
  {
    name: 'the status of an ingress',
    path: '/apis/networking.k8s.io/v1/namespaces/NS/ingresses/i/status',
    ...apply('one'),
    body: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'i' }, status: {} },
  },
]);

recorded('queries', 'queries.txt', [
  { name: 'a word for a limit', path: maps, query: { limit: 'x' } },
  { name: 'a limit out of range', path: maps, query: { limit: '99999999999999999999' } },
  {
    name: 'a broken selector before an unknown field',
    path: maps,
    query: { labelSelector: 'a=b=c', fieldSelector: 'x=y' },
  },
  { name: 'an empty set of values', path: maps, query: { labelSelector: 'a in ()' } },
  { name: 'an operator for a value', path: maps, query: { labelSelector: 'a=!' } },
  { name: 'two contradictions', path: maps, query: { resourceVersionMatch: 'x', sendInitialEvents: true } },
  { name: 'a token of no version', path: maps, query: { continue: 'e30' } },
  { name: 'an escape that is none', path: maps, query: { fieldSelector: 'metadata.name=a\\b' } },
  { name: 'a form nobody has', path: maps, accept: 'application/json;as=Foo;v=v1;g=meta.k8s.io' },
  { name: 'a list as one object', path: maps, accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' },
  { name: 'text behind the object', method: 'POST', path: maps, body: '{} x' },
  { name: 'a number for a kind', method: 'POST', path: maps, body: { apiVersion: 'v1', kind: 1 } },
  { name: 'a broken deletion', method: 'DELETE', path: `${maps}/kube-root-ca.crt`, body: '{' },
  {
    name: 'a deletion with two policies',
    method: 'DELETE',
    path: `${maps}/kube-root-ca.crt`,
    body: { orphanDependents: true, propagationPolicy: 'Orphan' },
  },
]);
