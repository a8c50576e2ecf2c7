/**
 * Lines of a byte stream. Bytes wait until their line is whole, so that no chunk border cuts a character or an escape
 * sequence in two.
 */
const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** What is kept of a line without an end; the rest of it is counted and left out. */
const MAX_PENDING = 64 << 10;

export class LineSplitter {
  /** Bytes left out of endless lines so far. */
  dropped = 0;
  #pending: Buffer[] = [];
  #size = 0;
  #skipping = false;
  readonly #max: number;

  constructor(max = MAX_PENDING) {
    this.#max = max;
  }

  /** The lines that end in this chunk, without their line feeds. */
  push(chunk: Uint8Array): string[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const last = bytes.lastIndexOf(NEWLINE);
    const lines: string[] = [];
    if (last >= 0) {
      // Between line feeds UTF-8 is whole: the first line is closed on its own, the others are decoded at once.
      const first = bytes.indexOf(NEWLINE);
      this.#keep(bytes.subarray(0, first), lines);
      this.#close(lines);
      if (first < last) for (const line of bytes.toString('utf8', first + 1, last).split('\n')) lines.push(line);
    }
    if (last + 1 < bytes.length) this.#keep(bytes.subarray(last + 1), lines);
    return lines;
  }

  /** The line whose end did not come: what waits of it, and whether its beginning was told already; undefined where there is none. */
  get unfinished(): { waiting: string; told: boolean } | undefined {
    if (this.#size === 0 && !this.#skipping) return undefined;
    return { waiting: Buffer.concat(this.#pending, this.#size).toString('utf8'), told: this.#skipping };
  }

  /** Forgets that line. */
  forgo(): void {
    this.dropped = 0;
    this.#pending = [];
    this.#size = 0;
    this.#skipping = false;
  }

  /** The unfinished line at the end of the stream, if there is one. */
  end(): string[] {
    const lines: string[] = [];
    if (this.#size > 0 || this.#skipping) this.#close(lines);
    return lines;
  }

  #keep(bytes: Buffer, lines: string[]): void {
    if (bytes.length === 0) return;
    if (this.#skipping) {
      this.dropped += bytes.length;
      return;
    }
    const room = this.#max - this.#size;
    // The chunk's own memory belongs to the reader; only what waits is copied.
    this.#pending.push(Buffer.from(bytes.subarray(0, room)));
    this.#size += Math.min(bytes.length, room);
    if (bytes.length < room) return;
    this.#overflow(lines);
    if (bytes.length > room) this.#keep(bytes.subarray(room), lines);
  }

  /** A progress bar without line feeds goes on from its last segment; any other endless line is told once, up to here. */
  #overflow(lines: string[]): void {
    const all = Buffer.concat(this.#pending, this.#size);
    const segment = all.lastIndexOf(RETURN) + 1;
    this.#pending = [];
    this.#size = 0;
    if (segment > all.length / 2 && segment < all.length) {
      this.dropped += segment;
      this.#pending = [all.subarray(segment)];
      this.#size = all.length - segment;
      return;
    }
    const whole = wholeCharacters(all);
    this.dropped += all.length - whole;
    lines.push(all.toString('utf8', 0, whole));
    this.#skipping = true;
  }

  #close(lines: string[]): void {
    if (!this.#skipping) lines.push(Buffer.concat(this.#pending, this.#size).toString('utf8'));
    this.#skipping = false;
    this.#pending = [];
    this.#size = 0;
  }
}

/** The length up to which UTF-8 is not cut in the middle of a character. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needs > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}
