/** What is said of a run while it is stayed with: of who executes it nothing is claimed that could not be seen. */
import { expect, test } from 'vitest';
import { type KubeClient, KubeError } from '../../../../engine/kube/types.ts';
import { attend } from '../../../../engine/ops/attend.ts';
import type { Journal } from '../../../../engine/ops/journal.ts';
import { makeEngine } from '../../../../engine/ops/launch.ts';
import { Conflict, type JournalStore, type Stored } from '../../../../engine/ops/store.ts';
import { Told } from '../../../../engine/ops/told.ts';
import { ManualClock } from '../../../../engine/runtime/clock.ts';
import { journalOf } from './things.ts';

const down = () => new KubeError('no answer', { status: 0, reason: 'Timeout' });
const client = {
  target: { context: 't', cluster: 't', user: 't', server: 'https://t', namespace: 'data' },
  request: async () => Promise.reject(down()),
  exec: () => new Promise(() => {}),
} as unknown as KubeClient;

/** `read`: how the journal's store answers at that moment. */
function attended(read: (ms: number, beat: Journal) => Journal | undefined, executes = true) {
  const clock = new ManualClock();
  const engine = makeEngine(client, clock, { identity: 'me', host: 'h', pid: 1, started: '' }, { all: [] });
  const holder = { identity: 'other', host: 'elsewhere', pid: 2, started: '', epoch: 1, beat: 0 };
  const beating = (): Journal => ({
    ...journalOf({}),
    phase: 'Running',
    holder: { ...holder, beat: Math.floor(clock.monotonic() / 10_000) },
  });
  const ref = { group: 'opsdeck.dev', namespace: 'data', name: 'run' };
  const of = (journal: Journal | undefined): Stored => ({
    ref,
    kept: 'opsrequest',
    uid: 'u',
    version: `${clock.monotonic()}`,
    createdAt: '',
    spec: { clusterRef: 'c' },
    journal,
  });
  const said: string[] = [];
  const taken: number[] = [];
  const store = {
    read: async () => of(read(clock.monotonic(), beating())),
    write: async () => {
      taken.push(clock.monotonic());
      throw down();
    },
  } as unknown as JournalStore;
  const stop = new AbortController();
  const stored = of(read(0, beating()));
  const events = {};
  const onStand = (text: string) => void said.push(text);
  const done = attend(engine, { store, stored, events, told: new Told(), executes, onStand }, stop.signal);
  const end = () => {
    stop.abort();
    return done;
  };
  return { clock, said, taken, end };
}

test('behind a link that stands still nobody is said to be gone, nor is anything taken', async () => {
  const { clock, said, taken, end } = attended((ms, beating) => {
    if (ms > 20_000 && ms < 73_000) throw down();
    return beating;
  });
  await clock.advance(70_000);
  expect(said).toEqual([
    'other executes it',
    "the API server is not reachable: whether somebody executes it can't be told",
  ]);
  await clock.advance(60_000);
  expect(said.slice(2)).toEqual(['other executes it']);
  expect(taken).toEqual([]);
  await end();
});

test('nor by what is read first after it: whoever executes had the same link, perhaps', async () => {
  let last: Journal | undefined;
  const { clock, said, taken, end } = attended((ms, beating) => {
    if (ms > 20_000 && ms < 73_000) throw down();
    if (ms < 20_000 || ms > 80_000) last = beating;
    return last;
  });
  await clock.advance(150_000);
  expect(said.filter((text) => text.includes('gone'))).toEqual([]);
  expect(taken).toEqual([]);
  await end();
});

test('who gives no sign while its journal can be read is gone', async () => {
  let last: Journal | undefined;
  const { clock, said, taken } = attended((ms, beating) => {
    if (ms < 20_000) last = beating;
    return last;
  });
  await clock.advance(60_000);
  expect(said).toEqual(['other executes it', 'other, which executed it, is gone; going on with it']);
  expect(taken.length).toBeGreaterThan(0);
});

test('a request that nobody has begun with says what to do', async () => {
  const { clock, said, end } = attended(() => undefined);
  await clock.advance(10_000);
  expect(said).toEqual([
    'no engine has begun with it: that is for an operator or a cockpit to do: opsdeck operator, or opsdeck -n data',
  ]);
  await end();
});

/** A run that waits behind another one; `alive`: somebody else waits with that one too, and begins it. */
function queued(alive: boolean) {
  const clock = new ManualClock();
  const runs = new Map<string, Stored>();
  const put = (name: string, journal: Journal, n: number) => {
    const ref = { group: 'opsdeck.dev', namespace: 'data', name };
    const spec = { clusterRef: 'c' };
    const createdAt = name === 'front' ? '2026-01-01T00:00:00Z' : '2026-01-01T00:00:01Z';
    const stored: Stored = { ref, kept: 'opsrequest', uid: name, version: `${n}`, createdAt, spec, journal };
    runs.set(name, stored);
    return stored;
  };
  const waits: Journal = { ...journalOf({}), phase: 'Waiting' };
  put('front', waits, 1);
  const mine = put('mine', waits, 1);
  const store = {
    kept: 'opsrequest',
    group: 'opsdeck.dev',
    read: async ({ name }: Stored['ref']) => runs.get(name),
    list: async () => {
      if (alive && clock.monotonic() > 30_000) put('front', { ...waits, phase: 'Running' }, 2);
      return [...runs.values()];
    },
    write: async ({ ref, version }: Stored, journal: Journal) => {
      if (runs.get(ref.name)?.version !== version) throw new Conflict('another was quicker');
      return put(ref.name, journal, Number(version) + 1);
    },
  } as unknown as JournalStore;
  const engine = makeEngine(client, clock, { identity: 'me', host: 'h', pid: 1, started: '' }, { all: [store] });
  const said: string[] = [];
  const stop = new AbortController();
  const onStand = (text: string) => void said.push(text);
  const options = { store, stored: mine, events: {}, told: new Told(), executes: true, onStand };
  const done = attend(engine, options, stop.signal);
  const end = () => {
    stop.abort();
    return done;
  };
  const journal = (name: string) => runs.get(name)?.journal;
  return { clock, said, journal, end };
}

test('a run that nobody begins although it could is passed by, and said to be', async () => {
  const { clock, said, journal } = queued(false);
  await clock.advance(30_000);
  expect(journal('mine')?.holder).toBeNull();
  expect(said).toEqual([
    'waits for front, which came before it; it is passed by if nobody goes on with it for 35 s; opsdeck cancel front -n data ends it',
  ]);
  await clock.advance(10_000);
  expect(said.slice(1)).toEqual(['passes by front, which nobody went on with: opsdeck cancel front -n data ends it']);
  expect(journal('front')).toMatchObject({ phase: 'Waiting', passed: { by: 'mine' } });
  await expect.poll(() => journal('mine')?.holder).toMatchObject({ identity: 'me' });
});

test('one that is begun is waited for', async () => {
  const { clock, said, journal, end } = queued(true);
  await clock.advance(120_000);
  expect(said.filter((text) => text.startsWith('passes'))).toEqual([]);
  expect(journal('front')).not.toHaveProperty('passed');
  expect(journal('mine')?.holder).toBeNull();
  await end();
});
