import { expect, it } from 'vitest';
import { createClock, type Timers } from '../../../../ui/store/clock.ts';

/** A clock on a time that the test drives; `busy`: the terminal has not taken the last frame. */
function harness(busy = () => false) {
  let now = 0;
  let id = 0;
  const timers = new Map<number, { at: number; fn: () => void }>();
  const t: Timers = {
    now: () => now,
    set(fn, ms) {
      timers.set(++id, { at: now + ms, fn });
      return id;
    },
    clear: (n) => void timers.delete(n as number),
  };
  const advance = (ms: number) => {
    const end = now + ms;
    for (;;) {
      const due = [...timers].filter(([, x]) => x.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      timers.delete(due[0]);
      now = Math.max(now, due[1].at);
      due[1].fn();
    }
    now = end;
  };
  let frames = 0;
  const clock = createClock(t, () => frames++, busy);
  return { clock, frames: () => frames, advance, timers };
}

it('draws at once, then at most ten times a second, and not at all when nothing changes', () => {
  const { clock, frames, advance, timers } = harness();
  clock.dirty();
  advance(0);
  expect(frames()).toBe(1);
  for (let i = 0; i < 100; i++) {
    clock.dirty();
    advance(10);
  }
  expect(frames()).toBeLessThanOrEqual(11);
  expect(frames()).toBeGreaterThanOrEqual(10);
  advance(60_000);
  const still = frames();
  advance(600_000);
  expect(frames()).toBe(still);
  expect(timers.size).toBe(0);
});

it('draws the first of its kind at once, and once', () => {
  const { clock, frames, advance } = harness();
  clock.dirty();
  advance(0);
  clock.dirty();
  clock.dirty(true);
  advance(0);
  expect(frames()).toBe(2);
  clock.dirty();
  advance(99);
  expect(frames()).toBe(2);
  advance(1);
  expect(frames()).toBe(3);
});

it('lets a key go first', () => {
  const { clock, frames, advance } = harness();
  advance(1_000);
  clock.dirty();
  clock.key();
  advance(49);
  expect(frames()).toBe(0);
  advance(2);
  expect(frames()).toBe(1);
});

it('skips frames while the terminal has not taken the last one, and catches up', () => {
  let busy = true;
  const { clock, frames, advance } = harness(() => busy);
  clock.dirty();
  advance(5_000);
  expect(frames()).toBe(0);
  busy = false;
  advance(1_000);
  expect(frames()).toBe(1);
});

it('wakes for an age, at most once a second, and is silent once stopped', () => {
  const { clock, frames, advance, timers } = harness();
  clock.dirty();
  advance(0);
  clock.wakeAt(10);
  advance(999);
  expect(frames()).toBe(1);
  advance(2);
  expect(frames()).toBe(2);
  clock.wakeAt(Number.POSITIVE_INFINITY);
  clock.dirty();
  clock.stop();
  advance(10_000);
  expect(frames()).toBe(2);
  expect(timers.size).toBe(0);
});
