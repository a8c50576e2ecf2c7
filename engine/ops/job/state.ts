/** What a Job and its pod say of the attempt. Pure. */
import type { KubeObject } from '../../api/types.ts';
import { clean } from '../../kube/sanitise.ts';
import { CONTAINER } from './manifest.ts';

interface Terminated {
  exitCode?: number;
  signal?: number;
  reason?: string;
  message?: string;
  containerID?: string;
}

export interface PodObject extends KubeObject {
  spec?: { nodeName?: string };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    conditions?: { type?: string; status?: string; reason?: string; message?: string }[];
    containerStatuses?: {
      name?: string;
      containerID?: string;
      state?: {
        running?: { startedAt?: string };
        waiting?: { reason?: string; message?: string };
        terminated?: Terminated;
      };
    }[];
  };
}

export interface JobObject extends KubeObject {
  status?: { conditions?: { type?: string; status?: string; reason?: string; message?: string }[] };
}

export type JobState =
  /** On its way; `stuck` says what holds it up, and how long that may last. */
  | { at: 'waiting'; stuck?: { why: string; patienceMs: number } }
  | { at: 'running'; pod: string }
  | { at: 'ended'; pod: string; code: number; why: string }
  /** Its pod is no more, and how it ended can't be read. */
  | { at: 'lost'; why: string }
  /** Its pod came to its end before its container was made, and stays. */
  | { at: 'never' }
  /** Its pod is no more, and the Job says that it succeeded. */
  | { at: 'succeeded' };

/** How long each thing that may pass is waited for, milliseconds. */
const PATIENCE = { never: 0, image: 15_000, config: 15_000, schedule: 60_000, pod: 30_000 };

const STUCK: Record<string, { patienceMs: number; say: (image: string) => string }> = {
  InvalidImageName: { patienceMs: PATIENCE.never, say: (image) => `image "${image}" is no valid name of an image` },
  ErrImageNeverPull: {
    patienceMs: PATIENCE.never,
    say: (image) => `image "${image}" is not on the node and may not be pulled`,
  },
  ErrImagePull: { patienceMs: PATIENCE.image, say: (image) => `image "${image}" can't be pulled` },
  ImagePullBackOff: { patienceMs: PATIENCE.image, say: (image) => `image "${image}" can't be pulled` },
  ImageInspectError: { patienceMs: PATIENCE.image, say: (image) => `image "${image}" can't be read` },
  RegistryUnavailable: { patienceMs: PATIENCE.image, say: (image) => `image "${image}" can't be pulled` },
  CreateContainerConfigError: { patienceMs: PATIENCE.config, say: () => 'its container can’t be configured' },
  CreateContainerError: { patienceMs: PATIENCE.config, say: () => 'its container can’t be created' },
};

const because = (what: string, detail: string | undefined): string => {
  const said = clean(detail ?? '', 300).trim();
  return said === '' ? what : `${what}: ${said}`;
};

/** The newest pod counts; with backoffLimit 0 there is one at most. `image` is for the message. */
export function jobState(job: JobObject | undefined, pods: readonly PodObject[], image: string): JobState {
  const pod = [...pods]
    .sort((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''))
    .at(-1);
  if (!pod) return withoutPod(job);
  const { name } = pod.metadata;
  const container = pod.status?.containerStatuses?.find((status) => status.name === CONTAINER);
  const state = container?.state;
  const { terminated } = state ?? {};
  const made = container?.containerID || terminated?.containerID;
  // The kubelet's own word, with a status for the container: one that was evicted or lost its node may have none.
  const word = pod.status?.reason === 'DeadlineExceeded' || terminated?.reason === 'ContainerStatusUnknown';
  if (container && !made && word && pod.status?.phase === 'Failed') return { at: 'never' };
  if (terminated?.reason === 'ContainerStatusUnknown') {
    // The kubelet's word for a container that it can't find: one without an id was never made.
    return terminated.containerID ? { at: 'lost', why: 'its container could not be found' } : { at: 'waiting' };
  }
  if (terminated) {
    const code = terminated.exitCode ?? (terminated.signal ? 128 + terminated.signal : 255);
    const odd =
      terminated.reason && !['Completed', 'Error'].includes(terminated.reason) ? clean(terminated.reason, 60) : '';
    const message =
      terminated.reason === 'StartError' || terminated.reason === 'ContainerCannotRun' ? terminated.message : '';
    return { at: 'ended', pod: name, code, why: because(odd, message) };
  }
  if (state?.running) return { at: 'running', pod: name };
  if (pod.status?.phase === 'Failed') {
    // Evicted, or its node went: the container may have run before, and its status is not there.
    const why = because(clean(pod.status.reason || 'its pod failed', 60), pod.status.message);
    return { at: 'lost', why };
  }
  const { reason = '', message } = state?.waiting ?? {};
  const stuck = STUCK[reason];
  if (stuck)
    return {
      at: 'waiting',
      stuck: { why: because(stuck.say(clean(image, 200)), message), patienceMs: stuck.patienceMs },
    };
  const scheduled = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    return {
      at: 'waiting',
      stuck: { why: because('no node takes its pod', scheduled.message), patienceMs: PATIENCE.schedule },
    };
  }
  return { at: 'waiting' };
}

function withoutPod(job: JobObject | undefined): JobState {
  const holds = (type: string) => job?.status?.conditions?.find((c) => c.type === type && c.status === 'True');
  if (holds('Complete') || holds('SuccessCriteriaMet')) return { at: 'succeeded' };
  const failed = holds('Failed');
  if (failed) return { at: 'lost', why: because('its pod is gone', failed.message || failed.reason) };
  if (job?.metadata.deletionTimestamp) return { at: 'lost', why: 'its Job was deleted' };
  return { at: 'waiting', stuck: { why: 'no pod of it has come up', patienceMs: PATIENCE.pod } };
}
