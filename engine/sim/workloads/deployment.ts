import { equal } from '../json.ts';
import type { SimObject } from '../types.ts';
import { claimed, takers } from './claim.ts';
import type { Controller, Kit } from './controller.ts';
import { FAILURE, type ReplicaSetSpec } from './replicaset.ts';
import { isDone, type LabelSelector, ownerReference, type PodTemplate, templateHash } from './template.ts';

interface Spec {
  replicas?: number;
  selector: LabelSelector;
  template: PodTemplate;
  paused?: boolean;
  minReadySeconds?: number;
  revisionHistoryLimit?: number;
  progressDeadlineSeconds?: number;
  strategy?: {
    type?: 'RollingUpdate' | 'Recreate';
    rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string };
  };
}

type Truth = 'True' | 'False' | 'Unknown';

interface Condition {
  type: string;
  status: Truth;
  reason: string;
  message: string;
  lastUpdateTime: string;
  lastTransitionTime: string;
}

interface Counts {
  replicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
}

const REVISION = 'deployment.kubernetes.io/revision';
const HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAX = 'deployment.kubernetes.io/max-replicas';
const ROLLED_BACK = 'deprecated.deployment.rollback.to';
const HASH = 'pod-template-hash';

/** Milliseconds after which pods that are going are looked for again. */
const UNTIL_GONE = 100;

const specOf = (set: SimObject) => set.spec as unknown as ReplicaSetSpec;
const wantedBy = (set: SimObject) => specOf(set).replicas ?? 1;
const countsOf = (set: SimObject) => (set.status ?? {}) as Counts;
const revisionOf = (set: SimObject) => Number(set.metadata.annotations?.[REVISION] ?? 0);
const total = (sets: SimObject[], of: (set: SimObject) => number) => sets.reduce((sum, set) => sum + of(set), 0);

export const deployments: Controller = {
  name: 'deployment-controller',
  resource: 'deployments.apps',
  kind: 'Deployment',
  owns: ['replicasets.apps'],
  also: { 'replicasets.apps': takers('deployments.apps') },
  sync(deployment, kit) {
    if (deployment.metadata.deletionTimestamp) return;
    const spec = deployment.spec as unknown as Spec;
    claimed('replicasets.apps', deployment, kit);
    if (resume(deployment, spec, kit)) return;
    const news: { type: string; reason: string; message: string }[] = [];
    const sets = () => kit.view.owned('replicasets.apps', deployment.metadata.uid ?? '');
    const made = newSet(deployment, spec, kit, sets(), news);
    const old = sets().filter((set) => set.metadata.uid !== made?.metadata.uid);
    if (made) roll(deployment, spec, kit, made, old);
    else if (!spec.paused) for (const set of old) scale(deployment, spec, kit, set, 0);
    else
      for (const set of [...old].sort((a, b) => revisionOf(b) - revisionOf(a)).slice(0, 1))
        scale(deployment, spec, kit, set, spec.replicas ?? 1);
    prune(spec, kit, old);
    report(deployment, spec, kit, made, sets(), news);
  },
};

const sameTemplate = (set: SimObject, spec: Spec): boolean => {
  const { [HASH]: _, ...labels } = specOf(set).template.metadata?.labels ?? {};
  const own = { ...specOf(set).template, metadata: { ...specOf(set).template.metadata, labels } };
  return equal(own, {
    ...spec.template,
    metadata: { ...spec.template.metadata, labels: spec.template.metadata?.labels ?? {} },
  });
};

/** The ReplicaSet of the present template: found, or made with the next revision. None while a new template waits paused. */
function newSet(
  deployment: SimObject,
  spec: Spec,
  kit: Kit,
  sets: SimObject[],
  news: { type: string; reason: string; message: string }[],
): SimObject | undefined {
  const newest = Math.max(0, ...sets.map(revisionOf));
  let set = sets.find((one) => sameTemplate(one, spec));
  if (set) {
    const annotations = copied(deployment);
    // Going back to an old template makes it the newest revision again.
    if (revisionOf(set) < newest) {
      const before = [set.metadata.annotations?.[HISTORY], set.metadata.annotations?.[REVISION]].filter(Boolean);
      Object.assign(annotations, { [REVISION]: String(newest + 1), [HISTORY]: before.join(',') });
    }
    const has = set.metadata.annotations ?? {};
    if (Object.entries(annotations).some(([name, value]) => has[name] !== value))
      set = kit.view.patch('replicasets.apps', set, { metadata: { annotations } }) ?? set;
  } else {
    if (spec.paused) return undefined;
    if (waits(spec, kit, sets)) {
      kit.again(UNTIL_GONE);
      return undefined;
    }
    const hash = templateHash(spec.template);
    const labels = { ...spec.template.metadata?.labels, [HASH]: hash };
    const replicas = room(spec, sets);
    set = kit.view.create('replicasets.apps', {
      metadata: {
        name: `${deployment.metadata.name}-${hash}`,
        namespace: deployment.metadata.namespace,
        labels,
        annotations: { ...copied(deployment), [REVISION]: String(newest + 1), ...sizes(spec) },
        ownerReferences: [ownerReference(deployment)],
      },
      spec: {
        replicas,
        ...(spec.minReadySeconds ? { minReadySeconds: spec.minReadySeconds } : {}),
        selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [HASH]: hash } },
        template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
      },
    });
    if (replicas > 0) sayScaled(deployment, set, 0, replicas, kit);
    news.push({
      type: 'Progressing',
      reason: 'NewReplicaSetCreated',
      message: `Created new replica set "${set.metadata.name}"`,
    });
  }
  // With the status: the revision alone is no new generation.
  if (deployment.metadata.annotations?.[REVISION] !== String(revisionOf(set)))
    kit.view.patch(
      'deployments.apps',
      deployment,
      { metadata: { annotations: { [REVISION]: String(revisionOf(set)) } } },
      'status',
    );
  return set;
}

/** Annotations that are a Deployment's alone, or its ReplicaSet's. */
const NOT_COPIED = ['kubectl.kubernetes.io/last-applied-configuration', REVISION, HISTORY, DESIRED, MAX, ROLLED_BACK];

function copied(deployment: SimObject): Record<string, string> {
  const all = Object.entries(deployment.metadata.annotations ?? {});
  return Object.fromEntries(all.filter(([name]) => !NOT_COPIED.includes(name)));
}

/** How many pods more, and how many fewer, than wanted a roll-out may have. */
function bounds(spec: Spec): { surge: number; unavailable: number } {
  const replicas = spec.replicas ?? 1;
  if (spec.strategy?.type === 'Recreate') return { surge: 0, unavailable: 0 };
  const amount = (value: number | string | undefined, round: (n: number) => number): number => {
    const given = value ?? '25%';
    return typeof given === 'number' ? given : round((Number.parseInt(given, 10) / 100) * replicas);
  };
  const surge = amount(spec.strategy?.rollingUpdate?.maxSurge, Math.ceil);
  const unavailable = amount(spec.strategy?.rollingUpdate?.maxUnavailable, Math.floor);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, replicas) };
}

const sizes = (spec: Spec) => ({
  [DESIRED]: String(spec.replicas ?? 1),
  [MAX]: String((spec.replicas ?? 1) + bounds(spec).surge),
});

function scale(deployment: SimObject, spec: Spec, kit: Kit, set: SimObject, to: number): void {
  const from = wantedBy(set);
  const annotations = sizes(spec);
  const stale = Object.entries(annotations).some(([key, value]) => set.metadata.annotations?.[key] !== value);
  if (from === to && !stale) return;
  kit.view.patch('replicasets.apps', set, {
    metadata: { annotations },
    ...(from === to ? {} : { spec: { replicas: to } }),
  });
  if (from !== to) sayScaled(deployment, set, from, to, kit);
}

function sayScaled(deployment: SimObject, { metadata }: SimObject, from: number, to: number, kit: Kit): void {
  kit.record(deployment, {
    type: 'Normal',
    reason: 'ScalingReplicaSet',
    message: `Scaled ${to > from ? 'up' : 'down'} replica set ${metadata.name} from ${from} to ${to}`,
  });
}

/** Whether a Deployment that is recreated has pods of before, so that nothing new may come yet. */
const waits = (spec: Spec, kit: Kit, sets: SimObject[]): boolean =>
  spec.strategy?.type === 'Recreate' &&
  sets.some((set) => kit.view.owned('pods', set.metadata.uid ?? '').some((pod) => !isDone(pod)));

/** Says that it goes on, in a write of its own: what comes of it is told afterwards. */
function resume(deployment: SimObject, spec: Spec, kit: Kit): boolean {
  const status = (deployment.status ?? {}) as { conditions?: Condition[] };
  const held = status.conditions?.find(({ reason }) => reason === 'DeploymentPaused');
  if (!held || spec.paused) return false;
  const said = { reason: 'DeploymentResumed', message: 'Deployment is resumed', lastUpdateTime: kit.now };
  const conditions = [...(status.conditions ?? []).filter((one) => one !== held), { ...held, ...said }];
  kit.view.update('deployments.apps', { ...deployment, status: { ...status, conditions } } as SimObject, 'status');
  return true;
}

/** How many pods a ReplicaSet that isn't there yet may begin with. */
function room(spec: Spec, others: SimObject[]): number {
  const replicas = spec.replicas ?? 1;
  const there = total(others, wantedBy);
  if (spec.strategy?.type === 'Recreate') return replicas;
  return Math.min(replicas, Math.max(0, replicas + bounds(spec).surge - there));
}

function roll(deployment: SimObject, spec: Spec, kit: Kit, made: SimObject, old: SimObject[]): void {
  const replicas = spec.replicas ?? 1;
  const { surge, unavailable } = bounds(spec);
  const running = old.filter((set) => wantedBy(set) > 0 || (countsOf(set).replicas ?? 0) > 0);
  if (spec.paused) {
    scale(deployment, spec, kit, made, Math.max(0, replicas - total(old, wantedBy)));
    return;
  }
  if (spec.strategy?.type === 'Recreate') {
    for (const set of running) scale(deployment, spec, kit, set, 0);
    if (waits(spec, kit, running)) kit.again(UNTIL_GONE);
    else scale(deployment, spec, kit, made, replicas);
    return;
  }
  // Up, as far as the surge lets it; or straight to the number where nothing old is left.
  // Pods that a set is still to take away count: here nothing lies between the two, and it would be the new ones that come first.
  const others = total(running, (set) => Math.max(wantedBy(set), countsOf(set).replicas ?? 0));
  const target =
    running.length === 0 ? replicas : Math.min(replicas, Math.max(wantedBy(made), replicas + surge - others));
  scale(deployment, spec, kit, made, wantedBy(made) > replicas ? replicas : target);
  // Down, as long as enough stay available; the unhealthy go first, for nothing.
  const all = [made, ...running];
  let healthy = total(all, (set) => countsOf(set).availableReplicas ?? 0) - (replicas - unavailable);
  const unready = wantedBy(made) - (countsOf(made).availableReplicas ?? 0);
  let spare = total(all, wantedBy) - (replicas - unavailable) - Math.max(0, unready);
  for (const set of [...running].sort((a, b) => revisionOf(a) - revisionOf(b))) {
    if (spare <= 0) break;
    const sick = wantedBy(set) - (countsOf(set).availableReplicas ?? 0);
    const free = Math.max(0, Math.min(sick, spare));
    const cut = Math.min(wantedBy(set), free + Math.max(0, Math.min(spare - free, healthy)));
    if (cut <= 0) continue;
    healthy -= cut - free;
    scale(deployment, spec, kit, set, wantedBy(set) - cut);
    spare -= cut;
  }
}

function prune(spec: Spec, kit: Kit, old: SimObject[]): void {
  const idle = old
    .filter((set) => wantedBy(set) === 0 && (countsOf(set).replicas ?? 0) === 0)
    .sort((a, b) => revisionOf(a) - revisionOf(b));
  for (const set of idle.slice(0, Math.max(0, idle.length - (spec.revisionHistoryLimit ?? 10))))
    kit.view.delete('replicasets.apps', set);
}

function report(
  deployment: SimObject,
  spec: Spec,
  kit: Kit,
  made: SimObject | undefined,
  sets: SimObject[],
  news: { type: string; reason: string; message: string }[],
): void {
  const replicas = spec.replicas ?? 1;
  const current =
    kit.view.get('deployments.apps', deployment.metadata.namespace ?? '', deployment.metadata.name) ?? deployment;
  const before = (current.status ?? {}) as {
    conditions?: Condition[];
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
  };
  const newest = made && sets.find((set) => set.metadata.uid === made.metadata.uid);
  const counts = {
    replicas: total(sets, (set) => countsOf(set).replicas ?? 0),
    updatedReplicas: newest ? (countsOf(newest).replicas ?? 0) : 0,
    readyReplicas: total(sets, (set) => countsOf(set).readyReplicas ?? 0),
    availableReplicas: total(sets, (set) => countsOf(set).availableReplicas ?? 0),
    unavailableReplicas: 0,
  };
  counts.unavailableReplicas = Math.max(0, Math.max(total(sets, wantedBy), 0) - counts.availableReplicas);
  const complete =
    counts.updatedReplicas === replicas && counts.replicas === replicas && counts.availableReplicas === replicas;
  const past = { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0, ...before };
  const moved =
    counts.updatedReplicas > past.updatedReplicas ||
    counts.replicas - counts.updatedReplicas < past.replicas - past.updatedReplicas ||
    counts.readyReplicas > past.readyReplicas ||
    counts.availableReplicas > past.availableReplicas;
  const enough = counts.availableReplicas >= replicas - bounds(spec).unavailable;
  const conditions = (before.conditions ?? []).slice();
  const set = (type: string, status: Truth, reason: string, message: string, touch: boolean) => {
    const at = conditions.findIndex((condition) => condition.type === type);
    const old = conditions[at];
    if (old && old.status === status && old.reason === reason && old.message === message && !touch) return;
    const next = {
      type,
      status,
      lastUpdateTime: kit.now,
      lastTransitionTime: old?.status === status ? old.lastTransitionTime : kit.now,
      reason,
      message,
    };
    if (at >= 0) conditions.splice(at, 1);
    conditions.push(next);
  };
  if (enough) set('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', false);
  else set('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.', false);
  const progressing = conditions.find((condition) => condition.type === 'Progressing');
  const name = newest?.metadata.name;
  const what = name ? `ReplicaSet "${name}"` : `Deployment "${deployment.metadata.name}"`;
  if (spec.paused) set('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused', false);
  else if (complete)
    set('Progressing', 'True', 'NewReplicaSetAvailable', `${what} has successfully progressed.`, false);
  else if (news[0] && progressing?.reason !== 'DeploymentResumed')
    set('Progressing', 'True', news[0].reason, news[0].message, true);
  // Where all there is is new, nothing is rolled out.
  else if (progressing?.reason === 'NewReplicaSetAvailable' && counts.replicas === counts.updatedReplicas) {
  } else if (moved || !progressing || progressing.reason === 'DeploymentResumed')
    set('Progressing', 'True', 'ReplicaSetUpdated', `${what} is progressing.`, true);
  else late(spec, kit, progressing, what, set);
  const failure = failureOf(newest ? [newest, ...sets] : sets);
  if (failure) set(failure.type, failure.status, failure.reason, failure.message, false);
  const status = {
    observedGeneration: deployment.metadata.generation,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    conditions: failure ? conditions : conditions.filter(({ type }) => type !== FAILURE),
  };
  if (!equal(status, before)) kit.view.update('deployments.apps', { ...current, status } as SimObject, 'status');
}

/** Why the first of the ReplicaSets that may make no pods may not. */
const failureOf = (sets: SimObject[]): Condition | undefined =>
  sets
    .flatMap((set) => (set.status as { conditions?: Condition[] } | undefined)?.conditions ?? [])
    .find(({ type }) => type === FAILURE);

/** No progress for too long. */
function late(
  spec: Spec,
  kit: Kit,
  progressing: Condition,
  what: string,
  set: (type: string, status: Truth, reason: string, message: string, touch: boolean) => void,
): void {
  if (progressing.reason === 'NewReplicaSetAvailable' || progressing.status === 'False') return;
  const deadline = Date.parse(progressing.lastUpdateTime) + (spec.progressDeadlineSeconds ?? 600) * 1000;
  if (kit.view.now >= deadline)
    set('Progressing', 'False', 'ProgressDeadlineExceeded', `${what} has timed out progressing.`, false);
  else kit.again(deadline - kit.view.now + 1000);
}
