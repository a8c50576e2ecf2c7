import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoff, ManualClock, sleep } from '../../../../engine/runtime/clock.ts';
import { done, type Outcome, WorkQueue } from '../../../../engine/runtime/queue.ts';

function gate() {
  let open = () => {};
  const closed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, closed };
}

test('a key added many times is worked on once, and again when it was added while busy', async () => {
  const clock = new ManualClock();
  const gates = [gate(), gate(), gate()];
  let runs = 0;
  const queue = new WorkQueue({
    clock,
    workers: 4,
    work: async () => {
      await gates[runs++]?.closed;
      return done;
    },
  });
  queue.add('a');
  queue.add('a');
  await clock.advance(0);
  expect(runs).toBe(1);
  queue.add('a');
  queue.add('a');
  await clock.advance(0);
  expect(runs).toBe(1);
  gates[0]?.open();
  await clock.advance(0);
  expect(runs).toBe(2);
  gates[1]?.open();
  await clock.advance(0);
  expect(runs).toBe(2);
  expect(queue.size).toBe(0);
});

test('a failing key comes back later and later, and forgets that after a success', async () => {
  const clock = new ManualClock();
  const at: number[] = [];
  let fail = true;
  const queue = new WorkQueue({
    clock,
    workers: 1,
    random: () => 1,
    backoff: { base: 100, cap: 350 },
    work: async () => {
      at.push(clock.monotonic());
      if (fail) throw new Error('no');
      return done;
    },
  });
  queue.add('a');
  await clock.advance(1000);
  expect(at).toEqual([0, 100, 300, 650, 1000]);
  fail = false;
  await clock.advance(400);
  expect(queue.size).toBe(0);
  fail = true;
  queue.add('a');
  await clock.advance(100);
  expect(at.slice(-2)).toEqual([1400, 1500]);
});

test('the earliest of several delays wins, and adding at once beats a delay', async () => {
  const clock = new ManualClock();
  const at: number[] = [];
  const queue = new WorkQueue({
    clock,
    workers: 1,
    work: async () => {
      at.push(clock.monotonic());
      return done;
    },
  });
  queue.addAfter('a', 500);
  queue.addAfter('a', 200);
  queue.addAfter('a', 900);
  await clock.advance(1000);
  expect(at).toEqual([200]);
  queue.addAfter('a', 500);
  queue.add('a');
  await clock.advance(1000);
  expect(at).toEqual([200, 1000]);
});

test('stop waits for the running worker, drops the rest and leaves no timer', async () => {
  const clock = new ManualClock();
  const held = gate();
  let told = false;
  const seen: string[] = [];
  const queue = new WorkQueue({
    clock,
    workers: 1,
    work: async (key, signal) => {
      seen.push(key);
      signal.addEventListener('abort', () => {
        told = true;
      });
      await held.closed;
      return { again: 'after', ms: 10 };
    },
  });
  queue.add('a');
  queue.add('b');
  queue.addAfter('c', 100);
  await clock.advance(0);
  let stopped = false;
  const stopping = queue.stop().then(() => {
    stopped = true;
  });
  await clock.advance(1000);
  expect({ told, stopped }).toEqual({ told: true, stopped: false });
  held.open();
  await stopping;
  await clock.advance(1000);
  expect(seen).toEqual(['a']);
  expect(clock.waiting).toBe(0);
});

test('whatever is added whenever: no key runs twice at once, and none added is left unworked', async () => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    delay: fc.constantFrom(0, 0, 5, 20),
    wait: fc.nat(30),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 30 }),
      fc.array(fc.nat(15), { minLength: 1 }),
      async (steps, times) => {
        const clock = new ManualClock();
        const running = new Set<string>();
        const added = new Map<string, number>();
        const read = new Map<string, number>();
        let worked = 0;
        const queue = new WorkQueue({
          clock,
          workers: 2,
          random: () => 0.5,
          backoff: { base: 5, cap: 40 },
          work: async (key): Promise<Outcome> => {
            expect(running.has(key)).toBe(false);
            expect(running.size).toBeLessThan(2);
            running.add(key);
            const saw = added.get(key) ?? 0;
            await sleep(clock, times[worked++ % times.length] ?? 0);
            running.delete(key);
            if (worked % 5 === 0) throw new Error('now and then');
            read.set(key, Math.max(read.get(key) ?? 0, saw));
            return done;
          },
        });
        for (const { key, delay, wait } of steps) {
          added.set(key, (added.get(key) ?? 0) + 1);
          if (delay === 0) queue.add(key);
          else queue.addAfter(key, delay);
          await clock.advance(wait);
        }
        await clock.advance(5000);
        expect(Object.fromEntries(read)).toEqual(Object.fromEntries(added));
        expect(queue.size).toBe(0);
        expect(clock.waiting).toBe(0);
      },
    ),
    { numRuns: 60 },
  );
});

test('backoff doubles, is capped, and its jitter never exceeds it', () => {
  const options = { base: 100, cap: 1000 };
  expect([0, 1, 2, 3, 4, 50].map((n) => backoff(n, options, () => 1))).toEqual([100, 200, 400, 800, 1000, 1000]);
  expect([0, 1, 50].map((n) => backoff(n, options, () => 0))).toEqual([50, 100, 500]);
});
