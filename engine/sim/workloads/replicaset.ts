import { ApiError } from '../errors.ts';
import { Undecided } from '../held.ts';
import { equal } from '../json.ts';
import type { SimObject } from '../types.ts';
import { claimed, takers } from './claim.ts';
import type { Controller, Kit } from './controller.ts';
import {
  isActive,
  isReady,
  type LabelSelector,
  matches,
  type PodTemplate,
  podFrom,
  statusOf,
  untilAvailable,
} from './template.ts';

export interface ReplicaSetSpec {
  replicas?: number;
  minReadySeconds?: number;
  selector: LabelSelector;
  template: PodTemplate;
}

/** What ReplicaSets and their predecessor differ in. */
interface Kind {
  name: string;
  resource: string;
  kind: string;
  selector(set: SimObject): LabelSelector;
}

const keeping = (kind: Kind): Controller => ({
  ...kind,
  owns: ['pods'],
  also: { pods: takers(kind.resource, kind.selector) },
  sync(set, kit) {
    const spec = set.spec as unknown as ReplicaSetSpec;
    const refusal = set.metadata.deletionTimestamp ? undefined : act(set, spec, kind, kit);
    // A pod that is refused hides none of those that are there.
    report(set, spec, kind, refusal, kit);
    if (refusal) throw refusal;
  },
});

export const replicaSets = keeping({
  name: 'replicaset-controller',
  resource: 'replicasets.apps',
  kind: 'ReplicaSet',
  selector: (set) => (set.spec as unknown as ReplicaSetSpec).selector,
});

export const replicationControllers = keeping({
  name: 'replication-controller',
  resource: 'replicationcontrollers',
  kind: 'ReplicationController',
  selector: (set) => ({ matchLabels: (set.spec as { selector?: Record<string, string> }).selector ?? {} }),
});

function act(set: SimObject, spec: ReplicaSetSpec, kind: Kind, kit: Kit): ApiError | undefined {
  const pods = claimed('pods', set, kit, { selector: kind.selector(set), fits: isActive }).filter(isActive);
  const wanted = spec.replicas ?? 1;
  try {
    for (let n = pods.length; n < wanted; n++) {
      kit.view.create('pods', podFrom(set, spec.template, { generateName: `${set.metadata.name}-` }), (pod) =>
        kit.record(set, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}` }),
      );
    }
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  for (const pod of [...pods].sort(goesFirst).slice(0, Math.max(0, pods.length - wanted))) {
    kit.view.delete('pods', pod);
    kit.record(set, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` });
  }
  return undefined;
}

/** Which pod a scale-in takes: the unbound, the unready, the cheapest to lose, the youngest. */
function goesFirst(a: SimObject, b: SimObject): number {
  const rank = (pod: SimObject) => [
    (pod.spec as { nodeName?: string }).nodeName ? 1 : 0,
    statusOf(pod).phase === 'Running' ? 1 : 0,
    isReady(pod) ? 1 : 0,
    Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0),
    -Date.parse(pod.metadata.creationTimestamp ?? ''),
  ];
  const [left, right] = [rank(a), rank(b)];
  for (const [i, value] of left.entries()) if (value !== right[i]) return value - (right[i] ?? 0);
  return a.metadata.name < b.metadata.name ? 1 : -1;
}

function report(set: SimObject, spec: ReplicaSetSpec, kind: Kind, refusal: ApiError | undefined, kit: Kit): void {
  const pods = kit.view.owned('pods', set.metadata.uid ?? '').filter(isActive);
  const waits = pods.map((pod) => untilAvailable(pod, spec.minReadySeconds ?? 0, kit.view.now));
  for (const wait of waits) if (wait) kit.again(wait);
  const counts = {
    fullyLabeledReplicas: pods.filter((pod) =>
      matches({ matchLabels: spec.template.metadata?.labels ?? {} }, pod.metadata.labels),
    ).length,
    readyReplicas: pods.filter(isReady).length,
    availableReplicas: waits.filter((wait) => wait === 0).length,
  };
  const status = {
    ...conditionsOf(set, refusal, kit),
    replicas: pods.length,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    observedGeneration: set.metadata.generation,
  };
  if (!equal(status, set.status)) kit.view.update(kind.resource, { ...set, status } as SimObject, 'status');
}

function conditionsOf(set: SimObject, refusal: ApiError | undefined, kit: Kit): { conditions?: unknown } {
  if (!refusal) return {};
  if (!(refusal instanceof Undecided)) return { conditions: [failing(set, refusal, kit)] };
  // Until more is known what was known holds.
  const { conditions } = (set.status ?? {}) as { conditions?: unknown };
  return conditions ? { conditions } : {};
}

export const FAILURE = 'ReplicaFailure';

/** That the pods it wants may not be made, and why the first of them was refused. */
function failing(set: SimObject, refusal: ApiError, kit: Kit) {
  const { conditions = [] } = (set.status ?? {}) as { conditions?: { type: string }[] };
  return (
    conditions.find(({ type }) => type === FAILURE) ?? {
      type: FAILURE,
      status: 'True',
      lastTransitionTime: kit.now,
      reason: 'FailedCreate',
      message: refusal.message,
    }
  );
}
