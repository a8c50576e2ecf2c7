/**
 * From all that was seen of a namespace to lines that are the same each time on one server: of each object, the states that each aspect
 * of it went through, in their order; of aspects that a server may skip, the set of them; what the events said; and how all ended.
 * Which of two objects was first is only told where a scenario asks for it.
 */
import { is, type Seen, type Thing } from './watched.ts';

export interface Wanted {
  /** The order in which pods were made, became ready, were told to go, and went, whichever pod it was. */
  order?: boolean;
  /** How many pods its ReplicaSets were to have at most, and how many were ready at least once all had been. */
  bounds?: boolean;
  /** By which steps a ReplicaSet comes to its size, which depends on who is quicker, doesn't count. */
  rough?: boolean;
}

/** What is told of races between the servers of a real cluster, and of others who fill its one node. */
const NOISE = [
  /FailedMount .*failed to sync \w+ cache: timed out/,
  /Operation cannot be fulfilled on .*the object has been modified/,
  /probe errored and resulted in unknown state/,
  /FailedScheduling .*Too many pods/,
  // The claim of a set's pod, made just before it.
  /FailedScheduling .*persistentvolumeclaim "data-\S+" not found/,
  /FailedMount .*token bound to a pod scheduled on a different node/,
];

type Aspects = Record<string, string>;

const conditions = (thing: Thing): Aspects =>
  Object.fromEntries(
    ((thing.status?.conditions ?? []) as { type: string; status: string; reason?: string; message?: string }[]).map(
      ({ type, status, reason, message }) => [type, [status, reason, message].filter(Boolean).join(' ')],
    ),
  );

interface ContainerStatus {
  name: string;
  state?: Record<string, { reason?: string; exitCode?: number }>;
}

/** Aspects whose every state is seen. */
const CHAINS: Record<string, (thing: Thing) => Aspects> = {
  Pod: (pod) => ({
    phase: [pod.status?.phase, pod.status?.reason].filter(Boolean).join(' '),
    ...(pod.status?.nominatedNodeName ? { nominated: 'to a node' } : {}),
    ...conditions(pod),
  }),
  Deployment: conditions,
  ReplicaSet: conditions,
  ReplicationController: conditions,
  Job: conditions,
  HorizontalPodAutoscaler: conditions,
  PersistentVolumeClaim: (claim) => ({
    phase: claim.status?.phase ?? '',
    capacity: claim.status?.capacity?.storage ?? '',
  }),
  StatefulSet: (set) => ({
    revision:
      set.status?.updateRevision === undefined
        ? ''
        : set.status.currentRevision === set.status.updateRevision
          ? 'one'
          : 'two',
  }),
  EndpointSlice: (slice) => ({
    ready: ((slice.endpoints ?? []) as { conditions: { ready: boolean } }[])
      .map((one) => (one.conditions.ready ? 'yes' : 'no'))
      .sort()
      .join(' '),
  }),
};

/** Aspects of which a state may be over before it has been written. */
const SETS: Record<string, (thing: Thing) => Aspects> = {
  Pod: (pod) =>
    Object.fromEntries(
      (
        [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])] as ContainerStatus[]
      ).map(({ name, state }) => {
        const [[what = '', about = {}] = []] = Object.entries(state ?? {}) as [
          string,
          { reason?: string; exitCode?: number },
        ][];
        return [`container ${name}`, [what, about.reason, about.exitCode].filter((one) => one !== undefined).join(' ')];
      }),
    ),
  PodDisruptionBudget: conditions,
};

/** Kinds of which only the life is looked at: the rest is in the event, or nobody's business. */
const ENDED = new Set([
  ...['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicationController'],
  ...['PodDisruptionBudget', 'PersistentVolumeClaim', 'HorizontalPodAutoscaler'],
]);

export function timeline(seen: readonly Seen[], wanted: Wanted = {}): string[] {
  const names = stableNames(seen);
  const lines = new Set<string>();
  const objects = seen.filter(({ thing }) => thing.kind !== 'Event');
  for (const histories of byUid(objects)) {
    const { kind, metadata } = histories[0]!.thing;
    for (const [aspect, states] of chains(histories, CHAINS[kind]))
      lines.add(`${kind} ${metadata.name} ${aspect}: ${states.join(' → ')}`);
    for (const [aspect, states] of chains(histories, SETS[kind]))
      lines.add(`${kind} ${metadata.name} ${aspect}: one of ${[...new Set(states)].sort().join(', ')}`);
    lines.add(`${kind} ${metadata.name} life: ${lives(histories).join(' → ')}`);
    const last = histories.at(-1)!;
    if (last.type !== 'DELETED' && ENDED.has(kind)) lines.add(`${kind} ${metadata.name} ends: ${ending(last.thing)}`);
    if (last.type !== 'DELETED' && kind === 'ControllerRevision')
      lines.add(`${kind} ${metadata.name} ends: ${last.thing.revision}`);
  }
  for (const { thing } of seen) if (thing.kind === 'Event') lines.add(said(thing));
  const told = [...lines]
    .filter((line) => !NOISE.some((noise) => noise.test(line)))
    .map((line) => names(wanted.rough ? roughly(line) : line));
  const settled = [...new Set(told)].sort();
  if (wanted.order) settled.push(`order: ${names(order(objects).join(', '))}`);
  if (wanted.bounds) settled.push(`bounds: ${bounds(objects)}`);
  return settled;
}

const roughly = (line: string): string =>
  line
    .replace(/(Scaled (?:up|down) replica set \S+) from \d+ to \d+/, '$1')
    .replace(/^(ReplicaSet .*)"generation":\d+(.*)"observedGeneration":\d+/, '$1$2');

/**
 * Whether two lines tell the same. Of what an object went through the shorter may leave states out, but for the last: one that is over
 * before a busy server comes to write it is never written.
 */
export function agree(one: string, other: string): boolean {
  if (one === other) return true;
  const [[key, states], [otherKey, otherStates]] = [parts(one), parts(other)];
  if (key === '' || key !== otherKey) return false;
  const [shorter, longer] = states.length < otherStates.length ? [states, otherStates] : [otherStates, states];
  if (key.endsWith('one of')) return shorter.every((state) => longer.includes(state));
  let at = 0;
  for (const state of longer) if (state === shorter[at]) at++;
  return at === shorter.length && shorter.at(-1) === longer.at(-1);
}

/** What a line is about, and the states it names; nothing where it is no such line. */
function parts(line: string): [key: string, states: string[]] {
  const [, set = '', members = ''] = /^(\w+ \S+ container \S+: one of) (.*)$/.exec(line) ?? [];
  if (set) return [set, members.split(', ')];
  const [, chain = '', states = ''] = /^(\w+ \S+ [\w/.]+): (.*)$/.exec(line) ?? [];
  return /^(Event|order|bounds)/.test(line) || / (life|ends)$/.test(chain) ? ['', []] : [chain, states.split(' → ')];
}

function byUid(seen: readonly Seen[]): Seen[][] {
  const found = new Map<string, Seen[]>();
  for (const one of seen) found.set(one.thing.metadata.uid, [...(found.get(one.thing.metadata.uid) ?? []), one]);
  return [...found.values()];
}

function chains(histories: readonly Seen[], aspectsOf?: (thing: Thing) => Aspects): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { thing } of histories)
    for (const [aspect, state] of Object.entries(aspectsOf?.(thing) ?? {})) {
      const chain = found.get(aspect) ?? [];
      if (chain.at(-1) !== state) chain.push(state);
      found.set(aspect, chain);
    }
  return found;
}

const lives = (histories: readonly Seen[]): string[] => {
  const states = histories.map(({ type, thing }) =>
    type === 'DELETED' ? 'gone' : thing.metadata.deletionTimestamp ? 'going' : 'there',
  );
  return states.filter((state, i) => state !== states[i - 1]);
};

/** The status, and what of the metadata a controller has a hand in. */
function ending({ status, metadata, spec }: Thing): string {
  const { annotations = {}, generation, ownerReferences = [] } = metadata;
  const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...notes } = annotations;
  const owners = ownerReferences.map(({ kind, name, controller }) => `${kind} ${name}${controller ? '' : ' loosely'}`);
  const { replicas, suspend } = (spec ?? {}) as { replicas?: number; suspend?: boolean };
  return JSON.stringify(sorted({ generation, replicas, suspend, owners, notes, status }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(sorted);
    // Conditions stand in the order in which they last changed: the chains have it.
    return items.every((item) => typeof item === 'object' && item !== null && 'type' in item)
      ? items.sort((a, b) => ((a as { type: string }).type < (b as { type: string }).type ? -1 : 1))
      : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, key === 'resourceVersion' ? 'N' : sorted(one)]),
  );
}

function said(event: Thing): string {
  const { involvedObject, type, reason, message, source, reportingComponent } = event as unknown as {
    involvedObject: { kind: string; name: string; fieldPath?: string };
    type: string;
    reason: string;
    message: string;
    source?: { component?: string };
    reportingComponent?: string;
  };
  const who = source?.component || reportingComponent;
  const part = involvedObject.fieldPath ? ` ${involvedObject.fieldPath}` : '';
  return `Event ${involvedObject.kind} ${involvedObject.name}${part} ${type} ${reason} by ${who}: ${message}`;
}

function order(seen: readonly Seen[]): string[] {
  const steps: string[] = [];
  const before = new Map<string, string>();
  for (const { type, thing } of seen) {
    if (thing.kind !== 'Pod') continue;
    const { uid, name, deletionTimestamp } = thing.metadata;
    const state = type === 'DELETED' ? 'gone' : deletionTimestamp ? 'going' : is(thing, 'Ready') ? 'ready' : 'there';
    if (before.get(uid) !== state) steps.push(`${name} ${state}`);
    before.set(uid, state);
  }
  return steps;
}

/** A new pod may come in the instant before an old one is told to go: what a roll-out keeps to is the sizes of the ReplicaSets. */
function bounds(seen: readonly Seen[]): string {
  const sizes = new Map<string, number>();
  const pods = new Map<string, boolean>();
  let most = 0;
  let least: number | undefined;
  let full = 0;
  for (const { type, thing } of seen) {
    const { uid, deletionTimestamp } = thing.metadata;
    const gone = type === 'DELETED' || deletionTimestamp !== undefined;
    if (thing.kind === 'Deployment') full = (thing.spec as { replicas: number }).replicas;
    if (thing.kind === 'ReplicaSet') {
      sizes.set(uid, gone ? 0 : (thing.spec as { replicas: number }).replicas);
      most = Math.max(
        most,
        [...sizes.values()].reduce((sum, size) => sum + size, 0),
      );
    }
    if (thing.kind !== 'Pod') continue;
    if (gone) pods.delete(uid);
    else pods.set(uid, is(thing, 'Ready'));
    const ready = [...pods.values()].filter(Boolean).length;
    if (least === undefined && ready === full && full > 0) least = ready;
    else if (least !== undefined) least = Math.min(least, ready);
  }
  return `at most ${most} pods wanted, at least ${least} ready`;
}

/** Replaces what a server has chosen: hashes by the order in which they came, random endings, times, ids and addresses. */
function stableNames(seen: readonly Seen[]): (text: string) => string {
  const table = new Map<string, string>();
  const counted = new Map<string, number>();
  for (const { thing } of seen) {
    const { name, generateName, labels = {}, ownerReferences } = thing.metadata;
    const hash =
      thing.kind === 'ReplicaSet'
        ? labels['pod-template-hash']
        : thing.kind === 'ControllerRevision'
          ? (labels['controller.kubernetes.io/hash'] ?? labels['controller-revision-hash'])
          : undefined;
    const owner = ownerReferences?.find(({ controller }) => controller);
    if (hash && !table.has(hash)) {
      const key = `${thing.kind} ${owner?.name}`;
      counted.set(key, (counted.get(key) ?? 0) + 1);
      table.set(hash, `r${counted.get(key)}`);
    }
    if (generateName && name.startsWith(generateName)) table.set(name, `${generateName}#`);
    if (owner?.kind === 'CronJob') table.set(name, `${owner.name}-#`);
  }
  const replaced = [...table].sort(([a], [b]) => b.length - a.length);
  return (text) => {
    let stable = text;
    for (const [from, to] of replaced) stable = stable.replaceAll(from, to);
    return stable
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID')
      .replace(/\b10\.\d+\.\d+\.\d+\b/g, 'IP')
      .replace(/"N"/g, 'N')
      .replace(/external provisioner '[^']+'/g, 'external provisioner');
  };
}
