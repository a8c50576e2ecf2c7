/** Runs that lie behind the estate, as the engine would have journaled them, and one that is asked for when the demo starts. */
import { createHash } from 'node:crypto';
import type { SimCluster } from '../cluster.ts';
import type { SimObject } from '../types.ts';
import { DEFINITIONS } from './definitions.ts';

interface PastRun {
  name: string;
  namespace: string;
  cluster: { resource: string; kind: string; name: string; shown?: string };
  definition: string;
  /** Of an operation that is shipped with the program; others are looked up. */
  spec?: object;
  parameters: Record<string, string | number>;
  instance: string;
  component: string;
  container: string;
  role: string;
  argv: string[];
  /** Minutes ago, seconds it took. */
  ago: number;
  took: number;
  exitCode: number;
  lines: string[];
  dropped?: number;
}

const RESHARD = {
  clusterDefinitionRef: 'redis',
  type: 'Custom',
  description: 'Move slots of a redis cluster from one master to another, online',
  parameters: [{ name: 'from' }, { name: 'to' }, { name: 'cluster-slots' }, { name: 'port', value: 6379 }],
  strategies: {
    container: { command: ['redis-cli', '--cluster', 'reshard'] },
    components: [{ type: '*', pickOne: true }],
  },
};
const LOST = '07c37dfeb235213a872192d90877d0cd55635b91';
const FOUND = '2321a6711f54db1c7bb64e0b1d8c3a4dbafe7bba';

const PAST: readonly PastRun[] = [
  {
    name: 'redis-reshard-k8w2p',
    namespace: 'shop',
    cluster: { resource: 'statefulsets.apps', kind: 'StatefulSet.apps', name: 'sessions' },
    definition: 'redis-reshard',
    spec: RESHARD,
    parameters: { from: FOUND, to: LOST, 'cluster-slots': 1024, port: 6379 },
    instance: 'sessions-0',
    component: 'redis',
    container: 'redis',
    role: 'master',
    argv: [
      'redis-cli',
      '--cluster',
      'reshard',
      '10.244.0.12:6379',
      '--cluster-from',
      FOUND,
      '--cluster-to',
      LOST,
      '--cluster-slots',
      '1024',
      '--cluster-yes',
    ],
    ago: 47,
    took: 1,
    exitCode: 1,
    lines: [
      '>>> Performing Cluster Check (using node 10.244.0.12:6379)',
      '[OK] All nodes agree about slots configuration.',
      '>>> Check for open slots...',
      '>>> Check slots coverage...',
      '[OK] All 16384 slots covered.',
      `*** The specified node (${LOST}) is not known or not a master, please retry.`,
    ],
  },
  {
    name: 'kafka-create-topic-7hx9d',
    namespace: 'analytics',
    cluster: { resource: 'statefulsets.apps', kind: 'StatefulSet.apps', name: 'clicks' },
    definition: 'kafka-create-topic',
    parameters: { topic: 'clicks', partitions: 12, 'replication-factor': 3 },
    instance: 'clicks-0',
    component: 'broker',
    container: 'kafka',
    role: '',
    argv: [
      'kafka-topics.sh',
      '--bootstrap-server',
      '10.244.0.40:9092',
      '--create',
      '--topic',
      'clicks',
      '--partitions',
      '12',
      '--replication-factor',
      '3',
    ],
    ago: 60 * 26,
    took: 2,
    exitCode: 0,
    lines: ['Created topic clicks.'],
  },
  {
    name: 'opengauss-switchover-q4mzt',
    namespace: 'payments',
    cluster: { resource: 'opengaussclusters.opengauss.sig', kind: 'OpenGaussCluster.opengauss.sig', name: 'ledger' },
    definition: 'opengauss-switchover',
    parameters: {},
    instance: 'og-ledger-pod-172x16x0x2',
    component: 'og',
    container: 'og',
    role: 'standby',
    argv: ['gs_ctl', 'switchover', '-D', '/gaussdata/openGauss/db1'],
    ago: 60 * 71,
    took: 9,
    exitCode: 0,
    lines: [
      '[gs_ctl]: gs_ctl switchover ,datadir is -D "/gaussdata/openGauss/db1"',
      '[gs_ctl]: switchover term (1)',
      '[gs_ctl]: waiting for server to switchover............',
      '[gs_ctl]: done',
      '[gs_ctl]: switchover completed (/gaussdata/openGauss/db1)',
    ],
  },
];

const iso = (at: number): string => new Date(at).toISOString();
const list = (parameters: Record<string, string | number>) =>
  Object.entries(parameters).map(([name, value]) => ({ name, value }));

function statusOf(run: PastRun, owner: SimObject, pod: SimObject | undefined, now: number): object {
  const createdAt = iso(now - run.ago * 60_000);
  const startedAt = iso(now - run.ago * 60_000 + 300);
  const finishedAt = iso(now - run.ago * 60_000 + run.took * 1000);
  const good = run.exitCode === 0;
  const known = DEFINITIONS.find((one) => (one as SimObject).metadata.name === run.definition) as
    | { spec: object }
    | undefined;
  const spec = run.spec ?? known?.spec ?? {};
  const message = good
    ? `${run.definition} successfully`
    : `${run.instance}: command terminated with exit code ${run.exitCode}`;
  const condition = (type: string, status: 'True' | 'False', reason: string, text: string, at: string) => ({
    type,
    status,
    reason,
    message: text,
    lastTransitionTime: at,
  });
  const text = run.lines.join('\n');
  return {
    observedGeneration: 1,
    phase: good ? 'Succeed' : 'Failed',
    message,
    StartTimestamp: startedAt,
    completionTimestamp: finishedAt,
    conditions: [
      condition('Validated', 'True', 'ValidateOpsRequestPassed', 'the request is valid', createdAt),
      condition('Progressing', 'False', 'OpsRequestProcessed', message, finishedAt),
      condition(
        'Succeed',
        good ? 'True' : 'False',
        good ? 'OpsRequestProcessedSuccessfully' : 'OpsRequestFailed',
        message,
        finishedAt,
      ),
    ],
    tasks: { [run.definition]: { status: good ? 'successfully' : 'Failed', startedAt, finishedAt, message } },
    journal: {
      version: 1,
      definition: {
        name: run.definition,
        digest: `sha256:${createHash('sha256').update(JSON.stringify(spec)).digest('hex')}`,
        source: run.spec ? 'catalog' : 'cluster',
        spec,
      },
      cluster: { uid: owner.metadata.uid, namespace: run.namespace, name: run.cluster.name, kind: run.cluster.kind },
      parameters: list(run.parameters),
      effect: 'change',
      createdAt,
      steps: [
        {
          name: run.definition,
          effect: 'change',
          via: 'exec',
          retryTimes: 0,
          env: {},
          targets: [
            {
              instance: run.instance,
              uid: pod?.metadata.uid ?? '',
              role: run.role,
              component: run.component,
              container: run.container,
              containerId: '',
              argv: run.argv,
              dir: `/tmp/opsdeck-${run.name}`,
              attempts: [
                {
                  n: 1,
                  phase: good ? 'Succeeded' : 'Failed',
                  intendedAt: createdAt,
                  startedAt,
                  finishedAt,
                  exitCode: run.exitCode,
                  message: good ? '' : `command terminated with exit code ${run.exitCode}`,
                  output: {
                    lines: run.lines.map((line) => ({ stream: 'out', text: line })),
                    dropped: 0,
                    outBytes: text.length + 1,
                    errBytes: 0,
                  },
                },
              ],
            },
          ],
        },
      ],
      holder: null,
      released: 1,
      verdicts: [],
    },
  };
}

const REQUESTS = 'opsrequests.opsdeck.dev';

/** Each run at its own time: `at` sets the cluster's clock. */
export function addHistory(cluster: SimCluster, now: number, at: (time: number) => void): void {
  for (const run of [...PAST].sort((a, b) => b.ago - a.ago)) {
    at(now - run.ago * 60_000);
    const owner = cluster.get(run.cluster.resource, run.namespace, run.cluster.name);
    if (!owner) continue;
    const made = cluster.create(REQUESTS, {
      metadata: {
        name: run.name,
        namespace: run.namespace,
        labels: { 'app.kubernetes.io/instance': run.cluster.name },
      },
      spec: {
        clusterRef: run.cluster.name,
        type: 'Custom',
        opsDefinitionRef: run.definition,
        parameters: list(run.parameters),
      },
    });
    const pod = cluster.get('pods', run.namespace, run.instance);
    cluster.update(REQUESTS, { ...made, status: statusOf(run, owner, pod, now) } as SimObject, {
      subresource: 'status',
    });
  }
}

/** A run that whoever executes begins with at once: its command takes about a minute and a half. */
export function askForRun(cluster: SimCluster): void {
  cluster.create(REQUESTS, {
    metadata: {
      name: 'influxdb-copy-shards-live',
      namespace: 'analytics',
      labels: { 'app.kubernetes.io/instance': 'metrics' },
    },
    spec: {
      clusterRef: 'metrics',
      type: 'Custom',
      opsDefinitionRef: 'influxdb-copy-shards',
      parameters: [
        { name: 'source', value: 'metrics-data-0:8088' },
        { name: 'target', value: 'metrics-data-2:8088' },
      ],
    },
  });
}
