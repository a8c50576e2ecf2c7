/** First contact with a target: what the first intent has to name, or why it can't run there. */
import { randomBytes } from 'node:crypto';
import { type BackoffOptions, backoff, type Clock, sleep } from '../runtime/clock.ts';
import type { RunEvents } from './events.ts';
import type { Hold } from './hold.ts';
import { lastAttempt, type Place, targetAt } from './journal.ts';
import { argvFor } from './prepare.ts';
import type { AttemptTarget, Contacted } from './target.ts';
import { contacted, stop } from './transitions.ts';

export interface Contacting {
  hold: Hold;
  clock: Clock;
  /** The targets were read a moment ago. */
  fresh: boolean;
  events: Pick<RunEvents, 'onTrouble'>;
  /** Milliseconds. */
  timing: { patience: number; retry: BackoffOptions };
  random?: (() => number) | undefined;
}

/** It could not even begin, and nothing of it is kept anywhere. */
export class NotBegun extends Error {
  override readonly name = 'NotBegun';
}

/** Decides what was found, or stops the run; neither, once `waking` has fired. */
export async function makeContact(
  { hold, clock, fresh, events, timing, random }: Contacting,
  target: AttemptTarget,
  place: Place,
  waking: AbortSignal,
): Promise<void> {
  const { handle } = hold;
  const verify = !fresh || place.target > 0 || place.step > 0 || handle.stored !== undefined;
  const successor = lastAttempt(targetAt(hold.journal, place))?.resolved === 'did-not';
  const until = clock.monotonic() + (handle.stored ? timing.patience : 20_000);
  for (let failures = 0; ; failures++) {
    // Of each try its own: what a try that was not heard has made would be in the way of the next one, which then went elsewhere.
    const token = `${handle.ref.name}-${randomBytes(4).toString('hex')}`.slice(-80);
    const answer = await target.contact(token, { verify, successor, run: handle.ref.name }, waking);
    if (waking.aborted) return;
    if (answer.kind === 'ready') return await found(hold, place, answer);
    if (answer.kind === 'unreachable' && clock.monotonic() < until) {
      events.onTrouble?.(answer.why);
      await sleep(clock, backoff(failures, timing.retry, random), waking);
      continue;
    }
    if (!handle.stored) throw new NotBegun(answer.why);
    await hold.write(stop(answer.why, hold.now()));
    return;
  }
}

async function found(hold: Hold, place: Place, ready: Extract<Contacted, { kind: 'ready' }>): Promise<void> {
  const { dir, pod, containerId } = ready;
  const argv = pod && argvFor(hold.journal, pod.ip);
  if (argv && !argv.ok) return await hold.write(stop(argv.error, hold.now()));
  hold.decide(
    contacted(place, dir, {
      ...(containerId ? { containerId } : {}),
      ...(pod && argv ? { uid: pod.uid, argv: argv.value } : {}),
    }),
  );
}
