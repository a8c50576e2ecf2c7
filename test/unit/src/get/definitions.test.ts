import { expect, test } from 'vitest';
import { type KubeClient, KubeError, type Resource } from '../../../../engine/kube/types.ts';
import { definitions } from '../../../../src/get/definitions.ts';

const why = 'user "alice" may not list opsdefinitions.opsdeck.dev in the whole cluster; ask for a role that grants it';

test('two of one name in two groups of the cluster are two, told apart in every output', async () => {
  const groups = ['opsdeck.dev', 'opendbaas.infracreate.com'];
  const client = {
    resources: async () => groups.map((group) => ({ group, plural: 'opsdefinitions' }) as Resource),
    request: async (path: string) => {
      const description = path.includes('opendbaas') ? 'harmless' : 'wipes';
      return {
        items: [{ metadata: { name: 'wipe' }, spec: { description, strategies: { container: { command: ['a'] } } } }],
      };
    },
  } as unknown as KubeClient;
  const question = { namespace: 'n', name: 'wipe', selector: undefined, cluster: undefined, whole: false };
  const { items } = await definitions.read({ client, providers: [] }, question);
  expect(items.map(({ cells, name }) => [cells[3], cells[4], name])).toEqual([
    ['cluster', 'wipes', 'opsdefinition.opsdeck.dev/wipe'],
    ['cluster (opendbaas.infracreate.com)', 'harmless', 'opsdefinition.opendbaas.infracreate.com/wipe'],
  ]);
  expect(items.map(({ object }) => object.apiVersion)).toEqual(groups.map((group) => `${group}/v1alpha1`));
});

test('one that can’t be executed says why, in a table and whole', async () => {
  const bodies: Record<string, object> = {
    command: { command: ['echo', '{{parameters.nope}}'] },
    env: { command: ['echo'], env: [{ name: 'A', value: '{{nothing.here}}' }] },
  };
  const client = {
    resources: async () => [{ group: 'opsdeck.dev', plural: 'opsdefinitions' } as Resource],
    request: async () => ({
      items: Object.entries(bodies).map(([name, container]) => ({
        metadata: { name },
        spec: { strategies: { container } },
      })),
    }),
  } as unknown as KubeClient;
  const reasons = [
    ['command', 'definition "command": {{parameters.nope}}: no such parameter'],
    ['env', 'definition "env": container.env A: {{nothing.here}}: nothing has that name; known: HOST'],
  ] as const;
  for (const [name, why] of reasons) {
    const question = { namespace: 'n', name, selector: undefined, cluster: undefined, whole: true };
    const { items } = await definitions.read({ client, providers: [] }, question);
    expect(items[0]?.cells).toEqual([name, '', 'broken', 'cluster', why, '']);
    expect(items[0]?.object.metadata.annotations).toMatchObject({ 'opsdeck.dev/broken': why });
  }
});

test('whoever may not list definitions sees the catalog, and what is missing', async () => {
  const client = {
    resources: async () => [{ group: 'opsdeck.dev', plural: 'opsdefinitions' } as Resource],
    request: async () => {
      throw new KubeError(why, { status: 403, reason: 'Forbidden' });
    },
  } as unknown as KubeClient;
  const question = { namespace: 'n', name: undefined, selector: undefined, cluster: undefined, whole: false };
  const answer = await definitions.read({ client, providers: [] }, question);
  expect(answer.items.map(({ cells }) => cells[0])).toContain('redis-reshard');
  expect(answer).toMatchObject({ denied: [{ why }], blind: false });
  const other = definitions.read({ client, providers: [] }, { ...question, name: 'other' });
  await expect(other).rejects.toThrow(`no operation "other" (${why})`);
});

test('a group that can’t be listed takes nothing from the other, and is named', async () => {
  const groups = ['opsdeck.dev', 'opendbaas.infracreate.com'];
  const question = { namespace: 'n', name: undefined, selector: undefined, cluster: undefined, whole: false };
  const read = (errors: Record<string, KubeError>) => {
    const client = {
      resources: async () => groups.map((group) => ({ group, plural: 'opsdefinitions' }) as Resource),
      request: async (path: string) => {
        const group = groups.find((each) => path.includes(each)) ?? '';
        if (errors[group]) throw errors[group];
        const spec = { strategies: { container: { command: ['a'] } } };
        return { items: [{ metadata: { name: `of-${group}` }, spec }] };
      },
    } as unknown as KubeClient;
    return definitions.read({ client, providers: [] }, question);
  };
  const names = ({ items }: Awaited<ReturnType<typeof read>>) => items.flatMap(({ cells }) => cells[0] ?? []);
  const forbidden = (message: string) => new KubeError(message, { status: 403, reason: 'Forbidden' });
  const down = new KubeError('etcd is gone', { status: 500, reason: 'InternalError' });

  for (const [closed, open] of [groups, groups.toReversed()] as [string, string][]) {
    const words = `user "alice" may not list opsdefinitions.${closed} in the whole cluster; ask for a role that grants it`;
    const answer = await read({ [closed]: forbidden(words) });
    expect(names(answer)).toContain(`of-${open}`);
    expect(names(answer)).toContain('redis-reshard');
    expect(answer.denied).toMatchObject([{ verb: 'list', resource: `opsdefinitions.${closed}`, why: words }]);
    expect(answer.failed).toBeUndefined();

    // A webhook's refusal names nothing.
    const other = await read({ [closed]: forbidden('not today') });
    expect(other.denied).toMatchObject([{ why: `you may not list opsdefinitions.${closed}: not today` }]);

    const broken = await read({ [closed]: down });
    expect(names(broken)).toContain(`of-${open}`);
    expect(broken).toMatchObject({
      denied: [{ why: `can't list opsdefinitions.${closed}: etcd is gone` }],
      failed: true,
    });
  }
  await expect(read(Object.fromEntries(groups.map((group) => [group, down])))).rejects.toThrow('etcd is gone');
});
