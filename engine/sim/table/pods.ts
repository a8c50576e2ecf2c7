import type { Dict, SimObject } from '../types.ts';
import { at, type Cell, type Cells, count, created, dict, list, NONE, size, text } from './cells.ts';

const isSidecar = (container: Dict | undefined): boolean => container?.restartPolicy === 'Always';

interface Summary {
  reason: string;
  ready: number;
  restarts: number;
  lastRestart: number;
}

const finished = (status: Dict): number => Date.parse(text(at(status, 'lastState', 'terminated', 'finishedAt'))) || 0;

function terminatedReason(state: Dict): string {
  if (text(state.reason)) return text(state.reason);
  return count(state.signal) !== 0 ? `Signal:${count(state.signal)}` : `ExitCode:${count(state.exitCode)}`;
}

/** What an init container that isn't done makes of the pod's reason; undefined for one that is. */
function initReason(status: Dict, spec: Dict | undefined, index: number, total: number): string | undefined {
  const terminated = at(status, 'state', 'terminated');
  const waiting = text(at(status, 'state', 'waiting', 'reason'));
  if (terminated !== undefined && count(dict(terminated).exitCode) === 0) return undefined;
  if (isSidecar(spec) && status.started === true) return undefined;
  if (terminated !== undefined) return `Init:${terminatedReason(dict(terminated))}`;
  if (waiting && waiting !== 'PodInitializing') return `Init:${waiting}`;
  return `Init:${index}/${total}`;
}

function summarise(pod: SimObject): Summary {
  const spec = dict(pod.spec);
  const status = dict(pod.status);
  const conditions = list(status.conditions);
  const summary: Summary = { reason: text(status.reason) || text(status.phase), ready: 0, restarts: 0, lastRestart: 0 };
  if (conditions.some((one) => one.type === 'PodScheduled' && one.reason === 'SchedulingGated'))
    summary.reason = 'SchedulingGated';
  const inits = list(spec.initContainers);
  let sidecars = { restarts: 0, lastRestart: 0 };
  let initializing = false;
  for (const [index, one] of list(status.initContainerStatuses).entries()) {
    const container = inits.find((init) => init.name === one.name);
    summary.restarts += count(one.restartCount);
    summary.lastRestart = Math.max(summary.lastRestart, finished(one));
    if (isSidecar(container))
      sidecars = {
        restarts: sidecars.restarts + count(one.restartCount),
        lastRestart: Math.max(sidecars.lastRestart, finished(one)),
      };
    const reason = initReason(one, container, index, inits.length);
    if (reason !== undefined) {
      summary.reason = reason;
      initializing = true;
      break;
    }
    if (isSidecar(container) && one.ready === true) summary.ready++;
  }
  const initialized = conditions.some((one) => one.type === 'Initialized' && one.status === 'True');
  if (!initializing || initialized) {
    Object.assign(summary, sidecars);
    let running = false;
    for (const one of list(status.containerStatuses).reverse()) {
      summary.restarts += count(one.restartCount);
      summary.lastRestart = Math.max(summary.lastRestart, finished(one));
      const waiting = text(at(one, 'state', 'waiting', 'reason'));
      const terminated = at(one, 'state', 'terminated');
      if (waiting) summary.reason = waiting;
      else if (terminated !== undefined) summary.reason = terminatedReason(dict(terminated));
      else if (one.ready === true && at(one, 'state', 'running') !== undefined) {
        running = true;
        summary.ready++;
      }
    }
    if (summary.reason === 'Completed' && running)
      summary.reason = conditions.some((one) => one.type === 'Ready' && one.status === 'True') ? 'Running' : 'NotReady';
  }
  if (pod.metadata.deletionTimestamp) {
    if (status.reason === 'NodeLost') summary.reason = 'Unknown';
    else if (status.phase !== 'Succeeded' && status.phase !== 'Failed') summary.reason = 'Terminating';
  }
  return summary;
}

function readinessGates(pod: SimObject): string {
  const gates = list(at(pod, 'spec', 'readinessGates'));
  if (gates.length === 0) return NONE;
  const conditions = list(at(pod, 'status', 'conditions'));
  const open = gates.filter((gate) => conditions.find((one) => one.type === gate.conditionType)?.status === 'True');
  return `${open.length}/${gates.length}`;
}

export const podCells: Cells = (pod) => {
  const spec = dict(pod.spec);
  const { reason, ready, restarts, lastRestart } = summarise(pod);
  const total = size(spec.containers) + list(spec.initContainers).filter(isSidecar).length;
  const again: Cell =
    restarts !== 0 && lastRestart !== 0
      ? { since: lastRestart, before: `${restarts} (`, after: ' ago)' }
      : String(restarts);
  return [
    pod.metadata.name,
    `${ready}/${total}`,
    reason,
    again,
    created(pod),
    text(at(pod, 'status', 'podIPs', 0, 'ip')) || NONE,
    text(spec.nodeName) || NONE,
    text(at(pod, 'status', 'nominatedNodeName')) || NONE,
    readinessGates(pod),
  ];
};

/** Tables grey out pods that have ended. */
export function podConditions(pod: SimObject): object[] | undefined {
  const phase = at(pod, 'status', 'phase');
  if (phase === 'Succeeded')
    return [{ type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' }];
  if (phase === 'Failed') return [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }];
  return undefined;
}
