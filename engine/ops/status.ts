/** The journal as the status of an OpsRequest, in the fields and words of the seed documents, and back. */
import { PHASES } from '../api/phases.ts';
import type { Condition, RunPhase } from '../protocol.ts';
import type { AttemptPhase, Journal, StepRecord } from './journal.ts';
import { lastAttempt, targetVerdict } from './journal.ts';

export interface TaskStatus {
  status: 'Pending' | 'Running' | 'successfully' | 'Failed' | 'Cancelled' | 'Unknown';
  startedAt?: string;
  finishedAt?: string;
  message: string;
}

export interface OpsRequestStatus {
  observedGeneration?: number;
  phase: RunPhase;
  message?: string;
  StartTimestamp?: string;
  completionTimestamp?: string;
  conditions: Condition[];
  tasks: Record<string, TaskStatus>;
  /** What the seeds' fields do not hold. */
  journal: Omit<Journal, 'phase' | 'message' | 'startedAt' | 'finishedAt' | 'conditions' | 'observedGeneration'>;
}

const TASK_WORDS: Record<AttemptPhase | 'Pending', TaskStatus['status']> = {
  Pending: 'Pending',
  Intent: 'Running',
  Running: 'Running',
  Succeeded: 'successfully',
  Failed: 'Failed',
  Cancelled: 'Cancelled',
  Unknown: 'Unknown',
};

/** One word for a step of several targets: what went wrong before what goes on before what is done. */
export function stepPhase(step: StepRecord): AttemptPhase | 'Pending' {
  const verdicts = step.targets.map((target) => targetVerdict(step, target));
  if (verdicts.includes('unknown')) return 'Unknown';
  if (verdicts.includes('failed')) return 'Failed';
  if (verdicts.includes('cancelled')) return 'Cancelled';
  if (verdicts.length > 0 && verdicts.every((verdict) => verdict === 'succeeded')) return 'Succeeded';
  return step.targets.some((target) => target.attempts.length > 0) ? 'Running' : 'Pending';
}

export interface StepTimes {
  startedAt?: string;
  finishedAt?: string;
}

export function stepTimes(step: StepRecord): StepTimes {
  const attempts = step.targets.flatMap((target) => target.attempts);
  const startedAt = attempts.map((a) => a.startedAt ?? a.intendedAt).sort()[0];
  const phase = stepPhase(step);
  const over = phase !== 'Running' && phase !== 'Pending';
  const finishedAt = over
    ? attempts
        .flatMap((a) => a.finishedAt ?? [])
        .sort()
        .at(-1)
    : undefined;
  return { ...(startedAt ? { startedAt } : {}), ...(finishedAt ? { finishedAt } : {}) };
}

export function stepMessage(step: StepRecord): string {
  const phase = stepPhase(step);
  if (phase === 'Succeeded') return `${step.name} successfully`;
  const decisive = step.targets.findLast((target) => target.attempts.length > 0);
  const attempt = decisive && lastAttempt(decisive);
  if (!decisive || !attempt) return '';
  const at = decisive.instance ? `${decisive.instance}: ` : '';
  return `${at}${attempt.message || `attempt ${attempt.n} is under way`}`;
}

function task(step: StepRecord): TaskStatus {
  return { status: TASK_WORDS[stepPhase(step)], ...stepTimes(step), message: stepMessage(step) };
}

export function toStatus(journal: Journal): OpsRequestStatus {
  const { phase, message, startedAt, finishedAt, conditions, observedGeneration, ...rest } = journal;
  return {
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    phase,
    ...(message ? { message } : {}),
    ...(startedAt ? { StartTimestamp: startedAt } : {}),
    ...(finishedAt ? { completionTimestamp: finishedAt } : {}),
    conditions,
    tasks: Object.fromEntries(journal.steps.map((step) => [step.name, task(step)])),
    journal: rest,
  };
}

/**
 * `none`: no engine has begun with the request. `unreadable`: something is there that this engine did not write, or can't read;
 * it must not be taken for nothing, or what has been done would be done again.
 */
export type ReadStatus = { journal: Journal } | 'none' | 'unreadable';

export function fromStatus(status: unknown): ReadStatus {
  const given = status as Partial<OpsRequestStatus> | null | undefined;
  if (given === null || given === undefined || Object.keys(given).length === 0) return 'none';
  const { journal } = given;
  if (!given.phase && !journal) return 'none';
  if (!journal || !PHASES.includes(given.phase as RunPhase) || !wellFormed(journal)) return 'unreadable';
  return {
    journal: {
      ...journal,
      phase: given.phase as RunPhase,
      message: text(given.message),
      conditions: Array.isArray(given.conditions) ? given.conditions : [],
      ...(given.StartTimestamp ? { startedAt: given.StartTimestamp } : {}),
      ...(given.completionTimestamp ? { finishedAt: given.completionTimestamp } : {}),
      ...(given.observedGeneration === undefined ? {} : { observedGeneration: given.observedGeneration }),
    },
  };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const isText = (value: unknown): boolean => typeof value === 'string';
const texts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const ATTEMPT_PHASES: readonly unknown[] = Object.keys(TASK_WORDS).filter((phase) => phase !== 'Pending');

/** Anybody who may write the status may have written it: whatever the engine goes by is looked at before it does. */
function wellFormed(journal: OpsRequestStatus['journal']): boolean {
  const { version, definition, cluster, parameters, steps, holder, left, waiter, verdicts, createdAt, effect } =
    journal;
  return (
    version === 1 &&
    isText(createdAt) &&
    ['read', 'change', 'destroy'].includes(effect) &&
    isText(definition?.name) &&
    isText(definition.digest) &&
    isText(cluster?.name) &&
    isText(cluster.uid) &&
    Array.isArray(parameters) &&
    parameters.every((parameter) => isText(parameter?.name)) &&
    Array.isArray(verdicts) &&
    (holder === null ||
      (isText(holder?.identity) &&
        Number.isInteger(holder.epoch) &&
        Number.isInteger(holder.beat) &&
        isText(holder.at ?? '') &&
        typeof (holder.settles ?? false) === 'boolean')) &&
    (waiter === undefined ||
      ([waiter?.identity, waiter?.host, waiter?.started].every(isText) && Number.isInteger(waiter.pid))) &&
    (left === undefined || (isText(left?.by) && isText(left.at))) &&
    Array.isArray(steps) &&
    steps.every(
      (step) =>
        isText(step?.name) &&
        (step.via === 'exec' || step.via === 'job') &&
        Number.isInteger(step.retryTimes) &&
        typeof step.env === 'object' &&
        step.env !== null &&
        Object.values(step.env).every(isText) &&
        Array.isArray(step.targets) &&
        step.targets.every(
          (target) =>
            [target?.instance, target?.uid, target?.role, target?.container, target?.dir].every(isText) &&
            texts(target.argv) &&
            Array.isArray(target.attempts) &&
            target.attempts.every(
              (attempt, i) => attempt?.n === i + 1 && ATTEMPT_PHASES.includes(attempt.phase) && isText(attempt.message),
            ),
        ),
    )
  );
}
