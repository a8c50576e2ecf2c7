/**
 * How far a log has been read, so that reading goes on after a broken link without a repeat, and without a gap that is not
 * noticed. The server can only start at a whole second, and lines may share a time, so what was seen is known by counting times.
 */
import type { Stamp } from './log-stamps.ts';

/** Times that are remembered: far more than the lines of two seconds. */
const KEEP = 32_768;
const BILLION = 1e9;

export interface Begun {
  /** Bytes at the beginning of the line that were passed on before; Infinity: all of it. */
  skip: number;
  /** Lines before this one were not received: the last one seen is no longer in the log. */
  gap: boolean;
}

export class LogPosition {
  /** Nanoseconds since `#base` of the lines seen, in the order of the log; small enough to be exact. */
  #times: number[] = [];
  #base = 0;
  /** Older times were forgotten. */
  #forgot = false;
  #last: Stamp | undefined;
  /** Bytes passed on of the last line begun, while it has no end. */
  #open: number | undefined;
  /** After `resume`: the lines that will come again, by time. */
  #again = new Map<number, number>();
  /** The last line seen has not come again yet. Nothing before it is new, and if a new line comes first, it is lost. */
  #awaited = false;
  #oldest = Number.NEGATIVE_INFINITY;

  /** Time of the last line seen. */
  get last(): Stamp | undefined {
    return this.#last;
  }

  /** From where to ask the server again, RFC 3339; undefined: from the start. */
  get since(): string | undefined {
    if (!this.#last) return undefined;
    // One second earlier: two streams of a container may be written a little out of order.
    return `${new Date((this.#last.second - 1) * 1000).toISOString().slice(0, 19)}Z`;
  }

  /** The next lines come from `since` on. */
  resume(): void {
    if (!this.#last) return;
    const from = this.#key({ second: this.#last.second - 1, nano: 0 });
    this.#again = new Map();
    this.#oldest = Number.NEGATIVE_INFINITY;
    let oldest = Number.POSITIVE_INFINITY;
    for (const time of this.#times) {
      oldest = Math.min(oldest, time);
      if (time >= from) this.#again.set(time, (this.#again.get(time) ?? 0) + 1);
    }
    if (this.#forgot) this.#oldest = oldest;
    this.#awaited = true;
  }

  /** Another run of the container: its log has its own beginning. */
  restart(): void {
    this.#times = [];
    this.#last = undefined;
    this.#open = undefined;
    this.#again = new Map();
    this.#awaited = false;
    this.#forgot = false;
    this.#oldest = Number.NEGATIVE_INFINITY;
  }

  /** The log has ended before the last line seen came again. */
  get lost(): boolean {
    return this.#awaited;
  }

  begin(stamp: Stamp): Begun {
    if (!this.#last) this.#base = stamp.second;
    const time = this.#key(stamp);
    const repeats = this.#again.get(time) ?? 0;
    if (repeats > 0) {
      if (repeats === 1) this.#again.delete(time);
      else this.#again.set(time, repeats - 1);
      const isLast = repeats === 1 && time === this.#key(this.#last!);
      if (isLast) this.#awaited = false;
      return { skip: isLast && this.#open !== undefined ? this.#open : Number.POSITIVE_INFINITY, gap: false };
    }
    if (time < this.#oldest && this.#awaited) return { skip: Number.POSITIVE_INFINITY, gap: false };
    const gap = this.#awaited;
    this.#awaited = false;
    this.#last = stamp;
    this.#open = 0;
    this.#times.push(time);
    if (this.#times.length >= 2 * KEEP) {
      this.#times = this.#times.slice(KEEP);
      this.#forgot = true;
    }
    return { skip: 0, gap };
  }

  /** So many more bytes of the last line were passed on. */
  passed(bytes: number, ended: boolean): void {
    this.#open = ended ? undefined : (this.#open ?? 0) + bytes;
  }

  #key({ second, nano }: Stamp): number {
    return (second - this.#base) * BILLION + nano;
  }
}
