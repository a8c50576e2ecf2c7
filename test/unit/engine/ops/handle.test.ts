/** A hold on a run whose store doesn't answer. */
import { expect, test } from 'vitest';
import { KubeError } from '../../../../engine/kube/types.ts';
import { RunHandle } from '../../../../engine/ops/handle.ts';
import type { Journal } from '../../../../engine/ops/journal.ts';
import { Exists, type JournalStore, type Stored } from '../../../../engine/ops/store.ts';
import { letGo } from '../../../../engine/ops/transitions.ts';
import { ManualClock, systemClock } from '../../../../engine/runtime/clock.ts';
import { thisProcess } from '../../../../engine/runtime/identity.ts';
import { journalOf } from './things.ts';

const failure = (status: number, more: object = {}) => new KubeError('no', { status, reason: 'X', ...more });
const hang = (signal?: AbortSignal) =>
  new Promise<never>((_, reject) => {
    const give = () => reject(new KubeError('given up', { status: 0, reason: 'Aborted' }));
    signal?.addEventListener('abort', give);
  });

function handleOn(create: (signal?: AbortSignal) => Promise<never>, there?: Stored) {
  const asked = { times: 0 };
  const store = {
    kept: 'configmap',
    group: '',
    create: (_ref: unknown, _spec: unknown, _journal: unknown, signal?: AbortSignal) => {
      asked.times++;
      return create(signal);
    },
    read: async () => there,
  } as unknown as JournalStore;
  const ref = { group: '', namespace: 'n', name: 'r' };
  const options = { store, clock: systemClock, identity: thisProcess() };
  return { handle: new RunHandle(ref, { clusterRef: 'c' }, journalOf({}), undefined, options), asked };
}

test.each([
  ['hangs', hang, true],
  ['fails again and again', () => Promise.reject(failure(500)), true],
  ['is never reached', () => Promise.reject(failure(0, { sent: false })), false],
])('that is given up while the store %s ends, and knows whether the run may be there', async (_, create, unsure) => {
  const { handle, asked } = handleOn(create);
  const stop = new AbortController();
  const taken = handle.take(null, undefined, stop.signal);
  taken.catch(() => {});
  await expect.poll(() => asked.times, { timeout: 30_000 }).toBeGreaterThan(0);
  stop.abort();
  await expect(taken).rejects.toThrow();
  expect(handle.held).toBe(false);
  expect(handle.unsure).toBe(unsure);
});

test('that is refused has made nothing', async () => {
  const { handle } = handleOn(() => Promise.reject(failure(403)));
  await expect(handle.take(null)).rejects.toThrow('no');
  expect(handle.unsure).toBe(false);
});

const THEIRS: Stored = {
  ref: { group: '', namespace: 'n', name: 'r' },
  kept: 'configmap',
  uid: 'theirs',
  version: '1',
  createdAt: '',
  spec: { clusterRef: 'c' },
  journal: { ...journalOf({}), phase: 'Running', written: { by: 'another', seq: 1 } },
};

test('takes no run of the same name for its own that another made meanwhile', async () => {
  const { handle } = handleOn(() => Promise.reject(failure(500)), THEIRS);
  await handle.refresh();
  handle.saw(THEIRS);
  expect(handle.stored).toBeUndefined();
  expect(handle.journal.phase).toBe('Pending');
  await expect(handle.take(null)).rejects.toThrow(Exists);
  expect(handle.stored).toBeUndefined();
});

test('every write of a holder is a sign of life: a run that it leaves was last heard of then', async () => {
  const clock = new ManualClock();
  const kept = (journal: Journal, version: number): Stored => ({
    ...THEIRS,
    uid: 'mine',
    version: `${version}`,
    journal,
  });
  const store = {
    kept: 'configmap',
    group: '',
    create: async (_ref: unknown, _spec: unknown, journal: Journal) => kept(journal, 1),
    write: async ({ version }: Stored, journal: Journal) => kept(journal, Number(version) + 1),
  } as unknown as JournalStore;
  const options = { store, clock, identity: thisProcess() };
  const handle = new RunHandle(THEIRS.ref, { clusterRef: 'c' }, journalOf({}), undefined, options);
  await handle.take(null, (journal) => ({ ...journal, phase: 'Running' }));
  await clock.advance(5_000);
  await handle.write(letGo);
  expect(handle.journal.left?.at).toBe(new Date(clock.now()).toISOString());
});
