/** Operations as a desk lists, plans and starts them: those of the cluster in two groups beside the shipped ones. */
import { describe, expect, test } from 'vitest';
import type { OpsDefinition } from '../../engine/api/types.ts';
import { KubeError, type RequestOptions } from '../../engine/kube/types.ts';
import { desks, until } from './desks.ts';

const world = desks();
const { desk, define, change, over, ask, look } = world;

describe('what a cockpit is offered', () => {
  test('the list of operations follows definitions that come, change, break and go', async () => {
    const { desk: mine } = await desk();
    const { told, row, stop } = look(mine);
    await until(() => row('redis-reshard'));
    expect(mine.catalog.states().map(([id, { state }]) => [id, state])).toEqual([
      ['opsdefinitions.opsdeck.dev', 'live'],
      ['opsdefinitions.opendbaas.infracreate.com', 'live'],
    ]);
    define('comes', 'true');
    const before = (await until(() => row('comes'))).digest;
    change('comes', 'now with words');
    const after = await until(() => row('comes')?.digest !== before && row('comes'));
    expect(after).toMatchObject({ description: 'now with words', broken: '' });
    // Nothing of what was shown is planned or started as something else.
    const shown = { ...ask('comes'), pin: before };
    await expect(mine.plan(shown)).rejects.toThrow('comes was changed since it was shown here');
    await expect(mine.start({ ...shown, digest: 'sha256:x' })).rejects.toThrow('changed since');
    const broken = structuredClone(
      world.sim.cluster.get('opsdefinitions.opsdeck.dev', '', 'comes'),
    ) as unknown as OpsDefinition;
    world.sim.cluster.update('opsdefinitions.opsdeck.dev', { ...broken, spec: { description: 'kept' } } as never);
    await until(() => row('comes')?.broken !== '');
    expect(row('comes')).toMatchObject({
      description: 'kept',
      source: 'cluster',
      broken: expect.stringContaining('needs strategies'),
      refused: expect.stringContaining('needs strategies'),
    });
    world.sim.cluster.delete('opsdefinitions.opsdeck.dev', '', 'comes');
    await until(() => !row('comes'));
    await expect(mine.plan(shown)).rejects.toThrow('comes is no longer in the cluster');
    // Nobody looks any more: nothing is watched, nothing told.
    stop();
    expect(mine.catalog.states()).toEqual([]);
    const count = told.length;
    define('unseen', 'true');
    await new Promise((done) => setTimeout(done, 200));
    expect(told).toHaveLength(count);
  });

  test.each([
    ['denied', () => Promise.reject(new KubeError('no', { status: 403, reason: 'Forbidden' }))],
    ['down', () => Promise.reject(new KubeError('etcd is gone', { status: 500, reason: 'InternalError' }))],
    ['syncing', () => new Promise<never>(() => {})],
  ])('a group of definitions that is %s takes nothing from the other', async (state, answer) => {
    const ours = 'opsdefinitions.opsdeck.dev';
    define(`other-${state}`, 'true', {}, 'opendbaas.infracreate.com');
    const { desk: mine } = await desk({
      client: {
        ...world.client,
        request: <T>(path: string, options?: RequestOptions) =>
          path.endsWith('/opsdeck.dev/v1alpha1/opsdefinitions') ? answer() : world.client.request<T>(path, options),
      },
    });
    const { row, stop } = look(mine);
    await until(() => row(`other-${state}`));
    expect(row('redis-reshard')).toBeDefined();
    expect(mine.catalog.states()).toContainEqual([ours, expect.objectContaining({ state })]);
    stop();
    world.sim.cluster.delete('opsdefinitions.opendbaas.infracreate.com', '', `other-${state}`);
  });

  test('one name in two groups is two rows, each planned as what it is', async () => {
    const { desk: mine } = await desk();
    const [ours, seeds] = ['opsdeck.dev', 'opendbaas.infracreate.com'] as const;
    define('wipe', 'echo WIPED', {}, ours);
    define('wipe', 'echo HARMLESS', {}, seeds);
    const rows = async (uid: string) => {
      const { told, stop } = look(mine, uid);
      await until(() => told.length > 0);
      stop();
      return told.at(-1)?.filter(({ name }) => name === 'wipe') ?? [];
    };
    for (const uid of ['', world.cluster.ref.uid])
      expect((await rows(uid)).map((row) => [row.uid, row.group])).toEqual([
        [`cluster/${seeds}/wipe`, seeds],
        [`cluster/${ours}/wipe`, ''],
      ]);
    const [harmless] = await rows(world.cluster.ref.uid);
    const plan = await mine.plan({
      cluster: world.cluster.ref.uid,
      definition: 'wipe',
      pin: harmless!.digest,
      values: {},
    });
    expect(plan).toMatchObject({ source: 'cluster', namesake: seeds });
    expect(plan.command).toContain(`--source ${seeds}`);
    expect(plan.steps[0]?.targets[0]?.argv.join(' ')).toContain('HARMLESS');
    for (const group of [ours, seeds]) world.sim.cluster.delete(`opsdefinitions.${group}`, '', 'wipe');
  });

  test('two operations of one name are two rows, each run as what it is', async () => {
    const { desk: mine } = await desk();
    define('redis-reshard', 'echo mine');
    const { told, stop } = look(mine);
    const both = () => told.at(-1)?.filter(({ name }) => name === 'redis-reshard') ?? [];
    await until(() => both().length === 2);
    stop();
    expect(both().map(({ uid, source }) => [uid, source])).toEqual([
      ['cluster/opsdeck.dev/redis-reshard', 'cluster'],
      ['shipped/plain/redis-reshard', 'catalog'],
    ]);
    const [own, shipped] = both();
    const one = { cluster: world.cluster.ref.uid, definition: 'redis-reshard' };
    const plan = await mine.plan({ ...one, pin: own!.digest, values: {} });
    expect(plan).toMatchObject({ source: 'cluster', namesake: 'cluster', pin: own!.digest });
    expect(plan.command).toContain('--source cluster');
    expect(plan.warnings.join()).toContain("the cluster's own");
    const other = await mine.plan({ ...one, pin: shipped!.digest, values: { from: 'a', to: 'b' } });
    expect(other).toMatchObject({ source: 'catalog', namesake: 'shipped', pin: shipped!.digest });
    // All definitions, whatever they are for.
    const all = look(mine, '');
    await until(() => all.told.length > 0);
    all.stop();
    expect(
      all.told
        .at(-1)
        ?.filter(({ name }) => name === 'redis-reshard')
        .map(({ uid }) => uid),
    ).toEqual(['cluster/opsdeck.dev/redis-reshard', 'shipped/kubeblocks/redis-reshard', 'shipped/plain/redis-reshard']);
    world.sim.cluster.delete('opsdefinitions.opsdeck.dev', '', 'redis-reshard');
  });

  test('a request that an operator is asked for runs what was shown, or nothing', async () => {
    define('pinned', 'echo first');
    const pin = ask('pinned').pin;
    change('pinned', 'another one by now');
    const annotations = { 'opsdeck.dev/definition-digest': pin };
    for (const [name, more] of [
      ['pinned-1', { annotations }],
      ['pinned-2', { annotations: { 'opsdeck.dev/definition-digest': ask('pinned').pin } }],
    ] as const)
      world.sim.cluster.create('opsrequests.opsdeck.dev', {
        apiVersion: 'opsdeck.dev/v1alpha1',
        kind: 'OpsRequest',
        metadata: { name, namespace: 'default', ...more },
        spec: { clusterRef: 'cart', opsDefinitionRef: 'pinned' },
      } as never);
    await desk();
    expect(await over('pinned-1')).toMatchObject({
      phase: 'Failed',
      message: expect.stringContaining('was changed since'),
    });
    expect(await over('pinned-2')).toMatchObject({ phase: 'Succeed' });
  });

  test('attached to an operator, of two operations of one name it has run the one that was shown', async () => {
    const operator = await desk({ kind: 'operator', cluster: () => undefined });
    await until(() => operator.modes.some(({ kind }) => kind === 'standalone'));
    const mine = await desk();
    await until(() => mine.modes.some(({ kind }) => kind === 'attached'));
    define('redis-cluster-check', 'echo ours');
    const { told, stop } = look(mine.desk);
    const both = () => told.at(-1)?.filter(({ name }) => name === 'redis-cluster-check') ?? [];
    await until(() => both().length === 2);
    stop();
    const ran: unknown[] = [];
    for (const { digest: pin } of both()) {
      const one = { cluster: world.cluster.ref.uid, definition: 'redis-cluster-check', pin, values: {} };
      const plan = await mine.desk.plan(one);
      const { name } = await mine.desk.start({ ...one, digest: plan.digest });
      const { journal } = (await over(name)) as unknown as { journal: { definition: object } };
      ran.push(journal.definition);
    }
    expect(ran).toMatchObject([
      { source: 'cluster', digest: both()[0]!.digest },
      { source: 'catalog', digest: both()[1]!.digest },
    ]);
    world.sim.cluster.delete('opsdefinitions.opsdeck.dev', '', 'redis-cluster-check');
  });
});
