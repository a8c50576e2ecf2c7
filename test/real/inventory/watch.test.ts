/** The inventory kept current by watches of a real API server: what comes, changes, goes; kinds that appear later; few rights. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Inventory } from '../../../engine/inventory/inventory.ts';
import { defaultProviders } from '../../../engine/inventory/reader.ts';
import { watchesOf } from '../../../engine/inventory/reflect.ts';
import { connect } from '../../../engine/kube/connect.ts';
import type { ClusterRow, InstanceRow } from '../../../engine/protocol.ts';
import { type Clock, systemClock } from '../../../engine/runtime/clock.ts';
import { ADMIN, apply, audit, grant, kubectl, namespace, USERS, until } from '../kit.ts';
import { addKinds, load, removeKinds } from './fixtures.ts';

const kb = await namespace('inventory-kb');
const plain = await namespace('inventory');

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

// An interrupted run may have left them.
beforeAll(removeKinds);
afterAll(removeKinds);

/** New kinds are looked for once a minute: here, twice a second. */
const hurried: Clock = { ...systemClock, after: (ms, task) => systemClock.after(ms === 60_000 ? 500 : ms, task) };

async function watch(ns: string | null, kubeconfig = ADMIN, clock: Clock = systemClock) {
  const client = await connect({ kubeconfig, env: {} });
  const rows = { clusters: new Map<string, ClusterRow>(), instances: new Map<string, InstanceRow>() };
  const providers = await defaultProviders();
  const inventory = new Inventory({
    client,
    namespace: ns,
    providers,
    watch: watchesOf(client, clock),
    onSources: () => {},
    clock,
  });
  const follow =
    <T extends { uid: string }>(kept: Map<string, T>) =>
    (patch: { reset: boolean; upsert: T[]; remove: string[] }) => {
      if (patch.reset) kept.clear();
      for (const uid of patch.remove) kept.delete(uid);
      for (const row of patch.upsert) kept.set(row.uid, row);
    };
  inventory.subscribe('clusters', follow(rows.clusters));
  inventory.subscribe('instances', follow(rows.instances));
  inventory.start();
  ends.push(async () => {
    inventory.stop();
    await client.close();
  });
  const state = (id: string) => inventory.sources().find((each) => each.id === id)?.freshness;
  const cluster = (name: string) => [...rows.clusters.values()].find((row) => row.name === name);
  const roles = () =>
    [...rows.instances.values()].map((row) => `${row.name} ${row.role} ${row.cluster}`.trim()).toSorted();
  return { inventory, rows, state, cluster, roles };
}

const redis = (replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'cache', annotations: { 'opsdeck.dev/role-label': 'redis-role' } },
  spec: {
    serviceName: 'cache',
    replicas,
    podManagementPolicy: 'Parallel',
    selector: { matchLabels: { app: 'cache' } },
    template: {
      metadata: { labels: { app: 'cache' } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'redis', image: 'local/redis:7', command: ['redis-server'] }],
      },
    },
  },
});

test('a StatefulSet comes up, gets roles, loses its primary, and goes', async () => {
  const { cluster, roles, rows, state } = await watch(plain);
  await until('the pods are listed', () => state('pods')?.state === 'live');
  await apply(JSON.stringify(redis(2)), plain);
  await until('both pods are ready', () => cluster('cache')?.health === 'ok' && rows.instances.size === 2);
  await kubectl(['label', 'pod', 'cache-0', 'redis-role=master'], { namespace: plain });
  await kubectl(['label', 'pod', 'cache-1', 'redis-role=slave'], { namespace: plain });
  await until('the roles are shown', () => roles().join(', ') === 'cache-0 master cache, cache-1 slave cache');
  expect(cluster('cache')?.roles).toEqual([
    { role: 'master', count: 1 },
    { role: 'slave', count: 1 },
  ]);
  const before = [...rows.instances.values()].find(({ name }) => name === 'cache-0');
  await kubectl(['delete', 'pod', 'cache-0', '--wait=false'], { namespace: plain });
  const bad = await until('the loss is shown', () => cluster('cache')?.now === 'no primary' && cluster('cache'));
  expect(bad).toMatchObject({ health: 'bad', reasons: expect.arrayContaining(['No instance is primary.']) });
  const after = await until('its successor is there', () =>
    [...rows.instances.values()].find(({ name, uid }) => name === 'cache-0' && uid !== before?.uid),
  );
  expect(after.role).toBe('');
  expect(rows.instances.has(before?.uid ?? '')).toBe(false);
  await kubectl(['delete', 'statefulset', 'cache'], { namespace: plain });
  await until('nothing is left', () => rows.clusters.size === 0 && rows.instances.size === 0);
});

test('an operator’s kind appears later, with its clusters, and goes again', async () => {
  const id = 'clusters.apps.kubeblocks.io';
  const { cluster, rows, state } = await watch(kb, ADMIN, hurried);
  await until('discovery has been asked', () => state(id)?.state === 'absent');
  await addKinds();
  await load('kubeblocks', kb);
  const carts = await until('carts is shown', () => cluster('carts')?.health === 'ok' && cluster('carts'));
  expect(carts).toMatchObject({ operator: 'kubeblocks', phase: 'Running', now: '' });
  expect(carts.roles).toEqual([
    { role: 'primary', count: 1 },
    { role: 'secondary', count: 2 },
  ]);
  const claim = 'data-carts-redis-1';
  // Bound, it says, and to nothing: the volume controller calls it lost.
  await kubectl(['annotate', 'pvc', claim, 'pv.kubernetes.io/bind-completed=yes'], { namespace: kb });
  const lost = await until('the volume is lost', () => cluster('carts')?.now === 'volume lost' && cluster('carts'));
  expect(lost).toMatchObject({ health: 'warn', reasons: [`${claim} has lost its volume.`] });
  expect(lost.volumes.map(({ name, instance, phase }) => [name, instance, phase])).toEqual([
    ['data-carts-redis-0', 'carts-redis-0', 'Pending'],
    ['data-carts-redis-1', 'carts-redis-1', 'Lost'],
    ['data-carts-redis-2', 'carts-redis-2', 'Pending'],
  ]);
  await kubectl(['delete', 'crd', id]);
  await until('the cluster is gone, its pods are nobody’s', () => {
    const left = [...rows.instances.values()];
    return cluster('carts') === undefined && left.length === 3 && left.every((row) => row.cluster === '');
  });
  await until('the kind is absent', () => state(id)?.state === 'absent');
});

test('bob may see pods of one namespace: they are shown, and what is missing is named', async () => {
  await grant('bob', plain, [{ apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] }]);
  await apply(JSON.stringify(redis(1)), plain);
  const { rows, state } = await watch(plain, USERS.bob);
  await until('the pod is shown', () => rows.instances.size === 1);
  await until('the denials are known', () => state('services')?.state === 'denied');
  expect(state('statefulsets.apps')).toEqual({ state: 'denied', verb: 'list', resource: 'statefulsets.apps' });
  expect([...rows.instances.values()][0]).toMatchObject({ name: 'cache-0', cluster: '' });
  expect(rows.clusters.size).toBe(0);
});

test('at rest it asks for nothing', async () => {
  const { state } = await watch(plain);
  await until('all is live', () =>
    ['pods', 'services', 'statefulsets.apps'].every((id) => state(id)?.state === 'live'),
  );
  const mark = audit.mark();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const asked = (await audit.since(mark, 'opsdeck/')).filter(({ namespace: ns }) => ns === plain);
  expect(asked).toEqual([]);
});
