/** `opsdeck get` on a real API server: operators' objects, plain workloads, people with few rights. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, audit, grant, kubectl, namespace, opsdeck, USERS, until } from '../kit.ts';
import { addKinds, load, removeKinds } from './fixtures.ts';

const kb = await namespace('inventory-kb');
const og = await namespace('inventory-og');
const plain = await namespace('inventory');
const bad = await namespace('inventory-bad');

beforeAll(async () => {
  await addKinds();
  await Promise.all([load('kubeblocks', kb), load('opengauss', og), redis(plain)]);
});

afterAll(removeKinds);

/** Three redis pods of a StatefulSet, one of them labelled as master: the label's key is named by an annotation. */
async function redis(ns: string): Promise<void> {
  const labels = { app: 'cache', 'app.kubernetes.io/name': 'redis' };
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      name: 'cache',
      annotations: { 'opsdeck.dev/role-label': 'redis-role', 'opsdeck.dev/definition': 'redis-cluster' },
    },
    spec: {
      serviceName: 'cache',
      replicas: 3,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: { app: 'cache' } },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'redis', image: 'local/redis:7', command: ['redis-server'] }],
        },
      },
    },
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'cache-master' },
    spec: { selector: { app: 'cache', 'redis-role': 'master' }, ports: [{ port: 6379 }] },
  };
  await apply(`${JSON.stringify(set)}\n---\n${JSON.stringify(service)}`, ns);
  await kubectl(['rollout', 'status', 'statefulset/cache', '--timeout=120s'], { namespace: ns });
  await kubectl(['label', 'pod', 'cache-0', 'redis-role=master'], { namespace: ns });
  await kubectl(['label', 'pod', 'cache-1', 'cache-2', 'redis-role=slave'], { namespace: ns });
}

/** Cells of a table; columns stand at least three spaces apart. */
const cells = (table: string) =>
  table
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {3,}/));
const get = async (...args: string[]) => {
  const { code, stdout, stderr } = await opsdeck(['get', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};

test('KubeBlocks: one primary, two secondaries', async () => {
  const [head, carts] = cells(await get('clusters', '-n', kb));
  expect(head).toEqual(['NAME', 'HEALTH', 'OPERATOR', 'ROLES', 'VERSION', 'AGE', 'NOW']);
  expect(carts?.toSpliced(5, 1)).toEqual(['carts', 'ok', 'kubeblocks', '1 primary, 2 secondary', '7.0.15', '<none>']);
  const roles = cells(await get('instances', '-n', kb, '--no-headers')).map(([name, ready, status, role]) => [
    name,
    ready,
    status,
    role,
  ]);
  expect(roles).toEqual([
    ['carts-redis-0', '2/2', 'Running', 'primary'],
    ['carts-redis-1', '2/2', 'Running', 'secondary'],
    ['carts-redis-2', '2/2', 'Running', 'secondary'],
  ]);
});

test('openGauss: the primary by label, and by address alone when the labels are gone', async () => {
  const object = JSON.parse(await get('cluster', 'ogtest01', '-n', og, '-o', 'json'));
  expect(object).toMatchObject({
    kind: 'Cluster',
    metadata: { name: 'ogtest01', namespace: og },
    spec: { provider: 'opengauss', object: { apiVersion: 'opengauss.sig/v1', kind: 'OpenGaussCluster' } },
    status: { health: 'ok', phase: 'ready', version: '5.0.2', roles: { primary: 1, standby: 2 } },
  });
  expect(object.status.volumes).toHaveLength(6);
  expect(JSON.stringify(object)).not.toContain('SzhTQGFkbWlu');

  await kubectl(['label', 'pods', '--all', 'opengauss.role-'], { namespace: og });
  const pods = JSON.parse(await get('pods', '-n', og, '--cluster', 'ogtest01', '-o', 'json'));
  const primary = pods.items.filter((each: { status: { roleClass: string } }) => each.status.roleClass === 'primary');
  expect(primary.map((each: { status: { ip: string } }) => each.status.ip)).toEqual(['10.88.0.167']);
});

test('a plain StatefulSet: roles by the label that its annotation names', async () => {
  const object = JSON.parse(await get('cluster', 'cache', '-n', plain, '-o', 'json'));
  expect(object.status).toMatchObject({
    health: 'ok',
    version: '7',
    roles: { master: 1, slave: 2 },
    definitions: ['redis-cluster', 'redis'],
    services: [{ name: 'cache-master', role: 'master', address: `cache-master.${plain}.svc:6379` }],
  });
  expect(await get('clusters', '-n', plain, '-o', 'name')).toBe('statefulset.apps/cache\n');
  const wide = cells(await get('instances', '-n', plain, '-o', 'wide'));
  expect(wide[1]).toContain('redis');
  expect(wide.map((row) => row.length)).toEqual([11, 11, 11, 11]);
});

test('YAML is a List that kubectl itself could have printed', async () => {
  const text = await get('clusters', '-n', plain, '-o', 'yaml');
  expect(text.startsWith('apiVersion: v1\nitems:\n  - apiVersion: opsdeck.dev/v1alpha1\n')).toBe(true);
  expect(text).toContain('\nkind: List\nmetadata:\n  resourceVersion: ""\n');
});

test('a pod that breaks is seen, with the reason', async () => {
  const bare = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image: 'local/no-such-image:1', imagePullPolicy: 'Never' }] },
      },
    },
  };
  await apply(JSON.stringify(bare), bad);
  const status = await until('the pods are refused their image', async () => {
    const object = JSON.parse(await get('cluster', 'web', '-n', bad, '-o', 'json'));
    return object.status.reasons.some((each: string) => each.includes('ErrImageNeverPull')) && object.status;
  });
  expect(status).toMatchObject({ health: 'bad', now: 'none ready' });
  expect(status.reasons[0]).toBe('None of 2 instances is ready.');
  expect(status.components[0].instances).toHaveLength(2);
});

test('bob sees what his role allows, and is told what it does not', async () => {
  await grant('bob', plain, [
    { apiGroups: ['apps'], resources: ['statefulsets'], verbs: ['list'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
  ]);
  const bob = { kubeconfig: USERS.bob };
  const seen = await opsdeck(['get', 'clusters', '-n', plain], bob);
  expect(seen.code).toBe(0);
  expect(cells(seen.stdout)[1]?.slice(0, 4)).toEqual(['cache', 'ok', 'plain', '1 master, 2 slave']);
  const told = seen.stderr.trimEnd().split('\n').toSorted();
  expect(told).toEqual(
    [
      'clusters.apps.kubeblocks.io',
      'deployments.apps',
      'opengaussclusters.opengauss.sig',
      'persistentvolumeclaims',
    ].map((what) => `opsdeck: user "bob" may not list ${what} in namespace ${plain}; ask for a role that grants it`),
  );

  const elsewhere = await opsdeck(['get', 'clusters', '-n', kb], bob);
  expect(elsewhere).toMatchObject({ code: 2, stdout: '' });
  const whole = await opsdeck(['get', 'clusters', '-n', plain, '-o', 'json'], bob);
  expect(whole.stderr).toContain(`may not list services in namespace ${plain}`);
  expect(elsewhere.stderr).toContain(`user "bob" may not list pods in namespace ${kb}`);
  expect((await opsdeck(['get', 'pods', '-n', plain], bob)).stdout).toContain('cache-0');
});

test('what is not there, or said twice', async () => {
  const missing = await opsdeck(['get', 'cluster', 'cahce', '-n', plain]);
  expect(missing).toMatchObject({ code: 2, stdout: '' });
  expect(missing.stderr).toBe(`opsdeck: no cluster "cahce" in namespace ${plain}; did you mean "cache"?\n`);
  const empty = await opsdeck(['get', 'clusters', '-n', 'kube-public']);
  expect(empty).toMatchObject({ code: 0, stdout: '', stderr: 'No clusters found in namespace kube-public.\n' });
  const both = await opsdeck(['get', 'cluster', 'cache', '-A']);
  expect(both).toMatchObject({ code: 2, stdout: '' });
});

test('one cluster costs few requests', async () => {
  const mark = audit.mark();
  await opsdeck(['get', 'instances', '-n', kb, '--cluster', 'Cluster.apps.kubeblocks.io/carts']);
  const asked = (await audit.since(mark, 'opsdeck/')).filter(({ namespace: ns }) => ns === kb);
  expect(asked.map(({ verb, resource }) => `${verb} ${resource}`).toSorted()).toEqual(['get clusters', 'list pods']);
});
