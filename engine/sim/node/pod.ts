/** One pod on its node, from the moment it is bound until it is gone. */
import type { KubeObject } from '../../api/types.ts';
import { wholeSeconds } from '../clock.ts';
import type { SimCluster } from '../cluster.ts';
import { unlessRefused } from '../errors.ts';
import { equal } from '../json.ts';
import type { Rejection } from './admission.ts';
import { PodContainers } from './containers.ts';
import type { EventNote, Recorder } from './events.ts';
import { missedPullSecrets, whenMounted } from './mounts.ts';
import { PodReport } from './report.ts';
import { runsAgain } from './restart.ts';
import { ContainerRun } from './run.ts';
import type { RunContext } from './runContext.ts';
import { DEADLINE, type PodView, phaseOf, podSpec } from './status.ts';

export interface PodContext {
  cluster: SimCluster;
  recorder: Recorder;
  timing: RunContext['timing'];
  hostIP(node: string): string;
  /** Why its node doesn't take the pod; undefined where it does. */
  admit(pod: KubeObject): Rejection | undefined;
  /** A fresh address; given back by `release`. */
  address(): string;
  release(ip: string): void;
  /** What a container run needs beside its pod. */
  runContext(pod: PodLife): Omit<RunContext, 'changed' | 'record' | 'clock' | 'timing' | 'grace' | 'podName'>;
}

/** Milliseconds, whatever a node's times are: its controller makes another at once, and that one is rejected too. */
const REJECTING = 250;

const conditionsOf = (pod: KubeObject): unknown => (pod.status as { conditions?: unknown } | undefined)?.conditions;

/** It writes the pod's status, and takes the pod away at the end. */
export class PodLife {
  readonly #context: PodContext;
  readonly #containers: PodContainers;
  pod: KubeObject;
  ip = '';
  #sandbox = false;
  #startTime: string;
  #deleting = false;
  #over = false;
  /** Its node has stopped: nothing of it runs, and nobody says so. */
  #dark = false;
  readonly #status: PodReport;
  #start: (() => void) | undefined;
  #expired = false;
  /** Whether its node has taken it; what it said where it didn't. */
  #admission: 'taken' | Rejection | undefined;
  #deadline: (() => void) | undefined;

  constructor(context: PodContext, pod: KubeObject) {
    this.#context = context;
    this.pod = pod;
    this.#startTime = wholeSeconds(context.cluster.clock.now());
    this.#status = new PodReport(context, {
      pod: () => this.pod,
      view: () => this.#view(),
      last: () => this.#over && this.#deleting,
    });
    this.#containers = new PodContainers(
      podSpec(pod),
      (spec, kind, waiting) => new ContainerRun(this.#runContext(), spec, kind, waiting),
    );
  }

  get namespace(): string {
    return this.pod.metadata.namespace ?? '';
  }

  get hostIP(): string {
    return this.#context.hostIP(podSpec(this.pod).nodeName ?? '');
  }

  run(container: string): ContainerRun | undefined {
    return this.#containers.named(container);
  }

  get all(): readonly ContainerRun[] {
    return this.#containers.all;
  }

  get runs(): readonly ContainerRun[] {
    return this.#containers.runs;
  }

  get taken(): boolean {
    return this.#admission === 'taken';
  }

  start(): void {
    this.#admission ??= this.#context.admit(this.pod) ?? 'taken';
    if (this.#admission !== 'taken') {
      this.#reject(this.#admission);
      return;
    }
    this.#report();
    this.#awaitDeadline();
    this.#mount();
  }

  #reject({ reason, message }: Rejection): void {
    this.#over = true;
    this.#start = this.#context.cluster.clock.after(REJECTING, () => {
      this.#note({ type: 'Warning', reason, message });
      this.#report();
    });
  }

  #mount(): void {
    const { cluster, timing } = this.#context;
    whenMounted(cluster, this.pod, {
      wait: (ms, work) => {
        this.#start = cluster.clock.after(ms, work);
      },
      failed: (message) => this.#note({ type: 'Warning', reason: 'FailedMount', message }),
      done: () => {
        const missed = missedPullSecrets(cluster, this.pod);
        if (missed) this.#note({ type: 'Warning', reason: 'FailedToRetrieveImagePullSecret', message: missed });
        this.#start = cluster.clock.after(timing.sandbox, () => {
          this.ip = podSpec(this.pod).hostNetwork ? this.hostIP : this.#context.address();
          this.#sandbox = true;
          this.#report();
          this.#next();
        });
      },
    });
  }

  /** Takes over a pod whose status says that it runs already. */
  adopt(): void {
    this.#admission = 'taken';
    const status = this.pod.status as { podIP?: string; startTime?: string; phase?: string };
    this.ip = status.podIP ?? '';
    this.#sandbox = true;
    this.#startTime = status.startTime ?? this.#startTime;
    this.#over = status.phase === 'Succeeded' || status.phase === 'Failed';
    this.#containers.adopt(this.pod);
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
    this.#status.forget();
    for (const run of this.#containers.all) run.kill();
    if (this.ip && this.ip !== this.hostIP) this.#context.release(this.ip);
  }

  goDark(): void {
    this.#dark = true;
    this.#start?.();
    this.#status.forget();
    for (const run of this.#containers.all) run.blackout();
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
    const { inits, runs } = this.#containers;
    const never = podSpec(this.pod).restartPolicy === 'Never';
    for (const run of [...inits, ...runs]) run.recover(!never);
    if (this.ip && this.ip !== this.hostIP) this.#context.release(this.ip);
    this.ip = '';
    this.#sandbox = false;
    if (never && runs.some((run) => run.ended)) {
      this.#over = true;
      this.#report();
    } else this.start();
  }

  #runContext(): RunContext {
    const { cluster, timing } = this.#context;
    const { metadata } = this.pod;
    return {
      ...this.#context.runContext(this),
      clock: cluster.clock,
      timing,
      grace: () => this.#grace(),
      podName: `${metadata.name}_${metadata.namespace}(${metadata.uid})`,
      record: (note) => this.#note(note),
      changed: (run) => this.#changed(run),
    };
  }

  #next(): void {
    if (!this.#deleting && !this.#expired) this.#containers.beginNext();
  }

  #changed(run: ContainerRun): void {
    if (this.#dark) return;
    const policy = podSpec(this.pod).restartPolicy ?? 'Always';
    const { inits, runs, ephemeral } = this.#containers;
    const { ended } = run;
    if (ended && !this.#deleting && !this.#expired && runsAgain(run, ended.exitCode, policy)) run.again();
    // Once the others have ended for good, sidecars are told to, after that has been said.
    if (policy !== 'Always' && runs.every((one) => one.ended && !one.restarting))
      this.#context.cluster.clock.after(this.#context.timing.start, () => {
        for (const other of inits) if (other.running) other.stop(this.#grace());
      });
    const phase = phaseOf(podSpec(this.pod), this.#view());
    if (!this.#over && (phase === 'Succeeded' || phase === 'Failed')) {
      this.#over = true;
      for (const other of ephemeral) if (other.running) other.stop(0);
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
    this.#note({ type: 'Normal', reason, message });
    for (const run of this.#containers.all) {
      run.stop(this.#grace());
      run.unmade();
    }
    if (!this.#containers.anyRunning) {
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
    for (const run of this.#containers.all) run.stop(grace);
    this.#finish();
  }

  /** Once nothing runs any more: the last status, then the object goes. */
  #finish(): void {
    if (this.#containers.anyRunning) return;
    const { cluster, timing } = this.#context;
    this.#sandbox = false;
    this.#over = this.#containers.runs.every((run) => run.ended !== undefined);
    this.#report();
    this.#start = cluster.clock.after(Math.min(timing.sync, timing.sandbox), () => {
      this.#status.now();
      unlessRefused(() =>
        cluster.delete('pods', this.namespace, this.pod.metadata.name, {
          gracePeriodSeconds: 0,
          preconditions: { uid: this.pod.metadata.uid as string },
        }),
      );
    });
  }

  /** A new image in a running pod: the container is made anew. */
  #respec(): void {
    for (const run of this.#containers.renewed(podSpec(this.pod))) {
      const { name } = run.spec;
      const message = `Container ${name} definition changed, will be restarted`;
      this.#note({ type: 'Normal', reason: 'Killing', message, fieldPath: `spec.containers{${name}}` });
      run.container?.signal('SIGTERM');
    }
    this.#report();
  }

  /** Starts what was added to the pod since it began. */
  #lookInto(): void {
    if (this.#over) return;
    const added = this.#containers.add(podSpec(this.pod));
    if (added.length === 0) return;
    if (this.#sandbox) for (const run of added) if (!run.begun) run.begin();
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
      ...(this.#admission && this.#admission !== 'taken' ? { rejected: this.#admission } : {}),
      ...this.#containers.views(),
    };
  }

  #report(): void {
    if (!this.#dark) this.#status.soon();
  }

  #note(note: EventNote): void {
    this.#context.recorder.record(this.pod, 'kubelet', note, podSpec(this.pod).nodeName);
  }
}
