/** What the screen is told of a run that this engine only shows, once the one that executes it is silent. */
import { expect, test } from 'vitest';
import type { KubeClient } from '../../../../engine/kube/types.ts';
import { RunController } from '../../../../engine/ops/controller.ts';
import type { Holder, Journal } from '../../../../engine/ops/journal.ts';
import { makeEngine } from '../../../../engine/ops/launch.ts';
import type { JournalStore, Stored } from '../../../../engine/ops/store.ts';
import type { RunRow } from '../../../../engine/protocol.ts';
import { ManualClock } from '../../../../engine/runtime/clock.ts';
import { journalOf } from './things.ts';

const HOLDER: Holder = { identity: 'ann@laptop', host: 'there', pid: 2, started: '', epoch: 1, beat: 0 };

/** A run of somebody else's, under an engine that may not take it. */
function shown(more: Partial<Stored> = {}) {
  const clock = new ManualClock();
  let stored: Stored;
  const store = { kept: 'configmap', group: '', read: async () => stored } as unknown as JournalStore;
  const me = { identity: 'bob', host: 'here', pid: 1, started: '' };
  const engine = makeEngine({} as KubeClient, clock, me, { all: [store] });
  let row: RunRow | undefined;
  const controller = new RunController({
    engine,
    findCluster: async () => ({ missing: '' }) as never,
    readonly: false,
    onRows: ({ upsert }) => {
      row = upsert[0];
    },
  });
  const says = (version: number, journal: Partial<Journal>) => {
    stored = {
      ref: { group: '', namespace: 'data', name: 'run' },
      kept: 'configmap',
      uid: 'u',
      version: `${version}`,
      createdAt: '',
      spec: { clusterRef: 'c' },
      journal: { ...journalOf({}), phase: 'Running', ...journal },
      unsealed: true,
      ...more,
    };
    controller.saw(stored);
  };
  return { clock, says, row: () => row!, rows: () => controller.rows(), stop: () => controller.stop() };
}

test('it is gone, and when it was last heard of is said', async () => {
  const { clock, says, row, rows, stop } = shown();
  const at = '2026-01-01T00:00:10.000Z';
  says(1, { holder: { ...HOLDER, beat: 1, at } });
  expect(row()).toMatchObject({ holder: 'ann@laptop', message: expect.stringContaining('run by ann@laptop') });
  await clock.advance(60_000);
  const left = { by: 'ann@laptop', at: Date.parse(at), gone: true };
  expect(row()).toMatchObject({ holder: '', left, message: expect.stringContaining('left by ann@laptop') });
  expect(rows()).toMatchObject([{ holder: '', left }]);
  // It was asleep.
  says(2, { holder: { ...HOLDER, beat: 2 } });
  expect(row()).toMatchObject({ holder: 'ann@laptop' });
  expect(row()).not.toHaveProperty('left');
  await stop();
});

test('while it gives signs of life it is not', async () => {
  const { clock, says, row, stop } = shown();
  for (let beat = 1; beat < 9; beat++) {
    says(beat, { holder: { ...HOLDER, beat } });
    await clock.advance(10_000);
  }
  expect(row()).toMatchObject({ holder: 'ann@laptop' });
  await stop();
});

test('who let it go in the middle is told, and nothing is claimed of one that is over or was never begun', async () => {
  const { says, row, stop } = shown();
  const left = { by: 'ann@laptop', at: '2026-01-01T00:00:10.000Z' };
  says(1, { holder: null, left });
  expect(row()).toMatchObject({ holder: '', left: { by: 'ann@laptop', gone: false } });
  says(2, { holder: null, left, phase: 'Waiting', blockedBy: 'other' });
  expect(row()).toMatchObject({ blockedBy: 'other' });
  expect(row()).not.toHaveProperty('left');
  says(3, { holder: null, left, phase: 'Succeed' });
  expect(row()).not.toHaveProperty('left');
  await stop();
});
