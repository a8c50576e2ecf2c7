/** Runs of definitions that bring an image of their own, each by a Job. */
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../engine/api/types.ts';
import type { KubeClient, RequestOptions } from '../../engine/kube/types.ts';
import { findDefinition } from '../../engine/ops/definitions.ts';
import { launch, makeEngine } from '../../engine/ops/launch.ts';
import { prepare } from '../../engine/ops/prepare.ts';
import { openStores } from '../../engine/ops/stores.ts';
import { Told } from '../../engine/ops/told.ts';
import { systemClock } from '../../engine/runtime/clock.ts';
import { thisProcess } from '../../engine/runtime/identity.ts';
import { desks, until } from './desks.ts';

const world = desks();
const { desk, define, request, over } = world;

describe('a definition with an image', () => {
  const job = (name: string, args: string, more: object = {}) =>
    define(name, '', { container: { image: 'test/engine:1', command: ['sh', '-c'], args: [args] }, ...more });
  const jobs = () => world.sim.cluster.list('jobs.batch', { namespace: 'default' });

  test('is run by a Job for the pod that was picked: environment, address, log and exit code', async () => {
    const { desk: mine } = await desk();
    job('say', 'echo "$$OPS_X at {{HOST}} \\$(HOME)"; exit 3');
    request('say-1', { opsDefinitionRef: 'say' });
    expect(await over('say-1')).toMatchObject({ phase: 'Failed', message: expect.stringContaining('exit code 3') });
    const texts: string[] = [];
    let ended = false;
    mine.subscribeRun(
      'default/say-1',
      () => {},
      (batch, end) => {
        texts.push(...batch.lines.map(({ text }) => text));
        ended = end;
      },
    );
    await until(() => ended);
    // `$$` is the shell's process number, `$(HOME)` a command: neither is Kubernetes' to touch.
    expect(texts[0]).toMatch(/^\d+OPS_X at 10\.\d+\.\d+\.\d+ \$\(HOME\)$/);
    const made = () => jobs().find(({ metadata }) => metadata.labels?.['opsdeck.dev/run-name'] === 'say-1')?.metadata;
    expect(made()).toMatchObject({
      name: 'say-1-say-cart-0-1',
      ownerReferences: [{ kind: 'OpsRequest', name: 'say-1' }],
    });
    await until(() => made()?.finalizers === undefined);
  });

  test('the log is at its end with the verdict, however long its Job can’t be let go', async () => {
    job('stays', 'echo done');
    const held = /\/jobs\/stays-/;
    const { desk: mine, rows } = await desk({
      client: {
        ...world.client,
        request: <T>(path: string, options: RequestOptions = {}) =>
          held.test(path) && rows.get('stays-1')?.phase === 'Succeed'
            ? new Promise<T>((_, reject) =>
                options.signal?.addEventListener('abort', () => reject(options.signal?.reason)),
              )
            : world.client.request<T>(path, options),
      },
    });
    request('stays-1', { opsDefinitionRef: 'stays' });
    const told: string[] = [];
    mine.subscribeRun(
      'default/stays-1',
      (detail) => detail && told.push(detail.phase),
      ({ lines }, ended) => told.push(...lines.map(({ text }) => text), ...(ended ? ['end'] : [])),
    );
    await until(() => told.includes('end'));
    expect(told.indexOf('done')).toBeLessThan(told.indexOf('end'));
    expect(told).toContain('Succeed');
  });

  test('is tried again after a known failure, each time by another Job', async () => {
    await desk();
    job('again', 'exit 1', { retryTimes: 1 });
    request('again-1', { opsDefinitionRef: 'again' });
    expect((await over('again-1')).phase).toBe('Failed');
    const names = jobs().map(({ metadata }) => metadata.name);
    expect(names.filter((name) => name.startsWith('again-1')).sort()).toEqual([
      'again-1-again-cart-0-1',
      'again-1-again-cart-0-2',
    ]);
  });

  test('leaves Jobs that nobody let go, when its engine ends before it does; the next one lets them go, and no others', async () => {
    job('held', 'true');
    const first = await desk();
    for (const name of ['held-1', 'held-2']) request(name, { opsDefinitionRef: 'held' });
    for (const name of ['held-1', 'held-2']) await over(name);
    const held = (run: string) => jobs().find(({ metadata }) => metadata.labels?.['opsdeck.dev/run-name'] === run);
    await until(() => ['held-1', 'held-2'].every((run) => held(run)?.metadata.finalizers === undefined));
    await first.desk.stop();
    const finalizers = ['opsdeck.dev/result'];
    for (const run of ['held-1', 'held-2'])
      world.sim.cluster.patch('jobs.batch', 'default', held(run)?.metadata.name ?? '', { metadata: { finalizers } });
    world.sim.cluster.delete('opsrequests.opsdeck.dev', 'default', 'held-2');
    // Of a run that is kept on somebody's machine nothing is known here.
    const { metadata, ...rest } = structuredClone(held('held-1')!) as unknown as KubeObject;
    const labels = { 'app.kubernetes.io/managed-by': 'opsdeck', 'opsdeck.dev/run-name': 'elsewhere' };
    const containers = [{ name: 'main', image: 'test/engine:1', command: ['true'] }];
    const template = { spec: { restartPolicy: 'Never', containers } };
    world.sim.cluster.create('jobs.batch', {
      ...rest,
      status: undefined,
      metadata: { name: 'elsewhere', namespace: metadata.namespace ?? '', labels, finalizers },
      spec: { template },
    } as never);
    await desk();
    await until(() => held('held-1')?.metadata.finalizers === undefined && held('held-2') === undefined);
    expect(held('elsewhere')?.metadata.finalizers).toContain('opsdeck.dev/result');
  });

  test('that an engine has left is let go by a later run that goes by itself, and costs a run in a container nothing', async () => {
    job('forgotten', 'true');
    job('later', 'sleep 4');
    define('beside', 'true');
    const first = await desk();
    request('forgotten-1', { opsDefinitionRef: 'forgotten' });
    await over('forgotten-1');
    const held = () => jobs().find(({ metadata }) => metadata.labels?.['opsdeck.dev/run-name'] === 'forgotten-1');
    await until(() => held() && held()?.metadata.finalizers === undefined);
    await first.desk.stop();
    const finalizers = ['opsdeck.dev/result'];
    world.sim.cluster.patch('jobs.batch', 'default', held()?.metadata.name ?? '', { metadata: { finalizers } });

    const lists: string[] = [];
    const counted: KubeClient = {
      ...world.client,
      request: <T>(path: string, options?: RequestOptions) => {
        if (path.endsWith('/jobs') && options?.method === undefined) lists.push(path);
        return world.client.request<T>(path, options);
      },
    };
    const stores = await openStores({ client: counted, env: { XDG_STATE_HOME: world.dir } });
    const engine = makeEngine(counted, systemClock, thisProcess(), stores);
    const { signal } = new AbortController();
    const run = async (name: string, alone: boolean) => {
      const found = await findDefinition(counted, name, world.cluster);
      if (!found.ok) throw new Error(found.error);
      const options = { events: {}, told: new Told(), adoptTwin: false, alone };
      const { ending } = await launch(engine, prepare(found.value, world.cluster, []), stores.forNew, options, signal);
      expect(ending).toEqual({ ending: 'over' });
    };
    await run('beside', true);
    // One that a desk has started is the desk's to sweep after.
    await run('forgotten', false);
    expect(lists).toEqual([]);
    expect(held()?.metadata.finalizers).toEqual(finalizers);
    await run('later', true);
    expect(lists).toHaveLength(1);
    expect(held()?.metadata.finalizers).toBeUndefined();
  });
});
