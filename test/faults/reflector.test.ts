/** The reflector against a watch that is struck: in the end it has what the server has, and on its way it never goes back. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { connect } from '../../engine/kube/connect.ts';
import { type RawObject, startReflector } from '../../engine/kube/reflector.ts';
import type { KubeClient } from '../../engine/kube/types.ts';
import { type Rule, type Sim, startSim } from '../../engine/sim/index.ts';

let sim: Sim;
let client: KubeClient;
const dir = mkdtempSync(join(tmpdir(), 'opsdeck-test-'));

beforeAll(async () => {
  sim = await startSim();
  const kubeconfig = join(dir, 'kubeconfig');
  writeFileSync(kubeconfig, sim.kubeconfig, { mode: 0o600 });
  client = await connect({ kubeconfig, env: {} });
});
afterAll(async () => {
  await client.close();
  await sim.close();
  rmSync(dir, { recursive: true });
});

/** Ninety seconds of silence are less than two. */
const FAST = 50;
const clock = {
  now: () => Date.now() * FAST,
  monotonic: () => performance.now() * FAST,
  after(ms: number, task: () => void) {
    const timer = setTimeout(task, ms / FAST);
    return () => clearTimeout(timer);
  },
};

type Item = RawObject & { data: { n: string } };

const WATCH = { verb: 'watch' } as const;
const CASES: [what: string, ...Rule[]][] = [
  ['brings each event twice', { do: 'repeat-events' }],
  ['brings old states after new ones', { do: 'stale-events' }],
  ['brings everything late', { do: 'late-events', ms: 120 }],
  [
    'brings some late, some twice, some old',
    { do: 'late-events', ms: 40, every: 3 },
    { do: 'repeat-events', every: 2 },
    { do: 'stale-events', every: 4 },
  ],
  ['brings old states and breaks off', { do: 'stale-events' }, { do: 'stream-drop', bytes: 900, times: 6 }],
  ['breaks off in the middle of an event', { do: 'stream-drop', bytes: 700, times: 8 }],
  ['is closed on one side', { do: 'stream-half-close', bytes: 450, times: 4 }],
  ['ends early', { do: 'stream-end', bytes: 500, times: 6 }],
  ['stalls', { do: 'stream-stall', bytes: 400, times: 2 }],
  ['stalls from its beginning', { do: 'stream-stall', bytes: 0, times: 1 }],
  ['is told that it is too old', { do: 'stream-expire', bytes: 500, times: 4 }],
  [
    'begins from what is forgotten',
    { do: 'stream-drop', bytes: 500, times: 4 },
    { do: 'compact', verb: 'watch', skip: 1, times: 3 },
  ],
  [
    'is refused, and so are lists',
    { do: 'stream-drop', bytes: 300, times: 3 },
    { do: 'error', status: 500, every: 2, times: 5 },
  ],
  [
    'has to be patient',
    { do: 'stream-end', bytes: 400, times: 3 },
    { do: 'error', status: 429, retryAfter: 0.1, every: 2, times: 5 },
  ],
  [
    'lists pages that are too old',
    { do: 'error', status: 410, verb: 'list', skip: 1, times: 2 },
    { do: 'stream-expire', bytes: 400, times: 2 },
  ],
  ['loses its answers', { do: 'drop', every: 2, times: 6 }, { do: 'stream-drop', bytes: 300, times: 5 }],
];

test.concurrent.for(CASES)('a watch that %s', async ([what, ...rules], { expect }) => {
  const namespace = `ns-${CASES.findIndex(([name]) => name === what)}`;
  const { cluster, faults } = sim;
  cluster.create('namespaces', { metadata: { name: namespace } });
  const write = (name: string, n: number) => {
    const known = cluster.get('configmaps', namespace, name);
    if (known) cluster.patch('configmaps', namespace, name, { data: { n: String(n) } });
    else cluster.create('configmaps', { metadata: { name, namespace }, data: { n: String(n) } });
  };
  for (let i = 0; i < 25; i++) write(`kept-${i}`, 0);
  const ids = rules.map((rule) =>
    faults.add({ resource: 'configmaps', namespace, ...(rule.do.includes('stream') ? {} : WATCH), ...rule } as Rule),
  );

  // Harms nothing, and counts the watches.
  const watches = faults.add({ do: 'delay', ms: 0, resource: 'configmaps', namespace, ...WATCH });

  const seen = new Map<string, Item>();
  const latest = new Map<string, number>();
  const back: string[] = [];
  const reflector = startReflector<Item>({
    client,
    path: `/api/v1/namespaces/${namespace}/configmaps`,
    pageSize: 10,
    project: (raw) => raw as Item,
    onChange({ upsert, remove }) {
      for (const item of upsert) {
        const { uid, name } = item.metadata;
        const n = Number(item.data?.n ?? 0);
        if (n < (latest.get(uid) ?? 0)) back.push(`${name} went back to ${n} from ${latest.get(uid)}`);
        latest.set(uid, Math.max(n, latest.get(uid) ?? 0));
        seen.set(uid, item);
      }
      for (const uid of remove) {
        seen.delete(uid);
        latest.set(uid, Number.POSITIVE_INFINITY);
      }
    },
    clock,
  });
  await expect.poll(() => seen.size, { timeout: 20_000 }).toBeGreaterThanOrEqual(25);
  for (let n = 1; n <= 24; n++) {
    write(`kept-${n % 5}`, n);
    write(`brief-${n % 3}`, n);
    if (n % 4 === 0) cluster.delete('configmaps', namespace, `brief-${n % 3}`);
    if (n % 7 === 0) cluster.delete('configmaps', namespace, `kept-${20 + n / 7}`);
    await new Promise((done) => setTimeout(done, 15));
  }
  const truth = () =>
    cluster
      .list('configmaps', { namespace })
      .map((object) => `${object.metadata.name} ${(object as unknown as Item).data?.n ?? ''}`)
      .sort();
  const shown = () => [...seen.values()].map((item) => `${item.metadata.name} ${item.data?.n ?? ''}`).sort();
  await expect.poll(shown, { timeout: 30_000 }).toEqual(truth());
  // What only the events are wrong in needs no other watch to be put right.
  if (rules.every(({ do: how }) => how.endsWith('-events'))) expect(faults.hits(watches)).toBe(1);
  await expect.poll(() => reflector.state().state, { timeout: 20_000 }).toBe('live');
  // What comes late or again must not undo it.
  await new Promise((done) => setTimeout(done, 200));
  expect(shown()).toEqual(truth());
  expect(back).toEqual([]);
  for (const id of ids) expect(faults.hits(id), `${id} of "${what}"`).toBeGreaterThan(0);
  reflector.stop();
  for (const id of [...ids, watches]) faults.remove(id);
});
