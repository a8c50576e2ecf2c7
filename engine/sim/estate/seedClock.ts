import type { Clock } from '../clock.ts';

/**
 * A clock with a past: it stands where it is put and moves when told to, until it goes live; from then on it is the real one. What
 * waited then keeps its place.
 */
export interface SeedClock extends Clock {
  /** Sets the time before it goes live, without running anything. */
  set(to: number): void;
  /** Moves forward, running each timer at its moment; lets promises keep up in between. */
  live(ms: number, between: () => void | Promise<void>): Promise<void>;
  goLive(): void;
  stop(): void;
}

interface Timer {
  at: number;
  work: () => void;
}

export function seedClock(start: number): SeedClock {
  let now: number | undefined = start;
  let sequence = 0;
  const waiting = new Map<number, Timer>();
  const running = new Map<number, NodeJS.Timeout>();
  let jumped = 0;
  const time = () => now ?? Date.now() + jumped;
  const arm = (id: number, { at, work }: Timer) => {
    const timer = setTimeout(
      () => {
        running.delete(id);
        work();
      },
      Math.max(0, at - time()),
    );
    timer.unref();
    running.set(id, timer);
  };
  const next = (until: number): [number, Timer] | undefined => {
    let best: [number, Timer] | undefined;
    for (const entry of waiting) if (entry[1].at <= until && (!best || entry[1].at < best[1].at)) best = entry;
    return best;
  };
  return {
    now: time,
    after(ms, work) {
      const id = sequence++;
      const timer = { at: time() + Math.max(0, ms), work };
      if (now === undefined) arm(id, timer);
      else waiting.set(id, timer);
      return () => {
        waiting.delete(id);
        clearTimeout(running.get(id));
        running.delete(id);
      };
    },
    set(to) {
      now = to;
    },
    jump(ms) {
      if (now === undefined) jumped += ms;
      else {
        now += ms;
        for (const timer of waiting.values()) timer.at += ms;
      }
    },
    async live(ms, between) {
      if (now === undefined) return;
      const until = now + ms;
      await between();
      for (let due = next(until); due; due = next(until)) {
        // All of one instant, then whoever waits for it.
        const at = due[1].at;
        for (; due && due[1].at <= at; due = next(at)) {
          waiting.delete(due[0]);
          now = Math.max(now, due[1].at);
          due[1].work();
        }
        await between();
      }
      now = until;
    },
    goLive() {
      now = undefined;
      for (const [id, timer] of waiting) arm(id, timer);
      waiting.clear();
    },
    stop() {
      for (const timer of running.values()) clearTimeout(timer);
      running.clear();
      waiting.clear();
    },
  };
}
