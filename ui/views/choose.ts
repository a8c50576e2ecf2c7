/** Choosing one of a few: a context, a namespace, a container's log. */
import type { InstanceRow } from '../../engine/protocol.ts';
import type { App } from '../app.ts';
import { SCROLLING } from '../keys/contexts.ts';
import type { Rect } from '../layout.ts';
import { paintList } from '../panes/list.ts';
import type { Pen } from '../pen.ts';
import type { Column } from '../rows/columns.ts';
import { parseFilter } from '../rows/filter.ts';
import { locate } from '../store/list.ts';
import { type Choice, type ChooseView, open } from '../store/state.ts';
import { moveCursor } from './lists.ts';
import type { View } from './view.ts';

const columns: readonly Column<Choice>[] = [
  {
    id: 'name',
    title: 'NAME',
    min: 20,
    width: 30,
    max: 60,
    rank: 0,
    cut: 'middle',
    measure: (c) => c.name.length,
    text: (c) => c.name,
  },
  { id: 'note', title: '', min: 8, width: 8, rank: 1, grow: 1, text: (c) => c.note },
];

/** Watches another context or namespace: everything is read anew and only the first screen stays open. */
export function switchScope(
  app: App,
  scope: { context?: string; namespace?: string | null },
  then: () => void = () => undefined,
): void {
  const { context, namespace } = scope;
  const where = namespace === null ? 'all namespaces' : namespace === undefined ? '' : `namespace ${namespace}`;
  void app.ask('scope', scope).then((answer) => {
    if (!answer.ok) return app.say('error', answer.error);
    app.restart(open.clusters());
    then();
    app.say('info', `Now watching ${[context, where].filter((text) => text).join(', ')}`);
  });
}

function fill(
  app: App,
  view: ChooseView,
  answer: Promise<{ ok: true; value: Choice[] } | { ok: false; error: string }>,
): void {
  app.open(view);
  void answer.then((result) => {
    app.changeById(view.id, 'choose', (v) =>
      result.ok ? { ...v, rows: result.value } : { ...v, error: result.error },
    );
  });
}

export function chooseNamespace(app: App): void {
  fill(
    app,
    open.choose({ kind: 'namespace' }, 'Namespaces'),
    app.ask('namespaces', null).then((answer) =>
      answer.ok
        ? {
            ok: true,
            value: [
              { uid: '', name: 'all', note: app.data.header.namespace === null ? 'current' : 'every namespace' },
              ...answer.value.map((name) => ({
                uid: name,
                name,
                note: name === app.data.header.namespace ? 'current' : '',
              })),
            ],
          }
        : // Without the right to list them a name can still be typed.
          { ok: false, error: `${answer.error.replace(/\.?$/, '.')} A namespace can be named: :ns NAME` },
    ),
  );
}

export function chooseContext(app: App): void {
  fill(
    app,
    open.choose({ kind: 'context' }, 'Contexts'),
    app.ask('contexts', null).then((answer) =>
      answer.ok
        ? {
            ok: true,
            // Current is where this cockpit is, whatever the kubeconfig starts with.
            value: answer.value.map(({ name }) => ({
              uid: name,
              name,
              note: name === app.data.header.context ? 'current' : '',
            })),
          }
        : answer,
    ),
  );
}

/** Opens a container's log; with several pods or containers it asks which. */
export function openLogs(
  app: App,
  namespace: string,
  pods: readonly Pick<InstanceRow, 'name' | 'containers' | 'role'>[],
): void {
  const choices: Choice[] = pods.flatMap(({ name, containers, role }) =>
    containers.map((container) => ({ uid: `${name}/${container}`, name: `${name}/${container}`, note: role })),
  );
  const only = choices[0];
  if (!only) app.say('warn', 'No container to read a log of.');
  else if (choices.length === 1) openLog(app, namespace, only.uid);
  else app.open({ ...open.choose({ kind: 'log', namespace }, 'Logs'), rows: choices });
}

function openLog(app: App, namespace: string, id: string): void {
  const [pod = '', container = ''] = id.split('/');
  app.open(open.podlog(namespace, pod, container));
}

const rowsOf = (view: ChooseView): readonly Choice[] => {
  const filter = parseFilter(view.list.filter);
  const rows = view.rows ?? [];
  return filter ? rows.filter((row) => filter.matches(`${row.name} ${row.note}`)) : rows;
};

function emptyOf(view: ChooseView, pen: Pen): string {
  if (view.rows === null) return `Reading${pen.glyphs.ellipsis}`;
  return view.rows.length === 0 ? 'There is nothing to choose from.' : `None of them matches /${view.list.filter}`;
}

function paint(view: ChooseView, _app: App, pen: Pen, panes: Record<string, Rect>) {
  if (!panes.main) return {};
  const main = paintList(
    {
      title: view.title,
      right: '',
      kind: 'focused',
      columns,
      longest: new Map([['name', Math.max(0, ...(view.rows ?? []).map((r) => r.name.length))]]),
      rows: rowsOf(view),
      total: view.rows?.length ?? 0,
      list: view.list,
      known: view.rows !== null,
      empty: [view.error || emptyOf(view, pen)],
    },
    panes.main,
    pen,
  );
  return { main };
}

function pick(app: App): void {
  const view = app.top();
  if (view.view !== 'choose') return;
  const { row } = locate(view.list, rowsOf(view));
  const { purpose } = view;
  if (!row) app.say('info', 'Nothing chosen.');
  else if (purpose.kind === 'act') purpose.act(app, row.uid);
  else if (purpose.kind === 'context') switchScope(app, { context: row.uid });
  else if (purpose.kind === 'namespace') switchScope(app, { namespace: row.uid === '' ? null : row.uid });
  else {
    const [pod = '', container = ''] = row.uid.split('/');
    app.replace(open.podlog(purpose.namespace, pod, container));
  }
}

export const chooseView: View<ChooseView> = {
  arrangement: 'single',
  contexts: () => ['choose', ...SCROLLING],
  rows: rowsOf,
  move: (view, app, step) => moveCursor(app, view, step),
  paint,
  bindings: [
    {
      id: 'choose.pick',
      keys: ['enter'],
      context: 'choose',
      hint: 'choose',
      description: 'take the chosen one',
      rank: 10,
      run: pick,
    },
  ],
};
