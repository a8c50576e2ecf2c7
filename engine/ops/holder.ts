/** Whether somebody executes a run at the moment. Judged by what is observed here: the clocks of two machines differ. */
import type { Clock } from '../runtime/clock.ts';
import { type Identity, isDead } from '../runtime/identity.ts';
import type { Holder, Journal } from './journal.ts';

/** A holder that gave no sign of life for so long, while it was watched, is gone. Three beats and a half. */
export const HOLD_MS = 35_000;

export type Hold = { hold: 'free' } | { hold: 'dead'; holder: Holder } | { hold: 'alive'; holder: Holder };

export class HolderWatch {
  readonly #clock: Clock;
  readonly #here: Identity;
  #seen = new Map<string, { epoch: number; beat: number; at: number }>();

  constructor(clock: Clock, here: Identity) {
    this.#clock = clock;
    this.#here = here;
  }

  /** To be asked each time the journal is read; the first sight of a holder counts as a sign of life. */
  look(key: string, journal: Pick<Journal, 'holder'>): Hold {
    const { holder } = journal;
    if (!holder) {
      this.#seen.delete(key);
      return { hold: 'free' };
    }
    if (isDead(holder, this.#here)) return { hold: 'dead', holder };
    const now = this.#clock.monotonic();
    const before = this.#seen.get(key);
    if (before?.epoch !== holder.epoch || before.beat !== holder.beat) {
      this.#seen.set(key, { epoch: holder.epoch, beat: holder.beat, at: now });
      return { hold: 'alive', holder };
    }
    return now - before.at >= HOLD_MS ? { hold: 'dead', holder } : { hold: 'alive', holder };
  }

  /** Journals can't be read at the moment: a silence that nobody could have broken says nothing of a holder. */
  blind(): void {
    this.#seen.clear();
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}

/** What a takeover has to find in the journal: the holder as it was judged, or none. */
export const takenFrom = (hold: Hold): { epoch: number; beat: number } | null =>
  hold.hold === 'dead' ? { epoch: hold.holder.epoch, beat: hold.holder.beat } : null;
