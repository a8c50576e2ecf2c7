import { equal } from '../json.ts';
import type { Condition, Labels, SimObject } from '../types.ts';
import type { Controller } from './controller.ts';
import { isDone, isReady, type LabelSelector, matches } from './template.ts';
import { controllerOf, type View } from './view.ts';

interface BudgetSpec {
  selector?: LabelSelector;
  minAvailable?: number | string;
  maxUnavailable?: number | string;
}

interface BudgetCondition extends Condition {
  observedGeneration?: number;
  lastTransitionTime: string;
}

const SCALED: Record<string, string> = {
  ReplicaSet: 'replicasets.apps',
  ReplicationController: 'replicationcontrollers',
  Deployment: 'deployments.apps',
  StatefulSet: 'statefulsets.apps',
};

/** Counts, for each PodDisruptionBudget, how many of its pods may go: evictions ask it. */
export const disruptions: Controller = {
  name: 'controllermanager',
  resource: 'poddisruptionbudgets.policy',
  kind: 'PodDisruptionBudget',
  owns: [],
  also: {
    pods: (pod, view) =>
      view
        .list('poddisruptionbudgets.policy', pod.namespace)
        .filter((budget) => selects(budget, pod.labels))
        .map((budget) => `${budget.metadata.namespace}/${budget.metadata.name}`),
  },
  sync(budget, kit) {
    const spec = budget.spec as BudgetSpec;
    const pods = [...kit.view.sights('pods', budget.metadata.namespace ?? '')]
      .filter((pod) => selects(budget, pod.labels))
      .map((pod) => pod.object)
      .filter((pod) => !isDone(pod));
    if (pods.length === 0) kit.record(budget, { type: 'Normal', reason: 'NoPods', message: 'No matching pods found' });
    const currentHealthy = pods.filter((pod) => isReady(pod) && !pod.metadata.deletionTimestamp).length;
    const byScale = spec.maxUnavailable !== undefined || typeof spec.minAvailable === 'string';
    const expectedPods = byScale ? scale(pods, kit.view) : pods.length;
    const desiredHealthy =
      spec.maxUnavailable === undefined
        ? amount(spec.minAvailable ?? 0, expectedPods)
        : Math.max(0, expectedPods - amount(spec.maxUnavailable, expectedPods));
    const disruptionsAllowed = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
    const { generation } = budget.metadata;
    const before = (budget.status as { conditions?: BudgetCondition[] } | undefined)?.conditions?.[0];
    const status = disruptionsAllowed > 0 ? 'True' : 'False';
    const counts = {
      currentHealthy,
      desiredHealthy,
      disruptionsAllowed,
      expectedPods,
      observedGeneration: generation,
      conditions: [
        {
          type: 'DisruptionAllowed',
          status,
          reason: disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods',
          message: '',
          observedGeneration: generation,
          lastTransitionTime: before?.status === status ? before.lastTransitionTime : kit.now,
        },
      ],
    };
    if (!equal(counts, budget.status))
      kit.view.update('poddisruptionbudgets.policy', { ...budget, status: counts } as SimObject, 'status');
  },
};

function selects(budget: SimObject, labels: Labels): boolean {
  return matches((budget.spec as BudgetSpec).selector, labels);
}

/** A percentage is rounded up. */
const amount = (value: number | string, of: number): number =>
  typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) / 100) * of);

/** How many pods the controllers of these want in all: that of a replica set's owner, where it has one. */
function scale(pods: readonly SimObject[], view: View): number {
  const found = new Map<string, number>();
  for (const pod of pods) {
    let object: SimObject = pod;
    for (;;) {
      const owner = controllerOf(object);
      const resource = SCALED[owner?.kind ?? ''];
      const above = owner && resource ? view.get(resource, pod.metadata.namespace ?? '', owner.name) : undefined;
      if (!above) break;
      object = above;
    }
    if (object !== pod) found.set(object.metadata.uid ?? '', (object.spec as { replicas?: number }).replicas ?? 1);
  }
  return [...found.values()].reduce((a, b) => a + b, 0);
}
