/** The estate that `opsdeck demo` shows, as a table: clusters in four namespaces under several operators. */

export interface ComponentSpec {
  name: string;
  image: string;
  replicas: number;
  port: number;
  /** Name of the container; default the component's. */
  container?: string;
  /** Gi of the data volume; none: no volume. */
  storage?: number;
  /** The server's own arguments, after the image's entrypoint. */
  args?: string[];
  env?: Record<string, string>;
  /** Words of its roles, where it has any: leader, then follower. */
  roles?: [string, string];
}

export interface ClusterSpec {
  namespace: string;
  name: string;
  operator: 'kubeblocks' | 'opengauss' | 'cnpg' | 'strimzi' | 'plain';
  /** What operations ask for. */
  definition: string;
  version: string;
  components: ComponentSpec[];
  /** Days it has been there. */
  age: number;
}

export const NAMESPACES = ['shop', 'payments', 'analytics', 'platform'] as const;

const redis = (replicas: number, more: Partial<ComponentSpec> = {}): ComponentSpec => ({
  name: 'redis',
  image: 'demo/redis:7.0.15',
  replicas,
  port: 6379,
  storage: 2,
  ...more,
});

const cluster = (
  place: `${(typeof NAMESPACES)[number]}/${string}`,
  operator: ClusterSpec['operator'],
  definition: string,
  version: string,
  age: number,
  ...components: ComponentSpec[]
): ClusterSpec => {
  const [namespace = '', name = ''] = place.split('/');
  return { namespace, name, operator, definition, version, components, age };
};

const postgres: ComponentSpec = {
  name: 'postgres',
  image: 'demo/postgres:15.13',
  replicas: 3,
  port: 5432,
  storage: 20,
};
const mysql: ComponentSpec = { name: 'mysql', image: 'demo/mysql:8.0.42', replicas: 3, port: 3306, storage: 20 };
const opengauss: ComponentSpec = { name: 'og', image: 'demo/opengauss:5.0.2', replicas: 3, port: 26000, storage: 40 };
const SENTINELS =
  'sentinel monitor cache cache-redis-0.cache-redis 6379 2\nsentinel down-after-milliseconds cache 4000';

export const CLUSTERS: readonly ClusterSpec[] = [
  cluster('shop/carts', 'kubeblocks', 'redis', '7.0.15', 41, redis(3)),
  cluster(
    'shop/sessions',
    'plain',
    'redis',
    '7.0.15',
    12,
    redis(6, { args: ['--cluster-enabled', 'yes', '--cluster-node-timeout', '5000'], roles: ['master', 'slave'] }),
  ),
  cluster('shop/orders', 'cnpg', 'postgresql', '15.13', 87, postgres),
  cluster('shop/catalog', 'plain', 'elasticsearch', '8.15.3', 120, {
    name: 'elasticsearch',
    image: 'demo/elasticsearch:8.15.3',
    replicas: 3,
    port: 9200,
    storage: 50,
  }),
  cluster('payments/ledger', 'opengauss', 'opengauss', '5.0.2', 203, opengauss),
  cluster('payments/fraud', 'kubeblocks', 'mysql', '8.0.42', 33, mysql),
  cluster('payments/events', 'strimzi', 'kafka', '3.9.1', 64, {
    name: 'broker',
    image: 'demo/kafka:3.9.1',
    container: 'kafka',
    replicas: 3,
    port: 9092,
    storage: 100,
  }),
  cluster(
    'analytics/metrics',
    'plain',
    'influxdb-enterprise',
    '1.11.8',
    150,
    {
      name: 'meta',
      image: 'demo/influxdb-meta:1.11.8',
      container: 'influxdb-meta',
      replicas: 3,
      port: 8091,
      storage: 1,
    },
    {
      name: 'data',
      image: 'demo/influxdb-data:1.11.8',
      container: 'influxdb-data',
      replicas: 3,
      port: 8086,
      storage: 80,
    },
  ),
  cluster('analytics/clicks', 'plain', 'kafka', '3.9.1', 9, {
    name: 'broker',
    image: 'demo/kafka:3.9.1',
    container: 'kafka',
    replicas: 3,
    port: 9092,
    storage: 100,
  }),
  cluster(
    'payments/limits',
    'plain',
    'redis',
    '7.0.15',
    21,
    redis(3, { args: ['--cluster-enabled', 'yes'], roles: ['master', 'slave'] }),
  ),
  cluster('platform/queue', 'kubeblocks', 'redis', '7.0.15', 58, redis(2)),
  cluster('analytics/reports', 'kubeblocks', 'mysql', '8.0.42', 5, { ...mysql, replicas: 2 }),
  cluster('platform/cache', 'plain', 'redis', '7.0.15', 77, redis(3, { roles: ['master', 'slave'] }), {
    name: 'sentinel',
    image: 'demo/redis-sentinel:7.0.15',
    replicas: 3,
    port: 26379,
    env: { SENTINEL_CONFIG: SENTINELS },
  }),
  cluster('platform/audit', 'plain', 'postgresql', '15.13', 310, {
    ...postgres,
    replicas: 2,
    roles: ['primary', 'replica'],
  }),
];

/**
 * The broken one, and which of its pods can't run: what filled the primary's disk was replicated, so that its replica can't take
 * over either.
 */
export const BROKEN = {
  namespace: 'analytics',
  cluster: 'reports',
  pods: ['reports-mysql-0', 'reports-mysql-1'],
} as const;
/** Where the demo moves slots. */
export const RESHARDED = { namespace: 'shop', cluster: 'sessions' } as const;
