/** Cuts the kubelet's time off each line of a log with `timestamps=true`: bytes in any pieces in, the container's own bytes out. */

/** Time of a line: epoch seconds and nanoseconds. */
export interface Stamp {
  second: number;
  nano: number;
}

export interface StampSink {
  /** A line begins. Without a stamp it is not the container's, or comes from a server that knows no times. */
  begin(stamp: Stamp | undefined): void;
  /** Bytes of that line, in the end its line feed. The memory is the chunk's. */
  bytes(piece: Buffer): void;
}

const NEWLINE = 0x0a;
const SPACE = 0x20;
/** The longest stamp, with the space after it. */
const MAX_HEAD = '2006-01-02T15:04:05.000000000+00:00 '.length;
const SHAPE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

export class StampCutter {
  /** A stamp that is not whole yet. */
  #held: Buffer = Buffer.alloc(0);
  #inLine = false;
  #second = { text: '', value: 0 };

  push(chunk: Uint8Array, sink: StampSink): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = 0;
    while (at < bytes.length) {
      if (!this.#inLine) {
        const used = this.#head(bytes, at, sink);
        if (used === undefined) return;
        at += used;
      }
      const end = bytes.indexOf(NEWLINE, at);
      const next = end < 0 ? bytes.length : end + 1;
      if (next > at) sink.bytes(bytes.subarray(at, next));
      this.#inLine = end < 0;
      at = next;
    }
  }

  /** Nothing more comes: what was held back as half a stamp is text. */
  end(sink: StampSink): void {
    if (this.#held.length > 0) {
      sink.begin(undefined);
      sink.bytes(this.#held);
    }
    this.reset();
  }

  /** Another stream begins: half a stamp of the last one comes again. */
  reset(): void {
    this.#held = Buffer.alloc(0);
    this.#inLine = false;
  }

  /** How many bytes of the chunk belong to the stamp; undefined: more must come to tell. */
  #head(bytes: Buffer, at: number, sink: StampSink): number | undefined {
    const held = this.#held;
    const room = bytes.subarray(at, at + MAX_HEAD - held.length);
    const head = held.length > 0 ? Buffer.concat([held, room]) : room;
    const space = head.indexOf(SPACE);
    if (space < 0 && head.length < MAX_HEAD && !head.includes(NEWLINE)) {
      this.#held = Buffer.from(head);
      return undefined;
    }
    this.#held = Buffer.alloc(0);
    this.#inLine = true;
    const stamp = space < 0 ? undefined : this.#parse(head.toString('latin1', 0, space));
    sink.begin(stamp);
    if (stamp) return space + 1 - held.length;
    if (held.length > 0) sink.bytes(held);
    return 0;
  }

  #parse(text: string): Stamp | undefined {
    const [, second, fraction = '', zone] = SHAPE.exec(text) ?? [];
    if (second === undefined) return undefined;
    const whole = second + zone;
    // Most lines are of the same second as the one before.
    if (whole !== this.#second.text) this.#second = { text: whole, value: Date.parse(whole) / 1000 };
    const { value } = this.#second;
    return Number.isNaN(value) ? undefined : { second: value, nano: Number(fraction.padEnd(9, '0')) };
  }
}
