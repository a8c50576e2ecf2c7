/** Each kind of fault over real HTTP, as this program's own client meets it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { connect } from '../../../../../engine/kube/connect.ts';
import { jsonLines } from '../../../../../engine/kube/json-lines.ts';
import type { KubeClient, RequestOptions } from '../../../../../engine/kube/types.ts';
import { type LiveSim, startLive } from '../../../../../engine/sim/live.ts';
import { Api } from '../../../../conformance/server.ts';

let sim: LiveSim;
let client: KubeClient;
const dir = mkdtempSync(join(tmpdir(), 'opsdeck-test-'));
const MAPS = '/api/v1/namespaces/default/configmaps';

const podReady = (name: string, restarts = 0) =>
  new Promise<void>((done) => {
    const stop = sim.cluster.watch('pods', {}, (_type, pod) => {
      const { containerStatuses } = (pod.status ?? {}) as {
        containerStatuses?: { ready: boolean; restartCount: number }[];
      };
      const first = containerStatuses?.[0];
      if (pod.metadata.name !== name || !first?.ready || first.restartCount < restarts) return;
      stop();
      done();
    });
  });
const addPod = (name: string) =>
  sim.cluster.create('pods', {
    metadata: { name, namespace: 'default' },
    spec: {
      nodeName: 'node-a',
      containers: [{ name: 'c', image: 'x', command: ['sh', '-c', 'echo first; echo second; exec sleep 100'] }],
    },
  });

beforeAll(async () => {
  sim = await startLive();
  const kubeconfig = join(dir, 'kubeconfig');
  writeFileSync(kubeconfig, sim.kubeconfig, { mode: 0o600 });
  client = await connect({ kubeconfig, env: {} });
  addPod('one');
  await podReady('one');
});
afterEach(() => void sim.faults.clear());
afterAll(async () => {
  await client.close();
  await sim.close();
  rmSync(dir, { recursive: true });
});

const ask = (path: string, options: RequestOptions = {}) => client.request<Record<string, unknown>>(path, options);
const make = (name: string) => ask(MAPS, { method: 'POST', body: { metadata: { name }, data: {} } });
const there = (name: string) => sim.cluster.get('configmaps', 'default', name) !== undefined;

describe('a request', () => {
  it('fails without its effect, or with it', async () => {
    const before = sim.faults.add({ do: 'error', status: 500, verb: 'create', resource: 'configmaps', times: 1 });
    await expect(make('a')).rejects.toMatchObject({ status: 500, reason: 'InternalError' });
    expect([there('a'), sim.faults.hits(before)]).toEqual([false, 1]);
    const after = sim.faults.add({
      do: 'error',
      status: 503,
      verb: 'create',
      resource: 'configmaps',
      afterEffect: true,
      times: 1,
    });
    await expect(make('a')).rejects.toMatchObject({ status: 503, reason: 'ServiceUnavailable' });
    expect([there('a'), sim.faults.hits(after)]).toEqual([true, 1]);
    await expect(make('a')).rejects.toMatchObject({ status: 409 });
  });

  it('is told when to come back, and by a gateway nothing of use', async () => {
    sim.faults.add({ do: 'error', status: 429, retryAfter: 30, resource: 'configmaps' });
    await expect(make('b')).rejects.toMatchObject({ status: 429, reason: 'TooManyRequests', retryAfterMs: 30_000 });
    sim.faults.clear();
    sim.faults.add({ do: 'error', status: 502, bare: true, resource: 'configmaps' });
    await expect(make('b')).rejects.toThrow(/answered 502/);
  });

  it('loses its connection before its effect or after it', async () => {
    sim.faults.add({ do: 'drop', verb: 'create', resource: 'configmaps', times: 1 });
    await expect(make('c')).rejects.toMatchObject({ reason: 'Connection', sent: true });
    expect(there('c')).toBe(false);
    sim.faults.add({ do: 'drop', verb: 'create', resource: 'configmaps', afterEffect: true, times: 1 });
    await expect(make('c')).rejects.toMatchObject({ reason: 'Connection', sent: true });
    expect(there('c')).toBe(true);
  });

  it('that is late arrives although its sender has given up; one that hangs does not', async () => {
    sim.faults.add({ id: 'late', do: 'delay', ms: 400, verb: 'create', resource: 'configmaps' });
    const options = { method: 'POST', body: { metadata: { name: 'd' } }, timeoutMs: 100 } as const;
    await expect(ask(MAPS, options)).rejects.toMatchObject({ reason: 'Timeout' });
    expect(there('d')).toBe(false);
    await expect.poll(() => there('d')).toBe(true);
    sim.faults.remove('late');
    sim.faults.add({ id: 'hung', do: 'hang', verb: 'create', resource: 'configmaps' });
    await expect(ask(MAPS, { ...options, body: { metadata: { name: 'e' } } })).rejects.toMatchObject({
      reason: 'Timeout',
    });
    const patient = make('f');
    await expect.poll(() => sim.faults.hits('hung')).toBe(2);
    sim.faults.remove('hung');
    await patient;
    expect([there('e'), there('f')]).toEqual([false, true]);
  });

  it('of which only the answer is late has had its effect', async () => {
    sim.faults.add({ id: 'late', do: 'delay', ms: 60_000, verb: 'create', resource: 'configmaps', afterEffect: true });
    const answer = make('g');
    await expect.poll(() => there('g')).toBe(true);
    sim.faults.remove('late');
    expect(await answer).toMatchObject({ metadata: { name: 'g' } });
  });

  it('that is for no resource is struck by its path', async () => {
    sim.faults.add({ do: 'error', status: 503, path: '/version' });
    await expect(ask('/version')).rejects.toMatchObject({ status: 503 });
    await ask(MAPS);
  });

  it('finds no server while the link is cut', async () => {
    await ask('/version');
    sim.faults.add({ do: 'cut-link', ms: 60_000 });
    await expect(ask('/version')).rejects.toMatchObject({ status: 0 });
    expect(sim.faults.clear()).toBe(1);
    await ask('/version');
  });
});

interface Line {
  type: string;
  object: { metadata: { name: string; resourceVersion: string }; data?: { k: string }; code?: number };
}

/** Watches from now on; `wanted` lines are read, or all until it ends. */
async function watch(wanted: number, act: () => void, name = 'watched'): Promise<{ lines: string[]; end: string }> {
  const revision = String(sim.cluster.kernel.store.current);
  const query = { watch: true, resourceVersion: revision, fieldSelector: `metadata.name=${name}` };
  const lines: string[] = [];
  try {
    const body = await client.stream(MAPS, { query });
    act();
    for await (const { type, object } of jsonLines<Line>(body)) {
      lines.push(`${type} ${object.code ?? object.data?.k ?? ''}`);
      if (lines.length === wanted) return { lines, end: '' };
    }
    return { lines, end: 'ended' };
  } catch (error) {
    return { lines, end: (error as Error).message };
  }
}
const set = (k: string) => sim.cluster.patch('configmaps', 'default', 'watched', { data: { k } });

describe('a watch', () => {
  const WATCH = { verb: 'watch', resource: 'configmaps' } as const;
  beforeAll(
    () =>
      void sim.cluster.create('configmaps', { metadata: { name: 'watched', namespace: 'default' }, data: { k: '0' } }),
  );

  it('brings events twice, late in their order, or followed by what was before', async () => {
    const twice = sim.faults.add({ do: 'repeat-events', ...WATCH, name: 'watched', times: 1 });
    const change =
      (...values: string[]) =>
      () => {
        for (const one of values) set(one);
      };
    expect((await watch(3, change('1', '2'))).lines).toEqual(['MODIFIED 1', 'MODIFIED 1', 'MODIFIED 2']);
    expect(sim.faults.hits(twice)).toBe(1);
    sim.faults.add({ do: 'late-events', ms: 150, ...WATCH, times: 1 });
    const began = performance.now();
    expect((await watch(2, change('3', '4'))).lines).toEqual(['MODIFIED 3', 'MODIFIED 4']);
    expect(performance.now() - began).toBeGreaterThanOrEqual(140);
    sim.faults.clear();
    sim.faults.add({ do: 'stale-events', ...WATCH, times: 1 });
    expect((await watch(3, change('5', '6'))).lines).toEqual(['MODIFIED 5', 'MODIFIED 4', 'MODIFIED 6']);
  });

  it('breaks off within a line, ends, is half closed, or is told that it is too old', async () => {
    const struck = async (how: string, more: object = {}) => {
      sim.faults.clear();
      const id = sim.faults.add({ do: how, ...WATCH, ...more });
      const seen = await watch(99, () => set(how));
      expect(sim.faults.hits(id)).toBeGreaterThan(0);
      return seen;
    };
    expect(await struck('stream-drop', { bytes: 40 })).toEqual({
      lines: [],
      end: expect.stringContaining('broke off'),
    });
    expect(await struck('stream-half-close', { bytes: 40 })).toEqual({
      lines: [],
      end: expect.stringContaining('broke off'),
    });
    expect(await struck('stream-end')).toEqual({ lines: [], end: 'ended' });
    expect(await struck('stream-expire', { ms: 50 })).toEqual({
      lines: ['MODIFIED stream-expire', 'ERROR 410'],
      end: 'ended',
    });
  });

  it('that is open already is struck by a fault that is set now; one that stalls breaks off when it is taken back', async () => {
    const seen = watch(99, () => {
      set('before');
      setTimeout(() => {
        sim.faults.add({ id: 'stall', do: 'stream-stall', ...WATCH });
        setTimeout(() => {
          set('unheard');
          sim.faults.remove('stall');
        }, 50);
      }, 50);
    });
    expect(await seen).toEqual({ lines: ['MODIFIED before'], end: expect.stringContaining('broke off') });
  });

  it('from before a compaction is gone', async () => {
    const revision = String(sim.cluster.kernel.store.current);
    set('newer');
    sim.faults.add({ do: 'compact', verb: 'watch' });
    const body = await client.stream(MAPS, { query: { watch: true, resourceVersion: revision } });
    const lines: Line[] = [];
    for await (const line of jsonLines<Line>(body)) lines.push(line);
    expect(lines).toMatchObject([{ type: 'ERROR', object: { code: 410 } }]);
  });
});

describe('an exec', () => {
  const EXEC = { resource: 'pods/exec' } as const;
  const run = async (script: string) => {
    let out = '';
    const outcome = await client.exec({
      namespace: 'default',
      pod: 'one',
      container: 'c',
      command: ['sh', '-c', script],
      onStdout: (chunk) => {
        out += Buffer.from(chunk).toString();
      },
    });
    return { out, outcome };
  };

  it('loses its status: unknown, whatever it was', async () => {
    const id = sim.faults.add({ do: 'lose-status', ...EXEC });
    for (const script of ['echo done', 'echo done; exit 3']) {
      expect(await run(script)).toEqual({
        out: 'done\n',
        outcome: { kind: 'unknown', why: expect.stringContaining('no exit status') },
      });
    }
    expect(sim.faults.hits(id)).toBe(2);
  });

  it('loses it in the older protocol too', async () => {
    const told = (): Promise<number[]> =>
      new Promise((done) => {
        const url = `${sim.url.replace('https', 'wss')}/api/v1/namespaces/default/pods/one/exec?command=true&stdout=true`;
        const options = { ca: sim.ca, headers: { authorization: `Bearer ${sim.token}` } };
        const socket = new WebSocket(url, ['v4.channel.k8s.io'], options);
        const channels: number[] = [];
        socket.on('message', (frame: Buffer) => channels.push(frame[0]!));
        socket.on('close', () => done(channels));
      });
    expect(await told()).toEqual([3]);
    sim.faults.add({ do: 'lose-status', ...EXEC, times: 1 });
    expect(await told()).toEqual([]);
  });

  it('over SPDY is struck in the same ways', async () => {
    const api = new Api();
    await api.open({
      sim,
      url: sim.url,
      dispatcher: new Agent(),
      tls: { ca: sim.ca },
      headers: () => ({ authorization: `Bearer ${sim.token}` }),
      close: async () => {},
    });
    const told = async (script: string) => {
      const query = [...['sh', '-c', script].map((word) => ['command', word] as const), ['stdout', 'true'] as const];
      const spdy = await api.spdy('/api/v1/namespaces/default/pods/one/exec', ['v4.channel.k8s.io'], query);
      if (!('open' in spdy)) throw new Error(spdy.body);
      const [error, out] = [spdy.open({ streamType: 'error' }), spdy.open({ streamType: 'stdout' })];
      const ended = await Promise.race([
        Promise.all([error.ended, out.ended]),
        new Promise<'never'>((resolve) => setTimeout(resolve, 500, 'never')),
      ]);
      spdy.close();
      return {
        out: out.said,
        status: error.said === '' ? '' : (JSON.parse(error.said) as { status: string }).status,
        ended,
      };
    };
    expect(await told('echo 12345')).toEqual({ out: '12345\n', status: 'Success', ended: ['end', 'end'] });
    sim.faults.add({ do: 'lose-status', ...EXEC, times: 1 });
    expect(await told('echo 12345')).toEqual({ out: '12345\n', status: '', ended: ['end', 'end'] });
    sim.faults.clear();
    for (const [effect, ended] of [
      ['stream-drop', ['gone', 'gone']],
      ['stream-end', ['end', 'end']],
      ['stream-stall', 'never'],
    ] as const) {
      sim.faults.add({ do: effect, bytes: 3, ...EXEC, times: 1 });
      expect(await told('echo 12345; sleep 0.1')).toEqual({ out: '123', status: '', ended });
      sim.faults.clear();
    }
  });

  it('breaks off in the middle of its output, and ends early', async () => {
    sim.faults.add({ do: 'stream-drop', bytes: 3, ...EXEC, times: 1 });
    expect(await run('echo 12345; sleep 0.2')).toEqual({
      out: '123',
      outcome: expect.objectContaining({ kind: 'unknown' }),
    });
    sim.faults.clear();
    sim.faults.add({ do: 'stream-end', bytes: 2, ...EXEC, times: 1 });
    expect(await run('echo 12345; sleep 0.2')).toEqual({
      out: '12',
      outcome: expect.objectContaining({ kind: 'unknown' }),
    });
    sim.faults.clear();
    sim.faults.add({ do: 'stream-half-close', bytes: 4, ...EXEC, times: 1 });
    expect(await run('echo 12345; sleep 0.2')).toEqual({
      out: '1234',
      outcome: expect.objectContaining({ kind: 'unknown' }),
    });
  });

  it('is refused although it was started', async () => {
    sim.faults.add({ do: 'error', status: 500, ...EXEC, afterEffect: true, times: 1 });
    await expect(run('echo x >>"$HOME/refused"')).rejects.toMatchObject({ status: 500 });
    await expect.poll(async () => (await run('cat "$HOME/refused"')).out).toBe('x\n');
    sim.faults.add({ do: 'drop', ...EXEC, afterEffect: true, times: 1 });
    expect((await run('echo y >>"$HOME/dropped"')).outcome.kind).toBe('unknown');
    await expect.poll(async () => (await run('cat "$HOME/dropped"')).out).toBe('y\n');
  });

  it('of a pod that crashes as it begins has no known end', async () => {
    addPod('two');
    await podReady('two');
    sim.faults.add({ do: 'crash-pod', ...EXEC, name: 'two', afterEffect: true, times: 1 });
    const outcome = await client.exec({ namespace: 'default', pod: 'two', container: 'c', command: ['sleep', '5'] });
    expect(outcome).not.toEqual({ kind: 'exit', code: 0 });
    await podReady('two', 1);
  });
});

describe('a followed log', () => {
  it('breaks off after so many bytes', async () => {
    sim.faults.add({ do: 'stream-drop', bytes: 8, resource: 'pods/log' });
    const body = await client.stream('/api/v1/namespaces/default/pods/one/log', { query: { follow: true } });
    let text = '';
    await expect(
      (async () => {
        for await (const chunk of body) text += Buffer.from(chunk).toString();
      })(),
    ).rejects.toThrow('broke off');
    expect(text).toBe('first\nse');
  });
});

describe('a node that stops', () => {
  it('takes its pods with it: exec finds no route, the node is lost, and back they start again', async () => {
    addPod('three');
    await podReady('three');
    const follow = await client.stream('/api/v1/namespaces/default/pods/three/log', { query: { follow: true } });
    sim.faults.add({ do: 'crash-node', node: 'node-a', ms: 3500 });
    for await (const chunk of follow) expect(Buffer.from(chunk).toString()).toMatch(/first|second/);
    const exec = () => client.exec({ namespace: 'default', pod: 'three', container: 'c', command: ['true'] });
    expect(await exec()).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('dial tcp 10.88.0.1:10250: connect: no route to host'),
    });
    const ready = () => {
      const { conditions } = sim.cluster.get('nodes', '', 'node-a')!.status as {
        conditions: { type: string; status: string }[];
      };
      return conditions.filter(({ type }) => type === 'Ready').map(({ status }) => status);
    };
    expect(ready()).toEqual(['True']);
    await expect.poll(ready, { timeout: 20_000 }).toEqual(['Unknown']);
    await podReady('three', 1);
    expect(ready()).toEqual(['True']);
    const status = sim.cluster.get('pods', 'default', 'three')?.status as {
      containerStatuses: { lastState: { terminated: { exitCode: number; reason: string } } }[];
    };
    expect(status.containerStatuses[0]?.lastState.terminated).toMatchObject({ exitCode: 255, reason: 'Unknown' });
    expect(await exec()).toEqual({ kind: 'exit', code: 0 });
  }, 30_000);
});

describe('the cluster’s clock', () => {
  it('jumps', () => {
    const before = sim.cluster.clock.now();
    sim.faults.add({ do: 'clock-jump', ms: '-1h' });
    sim.cluster.create('configmaps', { metadata: { name: 'old', namespace: 'default' } });
    const made = Date.parse(sim.cluster.get('configmaps', 'default', 'old')?.metadata.creationTimestamp ?? '');
    expect(before - made).toBeGreaterThan(3_500_000);
  });
});
