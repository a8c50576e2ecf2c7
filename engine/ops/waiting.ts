/** What is written of a run that waits for another by whoever waits with it, without holding it. */
import { RunHandle } from './handle.ts';
import type { Journal } from './journal.ts';
import type { Engine } from './launch.ts';
import type { JournalStore, Stored } from './store.ts';
import { cancel, Stale, type Transition, wait } from './transitions.ts';

const waits = ({ phase, holder }: Journal): boolean => (phase === 'Waiting' || phase === 'Pending') && !holder;

/** Whom it waits for now, for those who only read its journal. Not worth more than one try. */
export async function nameBlocker(
  engine: Engine,
  store: JournalStore,
  stored: Stored,
  blocker: string,
  signal: AbortSignal,
): Promise<Stored> {
  const { journal } = stored;
  if (!journal || stored.unsealed || !waits(journal) || journal.blockedBy === blocker) return stored;
  try {
    const now = new Date(engine.clock.now()).toISOString();
    return await store.write(stored, wait(blocker, now)(journal), signal);
  } catch {
    return stored;
  }
}

/** Milliseconds: whoever ends this program waits for it. */
const GIVE_UP_MS = 5_000;

/** Ends a run that has started nothing and that nobody executes; undefined where that is not so, or can't be written. */
export async function giveUp(engine: Engine, store: JournalStore, stored: Stored): Promise<Stored | undefined> {
  const { journal } = stored;
  if (!journal || stored.unsealed || !waits(journal)) return undefined;
  const { clock, identity } = engine;
  const handle = new RunHandle(stored.ref, stored.spec, journal, stored, { store, clock, identity });
  const now = new Date(clock.now()).toISOString();
  const ends: Transition = (read) => {
    if (!waits(read)) throw new Stale(`the run is ${read.phase}`);
    return cancel(handle.runName, identity.identity, now)(read);
  };
  try {
    await handle.writeFree(ends, AbortSignal.timeout(GIVE_UP_MS));
    return handle.stored;
  } catch {
    return undefined;
  }
}
