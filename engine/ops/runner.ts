/** Executes one run from wherever its journal stands to its verdict, or to where another has to go on. */
import { randomBytes } from 'node:crypto';
import { backoff, type Clock, sleep } from '../runtime/clock.ts';
import { type Judgement, judge, nextMove } from './attempt.ts';
import type { RunEvents, Whereabouts } from './events.ts';
import { type RunHandle, Vanished } from './handle.ts';
import { Heartbeat } from './heartbeat.ts';
import { insist } from './insist.ts';
import { isOver, type Journal, lastAttempt, nextPlace, type Place, stepAt, targetAt } from './journal.ts';
import type { Output } from './output.ts';
import { argvFor } from './plan.ts';
import { type AttemptTarget, type Conversation, HARMLESS, type Seen } from './target.ts';
import type { Told } from './told.ts';
import {
  begin,
  cancel,
  contacted,
  intend,
  Lost,
  letGo,
  record,
  Stale,
  stop,
  type Transition,
  wait,
} from './transitions.ts';

export interface RunnerOptions {
  handle: RunHandle;
  clock: Clock;
  targetFor(journal: Journal, place: Place): AttemptTarget;
  /** The name of the run that has the cluster, if one has. Asked after the run is in its store. */
  blocker(handle: RunHandle, fresh: boolean, signal: AbortSignal): Promise<string | undefined>;
  /** Which holder is taken over; null for none. */
  from: { epoch: number; beat: number } | null;
  /** The targets were read a moment ago. */
  fresh: boolean;
  events: RunEvents;
  /** What of the log was told before, by following. */
  told: Told;
  timing?: Partial<typeof TIMING>;
  random?: () => number;
}

/** Milliseconds. */
export const TIMING = {
  /** Between signs of life in the journal. */
  beat: 10_000,
  /** A command that runs longer is shown as running to those who read the journal. */
  markRunning: 2000,
  /** A target that gives no answer for so long: what became of the attempt is unknown. */
  patience: 300_000,
  /** A command that was asked to end and runs on for so long is named. */
  slowEnd: 2000,
  retry: { base: 300, cap: 10_000 },
};

/**
 * `over`, `unknown` (a person has to say), `waiting` (for the run that has the cluster), `stopped` (by the signal; what runs
 * goes on), `lost` (another engine has it), `vanished` (its journal was deleted), `incapable` (this engine may not reach it).
 */
export type Ending =
  | { ending: 'over' | 'unknown' | 'waiting' | 'stopped' }
  | { ending: 'lost' | 'vanished' | 'incapable'; why: string };

/** It could not even begin, and nothing of it is kept anywhere. */
export class NotBegun extends Error {
  override readonly name = 'NotBegun';
}

class Incapable extends Error {}

export async function execute(options: RunnerOptions, signal: AbortSignal): Promise<Ending> {
  const runner = new Runner(options, signal);
  try {
    return await runner.run();
  } catch (error) {
    if (error instanceof Lost) return { ending: 'lost', why: error.message };
    if (error instanceof Vanished) return { ending: 'vanished', why: error.message };
    if (error instanceof Incapable) {
      await runner.release();
      return { ending: 'incapable', why: error.message };
    }
    if (signal.aborted) return { ending: 'stopped' };
    throw error;
  } finally {
    runner.dispose();
  }
}

class Runner {
  readonly #o: RunnerOptions;
  readonly #signal: AbortSignal;
  readonly #timing: typeof TIMING;
  /** Decided, and to be written with the next intent: one request instead of three. */
  #prelude: Transition[] = [];
  #attention = new AbortController();
  readonly #heartbeat: Heartbeat;
  /** Attempts that this engine wrote the intent of and of which nothing can have arrived anywhere. */
  readonly #untouched = new Set<string>();
  #failure: unknown;

  constructor(options: RunnerOptions, signal: AbortSignal) {
    this.#o = options;
    this.#signal = signal;
    this.#timing = { ...TIMING, ...options.timing };
    this.#heartbeat = new Heartbeat({
      handle: options.handle,
      clock: options.clock,
      timing: this.#timing,
      signal,
      onLost: (error) => {
        this.#failure = error;
        this.#attention.abort();
      },
    });
  }

  get #handle(): RunHandle {
    return this.#o.handle;
  }

  #now = (): string => new Date(this.#o.clock.now()).toISOString();

  /** The journal with what is decided and not yet written. */
  #journal(): Journal {
    return this.#prelude.reduce((journal, transition) => transition(journal), this.#handle.journal);
  }

  async #write(...transitions: Transition[]): Promise<void> {
    const all = [...this.#prelude, ...transitions];
    this.#prelude = [];
    const together: Transition = (journal) => all.reduce((before, transition) => transition(before), journal);
    if (this.#handle.held) await this.#handle.write(together, this.#signal);
    else {
      await this.#handle.take(this.#o.from, together);
      this.#heartbeat.start();
    }
  }

  dispose(): void {
    this.#heartbeat.stop();
    this.#deaf();
  }

  #deaf: () => void = () => {};

  /** Others may go on at once. Not waited for long: a hold that is not let go runs out. */
  async release(): Promise<void> {
    this.#heartbeat.stop();
    if (this.#handle.held) await this.#handle.write(letGo, AbortSignal.timeout(3000)).catch(() => {});
  }

  async run(): Promise<Ending> {
    const kept = this.#handle.stored !== undefined;
    // A run that is kept already has to be held before anything is decided about it.
    if (kept) {
      await this.#write();
      await this.#releaseSettled();
    }
    // What others ask of the run must reach a conversation that may last for hours.
    this.#deaf = this.#handle.onChange(() => {
      if (this.#handle.cancelRequested) this.#attention.abort();
    });
    for (;;) {
      if (this.#failure) throw this.#failure;
      if (this.#signal.aborted) {
        await this.release();
        return { ending: 'stopped' };
      }
      this.#attention = new AbortController();
      const asked = this.#handle.cancelRequested;
      if (asked) await this.#tryWrite(cancel(this.#handle.runName, asked.by, this.#now()));
      const journal = this.#journal();
      if (isOver(journal)) {
        await this.#leave(journal);
        await this.release();
        return { ending: 'over' };
      }
      if (journal.phase === 'Unknown') {
        await this.release();
        return { ending: 'unknown' };
      }
      if (journal.phase === 'Pending' || journal.phase === 'Waiting') {
        const blocker = kept ? await this.#blocker(false) : undefined;
        if (blocker !== undefined) {
          await this.#yieldTo(blocker);
          return { ending: 'waiting' };
        }
        this.#prelude.push(begin(this.#handle.runName, this.#now()));
        continue;
      }
      const place = nextPlace(journal);
      if (!place) throw new Error(`run ${this.#handle.ref.name} is ${journal.phase} and nothing is left to do`);
      const blocked = await this.#step(journal, place);
      if (blocked) return { ending: 'waiting' };
    }
  }

  /** An engine may have ended between an attempt's last word and letting its Job go. */
  async #releaseSettled(): Promise<void> {
    const { journal } = this.#handle;
    for (const [step, { via, targets }] of journal.steps.entries()) {
      if (via !== 'job') continue;
      for (const [target, { attempts }] of targets.entries()) {
        for (const { n, phase } of attempts) {
          if (phase === 'Intent' || phase === 'Running' || phase === 'Unknown') continue;
          await this.#release(this.#o.targetFor(journal, { step, target }), n, false);
        }
      }
    }
  }

  #release(target: AttemptTarget, n: number, discard: boolean): Promise<void> {
    const { onTrouble } = this.#o.events;
    return target.release(n, discard, this.#signal).catch((error: Error) => onTrouble?.(error.message));
  }

  async #leave(journal: Journal): Promise<void> {
    for (const [step, { via, targets }] of journal.steps.entries()) {
      for (const [target, { dir }] of targets.entries())
        if (via === 'exec' && dir !== '') await this.#o.targetFor(journal, { step, target }).leave?.(dir);
    }
  }

  /** Whom it has to wait for. Nothing is begun before that is known, and nothing given up because it can't be asked now. */
  #blocker(fresh: boolean): Promise<string | undefined> {
    return insist(() => this.#o.blocker(this.#handle, fresh, this.#signal), {
      clock: this.#o.clock,
      signal: this.#signal,
      onTrouble: this.#o.events.onTrouble,
      retry: this.#timing.retry,
      random: this.#o.random,
    });
  }

  /** Waits in the store, held by nobody: whichever engine sees the cluster free goes on with it. */
  async #yieldTo(blocker: string): Promise<void> {
    this.#heartbeat.stop();
    await this.#write(wait(blocker, this.#now()), letGo);
  }

  /** A transition that the present journal may no longer allow; then the loop looks again. */
  async #tryWrite(...transitions: Transition[]): Promise<boolean> {
    try {
      await this.#write(...transitions);
      return true;
    } catch (error) {
      if (error instanceof Stale) return false;
      throw error;
    }
  }

  async #step(journal: Journal, place: Place): Promise<boolean> {
    const move = nextMove(journal, place);
    const target = this.#o.targetFor(journal, place);
    switch (move.move) {
      case 'rest':
        throw new Error(`nothing to do at step ${place.step}, target ${place.target}`);
      case 'contact':
        await this.#contact(target, place);
        return false;
      case 'intend': {
        const created = this.#handle.stored === undefined;
        if (!(await this.#tryWrite(intend(place, move.n, this.#now())))) return false;
        this.#untouched.add(keyOf(place, move.n));
        await target.kept?.(targetAt(this.#handle.journal, place).dir);
        if (!created) return false;
        const blocker = await this.#blocker(true);
        if (blocker !== undefined) await this.#yieldTo(blocker);
        return blocker !== undefined;
      }
      default:
        await this.#attempt(move.move, target, place, move.n);
        return false;
    }
  }

  async #contact(target: AttemptTarget, place: Place): Promise<void> {
    const verify = !this.#o.fresh || place.target > 0 || place.step > 0 || this.#handle.stored !== undefined;
    const successor = lastAttempt(targetAt(this.#journal(), place))?.resolved === 'did-not';
    const until = this.#o.clock.monotonic() + (this.#handle.stored ? this.#timing.patience : 20_000);
    for (let failures = 0; ; failures++) {
      // Of each try its own: what a try that was not heard has made would be in the way of the next one, which then went elsewhere.
      const token = `${this.#handle.ref.name}-${randomBytes(4).toString('hex')}`.slice(-80);
      const answer = await target.contact(token, { verify, successor, run: this.#handle.ref.name }, this.#waking());
      if (this.#signal.aborted || this.#attention.signal.aborted) return;
      if (answer.kind === 'ready') {
        const { pod, containerId } = answer;
        const argv = pod && argvFor(this.#journal(), pod.ip);
        if (argv && !argv.ok) {
          await this.#write(stop(argv.error, this.#now()));
          return;
        }
        const found = {
          ...(containerId ? { containerId } : {}),
          ...(pod && argv ? { uid: pod.uid, argv: argv.value } : {}),
        };
        this.#prelude.push(contacted(place, answer.dir, found));
        return;
      }
      if (answer.kind === 'unreachable' && this.#o.clock.monotonic() < until) {
        this.#o.events.onTrouble?.(answer.why);
        await sleep(this.#o.clock, backoff(failures, this.#timing.retry, this.#o.random), this.#waking());
        continue;
      }
      if (!this.#handle.stored) throw new NotBegun(answer.why);
      await this.#write(stop(answer.why, this.#now()));
      return;
    }
  }

  #waking = (): AbortSignal => AbortSignal.any([this.#signal, this.#attention.signal]);

  /** One attempt, from its intent or wherever it is, until its result is in the journal or somebody else has to see to it. */
  async #attempt(how: 'start' | 'follow' | 'end', target: AttemptTarget, place: Place, n: number): Promise<void> {
    const key = keyOf(place, n);
    const at = this.#whereabouts(place, n);
    const state = this.#o.told.of(at, this.#o.events);
    const { output, have, fresh } = state;
    const { clock, events } = this.#o;
    // An attempt of an earlier engine may have been writing for hours.
    if (!this.#untouched.has(key)) fresh.late();
    const before = lastAttempt(targetAt(this.#handle.journal, place));
    let started = before?.phase === 'Running';
    let until = clock.monotonic() + this.#timing.patience;
    // Of an attempt that an earlier engine sent, only when it was decided is known.
    let since = before?.intendedAt ?? this.#now();
    let told = false;
    try {
      for (let failures = 0; ; ) {
        if (failures > 0) fresh.late();
        const conversation: Conversation = {
          step: place.step,
          n,
          dir: targetAt(this.#handle.journal, place).dir,
          have,
          onOutput: (stream, bytes) => {
            fresh.heard(clock.now());
            state.hear(stream, bytes, at, events);
          },
          onNote: (text) => output.note(text),
          onStarted: () => {
            if (!started && this.#untouched.has(key)) since = this.#now();
            if (!told) this.#heartbeat.started({ place, n, output, since });
            started = told = true;
          },
          signal: this.#waking(),
        };
        const seen = await this.#converse(how, target, place, conversation);
        if (seen.state === 'running') started = true;
        // What was seen started is never sent again, even if its claim should vanish.
        if (started && how === 'start') how = 'follow';
        if (this.#failure) throw this.#failure;
        if (!HARMLESS.includes(seen.state)) this.#untouched.delete(key);
        if (seen.state !== 'unreachable') until = clock.monotonic() + this.#timing.patience;
        // Not a word of the target's: the conversation was ended here, by the end of this engine or by a cancel.
        const woken = this.#signal.aborted || this.#attention.signal.aborted;
        if (woken && seen.state !== 'done') return;
        const { cancel: cancelled } = this.#handle.journal;
        if (seen.state === 'done') state.end();
        let judgement: Judgement = judge(seen, {
          started,
          untouched: this.#untouched.has(key),
          cancelled: cancelled !== undefined,
          lastWords: output.lastWords(),
        });
        if ('again' in judgement && judgement.again === 'later') {
          if (seen.state === 'refused' && failures >= 3) throw new Incapable(judgement.why);
          if (clock.monotonic() >= until) {
            const minutes = Math.round(this.#timing.patience / 60_000);
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
          await this.#record(place, n, settled, output);
          const discard = settled.phase === 'Cancelled' || settled.refused === true;
          await this.#release(target, n, discard);
          return;
        }
        if (judgement.again === 'later') {
          events.onTrouble?.(judgement.why);
          await sleep(clock, backoff(failures++, this.#timing.retry, this.#o.random), this.#waking());
          if (this.#signal.aborted || this.#attention.signal.aborted) return;
        } else failures = 0;
      }
    } finally {
      this.#heartbeat.ended();
    }
  }

  #converse(how: 'start' | 'follow' | 'end', target: AttemptTarget, place: Place, talk: Conversation): Promise<Seen> {
    if (how === 'end') return this.#end(target, place, talk);
    if (how === 'follow') return target.follow(talk);
    const { name, namespace } = this.#handle.ref;
    const step = stepAt(this.#handle.journal, place);
    const env = { ...step.env, OPSDECK_ATTEMPT: `${namespace}/${name}/${step.name}/${talk.n}` };
    return target.start(talk, env, targetAt(this.#handle.journal, place).argv);
  }

  /** What takes its time to end is named, with the longest that it may take. */
  async #end(target: AttemptTarget, place: Place, talk: Conversation): Promise<Seen> {
    const { step, instance } = this.#whereabouts(place, talk.n);
    const where = instance || 'its Job';
    const slow = this.#o.clock.after(this.#timing.slowEnd, () =>
      talk.onNote(`${step} on ${where} still runs: it was asked to end and is killed after ${target.grace} s`),
    );
    try {
      return await target.end(talk);
    } finally {
      slow();
    }
  }

  async #record(place: Place, n: number, result: Parameters<typeof record>[3], output: Output): Promise<void> {
    const { runName } = this.#handle;
    // A run that is over, or asks a person, is nobody's: let go in the same write.
    const done = record(runName, place, n, result, this.#now(), output.tail());
    await this.#tryWrite((journal) => {
      const next = done(journal);
      if (!isOver(next) && next.phase !== 'Unknown') return next;
      this.#heartbeat.stop();
      return letGo(next);
    });
  }

  #whereabouts(place: Place, n: number): Whereabouts {
    const { name } = stepAt(this.#handle.journal, place);
    return { step: name, instance: targetAt(this.#handle.journal, place).instance, n };
  }
}

const keyOf = (place: Place, n: number): string => `${place.step}.${place.target}.${n}`;
