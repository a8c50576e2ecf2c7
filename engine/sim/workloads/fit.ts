/** Which nodes a pod fits, and in the scheduler's words why it doesn't fit the others. */
import { at } from '../json.ts';
import { type Amounts, add, amountOf, dict, podAmounts } from '../kinds/amounts.ts';
import type { PodSpec } from '../node/status.ts';
import type { Dict, Labels, SimObject } from '../types.ts';
import { clash, type HostPort, hostPortsOf } from './ports.ts';
import { Spread, type SpreadConstraint } from './spread.ts';
import { type LabelSelector, matches } from './template.ts';
import type { Sight, View } from './view.ts';

interface Requirement {
  key: string;
  operator: string;
  values?: string[];
}

interface PodTerm {
  topologyKey: string;
  labelSelector?: LabelSelector;
  namespaces?: string[];
  namespaceSelector?: LabelSelector;
}

interface Required<T> {
  requiredDuringSchedulingIgnoredDuringExecution?: T;
}

export type Scheduled = PodSpec & {
  schedulerName?: string;
  schedulingGates?: { name: string }[];
  affinity?: {
    nodeAffinity?: Required<{
      nodeSelectorTerms: { matchFields?: Requirement[]; matchExpressions?: Requirement[] }[];
    }>;
    podAffinity?: Required<PodTerm[]>;
    podAntiAffinity?: Required<PodTerm[]>;
  };
  nodeSelector?: Record<string, string>;
  tolerations?: { key?: string; operator?: string; value?: string; effect?: string }[];
  topologySpreadConstraints?: SpreadConstraint[];
  priority?: number;
  preemptionPolicy?: 'Never' | 'PreemptLowerPriority';
};

export interface Misfit {
  reasons: string[];
  /** Whether another pod's leaving could mend it. */
  byPods: boolean;
}

export interface Taint {
  key: string;
  value?: string;
  effect: string;
}

interface NodeSpec {
  unschedulable?: boolean;
  taints?: Taint[];
}

const CORDONED = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
/** The kubelet says these too. */
export const NOT_HERE = "node(s) didn't match Pod's node affinity/selector";
export const NO_PORTS = "node(s) didn't have free ports for the requested pod ports";

export const specOf = (pod: SimObject) => pod.spec as unknown as Scheduled;

export const priorityOf = (pod: SimObject): number => specOf(pod).priority ?? 0;

export const tolerates = (spec: Scheduled, taint: Taint): boolean =>
  spec.tolerations?.some(
    (one) =>
      (one.operator === 'Exists'
        ? !one.key || one.key === taint.key
        : one.key === taint.key && (one.value ?? '') === (taint.value ?? '')) &&
      (!one.effect || one.effect === taint.effect),
  ) ?? false;

const termsOf = (spec: Scheduled, part: 'podAffinity' | 'podAntiAffinity'): PodTerm[] =>
  spec.affinity?.[part]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];

function meets(labels: Labels, { key, operator, values = [] }: Requirement): boolean {
  const value = labels[key];
  if (operator === 'Gt') return Number(value) > Number(values[0]);
  if (operator === 'Lt') return Number(value) < Number(values[0]);
  return matches({ matchExpressions: [{ key, operator, values }] }, labels);
}

/** The nodes that a DaemonSet's pod names, the one it is meant for. */
function pinnedTo(spec: Scheduled): string[] | undefined {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const fields = required?.nodeSelectorTerms.flatMap((term) => term.matchFields ?? []);
  return fields?.find(({ key }) => key === 'metadata.name')?.values;
}

const isTainted = (spec: Scheduled, node: SimObject): boolean =>
  ((node.spec ?? {}) as NodeSpec).taints?.some((one) => one.effect !== 'PreferNoSchedule' && !tolerates(spec, one)) ??
  false;

export function wants(spec: Scheduled, node: SimObject): boolean {
  const labels = node.metadata.labels ?? {};
  if (Object.entries(spec.nodeSelector ?? {}).some(([key, value]) => labels[key] !== value)) return false;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return (
    terms?.some(({ matchExpressions = [], matchFields = [] }) => {
      const named = matchFields.every((one) => meets({ [one.key]: node.metadata.name }, one));
      return (
        matchExpressions.length + matchFields.length > 0 && named && matchExpressions.every((one) => meets(labels, one))
      );
    }) ?? true
  );
}

/** A pod that has its node, as others see it who are to stand beside it or not. */
interface Placed {
  pod: SimObject;
  node: SimObject;
}

function chosen(term: PodTerm, from: SimObject, to: SimObject, view: View): boolean {
  const namespace = to.metadata.namespace ?? '';
  const own = !term.namespaces?.length && !term.namespaceSelector;
  const there =
    (own && namespace === from.metadata.namespace) ||
    term.namespaces?.includes(namespace) ||
    (term.namespaceSelector &&
      matches(term.namespaceSelector, view.get('namespaces', '', namespace)?.metadata.labels ?? {}));
  return Boolean(there) && matches(term.labelSelector, to.metadata.labels);
}

const together = ({ topologyKey }: PodTerm, one: SimObject, other: SimObject): boolean => {
  const value = one.metadata.labels?.[topologyKey];
  return value !== undefined && value === other.metadata.labels?.[topologyKey];
};

/** Judges nodes for one pod. What the others ask for is only looked up where it decides anything. */
export class Fit {
  readonly #pod: SimObject;
  readonly #spec: Scheduled;
  readonly #view: View;
  readonly #asked: Amounts;
  readonly #nodes: Map<string, SimObject>;
  /** Pods on a node. */
  readonly #load = new Map<string, number>();
  readonly #used = new Map<string, Amounts>();
  readonly #wanted: readonly HostPort[];
  readonly #taken = new Map<string, HostPort[]>();
  readonly #spread: Spread | undefined;
  readonly #without: ReadonlySet<string>;
  /** Those that may not want this one beside them. */
  readonly #averse: Placed[] = [];
  #beside: Placed[] | undefined;

  /** `without`: as if the pods of these uids had left. */
  constructor(pod: SimObject, nodes: readonly SimObject[], view: View, without: ReadonlySet<string> = new Set()) {
    this.#pod = pod;
    this.#spec = specOf(pod);
    this.#view = view;
    this.#nodes = new Map(nodes.map((node) => [node.metadata.name, node]));
    this.#asked = podAmounts(pod.spec as Dict, 'requests');
    this.#wanted = hostPortsOf(this.#spec);
    this.#without = without;
    for (const [sight, node] of this.#running()) this.#count(sight, node);
    const { topologySpreadConstraints: constraints = [] } = this.#spec;
    if (constraints.length > 0)
      this.#spread = new Spread(pod, constraints, nodes, this.#running(), {
        wanted: (node) => wants(this.#spec, node),
        tainted: (node) => isTainted(this.#spec, node),
      });
  }

  #count(sight: Sight, node: SimObject): void {
    const { name } = node.metadata;
    this.#load.set(name, (this.#load.get(name) ?? 0) + 1);
    if (sight.mentions('"podAntiAffinity"')) this.#averse.push({ pod: sight.object, node });
    if (this.#wanted.length > 0 && sight.mentions('"hostPort"'))
      this.#taken.set(name, [...(this.#taken.get(name) ?? []), ...hostPortsOf(specOf(sight.object))]);
    if (this.#asked.size === 0 || !sight.mentions('"requests"')) return;
    const used = this.#used.get(name) ?? new Map();
    for (const [what, amount] of podAmounts(sight.object.spec as Dict, 'requests')) add(used, what, amount);
    this.#used.set(name, used);
  }

  /** How many pods are on the node. */
  load(node: SimObject): number {
    return this.#load.get(node.metadata.name) ?? 0;
  }

  /** How many of its kind are around the node, where it would rather not be among them. */
  crowd(node: SimObject): number {
    return this.#spread?.crowd(node) ?? 0;
  }

  /** Undefined where it fits. */
  misfit(node: SimObject): Misfit | undefined {
    const spec = this.#spec;
    const { unschedulable } = (node.spec ?? {}) as NodeSpec;
    const pinned = pinnedTo(spec);
    const never = (reason: string): Misfit => ({ reasons: [reason], byPods: false });
    if (pinned && !pinned.includes(node.metadata.name)) return never("node(s) didn't satisfy plugin(s) [NodeAffinity]");
    if (unschedulable && !tolerates(spec, CORDONED)) return never('node(s) were unschedulable');
    if (isTainted(spec, node)) return never('node(s) had untolerated taint(s)');
    if (!wants(spec, node)) return never(NOT_HERE);
    return this.#portless(node) ?? this.#tooLarge(node) ?? this.#spread?.misfit(node) ?? this.#badCompany(node);
  }

  #portless(node: SimObject): Misfit | undefined {
    const taken = this.#taken.get(node.metadata.name) ?? [];
    if (!this.#wanted.some((one) => taken.some((other) => clash(one, other)))) return undefined;
    return { reasons: [NO_PORTS], byPods: true };
  }

  #tooLarge(node: SimObject): Misfit | undefined {
    const there = dict((node.status as { allocatable?: unknown } | undefined)?.allocatable);
    const used = this.#used.get(node.metadata.name);
    const reasons: string[] = [];
    let byPods = true;
    for (const [name, { nano }] of this.#asked) {
      const most = amountOf(there[name] ?? '0').nano;
      if (nano === 0n || nano + (used?.get(name)?.nano ?? 0n) <= most) continue;
      reasons.push(`Insufficient ${name}`);
      if (nano > most) byPods = false;
    }
    return reasons.length > 0 ? { reasons, byPods } : undefined;
  }

  #badCompany(node: SimObject): Misfit | undefined {
    const [near, far] = [termsOf(this.#spec, 'podAffinity'), termsOf(this.#spec, 'podAntiAffinity')];
    if (near.some((term) => !this.#finds(term, node)))
      return { reasons: ["node(s) didn't match pod affinity rules"], byPods: false };
    const placed = far.length > 0 ? this.#others() : [];
    for (const term of far)
      if (placed.some((one) => together(term, one.node, node) && chosen(term, this.#pod, one.pod, this.#view)))
        return { reasons: ["node(s) didn't match pod anti-affinity rules"], byPods: true };
    for (const one of this.#averse)
      for (const term of termsOf(specOf(one.pod), 'podAntiAffinity'))
        if (together(term, one.node, node) && chosen(term, one.pod, this.#pod, this.#view))
          return { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], byPods: true };
    return undefined;
  }

  /** The first of a group that wants its own kind beside it has nobody to look for. */
  #finds(term: PodTerm, node: SimObject): boolean {
    if (node.metadata.labels?.[term.topologyKey] === undefined) return false;
    const meant = this.#others().filter(({ pod }) => chosen(term, this.#pod, pod, this.#view));
    if (meant.some((one) => together(term, one.node, node))) return true;
    return meant.length === 0 && chosen(term, this.#pod, this.#pod, this.#view);
  }

  #others(): Placed[] {
    this.#beside ??= [...this.#running()].map(([sight, node]) => ({ pod: sight.object, node }));
    return this.#beside;
  }

  /** With those that wait for a place which was cleared for them, and are no less important. */
  *#running(): Generator<[Sight, SimObject]> {
    for (const sight of this.#view.sights('pods')) {
      const { 'spec.nodeName': bound, 'status.phase': phase = '' } = sight.fields;
      const node = this.#nodes.get(bound || this.#promised(sight));
      if (!node || /^(Succeeded|Failed)$/.test(phase)) continue;
      if (this.#without.size === 0 || !this.#without.has(sight.object.metadata.uid ?? '')) yield [sight, node];
    }
  }

  #promised(sight: Sight): string {
    if (!sight.mentions('"nominatedNodeName"')) return '';
    const { object } = sight;
    if (object.metadata.uid === this.#pod.metadata.uid || priorityOf(object) < priorityOf(this.#pod)) return '';
    return String(at(object.status, 'nominatedNodeName') ?? '');
  }
}

/** What the event and the condition say where no node is left. `cleared`: why nobody is told to leave; absent where somebody is. */
export function unschedulable(misfits: readonly Misfit[], cleared?: string | readonly string[]): string {
  const nodes = misfits.length;
  if (nodes === 0) return 'no nodes available to schedule pods';
  const counted = (words: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    const sorted = [...counts].map(([word, count]) => `${count} ${word}`).sort();
    return `0/${nodes} nodes are available: ${sorted.join(', ')}.`;
  };
  const why = counted(misfits.flatMap(({ reasons }) => reasons));
  if (cleared === undefined) return why;
  return `${why} no new claims to deallocate, preemption: ${typeof cleared === 'string' ? cleared : counted(cleared)}`;
}
