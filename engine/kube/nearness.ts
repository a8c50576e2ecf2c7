/** How near the API server is, by its answers: the address says nothing, a tunnel to the other end of the world begins on loopback. */

/** A link that answers within this, milliseconds, is faster than gzip, which costs the server three times of what sending takes. */
const NEAR_MS = 5;
/** What was seen before the last two of these says nothing of the network that this machine is in now. */
const WINDOW_MS = 60_000;

export class Nearness {
  readonly #now: () => number;
  #began: number;
  /** The quickest answer of this window and of the one before, which is what the way there and back takes at most. */
  #quickest = Number.POSITIVE_INFINITY;
  #before = Number.POSITIVE_INFINITY;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#began = now();
  }

  get near(): boolean {
    this.#turn();
    return Math.min(this.#quickest, this.#before) <= NEAR_MS;
  }

  answered(ms: number): void {
    this.#turn();
    this.#quickest = Math.min(this.#quickest, ms);
  }

  /** The link broke: the next one may be another. */
  broke(): void {
    this.#quickest = this.#before = Number.POSITIVE_INFINITY;
  }

  #turn(): void {
    const windows = Math.floor((this.#now() - this.#began) / WINDOW_MS);
    if (windows === 0) return;
    this.#before = windows === 1 ? this.#quickest : Number.POSITIVE_INFINITY;
    this.#quickest = Number.POSITIVE_INFINITY;
    this.#began += windows * WINDOW_MS;
  }
}
