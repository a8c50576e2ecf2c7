/** Values the API server fills in, by type, wherever the type occurs: constants as a table, the rest as small rules. */
import { at, clone } from '../json.ts';
import { type Dict, isDict } from '../types.ts';

const CONSTANTS: Record<string, Dict> = {
  'core.v1.Probe': { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  'core.v1.HTTPGetAction': { path: '/', scheme: 'HTTP' },
  'core.v1.GRPCAction': { service: '' },
  'core.v1.ContainerPort': { protocol: 'TCP' },
  'core.v1.EndpointPort': { protocol: 'TCP' },
  'core.v1.ObjectFieldSelector': { apiVersion: 'v1' },
  'core.v1.SecretVolumeSource': { defaultMode: 420 },
  'core.v1.ConfigMapVolumeSource': { defaultMode: 420 },
  'core.v1.ProjectedVolumeSource': { defaultMode: 420 },
  'core.v1.DownwardAPIVolumeSource': { defaultMode: 420 },
  'core.v1.HostPathVolumeSource': { type: '' },
  'core.v1.ServiceAccountTokenProjection': { expirationSeconds: 3600 },
  'core.v1.PersistentVolumeClaimSpec': { volumeMode: 'Filesystem' },
  'core.v1.PersistentVolumeSpec': { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
  'core.v1.PodSpec': {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  },
  'core.v1.Secret': { type: 'Opaque' },
  'admissionregistration.v1.ValidatingAdmissionPolicySpec': { failurePolicy: 'Fail' },
  'admissionregistration.v1.MatchResources': { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} },
  'admissionregistration.v1.NamedRuleWithOperations': { scope: '*' },
  'apps.v1.DeploymentSpec': { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 },
  'apps.v1.DeploymentStrategy': { type: 'RollingUpdate' },
  'apps.v1.RollingUpdateDeployment': { maxUnavailable: '25%', maxSurge: '25%' },
  'apps.v1.ReplicaSetSpec': { replicas: 1 },
  'apps.v1.DaemonSetSpec': { revisionHistoryLimit: 10 },
  'apps.v1.DaemonSetUpdateStrategy': { type: 'RollingUpdate' },
  'apps.v1.RollingUpdateDaemonSet': { maxUnavailable: 1, maxSurge: 0 },
  'apps.v1.StatefulSetSpec': {
    replicas: 1,
    podManagementPolicy: 'OrderedReady',
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: {},
  },
  'apps.v1.StatefulSetUpdateStrategy': { type: 'RollingUpdate' },
  'apps.v1.RollingUpdateStatefulSetStrategy': { partition: 0 },
  'apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy': { whenDeleted: 'Retain', whenScaled: 'Retain' },
  'core.v1.ReplicationControllerSpec': { replicas: 1 },
  'batch.v1.CronJobSpec': {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  },
  'autoscaling.v2.HorizontalPodAutoscalerSpec': { minReplicas: 1 },
  'autoscaling.v1.HorizontalPodAutoscalerSpec': { minReplicas: 1 },
  'networking.v1.IngressClassParametersReference': { scope: 'Cluster' },
  'networking.v1.NetworkPolicyPort': { protocol: 'TCP' },
  'discovery.v1.EndpointPort': { name: '', protocol: 'TCP' },
  'storage.v1.StorageClass': { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  'storage.v1.CSIDriverSpec': {
    attachRequired: true,
    podInfoOnMount: false,
    volumeLifecycleModes: ['Persistent'],
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    requiresRepublish: false,
    seLinuxMount: false,
  },
  'scheduling.v1.PriorityClass': { preemptionPolicy: 'PreemptLowerPriority' },
  'admissionregistration.v1.ValidatingWebhook': {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
  },
  'admissionregistration.v1.MutatingWebhook': {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
    reinvocationPolicy: 'Never',
  },
  'admissionregistration.v1.RuleWithOperations': { scope: '*' },
  'admissionregistration.v1.ServiceReference': { port: 443 },
  'apiextensions.v1.ServiceReference': { port: 443 },
  'apiextensions.v1.CustomResourceConversion': { strategy: 'None' },
};

type Rule = (object: Dict) => void;

/** Where a DaemonSet counts the changes of its template. */
export const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

const dict = (value: unknown): Dict => (isDict(value) ? value : {});
const list = (value: unknown): Dict[] => (Array.isArray(value) ? (value as Dict[]) : []);

function fill(object: Dict, values: Dict): void {
  for (const key of Object.keys(values))
    if (object[key] === undefined || object[key] === null) object[key] = clone(values[key]);
}

/** The latest image is looked for at every start; one that is named exactly isn't. */
function pullPolicy(image: unknown): string {
  const text = typeof image === 'string' ? image : '';
  if (text.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(text)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

const container: Rule = (object) => {
  if (!object.imagePullPolicy) object.imagePullPolicy = pullPolicy(object.image);
  fill(object, { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' });
};

function serviceDefaults(spec: Dict): void {
  fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig === undefined)
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: 10800 } };
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  for (const port of list(spec.ports)) {
    if (!port.protocol) port.protocol = 'TCP';
    if (port.targetPort === 0 || port.targetPort === '' || port.targetPort === undefined) port.targetPort = port.port;
  }
  const outside = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  if (outside) fill(spec, { externalTrafficPolicy: 'Cluster' });
  if (outside || spec.type === 'ClusterIP') fill(spec, { internalTrafficPolicy: 'Cluster' });
  if (spec.type === 'LoadBalancer') fill(spec, { allocateLoadBalancerNodePorts: true });
}

/** Limits stand in for requests that aren't given. */
function requestsFromLimits(spec: Dict): void {
  for (const one of [...list(spec.containers), ...list(spec.initContainers)]) {
    const resources = dict(one.resources);
    const requests = dict(resources.requests);
    const lacking = Object.entries(dict(resources.limits)).filter(([name]) => requests[name] === undefined);
    if (lacking.length > 0) resources.requests = { ...requests, ...Object.fromEntries(lacking) };
  }
}

const SCALING: Dict = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  },
  scaleDown: { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
};

const RULES: Record<string, Rule> = {
  'core.v1.Container': container,
  'core.v1.EphemeralContainer': container,
  'batch.v1.PodFailurePolicyOnPodConditionsPattern': (pattern) => {
    if (!pattern.status) pattern.status = 'True';
  },
  // A volume of no kind is an empty one.
  'core.v1.Volume': (volume) => {
    if (Object.keys(volume).every((key) => key === 'name')) volume.emptyDir = {};
  },
  'core.v1.PodSpec': (spec) => {
    if (spec.serviceAccountName && !spec.serviceAccount) spec.serviceAccount = spec.serviceAccountName;
    else if (spec.serviceAccount && !spec.serviceAccountName) spec.serviceAccountName = spec.serviceAccount;
    if (spec.hostNetwork === true)
      for (const one of [...list(spec.containers), ...list(spec.initContainers)])
        for (const port of list(one.ports)) if (!port.hostPort) port.hostPort = port.containerPort;
  },
  'core.v1.Pod': (pod) => {
    const spec = dict(pod.spec);
    fill(spec, { enableServiceLinks: true });
    requestsFromLimits(spec);
  },
  'core.v1.Secret': (secret) => {
    const given = dict(secret.stringData);
    if (Object.keys(given).length === 0) return;
    const data = dict(secret.data);
    for (const key of Object.keys(given)) data[key] = Buffer.from(String(given[key])).toString('base64');
    secret.data = data;
    delete secret.stringData;
  },
  'core.v1.Service': (service) => serviceDefaults(dict(service.spec)),
  'core.v1.Namespace': (namespace) => {
    const metadata = dict(namespace.metadata);
    const name = metadata.name;
    if (typeof name === 'string' && name)
      metadata.labels = { ...dict(metadata.labels), 'kubernetes.io/metadata.name': name };
  },
  'core.v1.PersistentVolumeClaim': (claim) => fill(dict(claim.status), { phase: 'Pending' }),
  'core.v1.PersistentVolume': (volume) => fill(dict(volume.status), { phase: 'Pending' }),
  'core.v1.NamespaceStatus': (status) => fill(status, { phase: 'Active' }),
  'core.v1.LimitRangeItem': (item) => {
    if (item.type !== 'Container') return;
    const limit = dict(item.default);
    fill(limit, dict(item.max));
    const request = dict(item.defaultRequest);
    fill(request, limit);
    fill(request, dict(item.min));
    if (Object.keys(limit).length > 0) item.default = limit;
    if (Object.keys(request).length > 0) item.defaultRequest = request;
  },
  'core.v1.ReplicationController': (controller) => {
    const labels = dict(at(controller, 'spec', 'template', 'metadata', 'labels'));
    if (Object.keys(labels).length === 0) return;
    const spec = dict(controller.spec);
    if (!spec.selector) spec.selector = { ...labels };
    const metadata = dict(controller.metadata);
    if (!metadata.labels) metadata.labels = { ...labels };
  },
  'apps.v1.DeploymentStrategy': (strategy) => {
    if (strategy.type === 'RollingUpdate')
      strategy.rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...dict(strategy.rollingUpdate) };
  },
  'apps.v1.DaemonSetUpdateStrategy': (strategy) => {
    if (strategy.type === 'RollingUpdate')
      strategy.rollingUpdate = { maxUnavailable: 1, maxSurge: 0, ...dict(strategy.rollingUpdate) };
  },
  'apps.v1.StatefulSetUpdateStrategy': (strategy) => {
    if (strategy.type === 'RollingUpdate') strategy.rollingUpdate = { partition: 0, ...dict(strategy.rollingUpdate) };
  },
  'apps.v1.StatefulSetSpec': (spec) => {
    fill(dict(spec.persistentVolumeClaimRetentionPolicy), { whenDeleted: 'Retain', whenScaled: 'Retain' });
    for (const claim of list(spec.volumeClaimTemplates))
      fill(claim, { kind: 'PersistentVolumeClaim', apiVersion: 'v1' });
  },
  // Not of JobSpec: the job template of a CronJob stays as it is written.
  'batch.v1.Job': (job) => {
    // The very same labels: what is added to them later shows in both places.
    const labels = at(job, 'spec', 'template', 'metadata', 'labels');
    const metadata = dict(job.metadata);
    if (isDict(labels) && Object.keys(dict(metadata.labels)).length === 0) metadata.labels = labels;
    const spec = dict(job.spec);
    fill(spec, { backoffLimit: 6, completionMode: 'NonIndexed', suspend: false, manualSelector: false });
    if (spec.completions === undefined && spec.parallelism === undefined)
      fill(spec, { completions: 1, parallelism: 1 });
    else fill(spec, { parallelism: 1 });
    if (spec.podReplacementPolicy === undefined)
      spec.podReplacementPolicy = spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
  },
  'apps.v1.DaemonSet': (set) => {
    const metadata = dict(set.metadata);
    metadata.annotations = { [TEMPLATE_GENERATION]: '0', ...dict(metadata.annotations) };
  },
  'autoscaling.v2.HorizontalPodAutoscalerSpec': (spec) => {
    if (list(spec.metrics).length === 0)
      spec.metrics = [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
      ];
    const { behavior } = spec;
    // Who says anything of how it scales says it of both ways.
    if (isDict(behavior))
      for (const [way, rules] of Object.entries(SCALING)) {
        const of = dict(behavior[way]);
        fill(of, dict(rules));
        behavior[way] = of;
      }
  },
  'networking.v1.NetworkPolicySpec': (spec) => {
    if (list(spec.policyTypes).length === 0)
      spec.policyTypes = list(spec.egress).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  },
  'rbac.v1.Subject': (subject) => {
    if (!subject.apiGroup && (subject.kind === 'User' || subject.kind === 'Group'))
      subject.apiGroup = 'rbac.authorization.k8s.io';
  },
  'rbac.v1.RoleRef': (role) => {
    if (!role.apiGroup) role.apiGroup = 'rbac.authorization.k8s.io';
  },
  'apiextensions.v1.CustomResourceDefinitionSpec': (spec) => {
    const names = dict(spec.names);
    const kind = String(names.kind ?? '');
    if (kind) fill(names, { singular: kind.toLowerCase(), listKind: `${kind}List` });
    fill(spec, { conversion: { strategy: 'None' } });
  },
};

/** The rules of defaulting for a type; undefined for the many that have none. */
export function defaultsOf(type: string): ((object: Dict) => void) | undefined {
  const constants = CONSTANTS[type];
  const rule = RULES[type];
  if (!constants && !rule) return undefined;
  return (object) => {
    if (constants) fill(object, constants);
    rule?.(object);
  };
}
