/** Time as the simulated cluster sees it. Object timestamps, controllers and grace periods use it; sockets use real time. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `work` once after `ms`; the answer cancels it. */
  after(ms: number, work: () => void): () => void;
  /** Sets the time, forwards or backwards, without running anything; what waits goes on waiting as long as it would have. */
  jump(ms: number): void;
}

/** Wall time. Its timers don't keep a process alive. `speed` 10 makes ten simulated seconds pass in one. */
export function realClock(speed = 1): Clock & { stop(): void } {
  const started = Date.now();
  const timers = new Set<NodeJS.Timeout>();
  let jumped = 0;
  return {
    now: () => started + jumped + (Date.now() - started) * speed,
    jump(ms) {
      jumped += ms;
    },
    after(ms, work) {
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          work();
        },
        Math.max(0, ms / speed),
      );
      timer.unref();
      timers.add(timer);
      return () => {
        clearTimeout(timer);
        timers.delete(timer);
      };
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

export interface VirtualClock extends Clock {
  /** Moves time forward, running each timer at its own moment, in order; `between` runs after every timer. */
  advance(ms: number, between?: () => void): void;
  /** Timers that wait. */
  pending(): number;
}

/** A clock that moves only when told to. */
export function virtualClock(start = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = start;
  let sequence = 0;
  const timers = new Map<number, { at: number; work: () => void }>();
  const next = (until: number): [number, { at: number; work: () => void }] | undefined => {
    let best: [number, { at: number; work: () => void }] | undefined;
    for (const entry of timers) if (entry[1].at <= until && (!best || entry[1].at < best[1].at)) best = entry;
    return best;
  };
  return {
    now: () => now,
    after(ms, work) {
      const id = sequence++;
      timers.set(id, { at: now + Math.max(0, ms), work });
      return () => timers.delete(id);
    },
    advance(ms, between) {
      const until = now + ms;
      between?.();
      for (let due = next(until); due; due = next(until)) {
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].work();
        between?.();
      }
      now = until;
    },
    pending: () => timers.size,
    jump(ms) {
      now += ms;
      for (const timer of timers.values()) timer.at += ms;
    },
  };
}

/** RFC 3339 in whole seconds, as the API has most times. */
export const wholeSeconds = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
