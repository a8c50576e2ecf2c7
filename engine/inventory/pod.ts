/** The projection of a pod that is kept: what rows, roles, health and targets need, under 1 KB of heap. */
import { intern } from './intern.ts';
import type { ContainerState } from './model.ts';
import type { LabelReading } from './provider.ts';
import type { RawPod, RawStatus } from './raw-pod.ts';

/**
 * What is the matter with a pod, from best to worst:
 * `starting` before its containers run, `unready` while they do, `lost` when its node does not answer.
 * `done` and `failed` (evicted, for one) won't run again and are no members any more.
 */
export type PodState =
  | 'ready'
  | 'done'
  | 'starting'
  | 'leaving'
  | 'unready'
  | 'unschedulable'
  | 'crashing'
  | 'lost'
  | 'failed';

export interface Pod {
  uid: string;
  namespace: string;
  name: string;
  /** The workload that controls it as `Kind/name`, '' when none does. A ReplicaSet's Deployment stands for it. */
  controller: string;
  labels: Readonly<Record<string, string>>;
  state: PodState;
  /** As kubectl's STATUS column. */
  status: string;
  /** `ready/all` containers. */
  readiness: string;
  phase: string;
  ip: string;
  node: string;
  createdAt: number;
  deleting: boolean;
  containers: ContainerState[];
  /** Names of the volume claims it mounts. */
  claims: readonly string[];
}

/** States of a container that won't mend themselves by waiting a little. */
const BROKEN = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'Error',
  'OOMKilled',
  'StartError',
  'ContainerCannotRun',
]);
const isBroken = (word: string) => BROKEN.has(word) || /^(ExitCode|Signal):/.test(word);
/** Labels that name the pod itself or its revision: they tell nothing that the pod's row does not. */
const UNTOLD = new Set([
  'controller-revision-hash',
  'pod-template-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'apps.kubeblocks.io/pod-name',
]);
/** A pod with more labels than this keeps those that providers and people read, and no others. */
const MOST_LABELS = 16;
const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});
const NO_CLAIMS: readonly string[] = Object.freeze([]);

/**
 * Of a pod that an operator's labels claim, what providers read. Of others all: which one holds the role of a plain workload's
 * pods is only known with the workload.
 */
function keptLabels(raw: Record<string, string> | undefined, reading: LabelReading) {
  if (raw === undefined) return NO_LABELS;
  const all = Object.entries(raw);
  const few = all.length <= MOST_LABELS && !reading.claims(raw);
  const kept: Record<string, string> = {};
  for (const [key, value] of all) {
    if (reading.keys.has(key) || (!UNTOLD.has(key) && (few || key.startsWith('app.kubernetes.io/')))) {
      kept[intern(key)] = intern(String(value));
    }
  }
  return kept;
}

function controllerOf(raw: RawPod): string {
  const owner = raw.metadata?.ownerReferences?.find((each) => each.controller === true);
  if (owner === undefined) return '';
  const hash = raw.metadata?.labels?.['pod-template-hash'];
  const name = owner.name ?? '';
  if (owner.kind === 'ReplicaSet' && hash !== undefined && name.endsWith(`-${hash}`)) {
    return intern(`Deployment/${name.slice(0, -hash.length - 1)}`);
  }
  return intern(`${owner.kind ?? ''}/${name}`);
}

function stateWord(status: RawStatus | undefined): string {
  const state = status?.state;
  if (state?.running !== undefined) return 'running';
  if (state?.terminated !== undefined) {
    const { reason, signal, exitCode } = state.terminated;
    return intern(reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode ?? '?'}`));
  }
  return intern(state?.waiting?.reason || 'waiting');
}

/** As kubectl names an init container's state, or undefined when all of them are through. */
function initStatus(raw: RawPod): string | undefined {
  const statuses = raw.status?.initContainerStatuses ?? [];
  const specs = raw.spec?.initContainers ?? [];
  for (const [at, status] of statuses.entries()) {
    const sidecar = specs.find((spec) => spec.name === status.name)?.restartPolicy === 'Always';
    if (status.state?.terminated?.exitCode === 0 || (sidecar && status.started === true)) continue;
    const { terminated, waiting } = status.state ?? {};
    if (terminated) return `Init:${stateWord(status)}`;
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
    return `Init:${at}/${specs.length}`;
  }
  return undefined;
}

function statusOf(raw: RawPod, ready: boolean, containers: ContainerState[]): string {
  const { status, metadata } = raw;
  const word = (): string => {
    const init = initStatus(raw);
    if (init !== undefined) return init;
    const odd = containers.find((c) => c.state !== 'running' && c.state !== 'waiting');
    const phase = status?.reason || status?.phase || 'Unknown';
    if (odd === undefined) return phase;
    if (odd.state !== 'Completed') return odd.state;
    if (!containers.some((c) => c.state === 'running')) return 'Completed';
    return ready ? 'Running' : 'NotReady';
  };
  if (metadata?.deletionTimestamp === undefined) return intern(word());
  return status?.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
}

function judge(raw: RawPod, status: string, ready: boolean, containers: ContainerState[]): PodState {
  const condition = (type: string) => raw.status?.conditions?.find((each) => each.type === type);
  if (raw.status?.reason === 'NodeLost') return 'lost';
  if (raw.metadata?.deletionTimestamp !== undefined) return 'leaving';
  if (raw.status?.phase === 'Succeeded') return 'done';
  if (raw.status?.phase === 'Failed') return 'failed';
  if (isBroken(status.replace('Init:', ''))) return 'crashing';
  if (ready) return 'ready';
  // The node controller takes Ready away and leaves ContainersReady as the kubelet last said it.
  const gate = condition('Ready')?.reason === 'ReadinessGatesNotReady';
  if (condition('Ready')?.status === 'False' && condition('ContainersReady')?.status === 'True' && !gate) return 'lost';
  if (condition('PodScheduled')?.reason === 'Unschedulable') return 'unschedulable';
  return containers.some((c) => c.state === 'running') && initStatus(raw) === undefined ? 'unready' : 'starting';
}

/** Projects a pod as an API server gives it. */
export function slimPod(raw: RawPod, reading: LabelReading): Pod {
  const { metadata = {}, spec = {}, status = {} } = raw;
  const statuses = status.containerStatuses ?? [];
  const containers = (spec.containers ?? []).map((container): ContainerState => {
    const now = statuses.find((each) => each.name === container.name);
    const state = stateWord(now);
    return {
      name: intern(container.name ?? ''),
      image: intern(container.image ?? now?.image ?? ''),
      ready: now?.ready === true,
      restarts: now?.restartCount ?? 0,
      id: state === 'running' ? (now?.containerID ?? '') : '',
      state,
    };
  });
  const ready = status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true;
  const word = statusOf(raw, ready, containers);
  const claims = (spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
  return {
    uid: metadata.uid ?? '',
    namespace: intern(metadata.namespace ?? ''),
    name: metadata.name ?? '',
    controller: controllerOf(raw),
    labels: keptLabels(metadata.labels, reading),
    state: judge(raw, word, ready, containers),
    status: word,
    readiness: intern(`${containers.filter((c) => c.ready).length}/${containers.length}`),
    phase: intern(status.phase ?? ''),
    ip: status.podIP ?? '',
    node: intern(spec.nodeName ?? ''),
    createdAt: Date.parse(metadata.creationTimestamp ?? '') || 0,
    deleting: metadata.deletionTimestamp !== undefined,
    containers,
    // A copy without the room to grow that flatMap leaves.
    claims: claims.length > 0 ? claims.slice() : NO_CLAIMS,
  };
}

export const restartsOf = (pod: Pod): number => pod.containers.reduce((sum, c) => sum + c.restarts, 0);
