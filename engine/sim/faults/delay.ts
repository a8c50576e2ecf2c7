/** Keeps frames of a watch in their order while some of them are late. */
export class DelayLine {
  readonly #out: (frame: Buffer) => void;
  readonly #waiting: { at: number; frame: Buffer }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(out: (frame: Buffer) => void) {
    this.#out = out;
  }

  /** Behind a late frame every other waits too: a bookmark that came before an event would let the event be lost. */
  push(frame: Buffer, ms = 0): void {
    const last = this.#waiting.at(-1);
    if (ms === 0 && !last) {
      this.#out(frame);
      return;
    }
    this.#waiting.push({ at: Math.max(Date.now() + ms, last?.at ?? 0), frame });
    this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }

  #arm(): void {
    const first = this.#waiting[0];
    if (!first || this.#timer) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        while (this.#waiting[0] && this.#waiting[0].at <= Date.now()) this.#out(this.#waiting.shift()!.frame);
        this.#arm();
      },
      Math.max(0, first.at - Date.now()),
    );
    this.#timer.unref();
  }
}
