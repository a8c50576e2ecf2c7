/** What is told of one run while somebody looks or executes: its lines so far, and new ones in batches. */
import type { LogLine } from '../protocol.ts';
import type { Clock } from '../runtime/clock.ts';
import type { RunEvents } from './events.ts';
import { Told } from './told.ts';

/** Lines kept; older ones are dropped and counted. */
const KEEP = 20_000;
const BATCH_MS = 100;

export interface LogBatch {
  lines: LogLine[];
  /** Left out before the first of these. */
  dropped: number;
  reset: boolean;
}

export class Feed {
  readonly told = new Told();
  readonly #clock: Clock;
  readonly #listeners = new Set<(batch: LogBatch) => void>();
  #lines: LogLine[] = [];
  #fresh: LogLine[] = [];
  #seq = 0;
  #trouble = '';
  #cancel: (() => void) | undefined;
  /** The run is over and all of its log has been told. */
  complete = false;
  #halted = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly events: RunEvents = {
    onLine: (stream, text, { step, instance }, fresh) => this.#add({ step, instance, stream, text }, fresh),
    onTrouble: (why) => {
      if (why !== this.#trouble) this.note(`${why}; trying again`);
      this.#trouble = why;
    },
  };

  note(text: string): void {
    this.#add({ step: '', instance: '', stream: 'note', text }, true);
  }

  /** Nothing more will come: all is told, or nobody is reading. */
  get ended(): boolean {
    return this.complete || this.#halted;
  }

  /** All is told; whoever listens is told so. */
  end(): void {
    if (this.complete) return;
    this.complete = true;
    this.#tellEnd();
  }

  /** The rest can't be read, for a reason that stands in the log. */
  halt(why: string): void {
    this.note(why);
    this.#halted = true;
    this.#tellEnd();
  }

  /** Somebody reads again. */
  resume(): void {
    this.#halted = false;
  }

  #tellEnd(): void {
    this.#flush();
    for (const listener of this.#listeners) listener({ lines: [], dropped: 0, reset: false });
  }

  /** All that is kept comes at once. Returns the way to stop. */
  listen(listener: (batch: LogBatch) => void): () => void {
    this.#flush();
    this.#listeners.add(listener);
    listener({ lines: this.#lines, dropped: (this.#lines[0]?.seq ?? 1) - 1, reset: true });
    return () => this.#listeners.delete(listener);
  }

  #add(line: Omit<LogLine, 'seq' | 'at'>, fresh: boolean): void {
    this.#fresh.push({ ...line, seq: ++this.#seq, ...(fresh ? { at: this.#clock.now() } : {}) });
    this.#cancel ??= this.#clock.after(BATCH_MS, () => this.#flush());
  }

  #flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#fresh.length === 0) return;
    const lines = this.#fresh;
    this.#fresh = [];
    this.#lines = this.#lines.concat(lines);
    if (this.#lines.length > KEEP) this.#lines = this.#lines.slice(-KEEP);
    for (const listener of this.#listeners) listener({ lines, dropped: 0, reset: false });
  }
}
