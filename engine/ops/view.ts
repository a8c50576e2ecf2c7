/** A journal as the rows and details of the screen; nothing but the journal is looked at. */
import { textOf } from '../expr/index.ts';
import { clean } from '../kube/sanitise.ts';
import type { LogLine, RunDetail, RunRow, RunStep } from '../protocol.ts';
import { isOver, isToBegin, type Journal, lastAttempt, nextPlace, stepAt, targetAt } from './journal.ts';
import { stepMessage, stepPhase, stepTimes } from './status.ts';
import { adoptWith, type Stored } from './store.ts';

/** Every text of a value made safe to draw: a journal may have been written by anybody who may write its object. */
export function drawable<T>(value: T): T {
  if (typeof value === 'string') return clean(value) as T;
  if (Array.isArray(value)) return value.map(drawable) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [clean(key), drawable(member)])) as T;
}

/** What a store knows of a run beside its journal. */
export interface RunMeta {
  namespace: string;
  name: string;
  uid: string;
  kept: RunRow['kept'];
}

const epoch = (time: string | undefined): number | undefined => {
  const at = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(at) ? undefined : at;
};

const optional = <K extends string>(key: K, value: number | undefined): { [P in K]?: number } =>
  value === undefined ? {} : ({ [key]: value } as { [P in K]?: number });

/** `silent`: its holder gave no sign of life as long as it was watched. */
function leftOf(journal: Journal, silent: boolean): Pick<RunRow, 'left'> {
  const { holder, left } = journal;
  if (isOver(journal) || isToBegin(journal) || journal.phase === 'Unknown') return {};
  if (holder && silent && !holder.settles)
    return { left: { by: holder.identity, ...optional('at', epoch(holder.at)), gone: true } };
  return (holder && !silent && !holder.settles) || !left
    ? {}
    : { left: { by: left.by, ...optional('at', epoch(left.at)), gone: false } };
}

export function runRow(meta: RunMeta, journal: Journal, silent = false): RunRow {
  const place = nextPlace(journal);
  const step = journal.question?.step ?? (place && !isOver(journal) ? stepAt(journal, place).name : '');
  return drawable({
    ...meta,
    definition: journal.definition.name,
    digest: journal.definition.digest,
    source: journal.definition.source,
    cluster: journal.cluster.name,
    phase: journal.phase,
    step,
    message: journal.message || (place ? underWay(journal) : ''),
    createdAt: epoch(journal.createdAt) ?? 0,
    ...optional('startedAt', epoch(journal.startedAt)),
    ...optional('finishedAt', epoch(journal.finishedAt)),
    holder: isOver(journal) || silent ? '' : (journal.holder?.identity ?? ''),
    ...leftOf(journal, silent),
    ...(journal.phase === 'Waiting' && journal.blockedBy ? { blockedBy: journal.blockedBy } : {}),
    ...(journal.phase === 'Waiting' && journal.waiter ? { waiter: journal.waiter.identity } : {}),
  });
}

function underWay(journal: Journal): string {
  const place = nextPlace(journal);
  if (!place || journal.phase !== 'Running') return '';
  const target = targetAt(journal, place);
  const attempt = lastAttempt(target);
  const of = stepAt(journal, place).targets.length;
  const turn = of > 1 ? ` (${place.target + 1} of ${of})` : '';
  return `${target.instance || 'job'}${turn}${attempt && attempt.n > 1 ? `, attempt ${attempt.n}` : ''}`;
}

export function runDetail(meta: RunMeta, journal: Journal, silent = false): RunDetail {
  return drawable<RunDetail>({
    ...runRow(meta, journal, silent),
    effect: journal.effect,
    parameters: journal.parameters.map(({ name, value }) => {
      const text = textOf(value);
      return { name, value: text.ok ? text.value : '' };
    }),
    conditions: journal.conditions,
    steps: journal.steps.map((step): RunStep => {
      const times = stepTimes(step);
      return {
        name: step.name,
        phase: stepPhase(step),
        ...optional('startedAt', epoch(times.startedAt)),
        ...optional('finishedAt', epoch(times.finishedAt)),
        message: stepMessage(step),
        targets: step.targets.map((target) => ({
          instance: target.instance,
          uid: target.uid,
          role: target.role,
          container: target.container,
          argv: target.argv,
          phase: lastAttempt(target)?.phase ?? 'Pending',
          attempts: target.attempts.map((attempt) => ({
            n: attempt.n,
            phase: attempt.phase,
            ...optional('startedAt', epoch(attempt.startedAt)),
            ...optional('finishedAt', epoch(attempt.finishedAt)),
            ...optional('exitCode', attempt.exitCode),
            message: attempt.message,
          })),
        })),
      };
    }),
    ...(journal.question
      ? {
          question: {
            step: journal.question.step,
            instance: journal.question.instance,
            text: journal.question.text,
          },
        }
      : {}),
  });
}

/** The log as far as the journal keeps it: the end of every attempt, and a note for what is not kept. */
export function keptLog(journal: Journal): LogLine[] {
  const lines: LogLine[] = [];
  for (const step of journal.steps) {
    for (const target of step.targets) {
      for (const attempt of target.attempts) {
        const add = (stream: LogLine['stream'], text: string) =>
          lines.push(drawable({ seq: lines.length, step: step.name, instance: target.instance, stream, text }));
        if (attempt.n > 1) add('note', `attempt ${attempt.n}`);
        const { output } = attempt;
        if (output && output.dropped > 0) add('note', `${output.dropped} earlier lines were not kept`);
        for (const line of output?.lines ?? []) add(line.stream, line.text);
      }
    }
  }
  return lines;
}

function metaOf(stored: Stored) {
  return { namespace: stored.ref.namespace, name: stored.ref.name, uid: stored.uid, kept: stored.kept };
}

/** A request that no engine has begun with, as the journal that it would begin with. */
function unborn(stored: Stored): Journal {
  const { spec, ref } = stored;
  return {
    version: 1,
    definition: {
      name: spec.opsDefinitionRef ?? spec.type ?? '',
      digest: stored.pin ?? '',
      source: 'cluster',
      spec: {},
    },
    cluster: { uid: '', namespace: ref.namespace, name: spec.clusterRef, kind: spec.clusterKind ?? '' },
    parameters: spec.parameters ?? [],
    effect: 'change',
    phase: stored.unreadable ? 'Unknown' : 'Pending',
    message: stored.unreadable ? 'its status was written by another program' : '',
    createdAt: stored.createdAt,
    conditions: [],
    steps: [],
    holder: null,
    verdicts: [],
  };
}

/** Of a run that is only shown that is said first: what it asks for is nothing that a key here could do. */
function seen(stored: Stored, silent: boolean): Journal {
  const journal = stored.journal ?? unborn(stored);
  if (!stored.unsealed || isOver(journal)) return journal;
  const { holder, left } = journal;
  const by = holder?.identity ?? left?.by ?? 'somebody else';
  const whose = holder && !silent ? `run by ${by}` : `left by ${by}`;
  const message = `${whose}, only shown here; to take it over: ${adoptWith(stored)}`;
  return { ...journal, message: journal.message ? `${message} (${journal.message})` : message };
}

/** A request is as old as its object, however long nobody began with it; a journal that came from elsewhere may be older. */
const asked = ({ createdAt }: Stored, told: number): number => Math.min(epoch(createdAt) ?? told, told || Infinity);

export const rowOf = (stored: Stored, silent = false): RunRow => {
  const row = runRow(metaOf(stored), seen(stored, silent), silent);
  return { ...row, createdAt: asked(stored, row.createdAt) };
};
export const detailOf = (stored: Stored, silent = false): RunDetail => ({
  ...runDetail(metaOf(stored), seen(stored, silent), silent),
  createdAt: rowOf(stored).createdAt,
  ...(stored.unsealed && stored.journal && !isOver(stored.journal) ? { adoptable: true as const } : {}),
});
