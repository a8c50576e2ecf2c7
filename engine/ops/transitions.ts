/**
 * What may happen to a journal, one pure function each: it checks that the journal is as the caller believes and returns the
 * next one. A writer that lost its compare-and-set reads the journal anew and applies its transition again; `Stale` then means
 * that the world has moved on and the writer has to look again.
 */
import type { Identity } from '../runtime/identity.ts';
import { conclude, failed, finish, noneUnderWay } from './conclude.ts';
import { CONDITIONS, type RunName, setCondition } from './conditions.ts';
import {
  type AttemptRecord,
  badPlace,
  type Holder,
  isOver,
  isToBegin,
  isUnplanned,
  type Journal,
  lastAttempt,
  mayRetry,
  nextPlace,
  type OutputTail,
  type Place,
  stepAt,
  type TargetRecord,
  targetAt,
  type Verdict,
} from './journal.ts';

/** The journal no longer allows this transition. */
export class Stale extends Error {
  override readonly name = 'Stale';
}

/** Another engine holds the run now. */
export class Lost extends Error {
  override readonly name = 'Lost';
}

export type Transition = (journal: Journal) => Journal;

function require(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Stale(what);
}

/** Who may write: every transition of an executing engine goes through this. */
export const asHolder =
  (holder: Pick<Holder, 'identity' | 'epoch'>, transition: Transition): Transition =>
  (journal) => {
    const { holder: current } = journal;
    if (current?.identity !== holder.identity || current.epoch !== holder.epoch) {
      throw new Lost(current ? `${current.identity} executes this run` : 'this run was let go');
    }
    return transition(journal);
  };

/** Takes the run from nobody, or from a holder that the caller knows to be gone: the one at `epoch`. */
export const takeOver =
  (mine: Omit<Holder, 'epoch' | 'beat'>, from: { epoch: number; beat: number } | null): Transition =>
  (journal) => {
    const { holder } = journal;
    if (holder && (holder.epoch !== from?.epoch || holder.beat !== from.beat)) {
      throw new Lost(`${holder.identity} executes this run`);
    }
    const { left: before, ...rest } = journal;
    // Who left it is who executed it, and not who saw to its end in between.
    const left = mine.settles ? (leftBy(holder) ?? before) : undefined;
    const taken = { ...mine, epoch: (holder?.epoch ?? lastEpoch(journal)) + 1, beat: 0 };
    return { ...rest, ...(left ? { left } : {}), holder: taken };
  };

const leftBy = (holder: Holder | null): Journal['left'] =>
  holder && !holder.settles ? { by: holder.identity, at: holder.at ?? '' } : undefined;

/** A run that was let go keeps no holder; its epoch must grow all the same. */
const lastEpoch = (journal: Journal): number => journal.released ?? 0;

export const beat =
  (now: string): Transition =>
  (journal) =>
    journal.holder ? { ...journal, holder: { ...journal.holder, beat: journal.holder.beat + 1, at: now } } : journal;

/** The holder ends in order: another may go on at once. */
export const letGo: Transition = (journal) => {
  const { holder } = journal;
  if (!holder) return journal;
  const inTheMiddle = journal.phase === 'Running' || journal.phase === 'Cancelling';
  const left = inTheMiddle ? leftBy(holder) : undefined;
  return { ...journal, holder: null, released: holder.epoch, ...(left ? { left } : {}) };
};

/** The run is in order and begins. */
export const begin =
  (run: RunName, now: string): Transition =>
  (journal) => {
    require(isToBegin(journal), `the run is ${journal.phase}`);
    const { blockedBy: _, passed: __, waiter: ___, ...rest } = journal;
    let conditions = setCondition(journal.conditions, CONDITIONS.progressing(run), now);
    conditions = setCondition(conditions, CONDITIONS.validated(run), now);
    return { ...rest, phase: 'Running', message: '', startedAt: journal.startedAt ?? now, conditions };
  };

export const wait =
  (blocker: string, now: string, waiter?: Identity): Transition =>
  (journal) => {
    const untouched = journal.steps.every((step) => step.targets.every((t) => t.attempts.every(neverSent)));
    require(untouched && !isOver(journal), 'the run has begun');
    return {
      ...journal,
      // What was intended and never sent is taken back: it would be asked about later, at a container that may be another by then.
      steps: journal.steps.map((step) => ({
        ...step,
        targets: step.targets.map((target) => ({ ...target, attempts: [], dir: '' })),
      })),
      phase: 'Waiting',
      blockedBy: blocker,
      ...(waiter ? { waiter } : {}),
      message: `waits for ${blocker}, which has the cluster`,
      conditions: setCondition(
        journal.conditions,
        {
          type: 'Progressing',
          status: 'False',
          reason: 'ClusterExistOtherOperation',
          message: `Another operation is running: ${blocker}`,
        },
        now,
      ),
    };
  };

/** It could have begun for a long time, and nobody began it: it keeps no other from the cluster. In its own journal, or its engine, once it wakes, would not know. */
export const passBy =
  (by: string, now: string): Transition =>
  (journal) => {
    require(journal.phase === 'Waiting' && !journal.holder && !journal.cancel, `the run is ${journal.phase}`);
    if (journal.passed) return journal;
    return { ...journal, passed: { at: now, by }, message: `passed by for ${by}: nobody went on with it` };
  };

const neverSent = (attempt: AttemptRecord): boolean => attempt.phase === 'Intent' && attempt.startedAt === undefined;

/** The run can't be planned yet: it waits, and says for what. */
export const postpone =
  (reason: string, message: string, now: string): Transition =>
  (journal) => {
    require(isUnplanned(journal), `the run is ${journal.phase}`);
    const validated = { type: 'Validated', status: 'False', reason, message } as const;
    return { ...journal, message, conditions: setCondition(journal.conditions, validated, now) };
  };

/** The run can't begin: one sentence, under a reason of the seed's table. */
export const refuse =
  (reason: string, message: string, now: string): Transition =>
  (journal) => {
    require(!isOver(journal), `the run is ${journal.phase}`);
    return finish(
      {
        ...journal,
        conditions: setCondition(journal.conditions, { type: 'Validated', status: 'False', reason, message }, now),
      },
      'Failed',
      message,
      now,
    );
  };

/** The run can't go on, and nothing of it is under way. */
export const stop =
  (message: string, now: string): Transition =>
  (journal) => {
    require(!isOver(journal) && noneUnderWay(journal), `the run is ${journal.phase}`);
    return failed(journal, 'Failed', 'OpsRequestFailed', message, now);
  };

function changeTarget(journal: Journal, place: Place, change: (target: TargetRecord) => TargetRecord): Journal {
  const steps = journal.steps.map((step, s) =>
    s !== place.step
      ? step
      : { ...step, targets: step.targets.map((target, t) => (t === place.target ? change(target) : target)) },
  );
  return { ...journal, steps };
}

function changeAttempt(
  journal: Journal,
  place: Place,
  n: number,
  change: (attempt: AttemptRecord) => AttemptRecord,
): Journal {
  return changeTarget(journal, place, (target) => ({
    ...target,
    attempts: target.attempts.map((attempt) => (attempt.n === n ? change(attempt) : attempt)),
  }));
}

/** First contact: the directory in the container that is running now. Never replaced once an attempt was intended there. */
export const contacted =
  (place: Place, dir: string, found: Partial<Pick<TargetRecord, 'containerId' | 'uid' | 'argv'>> = {}): Transition =>
  (journal) => {
    const open = lastAttempt(targetAt(journal, place));
    require(!open || open.phase === 'Failed', 'an attempt was already intended');
    return changeTarget(journal, place, (target) => ({ ...target, ...found, dir }));
  };

/** Attempt `n` is decided. Only after this is in the journal may anything be sent. */
export const intend =
  (place: Place, n: number, now: string): Transition =>
  (journal) => {
    require(journal.phase === 'Running', `the run is ${journal.phase}`);
    require(!journal.cancel, 'the run is being cancelled');
    const next = nextPlace(journal);
    require(next?.step === place.step && next.target === place.target, 'another target is next');
    const step = stepAt(journal, place);
    const target = targetAt(journal, place);
    const last = lastAttempt(target);
    require(n === (last?.n ?? 0) + 1, `attempt ${last?.n ?? 0} is the last`);
    require(!last || mayRetry(step, target), `attempt ${last?.n} is ${last?.phase}`);
    return changeTarget(journal, place, (at) => ({
      ...at,
      attempts: [...at.attempts, { n, phase: 'Intent', intendedAt: now, message: '' }],
    }));
  };

/** The attempt was seen to have been started. */
export const seenRunning =
  (place: Place, n: number, now: string, output?: OutputTail): Transition =>
  (journal) => {
    const last = lastAttempt(targetAt(journal, place));
    require(last?.n === n && (last.phase === 'Intent' || last.phase === 'Running'), 'the attempt is over');
    return changeAttempt(journal, place, n, (attempt) => ({
      ...attempt,
      phase: 'Running',
      startedAt: attempt.startedAt ?? now,
      ...(output ? { output } : {}),
    }));
  };

/** What became of an attempt. */
export interface Result {
  phase: 'Succeeded' | 'Failed' | 'Unknown' | 'Cancelled';
  message: string;
  exitCode?: number;
  refused?: boolean;
}

/** The result of attempt `n`, and what follows from it for the run. */
export const record =
  (run: RunName, place: Place, n: number, result: Result, now: string, output?: OutputTail): Transition =>
  (journal) => {
    const last = lastAttempt(targetAt(journal, place));
    require(last?.n === n && (last.phase === 'Intent' || last.phase === 'Running'), 'the attempt is over');
    const next = changeAttempt(journal, place, n, (attempt) => ({
      ...attempt,
      ...result,
      ...(result.refused || result.phase === 'Cancelled' ? {} : { startedAt: attempt.startedAt ?? attempt.intendedAt }),
      finishedAt: now,
      ...(output ? { output } : {}),
    }));
    return conclude(run, next, now);
  };

/** The end is asked for. What runs is ended next; what waits ends here. */
export const cancel =
  (run: RunName, by: string, now: string): Transition =>
  (journal) => {
    require(!isOver(journal), `the run is ${journal.phase}`);
    if (journal.cancel) return journal;
    const next: Journal = { ...journal, cancel: { at: now, by } };
    // An unknown outcome stays a question: only the person who knows can close it, by `abort` at least.
    if (journal.phase === 'Unknown') return next;
    if (noneUnderWay(next)) return conclude(run, next, now);
    const place = nextPlace(next);
    const what =
      place && `${stepAt(next, place).name} on ${targetAt(next, place).instance || 'its Job'} is asked to end`;
    return {
      ...next,
      phase: 'Cancelling',
      message: `being cancelled${by ? ` by ${by}` : ''}${what ? `: ${what}` : ''}`,
    };
  };

/** A person's word on the unknown outcome. `did-not`: a further attempt follows. */
export const resolve =
  (run: RunName, verdict: Verdict['verdict'], who: string, reason: string, now: string): Transition =>
  (journal) => {
    const { question, ...rest } = journal;
    require(journal.phase === 'Unknown' && question !== undefined, `the run is ${journal.phase}, nothing is asked`);
    const bad = badPlace(journal);
    require(bad?.verdict === 'unknown', 'nothing is unknown');
    const entry: Verdict = {
      at: now,
      who,
      step: question.step,
      instance: question.instance,
      attempt: question.attempt,
      verdict,
      reason,
    };
    const verdicts = [...journal.verdicts, entry];
    const because = `${who}: ${reason}`;
    const open: Journal = { ...rest, verdicts, phase: 'Running', message: '' };
    if (verdict === 'abort') {
      const next = changeAttempt(open, bad, question.attempt, (attempt) => ({
        ...attempt,
        message: `${attempt.message}; given up by ${because}`,
      }));
      return failed(next, 'Failed', 'OpsRequestFailed', `given up with an unknown outcome by ${because}`, now);
    }
    const next = changeAttempt(open, bad, question.attempt, (attempt) => ({
      ...attempt,
      phase: verdict === 'happened' ? 'Succeeded' : 'Failed',
      resolved: verdict,
      message: `${verdict === 'happened' ? 'it happened' : 'it did not happen'}, says ${because}`,
    }));
    // The container may be another one by now: a further attempt begins with a new first contact.
    const again = verdict === 'did-not' ? changeTarget(next, bad, (target) => ({ ...target, dir: '' })) : next;
    return conclude(run, again, now);
  };
