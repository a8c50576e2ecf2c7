/** Roles and bindings that every cluster begins with: what people with a token may read, and the roles to bind: view, edit, admin, cluster-admin. */
import type { SimCluster } from '../cluster.ts';
import type { Rule } from './rules.ts';

const READ = 'get list watch';
const WRITE = 'create delete deletecollection patch update';
const ALL = 'create delete deletecollection get list patch update watch';

/** Group, resources, verbs. */
type Row = [group: string, resources: string, verbs: string];

const VIEW: Row[] = [
  [
    '',
    'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
    READ,
  ],
  [
    '',
    'bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
    READ,
  ],
  ['', 'namespaces', READ],
  ['discovery.k8s.io', 'endpointslices', READ],
  [
    'apps',
    'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
    READ,
  ],
  ['autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status', READ],
  ['batch', 'cronjobs cronjobs/status jobs jobs/status', READ],
  [
    'extensions',
    'daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale',
    READ,
  ],
  ['policy', 'poddisruptionbudgets poddisruptionbudgets/status', READ],
  ['networking.k8s.io', 'ingresses ingresses/status networkpolicies', READ],
  ['resource.k8s.io', 'resourceclaims resourceclaims/status resourceclaimtemplates', READ],
];

const EDIT: Row[] = [
  ['', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy', READ],
  ['', 'serviceaccounts', 'impersonate'],
  ['', 'pods pods/attach pods/exec pods/portforward pods/proxy', WRITE],
  ['', 'pods/eviction', 'create'],
  [
    '',
    'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
    WRITE,
  ],
  ['', 'serviceaccounts/token', 'create'],
  [
    'apps',
    'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale',
    WRITE,
  ],
  ['autoscaling', 'horizontalpodautoscalers', WRITE],
  ['batch', 'cronjobs jobs', WRITE],
  [
    'extensions',
    'daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale',
    WRITE,
  ],
  ['policy', 'poddisruptionbudgets', WRITE],
  ['networking.k8s.io', 'ingresses networkpolicies', WRITE],
  ['coordination.k8s.io', 'leases', ALL],
  ['resource.k8s.io', 'resourceclaims resourceclaimtemplates', WRITE],
];

const ADMIN: Row[] = [
  ['authorization.k8s.io', 'localsubjectaccessreviews', 'create'],
  ['rbac.authorization.k8s.io', 'rolebindings roles', ALL],
];

const PATHS = '/healthz /livez /readyz /version /version/';
const DISCOVERY = '/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/';

const rules = (rows: readonly Row[]): Rule[] =>
  rows.map(([group, resources, verbs]) => ({
    verbs: verbs.split(' '),
    apiGroups: [group],
    resources: resources.split(' '),
  }));
const paths = (list: string): Rule => ({ verbs: ['get'], nonResourceURLs: list.split(' ') });

interface BootstrapRole {
  name: string;
  rules: Rule[];
  /** Groups it is bound to. */
  groups?: string[];
  /** Labels, by which other roles gather it. */
  into?: string;
  gathers?: string;
}

const MASTERS = 'system:masters';
const KNOWN = 'system:authenticated';

const ROLES: BootstrapRole[] = [
  {
    name: 'cluster-admin',
    rules: [
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    ],
    groups: [MASTERS],
  },
  { name: 'system:aggregate-to-view', rules: rules(VIEW), into: 'view' },
  { name: 'system:aggregate-to-edit', rules: rules(EDIT), into: 'edit' },
  { name: 'system:aggregate-to-admin', rules: rules(ADMIN), into: 'admin' },
  { name: 'view', rules: [], gathers: 'view', into: 'edit' },
  { name: 'edit', rules: [], gathers: 'edit', into: 'admin' },
  { name: 'admin', rules: [], gathers: 'admin' },
  {
    name: 'system:basic-user',
    rules: [
      {
        verbs: ['create'],
        apiGroups: ['authorization.k8s.io'],
        resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
      },
      { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
    ],
    groups: [KNOWN],
  },
  { name: 'system:discovery', rules: [paths(DISCOVERY)], groups: [KNOWN] },
  { name: 'system:public-info-viewer', rules: [paths(PATHS)], groups: [KNOWN, 'system:unauthenticated'] },
];

const GROUP = 'rbac.authorization.k8s.io';
const aggregate = (role: string): string => `${GROUP}/aggregate-to-${role}`;

/** Makes them. Their rules are gathered by the aggregation controller. */
export function bootstrapRoles(cluster: SimCluster): void {
  const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };
  const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
  const manager = { manager: 'kube-apiserver' };
  for (const role of ROLES) {
    const { name, groups, gathers, into } = role;
    cluster.create(
      `clusterroles.${GROUP}`,
      {
        metadata: { name, annotations, labels: { ...labels, ...(into ? { [aggregate(into)]: 'true' } : {}) } },
        rules: role.rules,
        ...(gathers
          ? { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregate(gathers)]: 'true' } }] } }
          : {}),
      },
      manager,
    );
    if (!groups) continue;
    const subjects = groups.map((group) => ({ kind: 'Group', apiGroup: GROUP, name: group }));
    cluster.create(
      `clusterrolebindings.${GROUP}`,
      { metadata: { name, annotations, labels }, roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name }, subjects },
      manager,
    );
  }
}
