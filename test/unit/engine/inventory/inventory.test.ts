import { afterEach, expect, test } from 'vitest';
import { Inventory, type WatchSpec } from '../../../../engine/inventory/inventory.ts';
import { resourceName } from '../../../../engine/inventory/sources.ts';
import { KubeError, type Resource } from '../../../../engine/kube/types.ts';
import type { ClusterRow, Freshness, InstanceRow, SourceState } from '../../../../engine/protocol.ts';
import { ManualClock } from '../../../../engine/runtime/clock.ts';
import { KUBEBLOCKS, OPENGAUSS, RESOURCES } from './server.ts';
import { fixture, pod, providers, type Raw, statefulSet } from './world.ts';

let inventory: Inventory | undefined;
afterEach(() => inventory?.stop());

/** An inventory over watches that the test drives by hand. */
function setup(answers: (Resource[] | KubeError)[] = [[...RESOURCES, KUBEBLOCKS]], namespace: string | null = null) {
  const clock = new ManualClock();
  const open = new Map<string, WatchSpec<unknown>>();
  const asked: boolean[] = [];
  const suspected: string[] = [];
  const told: SourceState[][] = [];
  const made = new Inventory({
    client: {
      async resources({ fresh = false } = {}) {
        asked.push(fresh);
        const answer = answers[Math.min(asked.length, answers.length) - 1] ?? [];
        if (answer instanceof KubeError) throw answer;
        return answer;
      },
    },
    namespace,
    providers,
    clock,
    onSources: (now) => told.push(now),
    watch(spec) {
      const id = resourceName(spec.served);
      let now: Freshness = { state: 'syncing', loaded: 0 };
      open.set(id, {
        ...(spec as WatchSpec<unknown>),
        onFreshness(freshness) {
          now = freshness;
          spec.onFreshness(freshness);
        },
      });
      return {
        freshness: () => now,
        suspect: (why) => suspected.push(`${id}: ${why}`),
        heal: () => {},
        stop: () => open.delete(id),
      };
    },
  });
  inventory = made;
  const put = (id: string, ...objects: Raw[]) => {
    const spec = open.get(id);
    if (spec === undefined) throw new Error(`${id} is not watched`);
    spec.onChange({ upsert: objects.map((raw) => spec.project({ ...raw, kind: undefined })), remove: [] });
  };
  const live = (id: string) => open.get(id)?.onFreshness({ state: 'live', at: clock.now() });
  const state = (id: string) => made.sources().find((each) => each.id === id)?.freshness.state;
  const seen: { reset: boolean; upsert: (ClusterRow | InstanceRow)[]; remove: string[] }[] = [];
  return { inventory: made, clock, open, asked, put, live, state, seen, suspected, told };
}

test('what every server has is watched at once, what discovery finds after it, details after the pods', async () => {
  const { inventory: it, clock, open, live, state } = setup();
  it.start();
  expect([...open.keys()]).toEqual(['statefulsets.apps', 'deployments.apps', 'pods']);
  await clock.advance(0);
  expect([...open.keys()]).toEqual(['statefulsets.apps', 'deployments.apps', 'pods', 'clusters.apps.kubeblocks.io']);
  expect([state('clusters.apps.kubeblocks.io'), state('opengaussclusters.opengauss.sig')]).toEqual([
    'syncing',
    'absent',
  ]);
  live('pods');
  expect(open.has('services') && open.has('persistentvolumeclaims')).toBe(true);
});

test('rows appear while the first list is under way, and nobody is called missing before its end', async () => {
  const { inventory: it, clock, open, put, live, seen } = setup();
  it.start();
  it.subscribe('clusters', (patch) => seen.push(patch));
  expect(seen).toEqual([{ reset: true, upsert: [], remove: [] }]);
  put('statefulsets.apps', statefulSet('db'));
  open.get('pods')?.onFreshness({ state: 'syncing', loaded: 100, remaining: 9900 });
  await clock.advance(10);
  expect(seen.at(-1)).toMatchObject({ reset: false, upsert: [{ name: 'db', health: 'ok' }] });
  live('pods');
  await clock.advance(100);
  expect(seen.at(-1)).toMatchObject({ upsert: [{ name: 'db', health: 'warn', now: '3 missing' }] });
});

test('the first rows don’t wait for the pace at which later ones are told', async () => {
  const { inventory: it, clock, put, seen } = setup();
  it.start();
  it.subscribe('instances', (patch) => seen.push(patch));
  put('statefulsets.apps', statefulSet('db'));
  await clock.advance(10);
  put('pods', pod('a-0'));
  await clock.advance(10);
  expect(seen.at(-1)?.upsert).toMatchObject([{ name: 'a-0' }]);
  put('pods', pod('a-1'));
  await clock.advance(10);
  expect(seen).toHaveLength(2);
});

test('many changes are one patch, ten times a second at most; no change is no patch', async () => {
  const { inventory: it, clock, put, live, seen } = setup();
  it.start();
  live('pods');
  await clock.advance(1000);
  it.subscribe('instances', (patch) => seen.push(patch));
  const one = pod('a-0');
  for (let n = 0; n < 30; n++) {
    put('pods', { ...one, metadata: { ...one.metadata, resourceVersion: `${n}` } });
    await clock.advance(50);
  }
  expect(seen.slice(1)).toHaveLength(1);
  const before = seen.length;
  for (let n = 0; n < 40; n++) {
    put('pods', pod(`b-${n}`));
    await clock.advance(25);
  }
  await clock.advance(1000);
  const patches = seen.slice(before);
  expect(patches.flatMap(({ upsert }) => upsert)).toHaveLength(40);
  expect(patches.length).toBeLessThanOrEqual(11);
  expect(clock.waiting).toBe(1);
});

test('who comes later gets all rows first', async () => {
  const { inventory: it, clock, put, live, seen } = setup();
  it.start();
  live('pods');
  put('pods', pod('a-0'), pod('a-1'));
  await clock.advance(200);
  const end = it.subscribe('instances', (patch) => seen.push(patch));
  expect(seen[0]).toMatchObject({ reset: true, upsert: [{ name: 'a-0' }, { name: 'a-1' }] });
  end();
  put('pods', pod('a-2'));
  await clock.advance(200);
  expect(seen).toHaveLength(1);
});

test('a kind that comes later is found, and one that goes takes its clusters with it', async () => {
  const {
    inventory: it,
    clock,
    open,
    put,
    live,
    asked,
    state,
    seen,
  } = setup([RESOURCES, [...RESOURCES, KUBEBLOCKS], RESOURCES, [...RESOURCES, KUBEBLOCKS, OPENGAUSS]]);
  const id = 'clusters.apps.kubeblocks.io';
  it.start();
  await clock.advance(0);
  expect(state(id)).toBe('absent');
  live('pods');
  await clock.advance(60_000);
  expect(asked).toEqual([false, true]);
  put(id, ...fixture('kubeblocks').filter(({ kind }) => kind === 'Cluster'));
  live(id);
  await clock.advance(100);
  it.subscribe('clusters', (patch) => seen.push(patch));
  expect(seen[0]?.upsert).toHaveLength(1);
  const [row] = seen[0]?.upsert ?? [];
  open.get(id)?.onChange({ upsert: [], remove: [row?.uid ?? ''] });
  open.get(id)?.onFreshness({ state: 'absent', resource: id });
  await clock.advance(100);
  expect(seen.at(-1)?.remove).toEqual([row?.uid]);
  expect(open.has(id)).toBe(false);
  await clock.advance(120_000);
  expect([open.has(id), open.has('opengaussclusters.opengauss.sig')]).toEqual([true, true]);
});

test('denied pods: what is left is shown for what it is', async () => {
  const { inventory: it, clock, open, put, state } = setup();
  it.start();
  put('statefulsets.apps', statefulSet('db'));
  open.get('pods')?.onFreshness({ state: 'denied', verb: 'list', resource: 'pods' });
  await clock.advance(100);
  expect(state('pods')).toBe('denied');
  expect(it.estate.clusters()[0]).toMatchObject({
    health: 'unknown',
    reasons: ['Its pods may not be read, so only its operator speaks for it.'],
  });
  expect(open.has('services')).toBe(true);
});

test('without discovery, operators’ kinds are down, with the reason, and asked for again', async () => {
  const gone = new KubeError('the server gave no answer', { status: 0, reason: 'Timeout' });
  const { inventory: it, clock, open, state, asked } = setup([gone, gone, [...RESOURCES, KUBEBLOCKS]]);
  it.start();
  await clock.advance(0);
  expect(state('clusters.apps.kubeblocks.io')).toBe('down');
  await clock.advance(5_000);
  expect(state('clusters.apps.kubeblocks.io')).toBe('down');
  await clock.advance(5_000);
  expect(open.has('clusters.apps.kubeblocks.io')).toBe(true);
  expect(asked).toHaveLength(3);
});

test('how far the lists have come is told as often as rows, not with every page', async () => {
  const { inventory: it, clock, open, told } = setup();
  it.start();
  for (let loaded = 0; loaded < 10_000; loaded += 100) {
    open.get('pods')?.onFreshness({ state: 'syncing', loaded, remaining: 10_000 - loaded });
    await clock.advance(5);
  }
  await clock.advance(200);
  expect(told.length).toBeLessThanOrEqual(7);
  expect(told.at(-1)?.find(({ id }) => id === 'pods')?.freshness).toEqual({
    state: 'syncing',
    loaded: 9900,
    remaining: 100,
  });
});

test('a broken link is told to every watch', async () => {
  const { inventory: it, suspected } = setup();
  it.start();
  it.suspect('the machine slept');
  expect(suspected).toEqual(['statefulsets.apps', 'deployments.apps', 'pods'].map((id) => `${id}: the machine slept`));
});

test('stopped, it leaves no timer and no watch, whatever is still under way', async () => {
  const { inventory: it, clock, open, put } = setup();
  it.start();
  put('pods', pod('a-0'));
  const pods = open.get('pods');
  it.stop();
  await clock.advance(0);
  pods?.onChange({ upsert: [], remove: ['x'] });
  pods?.onFreshness({ state: 'live', at: 0 });
  await clock.advance(0);
  expect([clock.waiting, open.size]).toEqual([0, 0]);
});
