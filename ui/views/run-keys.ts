/** Keys of a run: cancel it, settle what nobody knows, look closer. */
import { type App, isActive } from '../app.ts';
import type { Binding } from '../keys/bindings.ts';
import { timeOfDay } from '../rows/age.ts';
import { targetsOf } from '../rows/steps.ts';
import { open, type Question, type RunView } from '../store/state.ts';
import { textField } from '../store/text.ts';
import { plainPen } from './lists.ts';
import { changeLog } from './logs.ts';
import { commandLines } from './quote.ts';
import { adoptCommand, askCancel, blockerOf, detailOf, lookToAdopt, sendVerdict, VERDICTS } from './run-actions.ts';
import { showYaml } from './text.ts';

const current = (app: App): RunView | null => {
  const view = app.top();
  return view.view === 'run' ? view : null;
};

/** Every argv, attempt and message, as they were sent. */
function showSent(app: App, view: RunView): void {
  const run = detailOf(app, view);
  if (!run) return;
  const pen = plainPen(app);
  const columns = app.state().columns - 10;
  const lines: string[] = [];
  for (const step of run.steps) {
    lines.push(`${step.name}: ${step.phase}${step.message ? `: ${step.message}` : ''}`);
    for (const target of step.targets) {
      lines.push(
        `  ${target.instance}${target.role ? ` (${target.role})` : ''} container ${target.container}: ${target.phase}`,
      );
      lines.push(`    uid ${target.uid}`);
      for (const line of commandLines(target.argv, columns, pen.wrap)) lines.push(`    ${line}`);
      for (const a of target.attempts) {
        const end = a.exitCode === undefined ? '' : `, exit code ${a.exitCode}`;
        const at = a.startedAt === undefined ? '' : ` ${timeOfDay(a.startedAt)}`;
        for (const line of pen.wrapWords(
          `attempt ${a.n}: ${a.phase}${at}${end}${a.message && !end.endsWith(a.message) ? `: ${a.message}` : ''}`,
          columns,
        ))
          lines.push(`    ${line}`);
      }
    }
  }
  app.open(open.text(`What ${view.name} sent`, lines));
}

const choose = (verdict: Exclude<Question['verdict'], null>) => (app: App) =>
  app.change('run', (v) => ({ ...v, question: { ...v.question, verdict } }));

const verdictBinding = (key: string, verdict: Exclude<Question['verdict'], null>, rank: number): Binding => ({
  id: `question.${verdict}`,
  keys: [key],
  context: 'question',
  hint: VERDICTS[verdict],
  description: `unknown outcome: ${VERDICTS[verdict]} (a reason is wanted)`,
  rank,
  effect: 'change',
  run: choose(verdict),
});

const active = (app: App): true | string => {
  const view = current(app);
  const run = view && detailOf(app, view);
  if (!run) return 'The run has not been read yet.';
  return isActive(run) ? true : `${run.name} has ended: ${run.phase}.`;
};

const adoptable = (app: App): true | string => {
  const view = current(app);
  const run = view && detailOf(app, view);
  if (!run) return 'The run has not been read yet.';
  return run.adoptable ? true : `${run.name} is not somebody else's: there is nothing to take over.`;
};

/** A definition that came from a file can only be given to the command. */
const adoptableHere = (app: App): true | string => {
  const may = adoptable(app);
  const view = current(app);
  const run = view && detailOf(app, view);
  return may === true && run?.source === 'file'
    ? `Its definition came from a file; take it over with: ${adoptCommand(run)}`
    : may;
};

export const runBindings: readonly Binding[] = [
  verdictBinding('h', 'happened', 1),
  verdictBinding('n', 'did-not', 2),
  verdictBinding('a', 'abort', 3),
  {
    id: 'question.send',
    keys: ['enter'],
    context: 'question',
    hint: 'send',
    description: 'send the verdict with its reason',
    rank: 4,
    effect: 'change',
    when: (app) => (current(app)?.question.verdict ? true : 'Choose first: h, n or a.'),
    run: (app) => {
      const view = current(app);
      if (view) sendVerdict(app, view.id, view.namespace, view.name, view.question);
    },
  },
  {
    id: 'question.leave',
    keys: ['esc'],
    context: 'question',
    hint: 'back',
    description: 'choose another verdict, or go back',
    rank: 5,
    run: (app) => {
      const view = current(app);
      if (view?.question.verdict)
        app.change('run', (v) => ({ ...v, question: { ...v.question, verdict: null, reason: textField() } }));
      else app.back();
    },
  },
  {
    id: 'run.cancel',
    keys: ['c', 'x'],
    context: 'run',
    hint: 'cancel',
    description: 'cancel this run',
    rank: 10,
    effect: 'change',
    when: active,
    run: (app) => {
      const view = current(app);
      if (view) askCancel(app, view.namespace, view.name);
    },
  },
  {
    id: 'run.adopt',
    keys: ['A'],
    context: 'run',
    hint: 'take over',
    description: 'take over a run of somebody else, after a look at what it would execute',
    rank: 5,
    effect: 'change',
    when: adoptableHere,
    run: (app) => {
      const view = current(app);
      if (view) lookToAdopt(app, view);
    },
  },
  {
    id: 'run.blocker',
    keys: ['b'],
    context: 'run',
    hint: 'what it waits for',
    description: 'the run that has the cluster, and what can be done about it',
    rank: 7,
    when: (app) => {
      const view = current(app);
      const run = view && detailOf(app, view);
      if (!run) return 'The run has not been read yet.';
      return blockerOf(app, run) ? true : `${run.name} waits for no other run.`;
    },
    run: (app) => {
      const view = current(app);
      const run = view && detailOf(app, view);
      const blocker = run && blockerOf(app, run);
      if (blocker) app.open(open.run(blocker.namespace, blocker.name));
    },
  },
  {
    id: 'run.copy',
    keys: ['C'],
    context: 'run',
    hint: 'copy command',
    description: 'copy the command that takes over a run of somebody else without a screen',
    rank: 6,
    when: adoptable,
    run: (app) => {
      const view = current(app);
      const run = view && detailOf(app, view);
      if (!run) return;
      app.host.copy(adoptCommand(run));
      app.say('info', 'Copied the command');
    },
  },
  {
    id: 'run.step',
    keys: ['enter'],
    context: 'run',
    hint: 'only this step',
    description: 'show the log of the chosen step only, or of all again',
    rank: 40,
    when: (app) => (current(app)?.focus === 'steps' ? true : 'Choose a step first: tab goes to the steps.'),
    run: (app) => {
      const view = current(app);
      const run = view && detailOf(app, view);
      const rows = run ? targetsOf(run) : [];
      const row = rows.find((r) => r.id === view?.at) ?? rows[0];
      if (!view || !row) return;
      const same = view.log.step === row.step && view.log.instance === row.instance;
      changeLog(app, view, (log) => ({ ...log, step: same ? '' : row.step, instance: same ? '' : row.instance }));
    },
  },
  {
    id: 'run.yaml',
    keys: ['y'],
    context: 'run',
    hint: 'yaml',
    description: 'the journal of this run as YAML',
    rank: 50,
    when: (app) => {
      const view = current(app);
      return view && detailOf(app, view) ? true : 'The run has not been read yet.';
    },
    run: (app) => {
      const view = current(app);
      const run = view && detailOf(app, view);
      if (run) showYaml(app, 'run', run.uid, `${run.namespace}/${run.name}`);
    },
  },
  {
    id: 'run.sent',
    keys: ['@'],
    context: 'run',
    hint: 'sent',
    description: 'exactly what was sent, attempt by attempt',
    rank: 60,
    run: (app) => {
      const view = current(app);
      if (view) showSent(app, view);
    },
  },
];
