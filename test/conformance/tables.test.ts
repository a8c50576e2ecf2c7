import { recorded } from './recorded.ts';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const core = '/api/v1/namespaces/NS';
const container = { name: 'c', image: 'nginx:1' };
const row = { accept: TABLE, query: { includeObject: 'None' } };

/** Objects that no controller of a bare cluster touches, and how they read as a row. */
interface Shown {
  name: string;
  at: string;
  body: object;
  status?: object;
}

const pod = (name: string, spec: object, status: object): Shown => ({
  name: `pod ${name}`,
  at: `${core}/pods`,
  body: {
    metadata: { name },
    spec: {
      schedulerName: 'none',
      nodeName: 'no-node',
      automountServiceAccountToken: false,
      containers: [container],
      ...spec,
    },
  },
  status,
});
const running = { running: { startedAt: '2020-01-01T00:00:00Z' } };
const is = (state: object, ready = false, restartCount = 0, extra: object = {}): object => ({
  name: 'c',
  image: 'nginx:1',
  imageID: '',
  ready,
  restartCount,
  state,
  ...extra,
});

const shown: Shown[] = [
  pod(
    'up',
    {},
    {
      phase: 'Running',
      podIP: '10.1.1.1',
      podIPs: [{ ip: '10.1.1.1' }],
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [is(running, true)],
    },
  ),
  pod(
    'crash',
    {},
    {
      phase: 'Running',
      containerStatuses: [
        is({ waiting: { reason: 'CrashLoopBackOff' } }, false, 3, {
          lastState: { terminated: { exitCode: 1, finishedAt: '2001-01-01T00:00:00Z' } },
        }),
      ],
    },
  ),
  pod('pull', {}, { phase: 'Pending', containerStatuses: [is({ waiting: { reason: 'ErrImagePull', message: 'x' } })] }),
  pod(
    'done',
    { restartPolicy: 'Never' },
    { phase: 'Succeeded', containerStatuses: [is({ terminated: { exitCode: 0, reason: 'Completed' } })] },
  ),
  pod('bad', { restartPolicy: 'Never' }, { phase: 'Failed', containerStatuses: [is({ terminated: { exitCode: 3 } })] }),
  pod('evicted', {}, { phase: 'Failed', reason: 'Evicted' }),
  pod(
    'init',
    {
      initContainers: [
        { name: 'i', image: 'x' },
        { name: 'j', image: 'x' },
      ],
    },
    {
      phase: 'Pending',
      initContainerStatuses: [
        { ...is({ terminated: { exitCode: 0 } }), name: 'i' },
        { ...is(running), name: 'j' },
      ],
      containerStatuses: [is({ waiting: { reason: 'PodInitializing' } })],
    },
  ),
  pod(
    'init-bad',
    { initContainers: [{ name: 'i', image: 'x' }] },
    {
      phase: 'Pending',
      initContainerStatuses: [{ ...is({ terminated: { exitCode: 5, reason: 'Error' } }), name: 'i' }],
    },
  ),
  pod(
    'two',
    { containers: [container, { name: 'd', image: 'x' }], readinessGates: [{ conditionType: 'x.example/y' }] },
    { phase: 'Running', containerStatuses: [is(running, true), { ...is(running), name: 'd' }] },
  ),
  pod(
    'sidecar',
    { initContainers: [{ name: 's', image: 'x', restartPolicy: 'Always' }] },
    {
      phase: 'Running',
      initContainerStatuses: [{ ...is(running, true), name: 's', started: true }],
      containerStatuses: [is(running, true)],
    },
  ),
  {
    name: 'config',
    at: `${core}/configmaps`,
    body: { metadata: { name: 'c' }, data: { a: '1', b: '2' }, binaryData: { c: 'AA==' } },
  },
  { name: 'secret', at: `${core}/secrets`, body: { metadata: { name: 's' }, type: 'a/b', data: { a: 'AA==' } } },
  {
    name: 'service',
    at: `${core}/services`,
    body: {
      metadata: { name: 'one' },
      spec: {
        clusterIP: 'None',
        selector: { b: 'c', a: 'b' },
        ports: [
          { name: 'x', port: 1 },
          { name: 'y', port: 2, protocol: 'UDP' },
        ],
      },
    },
  },
  {
    name: 'service outside',
    at: `${core}/services`,
    body: { metadata: { name: 'two' }, spec: { type: 'ExternalName', externalName: 'x.example' } },
  },
  {
    name: 'endpoints',
    at: `${core}/endpoints`,
    body: {
      metadata: { name: 'e' },
      subsets: [
        { addresses: ['10.1.1.1', '10.1.1.2', '10.1.1.3', '10.1.1.4'].map((ip) => ({ ip })), ports: [{ port: 80 }] },
      ],
    },
  },
  {
    name: 'slice',
    at: '/apis/discovery.k8s.io/v1/namespaces/NS/endpointslices',
    body: {
      metadata: { name: 's' },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.1.1'] }, { addresses: ['10.1.1.2'] }],
      ports: [{ port: 80 }, { port: 81, name: 'b' }],
    },
  },
  {
    name: 'ingress',
    at: '/apis/networking.k8s.io/v1/namespaces/NS/ingresses',
    body: {
      metadata: { name: 'i' },
      spec: {
        ingressClassName: 'c',
        tls: [{ hosts: ['a.example'] }],
        rules: ['a', 'b', 'c', 'd'].map((host) => ({
          host: `${host}.example`,
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'x', port: { number: 1 } } } }],
          },
        })),
      },
    },
    status: { loadBalancer: { ingress: [{ ip: '10.9.9.9' }] } },
  },
  {
    name: 'policy',
    at: '/apis/networking.k8s.io/v1/namespaces/NS/networkpolicies',
    body: {
      metadata: { name: 'p' },
      spec: {
        podSelector: { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'In', values: ['e', 'd'] }] },
      },
    },
  },
  {
    name: 'lease',
    at: '/apis/coordination.k8s.io/v1/namespaces/NS/leases',
    body: { metadata: { name: 'l' }, spec: { holderIdentity: 'me' } },
  },
  {
    name: 'role',
    at: '/apis/rbac.authorization.k8s.io/v1/namespaces/NS/rolebindings',
    body: {
      metadata: { name: 'r' },
      roleRef: { kind: 'Role', name: 'x', apiGroup: 'rbac.authorization.k8s.io' },
      subjects: [
        { kind: 'User', name: 'a' },
        { kind: 'User', name: 'b' },
        { kind: 'Group', name: 'g' },
        { kind: 'ServiceAccount', name: 's', namespace: 'n' },
      ],
    },
  },
  {
    name: 'event',
    at: `${core}/events`,
    body: {
      metadata: { name: 'e' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'NS', fieldPath: 'spec.containers{c}' },
      reason: 'Why',
      message: ' what \n',
      type: 'Warning',
      count: 4,
      source: { component: 'kubelet', host: 'n1' },
      firstTimestamp: '2001-01-01T00:00:00Z',
      lastTimestamp: '2011-01-01T00:00:00Z',
    },
  },
  {
    name: 'revision',
    at: '/apis/apps/v1/namespaces/NS/controllerrevisions',
    body: { metadata: { name: 'r' }, revision: 7, data: {} },
  },
  {
    name: 'template',
    at: `${core}/podtemplates`,
    body: {
      metadata: { name: 't' },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container, { name: 'd', image: 'e' }] } },
    },
  },
  {
    name: 'autoscaler',
    at: '/apis/autoscaling/v2/namespaces/NS/horizontalpodautoscalers',
    body: {
      metadata: { name: 'h' },
      spec: {
        maxReplicas: 3,
        scaleTargetRef: { apiVersion: 'x/v1', kind: 'Foo', name: 'x' },
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
        ],
      },
    },
  },
];

recorded('objects as rows', 'tables.txt', [
  ...shown.flatMap(({ name, at, body, status }) => {
    const path = `${at}/${(body as { metadata: { name: string } }).metadata.name}`;
    return [
      { name: `${name}: made`, method: 'POST' as const, path: at, body },
      ...(status
        ? [{ name: `${name}: lives`, path: `${path}/status`, patch: 'merge' as const, body: { status } }]
        : []),
      { name: `${name}: row`, path, ...row },
    ];
  }),
  { name: 'event of the other group: row', path: '/apis/events.k8s.io/v1/namespaces/NS/events/e', ...row },
]);
