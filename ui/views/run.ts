/** One run, live: conditions, steps and their targets over the log; an outcome nobody knows is asked about on top. */
import type { RunDetail, RunRow } from '../../engine/protocol.ts';
import { type App, isActive } from '../app.ts';
import { SCROLLING } from '../keys/contexts.ts';
import type { Rect } from '../layout.ts';
import { paintField } from '../panes/footer.ts';
import { paintLog } from '../panes/log.ts';
import { type Pen, rule } from '../pen.ts';
import { clock, timeOfDay, took } from '../rows/age.ts';
import { width } from '../rows/fit.ts';
import { freshnessPart } from '../rows/freshness.ts';
import { PHASE } from '../rows/health.ts';
import { stepRow, targetsOf } from '../rows/steps.ts';
import { freshnessOf } from '../store/data.ts';
import { scrollTo } from '../store/list.ts';
import type { Question, RunView } from '../store/state.ts';
import { labelled } from './detail.ts';
import { plainPen, ruleKind } from './lists.ts';
import { logFilter, moveLog, topicOf } from './logs.ts';
import { adoptCommand, blockerOf, detailOf, executedBy, standing, VERDICTS } from './run-actions.ts';
import { runBindings } from './run-keys.ts';
import type { View } from './view.ts';

/** Median time of the last runs of the same operation that succeeded; 0 when there is none. */
function usualTime(app: App, run: RunRow): number {
  const times = Array.from(app.data.runs.byUid.values())
    .filter(
      (r) =>
        r.definition === run.definition &&
        r.phase === 'Succeed' &&
        r.startedAt !== undefined &&
        r.finishedAt !== undefined,
    )
    .sort((a, b) => b.createdAt - a.createdAt)
    .slice(0, 5)
    .map((r) => (r.finishedAt ?? 0) - (r.startedAt ?? 0))
    .sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? 0;
}

function titleOf(
  app: App,
  view: RunView,
  run: RunDetail | null | undefined,
  pen: Pen,
): { title: string; right: string } {
  if (!run) return { title: view.name, right: '' };
  const title = `${run.name} ${pen.glyphs.dot} ${run.cluster} ${pen.glyphs.dot} ${run.phase}`;
  if (run.startedAt === undefined) return { title, right: `asked for ${pen.age(run.createdAt)} ago` };
  if (run.finishedAt !== undefined) return { title, right: `took ${took(run.finishedAt - run.startedAt)}` };
  if (run.adoptable) return { title, right: `started ${timeOfDay(run.startedAt)}` };
  pen.changesIn(1_000 - ((pen.now - run.startedAt) % 1_000));
  const usual = usualTime(app, run);
  return { title, right: clock(pen.now - run.startedAt) + (usual > 0 ? ` of about ${clock(usual)}` : '') };
}

/** `Validated 03:20:01   Progressing 03:20:02   Succeed –`, in the order of the journal. */
function conditionsLine(run: RunDetail, columns: number, pen: Pen): string {
  let out = ' ';
  let left = columns - 2;
  for (const c of run.conditions) {
    const word = c.status === 'False' ? `${c.type} no (${c.reason})` : c.type;
    const time = c.status === 'Unknown' ? pen.glyphs.dash : timeOfDay(Date.parse(c.lastTransitionTime));
    const text = pen.safe(`${word} ${time}`);
    if (width(text) + 2 > left) break;
    left -= width(text) + 3;
    const token = c.status === 'False' ? 'bad' : c.type === 'Succeed' && c.status === 'True' ? 'good' : null;
    out += ` ${token ? pen.style(token, text) : text}  `;
  }
  return out.trimEnd();
}

function questionLines(run: RunDetail, question: Question, columns: number, pen: Pen): string[] {
  if (!run.question) return [];
  const { step, instance, text } = run.question;
  const lines = [rule(pen, columns, 'danger', `${step} on ${instance}: the outcome is unknown`)];
  for (const piece of pen.wrapWords(text, columns - 4)) lines.push(`  ${piece}`);
  const key = (k: string, what: string) => `${pen.style('key', k)} ${what}`;
  if (run.adoptable && run.source === 'file')
    lines.push(
      ...pen.wrapWords(`take the run over first: ${adoptCommand(run)}`, columns - 4).map((text) => `  ${text}`),
    );
  else if (run.adoptable) lines.push(`  ${key('A', 'take the run over first: it is somebody else’s')}`);
  else if (question.verdict === null)
    lines.push(`  ${key('h', VERDICTS.happened)}   ${key('n', VERDICTS['did-not'])}   ${key('a', VERDICTS.abort)}`);
  else
    lines.push(
      question.state === 'sending'
        ? `  ${VERDICTS[question.verdict]}: sending${pen.glyphs.ellipsis}`
        : `  ${pen.style('attention', VERDICTS[question.verdict])}, because: ${paintField(question.reason, columns - 36, pen)}`,
    );
  return lines;
}

/** Everything over the list of steps. */
function headLines(app: App, view: RunView, run: RunDetail | null | undefined, columns: number, pen: Pen): string[] {
  const { title, right: time } = titleOf(app, view, run, pen);
  const fresh = freshnessOf(app.data.header.sources, 'runs');
  const right = [fresh?.state === 'live' || fresh === null ? '' : freshnessPart(fresh, pen, true).text, time]
    .filter((t) => t !== '')
    .join('  ');
  const lines = run ? questionLines(run, view.question, columns, pen) : [];
  const failed = run && (run.phase === 'Failed' || run.phase === 'Unknown' || run.phase === 'Cancelled');
  lines.push(
    rule(pen, columns, failed && PHASE[run.phase].token === 'bad' ? 'danger' : ruleKind(view, 'steps'), title, right),
  );
  if (!run) {
    lines.push(
      pen.style(
        'muted',
        run === null ? '  There is no such run: it may have been deleted.' : `  Reading${pen.glyphs.ellipsis}`,
      ),
    );
    return lines;
  }
  if (run.conditions.length > 0) lines.push(conditionsLine(run, columns, pen));
  if (
    run.message !== '' &&
    (failed || run.adoptable || run.phase === 'Waiting' || run.phase === 'Cancelling' || run.phase === 'Pending')
  )
    lines.push(...labelled(`${run.phase}:`, run.message, columns, pen, failed ? 'bad' : 'warn'));
  if (run.left && !run.adoptable) lines.push(...labelled('executed by', executedBy(run), columns, pen, 'warn'));
  const blocker = blockerOf(app, run);
  if (blocker)
    lines.push(...labelled(`${blocker.name}:`, standing(blocker), columns, pen, blocker.left ? 'warn' : null));
  return lines;
}

function paintSteps(view: RunView, app: App, run: RunDetail | null | undefined, rect: Rect, pen: Pen): string[] {
  const head = headLines(app, view, run, rect.width, pen);
  if (!run) return head;
  const log = app.data.log(topicOf(view));
  const rows = targetsOf(run, log.at(log.total - 1));
  const height = Math.max(0, rect.height - head.length);
  const chosen = rows.findIndex((r) => r.id === view.at);
  // Unless the user is choosing, the step that matters is in sight: the one at work, or the one that went wrong.
  const busy = rows.findIndex((r) => r.phase !== 'Succeeded' && r.phase !== 'Pending');
  const at = Math.max(0, view.focus === 'steps' ? chosen : busy);
  const top = scrollTo(0, at, height, rows.length);
  const stepWidth = Math.min(24, Math.max(6, ...rows.map((r) => width(r.step))));
  const whoWidth = Math.min(36, Math.max(8, ...rows.map((r) => width(r.who))));
  const body = rows
    .slice(top, top + height)
    .map((row, i) =>
      stepRow(
        row,
        { stepWidth, whoWidth, columns: rect.width, selected: view.focus === 'steps' && i + top === at },
        pen,
      ),
    );
  return [...head, ...body];
}

function paint(view: RunView, app: App, pen: Pen, panes: Record<string, Rect>) {
  const run = detailOf(app, view);
  const { log } = view;
  const instances = new Set(run?.steps.flatMap((s) => s.targets.map((t) => t.instance)));
  const about = [log.step, log.instance].filter((t) => t !== '').join(` ${pen.glyphs.dot} `);
  const buffer = app.data.log(topicOf(view));
  const over = run ? !isActive(run) : false;
  const wroteNothing = buffer.ended ? 'this run wrote nothing' : `its log is still arriving${pen.glyphs.ellipsis}`;
  const pane = {
    title: `log${about === '' ? '' : `: ${about}`}`,
    kind: ruleKind(view, 'log'),
    several: instances.size > 1 && log.instance === '',
    empty: over ? wroteNothing : 'no line yet',
    over,
    live: run?.adoptable ? 'as its journal keeps it' : 'following',
  };
  return {
    ...(panes.steps && { steps: paintSteps(view, app, run, panes.steps, pen) }),
    ...(panes.log && { log: paintLog(buffer, log, pane, panes.log, pen) }),
  };
}

function moveStep(view: RunView, app: App, by: number): void {
  const run = detailOf(app, view);
  const rows = run ? targetsOf(run) : [];
  const at = Math.max(
    0,
    rows.findIndex((r) => r.id === view.at),
  );
  const row = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
  if (row) app.changeById(view.id, 'run', (v) => ({ ...v, at: row.id }));
}

/** A word on a run of somebody else is not taken: it is taken over first. */
const answering = (view: RunView, app: App): boolean => {
  const run = detailOf(app, view);
  return run?.question !== undefined && !run.adoptable;
};

export const runView: View<RunView> = {
  arrangement: 'run',
  contexts: (view, app) => [
    ...(answering(view, app) ? (['question'] as const) : []),
    'run',
    ...(view.focus === 'log' ? (['log'] as const) : []),
    ...SCROLLING,
  ],
  topics: (view) => [topicOf(view)],
  want(view, app) {
    const run = detailOf(app, view);
    const { columns } = app.state();
    const pen = plainPen(app);
    return headLines(app, view, run, columns, pen).length + (run ? targetsOf(run).length : 0);
  },
  move(view, app, step) {
    if (view.focus === 'log') moveLog(app, view, step);
    else
      moveStep(view, app, 'by' in step ? step.by : 'page' in step ? step.page * 5 : step.to === 'first' ? -1e6 : 1e6);
  },
  field: (view, app) =>
    answering(view, app) && view.question.verdict !== null && view.question.state === 'asked'
      ? view.question.reason
      : null,
  type: (view, app, reason) => app.changeById(view.id, 'run', (v) => ({ ...v, question: { ...v.question, reason } })),
  filter: logFilter,
  loses: (view) => (view.question.reason.value === '' ? '' : 'A reason was typed and not sent.'),
  paint,
  bindings: runBindings,
};
