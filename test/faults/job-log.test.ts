/** The log of a Job on an embedded cluster, its last line above all: nothing of it is lost in silence, however slow or broken it is. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../engine/kube/connect.ts';
import { type KubeClient, KubeError, type RequestOptions, type StreamOptions } from '../../engine/kube/types.ts';
import { jobTarget } from '../../engine/ops/job/target.ts';
import type { Conversation } from '../../engine/ops/target.ts';
import { systemClock } from '../../engine/runtime/clock.ts';
import { type Embedded, embedded } from '../kit/embedded.ts';

let world: Embedded;
let client: KubeClient;
beforeAll(async () => {
  world = await embedded();
  client = await connect({ kubeconfig: world.kubeconfig, env: {} });
});
afterAll(async () => {
  await client?.close();
  await world?.close();
});

type ByteStream = AsyncIterable<Uint8Array>;
type Stream = (path: string, options?: StreamOptions) => Promise<ByteStream>;
interface Faults {
  /** Around every request for a log. */
  log?: (open: Stream, path: string, options: StreamOptions | undefined) => Promise<ByteStream>;
  request?: (path: string, options: RequestOptions | undefined) => void;
}

function faulty({ log, request }: Faults): Pick<KubeClient, 'request' | 'stream'> {
  const open: Stream = (path, options) => client.stream(path, options);
  return {
    request: async <T>(path: string, options?: RequestOptions) => {
      request?.(path, options);
      return client.request<T>(path, options);
    },
    stream: (path, options) => (log && path.endsWith('/log') ? log(open, path, options) : open(path, options)),
  };
}

let jobs = 0;
function job(script: string, faults: Faults = {}, image = 'test/engine:1') {
  const name = `job-${++jobs}`;
  const request = {
    namespace: 'default',
    run: name,
    step: 'step',
    instance: '',
    image,
    argv: ['sh', '-c', script],
    commandLength: 3,
    env: {},
    owner: undefined,
  };
  const target = jobTarget(faulty(faults), request, systemClock);
  const said = { out: '', notes: [] as string[] };
  const have: Conversation['have'] = { out: 0, err: 0 };
  const talk = (signal: AbortSignal): Conversation => ({
    step: 0,
    n: 1,
    dir: '',
    have,
    onOutput: (_, bytes) => {
      said.out += Buffer.from(bytes).toString();
    },
    onNote: (text) => said.notes.push(text),
    signal,
  });
  const start = (signal: AbortSignal = new AbortController().signal) => target.start(talk(signal), {}, []);
  const end = () => target.end(talk(new AbortController().signal));
  const pods = () =>
    world.sim.cluster.list('pods', {
      namespace: 'default',
      labelSelector: `batch.kubernetes.io/job-name=${name}-step-cluster-1`,
    });
  return { name, target, said, start, end, pods };
}

const later = (ms: number) => new Promise((done) => setTimeout(done, ms));
async function until(what: () => boolean): Promise<void> {
  while (!what()) await later(20);
}

/** Runs it, and asks for its end once it has said `up`. */
async function cancelled(it: ReturnType<typeof job>) {
  const stop = new AbortController();
  const first = it.start(stop.signal);
  await until(() => it.said.out.includes('up\n'));
  stop.abort();
  await first;
  return it.end();
}

/** It takes a second to end and has much to say at its very end. */
const SLOW =
  'exec 2>/dev/null; trap "sleep 1; seq 1 2000; echo bye; exit 4" TERM; echo up; while :; do sleep 0.1; done';
const LAST = `${Array.from({ length: 2000 }, (_, i) => `${i + 1}\n`).join('')}bye\n`;

/** Word for word; a difference is told by where it begins. */
function check(it: ReturnType<typeof job>, wanted: string): void {
  const { out, notes } = it.said;
  const same = [...wanted].findIndex((char, i) => out[i] !== char);
  const near = same < 0 ? '' : out.slice(Math.max(0, same - 20), same + 20);
  expect({ notes, length: out.length, same, near }).toEqual({ notes: [], length: wanted.length, same: -1, near: '' });
}

describe('the last line of a Job that is cancelled', () => {
  test('is told before its end, however late the log comes', async () => {
    const it = job(SLOW, {
      log: async (open, path, options) => {
        if (it.said.out.includes('up\n')) {
          // Nothing comes before the container has ended, and then late.
          await until(() => JSON.stringify(it.pods()).includes('"terminated"'));
          await later(1500);
        }
        return open(path, options);
      },
    });
    expect(await cancelled(it)).toEqual({ state: 'done', code: 4 });
    check(it, `up\n${LAST}`);
    // Kept until the result is in the journal; then nothing of it stays.
    expect(it.pods()).toHaveLength(1);
    await it.target.release(1, true, new AbortController().signal);
    await until(() => it.pods().length === 0);
    await until(() => !JSON.stringify(world.sim.cluster.list('jobs.batch', {})).includes(it.name));
  });

  test('comes over a link that breaks again and again', async () => {
    let broken = 0;
    const it = job(SLOW, {
      log: async (open, path, options) => {
        if (it.said.out.includes('up\n') && broken < 8) {
          broken++;
          if (broken % 2 === 0) throw new KubeError('broken', { status: 0, reason: 'Connection' });
          return cut(await open(path, options), 500);
        }
        return open(path, options);
      },
    });
    expect(await cancelled(it)).toEqual({ state: 'done', code: 4 });
    check(it, `up\n${LAST}`);
  });

  test('may be lost where its pod can only be deleted, and that is said', async () => {
    const denied = 'you may not patch pods';
    const it = job(SLOW, {
      request: (path, options) => {
        if (options?.method === 'PATCH' && path.includes('/pods/'))
          throw new KubeError(denied, { status: 403, reason: 'Forbidden' });
      },
    });
    expect(['done', 'killed']).toContain((await cancelled(it)).state);
    expect(it.said.notes[0]).toContain(`the end of its output may be lost: ${denied}`);
    expect(it.said.out).toBe(`up\n${LAST}`);
  });

  test('that can’t be read is missed aloud', async () => {
    const it = job('exec 2>/dev/null; trap "exit 4" TERM; echo up; while :; do sleep 0.1; done', {
      log: async (open, path, options) => {
        if (it.said.out.includes('up\n')) throw new KubeError('no such log', { status: 404, reason: 'NotFound' });
        return open(path, options);
      },
    });
    expect(await cancelled(it)).toEqual({ state: 'done', code: 4 });
    expect(it.said.notes).toEqual(['… the end of this log is missing: its node no longer has it']);
  });

  test('is none where its container was never made', async () => {
    const it = job('true', {}, 'registry.invalid/missing:1');
    const stop = new AbortController();
    const first = it.start(stop.signal);
    await until(() => it.pods().length > 0);
    stop.abort();
    await first;
    expect(await it.end()).toEqual({ state: 'killed' });
  });
});

describe('a Job that ends by itself', () => {
  test('has ended when its log was read, also late and over a broken link', async () => {
    let opened = 0;
    const it = job('seq 1 2000; echo bye; exit 3', {
      log: async (open, path, options) => {
        await later(800);
        if (++opened < 4) throw new KubeError('broken', { status: 500, reason: 'InternalError' });
        return open(path, options);
      },
    });
    expect(await it.start()).toEqual({ state: 'done', code: 3 });
    check(it, LAST);
  });

  test('is read from where the link broke, not from its beginning', async () => {
    const since: unknown[] = [];
    const it = job('seq 1 2000; sleep 2; seq 2001 4000; sleep 1; echo bye', {
      log: async (open, path, options) => {
        since.push(options?.query?.sinceTime);
        const body = await open(path, options);
        return since.length < 4 ? cut(body, 40_000) : body;
      },
    });
    expect(await it.start()).toEqual({ state: 'done', code: 0 });
    check(it, `${Array.from({ length: 4000 }, (_, i) => `${i + 1}\n`).join('')}bye\n`);
    const [first, ...others] = since;
    expect(first).toBeUndefined();
    expect(others.length).toBeGreaterThan(2);
    for (const time of others) expect(time).toMatch(/^\d{4}-.*Z$/);
  });

  test('whose pod is deleted is lost, and so is said of its log', async () => {
    const it = job('echo up; sleep 1000');
    const ended = it.start();
    await until(() => it.said.out.includes('up\n'));
    world.sim.cluster.delete('pods', 'default', it.pods()[0]!.metadata.name, { gracePeriodSeconds: 0 });
    expect(await ended).toMatchObject({ state: 'lost' });
    expect(it.said.notes.join()).toMatch(/the end of (this log is missing|its output could not be read)/);
  });
});

async function* cut(body: ByteStream, after: number): ByteStream {
  let left = after;
  for await (const chunk of body) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) throw new KubeError('the connection broke off', { status: 0, reason: 'Connection' });
  }
}
