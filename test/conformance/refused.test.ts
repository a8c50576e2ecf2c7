/** Bodies of other kinds that no server takes, and some that look it: the code and the words of each. */
import { type Case, recorded } from './recorded.ts';
import { jobSpec, spec, tried, whole } from './tried.ts';

const secret = (name: string, type: string, stringData: object = {}, annotations: object = {}): Case =>
  tried('Secret', name, { metadata: { name: 'one', annotations }, type, stringData });
const service = (name: string, more: object, port: object = {}): Case =>
  tried('Service', name, { spec: { selector: { a: 'b' }, ports: [{ port: 80, ...port }], ...more } });
/** Ports of nodes are looked at only where they would be taken. */
const kept = (name: string, more: object, port: object): Case => ({ ...service(name, more, port), query: {} });
const policy = (name: string, more: object): Case =>
  tried('NetworkPolicy', name, { spec: { podSelector: {}, ...more } });
const peers = (name: string, ...from: object[]): Case => policy(name, { ingress: [{ from }] });
const scaler = (name: string, more: object): Case =>
  tried('HorizontalPodAutoscaler', name, {
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }, maxReplicas: 3, ...more },
  });
const metric = (name: string, ...metrics: object[]): Case => scaler(name, { metrics });
const behaves = (name: string, behavior: object): Case => scaler(name, { behavior });
const set = (name: string, template: object, volumes: object[] = []): Case =>
  tried('StatefulSet', name, {
    spec: {
      serviceName: 's',
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: spec({ volumes }) },
      volumeClaimTemplates: [template],
    },
  });
const gibibyte = { requests: { storage: '1Gi' } };
const cron = (name: string, more: object): Case =>
  tried('CronJob', name, { spec: { schedule: '* * * * *', jobTemplate: { spec: jobSpec() }, ...more } });
const limits = (name: string, ...of: object[]): Case => tried('LimitRange', name, { spec: { limits: of } });

recorded('bodies that are refused', 'refused.txt', [
  // Secrets.
  secret('a certificate without keys', 'kubernetes.io/tls'),
  secret('a certificate without its key', 'kubernetes.io/tls', { 'tls.crt': 'x' }),
  secret('a user of nothing', 'kubernetes.io/basic-auth'),
  secret('a user', 'kubernetes.io/basic-auth', { username: 'a' }),
  secret('a key of nothing', 'kubernetes.io/ssh-auth'),
  secret('an empty key', 'kubernetes.io/ssh-auth', { 'ssh-privatekey': '' }),
  secret('no registries', 'kubernetes.io/dockerconfigjson'),
  secret('registries that are no data', 'kubernetes.io/dockerconfigjson', { '.dockerconfigjson': 'x' }),
  secret('registries that end early', 'kubernetes.io/dockerconfigjson', { '.dockerconfigjson': '{' }),
  secret('registries', 'kubernetes.io/dockerconfigjson', { '.dockerconfigjson': '{}' }),
  secret('no old registries', 'kubernetes.io/dockercfg'),
  secret('old registries that are no data', 'kubernetes.io/dockercfg', { '.dockercfg': 'x' }),
  secret('an account of nothing', 'kubernetes.io/service-account-token'),
  secret(
    'an account that is not there',
    'kubernetes.io/service-account-token',
    {},
    {
      'kubernetes.io/service-account.name': 'nope',
    },
  ),
  secret('a starting token', 'bootstrap.kubernetes.io/token'),
  // Services.
  service('a low port of nodes', { type: 'NodePort' }, { nodePort: 80 }),
  service('a high port of nodes', { type: 'NodePort' }, { nodePort: 70_000 }),
  service('an address of elsewhere', { clusterIP: '1.2.3.4' }),
  service('an address that is none', { clusterIP: 'x' }),
  service('two families where one is', { ipFamilyPolicy: 'RequireDualStack' }),
  service('a family that is not there', { ipFamilies: ['IPv6'] }),
  service('families of no kind', { ipFamilies: ['Frob'] }),
  service('a policy of families of no kind', { ipFamilyPolicy: 'Frob' }),
  service('a family twice', { ipFamilies: ['IPv4', 'IPv4'], ipFamilyPolicy: 'PreferDualStack' }),
  service('ranges that are none', { type: 'LoadBalancer', loadBalancerSourceRanges: ['x', '1.2.3.4'] }),
  service('ranges of no balancer', { loadBalancerSourceRanges: ['10.0.0.0/8'] }),
  service('a name without ports of the cluster', {
    type: 'ExternalName',
    externalName: 'a.b',
    clusterIP: '10.96.0.77',
  }),
  service('a check that is not of its kind', { healthCheckNodePort: 30_001 }),
  service('a distribution of no kind', { trafficDistribution: 'Frob' }),
  service('an address outside that loops', { externalIPs: ['127.0.0.1'] }),
  kept('a low port of nodes, kept', { type: 'NodePort' }, { nodePort: 80 }),
  kept('a high port of nodes, kept', { type: 'LoadBalancer' }, { nodePort: 70_000 }),
  // Network policies.
  peers('a block that is none', { ipBlock: { cidr: 'x' } }),
  peers('no block', { ipBlock: { cidr: '' } }),
  peers('an exception that is none', { ipBlock: { cidr: '10.0.0.0/8', except: ['x'] } }),
  peers('an exception outside', { ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16', '10.0.0.0/8'] } }),
  peers('a block and pods', { ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }),
  peers('nobody', {}),
  policy('an odd port', { ingress: [{ ports: [{ port: 0 }, { port: 'a_b' }, { protocol: 'X' }] }] }),
  policy('an end without a start', {
    egress: [{ ports: [{ endPort: 5 }, { port: 9, endPort: 5 }, { port: 'a', endPort: 5 }] }],
  }),
  policy('types of no kind', { policyTypes: ['Frob'] }),
  policy('too many types', { policyTypes: ['Ingress', 'Egress', 'Ingress'] }),
  // Roles.
  tried('ClusterRole', 'resources and addresses', {
    rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], nonResourceURLs: ['/x'] }],
  }),
  tried('ClusterRole', 'addresses and names', {
    rules: [{ verbs: ['get'], resourceNames: ['a'], nonResourceURLs: ['/x'] }],
  }),
  tried('ClusterRole', 'odd addresses', { rules: [{ verbs: ['get'], nonResourceURLs: ['x', '/a*b', '*'] }] }),
  tried('ClusterRole', 'an odd selector', {
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'a b': 'c' } }] },
  }),
  tried('ClusterRole', 'selectors of nothing', { aggregationRule: {} }),
  // Budgets.
  tried('PodDisruptionBudget', 'least and most', { spec: { minAvailable: 1, maxUnavailable: 1 } }),
  // Scalers.
  metric('a metric of no kind', { type: 'Frob' }),
  metric('a metric of nothing', { type: '' }),
  metric('a metric without its source', { type: 'Resource' }),
  metric('a metric with a source too many', {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 1 } },
    pods: { metric: { name: 'a' }, target: { type: 'AverageValue', averageValue: '1' } },
  }),
  metric('a resource without a target', {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization' } },
  }),
  metric('a resource without a name', {
    type: 'Resource',
    resource: { name: '', target: { type: 'Utilization', averageUtilization: 0 } },
  }),
  metric('a target of no kind', {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Frob', averageUtilization: 1 } },
  }),
  metric('a target of no type', { type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 1 } } }),
  metric('a target of two', {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 1, averageValue: '1' } },
  }),
  metric('pods without a value', { type: 'Pods', pods: { metric: { name: 'a' }, target: { type: 'Value' } } }),
  metric('pods of a negative value', {
    type: 'Pods',
    pods: { metric: { name: '' }, target: { type: 'AverageValue', averageValue: '-1' } },
  }),
  metric('an object of nothing', { type: 'Object', object: { metric: { name: 'a' }, target: { type: 'Value' } } }),
  metric('an outside of nothing', {
    type: 'External',
    external: { metric: { name: 'a/b' }, target: { type: 'Value' } },
  }),
  metric('a container of nothing', {
    type: 'ContainerResource',
    containerResource: { name: 'cpu', container: '', target: { type: 'Utilization' } },
  }),
  behaves('a window below nothing', { scaleDown: { stabilizationWindowSeconds: -1 } }),
  behaves('a window too long', { scaleUp: { stabilizationWindowSeconds: 3601 } }),
  behaves('no policies', { scaleUp: { policies: [] } }),
  behaves('a choice of no kind', { scaleUp: { selectPolicy: 'Frob' } }),
  behaves('policies of nothing', {
    scaleDown: {
      policies: [
        { type: 'Frob', value: 0, periodSeconds: 0 },
        { type: '', value: 1, periodSeconds: 1801 },
      ],
    },
  }),
  behaves('a tolerance', { scaleDown: { tolerance: '-1' } }),
  whole(behaves('one way alone', { scaleDown: { stabilizationWindowSeconds: 7 } })),
  whole(behaves('neither way', {})),
  scaler('nobody at least', { minReplicas: 0 }),
  scaler('nobody at least, by what is outside', {
    minReplicas: 0,
    metrics: [{ type: 'External', external: { metric: { name: 'a' }, target: { type: 'Value', value: '1' } } }],
  }),
  scaler('less than nobody', { minReplicas: -1 }),
  // Sets.
  set('an odd claim', { metadata: { name: 'A_' }, spec: { accessModes: ['ReadWriteOnce'], resources: gibibyte } }),
  set(
    'a claim beside a volume',
    { metadata: { name: 'd' }, spec: { accessModes: ['ReadWriteOnce'], resources: gibibyte } },
    [
      { name: 'd', emptyDir: {} },
      { name: 'A_', emptyDir: {} },
    ],
  ),
  set('a claim without modes', { metadata: { name: 'd' }, spec: { resources: gibibyte } }),
  set('a claim without a size', { metadata: { name: 'd' }, spec: { accessModes: ['ReadWriteOnce'] } }),
  set('a claim of an odd mode', { metadata: { name: 'd' }, spec: { accessModes: ['Frob'], resources: gibibyte } }),
  set('a claim without a name', { spec: { accessModes: ['ReadWriteOnce'], resources: gibibyte } }),
  // Cron jobs.
  cron('a zone in small letters', { timeZone: 'europe/berlin' }),
  cron('a zone', { timeZone: 'Europe/Berlin' }),
  cron('a zone of the machine', { timeZone: 'Local' }),
  cron('an offset', { timeZone: '+01:00' }),
  cron('a short zone', { timeZone: 'EST' }),
  // Limits.
  limits('a ratio above what can be', {
    type: 'Container',
    min: { cpu: '1' },
    max: { cpu: '2' },
    maxLimitRequestRatio: { cpu: '3' },
  }),
  limits('a ratio as it can be', {
    type: 'Container',
    min: { cpu: '1' },
    max: { cpu: '2' },
    maxLimitRequestRatio: { cpu: '2' },
  }),
  limits('a ratio of defaults', {
    type: 'Container',
    default: { memory: '1Gi' },
    defaultRequest: { memory: '512Mi' },
    max: { memory: '1Gi' },
    min: { memory: '500Mi' },
    maxLimitRequestRatio: { memory: '2500m' },
  }),
]);
