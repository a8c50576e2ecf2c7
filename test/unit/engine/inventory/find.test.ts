import { expect, test } from 'vitest';
import { findCluster, type Listing, readAll, readCluster } from '../../../../engine/inventory/find.ts';
import { KubeError } from '../../../../engine/kube/types.ts';
import { KUBEBLOCKS, OPENGAUSS, RESOURCES, server } from './server.ts';
import { fixture, pod, type Raw, statefulSet } from './world.ts';

const redis = (): Raw[] => [
  statefulSet('redis', { annotations: { 'opsdeck.dev/role-label': 'redis-role' } }),
  pod('redis-0', { owner: 'StatefulSet/redis', labels: { app: 'redis', 'redis-role': 'master' } }),
  pod('redis-1', { owner: 'StatefulSet/redis', labels: { app: 'redis', 'redis-role': 'slave' } }),
  pod('redis-2', { owner: 'StatefulSet/redis', labels: { app: 'redis', 'redis-role': 'slave' } }),
  pod('other-0', { labels: { app: 'other' } }),
];
const prod = { namespace: 'prod' };

test('a plain cluster costs one list a kind and one of its own pods', async () => {
  const api = server(redis(), { resources: RESOURCES });
  const cluster = await findCluster(api, { name: 'redis', ...prod });
  expect(cluster.components[0]?.instances.map(({ name, role, roleClass }) => [name, role, roleClass])).toEqual([
    ['redis-0', 'master', 'primary'],
    ['redis-1', 'slave', 'replica'],
    ['redis-2', 'slave', 'replica'],
  ]);
  expect(api.asked.map(({ verb, plural, query }) => [verb, plural, query.labelSelector])).toEqual([
    ['list', 'statefulsets', undefined],
    ['list', 'deployments', undefined],
    ['list', 'pods', 'app=redis'],
  ]);
});

test('with its kind said, an operator’s cluster costs two requests, whatever else is served', async () => {
  const api = server(fixture('kubeblocks'));
  const cluster = await findCluster(api, { name: 'Cluster.apps.kubeblocks.io/carts', namespace: 'kb-lab' });
  expect(cluster).toMatchObject({ name: 'carts', health: 'ok' });
  expect(cluster.components[0]?.instances).toHaveLength(3);
  expect(api.asked.map(({ verb, plural }) => [verb, plural])).toEqual([
    ['get', 'clusters'],
    ['list', 'pods'],
  ]);
});

test('a kind that is newer than what is remembered of the server is found', async () => {
  const api = server(fixture('kubeblocks'));
  const fresh: boolean[] = [];
  const client = {
    ...api,
    async resources(options: { fresh?: boolean } = {}) {
      fresh.push(options.fresh ?? false);
      return options.fresh ? [...RESOURCES, KUBEBLOCKS] : RESOURCES;
    },
  };
  expect((await findCluster(client, { name: 'carts', namespace: 'kb-lab' })).name).toBe('carts');
  expect(fresh).toEqual([false, true]);
});

test.each([
  'OpenGaussCluster',
  'opengaussclusters',
  'opengausscluster.opengauss.sig',
  'OpenGaussClusters.opengauss.sig',
])('the kind may be said as %s', async (kind) => {
  const api = server(fixture('opengauss'));
  expect((await findCluster(api, { name: 'ogtest01', kind, namespace: 'og-lab' })).name).toBe('ogtest01');
});

test('services and volumes are read when they are wanted', async () => {
  const api = server(fixture('opengauss'));
  const { cluster } = await readCluster(
    api,
    { name: 'ogtest01', namespace: 'og-lab' },
    { claims: true, services: true },
  );
  expect([cluster.services.length, cluster.volumes.length]).toEqual([2, 6]);
});

test('a name that two kinds share is refused with both', async () => {
  const twin = { ...fixture('kubeblocks')[0], metadata: { name: 'redis', namespace: 'prod', uid: 'kb' } } as Raw;
  const api = server([...redis(), twin]);
  await expect(findCluster(api, { name: 'redis', ...prod })).rejects.toMatchObject({
    reason: 'Ambiguous',
    message:
      '2 clusters in namespace prod are called "redis"; say Cluster.apps.kubeblocks.io/redis or StatefulSet.apps/redis',
  });
  expect((await findCluster(api, { name: 'statefulset/redis', ...prod })).ref.kind).toBe('StatefulSet');
});

test('a kind that two operators share is refused with both', async () => {
  const { compileProviders } = await import('../../../../engine/inventory/provider.ts');
  const { shippedProviders } = await import('../../../../engine/inventory/shipped.ts');
  const [kubeblocks, ...others] = shippedProviders();
  if (kubeblocks === undefined) throw new Error('no provider is shipped');
  const cnpg = {
    ...kubeblocks,
    metadata: { name: 'cnpg' },
    spec: { ...kubeblocks.spec, resources: [{ resource: 'clusters.postgresql.cnpg.io', kind: 'Cluster' }] },
  };
  const providers = await compileProviders([kubeblocks, cnpg, ...others]);
  const api = server([], { resources: [...RESOURCES, KUBEBLOCKS, { ...KUBEBLOCKS, group: 'postgresql.cnpg.io' }] });
  await expect(findCluster(api, { name: 'Cluster/db', ...prod }, { providers })).rejects.toMatchObject({
    reason: 'Ambiguous',
    message: '"Cluster" is a kind of several operators; say Cluster.apps.kubeblocks.io or Cluster.postgresql.cnpg.io',
  });
  expect(api.asked).toEqual([]);
});

test('what is not there is answered with the nearest name, of any kind', async () => {
  const here = fixture('kubeblocks').map((raw) => ({ ...raw, metadata: { ...raw.metadata, namespace: 'prod' } }));
  const api = server([...redis(), ...here]);
  const asked = (name: string) => findCluster(api, { name, ...prod });
  await expect(asked('cart')).rejects.toThrow('no cluster "cart" in namespace prod; did you mean "carts"?');
  await expect(asked('rediss')).rejects.toThrow('no cluster "rediss" in namespace prod; did you mean "redis"?');
  await expect(asked('StatefulSte.apps/redis')).rejects.toThrow(
    'no kind of cluster is called "StatefulSte.apps" here; did you mean "StatefulSet.apps"?',
  );
});

test('a kind that is not served is not known', async () => {
  const api = server(redis(), { resources: RESOURCES });
  await expect(findCluster(api, { name: 'Cluster/redis', ...prod })).rejects.toThrow(
    'no kind of cluster is called "Cluster" here; known: StatefulSet.apps, Deployment.apps',
  );
});

test('kinds that may not be read are passed over, and named when nothing is found', async () => {
  const api = server(redis(), { denies: ({ plural }) => plural === 'clusters' || plural === 'deployments' });
  expect((await findCluster(api, { name: 'redis', ...prod })).components[0]?.instances).toHaveLength(3);
  await expect(findCluster(api, { name: 'mysql', ...prod })).rejects.toThrow(
    'no cluster "mysql" in namespace prod (you may not get or list clusters.apps.kubeblocks.io, list deployments.apps there); known: redis',
  );
});

test('a cluster whose pods may not be read is refused by name of what is missing', async () => {
  const api = server(redis(), { denies: ({ plural }) => plural === 'pods' });
  await expect(findCluster(api, { name: 'redis', ...prod })).rejects.toMatchObject({
    reason: 'Denied',
    message: 'user "bob" may not list pods in namespace prod; ask for a role that grants it',
  });
});

test('a failure that is no refusal is not taken for an empty answer', async () => {
  const down = new KubeError('the server is gone', { status: 0, reason: 'Connection' });
  const api = server(redis(), { breaks: ({ plural }) => (plural === 'deployments' ? down : undefined) });
  await expect(findCluster(api, { name: 'redis', ...prod })).rejects.toBe(down);
});

test('the second selector counts where the first finds no pod', async () => {
  const old = fixture('opengauss').map((raw) => {
    if (raw.kind !== 'Pod') return raw;
    const { 'opengauss.cluster': name = '', ...labels } = raw.metadata.labels ?? {};
    return { ...raw, metadata: { ...raw.metadata, labels: { ...labels, 'app.kubernetes.io/name': name } } };
  });
  const cluster = await findCluster(server(old), { name: 'ogtest01', namespace: 'og-lab' });
  expect(cluster.components[0]?.instances).toHaveLength(3);
});

test('workloads with the same annotation are one cluster, found by that name', async () => {
  const grouped = { 'opsdeck.dev/cluster': 'cache' };
  const labels = (component: string) => ({ 'app.kubernetes.io/component': component });
  const api = server([
    statefulSet('cache-redis', { annotations: grouped, labels: labels('redis') }),
    statefulSet('cache-sentinel', { annotations: grouped, labels: labels('sentinel'), replicas: 1 }),
    pod('cache-redis-0', { owner: 'StatefulSet/cache-redis', labels: { app: 'cache-redis' } }),
    pod('cache-sentinel-0', { owner: 'StatefulSet/cache-sentinel', labels: { app: 'cache-sentinel' } }),
  ]);
  const cluster = await findCluster(api, { name: 'cache', ...prod });
  expect(cluster.components.map(({ name, instances }) => [name, instances.map((i) => i.name)])).toEqual([
    ['redis', ['cache-redis-0']],
    ['sentinel', ['cache-sentinel-0']],
  ]);
  await expect(findCluster(api, { name: 'cache-redis', ...prod })).rejects.toThrow('no cluster "cache-redis"');
});

test('a group may bear the name of one of its workloads', async () => {
  const grouped = { annotations: { 'opsdeck.dev/cluster': 'redis' } };
  const api = server([statefulSet('redis', grouped), { ...statefulSet('proxy', grouped), kind: 'Deployment' }]);
  const cluster = await findCluster(api, { name: 'redis', ...prod });
  expect(cluster.components.map(({ name }) => name)).toEqual(['redis', 'proxy']);
});

test('lists go through all pages, and start again where the server has forgotten them', async () => {
  let refused = 0;
  const expired = new KubeError('the provided continue parameter is too old', { status: 410, reason: 'Expired' });
  const many = Array.from({ length: 25 }, (_, n) => statefulSet(`db-${n}`, { replicas: 0 }));
  const api = server(many, {
    pageOf: 10,
    breaks: ({ plural, query }) =>
      plural === 'statefulsets' && query.continue === '20' && refused++ < 2 ? expired : undefined,
  });
  const { reader } = await readAll(api, { namespace: null });
  expect(reader.estate.clusters()).toHaveLength(25);
  expect(refused).toBe(3);
});

test('a list that always says the same next page ends with an error', async () => {
  const api = server([]);
  const looping = { ...api, request: async () => ({ items: [], metadata: { continue: 'again' } }) as never };
  await expect(readAll(looping, { namespace: 'prod' })).rejects.toThrow('does not go on');
});

const instancesOf = ({ reader }: Pick<Listing, 'reader'>) => {
  reader.estate.flush();
  return reader.estate.rows().instances;
};

test('instances: each with its cluster, those of none too', async () => {
  const listing = await readAll(server(redis()), prod);
  expect(listing.denied).toEqual([]);
  expect(instancesOf(listing).map(({ name, cluster }) => [name, cluster])).toEqual([
    ['redis-0', 'redis'],
    ['redis-1', 'redis'],
    ['redis-2', 'redis'],
    ['other-0', ''],
  ]);
});

test('a refusal that does not name what is refused is told with it', async () => {
  const blocked = new KubeError('https://x answered 403', { status: 403, reason: 'Forbidden' });
  const api = server(redis(), { breaks: ({ plural }) => (plural === 'pods' ? blocked : undefined) });
  const { reader, denied } = await readAll(api, prod);
  expect(denied.map(({ why }) => why)).toEqual(['you may not list pods: https://x answered 403']);
  expect(new Set(reader.estate.clusters().map(({ health }) => health))).toEqual(new Set(['unknown']));
});

test('pods alone may be listed: they have no cluster, and what is missing is said', async () => {
  const api = server(redis(), { denies: ({ plural }) => plural !== 'pods', resources: [...RESOURCES, OPENGAUSS] });
  const listing = await readAll(api, prod);
  expect(instancesOf(listing)).toHaveLength(4);
  expect(instancesOf(listing).every(({ cluster }) => cluster === '')).toBe(true);
  expect(listing.denied.map(({ verb, resource }) => `${verb} ${resource}`).toSorted()).toEqual([
    'list deployments.apps',
    'list opengaussclusters.opengauss.sig',
    'list statefulsets.apps',
  ]);
});
