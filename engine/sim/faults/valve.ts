import type { Hold, Struck } from './faults.ts';
import type { StreamEffect } from './rule.ts';

/** What a stream can do with its connection. */
export interface Ends {
  /** All is said. */
  end(): void;
  /** The connection goes, at once. */
  drop(): void;
  /** The server's side is closed; what was begun stays unfinished. */
  halfClose(): void;
  /** Nothing more is said or heard; the connection stays. */
  stall(): void;
  /** A watch says 410 and ends; other streams end. */
  expire?(): void;
}

/** What every stream flows through: a fault may shut it after so many bytes, or after a time. */
export class Valve implements Struck {
  readonly #ends: Ends;
  #left = Number.POSITIVE_INFINITY;
  #effect: StreamEffect | undefined;
  #hold: Hold | undefined;
  #shut = false;
  #timer: NodeJS.Timeout | undefined;
  #forget: () => void = () => {};
  statusLost = false;

  constructor(ends: Ends) {
    this.#ends = ends;
  }

  get open(): boolean {
    return !this.#shut;
  }

  /** Lets through what may pass: `write` gets all of it, a part, or is not called. */
  pass<T extends Uint8Array>(bytes: T, write: (part: Uint8Array) => void): void {
    if (this.#shut) return;
    if (bytes.length < this.#left) {
      this.#left -= bytes.length;
      write(bytes);
      return;
    }
    const part = bytes.subarray(0, this.#left);
    if (part.length > 0) write(part);
    this.#close();
  }

  /** Its natural end. */
  end(): void {
    if (this.#shut) return;
    this.over();
    this.#ends.end();
  }

  /** The connection is gone, whoever ended it. */
  over(): void {
    this.#shut = true;
    clearTimeout(this.#timer);
    this.#forget();
  }

  loseStatus(): void {
    this.statusLost = true;
  }

  meet(effect: StreamEffect, hold: Hold): void {
    if (this.#shut) return;
    this.#effect = effect;
    this.#hold = hold;
    if (effect.bytes !== undefined) this.#left = effect.bytes;
    if (effect.ms !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#close(), effect.ms);
      this.#timer.unref();
    }
    // Not at once: the stream's answer begins first.
    if (this.#left === 0 || (effect.bytes === undefined && effect.ms === undefined)) setImmediate(() => this.#close());
  }

  #close(): void {
    if (this.#shut || !this.#effect) return;
    this.#shut = true;
    clearTimeout(this.#timer);
    const ends = this.#ends;
    switch (this.#effect.do) {
      case 'stream-end':
        ends.end();
        break;
      case 'stream-half-close':
        ends.halfClose();
        break;
      case 'stream-expire':
        if (ends.expire) ends.expire();
        else ends.end();
        break;
      case 'stream-stall':
        ends.stall();
        // A stalled stream whose fault is taken back can't catch up with what it has missed.
        this.#forget = this.#hold?.(() => ends.drop()) ?? (() => {});
        break;
      default:
        ends.drop();
    }
  }
}
