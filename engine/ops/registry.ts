/** The runs of a scope as this engine knows them: what its watches say, and what it has written itself a moment before they do. */
import { isOver, type Journal } from './journal.ts';
import { keyOf, older, type Stored } from './store.ts';

export class Registry {
  readonly #runs = new Map<string, Stored>();
  readonly #keys = new Map<string, string>();

  get(key: string): Stored | undefined {
    return this.#runs.get(key);
  }

  all(): Stored[] {
    return [...this.#runs.values()];
  }

  find(namespace: string, name: string): Stored | undefined {
    return this.all().find(({ ref }) => ref.namespace === namespace && ref.name === name);
  }

  /** What is kept of it, or undefined where nothing is new: an older version never replaces a newer one. */
  put(stored: Stored): Stored | undefined {
    const key = keyOf(stored);
    const before = this.#runs.get(key);
    const same = before?.uid === stored.uid;
    if (same && (before.version === stored.version || older(stored.version, before.version))) return undefined;
    const kept = slim(stored);
    this.#runs.set(key, kept);
    this.#keys.set(stored.uid, key);
    return kept;
  }

  /** The run that had this uid, if it is still what its name stands for. */
  remove(uid: string): Stored | undefined {
    const key = this.#keys.get(uid);
    const stored = key === undefined ? undefined : this.#runs.get(key);
    this.#keys.delete(uid);
    if (key === undefined || stored?.uid !== uid) return undefined;
    this.#runs.delete(key);
    return stored;
  }
}

/** Of a run that is over the outputs are not held in memory: they are read again when somebody looks. */
function slim(stored: Stored): Stored {
  const { journal } = stored;
  if (!journal || !isOver(journal)) return stored;
  const steps = journal.steps.map((step) => ({
    ...step,
    targets: step.targets.map((target) => ({
      ...target,
      attempts: target.attempts.map(({ output: _, ...attempt }) => attempt),
    })),
  }));
  return { ...stored, journal: { ...journal, steps } satisfies Journal };
}
