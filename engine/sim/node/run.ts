/** One container of a pod across its restarts. */
import { wholeSeconds } from '../clock.ts';
import type { Container } from './container.ts';
import { terminatedBy, UNMADE, unseen } from './ending.ts';
import { ConfigError, type Prepared } from './environment.ts';
import { canonicalImage, ImagePull, imageID } from './image.ts';
import { type Hooked, runHook, stopGently } from './lifecycle.ts';
import type { ContainerLog } from './log.ts';
import type { ProcessEnd } from './process.ts';
import { Readiness } from './readiness.ts';
import { Restarts } from './restart.ts';
import type { ContainerKind, RunContext } from './runContext.ts';
import type { ContainerSpec, ContainerView, State, Terminated } from './status.ts';
import { Timers } from './timers.ts';
import { BACKOFF } from './timing.ts';

/** Pulled, started, probed, ended, started again after a growing pause. */
export class ContainerRun {
  readonly #context: RunContext;
  readonly #image: ImagePull;
  readonly kind: ContainerKind;
  spec: ContainerSpec;
  state: State;
  lastState: State | undefined;
  readonly #readiness: Readiness;
  restarts = 0;
  container: Container | undefined;
  /** What the run before this one printed. */
  previousLog: ContainerLog | undefined;
  #begun = false;
  readonly #restarts = new Restarts();
  #startedAt = 0;
  #stopping = false;
  /** What is said of it where it is killed and made anew in one go: nobody sees it ended. */
  #shown: State | undefined;
  #cutOff = false;
  readonly #timers: Timers;

  constructor(context: RunContext, spec: ContainerSpec, kind: ContainerKind, waiting: string) {
    this.#context = context;
    this.#timers = new Timers(context.clock);
    this.spec = spec;
    this.kind = kind;
    this.state = { waiting: { reason: waiting } };
    // Init containers only end, and those added later only help: nobody waits for them.
    const serves = kind === 'containers' || (this.init && spec.restartPolicy === 'Always');
    this.#readiness = new Readiness(serves);
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

  get started(): boolean {
    return this.#readiness.started;
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
      ready: this.#readiness.ready,
      started: this.started,
      restarts: this.restarts,
    };
  }

  get #hooked(): Hooked {
    return { podName: this.#context.podName, note: this.#note, after: this.#after };
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
    this.#readiness.adopt();
    start(this.container);
  }

  /** Asks it to end; it is not started again. Kills it after `grace` milliseconds. */
  stop(grace: number): void {
    this.#stopping = true;
    this.#timers.cancel();
    if (!this.running || !this.container) return;
    this.#note('Normal', 'Killing', `Stopping container ${this.spec.name}`);
    const { container } = this;
    stopGently(container, this.spec, grace, {
      ...this.#hooked,
      clock: this.#context.clock,
      running: () => this.running,
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
    this.#timers.cancel();
    this.container?.signal('SIGKILL');
    this.#timers.cancel();
  }

  /** Its node is back. What was cut off is known to have ended, no more; it waits to be made again where that is wanted. */
  recover(again: boolean): void {
    const { ended } = this;
    const cutOff = this.#cutOff && ended;
    this.#cutOff = false;
    if (cutOff) this.state = { terminated: unseen(ended) };
    else if (ended && (this.init || !again)) return;
    if (cutOff && again) this.#leaveBehind(this.state);
    if (!again && this.ended) return;
    this.container = undefined;
    this.#begun = false;
    this.state = { waiting: { reason: 'ContainerCreating' } };
  }

  /** The pod is gone: nothing of it may go on. */
  kill(): void {
    this.#stopping = true;
    this.#timers.cancel();
    this.container?.signal('SIGKILL');
    this.#timers.cancel();
  }

  /** Called by the pod when its policy wants it to run again. */
  again(): void {
    if (this.#stopping) return;
    const { clock, timing } = this.#context;
    const { ended } = this;
    const last: State | undefined = ended && { terminated: ended };
    this.#restarts.again({
      ...this.#hooked,
      name: this.spec.name,
      ended,
      ran: clock.now() - this.#startedAt,
      sync: timing.sync,
      wait: (waiting) => {
        this.lastState = last ?? this.lastState;
        this.state = { waiting };
      },
      changed: () => this.#context.changed(this),
      restart: () => {
        this.#leaveBehind(last ?? this.lastState);
        this.begin();
      },
    });
  }

  /** The next run is told from the one that was `last`. */
  #leaveBehind(last: State | undefined): void {
    this.restarts++;
    this.lastState = last;
    this.previousLog = this.container?.log;
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
      this.#readiness.begin(this.spec);
      this.#restarts.hookFailed = undefined;
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
    this.#readiness.ready = false;
    runHook(hook, container, this.spec, this.#hooked).then((failed) => {
      if (this.container !== container || !this.running || this.#stopping) return;
      if (failed === undefined) {
        this.#readiness.begin(this.spec);
        go();
        return;
      }
      this.#restarts.hookFailed = failed;
      this.#note('Warning', 'FailedPostStartHook', 'PostStartHook failed');
      this.#note('Normal', 'Killing', 'FailedPostStartHook');
      this.#end(container);
    });
  }

  /** From outside, though it is to run again. */
  #end(container: Container): void {
    container.signal('SIGTERM');
    this.#after(this.#context.grace(), () => container.signal('SIGKILL'));
  }

  #exited(end: ProcessEnd): void {
    this.#timers.cancel();
    this.#readiness.end();
    this.#shown = this.#restarts.unseen ? this.state : undefined;
    const terminated = terminatedBy(end, this, { startedAt: this.#startedAt, now: this.#context.clock.now() });
    this.state = { terminated };
    if ('error' in end) this.#note('Warning', 'Failed', `Error: ${terminated.message}`);
    this.#context.changed(this);
  }

  #probes(container: Container): void {
    const { spec } = this;
    this.#readiness.watch(
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
        changed: () => this.#context.changed(this),
        condemned: () => {
          this.#restarts.condemned = true;
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

  #after = (ms: number, work: () => void): void => this.#timers.after(ms, work);
}
