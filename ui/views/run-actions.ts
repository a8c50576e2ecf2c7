/** What can be done to a run: cancel it, settle an outcome that nobody knows. */
import type { RunDetail, RunRow } from '../../engine/protocol.ts';
import { type App, isActive } from '../app.ts';
import { timeOfDay } from '../rows/age.ts';
import { open, type Question, type RunView } from '../store/state.ts';
import { topicOf } from './logs.ts';

/** null: there is no such run; undefined: not told yet. */
export const detailOf = (app: App, view: RunView): RunDetail | null | undefined => app.data.run(topicOf(view));

/** Who executes it, or who did. */
export function executedBy({ holder, left, waiter }: RunRow): string {
  if (!left) return holder || `nobody yet${waiter ? `; ${waiter} began to wait with it` : ''}`;
  const at = left.at === undefined ? '' : timeOfDay(left.at);
  if (left.gone) return `nobody: ${left.by} is gone${at && `, last heard of at ${at}`}`;
  return `nobody: ${left.by} did${at && `, last heard of at ${at}`}`;
}

/** The run that this one waits for, as far as it is known here. */
export function blockerOf(app: App, { namespace, blockedBy }: RunRow): RunRow | undefined {
  if (blockedBy === undefined) return undefined;
  return Array.from(app.data.runs.byUid.values()).find(
    (row) => row.namespace === namespace && row.name === blockedBy && isActive(row),
  );
}

/** How it stands with the run that has the cluster: who waits for it has to know whether anybody is at it. */
export function standing(row: RunRow): string {
  const { phase, message, startedAt } = row;
  if (phase === 'Unknown') return message;
  const since = startedAt === undefined ? '' : ` since ${timeOfDay(startedAt)}`;
  return `${phase}${since}, executed by ${executedBy(row)}`;
}

/** How a shell takes it over. A definition that came from a file is nowhere else to be found. */
export const adoptCommand = ({ name, namespace, source }: Pick<RunRow, 'name' | 'namespace' | 'source'>): string =>
  `opsdeck adopt ${name} -n ${namespace}${source === 'file' ? ' -f FILE' : ''}`;

export const VERDICTS = {
  happened: 'it happened',
  'did-not': 'it did not: run again',
  abort: 'abort the run',
} as const;

/** Cancelling is asked for by name: it ends work that may be half done. */
export function askCancel(app: App, namespace: string, name: string): void {
  app.set({
    overlay: {
      kind: 'ask',
      text: `Cancel ${name}? What its steps have done stays done. y/n`,
      yes: () =>
        void app.ask('cancel', { namespace, name }).then((answer) => {
          if (answer.ok) app.say('info', `${name} is being cancelled.`);
          else app.say('error', answer.error);
        }),
    },
  });
}

/** Sends a person's verdict; the screen `id` shows that it is under way. */
export function sendVerdict(app: App, id: number, namespace: string, name: string, question: Question): void {
  const { verdict } = question;
  if (verdict === null || question.state === 'sending') return;
  const reason = question.reason.value.trim();
  if (reason === '') {
    app.say('warn', 'A reason is wanted: it is kept with the run.');
    return;
  }
  app.changeById(id, 'run', (v) => ({ ...v, question: { ...v.question, state: 'sending' } }));
  void app.ask('resolve', { namespace, name, verdict, reason }).then((answer) => {
    app.changeById(id, 'run', (v) => ({
      ...v,
      question: answer.ok
        ? { verdict: null, reason: { value: '', cursor: 0 }, state: 'asked' }
        : { ...v.question, state: 'asked' },
    }));
    if (!answer.ok) app.say('error', answer.error);
  });
}

/** What a run of somebody else would execute, planned anew: nothing of it is taken over before it was read. */
export function lookToAdopt(app: App, view: RunView): void {
  const { namespace, name } = view;
  app.say('info', `Planning ${name} anew…`);
  void app.ask('adoption', { namespace, name }).then((answer) => {
    if (!answer.ok) return app.say('error', answer.error);
    // The run was left meanwhile: its plan would stand over something else.
    if (app.top().id !== view.id) return;
    const { plan, claims, by } = answer.value;
    app.set({ message: null });
    app.open(open.plan(plan, null, {}, { namespace, name, claims, by }));
  });
}
