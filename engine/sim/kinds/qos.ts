import { at } from '../json.ts';
import type { Dict } from '../types.ts';
import { dicts } from './amounts.ts';

/** Guaranteed, Burstable or BestEffort, from cpu and memory of all containers. */
export function qosClass(spec: Dict): string {
  const containers = [...dicts(spec.containers), ...dicts(spec.initContainers)];
  let any = false;
  let guaranteed = containers.length > 0;
  for (const container of containers) {
    const limits = (at(container, 'resources', 'limits') ?? {}) as Dict;
    const requests = (at(container, 'resources', 'requests') ?? {}) as Dict;
    for (const name of ['cpu', 'memory']) {
      if (limits[name] !== undefined || requests[name] !== undefined) any = true;
      if (limits[name] === undefined || (requests[name] !== undefined && requests[name] !== limits[name]))
        guaranteed = false;
    }
  }
  if (!any) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
