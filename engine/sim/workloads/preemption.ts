/** Who has to leave a node for a pod of a higher priority that fits no node as it is. */
import { at } from '../json.ts';
import { disrupted } from '../kinds/disrupted.ts';
import type { SimObject } from '../types.ts';
import type { Kit } from './controller.ts';
import { Fit, type Misfit, priorityOf, specOf } from './fit.ts';
import { type LabelSelector, matches, statusOf } from './template.ts';

interface Candidate {
  node: SimObject;
  victims: SimObject[];
  /** Of those, that a disruption budget would have kept. */
  guarded: number;
}

interface Misplaced {
  node: SimObject;
  misfit: Misfit;
}

const POINTLESS = 'Preemption is not helpful for scheduling';
const REASON = 'PreemptionByScheduler';

/** The node that it will be free to take; why there is none, for the event; or that one is being cleared for it already. */
export function preempt(
  pod: SimObject,
  misplaced: readonly Misplaced[],
  kit: Kit,
): { node: SimObject } | { why: string | readonly string[] } | 'under way' {
  if (specOf(pod).preemptionPolicy === 'Never') return { why: 'not eligible due to preemptionPolicy=Never.' };
  const nodes = misplaced.map(({ node }) => node);
  const lower = misplaced.some(({ misfit }) => misfit.byPods)
    ? victimsByNode(pod, kit)
    : new Map<string, SimObject[]>();
  const nominated = nominatedNode(pod);
  if (nominated && (lower.get(nominated) ?? []).some(isGoingForAnother)) return 'under way';
  const why: string[] = [];
  const candidates: Candidate[] = [];
  for (const { node, misfit } of misplaced) {
    const found = misfit.byPods ? choose(pod, node, nodes, lower.get(node.metadata.name) ?? [], kit) : [POINTLESS];
    if (Array.isArray(found)) why.push(...found);
    else candidates.push(found);
  }
  const [best] = candidates.sort(compare);
  if (!best) return { why };
  for (const victim of best.victims) expel(victim, pod, best.node, kit);
  return { node: best.node };
}

export const nominatedNode = (pod: SimObject): string | undefined =>
  at(pod.status, 'nominatedNodeName') as string | undefined;

/** The pods of each node that have a lower priority. */
function victimsByNode(pod: SimObject, kit: Kit): Map<string, SimObject[]> {
  const found = new Map<string, SimObject[]>();
  const priority = priorityOf(pod);
  for (const sight of kit.view.sights('pods')) {
    const node = sight.fields['spec.nodeName'];
    if (!node || /^(Succeeded|Failed)$/.test(sight.fields['status.phase'] ?? '')) continue;
    // Of a hundred thousand pods most need not be read for one of no importance.
    if (priority <= 0 && !sight.mentions('"priority":-')) continue;
    const { object } = sight;
    if (priorityOf(object) < priority) found.set(node, [...(found.get(node) ?? []), object]);
  }
  return found;
}

function isGoingForAnother(pod: SimObject): boolean {
  return Boolean(pod.metadata.deletionTimestamp && statusOf(pod).conditions?.some(({ reason }) => reason === REASON));
}

/** As few as possible: all of lower priority go, and each whose place is not needed comes back, the most important first. */
function choose(
  pod: SimObject,
  node: SimObject,
  nodes: readonly SimObject[],
  lower: readonly SimObject[],
  kit: Kit,
): Candidate | string[] {
  if (lower.length === 0) return ['No preemption victims found for incoming pod'];
  const away = new Set(lower.map(({ metadata }) => metadata.uid ?? ''));
  const misfit = () => new Fit(pod, nodes, kit.view, away).misfit(node);
  const still = misfit();
  if (still) return still.reasons;
  const sorted = [...lower].sort((a, b) => priorityOf(b) - priorityOf(a) || startOf(a).localeCompare(startOf(b)));
  const guarded = overBudget(sorted, kit);
  const victims = [...guarded, ...sorted.filter((one) => !guarded.has(one))].filter((one) => {
    away.delete(one.metadata.uid ?? '');
    if (!misfit()) return false;
    away.add(one.metadata.uid ?? '');
    return true;
  });
  return { node, victims, guarded: victims.filter((one) => guarded.has(one)).length };
}

const startOf = (pod: SimObject): string => statusOf(pod).startTime ?? '9';

/** Those whose leaving their disruption budget does not allow. */
function overBudget(pods: readonly SimObject[], kit: Kit): Set<SimObject> {
  const budgets = kit.view.all('poddisruptionbudgets.policy').map((budget) => ({
    namespace: budget.metadata.namespace,
    selector: at(budget.spec, 'selector') as LabelSelector | undefined,
    left: Number(at(budget.status, 'disruptionsAllowed') ?? 0),
  }));
  const over = pods.filter(({ metadata }) => {
    let isOver = false;
    for (const budget of budgets)
      if (budget.selector && budget.namespace === metadata.namespace && matches(budget.selector, metadata.labels ?? {}))
        if (--budget.left < 0) isOver = true;
    return isOver;
  });
  return new Set(over);
}

/** The node where the least is lost comes first. */
function compare(a: Candidate, b: Candidate): number {
  const highest = ({ victims }: Candidate) => Math.max(...victims.map(priorityOf));
  const sum = ({ victims }: Candidate) => victims.reduce((total, one) => total + priorityOf(one), 0);
  const began = (one: Candidate) =>
    one.victims
      .filter((victim) => priorityOf(victim) === highest(one))
      .map(startOf)
      .sort()[0] ?? '';
  return (
    a.guarded - b.guarded ||
    highest(a) - highest(b) ||
    sum(a) - sum(b) ||
    a.victims.length - b.victims.length ||
    began(b).localeCompare(began(a)) ||
    (a.node.metadata.name < b.node.metadata.name ? -1 : 1)
  );
}

/** Says on a pod why it goes, and lets it go. */
function expel(victim: SimObject, pod: SimObject, node: SimObject, kit: Kit): void {
  if (victim.metadata.deletionTimestamp) return;
  const why = `${specOf(pod).schedulerName ?? 'default-scheduler'}: preempting to accommodate a higher priority pod`;
  kit.view.update('pods', disrupted(victim, REASON, why, kit.now), 'status');
  kit.view.delete('pods', victim);
  kit.record(victim, {
    type: 'Normal',
    reason: 'Preempted',
    message: `Preempted by pod ${pod.metadata.uid} on node ${node.metadata.name}`,
    action: 'Preempting',
    related: pod,
  });
}
