/** The journal of one run in this engine's hand: what it decides and writes there, and its signs of life, until it lets go. */
import type { Clock } from '../runtime/clock.ts';
import type { RunHandle } from './handle.ts';
import { Heartbeat, type HeartbeatOptions } from './heartbeat.ts';
import { isOver, type Journal } from './journal.ts';
import { letGo, Stale, type Transition, wait } from './transitions.ts';

export interface HoldOptions {
  handle: RunHandle;
  clock: Clock;
  timing: HeartbeatOptions['timing'];
  signal: AbortSignal;
  /** Which holder is taken over; null for none. */
  from: { epoch: number; beat: number } | null;
  /** The run is another engine's, or gone: `check` throws from now on. */
  onLost: () => void;
}

/** Milliseconds: whoever ends this program waits for it. */
const RELEASE_MS = 1_500;

export class Hold {
  readonly handle: RunHandle;
  readonly heartbeat: Heartbeat;
  readonly #o: HoldOptions;
  /** Decided, and to be written with the next intent: one request instead of three. */
  #prelude: Transition[] = [];
  #failure: unknown;

  constructor(options: HoldOptions) {
    this.#o = options;
    this.handle = options.handle;
    this.heartbeat = new Heartbeat({
      handle: options.handle,
      clock: options.clock,
      timing: options.timing,
      signal: options.signal,
      onLost: (error) => {
        this.#failure = error;
        options.onLost();
      },
    });
  }

  now = (): string => new Date(this.#o.clock.now()).toISOString();

  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** The journal with what is decided and not yet written. */
  get journal(): Journal {
    return this.#prelude.reduce((journal, transition) => transition(journal), this.handle.journal);
  }

  decide(transition: Transition): void {
    this.#prelude.push(transition);
  }

  async write(...transitions: Transition[]): Promise<void> {
    const all = [...this.#prelude, ...transitions];
    this.#prelude = [];
    const together: Transition = (journal) => all.reduce((before, transition) => transition(before), journal);
    if (this.handle.held) await this.handle.write(together, this.#o.signal);
    else {
      await this.handle.take(this.#o.from, together, this.#o.signal);
      this.heartbeat.start();
    }
  }

  /** A transition that the present journal may no longer allow; then the loop looks again. */
  async tryWrite(...transitions: Transition[]): Promise<boolean> {
    try {
      await this.write(...transitions);
      return true;
    } catch (error) {
      if (error instanceof Stale) return false;
      throw error;
    }
  }

  /** A run that is over, or asks a person, is nobody's: let go in the same write. */
  async tryWriteResult(result: Transition): Promise<void> {
    await this.tryWrite((journal) => {
      const next = result(journal);
      if (!isOver(next) && next.phase !== 'Unknown') return next;
      this.heartbeat.stop();
      return letGo(next);
    });
  }

  /** Waits in the store, held by nobody: whichever engine sees the cluster free goes on with it. */
  async yieldTo(blocker: string): Promise<void> {
    this.heartbeat.stop();
    await this.write(wait(blocker, this.now(), this.handle.identity), letGo);
  }

  /** Others may go on at once. Not waited for long: a hold that is not let go runs out. */
  async release(): Promise<void> {
    this.heartbeat.stop();
    if (this.handle.held) await this.handle.write(letGo, AbortSignal.timeout(RELEASE_MS)).catch(() => {});
  }
}
