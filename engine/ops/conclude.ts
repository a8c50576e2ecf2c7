/** What follows for a run from its attempts. Pure. */
import type { RunPhase } from '../protocol.ts';
import { CONDITIONS, type RunName, setCondition } from './conditions.ts';
import { badPlace, isOver, type Journal, lastAttempt, nextPlace, type Question, stepAt, targetAt } from './journal.ts';

export function finish(journal: Journal, phase: RunPhase, message: string, now: string): Journal {
  const { question: _, blockedBy: __, waiter: ___, ...rest } = journal;
  return { ...rest, phase, message, finishedAt: now };
}

/** The phase that follows from the attempts: called after every change of them, and harmless when nothing has changed. */
export function conclude(run: RunName, journal: Journal, now: string): Journal {
  if (isOver(journal)) return journal;
  const bad = badPlace(journal);
  if (bad?.verdict === 'unknown') {
    const step = stepAt(journal, bad);
    const target = targetAt(journal, bad);
    const attempt = lastAttempt(target)!;
    const where = target.instance || 'its job';
    const question: Question = {
      step: step.name,
      instance: target.instance,
      attempt: attempt.n,
      text: `${step.name} on ${where}: the outcome is unknown: ${attempt.message}`,
    };
    return {
      ...journal,
      phase: 'Unknown',
      question,
      message: question.text,
      conditions: setCondition(
        journal.conditions,
        { type: 'Succeed', status: 'Unknown', reason: 'OutcomeUnknown', message: question.text },
        now,
      ),
    };
  }
  if (!bad && journal.steps.length > 0 && nextPlace(journal) === undefined) {
    const late = journal.cancel ? ' It had ended before the cancel took effect.' : '';
    const message = `${journal.definition.name} successfully.${late}`.replace(/\.$/, '');
    const conditions = setCondition(journal.conditions, CONDITIONS.succeed(run), now);
    return finish({ ...journal, conditions }, 'Succeed', message, now);
  }
  if (journal.cancel && (bad || noneUnderWay(journal))) {
    const why = bad ? lastAttempt(targetAt(journal, bad))?.message : '';
    const message = `cancelled${journal.cancel.by ? ` by ${journal.cancel.by}` : ''}${why ? `: ${why}` : ''}`;
    return failed(journal, 'Cancelled', 'OpsRequestCancelled', message, now);
  }
  if (!bad) return journal;
  const step = stepAt(journal, bad);
  const target = targetAt(journal, bad);
  const message = `${step.name}${target.instance ? ` on ${target.instance}` : ''}: ${lastAttempt(target)?.message}`;
  return failed(journal, 'Failed', 'OpsRequestFailed', message, now);
}

export const noneUnderWay = (journal: Journal): boolean =>
  journal.steps.every((step) =>
    step.targets.every((target) => {
      const last = lastAttempt(target);
      return last?.phase !== 'Intent' && last?.phase !== 'Running';
    }),
  );

export function failed(journal: Journal, phase: RunPhase, reason: string, message: string, now: string): Journal {
  const conditions = setCondition(journal.conditions, { type: 'Succeed', status: 'False', reason, message }, now);
  return finish({ ...journal, conditions }, phase, message, now);
}
