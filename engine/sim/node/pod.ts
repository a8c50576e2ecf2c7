import type { KubeObject } from '../../api/types.ts';
import type { SimCluster } from '../cluster.ts';
import { ApiError } from '../errors.ts';
import { equal } from '../json.ts';
import type { Recorder } from './events.ts';
import { type ContainerKind, ContainerRun, type RunContext } from './run.ts';
import { type ContainerSpec, DEADLINE, type PodView, phaseOf, podSpec, podStatus, type State } from './status.ts';

export interface PodContext {
  cluster: SimCluster;
  recorder: Recorder;
  timing: RunContext['timing'];
  hostIP(node: string): string;
  /** A fresh address; given back by `release`. */
  address(): string;
  release(ip: string): void;
  /** What a container run needs beside its pod. */
  runContext(pod: PodLife): Omit<RunContext, 'changed' | 'record' | 'clock' | 'timing' | 'podName'>;
}

const conditionsOf = (pod: KubeObject): unknown => (pod.status as { conditions?: unknown } | undefined)?.conditions;

/** One pod on its node, from the moment it is bound until it is gone. It writes the pod's status and takes the pod away at the end. */
export class PodLife {
  readonly #context: PodContext;
  readonly #runs: ContainerRun[];
  readonly #inits: ContainerRun[];
  /** Added while it runs, to look into it: they are started once, and decide nothing of the pod. */
  readonly #ephemeral: ContainerRun[] = [];
  pod: KubeObject;
  ip = '';
  #sandbox = false;
  #startTime: string;
  #deleting = false;
  #over = false;
  /** Its node has stopped: nothing of it runs, and nobody says so. */
  #dark = false;
  #reportPending: (() => void) | undefined;
  #start: (() => void) | undefined;
  #expired = false;
  #deadline: (() => void) | undefined;

  constructor(context: PodContext, pod: KubeObject) {
    this.#context = context;
    this.pod = pod;
    this.#startTime = this.#now();
    const spec = podSpec(pod);
    const waiting = spec.initContainers?.length ? 'PodInitializing' : 'ContainerCreating';
    const run = (kind: ContainerKind) => (container: ContainerSpec) =>
      new ContainerRun(this.#runContext(), container, kind, waiting);
    this.#inits = (spec.initContainers ?? []).map(run('initContainers'));
    this.#runs = spec.containers.map(run('containers'));
  }

  get namespace(): string {
    return this.pod.metadata.namespace ?? '';
  }

  get hostIP(): string {
    return this.#context.hostIP(podSpec(this.pod).nodeName ?? '');
  }

  run(container: string): ContainerRun | undefined {
    return this.#all().find((run) => run.spec.name === container);
  }

  #all(): readonly ContainerRun[] {
    return [...this.#runs, ...this.#inits, ...this.#ephemeral];
  }

  get runs(): readonly ContainerRun[] {
    return this.#runs;
  }

  start(): void {
    this.#report();
    this.#awaitDeadline();
    this.#start = this.#context.cluster.clock.after(this.#context.timing.sandbox, () => {
      this.ip = podSpec(this.pod).hostNetwork ? this.hostIP : this.#context.address();
      this.#sandbox = true;
      this.#report();
      this.#next();
    });
  }

  /** Takes over a pod whose status says that it runs already. */
  adopt(): void {
    const status = this.pod.status as {
      podIP?: string;
      startTime?: string;
      phase?: string;
      containerStatuses?: { name: string; restartCount: number; lastState?: State; state?: State }[];
      initContainerStatuses?: { name: string; state?: State }[];
    };
    this.ip = status.podIP ?? '';
    this.#sandbox = true;
    this.#startTime = status.startTime ?? this.#startTime;
    this.#over = status.phase === 'Succeeded' || status.phase === 'Failed';
    for (const run of this.#inits) {
      const state = status.initContainerStatuses?.find((s) => s.name === run.spec.name)?.state;
      if (state) run.state = state;
    }
    for (const run of this.#runs) {
      const before = status.containerStatuses?.find((s) => s.name === run.spec.name);
      if (!before?.state) continue;
      if ('running' in before.state)
        run.adopt(before.state.running.startedAt, before.restartCount, before.lastState, (container) =>
          container.start(),
        );
      else {
        run.state = before.state;
        run.restarts = before.restartCount;
      }
    }
    this.#lookInto();
    this.#awaitDeadline();
  }

  update(pod: KubeObject): void {
    const old = this.pod;
    this.pod = pod;
    if (this.#dark) return;
    if (pod.metadata.deletionTimestamp && !this.#deleting) this.#terminate();
    else if (pod.metadata.generation !== old.metadata.generation) {
      this.#respec();
      this.#lookInto();
      this.#awaitDeadline();
    } else if (podSpec(pod).readinessGates && !equal(conditionsOf(pod), conditionsOf(old))) this.#report();
  }

  /** The object is gone, whoever took it: nothing may go on. */
  gone(): void {
    this.#deleting = true;
    this.#over = true;
    this.#start?.();
    this.#deadline?.();
    this.#reportPending?.();
    for (const run of this.#all()) run.kill();
    if (this.ip && this.ip !== this.hostIP) this.#context.release(this.ip);
  }

  goDark(): void {
    this.#dark = true;
    this.#start?.();
    this.#reportPending?.();
    this.#reportPending = undefined;
    for (const run of this.#all()) run.blackout();
  }

  /** The node is back. Its kubelet finds nothing of what ran, and makes anew what should run. */
  comeBack(): void {
    if (!this.#dark) return;
    this.#dark = false;
    if (this.pod.metadata.deletionTimestamp) {
      this.#terminate();
      return;
    }
    if (this.#over) return;
    const never = podSpec(this.pod).restartPolicy === 'Never';
    for (const run of [...this.#inits, ...this.#runs]) run.recover(!never);
    if (this.ip && this.ip !== this.hostIP) this.#context.release(this.ip);
    this.ip = '';
    this.#sandbox = false;
    if (never && this.#runs.some((run) => run.ended)) {
      this.#over = true;
      this.#report();
    } else this.start();
  }

  #runContext(): RunContext {
    const { cluster, recorder, timing } = this.#context;
    const { metadata } = this.pod;
    return {
      ...this.#context.runContext(this),
      clock: cluster.clock,
      timing,
      podName: `${metadata.name}_${metadata.namespace}(${metadata.uid})`,
      record: (note) => recorder.record(this.pod, 'kubelet', note, podSpec(this.pod).nodeName),
      changed: (run) => this.#changed(run),
    };
  }

  /** Init containers one after the other, each to its end; then the others, each as soon as the one before has been started or can't be. */
  #next(): void {
    if (this.#deleting || this.#expired) return;
    for (const run of this.#ephemeral) if (!run.begun) run.begin();
    for (const run of this.#inits) {
      if (run.ended?.exitCode === 0) continue;
      if (run.spec.restartPolicy === 'Always' && run.started) continue;
      if ('waiting' in run.state && !run.container) run.begin();
      return;
    }
    for (const run of this.#runs) {
      if (!run.begun) run.begin();
      if (!run.settled) return;
    }
  }

  #changed(run: ContainerRun): void {
    if (this.#dark) return;
    const policy = podSpec(this.pod).restartPolicy ?? 'Always';
    const ended = run.ended;
    if (ended && run.kind !== 'ephemeralContainers' && !this.#deleting && !this.#expired) {
      const wanted =
        run.spec.restartPolicy === 'Always' ||
        (run.init
          ? ended.exitCode !== 0 && policy !== 'Never'
          : policy === 'Always' || (policy === 'OnFailure' && ended.exitCode !== 0));
      if (wanted) run.again();
    }
    // Once the others have ended for good, sidecars are told to, after that has been said.
    if (policy !== 'Always' && this.#runs.every((one) => one.ended && !one.restarting))
      this.#context.cluster.clock.after(this.#context.timing.start, () => {
        for (const other of this.#inits) if (other.running) other.stop(this.#grace());
      });
    const phase = phaseOf(podSpec(this.pod), this.#view());
    if (!this.#over && (phase === 'Succeeded' || phase === 'Failed')) {
      this.#over = true;
      for (const other of this.#ephemeral) if (other.running) other.stop(0);
      this.#sandbox = false;
    }
    if (!run.init || ended || run.started) this.#next();
    this.#report();
    if (this.#deleting) this.#finish();
  }

  /** `activeDeadlineSeconds` may be set and shortened while the pod lives. */
  #awaitDeadline(): void {
    this.#deadline?.();
    this.#deadline = undefined;
    const { activeDeadlineSeconds: seconds } = podSpec(this.pod);
    if (seconds === undefined || this.#over || this.#deleting || this.#expired) return;
    const { clock } = this.#context.cluster;
    const left = Date.parse(this.#startTime) + seconds * 1000 - clock.now();
    this.#deadline = clock.after(Math.max(0, left), () => this.#expire());
  }

  /** Ended as by a deletion, but the object stays, and with it its containers' logs. */
  #expire(): void {
    this.#expired = true;
    this.#start?.();
    const { message, reason } = DEADLINE;
    this.#context.recorder.record(this.pod, 'kubelet', { type: 'Normal', reason, message }, podSpec(this.pod).nodeName);
    for (const run of this.#all()) {
      run.stop(this.#grace());
      run.unmade();
    }
    if (!this.#all().some((run) => run.running)) {
      this.#over = true;
      this.#sandbox = false;
    }
    this.#report();
  }

  /** Milliseconds. */
  #grace(): number {
    return (podSpec(this.pod).terminationGracePeriodSeconds ?? 30) * 1000;
  }

  #terminate(): void {
    this.#deleting = true;
    this.#deadline?.();
    this.#start?.();
    const { deletionGracePeriodSeconds } = this.pod.metadata as { deletionGracePeriodSeconds?: number };
    const grace = (deletionGracePeriodSeconds ?? 30) * 1000;
    this.#report();
    for (const run of this.#all()) run.stop(grace);
    this.#finish();
  }

  /** Once nothing runs any more: the last status, then the object goes. */
  #finish(): void {
    if (this.#all().some((run) => run.running)) return;
    const { cluster, timing } = this.#context;
    this.#sandbox = false;
    this.#over = this.#runs.every((run) => run.ended !== undefined);
    this.#report();
    this.#start = cluster.clock.after(Math.min(timing.sync, timing.sandbox), () => {
      this.#flush();
      try {
        cluster.delete('pods', this.namespace, this.pod.metadata.name, {
          gracePeriodSeconds: 0,
          preconditions: { uid: this.pod.metadata.uid as string },
        });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
    });
  }

  /** A new image in a running pod: the container is made anew. */
  #respec(): void {
    for (const spec of podSpec(this.pod).containers) {
      const run = this.run(spec.name);
      if (!run || run.spec.image === spec.image) continue;
      run.spec = spec;
      this.#context.recorder.record(
        this.pod,
        'kubelet',
        {
          type: 'Normal',
          reason: 'Killing',
          message: `Container ${spec.name} definition changed, will be restarted`,
          fieldPath: `spec.containers{${spec.name}}`,
        },
        podSpec(this.pod).nodeName,
      );
      run.container?.signal('SIGTERM');
    }
    this.#report();
  }

  /** Starts what was added to the pod since it began. */
  #lookInto(): void {
    const added = (podSpec(this.pod).ephemeralContainers ?? []).filter(({ name }) => !this.run(name));
    if (added.length === 0 || this.#over) return;
    for (const spec of added) {
      const run = new ContainerRun(this.#runContext(), spec, 'ephemeralContainers', 'ContainerCreating');
      this.#ephemeral.push(run);
      if (this.#sandbox) run.begin();
    }
    this.#report();
  }

  #view(): PodView {
    return {
      generation: this.pod.metadata.generation ?? 1,
      ip: this.ip,
      hostIP: this.hostIP,
      startTime: this.#startTime,
      sandbox: this.#sandbox,
      expired: this.#expired,
      init: this.#inits.map((run) => run.view()),
      containers: this.#runs.map((run) => run.view()),
      ephemeral: this.#ephemeral.map((run) => run.view()),
    };
  }

  /** Soon, once for all that changes in one instant: a kubelet's writes are batched too. */
  #report(): void {
    if (this.#dark) return;
    const { cluster, timing } = this.#context;
    this.#reportPending ??= cluster.clock.after(timing.report, () => this.#flush());
  }

  #flush(): void {
    this.#reportPending?.();
    this.#reportPending = undefined;
    const { cluster } = this.#context;
    const { name, uid } = this.pod.metadata;
    const current = cluster.get('pods', this.namespace, name);
    if (current?.metadata.uid !== uid) return;
    const status = podStatus(current as KubeObject, this.#view(), this.#now(), this.#over && this.#deleting);
    try {
      cluster.update('pods', { ...current, status } as typeof current & object, {
        subresource: 'status',
        manager: 'kubelet',
      });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  #now(): string {
    return `${new Date(this.#context.cluster.clock.now()).toISOString().slice(0, 19)}Z`;
  }
}
