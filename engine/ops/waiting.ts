/** What is written of a run that waits for another by whoever waits with it, without holding it. */
import { isDead } from '../runtime/identity.ts';
import { RunHandle } from './handle.ts';
import { HOLD_MS } from './holder.ts';
import { isToBegin, type Journal } from './journal.ts';
import type { Engine } from './launch.ts';
import { waits } from './queueing.ts';
import { type JournalStore, keyOf, type Stored, storeOf } from './store.ts';
import { cancel, passBy, Stale, type Transition, wait } from './transitions.ts';

const isFree = (journal: Journal): boolean => isToBegin(journal) && !journal.holder;

/** Whom it waits for now, and who with it, for those who only read its journal. Not worth more than one try. */
export async function nameBlocker(
  engine: Engine,
  store: JournalStore,
  stored: Stored,
  blocker: string,
  signal: AbortSignal,
): Promise<Stored> {
  const { journal } = stored;
  if (!journal || stored.unsealed || !isFree(journal)) return stored;
  const { blockedBy, waiter } = journal;
  const { identity } = engine;
  if (blockedBy === blocker && waiter && !isDead(waiter, identity)) return stored;
  try {
    const now = new Date(engine.clock.now()).toISOString();
    return await store.write(stored, wait(blocker, now, identity)(journal), signal);
  } catch {
    return stored;
  }
}

/** Milliseconds: whoever ends this program waits for it. */
const GIVE_UP_MS = 5_000;

/** Ends a run that has started nothing and that nobody executes; undefined where that is not so, or can't be written. */
export async function giveUp(engine: Engine, store: JournalStore, stored: Stored): Promise<Stored | undefined> {
  const { journal } = stored;
  if (!journal || stored.unsealed || !isFree(journal)) return undefined;
  const { clock, identity } = engine;
  const handle = new RunHandle(stored.ref, stored.spec, journal, stored, { store, clock, identity });
  const now = new Date(clock.now()).toISOString();
  const ends: Transition = (read) => {
    if (!isFree(read)) throw new Stale(`the run is ${read.phase}`);
    return cancel(handle.runName, identity.identity, now)(read);
  };
  try {
    await handle.writeFree(ends, AbortSignal.timeout(GIVE_UP_MS));
    return handle.stored;
  } catch {
    return undefined;
  }
}

/**
 * The run in front, while nobody begins it although nothing else has the cluster. Whoever waits with a run looks every few
 * seconds and begins at once: one that does not is left.
 */
export class Front {
  #seen: { key: string; version: string; since: number } | undefined;

  /** How long it has been so, milliseconds; 0 where another run, or somebody's hold on it, is what is waited for. */
  look(blocker: Stored, now: number): number {
    const { version, journal } = blocker;
    const key = keyOf(blocker);
    if (!waits(blocker) || journal?.holder) this.#seen = undefined;
    else if (this.#seen?.key !== key || this.#seen.version !== version) this.#seen = { key, version, since: now };
    return this.#seen ? now - this.#seen.since : 0;
  }

  forget(): void {
    this.#seen = undefined;
  }
}

/** Lets `mine` go before a run that is left; whether that is in its journal now. What bears another's seal stays as it is. */
export async function passLeft(
  { clock, identity, stores }: Engine,
  front: Front,
  mine: Stored,
  blocker: Stored,
  signal: AbortSignal,
): Promise<boolean> {
  const { ref, spec, journal } = blocker;
  if (front.look(blocker, clock.monotonic()) < HOLD_MS || !journal || blocker.unsealed) return false;
  const store = storeOf(stores, blocker);
  if (!store) return false;
  front.forget();
  try {
    const handle = new RunHandle(ref, spec, journal, blocker, { store, clock, identity });
    await handle.writeFree(passBy(mine.ref.name, new Date(clock.now()).toISOString()), signal);
    return true;
  } catch {
    return false;
  }
}
