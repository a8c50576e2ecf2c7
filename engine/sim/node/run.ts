/** One container of a pod across its restarts. */
import { type Clock, wholeSeconds } from '../clock.ts';
import type { Container } from './container.ts';
import { terminatedBy, UNMADE, unseen } from './ending.ts';
import { ConfigError, type Prepared } from './environment.ts';
import type { EventNote } from './events.ts';
import { canonicalImage, ImagePull, type Images, imageID } from './image.ts';
import { graceAfter, runHook } from './lifecycle.ts';
import type { ContainerLog } from './log.ts';
import type { Answer } from './ports.ts';
import { beginProbes } from './probes.ts';
import type { ProcessEnd } from './process.ts';
import type { ContainerSpec, ContainerView, Hook, Probe, State, Terminated } from './status.ts';
import { BACKOFF, longer, type Timing } from './timing.ts';

export interface RunContext extends Images {
  clock: Clock;
  timing: Timing;
  /** `name_namespace(uid)`, as back-off messages have it. */
  podName: string;
  prepare(spec: ContainerSpec): Prepared;
  make(spec: ContainerSpec, prepared: Prepared, restarts: number, onExit: (end: ProcessEnd) => void): Container;
  /** Asks a port of the pod. */
  knock(probe: Probe, spec: ContainerSpec): Promise<Answer>;
  /** How long one is given to end, in milliseconds. */
  grace(): number;
  record(note: EventNote): void;
  changed(run: ContainerRun): void;
}

/** By the list of the pod's spec that has it. */
export type ContainerKind = 'initContainers' | 'containers' | 'ephemeralContainers';

/** Pulled, started, probed, ended, started again after a growing pause. */
export class ContainerRun {
  readonly #context: RunContext;
  readonly #image: ImagePull;
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
  #startedAt = 0;
  #stopping = false;
  /** A probe has failed: it is started again at once. */
  #condemned = false;
  /** What is said of it where it is killed and made anew in one go: nobody sees it ended. */
  #shown: State | undefined;
  #cutOff = false;
  /** Why its hook has failed that is run when it starts. */
  #hookFailed: string | undefined;
  readonly #timers = new Set<() => void>();

  constructor(context: RunContext, spec: ContainerSpec, kind: ContainerKind, waiting: string) {
    this.#context = context;
    this.spec = spec;
    this.kind = kind;
    this.state = { waiting: { reason: waiting } };
    this.#image = new ImagePull(context, context.timing, {
      spec: () => this.spec,
      note: this.#note,
      wait: this.#wait,
      after: this.#after,
      create: () => this.#create(),
    });
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
    return {
      name: this.spec.name,
      image: begun ? canonicalImage(this.spec.image) : this.spec.image,
      imageID: begun ? imageID(this.spec.image) : '',
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
    this.#image.begin();
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
    const { clock } = this.#context;
    const since = clock.now();
    let told = false;
    const end = () => {
      if (told) return;
      told = true;
      container.signal('SIGTERM');
      this.#after(graceAfter(grace, clock.now() - since), () => container.signal('SIGKILL'));
    };
    const hook = this.spec.lifecycle?.preStop;
    if (!hook) {
      end();
      return;
    }
    this.#after(grace, end);
    this.#hook(container, hook).then((failed) => {
      if (failed !== undefined && !told && this.running)
        this.#note('Warning', 'FailedPreStopHook', 'PreStopHook failed');
      end();
    });
  }

  /** Its pod is at its end: what was never made is told so, as a kubelet that looked for it in vain does. */
  unmade(): void {
    if (this.container) return;
    this.state = { terminated: UNMADE };
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
    if (this.#cutOff && ended) this.state = { terminated: unseen(ended) };
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
    this.#backoff = longer(pause);
    if (ended?.reason === 'StartError') {
      this.lastState = { terminated: ended };
      this.state = { waiting: { reason: 'RunContainerError', message: ended.message ?? '' } };
    }
    if (this.#hookFailed !== undefined && ended) {
      this.lastState = { terminated: ended };
      this.state = { waiting: { reason: 'PostStartHookError', message: this.#hookFailed } };
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
      this.state = { running: { startedAt: wholeSeconds(clock.now()) } };
      this.started = this.spec.startupProbe === undefined;
      this.ready = this.started && this.spec.readinessProbe === undefined && this.#serves;
      this.#hookFailed = undefined;
      if (!this.container.start()) return;
      this.#note('Normal', 'Started', `Started container ${this.spec.name}`);
      this.#greet(this.container);
    });
  }

  /** Nobody hears that it runs before its hook has been run. */
  #greet(container: Container): void {
    const hook = this.spec.lifecycle?.postStart;
    const go = () => {
      this.#context.changed(this);
      this.#probes(container);
    };
    if (!hook) {
      go();
      return;
    }
    this.ready = false;
    this.#hook(container, hook).then((failed) => {
      if (this.container !== container || !this.running || this.#stopping) return;
      if (failed === undefined) {
        this.ready = this.started && this.spec.readinessProbe === undefined && this.#serves;
        go();
        return;
      }
      this.#hookFailed = failed;
      this.#note('Warning', 'FailedPostStartHook', 'PostStartHook failed');
      this.#note('Normal', 'Killing', 'FailedPostStartHook');
      this.#end(container);
    });
  }

  #hook(container: Container, hook: Hook): Promise<string | undefined> {
    return runHook(hook, container, this.spec, this.#context.podName, this.#after);
  }

  /** From outside, though it is to run again. */
  #end(container: Container): void {
    container.signal('SIGTERM');
    this.#after(this.#context.grace(), () => container.signal('SIGKILL'));
  }

  #exited(end: ProcessEnd): void {
    this.#cancelTimers();
    this.ready = false;
    this.started = false;
    this.#shown = this.#condemned && this.#backoff === 0 ? this.state : undefined;
    const terminated = terminatedBy(end, this, { startedAt: this.#startedAt, now: this.#context.clock.now() });
    this.state = { terminated };
    if ('error' in end) this.#note('Warning', 'Failed', `Error: ${terminated.message}`);
    this.#context.changed(this);
  }

  #probes(container: Container): void {
    const { spec } = this;
    beginProbes(
      {
        spec,
        look: (probe) =>
          probe.exec
            ? container.check(probe.exec.command, probe.timeoutSeconds ?? 1)
            : this.#context.knock(probe, spec),
        alive: () => !this.#stopping && this.container === container && this.running,
        note: this.#note,
        after: this.#after,
      },
      {
        started: () => {
          this.started = true;
          this.ready = spec.readinessProbe === undefined && this.#serves;
          this.#context.changed(this);
        },
        ready: (yes) => {
          if (this.ready === yes) return;
          this.ready = yes;
          this.#context.changed(this);
        },
        condemned: () => {
          this.#condemned = true;
          this.#end(container);
        },
      },
    );
  }

  #wait = (reason: string, message: string): void => {
    this.state = { waiting: { reason, message } };
    this.#context.changed(this);
  };

  #note = (type: 'Normal' | 'Warning', reason: string, message: string): void => {
    this.#context.record({ type, reason, message, fieldPath: `spec.${this.kind}{${this.spec.name}}` });
  };

  #after = (ms: number, work: () => void): void => {
    const cancel = this.#context.clock.after(ms, () => {
      this.#timers.delete(cancel);
      work();
    });
    this.#timers.add(cancel);
  };

  #cancelTimers(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }
}

/** Go's way to print whole seconds: 10s, 1m20s, 5m0s. */
function duration(ms: number): string {
  const s = Math.round(ms / 1000);
  return s < 60 ? `${s}s` : `${Math.floor(s / 60)}m${s % 60}s`;
}
