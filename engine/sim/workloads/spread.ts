/** How evenly a pod wants its kind spread over zones, hosts or whatever else labels of nodes tell apart. */
import type { SimObject } from '../types.ts';
import type { Misfit } from './fit.ts';
import { type LabelSelector, matches } from './template.ts';
import type { Sight } from './view.ts';

export interface SpreadConstraint {
  maxSkew: number;
  topologyKey: string;
  whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
  labelSelector?: LabelSelector;
  matchLabelKeys?: string[];
  minDomains?: number;
  nodeAffinityPolicy?: 'Honor' | 'Ignore';
  nodeTaintsPolicy?: 'Honor' | 'Ignore';
}

/** Which nodes count as places for the pod. */
interface Places {
  wanted(node: SimObject): boolean;
  tainted(node: SimObject): boolean;
}

const REASON = "node(s) didn't match pod topology spread constraints";

interface Counted {
  constraint: SpreadConstraint;
  /** Whether the pod is one of those that are counted. */
  self: boolean;
  /** Of each domain. */
  pods: Map<string, number>;
}

export class Spread {
  readonly #strict: Counted[];
  readonly #wished: Counted[];

  constructor(
    pod: SimObject,
    constraints: readonly SpreadConstraint[],
    nodes: readonly SimObject[],
    running: Iterable<readonly [Sight, SimObject]>,
    places: Places,
  ) {
    const own = pod.metadata.labels ?? {};
    const sorted = (policy: SpreadConstraint['whenUnsatisfiable']): Counted[] => {
      const all = constraints.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === policy);
      return all.map((constraint) => {
        const { topologyKey, nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' } = constraint;
        const pods = new Map<string, number>();
        for (const node of nodes) {
          const labels = node.metadata.labels ?? {};
          if (all.some((one) => labels[one.topologyKey] === undefined)) continue;
          if (nodeAffinityPolicy === 'Honor' && !places.wanted(node)) continue;
          if (nodeTaintsPolicy === 'Honor' && places.tainted(node)) continue;
          pods.set(labels[topologyKey] ?? '', 0);
        }
        return { constraint, self: isMeant(constraint, own, own), pods };
      });
    };
    this.#strict = sorted('DoNotSchedule');
    this.#wished = sorted('ScheduleAnyway');
    for (const [sight, node] of running) {
      if (sight.namespace !== (pod.metadata.namespace ?? '') || sight.mentions('"deletionTimestamp"')) continue;
      for (const { constraint, pods } of [...this.#strict, ...this.#wished]) {
        const domain = node.metadata.labels?.[constraint.topologyKey];
        const count = domain === undefined ? undefined : pods.get(domain);
        if (count !== undefined && isMeant(constraint, sight.labels, own)) pods.set(domain as string, count + 1);
      }
    }
  }

  misfit(node: SimObject): Misfit | undefined {
    for (const { constraint, self, pods } of this.#strict) {
      const domain = node.metadata.labels?.[constraint.topologyKey];
      if (domain === undefined) return { reasons: [`${REASON} (missing required label)`], byPods: false };
      const least = pods.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...pods.values());
      const skew = (pods.get(domain) ?? 0) + (self ? 1 : 0) - least;
      if (skew > constraint.maxSkew) return { reasons: [REASON], byPods: true };
    }
    return undefined;
  }

  /** How many of its kind are where the node is: the fewer the better. */
  crowd(node: SimObject): number {
    let crowd = 0;
    for (const { constraint, pods } of this.#wished)
      crowd += pods.get(node.metadata.labels?.[constraint.topologyKey] ?? '') ?? Number.POSITIVE_INFINITY;
    return crowd;
  }
}

function isMeant(
  { labelSelector, matchLabelKeys = [] }: SpreadConstraint,
  labels: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
): boolean {
  if (!labelSelector || !matches(labelSelector, labels)) return false;
  return matchLabelKeys.every((key) => own[key] === undefined || labels[key] === own[key]);
}
