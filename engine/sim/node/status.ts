/** From what runs on the node to the status of its pod, field by field as a kubelet of 1.34 writes it. Pure. */
import type { KubeObject } from '../../api/types.ts';
import { type Rejection, rejectedStatus } from './admission.ts';

export interface Waiting {
  reason: string;
  message?: string;
}

export type State = { waiting: Waiting } | { running: { startedAt: string } } | { terminated: Terminated };

export interface Terminated {
  containerID?: string;
  exitCode: number;
  reason: string;
  message?: string;
  startedAt: string | null;
  finishedAt: string | null;
}

export interface ContainerView {
  name: string;
  image: string;
  imageID: string;
  /** `containerd://…`, or '' before the first. */
  containerID: string;
  state: State;
  lastState: State | undefined;
  ready: boolean;
  started: boolean;
  restarts: number;
}

export interface PodView {
  generation: number;
  /** '' until the sandbox is up. */
  ip: string;
  hostIP: string;
  startTime: string;
  sandbox: boolean;
  /** It was longer on the node than its deadline allows. */
  expired?: boolean;
  /** Its node has not taken it. */
  rejected?: Rejection;
  init: ContainerView[];
  containers: ContainerView[];
  ephemeral: ContainerView[];
}

export interface PodSpec {
  nodeName?: string;
  restartPolicy?: 'Always' | 'OnFailure' | 'Never';
  terminationGracePeriodSeconds?: number;
  activeDeadlineSeconds?: number;
  hostNetwork?: boolean;
  subdomain?: string;
  hostname?: string;
  serviceAccountName?: string;
  readinessGates?: { conditionType: string }[];
  initContainers?: ContainerSpec[];
  containers: ContainerSpec[];
  ephemeralContainers?: ContainerSpec[];
  securityContext?: SecurityContext;
  imagePullSecrets?: { name?: string }[];
  volumes?: {
    name: string;
    persistentVolumeClaim?: { claimName: string };
    configMap?: Keys;
    secret?: { secretName?: string; items?: { key: string }[]; optional?: boolean };
    projected?: { sources?: { configMap?: Keys; secret?: Keys }[] };
  }[];
}

interface Keys {
  name?: string;
  items?: { key: string }[];
  optional?: boolean;
}

interface SecurityContext {
  runAsNonRoot?: boolean;
  runAsUser?: number;
}

export interface Hook {
  exec?: { command: string[] };
  sleep?: { seconds: number };
}

export interface Probe {
  exec?: { command: string[] };
  httpGet?: object;
  tcpSocket?: object;
  grpc?: object;
  initialDelaySeconds?: number;
  timeoutSeconds?: number;
  periodSeconds?: number;
  failureThreshold?: number;
  successThreshold?: number;
}

export interface ContainerSpec {
  name: string;
  image: string;
  imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /** `Always` on an init container makes it a sidecar. */
  restartPolicy?: 'Always';
  command?: string[];
  args?: string[];
  stdin?: boolean;
  stdinOnce?: boolean;
  tty?: boolean;
  env?: { name: string; value?: string; valueFrom?: ValueFrom }[];
  envFrom?: { prefix?: string; configMapRef?: Optional; secretRef?: Optional }[];
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  startupProbe?: Probe;
  lifecycle?: { postStart?: Hook; preStop?: Hook };
  ports?: { name?: string; containerPort: number; hostPort?: number; hostIP?: string; protocol?: string }[];
  securityContext?: SecurityContext;
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
  resources?: Resources;
  terminationMessagePath?: string;
  terminationMessagePolicy?: 'File' | 'FallbackToLogsOnError';
}

interface Resources {
  requests?: Record<string, string>;
  limits?: Record<string, string>;
}

interface Optional {
  name: string;
  optional?: boolean;
}

export interface ValueFrom {
  fieldRef?: { fieldPath: string };
  configMapKeyRef?: Optional & { key: string };
  secretKeyRef?: Optional & { key: string };
  resourceFieldRef?: { resource: string };
}

interface Condition {
  type: string;
  status: 'True' | 'False';
  reason?: string;
  message?: string;
  lastProbeTime: null;
  lastTransitionTime: string;
  observedGeneration?: number;
}

export const DEADLINE = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

export const podSpec = (pod: KubeObject): PodSpec => pod.spec as PodSpec;

const isRunning = (c: ContainerView) => 'running' in c.state;
const ended = (c: ContainerView) => ('terminated' in c.state ? c.state.terminated : undefined);

const sidecarsOf = (spec: PodSpec, view: PodView): ContainerView[] =>
  view.init.filter(({ name }) =>
    spec.initContainers?.some((container) => container.name === name && container.restartPolicy === 'Always'),
  );

export function phaseOf(spec: PodSpec, view: PodView): 'Pending' | 'Running' | 'Succeeded' | 'Failed' {
  const all = view.containers;
  if (view.expired && ![...view.init, ...all].some(isRunning)) return 'Failed';
  if (view.init.some((c) => (ended(c)?.exitCode ?? 0) !== 0 && spec.restartPolicy === 'Never')) return 'Failed';
  if (all.some(isRunning)) return 'Running';
  // Sidecars end after the others, and the pod with them.
  if (all.every(ended) && sidecarsOf(spec, view).some(isRunning)) return 'Running';
  if (all.every(ended) && spec.restartPolicy !== 'Always') {
    const failed = all.some((c) => ended(c)?.exitCode !== 0);
    if (!failed) return 'Succeeded';
    return spec.restartPolicy === 'Never' ? 'Failed' : 'Running';
  }
  // A container that has run before keeps the pod Running while it waits for its next start.
  return all.some((c) => ended(c) || c.lastState) ? 'Running' : 'Pending';
}

/** What a container is given when it has ended for good with its pod. */
function finalPhase(view: PodView): 'Succeeded' | 'Failed' {
  return view.containers.every((c) => ended(c)?.exitCode === 0) ? 'Succeeded' : 'Failed';
}

export function podStatus(pod: KubeObject, view: PodView, now: string, over = false): Record<string, unknown> {
  const spec = podSpec(pod);
  const before = (pod.status ?? {}) as { conditions?: Condition[]; qosClass?: string };
  if (view.rejected) return rejectedStatus(before, view.rejected, view);
  const phase = over && !view.expired ? finalPhase(view) : phaseOf(spec, view);
  const done = phase === 'Succeeded' || phase === 'Failed';
  const sidecars = sidecarsOf(spec, view);
  const uninitialised = view.init
    .filter((c) => ended(c)?.exitCode !== 0 && !(sidecars.includes(c) && c.started))
    .map((c) => c.name);
  const initDone = uninitialised.length === 0;
  const unready = [...sidecars, ...view.containers].filter((c) => !c.ready).map((c) => c.name);
  const containersReady = done
    ? ({ status: 'False', reason: phase === 'Failed' ? 'PodFailed' : 'PodCompleted' } as const)
    : unready.length > 0
      ? ({
          status: 'False',
          reason: 'ContainersNotReady',
          message: `containers with unready status: [${unready.join(' ')}]`,
        } as const)
      : ({ status: 'True' } as const);
  const closed = containersReady.status === 'True' ? closedGates(spec, before.conditions ?? []) : [];
  const ready =
    closed.length > 0
      ? ({ status: 'False', reason: 'ReadinessGatesNotReady', message: closed.join(', ') } as const)
      : containersReady;
  const wanted: Omit<Condition, 'lastTransitionTime' | 'lastProbeTime'>[] = [
    { type: 'PodReadyToStartContainers', status: view.sandbox ? 'True' : 'False' },
    initDone
      ? { type: 'Initialized', status: 'True', ...(phase === 'Succeeded' ? { reason: 'PodCompleted' } : {}) }
      : {
          type: 'Initialized',
          status: 'False',
          reason: 'ContainersNotInitialized',
          message: `containers with incomplete status: [${uninitialised.join(' ')}]`,
        },
    { type: 'Ready', ...ready },
    { type: 'ContainersReady', ...containersReady },
    { type: 'PodScheduled', status: 'True' },
  ];
  const own = new Set(wanted.map((condition) => condition.type));
  const conditions = wanted.map((condition) => {
    const old = before.conditions?.find((c) => c.type === condition.type);
    return {
      lastProbeTime: null,
      lastTransitionTime: old?.status === condition.status ? old.lastTransitionTime : now,
      observedGeneration: view.generation,
      ...condition,
    };
  });
  // Readiness gates and other controllers' conditions are not the kubelet's to drop.
  const others = (before.conditions ?? []).filter((condition) => !own.has(condition.type));
  return {
    phase,
    ...(view.expired && done ? DEADLINE : {}),
    conditions: [...others, ...conditions],
    observedGeneration: view.generation,
    hostIP: view.hostIP,
    hostIPs: [{ ip: view.hostIP }],
    ...(view.ip ? { podIP: view.ip, podIPs: [{ ip: view.ip }] } : {}),
    startTime: view.startTime,
    qosClass: before.qosClass ?? 'BestEffort',
    ...(view.init.length > 0 ? { initContainerStatuses: view.init.map((c) => containerStatus(spec, c, true)) } : {}),
    containerStatuses: view.containers.map((c) => containerStatus(spec, c, false)),
    ...(view.ephemeral.length > 0
      ? {
          ephemeralContainerStatuses: view.ephemeral.map((c) => ({
            ...containerStatus(spec, c, false),
            started: undefined,
          })),
        }
      : {}),
  };
}

/** Conditions that others must have set before the pod is ready. */
const closedGates = (spec: PodSpec, conditions: readonly Condition[]): string[] =>
  (spec.readinessGates ?? []).flatMap(({ conditionType: gate }) => {
    const found = conditions.find(({ type }) => type === gate);
    if (!found) return [`corresponding condition of pod readiness gate "${gate}" does not exist.`];
    return found.status === 'True'
      ? []
      : [`the status of pod readiness gate "${gate}" is not "True", but ${found.status}`];
  });

function containerStatus(spec: PodSpec, view: ContainerView, init: boolean): Record<string, unknown> {
  const { containers, initContainers = [], ephemeralContainers = [] } = spec;
  const container = [...containers, ...initContainers, ...ephemeralContainers].find((c) => c.name === view.name);
  const resources = container?.resources ?? {};
  const begun = view.containerID !== '';
  return {
    name: view.name,
    state: view.state,
    lastState: view.lastState ?? {},
    ready: init ? ended(view)?.exitCode === 0 || view.ready : view.ready,
    restartCount: view.restarts,
    image: view.image,
    imageID: view.imageID,
    ...(begun ? { containerID: view.containerID } : {}),
    started: view.started,
    ...(begun && resources.requests ? { allocatedResources: resources.requests } : {}),
    ...(begun ? { resources } : {}),
    ...(container?.volumeMounts?.length
      ? {
          volumeMounts: container.volumeMounts.map((mount) => ({
            name: mount.name,
            mountPath: mount.mountPath,
            ...(mount.readOnly ? { readOnly: true, recursiveReadOnly: 'Disabled' } : {}),
          })),
        }
      : {}),
  };
}
