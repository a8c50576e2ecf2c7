import { expect, it } from 'vitest';
import { customResourceDefinitions } from '../../../../../engine/api/crd.ts';
import { type Estate, startEstate } from '../../../../../engine/sim/estate/index.ts';

const CRDS = customResourceDefinitions('test');

/** Every object, without what is made up anew each time, and without the cluster that is being restarted. */
function objectsOf({ cluster }: Estate): string[] {
  const { registry, store } = cluster.kernel;
  return [...registry.all()]
    .flatMap((info) =>
      store
        .collection(info.storageKey)
        .entriesIn()
        .map((entry) => {
          const { kind, metadata, spec } = store.object(info, entry);
          return JSON.stringify([kind, metadata.namespace, metadata.name, metadata.labels, spec]);
        }),
    )
    .map((text) =>
      text
        .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID')
        .replace(/\.[0-9a-f]{16}"/g, '.EVENT"')
        .replace(/-[bcdfghjklmnpqrstvwxz2456789]{5}"/g, '-RANDOM"')
        .replace(/\d{4}-\d\d-\d\dT[^"]*/g, 'TIME'),
    )
    .filter((text) => !text.includes('carts'))
    .sort();
}

it('what the demo writes unjudged is what it writes when every write is judged, and no later write is trusted', async () => {
  const judged = await startEstate({ judged: true, crds: CRDS });
  const wanted = objectsOf(judged);
  await judged.close();
  expect(wanted.length).toBeGreaterThan(300);
  const estate = await startEstate({ crds: CRDS });
  try {
    expect(objectsOf(estate)).toEqual(wanted);
    const bad = { metadata: { name: 'Bad_', namespace: 'shop' }, spec: { containers: [] } };
    expect(() => estate.cluster.create('pods', bad)).toThrow('spec.containers: Required value');
  } finally {
    await estate.close();
  }
}, 120_000);

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
