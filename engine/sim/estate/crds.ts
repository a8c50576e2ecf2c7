/** CustomResourceDefinitions of the operators in the estate: their names are real, their schemas take anything. */
import type { SimCluster } from '../cluster.ts';

interface Column {
  name: string;
  type: 'string' | 'integer' | 'date';
  jsonPath: string;
}

const AGE: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const column = (name: string, jsonPath: string, type: Column['type'] = 'string'): Column => ({ name, type, jsonPath });

/** plural.group, version, kind, cluster-scoped, columns. */
const KINDS: [string, string, string, boolean, Column[]][] = [
  [
    'clusters.apps.kubeblocks.io',
    'v1',
    'Cluster',
    false,
    [
      column('CLUSTER-DEFINITION', '.spec.clusterDef'),
      column('TERMINATION-POLICY', '.spec.terminationPolicy'),
      column('STATUS', '.status.phase'),
      AGE,
    ],
  ],
  [
    'components.apps.kubeblocks.io',
    'v1',
    'Component',
    false,
    [
      column('DEFINITION', '.spec.compDef'),
      column('SERVICE-VERSION', '.spec.serviceVersion'),
      column('STATUS', '.status.phase'),
      AGE,
    ],
  ],
  ['instancesets.workloads.kubeblocks.io', 'v1', 'InstanceSet', false, [AGE]],
  [
    'opsrequests.operations.kubeblocks.io',
    'v1alpha1',
    'OpsRequest',
    false,
    [
      column('TYPE', '.spec.type'),
      column('CLUSTER', '.spec.clusterName'),
      column('STATUS', '.status.phase'),
      column('PROGRESS', '.status.progress'),
      AGE,
    ],
  ],
  [
    'opengaussclusters.opengauss.sig',
    'v1',
    'OpenGaussCluster',
    false,
    [
      column('Role', '.spec.localrole'),
      column('CPU', '.spec.cpu'),
      column('Memory', '.spec.memory'),
      column('State', '.status.state'),
      column('Primary', '.status.primary'),
      AGE,
    ],
  ],
  [
    'clusters.postgresql.cnpg.io',
    'v1',
    'Cluster',
    false,
    [
      AGE,
      column('Instances', '.status.instances', 'integer'),
      column('Ready', '.status.readyInstances', 'integer'),
      column('Status', '.status.phase'),
      column('Primary', '.status.currentPrimary'),
    ],
  ],
  [
    'kafkas.kafka.strimzi.io',
    'v1',
    'Kafka',
    false,
    [column('Ready', '.status.conditions[?(@.type=="Ready")].status'), column('Kafka version', '.status.kafkaVersion')],
  ],
  [
    'kafkanodepools.kafka.strimzi.io',
    'v1',
    'KafkaNodePool',
    false,
    [column('Desired replicas', '.spec.replicas', 'integer')],
  ],
  ['strimzipodsets.core.strimzi.io', 'v1', 'StrimziPodSet', false, [AGE]],
];

const ANYTHING = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

export function addCrds(cluster: SimCluster, more: readonly object[] = []): void {
  for (const definition of [...KINDS.map(definitionOf), ...more]) {
    cluster.create('customresourcedefinitions.apiextensions.k8s.io', definition);
    serve(cluster, definition as Definition);
  }
}

interface Definition {
  spec: {
    group: string;
    names: { plural: string; singular: string; kind: string; shortNames?: string[]; categories?: string[] };
    scope: string;
    versions: { name: string; storage: boolean }[];
  };
}

/** Until the API server serves definitions by itself. */
function serve(cluster: SimCluster, { spec }: Definition): void {
  const { registry } = cluster.kernel;
  const name = `${spec.names.plural}.${spec.group}`;
  if (registry.find(name)) return;
  const version = spec.versions.find((one) => one.storage)?.name ?? 'v1';
  registry.add({
    group: spec.group,
    plural: spec.names.plural,
    singular: spec.names.singular,
    kind: spec.names.kind,
    listKind: `${spec.names.kind}List`,
    namespaced: spec.scope === 'Namespaced',
    shortNames: spec.names.shortNames ?? [],
    categories: spec.names.categories ?? [],
    verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
    versions: spec.versions.map((one) => one.name),
    storageVersion: version,
    subresources: [
      { name: 'status', kind: spec.names.kind, group: '', version: '', verbs: ['get', 'patch', 'update'] },
    ],
    storageKey: name,
    storageApiVersion: `${spec.group}/${version}`,
  });
}

function definitionOf([name, version, kind, clusterScoped, columns]: (typeof KINDS)[number]): object {
  const [plural = '', ...group] = name.split('.');
  return {
    metadata: { name },
    spec: {
      group: group.join('.'),
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      scope: clusterScoped ? 'Cluster' : 'Namespaced',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: ANYTHING, status: ANYTHING } } },
          subresources: { status: {} },
          additionalPrinterColumns: columns,
        },
      ],
    },
  };
}
