import { type BackoffOptions, backoff, type Clock } from './clock.ts';

/** What a worker says of a key: done, or come again. An error thrown by the worker means: again, with backoff. */
export type Outcome = { again: 'no' } | { again: 'after'; ms: number };
export const done: Outcome = { again: 'no' };

export interface WorkQueueOptions {
  clock: Clock;
  /** How many keys are worked on at once; one key never is twice. */
  workers: number;
  work: (key: string, signal: AbortSignal) => Promise<Outcome>;
  backoff?: BackoffOptions;
  random?: () => number;
  onError?: (key: string, error: unknown, retryMs: number) => void;
}

/**
 * A queue of keys, not of events: a key added ten times is worked on once, and a key added while it is worked on is worked on again.
 * So a worker always reads the present state, and no change is lost between its read and its end.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #ready = new Set<string>();
  readonly #busy = new Set<string>();
  /** Added while busy. */
  readonly #dirty = new Set<string>();
  readonly #delayed = new Map<string, { due: number; cancel: () => void }>();
  readonly #failures = new Map<string, number>();
  readonly #stopping = new AbortController();
  #idle: (() => void)[] = [];

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  add(key: string): void {
    if (this.#stopping.signal.aborted) return;
    this.#undelay(key);
    if (this.#busy.has(key)) this.#dirty.add(key);
    else this.#ready.add(key);
    this.#pump();
  }

  /** The earliest of several delays of one key wins. */
  addAfter(key: string, ms: number): void {
    if (this.#stopping.signal.aborted || this.#ready.has(key)) return;
    const due = this.#options.clock.monotonic() + ms;
    const waiting = this.#delayed.get(key);
    if (waiting && waiting.due <= due) return;
    waiting?.cancel();
    const cancel = this.#options.clock.after(ms, () => this.add(key));
    this.#delayed.set(key, { due, cancel });
  }

  /** Keys that wait, run or are delayed. */
  get size(): number {
    return this.#ready.size + this.#busy.size + this.#delayed.size;
  }

  /** Takes nothing more, tells running workers by their signal, resolves when the last has returned. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    this.#ready.clear();
    this.#dirty.clear();
    if (this.#busy.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #undelay(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }

  #pump(): void {
    for (const key of this.#ready) {
      if (this.#busy.size >= this.#options.workers) return;
      this.#ready.delete(key);
      this.#busy.add(key);
      void this.#run(key);
    }
  }

  async #run(key: string): Promise<void> {
    let next: Outcome = done;
    try {
      next = await this.#options.work(key, this.#stopping.signal);
      this.#failures.delete(key);
    } catch (error) {
      const failures = this.#failures.get(key) ?? 0;
      this.#failures.set(key, failures + 1);
      const ms = backoff(failures, this.#options.backoff ?? { base: 250, cap: 30_000 }, this.#options.random);
      next = { again: 'after', ms };
      this.#options.onError?.(key, error, ms);
    }
    this.#busy.delete(key);
    if (this.#dirty.delete(key)) this.add(key);
    else if (next.again === 'after') this.addAfter(key, next.ms);
    if (this.#stopping.signal.aborted && this.#busy.size === 0) {
      for (const resolve of this.#idle.splice(0)) resolve();
    }
    this.#pump();
  }
}
