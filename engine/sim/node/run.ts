import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Container } from './container.ts';
import { ConfigError, type Prepared } from './environment.ts';
import type { EventNote } from './events.ts';
import type { ContainerLog } from './log.ts';
import type { ProcessEnd } from './process.ts';
import type { ContainerSpec, ContainerView, Probe, State, Terminated } from './status.ts';

/** Milliseconds by the cluster's clock. */
export interface Timing {
  /** Until a pod has its address. */
  sandbox: number;
  pull: number;
  start: number;
  /** How often a kubelet looks again: the first restart, the turn from an error to its back-off. */
  sync: number;
  /** For how long changes are gathered before a pod's status is written. */
  report: number;
}

export const REAL_TIMING: Timing = { sandbox: 500, pull: 1500, start: 250, sync: 1000, report: 0 };

export interface RunContext {
  clock: Clock;
  timing: Timing;
  /** `name_namespace(uid)`, as back-off messages have it. */
  podName: string;
  prepare(spec: ContainerSpec): Prepared;
  /** Null where it is on the node; else whether it can be pulled, the answer being an error's text where it can't. */
  pull(image: string): null | { error?: string; bytes: number };
  pulled(image: string): void;
  make(spec: ContainerSpec, prepared: Prepared, restarts: number, onExit: (end: ProcessEnd) => void): Container;
  record(note: EventNote): void;
  changed(run: ContainerRun): void;
}

/** Of the log, for last words that a container has not left elsewhere. */
const FALLBACK = { lines: 80, bytes: 2048 };

const createFailed = (why: string): string =>
  `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${why}: unknown`;

/** By the list of the pod's spec that has it. */
export type ContainerKind = 'initContainers' | 'containers' | 'ephemeralContainers';

const BACKOFF = { first: 10_000, most: 300_000, forgetAfter: 600_000 };

/** One container of a pod across its restarts: pulled, started, probed, ended, started again after a growing pause. */
export class ContainerRun {
  readonly #context: RunContext;
  readonly kind: ContainerKind;
  spec: ContainerSpec;
  state: State;
  lastState: State | undefined;
  ready = false;
  started = false;
  restarts = 0;
  container: Container | undefined;
  /** What the run before this one printed. */
  previousLog: ContainerLog | undefined;
  #begun = false;
  #backoff = 0;
  #pullBackoff = 0;
  #startedAt = 0;
  #stopping = false;
  /** A probe has failed: it is started again at once. */
  #condemned = false;
  /** What is said of it where it is killed and made anew in one go: nobody sees it ended. */
  #shown: State | undefined;
  #cutOff = false;
  readonly #timers = new Set<() => void>();

  constructor(context: RunContext, spec: ContainerSpec, kind: ContainerKind, waiting: string) {
    this.#context = context;
    this.spec = spec;
    this.kind = kind;
    this.state = { waiting: { reason: waiting } };
  }

  get init(): boolean {
    return this.kind === 'initContainers';
  }

  /** Whether others wait for it to be ready: init containers only end, and those added later only help. */
  get #serves(): boolean {
    return this.kind === 'containers' || (this.init && this.spec.restartPolicy === 'Always');
  }

  get running(): boolean {
    return 'running' in this.state;
  }

  /** Whether its first start has been tried. */
  get begun(): boolean {
    return this.#begun || this.container !== undefined || !('waiting' in this.state);
  }

  /** Whether that start has succeeded or failed: an error to wait out has a message. */
  get settled(): boolean {
    return !('waiting' in this.state) || this.container !== undefined || this.state.waiting.message !== undefined;
  }

  /** Whether it will be started again though it has ended. */
  get restarting(): boolean {
    return this.#timers.size > 0;
  }

  get ended(): Terminated | undefined {
    return 'terminated' in this.state ? this.state.terminated : undefined;
  }

  view(): ContainerView {
    const begun = this.container !== undefined;
    const image = canonicalImage(this.spec.image);
    return {
      name: this.spec.name,
      image: begun ? image : this.spec.image,
      imageID: begun ? `sha256:${createHash('sha256').update(image).digest('hex')}` : '',
      containerID: this.container ? `containerd://${this.container.id}` : '',
      state: this.#shown ?? this.state,
      lastState: this.lastState,
      ready: this.ready,
      started: this.started,
      restarts: this.restarts,
    };
  }

  /** Begins, or begins again. */
  begin(): void {
    if (this.#stopping) return;
    this.#begun = true;
    const { pull, timing } = this.#context;
    const image = this.spec.image;
    const found = pull(image);
    if (found === null && this.spec.imagePullPolicy !== 'Always') {
      this.#note('Normal', 'Pulled', `Container image "${image}" already present on machine`);
      this.#create();
      return;
    }
    if (this.spec.imagePullPolicy === 'Never') {
      const message = `Container image "${image}" is not present with pull policy of Never`;
      this.#note('Warning', 'ErrImageNeverPull', message);
      this.#note('Warning', 'Failed', 'Error: ErrImageNeverPull');
      this.#wait('ErrImageNeverPull', message);
      this.#after(BACKOFF.first, () => this.begin());
      return;
    }
    this.#note('Normal', 'Pulling', `Pulling image "${image}"`);
    this.#after(timing.pull, () => this.#pulled(found));
  }

  /** Takes a running container over as it is: what was there before the cluster was. */
  adopt(
    startedAt: string,
    restarts: number,
    lastState: State | undefined,
    start: (container: Container) => void,
  ): void {
    this.restarts = restarts;
    this.lastState = lastState;
    this.#context.pulled(this.spec.image);
    this.container = this.#context.make(this.spec, this.#context.prepare(this.spec), restarts, (end) =>
      this.#exited(end),
    );
    this.state = { running: { startedAt } };
    this.started = true;
    this.ready = true;
    start(this.container);
  }

  /** Asks it to end; it is not started again. Kills it after `grace` milliseconds. */
  stop(grace: number): void {
    this.#stopping = true;
    this.#cancelTimers();
    if (!this.running || !this.container) return;
    this.#note('Normal', 'Killing', `Stopping container ${this.spec.name}`);
    const { container } = this;
    const end = () => {
      container.signal('SIGTERM');
      this.#after(grace, () => container.signal('SIGKILL'));
    };
    const hook = this.spec.lifecycle?.preStop?.exec?.command;
    if (hook) container.check(hook).then(end);
    else end();
  }

  /** Its pod is at its end: what was never made is told so, as a kubelet that looked for it in vain does. */
  unmade(): void {
    if (this.container) return;
    const message = 'The container could not be located when the pod was terminated';
    const reason = 'ContainerStatusUnknown';
    this.state = { terminated: { exitCode: 137, reason, message, startedAt: null, finishedAt: null } };
  }

  /** Ends it at once, from outside: a crash. It is started again where the pod's policy says so. */
  crash(): void {
    this.container?.signal('SIGKILL');
  }

  /** Its node stops: it dies, and nobody is there to see how. */
  blackout(): void {
    this.#cutOff = this.running;
    this.#cancelTimers();
    this.container?.signal('SIGKILL');
    this.#cancelTimers();
  }

  /** Its node is back. What was cut off is known to have ended, no more; it waits to be made again where that is wanted. */
  recover(again: boolean): void {
    const { ended } = this;
    if (this.#cutOff && ended) this.state = { terminated: { ...ended, exitCode: 255, reason: 'Unknown' } };
    else if (ended && (this.init || !again)) return;
    if (this.#cutOff && again) {
      this.lastState = this.state;
      this.previousLog = this.container?.log;
      this.restarts++;
    }
    this.#cutOff = false;
    if (!again && this.ended) return;
    this.container = undefined;
    this.#begun = false;
    this.state = { waiting: { reason: 'ContainerCreating' } };
  }

  /** The pod is gone: nothing of it may go on. */
  kill(): void {
    this.#stopping = true;
    this.#cancelTimers();
    this.container?.signal('SIGKILL');
    this.#cancelTimers();
  }

  /** Called by the pod when its policy wants it to run again. */
  again(): void {
    if (this.#stopping) return;
    const { clock, timing, podName } = this.#context;
    const ended = this.ended;
    if (clock.now() - this.#startedAt > BACKOFF.forgetAfter) this.#backoff = 0;
    const pause = this.#backoff;
    this.#backoff = Math.min(pause === 0 ? BACKOFF.first : pause * 2, BACKOFF.most);
    if (ended?.reason === 'StartError') {
      this.lastState = { terminated: ended };
      this.state = { waiting: { reason: 'RunContainerError', message: ended.message ?? '' } };
    }
    const restart = () => {
      this.restarts++;
      this.lastState = ended ? { terminated: ended } : this.lastState;
      this.previousLog = this.container?.log;
      this.begin();
    };
    const now = this.#condemned && pause === 0;
    this.#condemned = false;
    if (now) {
      restart();
      return;
    }
    this.#after(timing.sync, () => {
      if (pause === 0) {
        restart();
        return;
      }
      this.lastState = ended ? { terminated: ended } : this.lastState;
      this.#note('Warning', 'BackOff', `Back-off restarting failed container ${this.spec.name} in pod ${podName}`);
      this.#wait(
        'CrashLoopBackOff',
        `back-off ${duration(pause)} restarting failed container=${this.spec.name} pod=${podName}`,
      );
      this.#after(pause, restart);
    });
  }

  #pulled(found: null | { error?: string; bytes: number }): void {
    const { timing, pulled } = this.#context;
    const image = this.spec.image;
    if (found?.error === undefined) {
      this.#pullBackoff = 0;
      pulled(image);
      const took = timing.pull < 1000 ? `${timing.pull}ms` : `${timing.pull / 1000}s`;
      this.#note(
        'Normal',
        'Pulled',
        `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${found?.bytes ?? 0} bytes.`,
      );
      this.#create();
      return;
    }
    const { error } = found;
    this.#note('Warning', 'Failed', `Failed to pull image "${image}": ${error}`);
    this.#note('Warning', 'Failed', 'Error: ErrImagePull');
    this.#wait('ErrImagePull', error);
    this.#pullBackoff = Math.min(this.#pullBackoff === 0 ? BACKOFF.first : this.#pullBackoff * 2, BACKOFF.most);
    const pause = this.#pullBackoff;
    this.#after(timing.sync, () => {
      this.#note('Normal', 'BackOff', `Back-off pulling image "${image}"`);
      this.#note('Warning', 'Failed', 'Error: ImagePullBackOff');
      this.#wait('ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${error}`);
      this.#after(pause, () => this.begin());
    });
  }

  #create(): void {
    const { prepare, make, clock, timing } = this.#context;
    let prepared: Prepared;
    try {
      prepared = prepare(this.spec);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#note('Warning', 'Failed', `Error: ${error.message}`);
      this.#wait('CreateContainerConfigError', error.message);
      this.#after(BACKOFF.first, () => this.begin());
      return;
    }
    this.#note('Normal', 'Created', `Created container: ${this.spec.name}`);
    this.#after(timing.start, () => {
      this.container = make(this.spec, prepared, this.restarts, (end) => this.#exited(end));
      this.#startedAt = clock.now();
      this.#shown = undefined;
      this.state = { running: { startedAt: seconds(clock.now()) } };
      this.started = this.spec.startupProbe === undefined;
      this.ready = this.started && this.spec.readinessProbe === undefined && this.#serves;
      if (!this.container.start()) return;
      this.#note('Normal', 'Started', `Started container ${this.spec.name}`);
      this.#context.changed(this);
      this.#probes();
    });
  }

  #exited(end: ProcessEnd): void {
    this.#cancelTimers();
    this.ready = false;
    this.started = false;
    this.#shown = this.#condemned && this.#backoff === 0 ? this.state : undefined;
    const { clock } = this.#context;
    const failed = 'error' in end ? createFailed(end.error) : undefined;
    const message = failed ?? this.#lastWords(end);
    this.state = {
      terminated: {
        containerID: `containerd://${this.container?.id}`,
        exitCode: 'code' in end ? end.code : 128,
        reason: failed ? 'StartError' : 'code' in end && end.code === 0 ? 'Completed' : 'Error',
        ...(message ? { message } : {}),
        startedAt: seconds(failed ? 0 : this.#startedAt),
        finishedAt: seconds(clock.now()),
      },
    };
    if (failed) this.#note('Warning', 'Failed', `Error: ${failed}`);
    this.#context.changed(this);
  }

  /** What it has left for its status; where its spec wants that, the end of its log. */
  #lastWords(end: ProcessEnd): string {
    const { container, spec } = this;
    if (!container) return '';
    const fallback = spec.terminationMessagePolicy === 'FallbackToLogsOnError' && 'code' in end && end.code !== 0;
    return container.lastWords || (fallback ? container.log.tail(FALLBACK.lines, FALLBACK.bytes) : '');
  }

  #probes(): void {
    const { readinessProbe, livenessProbe, startupProbe } = this.spec;
    const others = () => {
      if (readinessProbe)
        this.#probe(readinessProbe, 'Readiness', (ok) => {
          if (this.ready === ok) return;
          this.ready = ok;
          this.#context.changed(this);
        });
      if (livenessProbe)
        this.#probe(livenessProbe, 'Liveness', (ok) => {
          if (ok) return;
          this.#note('Normal', 'Killing', `Container ${this.spec.name} failed liveness probe, will be restarted`);
          this.#condemn();
        });
    };
    if (!startupProbe) {
      others();
      return;
    }
    const stop = this.#probe(startupProbe, 'Startup', (ok) => {
      if (!ok) {
        this.#note('Normal', 'Killing', `Container ${this.spec.name} failed startup probe, will be restarted`);
        this.#condemn();
        return;
      }
      stop();
      this.started = true;
      this.ready = readinessProbe === undefined && this.#serves;
      this.#context.changed(this);
      others();
    });
  }

  /** Tells when the verdict changes, thresholds counted; returns the way to stop. */
  #probe(probe: Probe, kind: string, verdict: (ok: boolean) => void): () => void {
    const { container } = this;
    const period = (probe.periodSeconds ?? 10) * 1000;
    let failures = 0;
    let successes = 0;
    let on = true;
    const look = async () => {
      const result = probe.exec && container ? await container.check(probe.exec.command) : { code: 0, text: '' };
      if (!on || this.#stopping || this.container !== container || !this.running) return;
      if (result.code === 0) {
        failures = 0;
        if (++successes === (probe.successThreshold ?? 1)) verdict(true);
      } else {
        successes = 0;
        this.#note('Warning', 'Unhealthy', `${kind} probe failed: ${result.text}`);
        if (++failures === (probe.failureThreshold ?? 3)) verdict(false);
      }
      if (on) this.#after(period, look);
    };
    this.#after((probe.initialDelaySeconds ?? 0) * 1000, look);
    return () => {
      on = false;
    };
  }

  #condemn(): void {
    this.#condemned = true;
    this.container?.signal('SIGTERM');
  }

  #wait(reason: string, message: string): void {
    this.state = { waiting: { reason, message } };
    this.#context.changed(this);
  }

  #note(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#context.record({ type, reason, message, fieldPath: `spec.${this.kind}{${this.spec.name}}` });
  }

  #after(ms: number, work: () => void): void {
    const cancel = this.#context.clock.after(ms, () => {
      this.#timers.delete(cancel);
      work();
    });
    this.#timers.add(cancel);
  }

  #cancelTimers(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }
}

const seconds = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** Go's way to print whole seconds: 10s, 1m20s, 5m0s. */
function duration(ms: number): string {
  const s = Math.round(ms / 1000);
  return s < 60 ? `${s}s` : `${Math.floor(s / 60)}m${s % 60}s`;
}

/** The reference with the registry that a container runtime adds. */
function canonicalImage(image: string): string {
  const first = image.split('/')[0] ?? '';
  if (!image.includes('/')) return `docker.io/library/${image}`;
  return /[.:]|^localhost$/.test(first) ? image : `docker.io/${image}`;
}
