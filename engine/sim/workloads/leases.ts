import type { Controller } from './controller.ts';

const NAMESPACE = 'kube-node-lease';
const LEASES = 'leases.coordination.k8s.io';
const RENEWED_EVERY = 10_000;
const DURATION = 40;

/** Renews each ready node's lease, as its kubelet would. */
export const nodeLeases: Controller = {
  name: 'kubelet',
  resource: 'nodes',
  kind: 'Node',
  owns: [],
  sync(node, { view, again }) {
    if (node.metadata.deletionTimestamp) return;
    const { conditions } = (node.status ?? {}) as { conditions?: { type: string; status: string }[] };
    if (!conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')) return;
    const { name, uid } = node.metadata;
    const lease = view.get(LEASES, NAMESPACE, name);
    const renewTime = `${new Date(view.now).toISOString().slice(0, -1)}000Z`;
    const age = view.now - Date.parse((lease?.spec as { renewTime?: string } | undefined)?.renewTime ?? '');
    if (!lease)
      view.create(LEASES, {
        metadata: {
          name,
          namespace: NAMESPACE,
          ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
        },
        spec: { holderIdentity: name, leaseDurationSeconds: DURATION, renewTime },
      });
    // A clock that was set back would leave it unrenewed for as long.
    else if (age < 0 || age >= RENEWED_EVERY) view.patch(LEASES, lease, { spec: { renewTime } });
    else {
      again(RENEWED_EVERY - age);
      return;
    }
    again(RENEWED_EVERY);
  },
};
