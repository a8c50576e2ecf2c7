import { equal } from '../json.ts';
import type { Condition, SimObject } from '../types.ts';
import type { Controller, Kit } from './controller.ts';
import { indexes, ranges } from './jobIndexes.ts';
import { failedIndexes, failureNotes, failureOf, INDEX, indexOf, type Policies, successRule } from './jobPolicy.ts';
import { restLeft } from './jobRest.ts';
import { isDone, isReady, type PodTemplate, podFrom, statusOf } from './template.ts';
import type { View } from './view.ts';

interface Spec extends Policies {
  parallelism?: number;
  completions?: number;
  completionMode?: 'NonIndexed' | 'Indexed';
  backoffLimit?: number;
  activeDeadlineSeconds?: number;
  ttlSecondsAfterFinished?: number;
  podReplacementPolicy?: 'TerminatingOrFailed' | 'Failed';
  suspend?: boolean;
  /** Another controller than this one. */
  managedBy?: string;
  template: PodTemplate;
}

interface JobCondition extends Condition {
  lastProbeTime: string;
  lastTransitionTime: string;
}

interface Status {
  active?: number;
  ready?: number;
  terminating?: number;
  succeeded?: number;
  failed?: number;
  startTime?: string;
  completionTime?: string;
  completedIndexes?: string;
  failedIndexes?: string;
  conditions?: JobCondition[];
  uncountedTerminatedPods?: { succeeded?: string[]; failed?: string[] };
}

const FINALIZER = 'batch.kubernetes.io/job-tracking';
const OWN = 'kubernetes.io/job-controller';

interface Verdict {
  type: 'Complete' | 'Failed';
  reason: string;
  message: string;
}

const COMPLETE: Verdict = {
  type: 'Complete',
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
};
const fails = (reason: string, message: string): Verdict => ({ type: 'Failed', reason, message });

export const jobs: Controller = {
  name: 'job-controller',
  resource: 'jobs.batch',
  kind: 'Job',
  owns: ['pods'],
  /** A job that is gone can count its pods no more, and holds none of them. */
  gone(namespace, name, { view }) {
    for (const { owners, object } of view.sights('pods', namespace))
      if (owners.some((owner) => owner.controller && owner.kind === 'Job' && owner.name === name))
        release(object, view);
  },
  sync(job, kit) {
    const spec = job.spec as unknown as Spec;
    if (spec.managedBy !== undefined && spec.managedBy !== OWN) return;
    const status = structuredClone((job.status ?? {}) as Status);
    const over = status.conditions?.find((c) => /^(Complete|Failed)$/.test(c.type) && c.status === 'True');
    if (job.metadata.deletionTimestamp) {
      for (const pod of podsOf(job, kit)) release(pod, kit.view);
      return;
    }
    if (over) {
      for (const pod of podsOf(job, kit)) if (isDone(pod)) release(pod, kit.view);
      expire(job, spec, status, over, kit);
      return;
    }
    if (!spec.suspend) status.startTime ??= kit.now;
    const isOver = endsWith(spec);
    count(job, spec, status, isOver, kit);
    const verdict = judge(job, spec, status, kit);
    let refused: (() => never) | undefined;
    if (!verdict) {
      hold(job, spec, status, kit);
      refused = attempt(() => spawn(job, spec, status, kit));
    }
    close(job, spec, status, verdict, kit);
    const pods = podsOf(job, kit);
    status.active = pods.filter((pod) => !isDone(pod) && !pod.metadata.deletionTimestamp).length;
    status.ready = pods.filter((pod) => isReady(pod) && !pod.metadata.deletionTimestamp).length;
    status.terminating = pods.filter((pod) => !isDone(pod) && pod.metadata.deletionTimestamp).length;
    status.uncountedTerminatedPods = {};
    if (status.active === 0) delete status.active;
    save(job, status, kit);
    // Only now: a pod that is let go before its end is counted would be lost.
    for (const pod of podsOf(job, kit)) if (isOver(pod)) release(pod, kit.view);
    refused?.();
  },
};

/** Throws later what it throws: a job whose pods are refused has begun all the same, and says so. */
function attempt(work: () => void): (() => never) | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

const podsOf = (job: SimObject, kit: Kit) => kit.view.owned('pods', job.metadata.uid ?? '');

function release(pod: SimObject, view: View): void {
  const finalizers = pod.metadata.finalizers ?? [];
  if (finalizers.includes(FINALIZER))
    view.patch('pods', pod, { metadata: { finalizers: finalizers.filter((name) => name !== FINALIZER) } });
}

function save(job: SimObject, status: Status, kit: Kit): void {
  if (!equal(status, job.status)) kit.view.update('jobs.batch', { ...job, status } as SimObject, 'status');
}

/** When a pod counts as ended: with podReplacementPolicy Failed only once it really has, else as soon as it is being deleted. */
const endsWith = (spec: Spec) => (pod: SimObject) =>
  isDone(pod) || (spec.podReplacementPolicy !== 'Failed' && pod.metadata.deletionTimestamp !== undefined);

const failedOf = (job: SimObject, kit: Kit) => podsOf(job, kit).filter((pod) => statusOf(pod).phase === 'Failed');

/** Adds the pods that have ended and still carry the finalizer to the counts. */
function count(job: SimObject, spec: Spec, status: Status, isOver: (pod: SimObject) => boolean, kit: Kit): void {
  for (const pod of podsOf(job, kit)) {
    if (!pod.metadata.finalizers?.includes(FINALIZER) || !isOver(pod)) continue;
    if (statusOf(pod).phase === 'Succeeded') {
      status.succeeded = (status.succeeded ?? 0) + 1;
      const index = indexOf(pod);
      if (!Number.isNaN(index)) status.completedIndexes = ranges([...indexes(status.completedIndexes), index]);
    } else if (failureOf(spec, pod).action !== 'Ignore') status.failed = (status.failed ?? 0) + 1;
  }
  if (spec.backoffLimitPerIndex !== undefined)
    status.failedIndexes = ranges([...indexes(status.failedIndexes), ...failedIndexes(spec, failedOf(job, kit))]);
}

function judge(job: SimObject, spec: Spec, status: Status, kit: Kit): Verdict | undefined {
  for (const [interim, type] of [
    ['FailureTarget', 'Failed'],
    ['SuccessCriteriaMet', 'Complete'],
  ] as const) {
    const target = status.conditions?.find((c) => c.type === interim);
    if (target) return { type, reason: target.reason, message: target.message };
  }
  const fatal = failedOf(job, kit)
    .map((pod) => failureOf(spec, pod))
    .find(({ action }) => action === 'FailJob');
  if (fatal) return fails('PodFailurePolicy', fatal.message);
  const rule = successRule(spec, indexes(status.completedIndexes));
  if (rule !== undefined)
    return { type: 'Complete', reason: 'SuccessPolicy', message: `Matched rules at index ${rule}` };
  const succeeded = status.succeeded ?? 0;
  const done =
    spec.completions === undefined ? succeeded > 0 && (status.active ?? 0) === 0 : succeeded >= spec.completions;
  if (done) return COMPLETE;
  if ((status.failed ?? 0) > (spec.backoffLimit ?? 6) || restartedTooOften(job, spec, kit))
    return fails('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  const given = indexes(status.failedIndexes).length;
  if (spec.maxFailedIndexes !== undefined && given > spec.maxFailedIndexes)
    return fails('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
  if (given > 0 && given + succeeded >= (spec.completions ?? 1))
    return fails('FailedIndexes', 'Job has failed indexes');
  if (spec.activeDeadlineSeconds !== undefined && !spec.suspend) {
    const left = Date.parse(status.startTime ?? '') + spec.activeDeadlineSeconds * 1000 - kit.view.now;
    if (left <= 0) return fails('DeadlineExceeded', 'Job was active longer than specified deadline');
    kit.again(left);
  }
  return undefined;
}

/** Pods that are restarted in their place fail without ever having failed. */
function restartedTooOften(job: SimObject, spec: Spec, kit: Kit): boolean {
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false;
  const restarts = podsOf(job, kit)
    .filter((pod) => !isDone(pod))
    .flatMap((pod) => [...(statusOf(pod).containerStatuses ?? []), ...(statusOf(pod).initContainerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  const limit = spec.backoffLimit ?? 6;
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** Says that the job is held, or let go again: its time begins anew then. */
function hold(job: SimObject, spec: Spec, status: Status, kit: Kit): void {
  const before = status.conditions?.find((c) => c.type === 'Suspended');
  const held = spec.suspend === true;
  if ((before?.status === 'True') === held) return;
  const [reason, message] = held ? ['JobSuspended', 'Job suspended'] : ['JobResumed', 'Job resumed'];
  const now = { status: held ? 'True' : 'False', reason, message, lastProbeTime: kit.now, lastTransitionTime: kit.now };
  if (before) Object.assign(before, now);
  else status.conditions = [...(status.conditions ?? []), { type: 'Suspended', ...now }];
  if (!held) status.startTime = kit.now;
  kit.record(job, { type: 'Normal', reason: held ? 'Suspended' : 'Resumed', message });
}

/** Makes the pods that are missing, after a growing pause where the last ones failed. */
function spawn(job: SimObject, spec: Spec, status: Status, kit: Kit): void {
  if (spec.suspend) {
    for (const pod of podsOf(job, kit)) if (!isDone(pod) && !pod.metadata.deletionTimestamp) remove(job, pod, kit);
    return;
  }
  const pods = podsOf(job, kit);
  const inTheWay = pods.filter(
    (pod) => !isDone(pod) && (spec.podReplacementPolicy === 'Failed' || !pod.metadata.deletionTimestamp),
  );
  const over = [...indexes(status.completedIndexes), ...indexes(status.failedIndexes)];
  const ended = spec.completionMode === 'Indexed' ? over.length : (status.succeeded ?? 0);
  const left = spec.completions === undefined ? Number.POSITIVE_INFINITY : spec.completions - ended;
  const parallel = spec.completions === undefined && (status.succeeded ?? 0) > 0 ? 0 : (spec.parallelism ?? 1);
  let missing = Math.min(left, parallel) - inTheWay.length;
  const failed = failedOf(job, kit);
  if (spec.completionMode !== 'Indexed') {
    if (missing > 0 && rested(failed, pods, kit))
      for (; missing > 0; missing--) make(job, spec.template, { generateName: `${job.metadata.name}-` }, kit);
    return;
  }
  const taken = new Set([...over, ...inTheWay.map(indexOf)]);
  const alone = spec.backoffLimitPerIndex !== undefined;
  for (let index = 0; missing > 0 && index < (spec.completions ?? 0); index++) {
    if (taken.has(index)) continue;
    const before = alone ? failed.filter((pod) => indexOf(pod) === index) : failed;
    if (!rested(before, alone ? [] : pods, kit)) continue;
    missing--;
    const metadata = {
      generateName: `${job.metadata.name}-${index}-`,
      annotations: { [INDEX]: String(index), ...failureNotes(spec, index, failed) },
      labels: { [INDEX]: String(index) },
    };
    make(job, indexedTemplate(job, spec.template, index), metadata, kit);
  }
}

/** Whether the pause after the failures since the last success is over. */
function rested(failed: readonly SimObject[], pods: readonly SimObject[], kit: Kit): boolean {
  const left = restLeft(failed, pods, kit.view.now);
  if (left > 0) kit.again(left);
  return left === 0;
}

function make(job: SimObject, template: PodTemplate, metadata: object, kit: Kit): void {
  kit.view.create('pods', podFrom(job, template, { ...metadata, finalizers: [FINALIZER] }), (pod) =>
    kit.record(job, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}` }),
  );
}

/** What tells a pod which of the completions it is. */
function indexedTemplate(job: SimObject, template: PodTemplate, index: number): PodTemplate {
  const env = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } } };
  const told = <C extends { env?: { name: string }[] }>(container: C): C =>
    container.env?.some(({ name }) => name === env.name)
      ? container
      : { ...container, env: [...(container.env ?? []), env] };
  const { containers, initContainers } = template.spec;
  return {
    ...template,
    spec: {
      ...template.spec,
      hostname: `${job.metadata.name}-${index}`,
      containers: containers.map(told),
      ...(initContainers ? { initContainers: initContainers.map(told) } : {}),
    },
  };
}

function remove(job: SimObject, pod: SimObject, kit: Kit): void {
  kit.view.delete('pods', pod);
  kit.record(job, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` });
}

/** Writes the verdict: first that it is coming, and once no pod is left that it is so. */
function close(job: SimObject, spec: Spec, status: Status, verdict: Verdict | undefined, kit: Kit): void {
  if (!verdict) return;
  const add = (type: string) => {
    if (status.conditions?.some((c) => c.type === type)) return;
    const { reason, message } = verdict;
    status.conditions = [
      ...(status.conditions ?? []),
      { type, status: 'True', reason, message, lastProbeTime: kit.now, lastTransitionTime: kit.now },
    ];
  };
  add(verdict.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget');
  const running = podsOf(job, kit).filter((pod) => !isDone(pod));
  for (const pod of running) {
    if (pod.metadata.deletionTimestamp) continue;
    remove(job, pod, kit);
    // It is let go at the end of this sync and never seen by the count.
    if (verdict.type === 'Failed' && spec.podReplacementPolicy !== 'Failed') status.failed = (status.failed ?? 0) + 1;
  }
  if (podsOf(job, kit).some((pod) => !isDone(pod))) return;
  add(verdict.type);
  if (verdict.type === 'Complete') {
    status.completionTime = kit.now;
    kit.record(job, { type: 'Normal', reason: 'Completed', message: 'Job completed' });
  } else kit.record(job, { type: 'Warning', reason: verdict.reason, message: verdict.message });
  if (spec.ttlSecondsAfterFinished !== undefined) kit.again(spec.ttlSecondsAfterFinished * 1000);
}

function expire(job: SimObject, spec: Spec, status: Status, over: JobCondition, kit: Kit): void {
  if (spec.ttlSecondsAfterFinished === undefined) return;
  const at = Date.parse(status.completionTime ?? over.lastTransitionTime) + spec.ttlSecondsAfterFinished * 1000;
  if (at > kit.view.now) kit.again(at - kit.view.now);
  else {
    const { namespace = '', name, uid = '' } = job.metadata;
    kit.cluster.delete('jobs.batch', namespace, name, { propagationPolicy: 'Foreground', preconditions: { uid } });
  }
}
