/** Work of controllers inside the cluster: run after the write that caused it, in order, and never inside it. */
export interface Pump {
  add(work: () => void): void;
  /** Runs everything that waits, and what that adds, now. */
  drain(): void;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
}

/** A controller that answers its own events for ever would otherwise hang the process. */
const MAX_ROUNDS = 1_000_000;

export function makePump(onError: (error: unknown) => void): Pump {
  let queue: (() => void)[] = [];
  let scheduled: NodeJS.Immediate | undefined;
  let waiters: (() => void)[] = [];
  const drain = (): void => {
    if (scheduled) clearImmediate(scheduled);
    scheduled = undefined;
    for (let round = 0; queue.length > 0; round++) {
      if (round > MAX_ROUNDS) throw new Error('the simulated controllers never come to rest');
      const batch = queue;
      queue = [];
      for (const work of batch) {
        try {
          work();
        } catch (error) {
          onError(error);
        }
      }
    }
    const done = waiters;
    waiters = [];
    for (const resolve of done) resolve();
  };
  return {
    add(work) {
      queue.push(work);
      scheduled ??= setImmediate(drain);
    },
    drain,
    idle: () => (queue.length === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
  };
}
