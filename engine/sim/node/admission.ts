/** What a kubelet asks of a pod that somebody has given it, before it takes it. */
import type { KubeObject } from '../../api/types.ts';
import type { SimCluster } from '../cluster.ts';
import { type Amount, type Amounts, add, amountOf, dict, number, podAmounts } from '../kinds/amounts.ts';
import type { Dict } from '../types.ts';
import { NO_PORTS, NOT_HERE, type Scheduled, type Taint, tolerates, wants } from '../workloads/fit.ts';
import { clash, hostPortsOf } from '../workloads/ports.ts';
import type { Names } from './names.ts';
import type { PodView } from './status.ts';

export interface Rejection {
  reason: string;
  message: string;
}

/** In the order in which it looks, and in what it counts: billionths to the unit. */
const COUNTED: Readonly<Record<string, bigint>> = {
  pods: 1_000_000_000n,
  cpu: 1_000_000n,
  memory: 1_000_000_000n,
  'ephemeral-storage': 1_000_000_000n,
};

const SCHEDULER = 'default-scheduler';

/** What the scheduler has bound it has judged, by the same rules. `taken`: whether a pod that lives on its node was taken. */
export function admission(
  cluster: SimCluster,
  names: Names,
  { metadata: { namespace = '', name } }: KubeObject,
  taken: (uid: string) => boolean | undefined,
): Rejection | undefined {
  const pod = names.named(namespace, name);
  const node = pod && cluster.get('nodes', '', specOf(pod).nodeName ?? '');
  if (!node || isScheduled(pod)) return undefined;
  const others = [...names.boundTo(node.metadata.name)].filter(({ metadata: { uid = '' }, status = {} }) => {
    const { startTime, phase = '' } = status as { startTime?: string; phase?: string };
    if (uid === pod.metadata.uid || /^(Succeeded|Failed)$/.test(phase)) return false;
    return taken(uid) ?? startTime !== undefined;
  });
  return rejection(pod, node, others);
}

function isScheduled(pod: KubeObject): boolean {
  const { conditions = [] } = (pod.status ?? {}) as { conditions?: { type: string; status: string }[] };
  const bound = conditions.some(({ type, status }) => type === 'PodScheduled' && status === 'True');
  return bound && (specOf(pod).schedulerName ?? SCHEDULER) === SCHEDULER;
}

/** Nothing of it was ever there: its node says why, and keeps what others have said. */
export const rejectedStatus = (
  before: object,
  { reason, message }: Rejection,
  { generation, startTime }: Pick<PodView, 'generation' | 'startTime'>,
): Record<string, unknown> => ({
  ...before,
  phase: 'Failed',
  reason,
  message: `Pod was rejected: ${message}`,
  observedGeneration: generation,
  startTime,
});

const specOf = (pod: KubeObject) => pod.spec as Scheduled;

const failed = (predicate: string, why: string): Rejection => ({
  reason: predicate,
  message: `Predicate ${predicate} failed: ${why}`,
});

/** Undefined where the node takes it. `others` are those it has taken, and that have not ended. */
export function rejection(pod: KubeObject, node: KubeObject, others: readonly KubeObject[]): Rejection | undefined {
  const spec = specOf(pod);
  const { taints = [] } = (node.spec ?? {}) as { taints?: Taint[] };
  const short = shortage(pod, node, others);
  if (short) return short;
  if (!wants(spec, node)) return failed('NodeAffinity', NOT_HERE);
  const wanted = hostPortsOf(spec);
  const taken = wanted.length > 0 ? others.flatMap((other) => hostPortsOf(specOf(other))) : [];
  if (wanted.some((one) => taken.some((other) => clash(one, other)))) return failed('NodePorts', NO_PORTS);
  if (taints.some((taint) => taint.effect === 'NoExecute' && !tolerates(spec, taint)))
    return failed('TaintToleration', "node(s) had taints that the pod didn't tolerate");
  return undefined;
}

/** A resource that the node has never heard of is no reason. */
function shortage(pod: KubeObject, node: KubeObject, others: readonly KubeObject[]): Rejection | undefined {
  const room = dict((node.status as { allocatable?: unknown } | undefined)?.allocatable);
  const asked = asks(pod);
  const names = [...new Set([...Object.keys(COUNTED), ...asked.keys()])].filter((name) => name in room);
  const used: Amounts = new Map();
  for (const other of others) for (const [name, amount] of asks(other)) add(used, name, amount);
  for (const name of names) {
    const [want, have, most] = [asked.get(name)?.nano ?? 0n, used.get(name)?.nano ?? 0n, amountOf(room[name]).nano];
    if (want === 0n || want + have <= most) continue;
    const count = (nano: Amount['nano']) => ceil(nano, COUNTED[name] ?? 1_000_000_000n);
    return {
      reason: `OutOf${name}`,
      message: `Node didn't have enough resource: ${name}, requested: ${count(want)}, used: ${count(have)}, capacity: ${count(most)}`,
    };
  }
  return undefined;
}

const asks = (pod: KubeObject): Amounts => podAmounts(pod.spec as Dict, 'requests').set('pods', number(1));

const ceil = (nano: bigint, unit: bigint): bigint => (nano + unit - 1n) / unit;
