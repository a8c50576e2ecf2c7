/** Pods that no server takes, and some that look it: the code and the words of each. */
import { type Case, recorded } from './recorded.ts';
import { fill, spec, tried, whole } from './tried.ts';

const pod = (name: string, more: object): Case => tried('Pod', name, { spec: spec(more) });
/** A pod by its container. */
const contained = (name: string, container: object, more: object = {}): Case =>
  tried('Pod', name, { spec: spec(more, container) });
const secured = (name: string, securityContext: object): Case => contained(name, { securityContext });
const podSecured = (name: string, securityContext: object): Case => pod(name, { securityContext });
const volume = (name: string, ...volumes: object[]): Case => pod(name, { volumes });

const nodes = (name: string, nodeAffinity: object): Case => pod(name, { affinity: { nodeAffinity } });
const nodeTerms = (name: string, ...nodeSelectorTerms: object[]): Case =>
  nodes(name, { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } });
const spread = (name: string, ...constraints: object[]): Case => pod(name, { topologySpreadConstraints: constraints });
const evenly = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} };
const hooked = (name: string, lifecycle: object): Case => contained(name, { lifecycle });
const env = (name: string, ...variables: object[]): Case => contained(name, { env: variables });
const resources = (name: string, of: object): Case => contained(name, { resources: of });
const dns = (name: string, dnsPolicy: string, dnsConfig?: object): Case =>
  pod(name, { dnsPolicy, ...(dnsConfig ? { dnsConfig } : {}) });
const mounted = (name: string, mount: object): Case =>
  contained(
    name,
    { volumeMounts: [{ name: 'v', mountPath: '/v', ...mount }] },
    { volumes: [{ name: 'v', emptyDir: {} }] },
  );

recorded('pods that are refused', 'refusedpods.txt', [
  // Pods: volumes.
  volume('a volume without a type', { name: 'v' }),
  whole(pod('a volume without a type, whole', { volumes: [{ name: 'v' }], automountServiceAccountToken: false })),
  volume('a volume of two types', { name: 'v', emptyDir: {}, hostPath: { path: '/x' } }),
  volume('a volume of three types', { name: 'v', emptyDir: {}, configMap: { name: 'a' }, secret: { secretName: 's' } }),
  volume('a claim without a name', { name: 'v', persistentVolumeClaim: { claimName: '' } }),
  volume('a config map without a name', { name: 'v', configMap: {} }),
  volume('a secret without a name', { name: 'v', secret: {} }),
  volume('a key to outside', { name: 'v', configMap: { name: 'a', items: [{ key: 'k', path: '../x' }] } }),
  volume('a key to the root', { name: 'v', configMap: { name: 'a', items: [{ key: 'k', path: '/x' }] } }),
  volume('an item of nothing', { name: 'v', secret: { secretName: 's', items: [{ key: '', path: '' }] } }),
  volume('a mode above all', { name: 'v', configMap: { name: 'a', defaultMode: 512 } }),
  volume('a projection of nothing', { name: 'v', projected: { sources: [{}] } }),
  volume('an empty directory below nothing', { name: 'v', emptyDir: { sizeLimit: '-1' } }),
  volume('a network share', { name: 'v', nfs: { server: '', path: 'x' } }),
  mounted('a sub-path to outside', { subPath: '../x' }),
  mounted('a sub-path from the root', { subPath: '/x' }),
  mounted('a sub-path of two kinds', { subPath: 'a', subPathExpr: 'b' }),
  mounted('a sub-path of an expression to outside', { subPathExpr: '../x' }),
  mounted('a propagation of no kind', { mountPropagation: 'Frob' }),
  mounted('a propagation without the right', { mountPropagation: 'Bidirectional' }),
  mounted('a mount that is read only all the way down', { recursiveReadOnly: 'Enabled' }),
  // Pods: containers.
  pod('an init container that is asked whether it is ready', {
    initContainers: [{ name: 'i', image: 'x', readinessProbe: { tcpSocket: { port: 1 } } }],
  }),
  pod('an init container that is asked all', {
    initContainers: [
      {
        name: 'i',
        image: 'x',
        readinessProbe: { tcpSocket: { port: 1 } },
        livenessProbe: { tcpSocket: { port: 1 } },
        startupProbe: { tcpSocket: { port: 1 } },
        lifecycle: { preStop: { exec: { command: ['a'] } } },
      },
    ],
  }),
  pod('an init container that stays', {
    initContainers: [{ name: 'i', image: 'x', restartPolicy: 'Always', readinessProbe: { tcpSocket: { port: 1 } } }],
  }),
  pod('an init container with a policy of no kind', {
    initContainers: [{ name: 'i', image: 'x', restartPolicy: 'Frob' }],
  }),
  contained('a container with a policy', { restartPolicy: 'Frob' }),
  contained('a policy of messages of no kind', { terminationMessagePolicy: 'Frob' }),
  hooked('a negative sleep before the end', { preStop: { sleep: { seconds: -1 } } }),
  hooked('a sleep beyond the grace', { preStop: { sleep: { seconds: 31 } } }),
  hooked('a sleep of nothing', { preStop: { sleep: { seconds: 0 } } }),
  hooked('a negative sleep after the start', { postStart: { sleep: { seconds: -1 } } }),
  hooked('a hook of nothing', { preStop: {} }),
  hooked('a hook of two kinds', { preStop: { exec: { command: ['a'] }, sleep: { seconds: 1 } } }),
  hooked('a hook without a command', { postStart: { exec: {} } }),
  hooked('a hook to no port', { postStart: { httpGet: { port: 0, path: '' } } }),
  hooked('a signal without a system', { stopSignal: 'SIGTERM' }),
  env('a key of two words', { name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'a b' } } }),
  env('a key of a map of two words', { name: 'A', valueFrom: { configMapKeyRef: { name: 's', key: 'a b' } } }),
  env('a resource of no kind', { name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.frob' } } }),
  env('a resource of no name', { name: 'A', valueFrom: { resourceFieldRef: { resource: '' } } }),
  contained('variables from nothing', { envFrom: [{}] }),
  contained('variables from two', { envFrom: [{ configMapRef: { name: 'a' }, secretRef: { name: 'b' } }] }),
  contained('variables from no name', { envFrom: [{ configMapRef: {} }, { secretRef: { name: 'A_' } }] }),
  contained('variables with an odd prefix', { envFrom: [{ prefix: 'a=b', configMapRef: { name: 'a' } }] }),
  resources('half a page', { limits: { 'hugepages-2Mi': '1Mi', cpu: '1' } }),
  resources('a page alone', { limits: { 'hugepages-2Mi': '2Mi' } }),
  resources('pages that are asked for', {
    requests: { 'hugepages-2Mi': '2Mi', cpu: '1' },
    limits: { 'hugepages-2Mi': '4Mi' },
  }),
  resources('pages and half', { requests: { 'hugepages-2Mi': '3Mi', cpu: '1' }, limits: { 'hugepages-2Mi': '3Mi' } }),
  // Pods: what they may.
  secured('all without more', { privileged: true, allowPrivilegeEscalation: false }),
  secured('a power without more', { allowPrivilegeEscalation: false, capabilities: { add: ['CAP_SYS_ADMIN'] } }),
  secured('a short power without more', { allowPrivilegeEscalation: false, capabilities: { add: ['SYS_ADMIN'] } }),
  secured('a user below nothing', { runAsUser: -1 }),
  secured('a group below nothing', { runAsGroup: -1 }),
  secured('a profile without a name', { seccompProfile: { type: 'Localhost' } }),
  secured('a profile with a name too many', { seccompProfile: { type: 'RuntimeDefault', localhostProfile: 'x' } }),
  secured('a profile of no kind', { seccompProfile: { type: 'Frob' } }),
  secured('a profile to outside', { seccompProfile: { type: 'Localhost', localhostProfile: '../x' } }),
  secured('an armour without a name', { appArmorProfile: { type: 'Localhost' } }),
  secured('a mount of processes', { procMount: 'Frob' }),
  podSecured('a pod user below nothing', { runAsUser: -1, runAsGroup: -2, fsGroup: -3, supplementalGroups: [-4] }),
  podSecured('an odd control', { sysctls: [{ name: 'a b', value: '1' }] }),
  podSecured('a control twice', {
    sysctls: [
      { name: 'kernel.shm_rmid_forced', value: '1' },
      { name: 'kernel.shm_rmid_forced', value: '0' },
    ],
  }),
  podSecured('a control of no name', { sysctls: [{ name: '', value: '1' }] }),
  podSecured('a change of no kind', { fsGroupChangePolicy: 'Frob' }),
  podSecured('groups of no kind', { supplementalGroupsPolicy: 'Frob' }),
  podSecured('a pod profile without a name', { seccompProfile: { type: 'Localhost' } }),
  podSecured('a pod profile of no type', { seccompProfile: { type: '' } }),
  pod('processes that are shared twice', { hostPID: true, shareProcessNamespace: true }),
  contained('a port of the host elsewhere', { ports: [{ containerPort: 80, hostPort: 81 }] }, { hostNetwork: true }),
  contained('a port of the host twice', {
    ports: [
      { containerPort: 80, hostPort: 38081 },
      { containerPort: 81, hostPort: 38081 },
    ],
  }),
  contained('a port of the host by two protocols', {
    ports: [
      { containerPort: 80, hostPort: 38081 },
      { containerPort: 80, hostPort: 38081, protocol: 'UDP' },
      { containerPort: 81, hostPort: 38081, hostIP: '10.0.0.1' },
    ],
  }),
  pod('a port of the host in two containers', {
    containers: ['c', 'd'].map((name) => ({ name, image: 'x', ports: [{ containerPort: 80, hostPort: 38081 }] })),
  }),
  pod('a port of the host in init containers', {
    initContainers: [
      { name: 'i', image: 'x', ports: [{ containerPort: 80, hostPort: 38081 }] },
      {
        name: 'j',
        image: 'x',
        ports: [
          { containerPort: 80, hostPort: 38081 },
          { containerPort: 81, hostPort: 38081 },
        ],
      },
    ],
  }),
  contained(
    'a port twice in the network of the host',
    { ports: [{ containerPort: 80 }, { containerPort: 80 }] },
    { hostNetwork: true },
  ),
  pod('users of its own and all of the host', { hostUsers: false, hostNetwork: true, hostPID: true, hostIPC: true }),
  contained(
    'users of its own and a disk',
    { volumeDevices: [{ name: 'v', devicePath: '/d' }] },
    {
      hostUsers: false,
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }],
    },
  ),
  secured('all processes', { procMount: 'Unmasked' }),
  contained(
    'all processes with users of its own',
    { securityContext: { procMount: 'Unmasked' } },
    { hostUsers: false },
  ),
  pod('controls of what the host shares', {
    hostNetwork: true,
    hostIPC: true,
    securityContext: {
      sysctls: [
        'net.core.somaxconn',
        'kernel.msgmax',
        'kernel.sem',
        'kernel.semx',
        'net/core/x',
        'fs.mqueue.a',
        'A B',
        'kernel.msgmax',
      ].map((name) => ({ name, value: '1' })),
    },
  }),
  secured('windows options of odd words', {
    windowsOptions: { gmsaCredentialSpecName: 'A B', gmsaCredentialSpec: '', runAsUserName: '' },
  }),
  podSecured('windows options with an odd user', { windowsOptions: { runAsUserName: 'a\\b\\c' } }),
  secured('windows options with a user of two lines', { windowsOptions: { runAsUserName: 'a\nb' } }),
  secured('all without more, with labels', {
    privileged: true,
    allowPrivilegeEscalation: false,
    seLinuxOptions: { level: 'x' },
  }),
  // Pods: where they go.
  nodeTerms('no terms'),
  nodeTerms('an empty term', {}),
  nodeTerms('a term of an odd operator', { matchExpressions: [{ key: 'a', operator: 'Frob', values: ['b'] }] }),
  nodeTerms('a term without values', { matchExpressions: [{ key: 'a', operator: 'In' }] }),
  nodeTerms('a term with values too many', { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] }),
  nodeTerms('a term of two bounds', { matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1', '2'] }] }),
  nodeTerms('a term of an odd key', { matchExpressions: [{ key: 'a b', operator: 'In', values: ['c d'] }] }),
  nodeTerms('a term of a field', { matchFields: [{ key: 'metadata.labels', operator: 'In', values: ['a'] }] }),
  nodeTerms('a term of two names', { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a', 'b'] }] }),
  nodeTerms('a term of an odd name', { matchFields: [{ key: 'metadata.name', operator: 'Exists' }] }),
  nodes('a wish of no weight', {
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0, preference: {} }],
  }),
  spread('a skew of nothing', { ...evenly, maxSkew: 0 }),
  spread('a spread over nothing', { ...evenly, topologyKey: '' }),
  spread('a spread over an odd key', { ...evenly, topologyKey: 'a b' }),
  spread('a spread of no kind', { ...evenly, whenUnsatisfiable: 'Frob' }),
  spread('a spread of no answer', { ...evenly, whenUnsatisfiable: '' }),
  spread('a spread twice', evenly, evenly),
  spread('too few places', { ...evenly, minDomains: 0 }),
  spread('places of a wish', { ...evenly, whenUnsatisfiable: 'ScheduleAnyway', minDomains: 2 }),
  spread('policies of no kind', { ...evenly, nodeAffinityPolicy: 'Frob', nodeTaintsPolicy: 'Frob' }),
  spread('keys without a selector', { ...evenly, labelSelector: undefined, matchLabelKeys: ['a'] }),
  spread('keys of the selector', {
    ...evenly,
    labelSelector: { matchLabels: { a: 'b' } },
    matchLabelKeys: ['a', 'b c'],
  }),
  spread('a spread by an odd selector', { ...evenly, labelSelector: { matchLabels: { 'a b': 'c' } } }),
  pod('gates of an odd name', { schedulingGates: [{ name: 'a b' }, { name: '' }] }),
  pod('a gate twice', { schedulingGates: [{ name: 'a' }, { name: 'a' }] }),
  pod('a gate and a node', { schedulingGates: [{ name: 'a' }], nodeName: 'n' }),
  pod('readiness of an odd name', { readinessGates: [{ conditionType: 'a b' }, { conditionType: '' }] }),
  pod('a class that is not there', { runtimeClassName: 'nope' }),
  pod('a priority of its own', { priority: 5 }),
  pod('the priority that it has', { priority: 0 }),
  pod('a preemption of no kind', { preemptionPolicy: 'Frob' }),
  pod('a preemption of its own', { preemptionPolicy: 'Never' }),
  tried('PriorityClass', 'a preemption of no kind', { value: 1, preemptionPolicy: 'Frob' }),
  // Pods: names.
  dns('no names at all', 'None'),
  dns('a configuration of nothing', 'None', {}),
  dns('an odd server', 'Default', { nameservers: ['x'] }),
  dns('too many servers', 'Default', { nameservers: ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4'] }),
  dns('an odd search', 'Default', { searches: ['a b', 'x.', '.', 'a_b'] }),
  dns('too many searches', 'Default', { searches: fill(33, (index) => `s${index}`) }),
  dns('searches too long', 'Default', { searches: fill(32, () => `${'a'.repeat(63)}.${'b'.repeat(20)}`) }),
  dns('an option of no name', 'Default', { options: [{ name: '', value: '1' }, {}] }),
  pod('names of no address', { hostAliases: [{ ip: 'x', hostnames: ['a'] }] }),
  pod('odd names of an address', { hostAliases: [{ ip: '1.2.3.4', hostnames: ['a b', 'A_'] }] }),
  pod('names of an address that is none', { hostAliases: [{ ip: '', hostnames: [] }] }),
  pod('a system of no kind', { os: { name: 'frob' } }),
  pod('a system of no name', { os: { name: '' } }),
  pod('what one system has and another has not', {
    os: { name: 'windows' },
    hostPID: true,
    securityContext: { fsGroup: 1 },
  }),
  pod('all that windows has not', {
    os: { name: 'windows' },
    hostUsers: true,
    hostIPC: true,
    shareProcessNamespace: false,
    initContainers: [{ name: 'i', image: 'x', securityContext: { privileged: false } }],
    containers: [{ name: 'c', image: 'x', securityContext: { readOnlyRootFilesystem: false, runAsUser: 1 } }],
    securityContext: { seLinuxOptions: { user: 'a' }, fsGroup: 1, supplementalGroups: [1] },
  }),
  pod('an odd secret of images', { imagePullSecrets: [{ name: '' }] }),
]);
