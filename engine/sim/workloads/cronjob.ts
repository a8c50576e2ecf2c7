import { wholeSeconds } from '../clock.ts';
import { equal } from '../json.ts';
import { nextDue } from '../kinds/validators/cron.ts';
import type { SimObject } from '../types.ts';
import type { Controller, Kit } from './controller.ts';
import { ownerReference } from './template.ts';

interface Spec {
  schedule: string;
  timeZone?: string;
  suspend?: boolean;
  concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace';
  startingDeadlineSeconds?: number;
  successfulJobsHistoryLimit?: number;
  failedJobsHistoryLimit?: number;
  jobTemplate: { metadata?: { labels?: object; annotations?: object }; spec: object };
}

interface Reference {
  name: string;
  uid?: string;
}

interface Status {
  active?: Reference[];
  lastScheduleTime?: string;
  lastSuccessfulTime?: string;
}

interface JobStatus {
  startTime?: string;
  completionTime?: string;
  conditions?: { type: string; status: string }[];
}

const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
const DAY = 86_400_000;
/** Where a time that has passed is looked for: the shortest first, so that a schedule of every minute isn't walked through for a year. */
const BACK = [3_600_000, DAY, 32 * DAY, 5 * 366 * DAY];

const statusOf = (job: SimObject): JobStatus => (job.status ?? {}) as JobStatus;
/** How a Job ended; undefined while it hasn't. */
const endOf = (job: SimObject): string | undefined =>
  statusOf(job).conditions?.find(({ type, status }) => /^(Complete|Failed)$/.test(type) && status === 'True')?.type;

export const cronJobs: Controller = {
  name: 'cronjob-controller',
  resource: 'cronjobs.batch',
  kind: 'CronJob',
  owns: ['jobs.batch'],
  sync(cron, kit) {
    if (cron.metadata.deletionTimestamp) return;
    const spec = cron.spec as unknown as Spec;
    const status = structuredClone((cron.status ?? {}) as Status);
    const jobs = kit.view.owned('jobs.batch', cron.metadata.uid ?? '');
    follow(cron, status, jobs, kit);
    forget(cron, spec, jobs, kit);
    if (!spec.suspend) run(cron, spec, status, jobs, kit);
    if (!equal(status, cron.status ?? {}))
      kit.view.update('cronjobs.batch', { ...cron, status } as unknown as SimObject, 'status');
  },
};

/** Which of its Jobs still run, and when one last went well. */
function follow(cron: SimObject, status: Status, jobs: readonly SimObject[], kit: Kit): void {
  const byUid = new Map(jobs.map((job) => [job.metadata.uid, job]));
  const left = (status.active ?? []).filter(({ name, uid }) => {
    const job = byUid.get(uid);
    const end = job && endOf(job);
    if (end)
      kit.record(cron, {
        type: 'Normal',
        reason: 'SawCompletedJob',
        message: `Saw completed job: ${name}, condition: ${end}`,
      });
    return job && !end;
  });
  if (left.length > 0) status.active = left;
  else delete status.active;
  for (const job of jobs) {
    const { completionTime } = statusOf(job);
    if (endOf(job) === 'Complete' && completionTime && completionTime > (status.lastSuccessfulTime ?? ''))
      status.lastSuccessfulTime = completionTime;
  }
}

/** Removes the oldest Jobs beyond the history that is kept. */
function forget(cron: SimObject, spec: Spec, jobs: readonly SimObject[], kit: Kit): void {
  const limits = { Complete: spec.successfulJobsHistoryLimit ?? 3, Failed: spec.failedJobsHistoryLimit ?? 1 };
  for (const [end, limit] of Object.entries(limits)) {
    const ended = jobs.filter((job) => endOf(job) === end && !job.metadata.deletionTimestamp);
    const started = (job: SimObject) => statusOf(job).startTime ?? '';
    ended.sort((a, b) => (started(a) < started(b) ? -1 : 1));
    for (const job of ended.slice(0, Math.max(0, ended.length - limit))) remove(cron, job, kit);
  }
}

function remove(cron: SimObject, job: SimObject, kit: Kit): void {
  const { namespace = '', name, uid = '' } = job.metadata;
  kit.cluster.delete('jobs.batch', namespace, name, { propagationPolicy: 'Background', preconditions: { uid } });
  kit.record(cron, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted job ${name}` });
}

/** The last time up to now that the schedule was due and no Job has been made for. */
function missed(cron: SimObject, spec: Spec, status: Status, now: number): number | undefined {
  const since = Date.parse(status.lastScheduleTime ?? cron.metadata.creationTimestamp ?? '');
  const deadline = spec.startingDeadlineSeconds === undefined ? 0 : now - spec.startingDeadlineSeconds * 1000;
  for (const back of BACK) {
    const from = Math.max(since, deadline, now - back);
    let last: number | undefined;
    for (let at = nextDue(spec.schedule, from, spec.timeZone); at !== undefined && at <= now; ) {
      last = at;
      at = nextDue(spec.schedule, at, spec.timeZone);
    }
    if (last !== undefined || from > now - back) return last;
  }
  return undefined;
}

function run(cron: SimObject, spec: Spec, status: Status, jobs: readonly SimObject[], kit: Kit): void {
  const { now } = kit.view;
  const next = nextDue(spec.schedule, now, spec.timeZone);
  // A timer that waits longer than some weeks would ring at once.
  if (next !== undefined) kit.again(Math.min(next - now, DAY));
  const due = missed(cron, spec, status, now);
  if (due === undefined) return;
  const running = status.active ?? [];
  if (spec.concurrencyPolicy === 'Forbid' && running.length > 0) {
    kit.record(cron, {
      type: 'Normal',
      reason: 'JobAlreadyActive',
      message: 'Not starting job because prior execution is running and concurrency policy is Forbid',
    });
    return;
  }
  if (spec.concurrencyPolicy === 'Replace') {
    for (const job of jobs) if (running.some(({ uid }) => uid === job.metadata.uid)) remove(cron, job, kit);
    delete status.active;
  }
  const name = `${cron.metadata.name}-${Math.floor(due / 60_000)}`;
  status.lastScheduleTime = wholeSeconds(due);
  // Made by a sync whose status was never written, or by somebody else.
  if (kit.view.get('jobs.batch', cron.metadata.namespace ?? '', name)) return;
  const { metadata, spec: jobSpec } = spec.jobTemplate;
  const job = kit.view.create('jobs.batch', {
    metadata: {
      name,
      namespace: cron.metadata.namespace,
      labels: metadata?.labels ?? {},
      annotations: { ...metadata?.annotations, [SCHEDULED]: wholeSeconds(due) },
      ownerReferences: [ownerReference(cron)],
    },
    spec: structuredClone(jobSpec),
  });
  const { uid, resourceVersion, namespace } = job.metadata;
  status.active = [
    ...(status.active ?? []),
    { kind: 'Job', namespace, name, uid, apiVersion: 'batch/v1', resourceVersion } as Reference,
  ];
  kit.record(cron, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created job ${name}` });
}
