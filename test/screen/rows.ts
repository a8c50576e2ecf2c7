/** What the scripted estate holds: clusters, pods and runs as an engine would tell them. */
import type { ClusterRow, InstanceRow, RunRow } from '../../engine/protocol.ts';

/** The moment at which every picture is taken. */
export const NOW = Date.UTC(2026, 2, 14, 3, 20, 43);
export const s = 1_000;
export const m = 60 * s;
const h = 60 * m;
const d = 24 * h;

export const cluster = (row: Partial<ClusterRow> & Pick<ClusterRow, 'name'>): ClusterRow => ({
  uid: `c-${row.name}`,
  namespace: 'payments',
  operator: 'kubeblocks',
  kind: 'Cluster.apps.kubeblocks.io',
  health: 'ok',
  phase: 'Running',
  roles: [],
  components: ['redis'],
  version: '7.2.4',
  createdAt: NOW - 41 * d,
  now: '',
  reasons: [],
  services: [],
  volumes: [],
  ...row,
});

const roles = (text: string) =>
  text.split(', ').map((part) => {
    const [count = '0', role = ''] = part.split(' ');
    return { role, count: Number(count) };
  });
const CNPG = { operator: 'cnpg', kind: 'Cluster.postgresql.cnpg.io', components: ['postgres'] };

export const CLUSTERS: ClusterRow[] = [
  cluster({
    ...CNPG,
    name: 'ledger-pg',
    health: 'bad',
    phase: 'Failing over',
    roles: roles('0 primary, 2 replica'),
    version: '16.2',
    createdAt: NOW - 80 * d,
    now: 'no primary',
    reasons: [
      'No primary since 03:12:40: it was ledger-pg-1, node-b is NotReady for 8m.',
      '"Failing over" since 03:12:44: waits for ledger-pg-1 to be fenced, the old primary may still accept writes.',
    ],
    services: [
      { name: 'ledger-pg-rw', role: 'primary', address: '10.96.12.7:5432' },
      { name: 'ledger-pg-ro', role: 'replica', address: '10.96.12.8:5432' },
    ],
    volumes: [{ name: 'ledger-pg-1', instance: 'ledger-pg-1', capacity: '200Gi', phase: 'Bound' }],
  }),
  cluster({
    name: 'events-kafka',
    operator: 'strimzi',
    kind: 'Kafka.kafka.strimzi.io',
    health: 'busy',
    phase: 'Ready',
    roles: roles('3 broker, 3 controller'),
    components: ['kafka'],
    version: '3.9.0',
    createdAt: NOW - 12 * d,
    now: 'reassign 3/6',
    reasons: ['Partitions are being reassigned: 3 of 6 topics are done.'],
  }),
  cluster({
    name: 'cart-redis',
    health: 'warn',
    roles: roles('1 primary, 1 replica'),
    now: '1 not ready',
    reasons: ['cart-redis-2 is not ready for 4m: CrashLoopBackOff, last exit code 137.'],
    services: [{ name: 'cart-redis', role: 'primary', address: '10.96.3.1:6379' }],
    volumes: [{ name: 'data-cart-redis-0', instance: 'cart-redis-0', capacity: '20Gi', phase: 'Bound' }],
  }),
  cluster({ name: 'orders-redis', roles: roles('1 primary, 2 replica') }),
  cluster({
    name: 'billing-og',
    operator: 'opengauss',
    kind: 'OpenGaussCluster.opengauss.sig',
    phase: 'ready',
    roles: roles('1 primary, 2 standby'),
    components: ['og'],
    version: '5.0.0',
    createdAt: NOW - 200 * d,
  }),
  cluster({
    name: 'archive-mysql',
    health: 'off',
    phase: 'Stopped',
    version: '8.0.36',
    components: ['mysql'],
    createdAt: NOW - 310 * d,
    now: 'stopped',
  }),
  cluster({ name: 'sessions-redis', roles: roles('1 primary, 2 replica'), createdAt: NOW - 9 * d }),
  cluster({
    name: 'metrics-influx',
    operator: 'plain',
    kind: 'StatefulSet.apps',
    phase: 'Ready',
    roles: roles('3 data, 3 meta'),
    components: ['influxdb'],
    version: '1.11.3',
    createdAt: NOW - 150 * d,
  }),
  cluster({
    name: 'search-es',
    operator: 'eck',
    kind: 'Elasticsearch.elasticsearch.k8s.elastic.co',
    health: 'unknown',
    phase: '',
    roles: roles('3 master, 5 data'),
    components: ['masters', 'data'],
    version: '8.13.2',
    createdAt: NOW - 60 * d,
    now: 'status is 3m old',
    reasons: ['The operator has not written a status for 3m: it may be down.'],
  }),
  cluster({
    ...CNPG,
    name: 'fraud-pg',
    phase: 'Cluster in healthy state',
    roles: roles('1 primary, 2 replica'),
    version: '16.2',
  }),
  cluster({
    ...CNPG,
    name: 'audit-pg',
    phase: 'Cluster in healthy state',
    roles: roles('1 primary, 1 replica'),
    version: '15.6',
    createdAt: NOW - 33 * h,
  }),
  cluster({
    name: 'mail-mysql',
    phase: 'Updating',
    health: 'busy',
    roles: roles('1 primary, 2 secondary'),
    components: ['mysql'],
    version: '8.0.36',
    now: 'restarting 2 of 3',
    reasons: ['Restart asked for by mail-restart-k2p9: 2 of 3 pods are done.'],
  }),
];

export const instance = (row: Partial<InstanceRow> & Pick<InstanceRow, 'name' | 'cluster'>): InstanceRow => ({
  uid: `i-${row.name}`,
  namespace: 'payments',
  clusterUid: row.cluster === '' ? '' : `c-${row.cluster}`,
  component: 'redis',
  role: '',
  health: 'ok',
  ready: '1/1',
  status: 'Running',
  restarts: 0,
  node: 'node-a',
  ip: '10.2.3.4',
  createdAt: NOW - 6 * d,
  containers: ['redis', 'exporter'],
  ...row,
});

const LEDGER = { cluster: 'ledger-pg', component: 'postgres', containers: ['postgres'] };
const ORDERS = { cluster: 'orders-redis' };
const BILLING = { cluster: 'billing-og', component: 'og', containers: ['og', 'sidecar'] };

export const INSTANCES: InstanceRow[] = [
  instance({ ...LEDGER, name: 'ledger-pg-1', health: 'unknown', ready: '0/1', status: 'NodeLost', node: 'node-b' }),
  instance({ ...LEDGER, name: 'ledger-pg-2', role: 'replica', ip: '10.2.3.9' }),
  instance({ ...LEDGER, name: 'ledger-pg-3', role: 'replica', node: 'node-c', ip: '10.2.4.2', restarts: 1 }),
  instance({ name: 'cart-redis-0', cluster: 'cart-redis', role: 'primary' }),
  instance({ name: 'cart-redis-1', cluster: 'cart-redis', role: 'replica', node: 'node-c', ip: '10.2.4.7' }),
  instance({
    name: 'cart-redis-2',
    cluster: 'cart-redis',
    health: 'warn',
    ready: '1/2',
    status: 'CrashLoopBackOff',
    restarts: 7,
    node: 'node-c',
    ip: '10.2.4.8',
    createdAt: NOW - 34 * m,
  }),
  instance({ ...ORDERS, name: 'orders-redis-0', role: 'primary', ip: '10.2.5.1' }),
  instance({ ...ORDERS, name: 'orders-redis-1', role: 'replica', node: 'node-b', ip: '10.2.5.2' }),
  instance({ ...ORDERS, name: 'orders-redis-2', role: 'replica', node: 'node-c', ip: '10.2.5.3' }),
  instance({ ...BILLING, name: 'billing-og-0', role: 'primary', ip: '10.2.6.1' }),
  instance({ ...BILLING, name: 'billing-og-1', role: 'standby', node: 'node-b', ip: '10.2.6.2' }),
  instance({
    name: 'events-kafka-dual-role-0',
    cluster: 'events-kafka',
    component: 'kafka',
    role: 'broker',
    ip: '10.2.7.1',
    containers: ['kafka'],
  }),
  instance({
    name: 'toolbox-5d9c7b6f4-x2x9q',
    cluster: '',
    component: '',
    containers: ['sh'],
    createdAt: NOW - 42 * s,
  }),
];

const run = (row: Partial<RunRow> & Pick<RunRow, 'name'>): RunRow => ({
  uid: `r-${row.name}`,
  namespace: 'payments',
  definition: 'redis-reshard',
  digest: `sha256:${row.definition ?? 'redis-reshard'}`,
  source: 'catalog',
  cluster: 'cart-redis',
  phase: 'Succeed',
  step: '',
  message: '',
  createdAt: NOW - 3 * d,
  startedAt: NOW - 3 * d,
  kept: 'opsrequest',
  holder: '',
  ...row,
});

const ended = (row: Partial<RunRow> & Pick<RunRow, 'name'>, ago: number, took: number): RunRow =>
  run({ ...row, createdAt: NOW - ago, startedAt: NOW - ago, finishedAt: NOW - ago + took });

export const RUNNING = run({
  name: 'redis-reshard-x7f2',
  phase: 'Running',
  step: 'reshard',
  createdAt: NOW - 43 * s,
  startedAt: NOW - 41 * s,
  holder: 'ana@bastion-3',
});

export const RUNS: RunRow[] = [
  RUNNING,
  run({
    name: 'mail-restart-k2p9',
    definition: 'Restart',
    cluster: 'mail-mysql',
    phase: 'Running',
    step: 'restart',
    message: '2 of 3 pods',
    createdAt: NOW - 4 * m,
    startedAt: NOW - 4 * m,
    holder: 'kubeblocks',
    kept: 'foreign',
  }),
  ended({ name: 'redis-reshard-b1k8' }, 3 * d, 40 * s),
  ended({ name: 'redis-reshard-t0aa' }, 9 * d, 38 * s),
  ended(
    {
      name: 'orders-switchover-9q3d',
      definition: 'Switchover',
      cluster: 'orders-redis',
      phase: 'Failed',
      step: 'promote',
      message: 'exit code 1: ERR replica is 48 MB behind, refusing',
    },
    5 * h,
    3 * s,
  ),
  ended({ name: 'audit-backup-m4zz', definition: 'Backup', cluster: 'audit-pg' }, 26 * h, 14 * m),
];
