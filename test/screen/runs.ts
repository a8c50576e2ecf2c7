/** The catalog, the plan and the run of the scripted estate. */
import type {
  Effect,
  FormField,
  LogLine,
  Offer,
  OperationRow,
  Plan,
  RunDetail,
  RunTarget,
} from '../../engine/protocol.ts';
import { NOW, RUNNING, s } from './rows.ts';

const condition = (type: string, at: number, status: 'True' | 'Unknown' = 'True') => ({
  type,
  status,
  reason: type,
  message: '',
  lastTransitionTime: new Date(at).toISOString(),
});

const RESHARD_ARGV = [
  'redis-cli',
  '--cluster',
  'reshard',
  '10.2.3.4:6379',
  '--cluster-from',
  '07c37dfeb235213a872192d90877d0cd55635b91',
  '--cluster-to',
  '91abf1c9b64ac2ae2fc5b9ea0fbba2dd9f9a7a1d',
  '--cluster-slots',
  '1024',
  '--cluster-yes',
];
const CART_0 = {
  instance: 'cart-redis-0',
  uid: '7f3c9a51-0000-4000-8000-000000000000',
  role: 'primary',
  container: 'redis',
};
const checked: RunTarget = {
  ...CART_0,
  argv: ['redis-cli', '--cluster', 'check', '10.2.3.4:6379'],
  phase: 'Succeeded',
  attempts: [{ n: 1, phase: 'Succeeded', startedAt: NOW - 41 * s, finishedAt: NOW - 40_700, exitCode: 0, message: '' }],
};
const resharding: RunTarget = {
  ...CART_0,
  argv: RESHARD_ARGV,
  phase: 'Running',
  attempts: [{ n: 1, phase: 'Running', startedAt: NOW - 40 * s, message: '' }],
};

export const RUN_DETAIL: RunDetail = {
  ...RUNNING,
  effect: 'change',
  parameters: [{ name: 'cluster-slots', value: '1024' }],
  conditions: [
    condition('Validated', NOW - 42 * s),
    condition('Progressing', NOW - 41 * s),
    condition('Succeed', NOW - 41 * s, 'Unknown'),
  ],
  steps: [
    {
      name: 'check',
      phase: 'Succeeded',
      startedAt: NOW - 41 * s,
      finishedAt: NOW - 40_700,
      message: '',
      targets: [checked],
    },
    { name: 'reshard', phase: 'Running', startedAt: NOW - 40 * s, message: '', targets: [resharding] },
    { name: 'verify', phase: 'Pending', message: '', targets: [] },
  ],
};

/** The same run after its container was restarted in the middle. */
export const UNKNOWN_DETAIL: RunDetail = {
  ...RUN_DETAIL,
  phase: 'Unknown',
  steps: RUN_DETAIL.steps.map((step) =>
    step.name !== 'reshard'
      ? step
      : {
          ...step,
          phase: 'Unknown',
          targets: [
            {
              ...resharding,
              phase: 'Unknown',
              attempts: [
                {
                  n: 1,
                  phase: 'Unknown',
                  startedAt: NOW - 40 * s,
                  finishedAt: NOW - 11 * s,
                  message: 'no exit code was left',
                },
              ],
            },
          ],
        },
  ),
  question: {
    step: 'reshard',
    instance: 'cart-redis-0',
    text: 'Sent 03:20:03, container restarted 03:20:32, no exit code was left. The probe of the step says: 612 of 1024 slots moved.',
  },
};

export const logLine = (i: number): LogLine => ({
  seq: i,
  step: 'reshard',
  instance: 'cart-redis-0',
  stream: i % 97 === 50 ? 'err' : 'out',
  text:
    i % 97 === 50
      ? '[WARNING] Node 10.2.3.9:6379 has slots in importing state 5511'
      : `Moving slot ${5461 + i} from 10.2.3.4:6379 to 10.2.3.7:6379: ${'.'.repeat((i % 7) + 1)}`,
  at: NOW - 40 * s + i * 33,
});

const field = (spec: Partial<FormField> & Pick<FormField, 'name'>): FormField => ({
  type: 'string',
  description: '',
  required: false,
  secret: false,
  hint: '',
  ...spec,
});
const operation = (row: Partial<OperationRow> & Pick<OperationRow, 'name' | 'description'>): OperationRow => ({
  uid: `${row.source ?? 'shipped'}/${row.name}`,
  digest: `sha256:${row.name}`,
  effect: 'change',
  source: 'catalog',
  group: '',
  meant: '',
  broken: '',
  refused: '',
  steps: 1,
  parameters: [],
  where: 'in container redis of one primary',
  ...row,
});
const MASTERS = {
  required: true,
  hint: 'matching ^cart-redis-[0-9]+$',
  choices: { command: ['redis-cli', '--cluster', 'check', '{{HOST}}:{{parameters.port}}'], needs: ['port'] },
};
export const MASTERS_READ: Offer = {
  state: 'read',
  from: 'cart-redis-0',
  rows: [
    { value: 'cart-redis-0', label: 'cart-redis-0 · 5461 slots' },
    { value: 'cart-redis-1', label: 'cart-redis-1 · 5462 slots' },
  ],
};

export const OPERATIONS: OperationRow[] = [
  operation({
    name: 'redis-reshard',
    description: 'Moves cluster-slots slots from one master to another, online.',
    parameters: [
      field({
        name: 'cluster-slots',
        type: 'integer',
        minimum: 1,
        maximum: 16384,
        default: '1024',
        hint: '1..16384',
        description: 'how many slots to move',
      }),
      field({ name: 'port', type: 'integer', default: '6379', description: 'port of the servers' }),
      field({ ...MASTERS, name: 'from', description: 'master that gives slots away' }),
      field({ ...MASTERS, name: 'to', differsFrom: 'from', description: 'master that takes them' }),
      field({ name: 'dry', type: 'boolean', default: 'false', description: 'only say what would move' }),
      field({ name: 'password', secret: true, description: 'kept out of argv, logs and the journal' }),
    ],
  }),
  operation({ name: 'redis-rebalance', description: 'Evens out slots over masters.', steps: 2 }),
  operation({ name: 'redis-check', description: 'Checks slots and replication.', effect: 'read' }),
  operation({
    name: 'FlushAll',
    description: 'Deletes every key on every master.',
    effect: 'destroy',
    source: 'file',
    where: 'in container redis of every primary',
  }),
  operation({
    name: 'Stop',
    description: 'Stops every pod, keeps the volumes.',
    effect: 'destroy',
    source: 'cluster',
    refused: 'needs phase Running and no other run: redis-reshard-x7f2 has the cluster',
  }),
  operation({
    name: 'FailoverTest',
    description: 'Kills the primary.',
    effect: 'destroy',
    refused: 'you may not: delete pods in payments',
  }),
];

export function planOf(definition: string, values: Record<string, string>): Plan {
  const effect: Effect = OPERATIONS.find((o) => o.name === definition)?.effect ?? 'change';
  return {
    definition,
    source: OPERATIONS.find((o) => o.name === definition)?.source ?? 'catalog',
    namesake: '',
    pin: `sha256:${definition}`,
    digest: 'sha256:4b1c',
    cluster: { uid: 'c-cart-redis', namespace: 'payments', name: 'cart-redis', kind: 'Cluster.apps.kubeblocks.io' },
    parameters: Object.entries(values).map(([name, value]) => ({ name, value })),
    effect,
    steps: [{ name: 'reshard', effect, via: 'exec', targets: [{ ...CART_0, component: 'redis', argv: RESHARD_ARGV }] }],
    offers: [
      { parameter: 'from', offer: MASTERS_READ },
      { parameter: 'to', offer: MASTERS_READ },
    ],
    creates: ['OpsRequest payments/redis-reshard-x7f2'],
    permissions: [
      { verb: 'create', resource: 'pods/exec', namespace: 'payments', allowed: true },
      { verb: 'create', resource: 'opsrequests.opsdeck.dev', namespace: 'payments', allowed: true },
    ],
    command: `opsdeck run ${definition} --cluster cart-redis -n payments${Object.entries(values)
      .map(([k, v]) => ` -p ${k}=${v}`)
      .join('')}`,
    refused: [],
    warnings: ['cart-redis-2 is not ready: 2 of 3 replicas are healthy during the run.'],
  };
}

export const YAML = `apiVersion: apps.kubeblocks.io/v1
kind: Cluster
metadata:
  name: cart-redis
  namespace: payments
  uid: 5c0f6a3e-9d2b-4a43-8d3e-0d9d2f7b7d11
  labels:
    app.kubernetes.io/managed-by: kubeblocks
spec:
  terminationPolicy: Delete
  componentSpecs:
    - name: redis
      componentDef: redis-7
      replicas: 3
      resources:
        limits: {cpu: "1", memory: 2Gi}
      volumeClaimTemplates:
        - name: data
          spec:
            accessModes: [ReadWriteOnce]
            resources: {requests: {storage: 20Gi}}
status:
  phase: Running
  components:
    redis: {phase: Running, message: "1 pod is not ready"}
`;
