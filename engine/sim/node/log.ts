import type { LogCall } from '../hooks.ts';

interface Line {
  at: number;
  /** Its bytes, a character each: an output need not be text, and is handed on as it came. */
  text: string;
  /** False for the last line of an output that ended without a newline. */
  whole: boolean;
}

/** Bytes a container's log may have, as a kubelet's does; each line takes those of its time and stream besides its own. */
const LIMIT = 10 * 2 ** 20;
const STAMP = 40;
const sizeOf = (line: Line): number => line.text.length + STAMP;

/** What one run of a container has printed: the last of it, with its times. */
export class ContainerLog {
  readonly #now: () => number;
  readonly #limit: number;
  #lines: Line[] = [];
  #size = 0;
  #partial = new Map<'out' | 'err', string>();
  #followers = new Set<{ line(line: Line): void; end(): void }>();
  #ended = false;

  constructor(now: () => number, limit = LIMIT) {
    this.#now = now;
    this.#limit = limit;
  }

  /** Output as it comes; what follows the last newline waits for the rest of its line. */
  write(chunk: Uint8Array | string, stream: 'out' | 'err' = 'out'): void {
    const parts = ((this.#partial.get(stream) ?? '') + bytesOf(chunk)).split('\n');
    this.#partial.set(stream, parts.pop() ?? '');
    // A carriage that returns at the end of a line is no part of it, as a container runtime sees it.
    for (const part of parts) this.#add({ at: this.#now(), text: part.replace(/\r$/, ''), whole: true });
  }

  /** A line from the past, for logs that were there before the cluster was. Lines are given oldest first. */
  put(at: number, text: string): void {
    this.#add({ at, text: bytesOf(text), whole: true });
  }

  end(): void {
    for (const text of this.#partial.values()) if (text !== '') this.#add({ at: this.#now(), text, whole: false });
    this.#partial.clear();
    this.#ended = true;
    for (const follower of this.#followers) follower.end();
    this.#followers.clear();
  }

  /** The last lines as one text, for a termination message. */
  tail(lines: number, bytes: number): string {
    const last = this.#lines.slice(-lines).map(printed).join('').slice(-bytes);
    return Buffer.from(last, 'latin1').toString();
  }

  read(call: Pick<LogCall, 'follow' | 'timestamps' | 'tailLines' | 'since' | 'limitBytes' | 'onBytes' | 'onEnd'>) {
    let left = call.limitBytes ?? Number.POSITIVE_INFINITY;
    const send = (line: Line) => {
      if (left <= 0) return;
      const stamp = call.timestamps ? `${nanos(line.at)} ` : '';
      const bytes = Buffer.from(stamp + printed(line), 'latin1');
      call.onBytes(bytes.subarray(0, left));
      left -= bytes.length;
    };
    let past = call.since === undefined ? this.#lines : this.#lines.filter((line) => line.at >= (call.since ?? 0));
    if (call.tailLines !== undefined) past = call.tailLines > 0 ? past.slice(-call.tailLines) : [];
    for (const line of past) send(line);
    if (!call.follow || this.#ended || left <= 0) {
      call.onEnd();
      return () => {};
    }
    const follower = {
      line: (line: Line) => {
        send(line);
        if (left <= 0) {
          this.#followers.delete(follower);
          call.onEnd();
        }
      },
      end: call.onEnd,
    };
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  /** In chunks: shifting a long array for each line would cost more than the line. */
  #shorten(): void {
    let cut = 0;
    for (; this.#size > this.#limit && cut < this.#lines.length - 1; cut++) this.#size -= sizeOf(this.#lines[cut]!);
    this.#lines = this.#lines.slice(cut);
  }

  #add(line: Line): void {
    this.#lines.push(line);
    this.#size += sizeOf(line);
    if (this.#size > this.#limit * 1.2) this.#shorten();
    for (const follower of [...this.#followers]) follower.line(line);
  }
}

const printed = (line: Line): string => line.text + (line.whole ? '\n' : '');

const bytesOf = (chunk: Uint8Array | string): string => Buffer.from(chunk as string).toString('latin1');

/** RFC 3339 with nine digits, as the container runtime writes it. */
function nanos(at: number): string {
  return `${new Date(at).toISOString().slice(0, -1)}000000Z`;
}
