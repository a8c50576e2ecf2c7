/** The built-in kinds of Kubernetes 1.34 as its discovery names them, in its order. */

/** What differs from a resource with every verb, no short name and no subresource. */
export interface BuiltinExtra {
  short?: string[];
  categories?: string[];
  verbs?: string[];
  /** `status`, `scale`, or `name:Kind:verbs` with `group/version/Kind` where the kind is another group's. */
  sub?: string[];
}

/** Plural, kind, namespaced. The singular is the kind in lower case. */
export type BuiltinResource = [plural: string, kind: string, namespaced: boolean, extra?: BuiltinExtra];

export interface BuiltinGroup {
  group: string;
  /** The preferred one first; every resource of the group is served in all of them. */
  versions: string[];
  resources: BuiltinResource[];
}

export const BUILTIN_GROUPS: readonly BuiltinGroup[] = [
  {
    group: '',
    versions: ['v1'],
    resources: [
      ['bindings', 'Binding', true, { verbs: ['create'] }],
      ['componentstatuses', 'ComponentStatus', false, { short: ['cs'], verbs: ['get', 'list'] }],
      ['configmaps', 'ConfigMap', true, { short: ['cm'] }],
      ['endpoints', 'Endpoints', true, { short: ['ep'] }],
      ['events', 'Event', true, { short: ['ev'] }],
      ['limitranges', 'LimitRange', true, { short: ['limits'] }],
      [
        'namespaces',
        'Namespace',
        false,
        {
          short: ['ns'],
          verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
          sub: ['finalize:Namespace:update', 'status'],
        },
      ],
      [
        'nodes',
        'Node',
        false,
        { short: ['no'], sub: ['proxy:NodeProxyOptions:create,delete,get,patch,update', 'status'] },
      ],
      ['persistentvolumeclaims', 'PersistentVolumeClaim', true, { short: ['pvc'], sub: ['status'] }],
      ['persistentvolumes', 'PersistentVolume', false, { short: ['pv'], sub: ['status'] }],
      [
        'pods',
        'Pod',
        true,
        {
          short: ['po'],
          categories: ['all'],
          sub: [
            'attach:PodAttachOptions:create,get',
            'binding:Binding:create',
            'ephemeralcontainers:Pod:get,patch,update',
            'eviction:policy/v1/Eviction:create',
            'exec:PodExecOptions:create,get',
            'log:Pod:get',
            'portforward:PodPortForwardOptions:create,get',
            'proxy:PodProxyOptions:create,delete,get,patch,update',
            'resize:Pod:get,patch,update',
            'status',
          ],
        },
      ],
      ['podtemplates', 'PodTemplate', true],
      [
        'replicationcontrollers',
        'ReplicationController',
        true,
        { short: ['rc'], categories: ['all'], sub: ['scale', 'status'] },
      ],
      ['resourcequotas', 'ResourceQuota', true, { short: ['quota'], sub: ['status'] }],
      ['secrets', 'Secret', true],
      [
        'serviceaccounts',
        'ServiceAccount',
        true,
        { short: ['sa'], sub: ['token:authentication.k8s.io/v1/TokenRequest:create'] },
      ],
      [
        'services',
        'Service',
        true,
        {
          short: ['svc'],
          categories: ['all'],
          sub: ['proxy:ServiceProxyOptions:create,delete,get,patch,update', 'status'],
        },
      ],
    ],
  },
  {
    group: 'apiregistration.k8s.io',
    versions: ['v1'],
    resources: [['apiservices', 'APIService', false, { categories: ['api-extensions'], sub: ['status'] }]],
  },
  {
    group: 'apps',
    versions: ['v1'],
    resources: [
      ['controllerrevisions', 'ControllerRevision', true],
      ['daemonsets', 'DaemonSet', true, { short: ['ds'], categories: ['all'], sub: ['status'] }],
      ['deployments', 'Deployment', true, { short: ['deploy'], categories: ['all'], sub: ['scale', 'status'] }],
      ['replicasets', 'ReplicaSet', true, { short: ['rs'], categories: ['all'], sub: ['scale', 'status'] }],
      ['statefulsets', 'StatefulSet', true, { short: ['sts'], categories: ['all'], sub: ['scale', 'status'] }],
    ],
  },
  {
    group: 'events.k8s.io',
    versions: ['v1'],
    resources: [['events', 'Event', true, { short: ['ev'] }]],
  },
  {
    group: 'authentication.k8s.io',
    versions: ['v1'],
    resources: [
      ['selfsubjectreviews', 'SelfSubjectReview', false, { verbs: ['create'] }],
      ['tokenreviews', 'TokenReview', false, { verbs: ['create'] }],
    ],
  },
  {
    group: 'authorization.k8s.io',
    versions: ['v1'],
    resources: [
      ['localsubjectaccessreviews', 'LocalSubjectAccessReview', true, { verbs: ['create'] }],
      ['selfsubjectaccessreviews', 'SelfSubjectAccessReview', false, { verbs: ['create'] }],
      ['selfsubjectrulesreviews', 'SelfSubjectRulesReview', false, { verbs: ['create'] }],
      ['subjectaccessreviews', 'SubjectAccessReview', false, { verbs: ['create'] }],
    ],
  },
  {
    group: 'autoscaling',
    versions: ['v2', 'v1'],
    resources: [
      [
        'horizontalpodautoscalers',
        'HorizontalPodAutoscaler',
        true,
        { short: ['hpa'], categories: ['all'], sub: ['status'] },
      ],
    ],
  },
  {
    group: 'batch',
    versions: ['v1'],
    resources: [
      ['cronjobs', 'CronJob', true, { short: ['cj'], categories: ['all'], sub: ['status'] }],
      ['jobs', 'Job', true, { categories: ['all'], sub: ['status'] }],
    ],
  },
  {
    group: 'certificates.k8s.io',
    versions: ['v1'],
    resources: [
      [
        'certificatesigningrequests',
        'CertificateSigningRequest',
        false,
        { short: ['csr'], sub: ['approval:CertificateSigningRequest:get,patch,update', 'status'] },
      ],
    ],
  },
  {
    group: 'networking.k8s.io',
    versions: ['v1'],
    resources: [
      ['ingressclasses', 'IngressClass', false],
      ['ingresses', 'Ingress', true, { short: ['ing'], sub: ['status'] }],
      ['ipaddresses', 'IPAddress', false, { short: ['ip'] }],
      ['networkpolicies', 'NetworkPolicy', true, { short: ['netpol'] }],
      ['servicecidrs', 'ServiceCIDR', false, { sub: ['status'] }],
    ],
  },
  {
    group: 'policy',
    versions: ['v1'],
    resources: [['poddisruptionbudgets', 'PodDisruptionBudget', true, { short: ['pdb'], sub: ['status'] }]],
  },
  {
    group: 'rbac.authorization.k8s.io',
    versions: ['v1'],
    resources: [
      ['clusterrolebindings', 'ClusterRoleBinding', false],
      ['clusterroles', 'ClusterRole', false],
      ['rolebindings', 'RoleBinding', true],
      ['roles', 'Role', true],
    ],
  },
  {
    group: 'storage.k8s.io',
    versions: ['v1'],
    resources: [
      ['csidrivers', 'CSIDriver', false],
      ['csinodes', 'CSINode', false],
      ['csistoragecapacities', 'CSIStorageCapacity', true],
      ['storageclasses', 'StorageClass', false, { short: ['sc'] }],
      ['volumeattachments', 'VolumeAttachment', false, { sub: ['status'] }],
      ['volumeattributesclasses', 'VolumeAttributesClass', false, { short: ['vac'] }],
    ],
  },
  {
    group: 'admissionregistration.k8s.io',
    versions: ['v1'],
    resources: [
      ['mutatingwebhookconfigurations', 'MutatingWebhookConfiguration', false, { categories: ['api-extensions'] }],
      [
        'validatingadmissionpolicies',
        'ValidatingAdmissionPolicy',
        false,
        { categories: ['api-extensions'], sub: ['status'] },
      ],
      [
        'validatingadmissionpolicybindings',
        'ValidatingAdmissionPolicyBinding',
        false,
        { categories: ['api-extensions'] },
      ],
      ['validatingwebhookconfigurations', 'ValidatingWebhookConfiguration', false, { categories: ['api-extensions'] }],
    ],
  },
  {
    group: 'apiextensions.k8s.io',
    versions: ['v1'],
    resources: [
      [
        'customresourcedefinitions',
        'CustomResourceDefinition',
        false,
        { short: ['crd', 'crds'], categories: ['api-extensions'], sub: ['status'] },
      ],
    ],
  },
  {
    group: 'scheduling.k8s.io',
    versions: ['v1'],
    resources: [['priorityclasses', 'PriorityClass', false, { short: ['pc'] }]],
  },
  {
    group: 'coordination.k8s.io',
    versions: ['v1'],
    resources: [['leases', 'Lease', true]],
  },
  {
    group: 'node.k8s.io',
    versions: ['v1'],
    resources: [['runtimeclasses', 'RuntimeClass', false]],
  },
  {
    group: 'discovery.k8s.io',
    versions: ['v1'],
    resources: [['endpointslices', 'EndpointSlice', true]],
  },
  {
    group: 'resource.k8s.io',
    versions: ['v1'],
    resources: [
      ['deviceclasses', 'DeviceClass', false],
      ['resourceclaims', 'ResourceClaim', true, { sub: ['status'] }],
      ['resourceclaimtemplates', 'ResourceClaimTemplate', true],
      ['resourceslices', 'ResourceSlice', false],
    ],
  },
  {
    group: 'flowcontrol.apiserver.k8s.io',
    versions: ['v1'],
    resources: [
      ['flowschemas', 'FlowSchema', false, { sub: ['status'] }],
      ['prioritylevelconfigurations', 'PriorityLevelConfiguration', false, { sub: ['status'] }],
    ],
  },
];
