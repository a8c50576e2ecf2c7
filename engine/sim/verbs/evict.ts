import { failure } from '../errors.ts';
import { at, clone } from '../json.ts';
import { type Kernel, timestamp, type WriteContext } from '../kernel.ts';
import { disrupted } from '../kinds/disrupted.ts';
import type { ResourceInfo } from '../resources/info.ts';
import { matchesLabels, parseLabelSelector } from '../selectors.ts';
import { selectorText } from '../table/cells.ts';
import type { Dict, SimObject } from '../types.ts';
import { atOnce } from '../work.ts';
import { current } from './common.ts';
import { type DeleteOptions, remove } from './delete.ts';
import { update } from './update.ts';

const MESSAGE = "Cannot evict pod as it would violate the pod's disruption budget.";
const SEVERAL = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
const BUDGETS = 'poddisruptionbudgets.policy';
const UNGUARDED = new Set(['Pending', 'Succeeded', 'Failed']);

function budgetsOf(kernel: Kernel, pod: SimObject): SimObject[] {
  const info = kernel.registry.get(BUDGETS);
  const { keys, get } = kernel.store.collection(info.storageKey).live();
  const found: SimObject[] = [];
  for (const key of keys) {
    const entry = get(key);
    if (!entry || entry.namespace !== pod.metadata.namespace) continue;
    const budget = kernel.store.object(info, entry);
    const text = selectorText(at(budget, 'spec', 'selector'));
    if (text !== '<none>' && matchesLabels(parseLabelSelector(text), pod.metadata.labels)) found.push(budget);
  }
  return found;
}

function isReady(pod: SimObject): boolean {
  const conditions = (at(pod, 'status', 'conditions') ?? []) as { type: string; status: string }[];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** Whether a pod that is not ready may go whatever the budget says. */
function spares(budget: SimObject): boolean {
  if (at(budget, 'spec', 'unhealthyPodEvictionPolicy') === 'AlwaysAllow') return true;
  const desired = Number(at(budget, 'status', 'desiredHealthy') ?? 0);
  return desired > 0 && Number(at(budget, 'status', 'currentHealthy') ?? 0) >= desired;
}

/** The budget that is used up by one when the pod goes, or none. Throws where it has nothing left (429). */
function budgetFor(kernel: Kernel, pod: SimObject): SimObject | undefined {
  if (UNGUARDED.has(String(at(pod, 'status', 'phase'))) || pod.metadata.deletionTimestamp) return undefined;
  const [budget, ...more] = budgetsOf(kernel, pod);
  if (more.length > 0) throw failure(500, '', SEVERAL);
  if (!budget || (!isReady(pod) && spares(budget))) return undefined;
  if (Number(at(budget, 'status', 'disruptionsAllowed') ?? 0) > 0) return budget;
  const desired = Number(at(budget, 'status', 'desiredHealthy') ?? 0);
  const healthy = Number(at(budget, 'status', 'currentHealthy') ?? 0);
  const message = `The disruption budget ${budget.metadata.name} needs ${desired} healthy pods and has ${healthy} currently`;
  throw failure(429, 'TooManyRequests', MESSAGE, { causes: [{ reason: 'DisruptionBudget', message }] });
}

/** Says on the pod why it goes. */
function mark(kernel: Kernel, info: ResourceInfo, pod: SimObject, context: WriteContext): void {
  const next = disrupted(clone(pod), 'EvictionByEvictionAPI', 'Eviction API: evicting', timestamp(kernel));
  const about = { ...context, version: info.storageVersion, subresource: 'status' };
  atOnce(update(kernel, info, next, about, { fromPatch: true }));
}

/** Deletes a pod unless a disruption budget forbids it. What it takes from the budget is gone at once: the next eviction may come before any controller has counted. */
export function evict(
  kernel: Kernel,
  info: ResourceInfo,
  namespace: string,
  name: string,
  options: DeleteOptions,
  request: WriteContext,
): void {
  // The eviction has been admitted; what it does is asked of nobody.
  const context = { ...request, admitted: true };
  const pod = kernel.store.object(info, current(kernel, info, namespace, name));
  const budget = budgetFor(kernel, pod);
  mark(kernel, info, pod, context);
  atOnce(remove(kernel, info, namespace, name, options, context));
  if (!budget) return;
  const status = budget.status as Dict;
  const left = clone(budget);
  left.status = { ...status, disruptionsAllowed: Number(status.disruptionsAllowed) - 1 };
  const budgets = kernel.registry.get(BUDGETS);
  const about = { ...context, version: budgets.storageVersion, subresource: 'status' };
  atOnce(update(kernel, budgets, left, about, { fromPatch: true }));
}
