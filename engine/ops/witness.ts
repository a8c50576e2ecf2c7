/**
 * A run whose journal this engine may not write any more: how it ends is seen where it runs all the same. What is seen there
 * is told and not kept: it counts once an engine that may write has read it itself.
 */
import { sleep } from '../runtime/clock.ts';
import type { RunEvents } from './events.ts';
import { tail } from './follow.ts';
import { isOver, lastAttempt, nextPlace, stepAt, targetAt } from './journal.ts';
import type { Engine } from './launch.ts';
import type { Stored } from './store.ts';
import type { Seen } from './target.ts';
import type { Told } from './told.ts';

/** Milliseconds until it is worth trying whether the journal can be written again. */
const AGAIN = 30_000;

/** What its target said last of what is under way, in one sentence; undefined while it goes on. */
export async function witness(
  engine: Engine,
  stored: Stored,
  told: Told,
  events: RunEvents,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { journal } = stored;
  const place = journal && !isOver(journal) ? nextPlace(journal) : undefined;
  const attempt = journal && place && lastAttempt(targetAt(journal, place));
  if (!journal || !place || !attempt || attempt.phase === 'Failed') return 'nothing of it is under way';
  const { instance } = targetAt(journal, place);
  const at = { step: stepAt(journal, place).name, instance, n: attempt.n };
  const state = told.of(at, events);
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  const seen = tail({ engine, stored, place, at, state, events }, until);
  const last = await Promise.race([seen, sleep(engine.clock, AGAIN, until).then(() => undefined)]);
  stop.abort();
  await seen;
  if (last?.state === 'done') state.end();
  return last && inWords(last, `${at.step} on ${instance || 'its Job'}`);
}

function inWords(seen: Seen, what: string): string {
  switch (seen.state) {
    case 'done':
      return `${what} ended with exit code ${seen.code}`;
    case 'killed':
      return `${what} was killed`;
    case 'never':
    case 'not-started':
      return `${what} was not started`;
    case 'refused':
      return `${what} can't be seen either: ${seen.why}`;
    default:
      return `what became of ${what} can't be known${'why' in seen && seen.why ? `: ${seen.why}` : ''}`;
  }
}
