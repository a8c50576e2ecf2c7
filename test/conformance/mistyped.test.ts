/** Values of another type than their field's: the words of each way to send them. */
import { recorded } from './recorded.ts';
import { changed, made, spec } from './tried.ts';

const core = '/api/v1/namespaces/NS';
const deployments = '/apis/apps/v1/namespaces/NS/deployments';

recorded('values of another type', 'mistyped.txt', [
  made('a deployment', deployments, {
    metadata: { name: 'd' },
    spec: {
      replicas: 0,
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: spec() },
    },
  }),
  // Values of another type.
  made('words', `${core}/configmaps`, { metadata: { name: 'm' }, data: { a: 'b' } }),
  changed(
    'a number applied',
    `${core}/configmaps/n`,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'n' }, data: { port: 8080 } },
    { patch: 'apply', query: { fieldManager: 'x' } },
  ),
  changed(
    'a bool applied',
    `${core}/configmaps/n`,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'n' }, data: { on: true } },
    { patch: 'apply', query: { fieldManager: 'x' } },
  ),
  changed(
    'a fraction applied',
    `${core}/configmaps/n`,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'n' }, data: { on: 1.5 } },
    { patch: 'apply', query: { fieldManager: 'x' } },
  ),
  changed(
    'a list applied',
    `${core}/configmaps/n`,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'n' }, data: { on: ['x'] } },
    { patch: 'apply', query: { fieldManager: 'x' } },
  ),
  changed(
    'a map applied',
    `${core}/configmaps/n`,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'n' }, data: { on: { x: 1 } } },
    { patch: 'apply', query: { fieldManager: 'x' } },
  ),
  changed(
    'words for a map applied',
    `${core}/configmaps/n`,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'n' }, data: 'x' },
    { patch: 'apply', query: { fieldManager: 'x' } },
  ),
  ...[
    ['words for a bool applied', { immutable: 'yes' }],
    ['a number for a bool applied', { immutable: 1 }],
    ['a list for a bool applied', { immutable: ['a', 1] }],
    ['bytes that are none applied', { binaryData: { a: '!' } }],
    ['half of the bytes applied', { binaryData: { a: 'YQ' } }],
  ].map(([name, more]) =>
    changed(
      String(name),
      `${core}/configmaps/n`,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'n' }, ...(more as object) },
      { patch: 'apply', query: { fieldManager: 'x' } },
    ),
  ),
  changed(
    'words for a number applied',
    `${deployments}/d`,
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { replicas: 'three' } },
    { patch: 'apply', query: { fieldManager: 'x' } },
  ),
  changed(
    'words in a list applied',
    `${deployments}/d`,
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { template: { spec: { containers: [{ name: 'c', image: 7 }] } } },
    },
    { patch: 'apply', query: { fieldManager: 'x' } },
  ),
  changed('a number patched', `${core}/configmaps/m`, { data: { port: 8080 } }),
  changed('a fraction patched', `${core}/configmaps/m`, { data: { port: 1.5 } }),
  changed('a bool patched', `${core}/configmaps/m`, { data: { on: true } }),
  changed('a list patched', `${core}/configmaps/m`, { data: { on: ['x'] } }),
  changed('words for a number patched', `${deployments}/d`, { spec: { replicas: 'three' } }),
  changed('a fraction for a number patched', `${deployments}/d`, { spec: { replicas: 1.5 } }),
  changed('a bool for a number patched', `${deployments}/d`, { spec: { replicas: true } }),
  changed('a number for a bool patched', `${deployments}/d`, { spec: { paused: 1 } }),
  changed('a number merged', `${core}/configmaps/m`, { data: { port: 8080 } }, { patch: 'merge' }),
  changed('a path without a start', `${core}/configmaps/m`, [{ op: 'add', path: 'data', value: {} }], {
    patch: 'json',
    brief: false,
  }),
  changed('a path without a start, two', `${core}/configmaps/m`, [{ op: 'replace', path: 'data/a', value: 'q' }], {
    patch: 'json',
  }),
]);
