import type { SimCluster } from './cluster.ts';

const CRITICAL: [name: string, value: number, description: string][] = [
  [
    'system-cluster-critical',
    2_000_000_000,
    'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  ],
  [
    'system-node-critical',
    2_000_001_000,
    'Used for system critical pods that must not be moved from their current node.',
  ],
];

/** What an API server makes when it starts: its own Service, and the classes of what a cluster can't do without. */
export function bootstrapObjects(cluster: SimCluster): void {
  const manager = { manager: 'kube-apiserver' };
  for (const [name, value, description] of CRITICAL)
    cluster.create('priorityclasses.scheduling.k8s.io', { metadata: { name }, value, description }, manager);
  cluster.create(
    'services',
    {
      metadata: {
        name: 'kubernetes',
        namespace: 'default',
        labels: { component: 'apiserver', provider: 'kubernetes' },
      },
      spec: {
        clusterIP: '10.96.0.1',
        ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
      },
    },
    manager,
  );
}
