/** The desk of a scope on an embedded cluster: real HTTP, real watches, real shells in the pods. */
import { describe, expect, test } from 'vitest';
import { KubeError, type RequestOptions } from '../../engine/kube/types.ts';
import type { LogLine, RunDetail } from '../../engine/protocol.ts';
import { desks, type Opened, until } from './desks.ts';

const world = desks();
const { desk, define, request, status, over, starts, ask, look } = world;

describe('an engine that is stopped', () => {
  const never = <T>({ signal }: RequestOptions = {}) =>
    new Promise<T>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));

  test.each([
    [
      'its write keeps failing',
      () => Promise.reject(new KubeError('etcd is gone', { status: 500, reason: 'InternalError' })),
    ],
    ['its write hangs', never],
    // Not every question knows that nobody waits for it any more.
    ['nothing it asks is answered', () => never()],
  ])('goes at once while %s', async (how, answer) => {
    let asked = 0;
    const name = `stops-${how.length}`;
    define(name, 'true');
    const { desk: mine } = await desk({
      client: {
        ...world.client,
        request: <T>(path: string, options: RequestOptions = {}): Promise<T> => {
          const writes = options.method === 'PUT' && path.endsWith(`/opsrequests/${name}-1/status`);
          const reads = how.startsWith('nothing') && path.includes(`/opsdefinitions/${name}`);
          if (!writes && !reads) return world.client.request<T>(path, options);
          asked++;
          return answer(options) as Promise<T>;
        },
      },
    });
    request(`${name}-1`, { opsDefinitionRef: name });
    await until(() => asked > 0);
    await mine.stop();
    expect(await starts(name)).toBe(0);
    world.sim.cluster.delete('opsrequests.opsdeck.dev', 'default', `${name}-1`);
  });
});

describe('what a cockpit asks', () => {
  test('catalog, plan, start: the log comes live and ends, the detail is the journal’s', async () => {
    define('tell', 'for i in 1 2 3; do echo line $i; sleep 0.1; done');
    const { desk: mine, rows } = await desk();
    const { row, stop: leave } = look(mine);
    await until(() => row('tell'));
    expect(row('tell')).toMatchObject({ effect: 'change', source: 'cluster', refused: '', steps: 1 });
    leave();
    const plan = await mine.plan(ask('tell'));
    expect(plan).toMatchObject({ refused: [], creates: [expect.stringMatching(/^OpsRequest default\/tell-/)] });
    await expect(mine.start({ ...ask('tell'), digest: 'sha256:other' })).rejects.toThrow('look at the plan again');
    const { namespace, name } = await mine.start({ ...ask('tell'), digest: plan.digest });
    const lines: LogLine[] = [];
    let last: RunDetail | null = null;
    let ended = false;
    const stop = mine.subscribeRun(
      `${namespace}/${name}`,
      (detail) => {
        last = detail;
      },
      (batch, end) => {
        if (batch.reset) lines.length = 0;
        lines.push(...batch.lines);
        ended = end;
      },
    );
    await until(() => ended);
    stop();
    expect(lines.map(({ stream, text }) => `${stream} ${text}`)).toEqual(['out line 1', 'out line 2', 'out line 3']);
    expect(lines.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(last).toMatchObject({
      phase: 'Succeed',
      steps: [{ phase: 'Succeeded', targets: [{ instance: 'cart-0' }] }],
    });
    await until(() => rows.get(name)?.phase === 'Succeed');
    expect(rows.get(name)).toMatchObject({ kept: 'opsrequest', holder: '' });
    expect(await starts('tell')).toBe(1);
    expect(mine.document(rows.get(name)?.uid ?? '')).toMatchObject({
      kind: 'OpsRequest',
      metadata: { name, namespace },
      status: { phase: 'Succeed' },
    });
    expect(() => mine.document('another')).toThrow('no longer there');
  });

  test('another cockpit follows the same run live, and sees the same lines when it comes late', async () => {
    define('shared', 'echo begun; sleep 2.5; echo done');
    const one = await desk();
    const two = await desk();
    const plan = await one.desk.plan(ask('shared'));
    const run = await one.desk.start({ ...ask('shared'), digest: plan.digest });
    const follow = async ({ desk: mine }: Opened) => {
      const texts: string[] = [];
      let ended = false;
      mine.subscribeRun(
        `${run.namespace}/${run.name}`,
        () => {},
        (batch, end) => {
          if (batch.reset) texts.length = 0;
          texts.push(...batch.lines.map(({ text }) => text));
          ended = end;
        },
      );
      await until(() => ended);
      return texts;
    };
    expect(await follow(two)).toEqual(['begun', 'done']);
    expect(await follow(await desk())).toEqual(['begun', 'done']);
    expect(await starts('shared')).toBe(1);
  });

  test('a log that can’t be read any more is at its end, and says why', async () => {
    define('closed', 'echo seen');
    const { desk: mine } = await desk();
    const { namespace, name } = await mine.start({ ...ask('closed'), digest: (await mine.plan(ask('closed'))).digest });
    await over(name);
    await mine.stop();
    const { desk: other, rows } = await desk({
      client: {
        ...world.client,
        request: <T>(path: string, options?: RequestOptions) =>
          path.endsWith(`/opsrequests/${name}`)
            ? Promise.reject(new KubeError('you may not get it', { status: 403, reason: 'Forbidden' }))
            : world.client.request<T>(path, options),
      },
    });
    await until(() => rows.get(name));
    const told: string[] = [];
    other.subscribeRun(
      `${namespace}/${name}`,
      () => {},
      ({ lines }, ended) => told.push(...lines.map(({ text }) => text), ...(ended ? ['end'] : [])),
    );
    await until(() => told.includes('end'));
    expect(told.slice(0, 2)).toEqual(["the log can't be read: you may not get it", 'end']);
  });

  test('read-only starts, cancels and executes nothing', async () => {
    define('never', 'true');
    request('never-1', { opsDefinitionRef: 'never' });
    const { desk: mine, modes, rows } = await desk({ readonly: true });
    await until(() => rows.get('never-1'));
    const plan = await mine.plan(ask('never'));
    await expect(mine.start({ ...ask('never'), digest: plan.digest })).rejects.toThrow('read-only');
    await expect(mine.cancel({ namespace: 'default', name: 'never-1' })).rejects.toThrow('read-only');
    expect(modes).toEqual([{ kind: 'readonly' }]);
    expect(status('never-1')?.phase).toBeUndefined();
    world.sim.cluster.delete('opsrequests.opsdeck.dev', 'default', 'never-1');
    await until(() => !rows.has('never-1'));
  });

  test('an unknown outcome is asked about, and the word on it is kept', async () => {
    define('lost', 'sleep 30');
    const { desk: mine, rows } = await desk();
    const plan = await mine.plan(ask('lost'));
    const run = await mine.start({ ...ask('lost'), digest: plan.digest });
    await until(async () => (await starts('lost')) === 1);
    world.sim.cluster.delete('pods', 'default', 'cart-0', { gracePeriodSeconds: 0 });
    await until(() => rows.get(run.name)?.phase === 'Unknown');
    await expect(mine.resolve({ ...run, verdict: 'happened', reason: ' ' })).rejects.toThrow('say why');
    await mine.resolve({ ...run, verdict: 'happened', reason: 'saw it' });
    await until(() => rows.get(run.name)?.phase === 'Succeed');
    expect(status(run.name)).toMatchObject({ journal: { verdicts: [{ verdict: 'happened', reason: 'saw it' }] } });
  });
});
