/** What an attempt prints: bytes in, in any pieces; lines that may be drawn and a bounded tail for the journal out. */
import { clean } from '../kube/sanitise.ts';
import { LineSplitter } from '../kube/split-lines.ts';
import type { OutputTail, TailLine } from './journal.ts';

/** What the journal keeps of one attempt: it is part of an object that etcd limits to 1.5 MB, all attempts together. */
export const TAIL_BYTES = 16 * 1024;
export type Stream = 'out' | 'err';

const NEWLINE = 0x0a;

export class Output {
  readonly #onLine: (line: TailLine) => void;
  readonly #splitters: Record<Stream, LineSplitter> = { out: new LineSplitter(), err: new LineSplitter() };
  #bytes: Record<Stream, number> = { out: 0, err: 0 };
  #told: Record<Stream, number> = { out: 0, err: 0 };
  #lines: TailLine[] = [];
  #size = 0;
  #dropped = 0;

  constructor(onLine: (line: TailLine) => void = () => {}) {
    this.#onLine = onLine;
  }

  push(stream: Stream, bytes: Uint8Array): void {
    this.#bytes[stream] += bytes.length;
    const first = bytes.indexOf(NEWLINE) + 1;
    this.#split(stream, bytes.subarray(0, first));
    if (first > 0) this.#tellCut(stream);
    this.#split(stream, bytes.subarray(first));
  }

  #split(stream: Stream, bytes: Uint8Array): void {
    if (bytes.length > 0) for (const line of this.#splitters[stream].push(bytes)) this.#emit(stream, line);
  }

  /** Where the cut is, once the whole line has gone by. Who reads the bytes themselves has them all. */
  #tellCut(stream: Stream): void {
    const splitter = this.#splitters[stream];
    if (splitter.dropped > 0) this.note(`… ${splitter.dropped} bytes of this line are not kept in the journal`);
    splitter.dropped = 0;
  }

  /** A remark of the engine's own between the lines. */
  note(text: string): void {
    this.#keep({ stream: 'note', text });
  }

  /** The command has ended: a last line needs no line break. */
  end(): void {
    for (const stream of ['out', 'err'] as const) {
      for (const line of this.#splitters[stream].end()) this.#emit(stream, line);
      this.#tellCut(stream);
    }
  }

  tail(): OutputTail {
    return {
      lines: [...this.#lines],
      dropped: this.#dropped,
      outBytes: this.#bytes.out,
      errBytes: this.#bytes.err,
      outLines: this.#told.out,
      errLines: this.#told.err,
    };
  }

  /** What has come of a line whose end did not; undefined where there is none. */
  unfinished(stream: Stream): { text: string; told: boolean } | undefined {
    const line = this.#splitters[stream].unfinished;
    return line && { text: clean(line.waiting), told: line.told };
  }

  /** Somebody else tells that line. */
  forgo(stream: Stream): void {
    this.#splitters[stream].forgo();
  }

  /** What most likely says why it failed: the last line of the error output, else of the output. */
  lastWords(): string {
    const said = (stream: Stream) => this.#lines.findLast((line) => line.stream === stream && line.text.trim() !== '');
    return (said('err') ?? said('out'))?.text.trim() ?? '';
  }

  #emit(stream: Stream, raw: string): void {
    this.#told[stream]++;
    this.#keep({ stream, text: clean(raw) });
  }

  #keep(line: TailLine): void {
    this.#onLine(line);
    this.#lines.push(line);
    this.#size += cost(line);
    while (this.#size > TAIL_BYTES && this.#lines.length > 1) {
      const [first] = this.#lines.splice(0, 1);
      this.#size -= cost(first!);
      this.#dropped++;
    }
  }
}

/** About what a line takes in the journal's JSON. */
const cost = (line: TailLine): number => Buffer.byteLength(line.text) + 32;
