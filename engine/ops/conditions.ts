/** The conditions of a run, in the words of the seed documents. */
import type { Condition } from '../protocol.ts';

/** What their messages call it. */
export interface RunName {
  name: string;
  cluster: string;
}

export const CONDITIONS = {
  progressing: (run: RunName): Omit<Condition, 'lastTransitionTime'> => ({
    type: 'Progressing',
    status: 'True',
    reason: 'OpsRequestProgressingStarted',
    message: `Controller has started to progress the OpsRequest: ${run.name} in Cluster: ${run.cluster}`,
  }),
  validated: (run: RunName): Omit<Condition, 'lastTransitionTime'> => ({
    type: 'Validated',
    status: 'True',
    reason: 'ValidateOpsRequestPassed',
    message: `OpsRequest: ${run.name} is validated`,
  }),
  succeed: (run: RunName): Omit<Condition, 'lastTransitionTime'> => ({
    type: 'Succeed',
    status: 'True',
    reason: 'OpsRequestProcessedSuccessfully',
    message: `Controller has successfully processed the OpsRequest: ${run.name} in Cluster: ${run.cluster}`,
  }),
};

/** Sets a condition; its time changes with its status only, so that writing it again changes nothing. */
export function setCondition(
  conditions: readonly Condition[],
  next: Omit<Condition, 'lastTransitionTime'>,
  now: string,
): Condition[] {
  const before = conditions.find((condition) => condition.type === next.type);
  const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime : now;
  const made = { ...next, lastTransitionTime };
  return before ? conditions.map((c) => (c === before ? made : c)) : [...conditions, made];
}
