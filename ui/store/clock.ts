/**
 * The data lane: engine messages only mark the picture dirty, and this clock decides when it is drawn anew. Keys have
 * a lane of their own and are drawn at once; the clock keeps out of their way and never queues behind a slow link.
 */
export interface Timers {
  now(): number;
  set(fn: () => void, ms: number): unknown;
  clear(timer: unknown): void;
}

export interface Clock {
  /** Something new has come. `urgent`: the first of its kind, which doesn't wait for the pace of what follows. */
  dirty(urgent?: boolean): void;
  /** A key was pressed: data waits a little, so that the key's frame is not stuck behind a data frame. */
  key(): void;
  /** The picture reads differently at this moment (an age), Infinity: never. At most once a second. */
  wakeAt(at: number): void;
  stop(): void;
}

const TICK = 100;
const AFTER_KEY = 50;
const SLOWEST = 1_000;
const AGE = 1_000;

/** `publish` draws; `busy` says that the terminal has not taken the last frame yet. */
export function createClock(timers: Timers, publish: () => void, busy: () => boolean): Clock {
  let waiting: unknown = null;
  let waking: unknown = null;
  let last = Number.NEGATIVE_INFINITY;
  let lastKey = Number.NEGATIVE_INFINITY;
  let period = TICK;
  let urgent = false;
  let stopped = false;

  const due = () => Math.max(urgent ? 0 : last + period, lastKey + AFTER_KEY) - timers.now();
  const schedule = (ms: number) => {
    waiting = timers.set(fire, Math.max(0, ms));
  };
  function fire() {
    waiting = null;
    if (stopped) return;
    if (busy()) {
      // A link that can't keep up gets fewer frames, each of them the newest.
      period = Math.min(SLOWEST, period * 2);
      schedule(period);
      return;
    }
    const left = due();
    if (left > 0) {
      schedule(left);
      return;
    }
    period = TICK;
    urgent = false;
    last = timers.now();
    publish();
  }

  return {
    dirty(first = false) {
      if (stopped || (waiting !== null && !first)) return;
      urgent ||= first;
      timers.clear(waiting);
      schedule(due());
    },
    key() {
      lastKey = timers.now();
    },
    wakeAt(at) {
      timers.clear(waking);
      waking = null;
      if (stopped || !Number.isFinite(at)) return;
      waking = timers.set(
        () => {
          waking = null;
          if (waiting === null) schedule(0);
        },
        Math.max(at, last + AGE) - timers.now(),
      );
    },
    stop() {
      stopped = true;
      timers.clear(waiting);
      timers.clear(waking);
    },
  };
}
