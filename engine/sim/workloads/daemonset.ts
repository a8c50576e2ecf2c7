import { equal } from '../json.ts';
import type { SimObject } from '../types.ts';
import { claimed, takers } from './claim.ts';
import type { Controller, Kit } from './controller.ts';
import { type Scheduled, tolerates } from './fit.ts';
import { presentRevision, pruneRevisions, revisionsOf } from './revisions.ts';
import { isActive, isDone, isReady, type PodTemplate, podFrom, untilAvailable } from './template.ts';

interface Spec {
  minReadySeconds?: number;
  template: PodTemplate;
  revisionHistoryLimit?: number;
  updateStrategy?: { type?: string; rollingUpdate?: { maxUnavailable?: number | string } };
}

const HASH = 'controller-revision-hash';
const NODE = 'node.kubernetes.io';
/** What keeps other pods from a node keeps none of these away. */
const TOLERATED = [
  ...['not-ready', 'unreachable'].map((name) => ({ key: `${NODE}/${name}`, effect: 'NoExecute' })),
  ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map((name) => ({
    key: `${NODE}/${name}`,
    effect: 'NoSchedule',
  })),
].map((one) => ({ ...one, operator: 'Exists' }));

/** Keeps one pod on each node that its template fits. */
export const daemonSets: Controller = {
  name: 'daemonset-controller',
  resource: 'daemonsets.apps',
  kind: 'DaemonSet',
  owns: ['pods', 'controllerrevisions.apps'],
  also: {
    pods: takers('daemonsets.apps'),
    nodes: (_node, view) => [...view.sights('daemonsets.apps')].map(({ namespace, name }) => `${namespace}/${name}`),
  },
  sync(set, kit) {
    const spec = set.spec as unknown as Spec;
    const template = daemonTemplate(spec.template);
    const names = (fits: (spec: Scheduled, node: SimObject) => boolean): string[] =>
      kit.view
        .all('nodes')
        .filter((node) => fits(template.spec as Scheduled, node))
        .map((node) => node.metadata.name);
    const nodes = names(fits);
    if (set.metadata.deletionTimestamp) return;
    claimed('pods', set, kit);
    const hash = revise(set, spec, kit);
    place(set, template, hash, nodes, names(keeps), kit);
    roll(set, spec, hash, nodes, kit);
    report(set, spec, hash, nodes, kit);
  },
};

/** The hash of the present template's revision. */
function revise(set: SimObject, spec: Spec, kit: Kit): string {
  const known = revisionsOf(set, kit);
  const present = presentRevision(set, spec.template, known, kit, HASH);
  const hashOf = (object: SimObject) => object.metadata.labels?.[HASH] ?? '';
  const used = new Set(podsOf(set, kit).map(hashOf));
  const inUse = (revision: SimObject) => revision.metadata.uid === present.metadata.uid || used.has(hashOf(revision));
  pruneRevisions(known, inUse, spec.revisionHistoryLimit ?? 10, kit);
  return hashOf(present);
}

function daemonTemplate(template: PodTemplate): PodTemplate {
  const spec = template.spec as Scheduled;
  return { ...template, spec: { ...spec, tolerations: [...(spec.tolerations ?? []), ...TOLERATED] } as Scheduled };
}

/** Whether no taint of these effects keeps the pod away from a node that it is meant for. */
const under =
  (...effects: string[]) =>
  (spec: Scheduled, node: SimObject): boolean => {
    const { taints = [] } = (node.spec ?? {}) as { taints?: { key: string; effect: string }[] };
    return (
      Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => node.metadata.labels?.[key] === value) &&
      taints.every((taint) => !effects.includes(taint.effect) || tolerates(spec, taint))
    );
  };

const fits = under('NoSchedule', 'NoExecute');
/** A pod that is there already stays where a new one may not come. */
const keeps = under('NoExecute');

const podsOf = (set: SimObject, kit: Kit) => kit.view.owned('pods', set.metadata.uid ?? '');

/** The node a pod is on or, before that, is meant for. */
function nodeOf(pod: SimObject): string | undefined {
  const { nodeName, affinity } = pod.spec as unknown as Scheduled & { nodeName?: string };
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return nodeName ?? terms?.[0]?.matchFields?.[0]?.values?.[0];
}

const pinnedTo = (node: string) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
    },
  },
});

function remove(set: SimObject, pod: SimObject, kit: Kit): void {
  kit.view.delete('pods', pod);
  kit.record(set, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` });
}

function place(
  set: SimObject,
  template: PodTemplate,
  hash: string,
  nodes: readonly string[],
  kept: readonly string[],
  kit: Kit,
): void {
  const taken = new Set<string>();
  for (const pod of podsOf(set, kit)) {
    const node = nodeOf(pod);
    // One that is still ending holds its node's place.
    const extra = !node || !kept.includes(node) || taken.has(node) || isDone(pod);
    if (!extra || pod.metadata.deletionTimestamp) taken.add(node ?? '');
    else remove(set, pod, kit);
  }
  for (const node of nodes) {
    if (taken.has(node)) continue;
    const { affinity: _none, ...spec } = template.spec as Scheduled;
    const pinned = { ...template, spec: { ...spec, affinity: pinnedTo(node) } as Scheduled };
    const generation = set.metadata.annotations?.['deprecated.daemonset.template.generation'] ?? '1';
    const labels = { [HASH]: hash, 'pod-template-generation': generation };
    kit.view.create('pods', podFrom(set, pinned, { generateName: `${set.metadata.name}-`, labels }), (pod) =>
      kit.record(set, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}` }),
    );
  }
}

const isCurrent = (pod: SimObject, hash: string): boolean => pod.metadata.labels?.[HASH] === hash;

/** Replaces pods of an older template: those that don't work at once, the others as many as may be away together. */
function roll(set: SimObject, spec: Spec, hash: string, nodes: readonly string[], kit: Kit): void {
  if (spec.updateStrategy?.type === 'OnDelete') return;
  const asked = spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  const most =
    typeof asked === 'number' ? asked : Math.max(1, Math.ceil((nodes.length * Number.parseInt(asked, 10)) / 100));
  const pods = podsOf(set, kit).filter(isActive);
  const works = (pod: SimObject) => untilAvailable(pod, spec.minReadySeconds ?? 0, kit.view.now) === 0;
  let away = nodes.length - pods.filter(works).length;
  for (const pod of pods) {
    if (isCurrent(pod, hash)) continue;
    if (works(pod)) {
      if (away >= most) continue;
      away++;
    }
    remove(set, pod, kit);
  }
}

function report(set: SimObject, spec: Spec, hash: string, nodes: readonly string[], kit: Kit): void {
  const pods = podsOf(set, kit).filter((pod) => !pod.metadata.deletionTimestamp && !isDone(pod));
  const placed = pods.filter((pod) => nodes.includes(nodeOf(pod) ?? ''));
  const waits = placed.map((pod) => untilAvailable(pod, spec.minReadySeconds ?? 0, kit.view.now));
  for (const wait of waits) if (wait) kit.again(wait);
  const available = waits.filter((wait) => wait === 0).length;
  const counts = {
    updatedNumberScheduled: placed.filter((pod) => isCurrent(pod, hash)).length,
    numberAvailable: available,
    numberUnavailable: nodes.length - available,
  };
  const status = {
    currentNumberScheduled: placed.length,
    numberMisscheduled: pods.length - placed.length,
    desiredNumberScheduled: nodes.length,
    numberReady: placed.filter(isReady).length,
    observedGeneration: set.metadata.generation,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
  };
  if (!equal(status, set.status)) kit.view.update('daemonsets.apps', { ...set, status } as SimObject, 'status');
}
