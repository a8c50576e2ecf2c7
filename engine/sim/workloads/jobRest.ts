/** How long a Job waits after pods that failed before it makes the next. */
import type { SimObject } from '../types.ts';
import { statusOf } from './template.ts';

const FIRST = 10_000;
const MOST = 600_000;

interface Container {
  name: string;
  restartPolicy?: string;
}

/** When a pod ended: with its containers, or where these never began, when it said that it is not ready. */
function endOf(pod: SimObject): number {
  const { containerStatuses = [], initContainerStatuses = [], conditions = [] } = statusOf(pod);
  const { initContainers = [] } = pod.spec as { initContainers?: Container[] };
  const sidecars = new Set(initContainers.filter((one) => one.restartPolicy === 'Always').map(({ name }) => name));
  const ends = [...containerStatuses, ...initContainerStatuses.filter(({ name }) => sidecars.has(name))].map(
    ({ state }) => Date.parse(state?.terminated?.finishedAt ?? ''),
  );
  if (ends.length > 0 && !ends.some(Number.isNaN)) return Math.max(...ends);
  const unready = conditions.find(({ type, status }) => type === 'Ready' && status === 'False');
  const { creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
  if (unready?.lastTransitionTime) return Date.parse(unready.lastTransitionTime);
  if (deletionTimestamp) return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  return Date.parse(creationTimestamp ?? '') || 0;
}

/** Milliseconds that are left of the pause after the failures since the last success; 0 where it is over. */
export function restLeft(failed: readonly SimObject[], pods: readonly SimObject[], now: number): number {
  const success = Math.max(0, ...pods.filter((pod) => statusOf(pod).phase === 'Succeeded').map(endOf));
  const since = failed.map(endOf).filter((end) => end >= success);
  if (since.length === 0) return 0;
  return Math.max(0, Math.max(...since) + Math.min(FIRST * 2 ** (since.length - 1), MOST) - now);
}
