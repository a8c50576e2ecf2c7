/** What real operators' objects become: the numbers a person would count by hand. */
import { expect, test } from 'vitest';
import { estateOf, fixture, type Raw } from './world.ts';

test('KubeBlocks: carts has one primary and two secondaries', () => {
  const estate = estateOf(fixture('kubeblocks'));
  const { clusters, instances } = estate.flush();
  expect(clusters.upsert).toHaveLength(1);
  expect(clusters.upsert[0]).toMatchObject({
    namespace: 'kb-lab',
    name: 'carts',
    operator: 'kubeblocks',
    kind: 'Cluster.apps.kubeblocks.io',
    health: 'ok',
    phase: 'Running',
    roles: [
      { role: 'primary', count: 1 },
      { role: 'secondary', count: 2 },
    ],
    components: ['redis'],
    version: '7.0.15',
    now: '',
    reasons: [],
  });
  expect(clusters.upsert[0]?.services).toEqual([
    { name: 'carts-redis', role: 'primary', address: 'carts-redis.kb-lab.svc:6379' },
    { name: 'carts-redis-headless', role: '', address: 'carts-redis-headless.kb-lab.svc:6379' },
  ]);
  expect(clusters.upsert[0]?.volumes).toEqual(
    [0, 1, 2].map((n) => ({
      name: `data-carts-redis-${n}`,
      instance: `carts-redis-${n}`,
      capacity: '1Gi',
      phase: 'Bound',
    })),
  );
  expect(instances.upsert).toHaveLength(3);
  expect(instances.upsert.find((row) => row.role === 'primary')).toMatchObject({
    name: 'carts-redis-0',
    cluster: 'carts',
    clusterUid: clusters.upsert[0]?.uid,
    component: 'redis',
    health: 'ok',
    ready: '2/2',
    status: 'Running',
    containers: ['redis', 'kbagent'],
  });

  const [cluster] = estate.clusters();
  expect(cluster).toMatchObject({ name: 'carts', provider: 'kubeblocks', health: 'ok' });
  expect(cluster?.definitions).toEqual(['redis-lab', 'redis-lab-1.0.0']);
  expect(cluster?.components[0]?.aliases).toEqual(['redis-lab-1.0.0']);
  expect(cluster?.components[0]?.instances.map(({ name, roleClass }) => [name, roleClass])).toEqual([
    ['carts-redis-0', 'primary'],
    ['carts-redis-1', 'replica'],
    ['carts-redis-2', 'replica'],
  ]);
  expect(cluster?.components[0]?.instances[0]?.containers[0]).toEqual({
    name: 'redis',
    image: 'docker.io/local/redis:7',
    ready: true,
    restarts: 0,
    id: 'containerd://8c0f328209c92aca50e530aa3bc0c993db372b42811dd572e348f390d7952381',
    state: 'running',
  });
});

test('openGauss: ogtest01 has one primary and two standbys, both services and six claims', () => {
  const { clusters } = estateOf(fixture('opengauss')).flush();
  expect(clusters.upsert).toHaveLength(1);
  expect(clusters.upsert[0]).toMatchObject({
    name: 'ogtest01',
    operator: 'opengauss',
    kind: 'OpenGaussCluster.opengauss.sig',
    health: 'ok',
    phase: 'ready',
    version: '5.0.2',
    roles: [
      { role: 'primary', count: 1 },
      { role: 'standby', count: 2 },
    ],
    services: [
      { name: 'og-ogtest01-svc', role: 'primary', address: 'og-ogtest01-svc.og-lab.svc:26000 (node port 31001)' },
      {
        name: 'og-ogtest01-svc-read',
        role: 'standby',
        address: 'og-ogtest01-svc-read.og-lab.svc:26000 (node port 31000)',
      },
    ],
  });
  expect(clusters.upsert[0]?.volumes).toHaveLength(6);
  expect(clusters.upsert[0]?.volumes[0]).toMatchObject({ instance: 'og-ogtest01-pod-10x88x0x167', phase: 'Bound' });
});

const without =
  (label: string) =>
  (raw: Raw): Raw => {
    const { [label]: _, ...labels } = raw.metadata.labels ?? {};
    return raw.kind === 'Pod' ? { ...raw, metadata: { ...raw.metadata, labels } } : raw;
  };

test('openGauss: where no pod says a role, the address in the status tells the primary', () => {
  const estate = estateOf(fixture('opengauss').map(without('opengauss.role')));
  const { clusters, instances } = estate.flush();
  expect(clusters.upsert[0]?.roles).toEqual([
    { role: 'primary', count: 1 },
    { role: '', count: 2 },
  ]);
  expect(instances.upsert.filter((row) => row.role !== '').map((row) => [row.name, row.ip])).toEqual([
    ['og-ogtest01-pod-10x88x0x167', '10.88.0.167'],
  ]);
});

test('openGauss: a label that the operator took away from the primary alone is not put back from the status', () => {
  const objects = fixture('opengauss').map((raw) =>
    raw.metadata.name.endsWith('167') ? without('opengauss.role')(raw) : raw,
  );
  const { clusters } = estateOf(objects).flush();
  expect(clusters.upsert[0]).toMatchObject({
    health: 'bad',
    now: 'no primary',
    roles: [
      { role: 'standby', count: 2 },
      { role: '', count: 1 },
    ],
    reasons: ['No instance is primary. Its status still names 10.88.0.167.'],
  });
});

test('openGauss: the standby half of a pair is well without a primary', () => {
  const objects = fixture('opengauss').map((raw) => {
    const standby = raw.metadata.labels?.['opengauss.role'] ? { 'opengauss.role': 'standby' } : {};
    const labels = { ...raw.metadata.labels, ...standby };
    const spec = raw.kind === 'OpenGaussCluster' ? { ...(raw.spec as object), localrole: 'standby' } : raw.spec;
    return { ...raw, spec, metadata: { ...raw.metadata, labels } };
  });
  expect(estateOf(objects).flush().clusters.upsert[0]).toMatchObject({ health: 'ok', now: '' });
});

test('no secret of the object reaches the model', () => {
  const estate = estateOf(fixture('opengauss'));
  expect(JSON.stringify([estate.flush(), estate.clusters()])).not.toContain('SzhTQGFkbWlu');
});

test('both operators beside each other: nothing of one is taken for the other', () => {
  const estate = estateOf(fixture('kubeblocks'), fixture('opengauss'));
  const { clusters, instances } = estate.flush();
  expect(clusters.upsert.map((row) => [row.name, row.roles.length])).toEqual([
    ['carts', 2],
    ['ogtest01', 2],
  ]);
  expect(instances.upsert.every((row) => row.cluster !== '')).toBe(true);
});
