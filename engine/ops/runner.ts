/** Executes one run from wherever its journal stands to its verdict, or to where another has to go on. */
import type { Clock } from '../runtime/clock.ts';
import { nextMove, settles } from './attempt.ts';
import { Conductor, Incapable } from './conductor.ts';
import { makeContact } from './contact.ts';
import type { RunEvents } from './events.ts';
import { type RunHandle, Vanished } from './handle.ts';
import { Hold } from './hold.ts';
import { insist } from './insist.ts';
import { isOver, isToBegin, type Journal, nextPlace, type Place, targetAt } from './journal.ts';
import type { AttemptTarget } from './target.ts';
import type { Told } from './told.ts';
import { begin, cancel, intend, Lost } from './transitions.ts';

export interface RunnerOptions {
  handle: RunHandle;
  clock: Clock;
  targetFor(journal: Journal, place: Place): AttemptTarget;
  /** The name of the run that has the cluster, if one has. Asked after the run is in its store. */
  blocker(handle: RunHandle, fresh: boolean, signal: AbortSignal): Promise<string | undefined>;
  /** Which holder is taken over; null for none. */
  from: { epoch: number; beat: number } | null;
  /** The targets were read a moment ago. */
  fresh: boolean;
  events: RunEvents;
  /** What of the log was told before, by following. */
  told: Told;
  /** Only what was sent already is seen to its end, for its result to be in the journal: nothing is started. */
  settles?: boolean;
  timing?: Partial<typeof TIMING>;
  random?: () => number;
}

/** Milliseconds. */
const TIMING = {
  /** Between signs of life in the journal. */
  beat: 10_000,
  /** A command that runs longer is shown as running to those who read the journal. */
  markRunning: 2000,
  /** A target that gives no answer for so long: what became of the attempt is unknown. */
  patience: 300_000,
  /** A command that was asked to end and runs on for so long is named. */
  slowEnd: 2000,
  retry: { base: 300, cap: 10_000 },
};

/**
 * `over`, `unknown` (a person has to say), `waiting` (for the run that has the cluster), `stopped` (by the signal; what runs
 * goes on), `left` (something would have to be started, and this engine only settles), `lost` (another engine has it),
 * `vanished` (its journal was deleted), `incapable` (this engine may not reach it).
 */
export type Ending =
  | { ending: 'over' | 'unknown' | 'waiting' | 'stopped' | 'left' }
  | { ending: 'lost' | 'vanished' | 'incapable'; why: string };

export async function execute(options: RunnerOptions, signal: AbortSignal): Promise<Ending> {
  const runner = new Runner(options, signal);
  try {
    return await runner.run();
  } catch (error) {
    if (error instanceof Lost) return { ending: 'lost', why: error.message };
    if (error instanceof Vanished) return { ending: 'vanished', why: error.message };
    if (error instanceof Incapable) {
      await runner.release();
      return { ending: 'incapable', why: error.message };
    }
    if (signal.aborted) return { ending: 'stopped' };
    throw error;
  } finally {
    runner.dispose();
  }
}

class Runner {
  readonly #o: RunnerOptions;
  readonly #signal: AbortSignal;
  readonly #timing: typeof TIMING;
  /** Ends the conversation of the moment, so that the loop looks at the journal again. */
  #attention = new AbortController();
  readonly #hold: Hold;
  readonly #conductor: Conductor;
  #deaf: () => void = () => {};

  constructor(options: RunnerOptions, signal: AbortSignal) {
    this.#o = options;
    this.#signal = signal;
    this.#timing = { ...TIMING, ...options.timing };
    const { handle, clock, from, events, told, random } = options;
    const timing = this.#timing;
    this.#hold = new Hold({ handle, clock, timing, signal, from, onLost: () => this.#attention.abort() });
    this.#conductor = new Conductor({ hold: this.#hold, clock, events, told, timing, random, signal });
  }

  dispose(): void {
    this.#hold.heartbeat.stop();
    this.#deaf();
  }

  release(): Promise<void> {
    return this.#hold.release();
  }

  async run(): Promise<Ending> {
    const hold = this.#hold;
    const { handle } = hold;
    const kept = handle.stored !== undefined;
    // A run that is kept already has to be held before anything is decided about it.
    if (kept) {
      await hold.write();
      await this.#releaseSettled();
    }
    // What others ask of the run must reach a conversation that may last for hours.
    this.#deaf = handle.onChange(() => {
      if (handle.cancelRequested) this.#attention.abort();
    });
    for (;;) {
      hold.check();
      if (this.#signal.aborted) {
        await hold.release();
        return { ending: 'stopped' };
      }
      this.#attention = new AbortController();
      const asked = handle.cancelRequested;
      if (asked) await hold.tryWrite(cancel(handle.runName, asked.by, hold.now()));
      const { journal } = hold;
      if (isOver(journal)) {
        await this.#leave(journal);
        await hold.release();
        return { ending: 'over' };
      }
      if (journal.phase === 'Unknown') {
        await hold.release();
        return { ending: 'unknown' };
      }
      if (isToBegin(journal)) {
        const blocker = kept ? await this.#blocker(false) : undefined;
        if (blocker !== undefined) {
          await hold.yieldTo(blocker);
          return { ending: 'waiting' };
        }
        hold.decide(begin(handle.runName, hold.now()));
        continue;
      }
      const place = nextPlace(journal);
      if (!place) throw new Error(`run ${handle.ref.name} is ${journal.phase} and nothing is left to do`);
      const ending = await this.#step(journal, place);
      if (ending === 'left') await hold.release();
      if (ending) return { ending };
    }
  }

  /** An engine may have ended between an attempt's last word and letting its Job go. */
  async #releaseSettled(): Promise<void> {
    const { journal } = this.#hold.handle;
    for (const [step, { via, targets }] of journal.steps.entries()) {
      if (via !== 'job') continue;
      for (const [target, { attempts }] of targets.entries()) {
        for (const { n, phase } of attempts) {
          if (phase === 'Intent' || phase === 'Running' || phase === 'Unknown') continue;
          await this.#conductor.release(this.#o.targetFor(journal, { step, target }), n, false);
        }
      }
    }
  }

  async #leave(journal: Journal): Promise<void> {
    for (const [step, { via, targets }] of journal.steps.entries()) {
      for (const [target, { dir }] of targets.entries())
        if (via === 'exec' && dir !== '') await this.#o.targetFor(journal, { step, target }).leave?.(dir);
    }
  }

  /** Whom it has to wait for. Nothing is begun before that is known, and nothing given up because it can't be asked now. */
  #blocker(fresh: boolean): Promise<string | undefined> {
    return insist(() => this.#o.blocker(this.#hold.handle, fresh, this.#signal), {
      clock: this.#o.clock,
      signal: this.#signal,
      onTrouble: this.#o.events.onTrouble,
      retry: this.#timing.retry,
      random: this.#o.random,
    });
  }

  /** Why this engine has no more to do with it; undefined as long as it has. */
  async #step(journal: Journal, place: Place): Promise<'waiting' | 'left' | undefined> {
    const hold = this.#hold;
    const move = nextMove(journal, place);
    if (this.#o.settles && !settles(journal, place)) return 'left';
    const target = this.#o.targetFor(journal, place);
    const waking = AbortSignal.any([this.#signal, this.#attention.signal]);
    switch (move.move) {
      case 'rest':
        throw new Error(`nothing to do at step ${place.step}, target ${place.target}`);
      case 'contact':
        await makeContact({ ...this.#o, hold, timing: this.#timing }, target, place, waking);
        return undefined;
      case 'intend': {
        const created = hold.handle.stored === undefined;
        if (!(await hold.tryWrite(intend(place, move.n, hold.now())))) return undefined;
        this.#conductor.intended(place, move.n);
        await target.kept?.(targetAt(hold.handle.journal, place).dir);
        if (!created) return undefined;
        const blocker = await this.#blocker(true);
        if (blocker === undefined) return undefined;
        await hold.yieldTo(blocker);
        return 'waiting';
      }
      case 'start':
        if (!this.#o.settles) await this.#conductor.conduct('start', target, place, move.n, waking);
        else if (!(await this.#conductor.conduct('look', target, place, move.n, waking))) return 'left';
        return undefined;
      default:
        await this.#conductor.conduct(move.move, target, place, move.n, waking);
        return undefined;
    }
  }
}
