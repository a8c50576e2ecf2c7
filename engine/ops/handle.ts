/** One engine's hold on one run: its journal as last read, and writes that are compare-and-set, in order, and never lost silently. */
import { randomBytes } from 'node:crypto';
import type { OpsRequestSpec } from '../api/types.ts';
import { KubeError } from '../kube/types.ts';
import { backoff, type Clock, sleep } from '../runtime/clock.ts';
import type { Identity } from '../runtime/identity.ts';
import type { RunName } from './conditions.ts';
import { fitted } from './fitted.ts';
import { passes } from './insist.ts';
import type { Journal } from './journal.ts';
import { Conflict, Exists, type JournalStore, older, type RunRef, type Stored, Unsealed } from './store.ts';
import { asHolder, Lost, type Transition, takeOver } from './transitions.ts';

/** The journal is no more: somebody deleted the object. */
export class Vanished extends Error {
  override readonly name = 'Vanished';
}

export interface HandleOptions {
  store: JournalStore;
  clock: Clock;
  identity: Identity;
  /** What could not be written and is tried again. */
  onTrouble?: (why: string) => void;
  /** The first write is a person's word on a journal that bears no seal. */
  adopting?: boolean;
  /** It is taken only to see what is under way to its end. */
  settles?: boolean;
  random?: () => number;
}

/** A write is a change that others rely on: it is tried again until it is known to be done, or known to be impossible. */
const RETRY = { base: 200, cap: 10_000 };

export class RunHandle {
  readonly #options: HandleOptions;
  #stored: Stored | undefined;
  #spec: OpsRequestSpec;
  #journal: Journal;
  #seq = 0;
  /** Unique: what another engine of this very process writes is not taken for this one's. */
  readonly #by: string;
  #epoch = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #writing = false;
  #unsure = false;
  readonly #listeners = new Set<() => void>();
  readonly ref: RunRef;

  /** `stored` undefined: the run is not kept anywhere yet; its first write creates it. */
  constructor(ref: RunRef, spec: OpsRequestSpec, journal: Journal, stored: Stored | undefined, options: HandleOptions) {
    this.ref = ref;
    this.#spec = spec;
    this.#journal = journal;
    this.#stored = stored;
    this.#options = options;
    this.#by = `${options.identity.identity} ${randomBytes(6).toString('hex')}`;
  }

  get journal(): Journal {
    return this.#journal;
  }

  get stored(): Stored | undefined {
    return this.#stored;
  }

  get store(): JournalStore {
    return this.#options.store;
  }

  get identity(): Identity {
    return this.#options.identity;
  }

  get runName(): RunName {
    return { name: this.ref.name, cluster: this.#journal.cluster.name };
  }

  /** Whether this engine executes the run, as far as its journal is known here. */
  get held(): boolean {
    const { holder } = this.#journal;
    return holder !== null && holder.epoch === this.#epoch && holder.identity === this.#options.identity.identity;
  }

  /** Its creation was sent and given up before it was known whether it took effect. */
  get unsure(): boolean {
    return this.#unsure && this.#stored === undefined;
  }

  /** The journal is as this very handle wrote it last. */
  get wrote(): boolean {
    return this.#journal.written?.by === this.#by;
  }

  /** `listener` is called after every change, own or seen. Returns the way to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The end is asked for and the journal doesn't say so yet. */
  get cancelRequested(): { by: string } | undefined {
    return this.#journal.cancel ? undefined : this.#stored?.cancel;
  }

  /** Takes the run: from nobody, or from the holder that was seen as `from`. Rejects with Lost where another was quicker. */
  async take(
    from: { epoch: number; beat: number } | null,
    then: Transition = (journal) => journal,
    signal?: AbortSignal,
  ): Promise<void> {
    const { identity, host, pid, started } = this.#options.identity;
    const at = new Date(this.#options.clock.now()).toISOString();
    const { settles } = this.#options;
    const mine = takeOver({ identity, host, pid, started, at, ...(settles ? { settles } : {}) }, from);
    await this.#write((journal) => then(mine(journal)), signal);
    this.#epoch = this.#journal.holder?.epoch ?? 0;
  }

  /** A write of the holder. Rejects with Lost, Stale, Vanished, or the KubeError that makes it impossible. */
  async write(transition: Transition, signal?: AbortSignal): Promise<Journal> {
    const { identity } = this.#options.identity;
    const at = new Date(this.#options.clock.now()).toISOString();
    const signed: Transition = (journal) =>
      transition(journal.holder ? { ...journal, holder: { ...journal.holder, at } } : journal);
    return this.#write((journal) => asHolder({ identity, epoch: this.#epoch }, signed)(journal), signal);
  }

  /** A write that needs no hold: a person's word. */
  async writeFree(transition: Transition, signal?: AbortSignal): Promise<Journal> {
    return this.#write(transition, signal);
  }

  /** What somebody else's watch or list has seen; older than what is known is ignored. */
  saw(stored: Stored): void {
    // Before it is kept any run of the name is another one.
    if (!this.#stored || stored.uid !== this.#stored.uid) return;
    if (stored.version === this.#stored.version || !stored.journal) return;
    if (older(stored.version, this.#stored.version)) return;
    // A version of our own making is about to be known; any other is read before the next write anyway.
    if (this.#writing || stored.unsealed) return;
    this.#accept(stored);
  }

  async refresh(signal?: AbortSignal): Promise<void> {
    if (!this.#stored) return;
    const stored = await this.#options.store.read(this.ref, signal);
    if (!stored) throw new Vanished(`run ${this.ref.name} was deleted`);
    if (!this.#writing) this.#accept(stored);
  }

  #accept(stored: Stored): void {
    this.#stored = stored;
    this.#spec = stored.spec;
    if (stored.journal) this.#journal = stored.journal;
    for (const listener of this.#listeners) listener();
    // Whoever changed it may have changed what would be sent next.
    if (stored.unsealed && !this.#options.adopting) throw new Lost(new Unsealed(stored).message);
  }

  #write(transition: Transition, signal?: AbortSignal): Promise<Journal> {
    const turn = this.#queue.then(() => this.#put(transition, signal));
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async #put(transition: Transition, signal?: AbortSignal): Promise<Journal> {
    this.#writing = true;
    try {
      for (let failures = 0; ; ) {
        signal?.throwIfAborted();
        const next = transition(this.#journal);
        if (next === this.#journal && this.#stored) return next;
        const stamp = { by: this.#by, seq: ++this.#seq };
        try {
          this.#accept(await this.#send(fitted({ ...next, written: stamp }), signal));
          return this.#journal;
        } catch (error) {
          this.#unsure ||= mayHaveArrived(error);
          if (this.#stored && isMissing(error)) throw new Vanished(`run ${this.ref.name} was deleted`);
          if (error instanceof Exists && (await this.#isOurs(error, signal))) continue;
          if (impossible(error)) throw error;
          if (!(error instanceof Conflict)) {
            this.#options.onTrouble?.((error as Error).message);
            await sleep(this.#options.clock, backoff(failures++, RETRY, this.#options.random), signal);
            if (signal?.aborted) throw error;
          }
          const present = await this.#readBack(error, signal);
          if (!present) continue;
          const { written } = present.journal ?? {};
          if (!this.#stored && present.journal && written?.by !== this.#by) throw new Exists(this.ref.name);
          this.#accept(present);
          // The write took effect and only its answer was lost.
          if (written?.by === stamp.by && written.seq === stamp.seq) return this.#journal;
        }
      }
    } finally {
      this.#writing = false;
    }
  }

  #send(journal: Journal, signal?: AbortSignal): Promise<Stored> {
    const { store } = this.#options;
    return this.#stored
      ? store.write(this.#stored, journal, signal)
      : store.create(this.ref, this.#spec, journal, signal);
  }

  /** A creation whose answer was lost, and that was not to be seen yet when it was looked for. */
  async #isOurs(error: unknown, signal?: AbortSignal): Promise<boolean> {
    if (this.#stored) return false;
    const present = await this.#readBack(error, signal);
    if (!present || present.journal?.written?.by !== this.#by) return false;
    this.#stored = present;
    return true;
  }

  /** The present version, after a write whose effect isn't known; undefined where there is none and ours was to make it. */
  async #readBack(error: unknown, signal?: AbortSignal): Promise<Stored | undefined> {
    for (let failures = 0; ; ) {
      signal?.throwIfAborted();
      try {
        const present = await this.#options.store.read(this.ref, signal);
        if (present && (!this.#stored || this.#stored.uid === present.uid)) return present;
        if (this.#stored) throw new Vanished(`run ${this.ref.name} was deleted`);
        return undefined;
      } catch (again) {
        if (again instanceof Vanished || impossible(again) || signal?.aborted) throw again;
        this.#options.onTrouble?.((error as Error).message);
        await sleep(this.#options.clock, backoff(failures++, RETRY, this.#options.random), signal);
        if (signal?.aborted) throw again;
      }
    }
  }
}

/** Whether what was asked may have been done although no answer says so. */
const mayHaveArrived = (error: unknown): boolean =>
  error instanceof KubeError && error.sent !== false && (error.status === 0 || error.status >= 500);

/** Errors that the same write would meet for ever. */
function impossible(error: unknown): boolean {
  return !(error instanceof Conflict) && !passes(error);
}

const isMissing = (error: unknown): boolean => error instanceof KubeError && error.status === 404;
