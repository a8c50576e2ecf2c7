import { equal } from '../json.ts';
import type { PodSpec } from '../node/status.ts';
import type { SimObject } from '../types.ts';
import type { Controller, Kit } from './controller.ts';
import { isDone } from './template.ts';
import type { Sight } from './view.ts';

interface NodeSpec {
  unschedulable?: boolean;
  taints?: { key: string; effect: string }[];
}

const CORDONED = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export type Scheduled = PodSpec & {
  affinity?: {
    nodeAffinity?: {
      requiredDuringSchedulingIgnoredDuringExecution?: {
        nodeSelectorTerms: { matchFields?: { key: string; values?: string[] }[] }[];
      };
    };
  };
  nodeSelector?: Record<string, string>;
  tolerations?: { key?: string; operator?: string; effect?: string }[];
};

export const tolerates = (spec: Scheduled, taint: { key: string; effect: string }): boolean =>
  spec.tolerations?.some(
    (one) =>
      ((one.key === undefined && one.operator === 'Exists') || one.key === taint.key) &&
      (!one.effect || one.effect === taint.effect),
  ) ?? false;

/** The nodes that a DaemonSet's pod names, the one it is meant for. */
function pinnedTo(spec: Scheduled): string[] | undefined {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const fields = required?.nodeSelectorTerms.flatMap((term) => term.matchFields ?? []);
  return fields?.find(({ key }) => key === 'metadata.name')?.values;
}

const isUnbound = (pod: Sight): boolean => !pod.fields['spec.nodeName'];

const specOf = (pod: SimObject) => pod.spec as unknown as Scheduled;

/** Binds each pod to the fitting node with the fewest pods; says why not where none fits. */
export const scheduler: Controller = {
  name: 'default-scheduler',
  resource: 'pods',
  kind: 'Pod',
  owns: [],
  also: {
    nodes: (_node, view) => unbound(view.sights('pods')),
    persistentvolumeclaims: (claim, view) => unbound(view.sights('pods', claim.namespace)),
  },
  concerns: isUnbound,
  sync(pod, kit) {
    const spec = specOf(pod);
    if (!spec || spec.nodeName || pod.metadata.deletionTimestamp || isDone(pod)) return;
    const node = claimless(pod, kit) ?? choose(spec, kit);
    if (typeof node === 'string') {
      refuse(pod, kit, node);
      return;
    }
    const condition = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: kit.now };
    const bound = kit.view.patch('pods', pod, { spec: { nodeName: node.metadata.name } });
    if (!bound) return;
    kit.view.update(
      'pods',
      { ...bound, status: { ...(bound.status as object), conditions: [condition] } } as SimObject,
      'status',
    );
    kit.record(pod, {
      type: 'Normal',
      reason: 'Scheduled',
      message: `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${node.metadata.name}`,
    });
  },
};

function unbound(pods: Iterable<Sight>): string[] {
  const keys: string[] = [];
  for (const pod of pods) if (isUnbound(pod)) keys.push(`${pod.namespace}/${pod.name}`);
  return keys;
}

/** Why the pod's volumes keep it from any node; undefined where they don't. */
function claimless(pod: SimObject, kit: Kit): string | undefined {
  const nodes = [...kit.view.all('nodes')].length;
  for (const volume of specOf(pod).volumes ?? []) {
    const name = volume.persistentVolumeClaim?.claimName;
    if (name === undefined) continue;
    const claim = kit.view.get('persistentvolumeclaims', pod.metadata.namespace ?? '', name);
    if (!claim) return `0/${nodes} nodes are available: persistentvolumeclaim "${name}" not found. not found`;
    if ((claim.status as { phase?: string } | undefined)?.phase !== 'Bound')
      return `0/${nodes} nodes are available: pod has unbound immediate PersistentVolumeClaims. not found`;
  }
  return undefined;
}

function choose(spec: Scheduled, kit: Kit): SimObject | string {
  const nodes = [...kit.view.all('nodes')].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const reasons = new Map<string, number>();
  const refuse = (why: string) => reasons.set(why, (reasons.get(why) ?? 0) + 1);
  const load = new Map<string, number>();
  for (const { fields } of kit.view.sights('pods')) {
    const on = fields['spec.nodeName'];
    if (on && !/^(Succeeded|Failed)$/.test(fields['status.phase'] ?? '')) load.set(on, (load.get(on) ?? 0) + 1);
  }
  const pinned = pinnedTo(spec);
  const fitting = nodes.filter((node) => {
    const { unschedulable, taints } = (node.spec ?? {}) as NodeSpec;
    const taint = taints?.find((one) => one.effect !== 'PreferNoSchedule' && !tolerates(spec, one));
    if (pinned && !pinned.includes(node.metadata.name)) refuse("node(s) didn't satisfy plugin(s) [NodeAffinity]");
    else if (unschedulable && !tolerates(spec, CORDONED)) refuse('node(s) were unschedulable');
    else if (taint) refuse(`node(s) had untolerated taint(s)`);
    else if (Object.entries(spec.nodeSelector ?? {}).some(([key, value]) => node.metadata.labels?.[key] !== value))
      refuse("node(s) didn't match Pod's node affinity/selector");
    else return true;
    return false;
  });
  const [best] = fitting.sort((a, b) => (load.get(a.metadata.name) ?? 0) - (load.get(b.metadata.name) ?? 0));
  if (best) return best;
  if (nodes.length === 0) return 'no nodes available to schedule pods';
  const why = [...reasons].map(([reason, count]) => `${count} ${reason}`).join(', ');
  return `0/${nodes.length} nodes are available: ${why}. no new claims to deallocate, preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`;
}

function refuse(pod: SimObject, kit: Kit, message: string): void {
  const status = (pod.status ?? { phase: 'Pending' }) as {
    conditions?: { message?: string; lastTransitionTime?: string }[];
  };
  const old = status.conditions?.[0];
  if (old?.message === message) return;
  const conditions = [
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastProbeTime: null,
      lastTransitionTime: old?.lastTransitionTime ?? kit.now,
    },
  ];
  const next = { ...status, conditions };
  if (!equal(next, pod.status)) kit.view.update('pods', { ...pod, status: next } as SimObject, 'status');
  kit.record(pod, { type: 'Warning', reason: 'FailedScheduling', message });
}
