/** The catalog for one cluster: what may be run on it now, and for the rest why not. */
import type { OperationRow, RunRow } from '../../engine/protocol.ts';
import { type App, clusterOf } from '../app.ts';
import { SCROLLING } from '../keys/contexts.ts';
import type { Pen } from '../pen.ts';
import type { Column } from '../rows/columns.ts';
import { parseFilter } from '../rows/filter.ts';
import { freshnessPart } from '../rows/freshness.ts';
import { HEALTH } from '../rows/health.ts';
import { DEFINITIONS, freshnessOf, isKnown } from '../store/data.ts';
import { locate } from '../store/list.ts';
import { type OperationsView, open } from '../store/state.ts';
import { labelled } from './detail.ts';
import { fieldsOf } from './fields.ts';
import { moveListDetail, paintListDetail } from './list-detail.ts';
import { toggleDetail } from './lists.ts';
import { originOf, topicOf } from './operations-shown.ts';
import { showYaml } from './text.ts';
import type { View } from './view.ts';

const EFFECT = { read: null, change: 'attention', destroy: 'bad' } as const;

const columns: readonly Column<OperationRow>[] = [
  {
    id: 'operation',
    title: 'OPERATION',
    min: 18,
    width: 20,
    max: 36,
    rank: 0,
    cut: 'middle',
    measure: (row) => row.name.length,
    text: (row) => row.name,
  },
  {
    id: 'source',
    title: 'FROM',
    min: 7,
    width: 7,
    max: 16,
    rank: 1,
    measure: (row) => originOf(row).length,
    text: originOf,
  },
  {
    id: 'effect',
    title: 'EFFECT',
    min: 7,
    width: 7,
    rank: 1,
    text: (row) => (row.broken === '' ? row.effect : 'broken'),
    style: (row) => (row.broken === '' ? EFFECT[row.effect] : 'bad'),
  },
];
const meant: Column<OperationRow> = {
  id: 'meant',
  title: 'FOR',
  min: 8,
  width: 12,
  max: 24,
  rank: 3,
  text: (row, pen) => row.meant || pen.glyphs.dash,
};
const description: Column<OperationRow> = {
  id: 'description',
  title: 'WHAT IT DOES',
  min: 20,
  width: 30,
  grow: 1,
  rank: 2,
  text: (row) => (row.refused === '' ? row.description : row.refused),
};
const used = (lastUsed: (row: OperationRow) => number): Column<OperationRow> => ({
  id: 'used',
  title: 'USED',
  min: 7,
  width: 7,
  rank: 3,
  align: 'right',
  text: (row, pen) => {
    const at = lastUsed(row);
    return row.refused !== '' || at === 0 ? pen.glyphs.dash : `${pen.age(at)} ago`;
  },
});

const NONE: readonly OperationRow[] = [];
const filtered = new WeakMap<readonly OperationRow[], { text: string; rows: readonly OperationRow[] }>();

/** In the order of their names: a row that is refused for a while keeps its place. */
const rowsOf = (view: OperationsView, app: App): readonly OperationRow[] => {
  const rows = app.data.operations(topicOf(view.cluster))?.rows ?? NONE;
  const filter = parseFilter(view.list.filter);
  if (!filter) return rows;
  const known = filtered.get(rows);
  if (known?.text === view.list.filter) return known.rows;
  const kept = rows.filter((row) => {
    const { name, effect, description: what, broken } = row;
    return filter.matches(`${name} ${originOf(row)} ${broken === '' ? effect : 'broken'} ${what}`);
  });
  filtered.set(rows, { text: view.list.filter, rows: kept });
  return kept;
};

const selected = (view: OperationsView, app: App): OperationRow | string => {
  const at = locate(view.list, rowsOf(view, app));
  if (at.gone) return `${view.list.name} has gone: choose another row.`;
  return at.row ?? 'There is no operation to choose.';
};

/** A run is of the row that has its very definition; where none has it any more, of the only one of its name and source. */
function lastUsed(app: App, view: OperationsView): (row: OperationRow) => number {
  const latest = new Map<OperationRow | undefined, number>();
  const cluster = app.data.clusters.byUid.get(view.cluster);
  const rows = app.data.operations(topicOf(view.cluster))?.rows ?? NONE;
  const of = ({ definition, digest, source }: RunRow): OperationRow | undefined => {
    const named = rows.filter(({ name }) => name === definition);
    const same = digest === '' ? undefined : named.find((row) => row.digest === digest);
    const likely = named.filter((row) => row.source === source);
    return same ?? (likely.length === 1 ? likely[0] : undefined);
  };
  for (const run of app.data.runs.byUid.values()) {
    if (run.cluster !== view.clusterName || run.namespace !== cluster?.namespace) continue;
    const row = of(run);
    latest.set(row, Math.max(latest.get(row) ?? 0, run.createdAt));
  }
  return (row) => latest.get(row) ?? 0;
}

const FROM: Record<OperationRow['source'], string> = {
  catalog: 'shipped with this program',
  cluster: 'an OpsDefinition of the cluster',
  file: 'a file',
};

function detailLines(row: OperationRow, columns: number, pen: Pen): string[] {
  const lines: string[] = [];
  if (row.broken !== '') lines.push(...labelled('broken:', row.broken, columns, pen, 'bad'));
  else if (row.refused !== '') lines.push(...labelled('refused:', row.refused, columns, pen, 'warn'));
  if (row.description !== '') for (const piece of pen.wrapWords(row.description, columns - 4)) lines.push(`  ${piece}`);
  for (const p of row.parameters) {
    const value = p.default === undefined ? (p.required ? ', required' : '') : ` = ${p.secret ? '****' : p.default}`;
    lines.push(
      ...labelled(
        p.name,
        `${p.type}${p.choices ? `, offered by ${p.choices.command.join(' ')}` : p.hint ? ` ${p.hint}` : ''}${value}${p.description ? `  ${p.description}` : ''}`,
        columns,
        pen,
      ),
    );
  }
  const group = row.group === '' ? '' : `, of ${row.group}`;
  const meant = row.meant === '' ? '' : `, for ${row.meant}`;
  lines.push(...labelled('origin', `${FROM[row.source]}${group}${meant}`, columns, pen));
  if (row.broken !== '') return lines;
  lines.push(
    ...labelled(
      'runs',
      `${row.where} ${pen.glyphs.dot} ${row.steps} ${row.steps === 1 ? 'step' : 'steps'}`,
      columns,
      pen,
    ),
  );
  return lines;
}

function emptyOf(view: OperationsView, app: App, pen: Pen): string {
  const told = app.data.operations(topicOf(view.cluster));
  if (!told) return `Asking the engine${pen.glyphs.ellipsis}`;
  if (told.error !== '') return told.error;
  if (told.rows.length > 0) return `None of ${told.rows.length} operations matches /${view.list.filter}`;
  return view.cluster === '' ? 'There is no definition.' : 'No operation is known for this cluster.';
}

/** Without the kind in the cluster there is nothing to be stale, and without the right to list it the others still count. */
function freshText(app: App, pen: Pen): string {
  const fresh = freshnessOf(app.data.header.sources, DEFINITIONS);
  if (fresh === null) return '';
  if (fresh.state === 'absent') return 'shipped only';
  const read = app.data.header.sources.some(
    ({ topics, freshness }) => topics.includes(DEFINITIONS) && isKnown(freshness) && freshness.state !== 'absent',
  );
  if (fresh.state === 'denied') return read ? 'partly denied' : 'denied: shipped only';
  const { text } = freshnessPart(fresh, pen);
  return fresh.state === 'down' && read ? `partly ${text}` : text;
}

/** What may be in the cluster and is not in the list. */
const unseen = ({ data }: App): string[] =>
  data.header.sources.flatMap(({ id, topics, freshness }) => {
    if (!topics.includes(DEFINITIONS)) return [];
    if (freshness.state === 'denied') return `you may not ${freshness.verb} ${freshness.resource}: not shown here`;
    return freshness.state === 'down' ? `can't list ${id}: ${freshness.why}` : [];
  });

const linesOf = (view: OperationsView, app: App) => (columns: number, pen: Pen) => {
  const { row } = locate(view.list, rowsOf(view, app));
  return row && detailLines(row, columns, pen);
};

function titleOf(view: OperationsView, app: App): string {
  if (view.cluster === '') return 'Definitions';
  const cluster = clusterOf(app, view.cluster, view.clusterName);
  const about =
    typeof cluster === 'string' ? 'gone' : `${cluster.operator}, ${cluster.phase || HEALTH[cluster.health].word}`;
  return `Operations for ${view.clusterName} (${about})`;
}

const paint: View<OperationsView>['paint'] = (view, app, pen, panes) => {
  const told = app.data.operations(topicOf(view.cluster));
  const rows = rowsOf(view, app);
  return paintListDetail(
    view,
    {
      title: titleOf(view, app),
      right: freshText(app, pen),
      columns: [...columns, description, view.cluster === '' ? meant : used(lastUsed(app, view))],
      longest: new Map([
        ['operation', Math.max(0, ...rows.map((r) => r.name.length))],
        ['source', Math.max(7, ...rows.map((r) => originOf(r).length))],
      ]),
      rows,
      total: told?.rows.length ?? 0,
      known: told !== undefined,
      empty: [emptyOf(view, app, pen)],
      notice: unseen(app),
      weak: (row) => row.refused !== '' && row.broken === '',
    },
    { lines: linesOf(view, app) },
    panes,
    pen,
  );
};

const runnable = (app: App): true | string => {
  const view = app.top();
  if (view.view !== 'operations') return 'Choose an operation first.';
  const row = selected(view, app);
  if (typeof row === 'string') return row;
  if (view.cluster === '') return 'These are all definitions: on a cluster, o offers what can be run on it.';
  const cluster = clusterOf(app, view.cluster, view.clusterName);
  if (typeof cluster === 'string') return cluster;
  return row.refused === '' ? true : `${row.name}: ${row.refused}`;
};

const chosen = (app: App): true | string => {
  const view = app.top();
  const row = view.view === 'operations' ? selected(view, app) : 'Choose an operation first.';
  return typeof row === 'string' ? row : true;
};

export const operationsView: View<OperationsView> = {
  arrangement: 'list',
  contexts: () => ['operations', 'list', ...SCROLLING],
  rows: rowsOf,
  topics: (view) => [topicOf(view.cluster)],
  move: (view, app, step) => moveListDetail(view, app, step, linesOf(view, app)),
  paint,
  bindings: [
    {
      id: 'operations.form',
      keys: ['enter'],
      context: 'operations',
      hint: 'fill in',
      description: 'fill in the form of this operation',
      rank: 10,
      when: runnable,
      run: (app) => {
        const view = app.top();
        if (view.view !== 'operations') return;
        const row = selected(view, app);
        if (typeof row === 'string') return;
        const cluster = clusterOf(app, view.cluster, view.clusterName);
        if (typeof cluster === 'string') return;
        const { uid, name, namespace } = cluster;
        app.open(
          open.form({ cluster: uid, clusterName: name, namespace, operation: row, fields: fieldsOf(row.parameters) }),
        );
      },
    },
    {
      id: 'operations.describe',
      keys: ['d'],
      context: 'operations',
      hint: 'describe',
      description: 'the detail on the whole screen',
      rank: 40,
      when: chosen,
      run: toggleDetail,
    },
    {
      id: 'operations.yaml',
      keys: ['y'],
      context: 'operations',
      hint: 'yaml',
      description: 'the definition as YAML',
      rank: 50,
      when: chosen,
      run: (app) => {
        const view = app.top();
        const row = view.view === 'operations' ? selected(view, app) : '';
        if (typeof row !== 'string') showYaml(app, 'definition', row.uid, `${row.name} (${originOf(row)})`);
      },
    },
    {
      id: 'operations.runs',
      keys: ['r'],
      context: 'operations',
      hint: 'runs',
      description: 'runs on this cluster',
      rank: 30,
      run: (app) => {
        const view = app.top();
        if (view.view !== 'operations') return;
        const cluster = clusterOf(app, view.cluster, view.clusterName);
        if (view.cluster === '') app.open(open.runs());
        else if (typeof cluster === 'string') app.say('warn', cluster);
        else app.open(open.runs({ namespace: cluster.namespace, name: cluster.name }));
      },
    },
  ],
};
