/** OpsRequests that a person makes, on an embedded cluster: real HTTP, real watches, real shells in the pods. */
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../engine/api/types.ts';
import { CART, desks, until } from './desks.ts';

const world = desks();
const { desk, define, request, status, over, starts } = world;

describe('requests that a person makes', () => {
  test('take the definition of their own group, where two groups have one of the name', async () => {
    await desk();
    const [ours, seeds] = ['opsdeck.dev', 'opendbaas.infracreate.com'] as const;
    define('wipe', 'echo WIPED', {}, ours);
    define('wipe', 'echo HARMLESS', {}, seeds);
    define('seeds-only', 'echo fine', {}, seeds);
    for (const group of [ours, seeds]) request('wipe-1', { opsDefinitionRef: 'wipe' }, group);
    request('seeds-only-1', { opsDefinitionRef: 'seeds-only' }, ours);
    request('wipe-1', { opsDefinitionRef: 'wipe', preConditionDeadlineSeconds: 0 }, 'dbaas.kubeblocks.io');
    const output = async (group: string, name = 'wipe-1') => JSON.stringify((await over(name, group)).journal);
    expect(await output(ours)).toContain('"WIPED"');
    expect(await output(seeds)).toContain('"HARMLESS"');
    expect(await output(ours, 'seeds-only-1')).toContain('"fine"');
    expect(await over('wipe-1', 'dbaas.kubeblocks.io')).toMatchObject({
      phase: 'Failed',
      message: expect.stringContaining(`of ${ours} and of ${seeds}, and they are not the same; a request means`),
    });
    for (const [run, made, meant] of [
      ['wipe-1', ours, ours],
      ['wipe-1', seeds, seeds],
      ['seeds-only-1', ours, seeds],
    ] as const)
      expect(status(run, made)).toMatchObject({ journal: { definition: { source: 'cluster', group: meant } } });
    for (const group of [ours, seeds]) world.sim.cluster.delete(`opsdefinitions.${group}`, '', 'wipe');
    world.sim.cluster.delete(`opsdefinitions.${seeds}`, '', 'seeds-only');
  });

  test('are run under each of the three groups, with the status of the seed documents', async () => {
    await desk();
    define('greet', 'echo hello');
    const groups = ['opsdeck.dev', 'opendbaas.infracreate.com', 'dbaas.kubeblocks.io'];
    for (const group of groups) request('greet-1', { opsDefinitionRef: 'greet' }, group);
    for (const group of groups) {
      const done = await over('greet-1', group);
      expect(done).toMatchObject({
        phase: 'Succeed',
        tasks: { greet: { status: 'successfully' } },
      });
      expect(done.conditions?.map(({ type, status }) => `${type} ${status}`)).toEqual([
        'Progressing True',
        'Validated True',
        'Succeed True',
      ]);
    }
    expect(await starts('greet')).toBe(3);
  });

  test('that can’t be run fail with the reason of the seeds’ table and one sentence', async () => {
    await desk();
    define('fine', 'true');
    const atOnce = { preConditionDeadlineSeconds: 0 };
    request('no-cluster', { clusterRef: 'carts', opsDefinitionRef: 'fine', ...atOnce });
    request('no-definition', { opsDefinitionRef: 'fin', ...atOnce });
    request('restart', { type: 'Restart', componentOps: [{ componentNames: ['redis'] }] });
    request('parameter', { opsDefinitionRef: 'fine', parameters: [{ name: 'x', value: 1 }] });
    const why = async (name: string) => {
      const { phase, conditions } = await over(name);
      const validated = conditions?.find(({ type }) => type === 'Validated');
      return [phase, validated?.status, validated?.reason, validated?.message];
    };
    expect(await why('no-cluster')).toEqual([
      'Failed',
      'False',
      'ClusterNotFound',
      expect.stringContaining('did you mean "cart"?'),
    ]);
    expect(await why('no-definition')).toEqual([
      'Failed',
      'False',
      'OpsTypeNotSupported',
      expect.stringContaining('did you mean "fine"?'),
    ]);
    expect(await why('restart')).toEqual([
      'Failed',
      'False',
      'OpsTypeNotSupported',
      expect.stringContaining('Restart'),
    ]);
    expect(await why('parameter')).toEqual([
      'Failed',
      'False',
      'ValidateOpsRequestFailed',
      expect.stringContaining('"x"'),
    ]);
  });

  test('before their cluster and their definition wait for both, and say so', async () => {
    const { rows } = await desk();
    request('early', { clusterRef: 'late', opsDefinitionRef: 'later' });
    const pending = await until(() => status('early')?.conditions && status('early'));
    expect(pending).toMatchObject({
      phase: 'Pending',
      message: expect.stringMatching(/no cluster "late".*; waits for that until \d{4}-/),
      conditions: [{ type: 'Validated', status: 'False', reason: 'ClusterNotFound' }],
    });
    await until(() => rows.get('early')?.message === pending.message);
    expect(rows.get('early')?.phase).toBe('Pending');
    // Another engine leaves it alone, and so does one that begins later.
    await desk();
    world.apply(CART.replaceAll('cart', 'late'));
    await until(() => status('early')?.conditions?.[0]?.reason !== 'ClusterNotFound');
    define('later', 'echo there');
    const done = await over('early');
    expect(done.phase).toBe('Succeed');
    expect(done.conditions?.map(({ type, status }) => `${type} ${status}`).sort()).toEqual([
      'Progressing True',
      'Succeed True',
      'Validated True',
    ]);
  });

  test('wait so long and no longer, and end when that is asked for', async () => {
    await desk();
    request('patient', { clusterRef: 'never', opsDefinitionRef: 'fine', preConditionDeadlineSeconds: 2 });
    request('dropped', { clusterRef: 'never', opsDefinitionRef: 'fine' });
    await until(() => status('dropped')?.phase === 'Pending');
    world.sim.cluster.patch('opsrequests.opsdeck.dev', 'default', 'dropped', { spec: { cancel: true } });
    expect((await over('dropped')).phase).toBe('Cancelled');
    expect(await over('patient')).toMatchObject({
      phase: 'Failed',
      conditions: [{ type: 'Validated', status: 'False', reason: 'ClusterNotFound' }],
    });
  });

  test('start their command once, however many engines look at them, and one of these leads', async () => {
    const all = await Promise.all([desk(), desk(), desk({ kind: 'operator' })]);
    define('once', 'sleep 0.3');
    for (const n of [1, 2, 3, 4]) request(`once-${n}`, { opsDefinitionRef: 'once' });
    for (const n of [1, 2, 3, 4]) expect((await over(`once-${n}`)).phase).toBe('Succeed');
    expect(await starts('once')).toBe(4);
    await until(() => all.every(({ rows }) => rows.get('once-4')?.phase === 'Succeed'));
  });

  test('on one cluster wait for each other in the order of their arrival, each naming whom', async () => {
    await desk();
    define('slow', 'sleep 0.6; echo "$OPSDECK_ATTEMPT" >>"$HOME/order"');
    request('slow-a', { opsDefinitionRef: 'slow' });
    await until(() => status('slow-a')?.phase === 'Running');
    request('slow-b', { opsDefinitionRef: 'slow' });
    const waiting = await until(() => status('slow-b')?.phase === 'Waiting' && status('slow-b'));
    expect(waiting).toMatchObject({ message: expect.stringContaining('slow-a') });
    expect((await over('slow-b')).phase).toBe('Succeed');
    expect(status('slow-a')?.phase).toBe('Succeed');
    expect(Date.parse(String(status('slow-b')?.StartTimestamp))).toBeGreaterThanOrEqual(
      Date.parse(String(status('slow-a')?.completionTimestamp)),
    );
  });

  test('with spec.cancel end, and a success is removed when its time is over', async () => {
    await desk();
    define('endless', 'trap "exit 5" TERM; while :; do sleep 0.05; done');
    request('endless-1', { opsDefinitionRef: 'endless' });
    await until(() => status('endless-1')?.phase === 'Running');
    world.sim.cluster.patch('opsrequests.opsdeck.dev', 'default', 'endless-1', { spec: { cancel: true } });
    expect(await over('endless-1')).toMatchObject({ phase: 'Cancelled', tasks: { endless: { status: 'Cancelled' } } });
    define('short', 'true');
    request('short-1', { opsDefinitionRef: 'short', ttlSecondsAfterSucceed: 0 });
    await until(() => !world.sim.cluster.get('opsrequests.opsdeck.dev', 'default', 'short-1'));
  });

  test('whose status another program wrote are shown, and never run', async () => {
    define('theirs', 'true');
    request('theirs-1', { opsDefinitionRef: 'theirs' });
    const object = world.sim.cluster.get('opsrequests.opsdeck.dev', 'default', 'theirs-1') as unknown as KubeObject;
    world.sim.cluster.update('opsrequests.opsdeck.dev', { ...object, status: { phase: 'Running' } } as never, {
      subresource: 'status',
    });
    const { rows } = await desk();
    expect((await until(() => rows.get('theirs-1'))).message).toContain('another program');
    request('after', { opsDefinitionRef: 'fine' });
    await over('after');
    expect(await starts('theirs')).toBe(0);
  });
});
