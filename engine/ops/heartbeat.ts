/** Signs of life in the journal: others see that the run is executed, how far its output is, and leave it alone. */
import type { Clock } from '../runtime/clock.ts';
import type { RunHandle } from './handle.ts';
import { lastAttempt, type Place, targetAt } from './journal.ts';
import type { Output } from './output.ts';
import { beat, Stale, seenRunning } from './transitions.ts';

export interface HeartbeatOptions {
  handle: RunHandle;
  clock: Clock;
  /** Milliseconds between signs, and before a command is shown as running: a short one costs no write. */
  timing: { beat: number; markRunning: number };
  signal: AbortSignal;
  /** A sign could not be given: the run is another engine's, or gone. */
  onLost: (error: unknown) => void;
}

/** An attempt that was seen started at `since`. */
export interface UnderWay {
  place: Place;
  n: number;
  output: Output;
  since: string;
}

export class Heartbeat {
  readonly #o: HeartbeatOptions;
  #cancelBeat: () => void = () => {};
  #cancelMark: () => void = () => {};
  #under: UnderWay | undefined;
  #stopped = false;

  constructor(options: HeartbeatOptions) {
    this.#o = options;
  }

  start(): void {
    const { clock, timing } = this.#o;
    this.#stopped = false;
    this.#cancelBeat = clock.after(timing.beat, () => {
      this.start();
      void this.#beat();
    });
  }

  /** From now on a failing sign means nothing: the hold is let go on purpose. */
  stop(): void {
    this.#stopped = true;
    this.#cancelBeat();
    this.#cancelMark();
  }

  /** The first proof that an attempt was started. */
  started(under: UnderWay): void {
    this.#cancelMark();
    this.#cancelMark = this.#o.clock.after(this.#o.timing.markRunning, () => {
      this.#under = under;
      void this.#beat();
    });
  }

  ended(): void {
    this.#cancelMark();
    this.#under = undefined;
  }

  async #beat(): Promise<void> {
    const { handle, clock, signal, onLost } = this.#o;
    const { place, n, output, since } = this.#under ?? {};
    try {
      await handle.write((journal) => {
        const last = place && lastAttempt(targetAt(journal, place));
        const open = last?.n === n && (last?.phase === 'Intent' || last?.phase === 'Running');
        const marked = place && n && since && open ? seenRunning(place, n, since, output?.tail())(journal) : journal;
        return beat(new Date(clock.now()).toISOString())(marked);
      }, signal);
    } catch (error) {
      if (!this.#stopped && !signal.aborted && !(error instanceof Stale)) onLost(error);
    }
  }
}
