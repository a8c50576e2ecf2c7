/** A definition of several versions without a webhook: what is stored, and what each version shows of it. */
import { CRDS, crd, underSpec } from './crd.ts';
import { recorded } from './recorded.ts';

const group = 'NS.versions.example.com';
const foos = (version: string): string => `/apis/${group}/${version}/namespaces/NS/foos`;
const foo = (version: string, name: string): string => `${foos(version)}/${name}`;
const object = (version: string, name: string, spec: object) => ({
  apiVersion: `${group}/${version}`,
  kind: 'Foo',
  metadata: { name },
  spec,
});

const shape = (properties: object): object => ({ schema: { openAPIV3Schema: underSpec(properties) } });
const string = { type: 'string' };
const integer = { type: 'integer' };
const definition = crd(group, 'foos', 'Foo', [
  {
    name: 'v1',
    served: true,
    storage: true,
    ...shape({ x: integer, of1: { ...string, default: 'one' } }),
  },
  {
    name: 'v2',
    served: true,
    storage: false,
    ...shape({ x: integer, y: string, of2: { ...string, default: 'two' } }),
    selectableFields: [{ jsonPath: '.spec.y' }, { jsonPath: '.spec.x' }],
  },
  { name: 'v3', served: true, storage: false, ...shape({ x: integer, of1: string }) },
  { name: 'v4alpha1', served: true, storage: false, deprecated: true, ...shape({}) },
  { name: 'v5', served: true, storage: false, deprecated: true, ...shape({}) },
  { name: 'v6', served: false, storage: false, ...shape({}) },
]);
const everywhere = (name: string, what: string) =>
  ['v1', 'v2', 'v3'].map((version) => ({ name: `${what}, as ${version}`, path: foo(version, name) }));

recorded(
  'versions',
  'versions.txt',
  [
    { name: 'definition', method: 'POST', path: CRDS, body: definition, brief: true },
    { name: 'v1 is served', path: foos('v1'), until: 'FooList' },
    { name: 'v2 is served', path: foos('v2'), until: 'FooList' },
    { name: 'v3 is served', path: foos('v3'), until: 'FooList' },
    { name: 'create as v2', method: 'POST', path: foos('v2'), body: object('v2', 'a', { x: 1, y: 'z' }) },
    ...everywhere('a', 'made as v2'),
    { name: 'create as v1', method: 'POST', path: foos('v1'), body: object('v1', 'b', { x: 1 }) },
    ...everywhere('b', 'made as v1'),
    { name: 'create as v3', method: 'POST', path: foos('v3'), body: object('v3', 'c', { x: 1 }) },
    {
      name: 'dry create as v2',
      method: 'POST',
      path: foos('v2'),
      query: { dryRun: 'All' },
      body: object('v2', 'd', {}),
    },
    { name: 'list as v2', path: foos('v2') },
    { name: 'patch as v1', patch: 'merge', path: foo('v1', 'a'), body: { spec: { x: 2 } } },
    ...everywhere('a', 'patched as v1'),
    { name: 'patch as v2', patch: 'merge', path: foo('v2', 'a'), body: { spec: { x: 3, y: 'q' } } },
    { name: 'patch as v2 of what is not kept', patch: 'merge', path: foo('v2', 'a'), body: { spec: { y: 'q' } } },
    ...everywhere('a', 'patched as v2'),
    { name: 'patch as v3', patch: 'merge', path: foo('v3', 'c'), body: { spec: { of1: 'mine' } } },
    ...everywhere('c', 'patched as v3'),
    { name: 'unknown field as v1', patch: 'merge', path: foo('v1', 'a'), body: { spec: { y: 'q' } } },
    { name: 'table as v2', path: foo('v2', 'a'), accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    { name: 'select as v1', path: foos('v1'), query: { fieldSelector: 'spec.y=z' } },
    { name: 'select as v2 what is not kept', path: foos('v2'), query: { fieldSelector: 'spec.y=q' } },
    { name: 'select as v2', path: foos('v2'), query: { fieldSelector: 'spec.x=1' } },
    { name: 'select as v2 by another', path: foos('v2'), query: { fieldSelector: 'spec.of2=two' } },
    { name: 'delete by field as v3', method: 'DELETE', path: foos('v3'), query: { fieldSelector: 'spec.x=1' } },
    ...['x', 'yes', ''].map((watch) => ({
      name: `watch of "${watch}"`,
      path: foos('v1'),
      query: { watch, timeoutSeconds: '1', fieldSelector: 'metadata.name=b' },
    })),
    ...['0', 'False'].map((watch) => ({
      name: `watch of "${watch}"`,
      path: foos('v1'),
      query: { watch, fieldSelector: 'metadata.name=b' },
    })),
    { name: 'an older version', path: foo('v4alpha1', 'b') },
    { name: 'a version without a newer one', path: foo('v5', 'b') },
  ],
  [`${CRDS}/foos.${group}`],
);
