import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { jsonLines } from '../../../../engine/kube/json-lines.ts';
import { askFirst, type Reflector, type ReflectorState, startReflector } from '../../../../engine/kube/reflector.ts';
import { KubeError, type RequestOptions } from '../../../../engine/kube/types.ts';
import { LIST, type Met, type Position, step } from '../../../../engine/kube/watch-state.ts';
import { ManualClock, systemClock } from '../../../../engine/runtime/clock.ts';
import { json, serve, statusBody } from './server.ts';

const pod = (name: string, version = '1') => ({
  metadata: { uid: `uid-${name}`, name, namespace: 'a', resourceVersion: version },
});
const line = (type: string, object: object) => new TextEncoder().encode(`${JSON.stringify({ type, object })}\n`);

/** A server by script: answers of list calls in order, and watches that the test feeds. */
function script(lists: (object | KubeError)[]) {
  const requests: RequestOptions[] = [];
  const watches: { query: Record<string, unknown>; feed(chunk: Uint8Array): void; end(error?: Error): void }[] = [];
  return {
    requests,
    watches,
    async request<T>(_path: string, options: RequestOptions = {}): Promise<T> {
      requests.push(options);
      const answer = lists.shift();
      if (answer === undefined) return new Promise(() => {});
      if (answer instanceof KubeError) throw answer;
      return answer as T;
    },
    async stream(_path: string, options: RequestOptions = {}): Promise<AsyncIterable<Uint8Array>> {
      let push: (chunk: Uint8Array | null | Error) => void = () => {};
      const queue: (Uint8Array | null | Error)[] = [];
      const next = () =>
        new Promise<Uint8Array | null | Error>((resolve) => {
          const first = queue.shift();
          if (first !== undefined) return resolve(first);
          push = (chunk) => {
            push = (later) => queue.push(later);
            resolve(chunk);
          };
        });
      push = (chunk) => queue.push(chunk);
      options.signal?.addEventListener('abort', () => push(new Error('aborted')));
      watches.push({
        query: options.query ?? {},
        feed: (chunk) => push(chunk),
        end: (error) => push(error ?? null),
      });
      return (async function* () {
        for (;;) {
          const chunk = await next();
          if (chunk === null) return;
          if (chunk instanceof Error) throw chunk;
          yield chunk;
        }
      })();
    },
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const page = (items: object[], metadata: object) => ({ metadata, items });

let running: Reflector | undefined;
afterEach(() => running?.stop());

function start(client: ReturnType<typeof script>, more: { answered?: () => number } = {}) {
  const clock = new ManualClock();
  const changes: { upsert: string[]; remove: string[] }[] = [];
  const states: ReflectorState[] = [];
  running = startReflector<string>({
    client,
    path: '/api/v1/pods',
    project: (raw) => raw.metadata.name,
    onChange: (batch) => changes.push(batch),
    onState: (state) => states.push(state),
    clock,
    random: () => 0,
    ...more,
  });
  return { clock, changes, states, reflector: running };
}

describe('reflector', () => {
  test('gives rows page by page, then watches from the revision of the list', async () => {
    const client = script([
      page([pod('a')], { resourceVersion: '7', continue: 'more', remainingItemCount: 1 }),
      page([pod('b')], { resourceVersion: '7' }),
    ]);
    const { changes, states, clock, reflector } = start(client);
    await settle();
    expect(changes).toEqual([
      { upsert: ['a'], remove: [] },
      { upsert: ['b'], remove: [] },
    ]);
    expect(states).toContainEqual({ state: 'syncing', loaded: 1, remaining: 1 });
    expect(client.requests[1]?.query?.continue).toBe('more');
    expect(client.watches[0]?.query).toMatchObject({ resourceVersion: '7', allowWatchBookmarks: true });
    expect(reflector.state().state).toBe('live');

    client.watches[0]?.feed(line('ADDED', pod('c', '8')));
    client.watches[0]?.feed(line('DELETED', pod('a', '9')));
    await settle();
    await clock.advance(50);
    expect(changes.at(-1)).toEqual({ upsert: ['c'], remove: ['uid-a'] });
  });

  test('asks for the next page before it reads what came, and for no page twice', async () => {
    const client = script([
      page([pod('a')], { resourceVersion: '7', continue: 'second' }),
      page([pod('b')], { resourceVersion: '7', continue: 'third' }),
      new KubeError('the link broke', { status: 0, reason: 'Connection' }),
      page([pod('c')], { resourceVersion: '7' }),
    ]);
    const asked: unknown[] = [];
    running = startReflector<string>({
      client,
      path: '/api/v1/pods',
      project: (raw) => {
        asked.push([raw.metadata.name, client.requests.map(({ query }) => query?.continue)]);
        return raw.metadata.name;
      },
      onChange: () => {},
      clock: systemClock,
      random: () => 0,
    });
    await expect.poll(() => running?.state().state).toBe('live');
    expect(asked).toEqual([
      ['a', [undefined, 'second']],
      ['b', [undefined, 'second', 'third']],
      ['c', [undefined, 'second', 'third', 'third']],
    ]);
  });

  test('begins with a page that was asked for before, or with what became of it', async () => {
    const answers = [
      page([pod('a')], { resourceVersion: '7' }),
      new KubeError('no', { status: 403, reason: 'Forbidden' }),
    ];
    const all: string[] = [];
    for (const answer of answers) {
      const client = script([answer]);
      const clock = new ManualClock();
      const path = '/api/v1/pods';
      const first = askFirst({ client, clock, path }, new AbortController().signal);
      const onChange = ({ upsert }: { upsert: string[] }) => void all.push(...upsert);
      running = startReflector<string>({ client, clock, path, first, project: (raw) => raw.metadata.name, onChange });
      await settle();
      all.push(running.state().state);
      expect(client.requests).toHaveLength(1);
      running.stop();
    }
    expect(all).toEqual(['a', 'live', 'denied']);
  });

  test('goes on from the last bookmark when a watch ends, and lists anew on 410, telling what was deleted unseen', async () => {
    const client = script([
      page([pod('a'), pod('b')], { resourceVersion: '7' }),
      page([pod('b')], { resourceVersion: '90' }),
    ]);
    const { changes, clock } = start(client);
    await settle();
    client.watches[0]?.feed(line('BOOKMARK', { metadata: { resourceVersion: '50' } }));
    await settle();
    await clock.advance(2_000);
    client.watches[0]?.end();
    await settle();
    expect(client.watches[1]?.query.resourceVersion).toBe('50');
    client.watches[1]?.feed(line('ERROR', { metadata: {}, code: 410, reason: 'Expired', message: 'too old' }));
    await settle();
    await settle();
    expect(changes.at(-1)).toEqual({ upsert: [], remove: ['uid-a'] });
    expect(client.watches[2]?.query.resourceVersion).toBe('90');
  });

  test('says what it may not read, shows nothing old, and asks again later', async () => {
    const denied = new KubeError('no', { status: 403, reason: 'Forbidden' });
    const client = script([
      page([pod('a')], { resourceVersion: '7' }),
      denied,
      page([pod('a')], { resourceVersion: '9' }),
    ]);
    const { changes, clock, reflector } = start(client);
    await settle();
    client.watches[0]?.end(denied);
    await settle();
    expect(reflector.state()).toEqual({ state: 'denied' });
    expect(changes.at(-1)).toEqual({ upsert: [], remove: ['uid-a'] });
    await clock.advance(60_000);
    await settle();
    await clock.advance(60_000);
    await settle();
    expect(reflector.state().state).toBe('live');
  });

  test('is down before the first list, stale after it, and never stops trying', async () => {
    const refused = new KubeError('connection refused', { status: 0, reason: 'Connection' });
    const client = script([refused, refused, page([pod('a')], { resourceVersion: '7' })]);
    const { clock, reflector } = start(client);
    await settle();
    expect(reflector.state()).toMatchObject({ state: 'down', why: 'connection refused' });
    await clock.advance(250);
    await settle();
    await clock.advance(500);
    await settle();
    expect(reflector.state().state).toBe('live');
    for (let i = 0; i < 20; i++) {
      client.watches.at(-1)?.end(new Error('reset'));
      await settle();
      expect(reflector.state()).toMatchObject({ state: 'stale', why: 'reset' });
      await clock.advance(30_000);
      await settle();
    }
    expect(client.watches.length).toBe(21);
  });

  test('does not sit out its pause when the link works again; what is denied is not asked for sooner', async () => {
    const client = script([page([pod('a')], { resourceVersion: '7' })]);
    const { clock, reflector } = start(client);
    await settle();
    for (let i = 0; i < 8; i++) {
      client.watches.at(-1)?.end(new Error('reset'));
      await settle();
      await clock.advance(30_000);
      await settle();
    }
    client.watches.at(-1)?.end(new Error('reset'));
    await settle();
    const before = client.watches.length;
    expect(reflector.state().state).toBe('stale');
    reflector.heal();
    await settle();
    expect(client.watches.length).toBe(before + 1);
    expect(reflector.state().state).toBe('live');
    reflector.heal();
    await settle();
    expect(client.watches.length).toBe(before + 1);
    client.watches.at(-1)?.end(new KubeError('no', { status: 403, reason: 'Forbidden' }));
    await settle();
    reflector.heal();
    await settle();
    expect([reflector.state().state, client.watches.length]).toEqual(['denied', before + 1]);
  });

  test('a silent watch is opened anew, a suspected one at once', async () => {
    const client = script([page([pod('a')], { resourceVersion: '7' })]);
    const { clock, reflector } = start(client);
    await settle();
    await clock.advance(90_000);
    await settle();
    expect(reflector.state()).toMatchObject({ state: 'stale', why: 'the API server was silent for 90 s' });
    await clock.advance(1_000);
    await settle();
    expect(client.watches.length).toBe(2);
    reflector.suspect('no answer for 5 s');
    await settle();
    expect(reflector.state()).toMatchObject({ state: 'stale', why: 'no answer for 5 s' });
  });

  describe('a quiet watch that is cut off is as old as the last answer to anything', () => {
    /** Quiet since 0, answers to others until `until`, cut at `cut`. */
    async function since(until: number, cut: number, how: 'suspected' | 'reset' | 'silent') {
      const client = script([page([pod('a')], { resourceVersion: '7' })]);
      let answered = 0;
      const { clock, reflector } = start(client, { answered: () => answered });
      const began = clock.now();
      await settle();
      await clock.advance(until);
      answered = clock.now();
      await clock.advance(cut - until);
      if (how === 'suspected') reflector.suspect('no answer');
      if (how === 'reset') client.watches[0]?.end(new Error('reset'));
      await settle();
      answered = clock.now() + 1;
      const state = reflector.state();
      return state.state === 'stale' ? state.since - began : state.state;
    }
    test('found by a missing answer', async () => expect(await since(50_000, 59_000, 'suspected')).toBe(50_000));
    test('found by its own end', async () => expect(await since(50_000, 54_000, 'reset')).toBe(50_000));
    test('unless it is overdue: it may have been cut alone', async () => {
      expect(await since(80_000, 85_000, 'suspected')).toBe(0);
      expect(await since(88_000, 90_000, 'silent')).toBe(0);
    });
  });
});

test('a page that failed is asked for again with its token', () => {
  const from = { at: 'list', token: 'more', loaded: 100, remaining: 900, limit: 100 } as const;
  const error = new KubeError('reset', { status: 0, reason: 'Connection' });
  expect(step(from, { met: 'error', error }, 0, () => 0)).toMatchObject({ next: from, failures: 1 });
  const expired = new KubeError('too old', { status: 410, reason: 'Expired' });
  expect(step(from, { met: 'error', error: expired }, 0, () => 0).next).toEqual({ ...LIST, limit: 300 });
  expect(step({ at: 'watch', version: '7' }, { met: 'error', error: expired }, 0, () => 0).next).toEqual(LIST);
  const busy = new KubeError('slow down', { status: 429, reason: 'TooManyRequests', retryAfterMs: 7_000 });
  expect(step(from, { met: 'error', error: busy }, 0, () => 0).delayMs).toBe(7_000);
});

test('a page that the link could not bring in time is asked for in smaller parts', () => {
  const slow = new KubeError('no answer', { status: 0, reason: 'Timeout' });
  let position: Position = { at: 'list', token: 'more', loaded: 100, remaining: 900, limit: 100 };
  const limits: number[] = [];
  for (let i = 0; i < 6; i++) {
    position = step(position, { met: 'error', error: slow }, i, () => 0).next;
    limits.push(position.at === 'list' ? position.limit : 0);
  }
  expect(limits).toEqual([50, 25, 12, 10, 10, 10]);
});

test('pages grow, not over a narrow link, and no further than a thread can take', () => {
  const limitAfter = (ms: number, limit: number) => {
    const from: Position = { at: 'list', token: 'more', loaded: 100, remaining: 900, limit };
    const met = { met: 'page', items: limit, token: 'on', version: '7', remaining: 800, ms } as const;
    const { next } = step(from, met, 0, () => 0);
    return next.at === 'list' ? next.limit : 0;
  };
  expect([20, 200, 999, 1000, 9000].map((ms) => limitAfter(ms, 100))).toEqual([200, 200, 200, 100, 100]);
  expect([10, 100, 250, 400, 1000].map((limit) => limitAfter(20, limit))).toEqual([20, 200, 400, 400, 1000]);
});

describe('whatever comes', () => {
  const errors = [0, 401, 403, 404, 410, 429, 500, 503].map(
    (status) =>
      new KubeError('x', {
        status,
        reason: status === 0 ? 'Timeout' : 'X',
        ...(status === 429 ? { retryAfterMs: 1 } : {}),
      }),
  );
  const met: fc.Arbitrary<Met> = fc.oneof(
    fc.record({
      met: fc.constant('page' as const),
      items: fc.nat(),
      token: fc.constantFrom('', 'a'),
      version: fc.constant('5'),
      remaining: fc.constant(undefined),
      ms: fc.nat({ max: 40_000 }),
    }),
    fc.record({
      met: fc.constant('end' as const),
      version: fc.constant('6'),
      events: fc.nat({ max: 1 }),
      ms: fc.nat({ max: 2000 }),
    }),
    fc.record({ met: fc.constant('error' as const), error: fc.constantFrom(...errors) }),
  );

  test('there is a next step, never far off, and a watch only from a revision', () => {
    fc.assert(
      fc.property(
        fc.array(met, { maxLength: 30 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (history, chance) => {
          let position: Position = LIST;
          let failures = 0;
          for (const each of history) {
            const decided = step(position, each, failures, () => chance);
            expect(decided.delayMs).toBeGreaterThanOrEqual(0);
            expect(decided.delayMs).toBeLessThanOrEqual(120_000);
            if (decided.next.at === 'watch') expect(decided.next.version).not.toBe('');
            else expect(decided.next.limit).toBeGreaterThanOrEqual(10);
            // What fails over and over may not be repeated without a pause.
            if (decided.failures > 1) expect(decided.delayMs).toBeGreaterThan(0);
            ({ next: position, failures } = decided);
          }
        },
      ),
    );
  });
});

describe('hostile objects and readers', () => {
  test('an object that can’t be projected is left out, a reader that throws is told of, and all goes on', async () => {
    const faults: unknown[] = [];
    const client = script([page([pod('a'), { broken: true }, pod('b')], { resourceVersion: '7' })]);
    const names: string[] = [];
    running = startReflector<string>({
      client,
      path: '/api/v1/pods',
      project(raw) {
        if (raw.metadata.name === 'a') throw new Error('projection');
        return raw.metadata.name;
      },
      onChange({ upsert }) {
        names.push(...upsert);
        throw new Error('reader');
      },
      onFault: (error) => faults.push((error as Error).message),
      clock: new ManualClock(),
    });
    await settle();
    expect(names).toEqual(['b']);
    expect(running.state().state).toBe('live');
    expect(faults).toEqual(['projection', expect.stringMatching(/undefined/), 'reader']);
  });

  test('objects without a uid are told apart by name', async () => {
    const bare = (name: string, resourceVersion = '1') => ({ metadata: { name, namespace: 'a', resourceVersion } });
    const client = script([page([bare('x'), bare('y')], { resourceVersion: '7' })]);
    const { changes, clock } = start(client);
    await settle();
    client.watches[0]?.feed(line('DELETED', bare('x', '8')));
    await settle();
    await clock.advance(50);
    expect(changes).toEqual([
      { upsert: ['x', 'y'], remove: [] },
      { upsert: [], remove: ['a/x'] },
    ]);
  });

  test('a list that does not go on is not asked for without end', async () => {
    const more = () => page([pod('a')], { resourceVersion: '7', continue: 'same' });
    const client = script([more(), more(), more(), more()]);
    const { reflector } = start(client);
    await settle();
    expect(client.requests.length).toBe(2);
    expect(reflector.state()).toMatchObject({ state: 'down', why: 'the list does not go on' });
  });

  test('a list read again tells only what has changed', async () => {
    const client = script([
      page([pod('a', '1'), pod('b', '2'), pod('c', '3')], { resourceVersion: '7' }),
      page([pod('a', '1'), pod('b', '20')], { resourceVersion: '90' }),
    ]);
    const { changes } = start(client);
    await settle();
    client.watches[0]?.end(new KubeError('too old', { status: 410, reason: 'Expired' }));
    await settle();
    await settle();
    expect(changes.at(-1)).toEqual({ upsert: ['b'], remove: ['uid-c'] });
  });

  test('silence is measured by the wall clock: a laptop’s sleep counts', async () => {
    const client = script([page([], { resourceVersion: '7' })]);
    const { clock, reflector } = start(client);
    await settle();
    const awake = clock.now.bind(clock);
    clock.now = () => awake() + 3_600_000;
    await clock.advance(15_000);
    await settle();
    expect(reflector.state()).toMatchObject({ state: 'stale', why: 'the API server was silent for 90 s' });
  });
});

describe('over a real connection', () => {
  const waitFor = async (done: () => boolean) => {
    while (!done()) await new Promise((resolve) => setTimeout(resolve, 2));
  };

  test('a watch cut in the middle of a line goes on from what was whole', async () => {
    const versions: (string | null)[] = [];
    const server = await serve({
      answer(response, { url }) {
        if (!url.searchParams.has('watch')) return json(response, 200, page([pod('a', '5')], { resourceVersion: '5' }));
        versions.push(url.searchParams.get('resourceVersion'));
        response.writeHead(200);
        if (versions.length > 1) return response.write(line('ADDED', pod('c', '7')));
        response.write(line('ADDED', pod('b', '6')));
        response.write(line('ADDED', pod('lost', '7')).subarray(0, 30));
        return setTimeout(() => response.destroy(), 20);
      },
    });
    const names: string[] = [];
    const states: string[] = [];
    running = startReflector<string>({
      client: server.client(),
      path: '/api/v1/pods',
      project: (raw) => raw.metadata.name,
      onChange: ({ upsert }) => names.push(...upsert),
      onState: ({ state }) => states.push(state),
      clock: systemClock,
      random: () => 0,
    });
    await waitFor(() => names.length === 3);
    expect(names).toEqual(['a', 'b', 'c']);
    expect(versions).toEqual(['5', '6']);
    expect(states).toEqual(['syncing', 'live', 'stale', 'live']);
  });

  test('what is throttled, or answers with rubbish, is asked again', async () => {
    const server = await serve({
      answer(response, _, n) {
        if (n === 1)
          return json(response, 429, statusBody(429, 'TooManyRequests', 'slow down'), { 'retry-after': '0' });
        if (n === 2) return response.writeHead(200).end('{"metadata":');
        if (n === 3) return json(response, 200, page([pod('a')], { resourceVersion: '5' }));
        response.writeHead(200);
        return n === 4 ? response.end('rubbish\n') : response.flushHeaders();
      },
    });
    const states: string[] = [];
    running = startReflector<string>({
      client: server.client(),
      path: '/api/v1/pods',
      project: (raw) => raw.metadata.name,
      onChange: () => {},
      onState: ({ state }) => states.push(state),
      clock: systemClock,
      random: () => 0,
    });
    await waitFor(() => states.filter((state) => state === 'live').length === 2);
    expect(states).toEqual(['syncing', 'down', 'live', 'stale', 'live']);
  });
});

test('lines are put together from chunks of any size; an unfinished last line is not read', async () => {
  const text = '{"n":1}\n{"n":"ü€𝄞"}\n\n{"n":3}\n{"n":';
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 2, 3, 7, 100]) {
    const chunks = (async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    })();
    const seen: unknown[] = [];
    for await (const value of jsonLines<{ n: unknown }>(chunks)) seen.push(value.n);
    expect(seen).toEqual([1, 'ü€𝄞', 3]);
  }
});
