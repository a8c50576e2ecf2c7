/** Pod Security: what namespaces with each level refuse, and what they warn of. */
import { type Case, recorded } from './recorded.ts';

const PREFIX = 'pod-security.kubernetes.io/';
const at = (ns: string): string => `/api/v1/namespaces/NS-${ns}`;

/** The levels of each namespace. */
const SPACES: Record<string, Record<string, string>> = {
  b: { enforce: 'baseline' },
  r: { enforce: 'restricted' },
  b0: { enforce: 'baseline', 'enforce-version': 'v1.0' },
  b28: { enforce: 'baseline', 'enforce-version': 'v1.28' },
  r18: { enforce: 'restricted', 'enforce-version': 'v1.18' },
  r24: { enforce: 'restricted', 'enforce-version': 'v1.24' },
  far: { enforce: 'restricted', 'enforce-version': 'v1.99' },
  warns: { warn: 'restricted', 'warn-version': 'v1.30', audit: 'baseline' },
  both: { enforce: 'baseline', warn: 'restricted' },
  quiet: { enforce: 'baseline', warn: 'privileged' },
};
const labels = (levels: Record<string, string | null>): object => ({
  metadata: { labels: Object.fromEntries(Object.entries(levels).map(([key, value]) => [`${PREFIX}${key}`, value])) },
});

const spaces: Case[] = Object.entries(SPACES).flatMap(([name, levels]): Case[] => [
  {
    name: `a namespace: ${name}`,
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { metadata: { name: `NS-${name}`, ...(labels(levels) as { metadata: object }).metadata } },
    brief: true,
  },
  {
    name: `the account of ${name}`,
    path: `${at(name)}/serviceaccounts/default`,
    until: '"name":"default"',
    settles: true,
  },
]);

interface Shape {
  pod?: object;
  container?: object;
  metadata?: object;
}

/** A pod that is tried in a namespace without being kept; its own container comes first where it has others. */
const pod = (name: string, ns: string, { pod = {}, container = {}, metadata = {} }: Shape = {}): Case => ({
  name: `${ns}: ${name}`,
  method: 'POST',
  path: `${at(ns)}/pods`,
  query: { dryRun: 'All' },
  body: {
    metadata: { name: 'one', ...metadata },
    spec: { containers: [{ name: 'c', image: 'x', ...container }], ...pod },
  },
  brief: true,
  warned: true,
});
const secured = (name: string, ns: string, securityContext: object): Case =>
  pod(name, ns, { container: { securityContext } });

/** What the restricted level asks of a pod and of a container. */
const TAME = {
  pod: { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } },
  context: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
};
const tame = (name: string, ns: string, context: object = {}, more: object = {}, podContext: object = {}): Case =>
  pod(name, ns, {
    pod: { ...more, securityContext: { ...TAME.pod.securityContext, ...podContext } },
    container: { securityContext: { ...TAME.context, ...context } },
  });
const others = (context: object): object => ({
  initContainers: [{ name: 'i', image: 'x', securityContext: context }],
  containers: [
    { name: 'c', image: 'x', securityContext: context },
    { name: 'd', image: 'x' },
  ],
});

const handlers = (host: string): object => ({ httpGet: { port: 80, host } });
const APPARMOR = 'container.apparmor.security.beta.kubernetes.io';
const SECCOMP = 'seccomp.security.alpha.kubernetes.io';
const sysctls = (...names: string[]): object => ({
  securityContext: { sysctls: names.map((name) => ({ name, value: '1' })) },
});
const KEPT = ['net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_rmem'];

/** What the baseline forbids, in a namespace. */
const baseline = (ns: string): Case[] => [
  pod('nothing special', ns),
  pod('an AppArmor profile of its own', ns, { pod: { securityContext: { appArmorProfile: { type: 'Unconfined' } } } }),
  secured('an AppArmor profile of a container', ns, { appArmorProfile: { type: 'Unconfined' } }),
  pod('AppArmor profiles everywhere', ns, {
    pod: {
      securityContext: { appArmorProfile: { type: 'Unconfined' } },
      ...others({ appArmorProfile: { type: 'Unconfined' } }),
    },
  }),
  pod('an AppArmor profile in an annotation', ns, {
    metadata: { annotations: { [`${APPARMOR}/c`]: 'unconfined' } },
  }),
  pod('an AppArmor profile in an annotation that may be', ns, {
    metadata: { annotations: { [`${APPARMOR}/c`]: 'localhost/mine' } },
  }),
  secured('capabilities', ns, { capabilities: { add: ['NET_RAW', 'CHOWN', 'SYS_ADMIN'] } }),
  pod('capabilities of two', ns, { pod: others({ capabilities: { add: ['NET_RAW'] } }) }),
  secured('capabilities that may be', ns, { capabilities: { add: ['CHOWN', 'SYS_CHROOT'] } }),
  pod('the network of the node', ns, { pod: { hostNetwork: true } }),
  pod('all namespaces of the node', ns, { pod: { hostNetwork: true, hostPID: true, hostIPC: true } }),
  pod('a path of the node', ns, { pod: { volumes: [{ name: 'v', hostPath: { path: '/x' } }] } }),
  pod('paths of the node', ns, {
    pod: { volumes: ['v', 'w'].map((name) => ({ name, hostPath: { path: '/x' } })) },
  }),
  pod('a port of the node', ns, { container: { ports: [{ containerPort: 80, hostPort: 8080 }] } }),
  pod('ports of the node', ns, {
    pod: {
      containers: [
        { name: 'c', image: 'x', ports: [80, 90].map((port) => ({ containerPort: port, hostPort: port * 100 })) },
        { name: 'd', image: 'x', ports: [{ containerPort: 1, hostPort: 1000 }] },
      ],
    },
  }),
  pod('a probe of elsewhere', ns, { container: { livenessProbe: handlers('10.0.0.1') } }),
  pod('hooks and probes of elsewhere', ns, {
    container: {
      readinessProbe: { tcpSocket: { port: 80, host: 'b.example' } },
      startupProbe: handlers('a.example'),
      lifecycle: { preStop: handlers('c.example'), postStart: handlers('a.example') },
    },
  }),
  secured('privileges', ns, { privileged: true }),
  pod('privileges of two', ns, { pod: others({ privileged: true }) }),
  pod('a whole /proc', ns, { pod: { hostUsers: false }, container: { securityContext: { procMount: 'Unmasked' } } }),
  secured('a type of SELinux', ns, { seLinuxOptions: { type: 'spc_t' } }),
  secured('a type of SELinux that came later', ns, { seLinuxOptions: { type: 'container_engine_t' } }),
  secured('a level of SELinux', ns, { seLinuxOptions: { level: 's0' } }),
  pod('all of SELinux', ns, {
    pod: {
      securityContext: { seLinuxOptions: { user: 'u', type: 'b_t' } },
      ...others({ seLinuxOptions: { role: 'r', type: 'a_t' } }),
    },
  }),
  secured('an open seccomp', ns, { seccompProfile: { type: 'Unconfined' } }),
  pod('open seccomps', ns, {
    pod: {
      securityContext: { seccompProfile: { type: 'Unconfined' } },
      ...others({ seccompProfile: { type: 'Unconfined' } }),
    },
  }),
  pod('an open seccomp in annotations', ns, {
    metadata: { annotations: { [`${SECCOMP}/pod`]: 'unconfined', [`container.${SECCOMP}/c`]: 'unconfined' } },
  }),
  pod('a sysctl', ns, { pod: sysctls('kernel.msgmax') }),
  pod('sysctls', ns, { pod: sysctls('kernel.shm_rmid_forced', 'kernel.msgmax', 'net.ipv4.x') }),
  pod('sysctls that came later', ns, { pod: sysctls(...KEPT) }),
  pod('a process of the host', ns, {
    pod: { hostNetwork: true, securityContext: { windowsOptions: { hostProcess: true } } },
  }),
  pod('processes of the host', ns, {
    pod: {
      hostNetwork: true,
      containers: ['c', 'd'].map((name) => ({
        name,
        image: 'x',
        securityContext: { windowsOptions: { hostProcess: true } },
      })),
    },
  }),
  pod('many things', ns, {
    pod: { hostNetwork: true, volumes: [{ name: 'v', hostPath: { path: '/x' } }] },
    container: { securityContext: { privileged: true, capabilities: { add: ['SYS_ADMIN'] } } },
  }),
];

/** What the restricted level forbids beside it. */
const restricted = (ns: string): Case[] => [
  pod('nothing special', ns),
  pod('two without anything special', ns, { pod: others({}) }),
  tame('a tame one', ns),
  tame('escalation', ns, { allowPrivilegeEscalation: true }),
  tame('no capabilities dropped', ns, { capabilities: { drop: ['NET_RAW'] } }),
  tame('capabilities', ns, { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE', 'CHOWN', 'AUDIT_WRITE'] } }),
  tame('capabilities, none dropped', ns, { capabilities: { add: ['CHOWN'] } }),
  tame('a path of the node', ns, {}, { volumes: [{ name: 'v', hostPath: { path: '/x' } }] }),
  tame(
    'volumes',
    ns,
    {},
    {
      volumes: [
        { name: 'a', nfs: { server: 's', path: '/x' } },
        { name: 'b', iscsi: { targetPortal: '1.1.1.1', iqn: 'iqn.2001-04.com.example:x', lun: 0 } },
        { name: 'c', emptyDir: {} },
        { name: 'd', nfs: { server: 's', path: '/y' } },
      ],
    },
  ),
  tame('a root that may be', ns, {}, {}, { runAsNonRoot: null }),
  tame('a root of the pod', ns, {}, {}, { runAsNonRoot: false }),
  tame('a root of the container', ns, { runAsNonRoot: false }),
  tame('the user root', ns, { runAsUser: 0 }),
  tame('the user root of the pod', ns, {}, {}, { runAsUser: 0 }),
  tame('no seccomp', ns, {}, {}, { seccompProfile: null }),
  tame('an open seccomp', ns, { seccompProfile: { type: 'Unconfined' } }),
  tame('an open seccomp of the pod', ns, {}, {}, { seccompProfile: { type: 'Unconfined' } }),
  pod('nothing special for Windows', ns, { pod: { os: { name: 'windows' } } }),
  tame('sysctls that came later', ns, {}, {}, { sysctls: KEPT.map((name) => ({ name, value: '1' })) }),
];

const workload = (name: string, ns: string, path: string, spec: object): Case => ({
  name: `${ns}: ${name}`,
  method: 'POST',
  path: `${path.replace('NS', `NS-${ns}`)}`,
  query: { dryRun: 'All' },
  body: { metadata: { name: 'one' }, ...spec },
  brief: true,
  warned: true,
});
const template = (restartPolicy = 'Always') => ({
  metadata: { labels: { a: 'b' } },
  spec: { restartPolicy, hostNetwork: true, containers: [{ name: 'c', image: 'x' }] },
});
const selected = { selector: { matchLabels: { a: 'b' } }, template: template() };
const job = { template: template('Never') };
const workloads = (ns: string): Case[] => [
  workload('a Deployment', ns, '/apis/apps/v1/namespaces/NS/deployments', { spec: selected }),
  workload('a StatefulSet', ns, '/apis/apps/v1/namespaces/NS/statefulsets', {
    spec: { ...selected, serviceName: 's' },
  }),
  workload('a DaemonSet', ns, '/apis/apps/v1/namespaces/NS/daemonsets', { spec: selected }),
  workload('a ReplicaSet', ns, '/apis/apps/v1/namespaces/NS/replicasets', { spec: selected }),
  workload('a Job', ns, '/apis/batch/v1/namespaces/NS/jobs', { spec: job }),
  workload('a CronJob', ns, '/apis/batch/v1/namespaces/NS/cronjobs', {
    spec: { schedule: '* * * * *', jobTemplate: { spec: job } },
  }),
  workload('a ReplicationController', ns, '/api/v1/namespaces/NS/replicationcontrollers', {
    spec: { selector: { a: 'b' }, template: template() },
  }),
  workload('a PodTemplate', ns, '/api/v1/namespaces/NS/podtemplates', { template: template() }),
];

const named = (name: string, levels: Record<string, string | null>): Case => ({
  name: `namespace: ${name}`,
  method: 'POST',
  path: '/api/v1/namespaces',
  query: { dryRun: 'All' },
  body: { metadata: { name: 'NS-new', ...(labels(levels) as { metadata: object }).metadata } },
});
const relabelled = (name: string, levels: Record<string, string | null>, dryRun = false): Case => ({
  name: `namespace: ${name}`,
  path: at('plain'),
  patch: 'merge',
  ...(dryRun ? { query: { dryRun: 'All' } } : {}),
  body: labels(levels),
  brief: true,
  warned: true,
});
const kept = (name: string, spec: object, more: Partial<Case> = {}): Case => ({
  name: `kept: ${name}`,
  method: 'POST',
  path: `${at('plain')}/pods`,
  body: { metadata: { name }, spec: { schedulerName: 'nobody', containers: [{ name: 'c', image: 'x' }], ...spec } },
  brief: true,
  warned: true,
  ...more,
});
/** A change of a pod that its namespace would not have any more. */
const touched = (name: string, body: object, more: Partial<Case> = {}): Case => ({
  name: `touched: ${name}`,
  path: `${at('plain')}/pods/net`,
  patch: 'strategic',
  body,
  brief: true,
  warned: true,
  ...more,
});

recorded(
  'Pod Security',
  'security.txt',
  [
    ...spaces,
    ...baseline('b'),
    ...baseline('b0'),
    ...baseline('b28'),
    ...restricted('r'),
    ...restricted('r18'),
    ...restricted('r24'),
    pod('nothing special', 'far'),
    { ...pod('whole', 'b', { pod: { hostPID: true } }), brief: false },
    { ...pod('a made name', 'both', { metadata: { name: 'given', generateName: 'made-' } }) },
    pod('nothing special', 'warns'),
    pod('nothing special', 'both'),
    pod('the network of the node', 'both', { pod: { hostNetwork: true } }),
    pod('nothing special', 'quiet'),
    ...workloads('b'),
    ...workloads('warns'),
    ...workloads('quiet'),
    // Labels of namespaces.
    named('no such level', { enforce: 'frob' }),
    named('no such levels and versions', {
      enforce: '',
      'enforce-version': '1.30',
      audit: 'Baseline',
      'audit-version': 'v1.01',
      warn: 'x',
      'warn-version': 'newest',
    }),
    {
      name: 'a namespace that asks for nothing',
      method: 'POST',
      path: '/api/v1/namespaces',
      body: { metadata: { name: 'NS-plain' } },
      brief: true,
    },
    {
      name: 'its account',
      path: `${at('plain')}/serviceaccounts/default`,
      until: '"name":"default"',
      settles: true,
    },
    kept('net', { hostNetwork: true }),
    kept('net2', { hostNetwork: true }),
    kept('pid', { hostPID: true }),
    kept('plain', {}),
    kept('plain2', {}),
    kept('plain3', {}),
    // A real server counts what its cache has.
    { name: 'the pods', path: `${at('plain')}/pods/plain3`, until: '"name":"plain3"', settles: true },
    relabelled('a level, tried', { enforce: 'baseline' }, true),
    relabelled('the strictest level, tried', { enforce: 'restricted', 'enforce-version': 'v1.30' }, true),
    relabelled('a change to no such level', { enforce: 'frob' }),
    relabelled('warnings only', { warn: 'restricted' }),
    relabelled('a level', { enforce: 'restricted' }),
    relabelled('the same once more', { enforce: 'restricted' }),
    touched('a label', { metadata: { labels: { a: 'b' } } }),
    touched('an image', { spec: { containers: [{ name: 'c', image: 'y' }] } }),
    touched(
      'somebody who looks into it',
      { spec: { ephemeralContainers: [{ name: 'e', image: 'x', securityContext: { privileged: true } }] } },
      { path: `${at('plain')}/pods/net/ephemeralcontainers` },
    ),
    relabelled('a weaker level', { enforce: 'baseline' }),
    relabelled('another version', { 'enforce-version': 'v1.20' }),
    relabelled('none', { enforce: null, 'enforce-version': null, warn: null }),
  ],
  [...Object.keys(SPACES), 'plain', 'new'].map(at),
);
