import { wholeSeconds } from '../clock.ts';
import type { Timing } from '../node/timing.ts';
import type { SimObject } from '../types.ts';
import type { Controller } from './controller.ts';
import type { View } from './view.ts';

const NAMESPACE = 'kube-node-lease';
const LEASES = 'leases.coordination.k8s.io';
const DURATION = 40;
/** A kubelet says how its node is at least so often, though nothing has changed. */
const REPORTED_EVERY = 300_000;

/** Renews each ready node's lease and says that it is well, as its kubelet would. */
export const nodeLeases = (timing: Pick<Timing, 'lease'>): Controller => ({
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
    else if (age < 0 || age >= timing.lease) view.patch(LEASES, lease, { spec: { renewTime } });
    else {
      again(timing.lease - age);
      return;
    }
    again(timing.lease);
  },
});

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
