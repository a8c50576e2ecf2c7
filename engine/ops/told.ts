/** How far the log of each attempt of a run is told in this process, whoever tells it: its target, or its journal in the place of that. */
import type { RunEvents, Whereabouts } from './events.ts';
import type { OutputTail } from './journal.ts';
import { Output, type Stream } from './output.ts';
import type { Known } from './target.ts';

const NEWLINE = 0x0a;

/** What comes without such a pause, milliseconds, after what was there already may have been there too. */
const PAUSE_MS = 1_000;

/**
 * Whether what is heard was written just now. Of an attempt that was under way, or over, before this process listened, the
 * times of the first lines are not known; those after a pause are.
 */
export class Freshness {
  now = true;
  #heard = Number.POSITIVE_INFINITY;

  /** What comes next was written at some time before, however long it takes to come. */
  late(): void {
    this.now = false;
    this.#heard = Number.POSITIVE_INFINITY;
  }

  heard(at: number): void {
    if (at - this.#heard >= PAUSE_MS) this.now = true;
    this.#heard = at;
  }
}

/** One attempt. What its journal has told in the place of its target, that one does not tell again. */
export class ToldAttempt {
  readonly output: Output;
  readonly have: Known = { out: 0, err: 0 };
  readonly fresh = new Freshness();
  over = false;
  /** Lines of each stream that are told by the journal, from the first one on. */
  readonly shown: Record<Stream, number> = { out: 0, err: 0 };
  /** Remarks of the journal that are told. */
  readonly remarks = new Set<string>();
  /** By their number in the stream: a journal that bears no seal may claim any text. */
  readonly #texts: Record<Stream, Map<number, string>> = { out: new Map(), err: new Map() };
  #lines: Record<Stream, number> = { out: 0, err: 0 };
  #rawLines: Record<Stream, number> = { out: 0, err: 0 };

  constructor(at: Whereabouts, { onLine }: Pick<RunEvents, 'onLine'>) {
    this.output = new Output(({ stream, text }) => {
      if (stream === 'note' || !this.#isTold(stream, text)) onLine?.(stream, text, at, this.fresh.now);
    });
  }

  /** What comes from its target. */
  hear(stream: Stream, bytes: Uint8Array, at: Whereabouts, { onRaw }: Pick<RunEvents, 'onRaw'>): void {
    const from = this.#unread(stream, bytes);
    if (from < bytes.length) onRaw?.(stream, bytes.subarray(from), at);
    this.output.push(stream, bytes);
  }

  /** Whether the line that its target is at is told. */
  ahead(stream: Stream): boolean {
    return this.#lines[stream] < this.shown[stream];
  }

  /** The journal tells these lines; what it does not keep of those before is lost to whoever goes by it. */
  show(kept: OutputTail): void {
    for (const { stream, text } of kept.lines) if (stream === 'note') this.remarks.add(text);
    for (const stream of ['out', 'err'] as const) {
      const lines = kept.lines.filter((line) => line.stream === stream);
      const all = Math.max(lines.length, linesIn(kept, stream));
      for (const [i, { text }] of lines.entries()) this.#texts[stream].set(all - lines.length + i, text);
      this.shown[stream] = Math.max(this.shown[stream], all);
    }
  }

  /** The target has told all that was ever printed. */
  end(): void {
    this.output.end();
    for (const stream of ['out', 'err'] as const) {
      const more = this.shown[stream] - this.#lines[stream];
      if (more > 0) this.output.note(`${more} lines that its journal had told of were never printed`);
      this.shown[stream] = Math.min(this.shown[stream], this.#lines[stream]);
    }
  }

  #isTold(stream: Stream, text: string): boolean {
    const n = this.#lines[stream]++;
    const known = this.#texts[stream].get(n) ?? text;
    this.#texts[stream].delete(n);
    return n < this.shown[stream] && known === text;
  }

  /** Where in these bytes begins what nobody has told. */
  #unread(stream: Stream, bytes: Uint8Array): number {
    let from = 0;
    let told = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
      from = at + 1;
      if (this.#rawLines[stream]++ < this.shown[stream]) told = from;
    }
    return this.#rawLines[stream] < this.shown[stream] ? bytes.length : told;
  }
}

/** So many lines a stream had in all when this was kept. */
export const linesIn = (kept: OutputTail, stream: Stream): number =>
  kept[`${stream}Lines`] ?? kept.lines.filter((line) => line.stream === stream).length + kept.dropped;

export class Told {
  readonly #attempts = new Map<string, ToldAttempt>();

  get empty(): boolean {
    return this.#attempts.size === 0;
  }

  of(at: Whereabouts, events: Pick<RunEvents, 'onLine'>): ToldAttempt {
    const key = `${at.step}\n${at.instance}\n${at.n}`;
    const known = this.#attempts.get(key) ?? new ToldAttempt(at, events);
    this.#attempts.set(key, known);
    return known;
  }
}
