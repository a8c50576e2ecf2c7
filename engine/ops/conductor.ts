/** Conducts attempts, each from its intent or wherever it is, until its result is in the journal or somebody else has to see to it. */
import { type BackoffOptions, backoff, type Clock, sleep } from '../runtime/clock.ts';
import { type Judgement, judge } from './attempt.ts';
import type { RunEvents, Whereabouts } from './events.ts';
import type { Hold } from './hold.ts';
import { lastAttempt, type Place, stepAt, targetAt } from './journal.ts';
import { type AttemptTarget, type Conversation, HARMLESS, type Seen } from './target.ts';
import type { Told } from './told.ts';
import { record } from './transitions.ts';

export interface ConductorOptions {
  hold: Hold;
  clock: Clock;
  events: RunEvents;
  /** What of the log was told before, by following. */
  told: Told;
  /** Milliseconds. */
  timing: { patience: number; slowEnd: number; retry: BackoffOptions };
  random?: (() => number) | undefined;
  signal: AbortSignal;
}

/** This engine may not reach the target. */
export class Incapable extends Error {}

/** `look`: it may have been sent; it is followed if it was. */
type How = 'start' | 'look' | 'follow' | 'end';

export class Conductor {
  readonly #o: ConductorOptions;
  /** Attempts that this engine wrote the intent of and of which nothing can have arrived anywhere. */
  readonly #untouched = new Set<string>();

  constructor(options: ConductorOptions) {
    this.#o = options;
  }

  /** This engine wrote the intent of it a moment ago. */
  intended(place: Place, n: number): void {
    this.#untouched.add(keyOf(place, n));
  }

  /** Nothing of the attempt is needed at its target any longer. */
  release(target: AttemptTarget, n: number, discard: boolean): Promise<void> {
    const { events, signal } = this.#o;
    return target.release(n, discard, signal).catch((error: Error) => events.onTrouble?.(error.message));
  }

  /** False where it was only looked for, and was never started so far. */
  async conduct(how: How, target: AttemptTarget, place: Place, n: number, waking: AbortSignal): Promise<boolean> {
    const { hold, clock, events, timing, random } = this.#o;
    const { handle, heartbeat } = hold;
    const key = keyOf(place, n);
    const at = this.#whereabouts(place, n);
    const state = this.#o.told.of(at, events);
    const { output, have, fresh } = state;
    // An attempt of an earlier engine may have been writing for hours.
    if (!this.#untouched.has(key)) fresh.late();
    const before = lastAttempt(targetAt(handle.journal, place));
    let started = before?.phase === 'Running';
    let until = clock.monotonic() + timing.patience;
    // Of an attempt that an earlier engine sent, only when it was decided is known.
    let since = before?.intendedAt ?? hold.now();
    let told = false;
    try {
      for (let failures = 0; ; ) {
        if (failures > 0) fresh.late();
        const conversation: Conversation = {
          step: place.step,
          n,
          dir: targetAt(handle.journal, place).dir,
          have,
          onOutput: (stream, bytes) => {
            fresh.heard(clock.now());
            state.hear(stream, bytes, at, events);
          },
          onNote: (text) => output.note(text),
          onStarted: () => {
            if (!started && this.#untouched.has(key)) since = hold.now();
            if (!told) heartbeat.started({ place, n, output, since });
            started = told = true;
          },
          signal: waking,
        };
        const seen = await this.#converse(how, target, place, conversation);
        if (seen.state === 'running') started = true;
        // What was seen started is never sent again, even if its claim should vanish.
        if (started && how !== 'end') how = 'follow';
        hold.check();
        if (how === 'look' && seen.state === 'not-started') return false;
        if (!HARMLESS.includes(seen.state)) this.#untouched.delete(key);
        if (seen.state !== 'unreachable') until = clock.monotonic() + timing.patience;
        // Not a word of the target's: the conversation was ended here, by the end of this engine or by a cancel.
        if (waking.aborted && seen.state !== 'done') return true;
        const { cancel } = handle.journal;
        if (seen.state === 'done') state.end();
        let judgement: Judgement = judge(seen, {
          started,
          untouched: this.#untouched.has(key),
          cancelled: cancel !== undefined,
          lastWords: output.lastWords(),
        });
        if ('again' in judgement && judgement.again === 'later') {
          if (seen.state === 'refused' && failures >= 3) throw new Incapable(judgement.why);
          if (clock.monotonic() >= until) {
            const minutes = Math.round(timing.patience / 60_000);
            judgement = {
              settled: { phase: 'Unknown', message: `no answer for ${minutes} minutes: ${judgement.why}` },
            };
          }
        }
        if ('settled' in judgement) {
          const { settled } = judgement;
          output.end();
          // Of a process that was lost every byte is in its files; of a container that is gone nothing is.
          const unread = settled.phase === 'Unknown' && !['lost', 'claimed'].includes(seen.state);
          if (unread) output.note('what it may have printed after this could not be read');
          await hold.tryWriteResult(record(handle.runName, place, n, settled, hold.now(), output.tail()));
          await this.release(target, n, settled.phase === 'Cancelled' || settled.refused === true);
          return true;
        }
        if (judgement.again === 'later') {
          events.onTrouble?.(judgement.why);
          await sleep(clock, backoff(failures++, timing.retry, random), waking);
          if (waking.aborted) return true;
        } else failures = 0;
      }
    } finally {
      heartbeat.ended();
    }
  }

  #converse(how: How, target: AttemptTarget, place: Place, talk: Conversation): Promise<Seen> {
    if (how === 'end') return this.#end(target, place, talk);
    if (how === 'follow' || how === 'look') return target.follow(talk);
    const { ref, journal } = this.#o.hold.handle;
    const step = stepAt(journal, place);
    const env = { ...step.env, OPSDECK_ATTEMPT: `${ref.namespace}/${ref.name}/${step.name}/${talk.n}` };
    return target.start(talk, env, targetAt(journal, place).argv);
  }

  /** What takes its time to end is named, with the longest that it may take. */
  async #end(target: AttemptTarget, place: Place, talk: Conversation): Promise<Seen> {
    const { step, instance } = this.#whereabouts(place, talk.n);
    const where = instance || 'its Job';
    const slow = this.#o.clock.after(this.#o.timing.slowEnd, () =>
      talk.onNote(`${step} on ${where} still runs: it was asked to end and is killed after ${target.grace} s`),
    );
    try {
      return await target.end(talk);
    } finally {
      slow();
    }
  }

  #whereabouts(place: Place, n: number): Whereabouts {
    const { journal } = this.#o.hold.handle;
    return { step: stepAt(journal, place).name, instance: targetAt(journal, place).instance, n };
  }
}

const keyOf = (place: Place, n: number): string => `${place.step}.${place.target}.${n}`;
