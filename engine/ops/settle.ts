/**
 * Settling a run that was left behind, for one that waits for it: what it has under way is seen to its end, and the result is
 * written into its journal. Nothing is started for that: going on with what somebody else asked for is not what was asked here.
 */
import { KubeError } from '../kube/types.ts';
import { settles } from './attempt.ts';
import type { RunEvents } from './events.ts';
import { isOver, isToBegin, type Journal, nextPlace } from './journal.ts';
import { type Engine, goOn } from './launch.ts';
import { keyOf, type Stored, storeOf } from './store.ts';
import { Told } from './told.ts';
import { leftBy, takes } from './whom.ts';

/** Milliseconds until it is tried again where there was nothing to settle, or where this engine may not. */
const AGAIN = 60_000;

export class Settler {
  readonly #engine: Engine;
  readonly #onTrouble: RunEvents['onTrouble'];
  readonly #vain = new Map<string, number>();

  constructor(engine: Engine, onTrouble: RunEvents['onTrouble']) {
    this.#engine = engine;
    this.#onTrouble = onTrouble;
  }

  /** `blocker` as it was read just now. Whether it may stand otherwise with it than before. */
  async settle(blocker: Stored, say: (text: string) => void, signal: AbortSignal): Promise<boolean> {
    const { clock, holders, stores } = this.#engine;
    const { journal, ref } = blocker;
    const key = keyOf(blocker);
    const store = storeOf(stores, blocker);
    if (!store || !journal || blocker.unsealed || !canSettle(blocker, journal)) return false;
    const hold = holders.look(key, journal);
    if (hold.hold === 'alive' || clock.monotonic() < (this.#vain.get(key) ?? 0)) return false;
    const left = leftBy(hold, journal) || 'no engine executes it';
    say(`${takes(blocker)}; ${left}: what it has under way is followed from here, and nothing of it started`);
    const events = this.#onTrouble ? { onTrouble: this.#onTrouble } : {};
    try {
      const { handle, ending } = await goOn(this.#engine, store, blocker, events, new Told(), signal, {
        settles: true,
      });
      const { phase, message } = handle.journal;
      if (ending.ending === 'over') say(`${ref.name} has ended: ${phase}${message ? `: ${message}` : ''}`);
      if (ending.ending === 'incapable') say(`what became of ${ref.name} can't be read here: ${ending.why}`);
      if (ending.ending !== 'left' && ending.ending !== 'incapable') return true;
    } catch (error) {
      if (signal.aborted) return false;
      if (!(error instanceof KubeError)) throw error;
      say(`what became of ${ref.name} can't be written: ${error.message}`);
    }
    this.#vain.set(key, clock.monotonic() + AGAIN);
    return false;
  }
}

/** Something is under way, or its end is asked for: there may be a result that nobody has written down. */
function canSettle({ cancel }: Stored, journal: Journal): boolean {
  if (isOver(journal) || isToBegin(journal) || journal.phase === 'Unknown') return false;
  const place = nextPlace(journal);
  return cancel !== undefined || (place !== undefined && settles(journal, place));
}
