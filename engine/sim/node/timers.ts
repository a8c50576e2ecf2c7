/** What one container waits for: forgotten together. */
import type { Clock } from '../clock.ts';

export class Timers {
  readonly #clock: Clock;
  readonly #pending = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#pending.size;
  }

  after(ms: number, work: () => void): void {
    const cancel = this.#clock.after(ms, () => {
      this.#pending.delete(cancel);
      work();
    });
    this.#pending.add(cancel);
  }

  cancel(): void {
    for (const cancel of this.#pending) cancel();
    this.#pending.clear();
  }
}
