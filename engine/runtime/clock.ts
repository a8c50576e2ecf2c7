/**
 * Runtime: time, queues, leases — what controllers are driven by. This folder may touch engine/kube and nothing above it.
 *
 * Time and randomness are handed in, so that tests own them.
 */
export interface Clock {
  /** Wall clock, epoch milliseconds: for what is written down. */
  now(): number;
  /** Never goes back, milliseconds: for durations and deadlines. */
  monotonic(): number;
  /** Runs `task` once after `ms`; the returned function takes it back. */
  after(ms: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or at once when `signal` fires. Never rejects: the caller looks at the signal. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

export interface BackoffOptions {
  /** First delay, milliseconds. */
  base: number;
  /** Longest delay, milliseconds. */
  cap: number;
}

/** Delay before try number `failures` + 1: doubling, capped, with jitter over its upper half so that engines drift apart. */
export function backoff(failures: number, { base, cap }: BackoffOptions, random: () => number = Math.random): number {
  const full = Math.min(cap, base * 2 ** Math.min(failures, 30));
  return full / 2 + (full / 2) * random();
}

/** A clock that stands still until it is moved: timers fire in order of their time, then of their making. */
export class ManualClock implements Clock {
  #elapsed = 0;
  #start: number;
  #made = 0;
  #timers: { at: number; made: number; task: () => void }[] = [];

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#start = start;
  }

  now(): number {
    return this.#start + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#elapsed + Math.max(0, ms), made: this.#made++, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((t) => t !== timer);
    };
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** Moves on by `ms`, firing what falls due; each task's promises settle before the next timer. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    for (;;) {
      const next = this.#timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at || a.made - b.made)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((t) => t !== next);
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.task();
      await settle();
    }
    this.#elapsed = end;
  }

  /** The wall clock alone jumps, as after a correction by NTP or a laptop's sleep. */
  jump(ms: number): void {
    this.#start += ms;
  }
}

/** Lets promises that need no timer run to their end. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
