/** A person's word on an unknown outcome: it happened, it did not (run it again), or the run is given up. */
import { sleep } from '../runtime/clock.ts';
import { RunHandle } from './handle.ts';
import { badPlace, lastAttempt, targetAt } from './journal.ts';
import { type Engine, targetOf } from './launch.ts';
import { type JournalStore, type Stored, Unsealed } from './store.ts';
import { resolve, Stale } from './transitions.ts';

export type Word = 'happened' | 'did-not' | 'abort';

/** How long what may still run is given to end before another attempt, milliseconds. */
const END_MS = 20_000;

/** Rejects with a sentence where the question is no longer open, or where the outcome turned out to be known. */
export async function decide(
  engine: Engine,
  store: JournalStore,
  { ref }: Pick<Stored, 'ref'>,
  word: Word,
  who: string,
  reason: string,
): Promise<Stored> {
  const stored = await store.read(ref);
  const { journal } = stored ?? {};
  if (!stored || !journal) throw new Error(`there is no run ${ref.name} to decide about`);
  if (reason.trim() === '') throw new Error('say why: the reason is kept with the run');
  if (stored.unsealed) throw new Error(new Unsealed(stored).message);
  if (journal.phase !== 'Unknown') throw new Error(`${ref.name} is ${journal.phase}: nothing is asked`);
  const { clock, identity } = engine;
  if (word === 'did-not') await makeSure(engine, stored);
  const handle = new RunHandle(ref, stored.spec, journal, stored, { store, clock, identity });
  try {
    await handle.writeFree(resolve(handle.runName, word, who, reason, new Date(clock.now()).toISOString()));
  } catch (error) {
    throw error instanceof Stale ? new Error(`${ref.name}: ${error.message}`) : error;
  }
  return handle.stored ?? stored;
}

/** Before it is run again what may be left of the attempt is ended, as far as it can be reached. */
async function makeSure(engine: Engine, stored: Stored): Promise<void> {
  const journal = stored.journal!;
  const place = badPlace(journal);
  if (!place) return;
  const target = targetAt(journal, place);
  const attempt = lastAttempt(target);
  if (!attempt) return;
  const stop = new AbortController();
  const conversation = {
    step: place.step,
    n: attempt.n,
    dir: target.dir,
    have: { out: 0, err: 0 },
    onOutput: () => {},
    onNote: () => {},
    signal: stop.signal,
  };
  const ended = targetOf(engine, stored, journal, place).end(conversation);
  const seen = await Promise.race([ended, sleep(engine.clock, END_MS).then(() => undefined)]);
  stop.abort();
  if (seen?.state === 'done') {
    throw new Error(
      `it has ended with exit code ${seen.code} after all: say "happened" or "abort", and start another run if that is wanted`,
    );
  }
  if (seen?.state === 'running') throw new Error('it still runs and does not end; it can’t be run again beside itself');
}
