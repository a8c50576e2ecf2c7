import { expect, it } from 'vitest';
import { startEstate } from '../../../../../engine/sim/estate/index.ts';

it('no node renews its lease in the past, and every one has when the cluster is there', async () => {
  const began = Date.now();
  const estate = await startEstate({ empty: true });
  try {
    const leases = estate.cluster.list('leases.coordination.k8s.io', { namespace: 'kube-node-lease' });
    expect(leases).toHaveLength(5);
    for (const { metadata, spec } of leases) {
      expect(Date.parse((spec as { renewTime: string }).renewTime)).toBeGreaterThanOrEqual(began);
      expect(Date.parse(metadata.creationTimestamp as string)).toBeLessThan(began - 300 * 86_400_000);
    }
    const { kernel } = estate.cluster;
    const info = kernel.registry.get('leases.coordination.k8s.io');
    const writes = kernel.store.collection(info.storageKey).since(0) ?? [];
    expect(writes.filter(({ entry }) => entry.namespace === 'kube-node-lease')).toHaveLength(10);
  } finally {
    await estate.close();
  }
});
