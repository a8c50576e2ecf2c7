import { describe, expect, it } from 'vitest';
import { customResourceDefinitions, structural } from '../../../../engine/api/crd.ts';
import type { PHASES } from '../../../../engine/api/phases.ts';
import { pathText, type Schema } from '../../../../engine/api/schema/types.ts';
import { unsupportedPaths } from '../../../../engine/api/unsupported.ts';
import { readDefinition } from '../../../../engine/ops/definition.ts';
import type { RunPhase } from '../../../../engine/protocol.ts';

interface Version {
  schema: { openAPIV3Schema: Schema };
}
const crds = customResourceDefinitions('1.2.3').map((crd) => ({
  ...crd,
  spec: crd.spec as { group: string; names: { shortNames?: string[] }; versions: [Version] },
}));

function* nodes(schema: Schema, path = ''): Generator<[string, Schema]> {
  yield [path, schema];
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* nodes(child, `${path}.${name}`);
  if (schema.items) yield* nodes(schema.items, `${path}[]`);
  if (typeof schema.additionalProperties === 'object') yield* nodes(schema.additionalProperties, `${path}.*`);
}

describe('CRDs', () => {
  it('are one for each kind and group, short names only under the project’s own', () => {
    expect(crds.map((crd) => crd.metadata.name)).toHaveLength(6);
    for (const { spec, metadata } of crds) {
      expect([metadata.name, spec.names.shortNames !== undefined]).toEqual([
        metadata.name,
        spec.group === 'opsdeck.dev',
      ]);
      expect(metadata.annotations['opsdeck.dev/version']).toBe('1.2.3');
    }
  });

  it('are structural: every node has a type, or says that it has none', () => {
    for (const { metadata, spec } of crds) {
      for (const [path, node] of nodes(spec.versions[0].schema.openAPIV3Schema)) {
        const typed =
          node.type !== undefined || node['x-kubernetes-preserve-unknown-fields'] || node['x-kubernetes-int-or-string'];
        expect([metadata.name, path, typed]).toEqual([metadata.name, path, true]);
        const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])];
        expect([path, inner.filter((each) => each.type !== undefined)]).toEqual([path, []]);
        expect(node.properties && node.additionalProperties, path).toBeFalsy();
      }
    }
  });

  it('leave out the types of a union and keep its other rules', () => {
    const union: Schema = { 'x-kubernetes-preserve-unknown-fields': true, anyOf: [{ type: 'string' }] };
    const both: Schema = { type: 'object', anyOf: [{ required: ['a'] }], properties: { a: union } };
    expect(structural(both)).toEqual({
      type: 'object',
      anyOf: [{ required: ['a'] }],
      properties: { a: { 'x-kubernetes-preserve-unknown-fields': true } },
    });
  });

  it('know every phase that the screen knows', () => {
    // Either side having a word that the other lacks doesn't compile.
    const same: [RunPhase] extends [(typeof PHASES)[number]]
      ? [(typeof PHASES)[number]] extends [RunPhase]
        ? true
        : false
      : false = true;
    expect(same).toBe(true);
  });
});

it('what is called unsupported is what the engine refuses', () => {
  const definition = (spec: object) => ({
    apiVersion: 'opsdeck.dev/v1alpha1',
    kind: 'OpsDefinition' as const,
    metadata: { name: 'x' },
    spec: { strategies: { container: { command: ['true'] } }, ...spec },
  });
  const unsupported = (spec: object) => unsupportedPaths(definition(spec)).map(pathText);
  expect(unsupported({})).toEqual([]);
  expect(readDefinition(definition({}), 'file').ok).toBe(true);
  const step = { name: 'a', container: { command: ['x'] } };
  for (const [spec, field] of [
    [{ steps: [step] }, 'spec.steps'],
    [{ finally: [step] }, 'spec.finally'],
    [{ preconditions: [{ expression: 'true' }] }, 'spec.preconditions'],
    [{ parameters: [{ name: 'a', choices: { get: {} } }] }, 'spec.parameters[0].choices.get'],
    [
      { parameters: [{ name: 'a', choices: { container: { image: 'x', command: ['y'] } } }] },
      'spec.parameters[0].choices.container.image',
    ],
    [{ parameters: [{ name: 'a' }, { name: 'b', secret: true }] }, 'spec.parameters[1].secret'],
    [{ strategies: { container: { command: ['true'], stdin: 'x' } } }, 'spec.strategies.container.stdin'],
  ] as const) {
    expect(unsupported(spec)).toEqual([field]);
    expect(readDefinition(definition(spec) as never, 'file').ok).toBe(false);
  }
});
