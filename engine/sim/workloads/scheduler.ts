import { equal } from '../json.ts';
import type { SimObject } from '../types.ts';
import type { Controller, Kit } from './controller.ts';
import { Fit, type Misfit, specOf, unschedulable } from './fit.ts';
import { nominatedNode, preempt } from './preemption.ts';
import { isDone } from './template.ts';
import type { Sight } from './view.ts';

/** How soon a pod is looked at again that waits for others to leave. Milliseconds. */
const LOOK_AGAIN = 2000;

const isUnbound = (pod: Sight): boolean => !pod.fields['spec.nodeName'];

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
    if (spec.schedulingGates?.length || (spec.schedulerName ?? 'default-scheduler') !== 'default-scheduler') return;
    const claims = claimless(pod, kit);
    const chosen = claims === undefined ? choose(pod, kit) : { why: claims };
    if (chosen === 'under way') return;
    if ('why' in chosen) {
      refuse(pod, kit, chosen);
      return;
    }
    const { node } = chosen;
    const condition = {
      type: 'PodScheduled',
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: kit.now,
      observedGeneration: pod.metadata.generation ?? 1,
    };
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

/** Why it has no node, and the one that is being cleared for it. */
interface Refusal {
  why: string;
  cleared?: string;
}

function choose(pod: SimObject, kit: Kit): { node: SimObject } | Refusal | 'under way' {
  const nodes = kit.view.all('nodes').sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const fit = new Fit(pod, nodes, kit.view);
  const misplaced: { node: SimObject; misfit: Misfit }[] = [];
  const fitting = nodes.filter((node) => {
    const misfit = fit.misfit(node);
    if (misfit) misplaced.push({ node, misfit });
    return !misfit;
  });
  const promised = nominatedNode(pod);
  const isPromised = ({ metadata }: SimObject): number => (metadata.name === promised ? 0 : 1);
  const [best] = fitting.sort(
    (a, b) => isPromised(a) - isPromised(b) || fit.crowd(a) - fit.crowd(b) || fit.load(a) - fit.load(b),
  );
  if (best) return { node: best };
  const misfits = misplaced.map(({ misfit }) => misfit);
  if (misfits.some(({ byPods }) => byPods) || needsCompany(pod)) kit.again(LOOK_AGAIN);
  const found = preempt(pod, misplaced, kit);
  if (found === 'under way') return found;
  return 'node' in found
    ? { why: unschedulable(misfits), cleared: found.node.metadata.name }
    : { why: unschedulable(misfits, found.why) };
}

const needsCompany = (pod: SimObject): boolean =>
  Boolean(specOf(pod).affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution);

function refuse(pod: SimObject, kit: Kit, { why: message, cleared }: Refusal): void {
  const status = (pod.status ?? { phase: 'Pending' }) as {
    conditions?: { message?: string; lastTransitionTime?: string }[];
  };
  const old = status.conditions?.[0];
  if (old?.message === message && cleared === undefined) return;
  const conditions = [
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastProbeTime: null,
      lastTransitionTime: old?.lastTransitionTime ?? kit.now,
      observedGeneration: pod.metadata.generation ?? 1,
    },
  ];
  const next = { ...status, conditions, ...(cleared === undefined ? {} : { nominatedNodeName: cleared }) };
  if (!equal(next, pod.status)) kit.view.update('pods', { ...pod, status: next } as SimObject, 'status');
  kit.record(pod, { type: 'Warning', reason: 'FailedScheduling', message });
}
