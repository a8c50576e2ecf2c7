/** What is said on a pod that goes because others want it so. */
import type { Dict, SimObject } from '../types.ts';

const TYPE = 'DisruptionTarget';

/** The pod with that in its status, in the place of what was said before. `now`: as the API writes times. */
export function disrupted<T extends SimObject>(pod: T, reason: string, message: string, now: string): T {
  const status = (pod.status ?? {}) as Dict;
  const others = ((status.conditions ?? []) as Dict[]).filter(({ type }) => type !== TYPE);
  const condition = {
    type: TYPE,
    status: 'True',
    observedGeneration: pod.metadata.generation ?? 1,
    lastProbeTime: null,
    lastTransitionTime: now,
    reason,
    message,
  };
  return { ...pod, status: { ...status, conditions: [...others, condition] } };
}
