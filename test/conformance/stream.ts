import type { Dispatcher } from 'undici';

/** Parsed JSON whose shape the test knows. */
export interface Body {
  [key: string]: unknown;
}

export interface WatchEvent {
  type: string;
  object: Body;
}

export interface Stream {
  code: number;
  headers: Dispatcher.ResponseData['headers'];
  /** The next event; rejects when none comes in time. Undefined when the stream has ended. */
  next(timeoutMs?: number): Promise<WatchEvent | undefined>;
  /** Events up to and including the first that satisfies the test. */
  until(test: (event: WatchEvent) => boolean): Promise<WatchEvent[]>;
  close(): void;
}

/** A watch's answer, read line by line. */
export class LineStream implements Stream {
  readonly code: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  private readonly stop: AbortController;
  private readonly events: WatchEvent[] = [];
  private ended = false;
  private wake: () => void = () => {};

  constructor(answer: Dispatcher.ResponseData, stop: AbortController) {
    this.code = answer.statusCode;
    this.headers = answer.headers;
    this.stop = stop;
    void this.read(answer);
  }

  private async read(answer: Dispatcher.ResponseData): Promise<void> {
    let rest = '';
    try {
      for await (const chunk of answer.body) {
        const lines = (rest + String(chunk)).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line) this.events.push(JSON.parse(line) as WatchEvent);
        this.wake();
      }
    } catch {
      // Closed by the test or the server; `ended` says so.
    }
    if (rest) this.events.push(JSON.parse(rest) as WatchEvent);
    this.ended = true;
    this.wake();
  }

  async next(timeoutMs = 8000): Promise<WatchEvent | undefined> {
    const deadline = Date.now() + timeoutMs;
    while (this.events.length === 0 && !this.ended) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error('no watch event in time');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.events.shift();
  }

  async until(test: (event: WatchEvent) => boolean): Promise<WatchEvent[]> {
    const seen: WatchEvent[] = [];
    for (;;) {
      const event = await this.next();
      if (!event) throw new Error(`the watch ended after ${JSON.stringify(seen.map((one) => one.type))}`);
      seen.push(event);
      if (test(event)) return seen;
    }
  }

  close(): void {
    this.stop.abort();
  }
}
