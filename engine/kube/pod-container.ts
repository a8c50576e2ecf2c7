/** One container of a pod as the API server tells it: which run of it is the last, and how that one stands. */
import { clean } from './sanitise.ts';
import { type KubeClient, KubeError, type RequestOptions } from './types.ts';

export interface ContainerName {
  namespace: string;
  pod: string;
  container: string;
}

export interface ContainerRun {
  uid: string;
  /** Of the run: it changes at every restart. '' before the first. */
  id: string;
  state: 'waiting' | 'running' | 'ended';
  /** Of this run, where it has ended. */
  code: number | undefined;
  /** The run before it, as far as it is known. */
  last: { id: string; code: number | undefined };
  /** How often the container was started again. */
  restarts: number;
  /** No further run will come. */
  final: boolean;
  /** Why it isn't running, in the kubelet's words. */
  why: string;
}

interface PodStatus {
  metadata: { uid: string; deletionTimestamp?: string };
  spec?: { restartPolicy?: string } & Partial<
    Record<'containers' | 'initContainers' | 'ephemeralContainers', { name: string; restartPolicy?: string }[]>
  >;
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    conditions?: { type?: string; status?: string; reason?: string; message?: string }[];
  } & Partial<Record<'containerStatuses' | 'initContainerStatuses' | 'ephemeralContainerStatuses', RunStatus[]>>;
}

interface RunStatus {
  name: string;
  containerID?: string;
  restartCount?: number;
  state?: { running?: object; terminated?: Ended; waiting?: { reason?: string; message?: string } };
  lastState?: { terminated?: Ended };
}

interface Ended {
  exitCode?: number;
  containerID?: string;
  reason?: string;
}

/** Reason of the error where the pod's spec has no container of that name. */
export const NO_CONTAINER = 'NoContainer';

export const podPath = ({ namespace, pod }: Omit<ContainerName, 'container'>) =>
  `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}`;

/** Undefined where the pod is gone. */
export async function containerRun(
  client: Pick<KubeClient, 'request'>,
  source: ContainerName,
  options: Pick<RequestOptions, 'signal' | 'timeoutMs'> = {},
): Promise<ContainerRun | undefined> {
  let pod: PodStatus;
  try {
    pod = await client.request<PodStatus>(podPath(source), { ...options, dropManagedFields: true });
  } catch (error) {
    if (error instanceof KubeError && error.status === 404) return undefined;
    throw error;
  }
  return runOf(pod, source);
}

function runOf(pod: PodStatus, source: ContainerName): ContainerRun {
  const { spec, status } = pod;
  const specs = [spec?.containers, spec?.initContainers, spec?.ephemeralContainers].flatMap((part) => part ?? []);
  const wanted = specs.find(({ name }) => name === source.container);
  if (!wanted) {
    const known = specs.map(({ name }) => clean(name, 80)).join(', ');
    const message = `pod ${source.pod} has no container "${source.container}"; it has ${known || 'none'}`;
    throw new KubeError(message, { status: 400, reason: NO_CONTAINER });
  }
  const own = [status?.containerStatuses, status?.initContainerStatuses, status?.ephemeralContainerStatuses]
    .flatMap((part) => part ?? [])
    .find(({ name }) => name === source.container);
  const before = own?.lastState?.terminated;
  const running = own?.state?.running !== undefined;
  const now = own?.state?.terminated;
  // Between two runs the one that ended is told as the last state.
  const ended = now ?? (running ? undefined : before);
  return {
    uid: pod.metadata.uid,
    id: own?.containerID || ended?.containerID || '',
    state: running ? 'running' : ended ? 'ended' : 'waiting',
    code: ended?.exitCode,
    last: { id: before?.containerID ?? '', code: before?.exitCode },
    restarts: own?.restartCount ?? 0,
    final: isFinal(pod, source.container, wanted.restartPolicy, ended),
    why: waitingFor(pod, own),
  };
}

function isFinal(pod: PodStatus, name: string, ownPolicy: string | undefined, ended: Ended | undefined): boolean {
  const { spec, status } = pod;
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return true;
  if (!ended) return false;
  if (pod.metadata.deletionTimestamp || spec?.ephemeralContainers?.some((each) => each.name === name)) return true;
  const init = spec?.initContainers?.some((each) => each.name === name);
  const policy = ownPolicy ?? (init && spec?.restartPolicy === 'Always' ? 'OnFailure' : spec?.restartPolicy);
  return policy === 'Never' || (policy === 'OnFailure' && ended.exitCode === 0);
}

function waitingFor(pod: PodStatus, own: RunStatus | undefined): string {
  const { status } = pod;
  const waiting = own?.state?.waiting;
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  const said = waiting ?? (own ? undefined : (unscheduled ?? status));
  const words = [said?.reason, said?.message].filter((part) => part).join(': ');
  return clean(words || (own ? '' : (status?.phase ?? '')), 300);
}
