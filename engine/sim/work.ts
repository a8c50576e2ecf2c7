import { failure } from './errors.ts';

/**
 * Work that may have to wait for somebody outside the cluster: a generator that yields how to ask, and goes on when the answer is there.
 * Most work never waits; whoever runs it then gets its result at once, as from a plain function.
 */
export type Work<T> = Generator<() => Promise<void>, T, undefined>;

/** What the work was about has changed while it waited: it must begin again. */
export class Overtaken extends Error {}

/** Something isn't known yet: it is asked for, and the work begins again. */
export class Unknown extends Error {
  readonly ask: () => Promise<void>;

  constructor(ask: () => Promise<void>) {
    super('work that knows everything needs what is not known');
    this.ask = ask;
  }
}

/** What is made once all is known that it needs. */
export async function known<T>(make: () => T): Promise<T> {
  for (;;)
    try {
      return make();
    } catch (error) {
      if (!(error instanceof Unknown)) throw error;
      await error.ask();
    }
}

/** Waits for an answer, or throws what went wrong. */
export function* awaited<T>(ask: () => Promise<T>): Work<T> {
  let answer: { value: T } | { error: unknown } | undefined;
  yield async () => {
    try {
      answer = { value: await ask() };
    } catch (error) {
      answer = { error };
    }
  };
  if (!answer) throw new Error('the work goes on before it was answered');
  if ('error' in answer) throw answer.error;
  return answer.value;
}

/** The result of work that can't wait. */
export function atOnce<T>(work: Work<T>): T {
  const step = work.next();
  if (!step.done) throw new Error('work that must be done at once waits for an answer');
  return step.value;
}

/** Does the rest of work that has begun to wait. */
async function resumed<T>(work: Work<T>, first: IteratorResult<() => Promise<void>, T>): Promise<T> {
  let step = first;
  while (!step.done) {
    await step.value();
    step = work.next();
  }
  return step.value;
}

/** The result, at once where nothing is waited for. */
export function done<T>(work: Work<T>): T | Promise<T> {
  const step = work.next();
  return step.done ? step.value : resumed(work, step);
}

/** Milliseconds that a server gives a request. */
const PATIENCE = 34_000;
const TOO_LATE = 'Timeout: request did not complete within requested timeout - context deadline exceeded';

/** Work done in the end, however often it is overtaken: a webhook that writes what it is asked about overtakes every time. */
export async function finished<T>(begin: () => Work<T>): Promise<T> {
  const end = Date.now() + PATIENCE;
  for (;;)
    try {
      return await done(begin());
    } catch (error) {
      if (error instanceof Unknown) await error.ask();
      else if (!(error instanceof Overtaken)) throw error;
      if (Date.now() > end) throw failure(504, 'Timeout', TOO_LATE, {});
    }
}
