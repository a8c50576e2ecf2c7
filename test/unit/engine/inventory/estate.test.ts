import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Estate } from '../../../../engine/inventory/estate.ts';
import { slimClaim } from '../../../../engine/inventory/objects.ts';
import { estateOf, facts, fixture, pod, providers, put, type Raw, statefulSet } from './world.ts';

const service = (name: string, selector: Record<string, string>): Raw => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'prod', uid: `svc-${name}` },
  spec: { selector, ports: [{ port: 6379 }] },
});
const claim = (name: string, labels: Record<string, string> = {}): Raw => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'prod', uid: `pvc-${name}`, labels },
  spec: { resources: { requests: { storage: '1Gi' } } },
  status: { phase: 'Bound', capacity: { storage: '1Gi' } },
});
const mounting = (raw: Raw, name: string): Raw => ({
  ...raw,
  spec: { ...(raw.spec as object), volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name } }] },
});
const kubeblocks = (name: string): Raw => ({
  apiVersion: 'apps.kubeblocks.io/v1',
  kind: 'Cluster',
  metadata: { name, namespace: 'prod', uid: `kb-${name}` },
  spec: { componentSpecs: [{ name: 'redis', replicas: 1 }] },
  status: { phase: 'Running' },
});
const kbLabels = (cluster: string, role?: string) => ({
  'app.kubernetes.io/managed-by': 'kubeblocks',
  'app.kubernetes.io/instance': cluster,
  'apps.kubeblocks.io/component-name': 'redis',
  ...(role ? { 'kubeblocks.io/role': role } : {}),
});

test('the order in which objects arrive does not matter', () => {
  const world = [...fixture('kubeblocks'), ...fixture('opengauss')];
  const sorted = (estate: Estate) => {
    estate.flush();
    const rows = estate.rows();
    const byUid = (a: { uid: string }, b: { uid: string }) => (a.uid < b.uid ? -1 : 1);
    return { clusters: rows.clusters.toSorted(byUid), instances: rows.instances.toSorted(byUid) };
  };
  const expected = sorted(estateOf(world));
  fc.assert(
    fc.property(
      fc.shuffledSubarray(world, { minLength: world.length }),
      fc.integer({ min: 0, max: 29 }),
      (order, at) => {
        const estate = new Estate(providers);
        for (const [n, raw] of order.entries()) {
          put(estate, raw);
          if (n === at) estate.flush();
        }
        estate.podsKnown = 'all';
        expect(sorted(estate)).toEqual(expected);
      },
    ),
    { numRuns: 30 },
  );
});

/** Any history of puts and drops leaves what a fresh start from the survivors would show, and the patches alone add up to it. */
test('kept up to date, it shows what a fresh list would', () => {
  const grouped = { annotations: { 'opsdeck.dev/cluster': 'cache' } };
  const roles = (label: string) => ({ annotations: { 'opsdeck.dev/role-label': label } });
  const member = pod('a-0', { owner: 'StatefulSet/a', labels: { x: 'master', y: 'slave' } });
  const variants: Raw[][] = [
    [
      statefulSet('a'),
      statefulSet('a', roles('x')),
      statefulSet('a', roles('y')),
      statefulSet('a', grouped),
      statefulSet('a', { owner: 'Redis' }),
      statefulSet('a', { labels: kbLabels('k') }),
    ],
    // The same workload again, as after a deletion that is told late.
    [statefulSet('a', grouped), statefulSet('a', roles('x'))],
    [statefulSet('b', grouped), statefulSet('b', { replicas: 0 })],
    [kubeblocks('k'), { ...kubeblocks('k'), status: { phase: 'Failed' } }],
    [member, mounting(member, 'data-a-0'), mounting(pod('a-0', { owner: 'StatefulSet/a', ready: false }), 'data-a-0')],
    [pod('b-0', { owner: 'StatefulSet/b' }), pod('b-0')],
    [
      pod('k-0', { labels: kbLabels('k', 'primary') }),
      pod('k-0', { labels: kbLabels('k', 'secondary'), owner: 'StatefulSet/a' }),
    ],
    [service('a', { app: 'a' }), service('a', { app: 'b' }), service('a', kbLabels('k'))],
    [claim('data-a-0'), claim('data-a-0', kbLabels('k'))],
  ].map((same, at) => same.map((raw) => ({ ...raw, metadata: { ...raw.metadata, uid: `uid-${at}` } })));
  const drop = (estate: Estate, raw: Raw) => {
    const { uid } = raw.metadata;
    if (raw.kind === 'Pod') estate.dropPod(uid);
    else if (raw.kind === 'Service') estate.dropService(uid);
    else if (raw.kind === 'PersistentVolumeClaim') estate.dropClaim(uid);
    else estate.dropObject(uid);
  };
  const step = fc.record({
    slot: fc.nat({ max: variants.length - 1 }),
    // Beyond the last variant the object goes.
    variant: fc.nat({ max: 5 }),
    flush: fc.option(fc.constantFrom(1, 3, 100)),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const estate = new Estate(providers);
      estate.podsKnown = 'all';
      const live = new Map<number, Raw>();
      const shown = { clusters: new Map<string, unknown>(), instances: new Map<string, unknown>() };
      const follow = (most?: number) => {
        const patch = estate.flush(most);
        if (most === undefined) expect(patch.more).toBe(false);
        for (const topic of ['clusters', 'instances'] as const) {
          for (const uid of patch[topic].remove) {
            expect(shown[topic].delete(uid), `${uid} was removed without having been shown`).toBe(true);
          }
          for (const row of patch[topic].upsert) {
            expect(row, 'a row was sent again unchanged').not.toEqual(shown[topic].get(row.uid));
            shown[topic].set(row.uid, row);
          }
        }
      };
      for (const { slot, variant, flush } of steps) {
        const next = variants[slot]?.[variant % (1 + (variants[slot]?.length ?? 0))];
        const now = live.get(slot);
        if (next !== undefined) {
          put(estate, next);
          live.set(slot, next);
        } else if (now !== undefined) {
          drop(estate, now);
          live.delete(slot);
        }
        if (flush !== null) follow(flush);
      }
      follow();
      const fresh = new Estate(providers);
      fresh.podsKnown = 'all';
      for (const raw of live.values()) put(fresh, raw);
      fresh.flush();
      const rows = fresh.rows();
      expect(shown.clusters).toEqual(new Map(rows.clusters.map((row) => [row.uid, row])));
      expect(shown.instances).toEqual(new Map(rows.instances.map((row) => [row.uid, row])));
      const byUid = (a: { ref: { uid: string } }, b: { ref: { uid: string } }) => (a.ref.uid < b.ref.uid ? -1 : 1);
      expect(estate.clusters().toSorted(byUid)).toEqual(fresh.clusters().toSorted(byUid));
    }),
    { numRuns: 100 },
  );
});

test('a changed pod costs its own cluster and no other', () => {
  const estate = new Estate(providers);
  let looks = 0;
  for (let n = 0; n < 300; n++) {
    const one = facts(statefulSet(`db-${n}`, { replicas: 1 }));
    if (one === undefined) throw new Error('a StatefulSet is no cluster');
    const { phase } = one;
    Object.defineProperty(one, 'phase', {
      get() {
        looks++;
        return phase;
      },
    });
    estate.setObject(one);
    put(estate, pod(`db-${n}-0`, { owner: `StatefulSet/db-${n}` }));
  }
  const all = estate.flush();
  expect([all.clusters.upsert.length, all.instances.upsert.length]).toEqual([300, 300]);
  const broken = pod('db-7-0', { owner: 'StatefulSet/db-7', ready: false });
  const [row] = all.instances.upsert.filter(({ name }) => name === 'db-7-0');
  looks = 0;
  put(estate, { ...broken, metadata: { ...broken.metadata, uid: row?.uid ?? '' } });
  const patch = estate.flush();
  expect(patch.clusters.upsert.map(({ name, health }) => [name, health])).toEqual([['db-7', 'warn']]);
  expect(patch.instances.upsert.map(({ name, health }) => [name, health])).toEqual([['db-7-0', 'warn']]);
  expect(looks).toBeLessThan(10);
});

test('what changes nothing that is shown is not sent', () => {
  const estate = estateOf(fixture('kubeblocks'));
  estate.flush();
  for (const raw of fixture('kubeblocks'))
    put(estate, { ...raw, metadata: { ...raw.metadata, resourceVersion: '99999' } });
  expect(estate.flush()).toEqual({
    clusters: { upsert: [], remove: [] },
    instances: { upsert: [], remove: [] },
    more: false,
  });
});

test('a large change is told in parts, and nothing of it is lost', () => {
  const estate = new Estate(providers);
  for (let n = 0; n < 50; n++) {
    put(estate, statefulSet(`db-${n}`, { replicas: 1 }));
    put(estate, pod(`db-${n}-0`, { owner: `StatefulSet/db-${n}` }));
    put(estate, pod(`free-${n}`));
  }
  let [parts, clusters, instances] = [0, 0, 0];
  for (let more = true; more; parts++) {
    const patch = estate.flush(20);
    expect(patch.clusters.upsert.length + patch.instances.upsert.length).toBeLessThanOrEqual(22);
    clusters += patch.clusters.upsert.length;
    instances += patch.instances.upsert.length;
    more = patch.more;
  }
  expect([parts, clusters, instances]).toEqual([8, 50, 100]);
});

test('a cluster that goes leaves its pods behind as nobody’s', () => {
  const estate = estateOf([statefulSet('db', { replicas: 1 }), pod('db-0', { owner: 'StatefulSet/db' })]);
  estate.flush();
  estate.dropObject('sts-db');
  const { clusters, instances } = estate.flush();
  expect(clusters.remove).toEqual(['sts-db']);
  expect(instances.upsert.map(({ name, cluster, clusterUid }) => [name, cluster, clusterUid])).toEqual([
    ['db-0', '', ''],
  ]);
});

test('workloads that an operator owns, or whose pods it claims, are no clusters of their own', () => {
  const claimed = statefulSet('k-redis', { labels: kbLabels('k') });
  const estate = estateOf([statefulSet('owned', { owner: 'RedisFailover' }), claimed, kubeblocks('k')]);
  estate.flush();
  expect(estate.rows().clusters.map((row) => row.name)).toEqual(['k']);
  estate.dropObject('kb-k');
  estate.flush();
  expect(estate.rows().clusters.map((row) => [row.name, row.operator])).toEqual([['k-redis', 'plain']]);
});

test('a Deployment’s pods are found through their ReplicaSet', () => {
  const web = { ...statefulSet('web', { replicas: 1 }), kind: 'Deployment' };
  const one = pod('web-5d8f-x2x', {
    owner: 'ReplicaSet/web-5d8f',
    labels: { app: 'web', 'pod-template-hash': '5d8f' },
  });
  const other = pod('web-tools-1', { owner: 'ReplicaSet/web-tools', labels: { app: 'web' } });
  const estate = estateOf([web, one, other]);
  const { instances } = estate.flush();
  expect(instances.upsert.map(({ name, cluster }) => [name, cluster])).toEqual([
    ['web-5d8f-x2x', 'web'],
    ['web-tools-1', ''],
  ]);
});

test('a Service belongs to the workload whose pods it selects, with its role', () => {
  const estate = estateOf([
    statefulSet('db', { annotations: { 'opsdeck.dev/role-label': 'role' } }),
    statefulSet('other'),
    service('db', { app: 'db' }),
    service('db-rw', { app: 'db', role: 'master' }),
    service('nobody', { app: 'db', tier: 'x' }),
    service('external', {}),
  ]);
  estate.flush();
  const rows = estate.rows().clusters;
  expect(rows.find(({ name }) => name === 'db')?.services.map(({ name, role }) => [name, role])).toEqual([
    ['db', ''],
    ['db-rw', 'master'],
  ]);
  expect(rows.find(({ name }) => name === 'other')?.services).toEqual([]);
});

test('a volume belongs to the cluster whose pod mounts it, whenever it turns up', () => {
  const estate = estateOf([
    statefulSet('db', { replicas: 1 }),
    mounting(pod('db-0', { owner: 'StatefulSet/db' }), 'data-db-0'),
  ]);
  estate.flush();
  estate.setClaim(slimClaim(claim('data-db-0')));
  const { clusters } = estate.flush();
  expect(clusters.upsert[0]?.volumes).toEqual([
    { name: 'data-db-0', instance: 'db-0', capacity: '1Gi', phase: 'Bound' },
  ]);
});
