import { wholeSeconds } from '../clock.ts';
import type { SimObject } from '../types.ts';
import type { Controller } from './controller.ts';
import type { View } from './view.ts';

const NAMESPACE = 'kube-node-lease';
const LEASES = 'leases.coordination.k8s.io';
const RENEWED_EVERY = 10_000;
const DURATION = 40;
/** A kubelet says how its node is at least so often, though nothing has changed. */
const REPORTED_EVERY = 300_000;

/** Renews each ready node's lease and says that it is well, as its kubelet would. */
export const nodeLeases: Controller = {
  name: 'kubelet',
  resource: 'nodes',
  kind: 'Node',
  owns: [],
  sync(node, { view, again }) {
    if (node.metadata.deletionTimestamp) return;
    const { conditions = [] } = (node.status ?? {}) as { conditions?: Condition[] };
    if (!conditions.some(({ type, status }) => type === 'Ready' && status === 'True')) return;
    report(node, conditions, view);
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

interface Condition {
  type: string;
  status: string;
  lastHeartbeatTime?: string;
}

function report(node: SimObject, conditions: readonly Condition[], view: View): void {
  const last = conditions.map(({ lastHeartbeatTime }) => Date.parse(lastHeartbeatTime ?? '')).filter(Number.isFinite);
  const age = view.now - Math.min(...last);
  if (last.length === 0 || (age >= 0 && age < REPORTED_EVERY)) return;
  const fresh = conditions.map((one) => ({ ...one, lastHeartbeatTime: wholeSeconds(view.now) }));
  view.update('nodes', { ...node, status: { ...(node.status as object), conditions: fresh } } as SimObject, 'status');
}
