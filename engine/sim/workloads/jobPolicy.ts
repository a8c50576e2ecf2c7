/** What a Job says of the failures and successes of its pods: which end it at once, which end an index, which count for nothing. */
import type { SimObject } from '../types.ts';
import { indexes } from './jobIndexes.ts';
import { statusOf } from './template.ts';

type Action = 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';

interface FailureRule {
  action: Action;
  onExitCodes?: { containerName?: string; operator: 'In' | 'NotIn'; values: number[] };
  onPodConditions?: { type: string; status?: string }[];
}

interface SuccessRule {
  succeededIndexes?: string;
  succeededCount?: number;
}

export interface Policies {
  podFailurePolicy?: { rules: FailureRule[] };
  successPolicy?: { rules: SuccessRule[] };
  backoffLimitPerIndex?: number;
  maxFailedIndexes?: number;
}

export const INDEX = 'batch.kubernetes.io/job-completion-index';
const FAILURES = 'batch.kubernetes.io/job-index-failure-count';
const IGNORED = 'batch.kubernetes.io/job-index-ignored-failure-count';

export const indexOf = (pod: SimObject): number => Number(pod.metadata.annotations?.[INDEX] ?? Number.NaN);

/** What is to be done about a pod that has failed, and why. Without a rule that fits it counts. */
export function failureOf({ podFailurePolicy }: Policies, pod: SimObject): { action: Action; message: string } {
  const { name, namespace } = pod.metadata;
  const { containerStatuses = [], initContainerStatuses = [], conditions = [] } = statusOf(pod);
  for (const [i, { action, onExitCodes: codes, onPodConditions }] of (podFailurePolicy?.rules ?? []).entries()) {
    const rule = `matching ${action} rule at index ${i}`;
    const ended = [...containerStatuses, ...initContainerStatuses].find(({ name: container, state }) => {
      const code = state?.terminated?.exitCode ?? 0;
      if (!codes || code === 0 || (codes.containerName && codes.containerName !== container)) return false;
      return codes.values.includes(code) === (codes.operator === 'In');
    });
    if (ended) {
      const code = ended.state?.terminated?.exitCode;
      return {
        action,
        message: `Container ${ended.name} for pod ${namespace}/${name} failed with exit code ${code} ${rule}`,
      };
    }
    const met = onPodConditions?.find((wanted) =>
      conditions.some(({ type, status }) => type === wanted.type && status === (wanted.status ?? 'True')),
    );
    if (met) return { action, message: `Pod ${namespace}/${name} has condition ${met.type} ${rule}` };
  }
  return { action: 'Count', message: '' };
}

const noted = (pod: SimObject, name: string): number => Number(pod.metadata.annotations?.[name] ?? 0);

/** How often an index had failed with this pod, the failures that count and those that don't. */
function failuresWith(policies: Policies, pod: SimObject): { counted: number; ignored: number } {
  const ignores = failureOf(policies, pod).action === 'Ignore';
  return { counted: noted(pod, FAILURES) + (ignores ? 0 : 1), ignored: noted(pod, IGNORED) + (ignores ? 1 : 0) };
}

/** The last of an index's failed pods. */
const lastFailed = (failed: readonly SimObject[], policies: Policies): SimObject | undefined =>
  failed.reduce<SimObject | undefined>((last, pod) => {
    const times = (one: SimObject) => failuresWith(policies, one).counted + failuresWith(policies, one).ignored;
    return last && times(last) >= times(pod) ? last : pod;
  }, undefined);

/** What the next pod of an index is told of those before it; nothing where indexes don't fail by themselves. */
export function failureNotes(policies: Policies, index: number, failed: readonly SimObject[]): Record<string, string> {
  if (policies.backoffLimitPerIndex === undefined) return {};
  const last = lastFailed(
    failed.filter((pod) => indexOf(pod) === index),
    policies,
  );
  const { counted, ignored } = last ? failuresWith(policies, last) : { counted: 0, ignored: 0 };
  return { [FAILURES]: String(counted), ...(ignored > 0 ? { [IGNORED]: String(ignored) } : {}) };
}

/** The indexes that are given up. */
export function failedIndexes(policies: Policies, failed: readonly SimObject[]): number[] {
  const { backoffLimitPerIndex: limit } = policies;
  if (limit === undefined) return [];
  return failed
    .filter((pod) => failureOf(policies, pod).action === 'FailIndex' || failuresWith(policies, pod).counted > limit)
    .map(indexOf);
}

/** Which rule says that enough has succeeded; undefined where none does. */
export function successRule({ successPolicy }: Policies, completed: readonly number[]): number | undefined {
  const done = new Set(completed);
  const met = successPolicy?.rules.findIndex(({ succeededIndexes, succeededCount }) => {
    const among = succeededIndexes === undefined ? [...done] : indexes(succeededIndexes).filter((i) => done.has(i));
    return among.length >= (succeededCount ?? indexes(succeededIndexes).length) && among.length > 0;
  });
  return met === undefined || met < 0 ? undefined : met;
}
