/** Watching a run that another engine executes, or that is over: nothing is written, nothing is started. */
import { backoff, sleep } from '../runtime/clock.ts';
import type { RunEvents, Whereabouts } from './events.ts';
import { passes } from './insist.ts';
import { type AttemptRecord, isOver, type Journal, type Place } from './journal.ts';
import { type Engine, targetOf } from './launch.ts';
import { isMissing, tellKept, tellKeptRest } from './rest.ts';
import type { Stored } from './store.ts';
import type { Seen } from './target.ts';
import type { Told, ToldAttempt } from './told.ts';

/** Milliseconds. */
const TIMING = {
  /** Between looks at the journal. */
  look: 1500,
  /** How long a log that is followed is awaited once its attempt is over: its stream may have died without a word. */
  last: 3000,
  /** A target that is silent for so long does not tell the rest of a log any more. */
  rest: 20_000,
  retry: { base: 500, cap: 10_000 },
};

/**
 * Tells what is printed by every attempt: read at its target as long as that goes, else as the journal keeps it, until `enough`
 * says so of the journal, each time that it was read anew. Resolves with the run as it was read last; undefined when it was deleted.
 */
export async function follow(
  engine: Engine,
  read: (signal: AbortSignal) => Promise<Stored | undefined>,
  first: Stored,
  told: Told,
  events: RunEvents,
  enough: (stored: Stored) => boolean,
  signal: AbortSignal,
): Promise<Stored | undefined> {
  let stored = first;
  let news = true;
  // Of a run that was over before anybody looked the journal tells.
  const history = told.empty && first.journal !== undefined && isOver(first.journal);
  let tailing: { key: string; stop: AbortController; done: Promise<Seen | undefined> } | undefined;
  const endTail = async () => {
    tailing?.stop.abort();
    await tailing?.done;
    tailing = undefined;
  };
  try {
    for (;;) {
      const { journal } = stored;
      if (journal) {
        for (const [place, at, attempt] of attemptsOf(journal)) {
          const state = told.of(at, events);
          if (state.over) continue;
          const runs = attempt.phase === 'Running' || attempt.phase === 'Intent';
          const log: Log = { engine, stored, place, at, state, events };
          if (stored.unsealed && journal.steps[place.step]?.via !== 'job') {
            if (attempt.output) tellKept(attempt.output, at, state, events);
            state.over = !runs;
            continue;
          }
          const key = `${at.step}/${at.instance}/${at.n}`;
          if (runs) {
            if (attempt.phase === 'Intent' || tailing?.key === key) continue;
            await endTail();
            const stop = new AbortController();
            tailing = { key, stop, done: tail(log, AbortSignal.any([signal, stop.signal])) };
            continue;
          }
          let seen: Seen | undefined;
          if (tailing?.key === key) {
            const late = sleep(engine.clock, TIMING.last, signal).then(() => undefined);
            seen = await Promise.race([tailing.done, late]);
            await endTail();
          }
          await tellEnd(attempt, log, seen, !history, signal);
          if (signal.aborted) return stored;
          state.over = true;
        }
        if (news && (isOver(journal) || enough(stored))) return stored;
      }
      await sleep(engine.clock, TIMING.look, signal);
      if (signal.aborted) return stored;
      news = false;
      try {
        const next = await read(signal);
        if (!next) return undefined;
        stored = next;
        news = true;
      } catch (error) {
        if (signal.aborted) return stored;
        if (!passes(error)) throw error;
        events.onTrouble?.((error as Error).message);
      }
    }
  } finally {
    await endTail();
  }
}

/** The log of one attempt, and whom it is told. */
export interface Log {
  engine: Engine;
  stored: Stored;
  place: Place;
  at: Whereabouts;
  state: ToldAttempt;
  events: RunEvents;
}

function* attemptsOf(journal: Journal): Generator<[Place, Whereabouts, AttemptRecord]> {
  for (const [step, record] of journal.steps.entries()) {
    for (const [target, { instance, attempts }] of record.targets.entries()) {
      for (const attempt of attempts) {
        yield [{ step, target }, { step: record.name, instance, n: attempt.n }, attempt];
      }
    }
  }
}

/** What a target says of an attempt that prints no more. */
const ENDED: readonly Seen['state'][] = ['done', 'killed', 'lost', 'never'];

/** What is left to tell of an attempt that is over. `seen`: what its target said last. `ask`: the target is asked for the rest. */
async function tellEnd(
  { phase, output: kept }: AttemptRecord,
  log: Log,
  seen: Seen | undefined,
  ask: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { state, stored, place } = log;
  // Of an exec's files the end is the end. The log of a pod may have been cut before it was read.
  const byExec = stored.journal?.steps[place.step]?.via === 'exec';
  const whole = (last: Seen | undefined) =>
    !kept || !isMissing(kept, state.output) || (byExec && last !== undefined && ENDED.includes(last.state));
  const { outBytes, errBytes } = state.output.tail();
  const worth = ask && (phase !== 'Unknown' || outBytes + errBytes > 0);
  let last = seen;
  if (!whole(last) && worth) last = await readRest(log, signal);
  if (whole(last) && last?.state === 'done') state.end();
  else if (whole(last)) state.output.end();
  else if (kept && !signal.aborted) tellKeptRest(kept, log.at, state, log.events);
}

/** Asks the target for what is not told yet, as long as it goes on answering. */
async function readRest(log: Log, signal: AbortSignal): Promise<Seen | undefined> {
  const { clock } = log.engine;
  const late = new AbortController();
  let cancel: () => void = () => {};
  const heard = () => {
    cancel();
    cancel = clock.after(TIMING.rest, () => late.abort());
  };
  heard();
  const until = AbortSignal.any([signal, late.signal]);
  const notes: string[] = [];
  try {
    const seen = await insistOn(log, until, heard, (text) => notes.push(text));
    if (seen && ENDED.includes(seen.state)) for (const text of notes) log.state.output.note(text);
    return seen;
  } finally {
    cancel();
  }
}

/** Follows the log of an attempt that runs, however often its link breaks. */
export async function tail(log: Log, signal: AbortSignal): Promise<Seen | undefined> {
  const { at, state, events } = log;
  const seen = await insistOn(
    log,
    signal,
    () => {},
    (text) => state.output.note(text),
  );
  if (seen?.state === 'refused') events.onLine?.('note', `the log can't be read here: ${seen.why}`, at, true);
  return seen;
}

/** Reads the log at the target until that says more than that the attempt runs; by nature it starts and ends nothing. */
async function insistOn(
  { engine, stored, place, at, state, events }: Log,
  signal: AbortSignal,
  onHeard: () => void,
  onNote: (text: string) => void,
): Promise<Seen | undefined> {
  const { journal } = stored;
  const target = journal?.steps[place.step]?.targets[place.target];
  if (!journal || !target) return undefined;
  const { have, fresh } = state;
  const reach = targetOf(engine, stored, journal, place, { readonly: true });
  for (let failures = 0; !signal.aborted; ) {
    fresh.late();
    const seen = await reach.follow({
      step: place.step,
      n: at.n,
      dir: target.dir,
      have,
      onOutput: (stream, bytes) => {
        failures = 0;
        onHeard();
        fresh.heard(engine.clock.now());
        state.hear(stream, bytes, at, events);
      },
      onNote,
      signal,
    });
    if (signal.aborted && seen.state === 'unreachable') break;
    if (seen.state !== 'unreachable' && seen.state !== 'running') return seen;
    if (seen.state === 'running') failures = 0;
    else if (++failures > 1) events.onTrouble?.(seen.why ?? 'no answer');
    await sleep(engine.clock, backoff(failures, TIMING.retry), signal);
  }
  return undefined;
}
