/** Runs of operations, newest first: what is under way, what failed and why. */
import type { RunRow } from '../../engine/protocol.ts';
import { type App, isActive } from '../app.ts';
import { SCROLLING } from '../keys/contexts.ts';
import type { Pen } from '../pen.ts';
import { timeOfDay, took } from '../rows/age.ts';
import { emptyText, freshnessPart } from '../rows/freshness.ts';
import { runColumns } from '../rows/runs.ts';
import { freshnessOf, isKnown } from '../store/data.ts';
import { locate } from '../store/list.ts';
import { open, type RunsView } from '../store/state.ts';
import { labelled } from './detail.ts';
import { moveListDetail, paintListDetail } from './list-detail.ts';
import { scoped, whereText } from './lists.ts';
import { askCancel, executedBy } from './run-actions.ts';
import { keysOn, nothing } from './selection.ts';
import { showYaml } from './text.ts';
import type { View } from './view.ts';

const KEPT: Record<RunRow['kept'], string> = {
  opsrequest: 'an OpsRequest in the cluster',
  configmap: 'a ConfigMap in the cluster',
  local: 'a file on this machine: no other cockpit can see it',
  foreign: "another operator's request: it is followed, not executed here",
};

function detailLines(row: RunRow, columns: number, pen: Pen): string[] {
  const token = row.phase === 'Failed' || row.phase === 'Unknown' ? 'bad' : null;
  const lines = row.message === '' ? [] : labelled(`${row.phase}:`, row.message, columns, pen, token);
  lines.push(
    ...labelled(
      'operation',
      `${row.definition} on ${row.namespace}/${row.cluster}${row.step ? `, step ${row.step}` : ''}`,
      columns,
      pen,
    ),
  );
  const times = [`asked for ${timeOfDay(row.createdAt)}`];
  if (row.startedAt !== undefined) times.push(`started ${timeOfDay(row.startedAt)}`);
  if (row.finishedAt !== undefined) times.push(`ended ${timeOfDay(row.finishedAt)}`);
  if (row.startedAt !== undefined && row.finishedAt !== undefined)
    times.push(`took ${took(row.finishedAt - row.startedAt)}`);
  lines.push(...labelled('times', times.join(', '), columns, pen));
  lines.push(...labelled('kept as', KEPT[row.kept], columns, pen));
  if (isActive(row)) lines.push(...labelled('executed by', executedBy(row), columns, pen));
  return lines;
}

const linesOf = (view: RunsView, app: App) => (columns: number, pen: Pen) => {
  const { row } = locate(view.list, app.lists.runRows(view));
  return row && detailLines(row, columns, pen);
};

const selected = (app: App): RunRow | string => {
  const view = app.top();
  if (view.view !== 'runs') return 'Choose a run first: :runs';
  const at = locate(view.list, app.lists.runRows(view));
  if (at.gone) return `${view.list.name} has gone: choose another row.`;
  return at.row ?? nothing(app, 'run', 'runs');
};
const { chosen, on: onRun } = keysOn(selected);

const paint: View<RunsView>['paint'] = (view, app, pen, panes) => {
  const rows = app.lists.runRows(view);
  const fresh = freshnessOf(app.data.header.sources, 'runs');
  const columns = scoped(runColumns, app).filter((c) => view.cluster === null || c.id !== 'cluster');
  const what = view.cluster === null ? 'runs' : `runs on ${view.cluster.name}`;
  // What may not be seen may be so in every namespace; where all is seen the cluster's own counts.
  const where = view.cluster && fresh?.state === 'live' ? `namespace ${view.cluster.namespace}` : whereText(app);
  const empty =
    view.list.filter === '' || !isKnown(fresh)
      ? emptyText(fresh, what, where, app.data.header)
      : [`No run matches /${view.list.filter}`];
  return paintListDetail(
    view,
    {
      title: view.cluster === null ? 'Runs' : `Runs on ${view.cluster.name}`,
      right: [`by ${view.list.sort.id}`, freshnessPart(fresh, pen).text].join('  '),
      columns,
      longest: app.lists.runs.longest(),
      rows,
      total: view.cluster === null ? app.lists.runs.total : rows.length,
      known: isKnown(fresh),
      empty,
    },
    { lines: linesOf(view, app) },
    panes,
    pen,
  );
};

export const runsView: View<RunsView> = {
  arrangement: 'list',
  contexts: () => ['runs', 'list', ...SCROLLING],
  rows: (view, app) => app.lists.runRows(view),
  move: (view, app, step) => moveListDetail(view, app, step, linesOf(view, app)),
  paint,
  bindings: [
    {
      id: 'runs.open',
      keys: ['enter', 'l'],
      context: 'runs',
      hint: 'open',
      description: 'steps, conditions and log of this run',
      rank: 10,
      when: chosen,
      run: onRun((app, row) => app.open(open.run(row.namespace, row.name))),
    },
    {
      id: 'runs.cancel',
      keys: ['x'],
      context: 'runs',
      hint: 'cancel',
      description: 'cancel this run',
      rank: 20,
      effect: 'change',
      when: (app) => {
        const row = selected(app);
        if (typeof row === 'string') return row;
        return isActive(row) ? true : `${row.name} has ended: ${row.phase}.`;
      },
      run: onRun((app, row) => askCancel(app, row.namespace, row.name)),
    },
    {
      id: 'runs.yaml',
      keys: ['y'],
      context: 'runs',
      hint: 'yaml',
      description: 'the journal of this run as YAML',
      rank: 30,
      when: chosen,
      run: onRun((app, row) => showYaml(app, 'run', row.uid, `${row.namespace}/${row.name}`)),
    },
  ],
};
