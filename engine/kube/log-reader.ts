/** From the bytes of a stamped log to what its reader is told: what is new of them, as lines or word for word, and what is missing. */
import { LogPosition } from './log-position.ts';
import { type Stamp, StampCutter, type StampSink } from './log-stamps.ts';
import { clean, sanitise } from './sanitise.ts';
import { LineSplitter } from './split-lines.ts';

export interface LogLine {
  /** The kubelet's time, epoch milliseconds; 0 where it gave none. */
  at: number;
  /** Safe to draw. */
  text: string;
}

export type LogContent =
  /** `removed`: characters the sanitiser left out; `dropped`: bytes of endless lines. */
  | { kind: 'lines'; lines: LogLine[]; removed: number; dropped: number }
  /** Word for word, line feeds included. A line may come in several pieces. */
  | { kind: 'bytes'; bytes: Buffer }
  /** Part of the log was not received and never will be; `text` says so, as a line for the log. */
  | { kind: 'gap'; text: string };

const NEWLINE = 0x0a;
/** Text without a time is held back up to here, to see whether it is the container's. */
const MAX_REMARK = 1024;
/** What a kubelet writes into the log itself where it can't go on. */
const REMARK =
  /^(unable to retrieve container logs for |failed to (try resolving symlinks|open log file|seek |create fsnotify|watch |get parse function|find )|rpc error: )/;
const ROTATED = 'the node had rotated it away';

const millis = ({ second, nano }: Stamp): number => second * 1000 + Math.floor(nano / 1e6);

export class LogReader implements StampSink {
  readonly #raw: boolean;
  readonly #position = new LogPosition();
  readonly #cutter = new StampCutter();
  readonly #splitter = new LineSplitter();
  /** Bytes at the beginning of the log that its reader has had from another process. */
  #known: number;
  /** Of the line under way: its time, and how much of it was passed on before. */
  #stamp: Stamp | undefined;
  #skip = 0;
  #remark: Buffer[] | undefined;
  /** The splitter holds the beginning of a line. */
  #partial = false;

  #content: LogContent[] = [];
  #pieces: Buffer[] = [];
  #lines: LogLine[] = [];
  #removed = 0;
  #dropped = 0;

  constructor({ raw, known }: { raw: boolean; known: number }) {
    this.#raw = raw;
    this.#known = known;
  }

  /** From where to ask the server, RFC 3339; undefined: from the start. */
  get since(): string | undefined {
    return this.#position.since;
  }

  /** A new stream begins, from `since` on. */
  resume(): void {
    this.#cutter.reset();
    this.#remark = undefined;
    this.#position.resume();
  }

  push(chunk: Uint8Array): LogContent[] {
    this.#cutter.push(chunk, this);
    return this.#take();
  }

  /** This run of the container was read to its end: its last line needs no line feed. Another run begins anew. */
  end(): LogContent[] {
    this.#cutter.end(this);
    this.#endRemark();
    return this.#restart(this.#position.lost || this.#known > 0 ? `… the end of this log is missing: ${ROTATED}` : '');
  }

  /** The end of this run can't be read any more. */
  lose(why: string): LogContent[] {
    return this.#restart(`… the end of this log is missing: ${why}`);
  }

  begin(stamp: Stamp | undefined): void {
    this.#endRemark();
    const before = this.#position.last;
    const begun = stamp && this.#position.begin(stamp);
    if (stamp && begun?.gap && before) {
      this.#gap(`… ${span(millis(stamp) - millis(before))} of this log are missing: ${ROTATED}`);
    }
    this.#stamp = stamp;
    this.#skip = begun?.skip ?? 0;
    this.#remark = stamp ? undefined : [];
  }

  bytes(piece: Buffer): void {
    const ended = piece.at(-1) === NEWLINE;
    if (this.#remark) {
      // Held beyond this chunk, whose memory is its sender's.
      this.#remark.push(Buffer.from(piece));
      if (ended || this.#remark.reduce((sum, { length }) => sum + length, 0) > MAX_REMARK) this.#endRemark();
      return;
    }
    const skipped = Math.min(this.#skip, piece.length);
    this.#skip -= skipped;
    if (skipped === piece.length) return;
    const fresh = piece.subarray(skipped);
    if (this.#stamp) this.#position.passed(fresh.length, ended);
    this.#pass(fresh);
  }

  #pass(fresh: Buffer): void {
    const known = Math.min(this.#known, fresh.length);
    this.#known -= known;
    const piece = fresh.subarray(known);
    if (piece.length === 0) return;
    if (this.#raw) {
      this.#pieces.push(piece);
      return;
    }
    const ended = piece.at(-1) === NEWLINE;
    if (ended && !this.#partial) this.#line(piece.toString('utf8', 0, piece.length - 1));
    else {
      for (const text of this.#splitter.push(piece)) this.#line(text);
      this.#partial = !ended;
    }
  }

  #line(raw: string): void {
    const { text, removed } = sanitise(raw);
    this.#removed += removed;
    this.#lines.push({ at: this.#stamp ? millis(this.#stamp) : 0, text });
  }

  /** Text without a time: a complaint of the kubelet, or else the container's after all. */
  #endRemark(): void {
    if (!this.#remark) return;
    const held = Buffer.concat(this.#remark);
    this.#remark = undefined;
    const said = held.toString('utf8', 0, 400);
    if (REMARK.test(said)) this.#gap(`… the node says: ${clean(said.trim())}`);
    else this.#pass(held);
  }

  /** What is there of a line is all of it. */
  #endLine(): void {
    for (const text of this.#splitter.end()) this.#line(text);
    this.#partial = false;
  }

  #gap(text: string): void {
    this.#endLine();
    this.#flush();
    this.#content.push({ kind: 'gap', text });
  }

  #restart(missing: string): LogContent[] {
    this.#endLine();
    if (missing !== '') this.#gap(missing);
    this.#known = 0;
    this.#position.restart();
    return this.#take();
  }

  #flush(): void {
    const dropped = this.#splitter.dropped - this.#dropped;
    this.#dropped += dropped;
    if (this.#pieces.length > 0) this.#content.push({ kind: 'bytes', bytes: Buffer.concat(this.#pieces) });
    if (this.#lines.length > 0 || dropped > 0) {
      this.#content.push({ kind: 'lines', lines: this.#lines, removed: this.#removed, dropped });
    }
    this.#pieces = [];
    this.#lines = [];
    this.#removed = 0;
  }

  #take(): LogContent[] {
    this.#flush();
    const content = this.#content;
    this.#content = [];
    return content;
  }
}

/** How long, in whole seconds. */
function span(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
