/** What every screen with a list has in common: cursor, sort, filter, marks. */
import type { Topic } from '../../engine/protocol.ts';
import type { App } from '../app.ts';
import type { Binding } from '../keys/bindings.ts';
import { createPen, type Pen, type RuleKind } from '../pen.ts';
import type { Column } from '../rows/columns.ts';
import { EVERYWHERE } from '../rows/freshness.ts';
import { freshnessOf, isKnown } from '../store/data.ts';
import { type ListState, locate, moveBy, refilter, type Step, settle } from '../store/list.ts';
import type { ViewState } from '../store/state.ts';

export type ListView = Extract<ViewState, { list: ListState }>;

export interface Named {
  uid: string;
  name: string;
}

export const isList = (view: ViewState): view is ListView => 'list' in view;

export const ruleKind = (view: ViewState, pane: string): RuleKind => (view.focus === pane ? 'focused' : 'plain');

/** Without a namespace column where there is only one namespace. */
export const scoped = <R>(columns: readonly Column<R>[], app: App): readonly Column<R>[] =>
  app.data.header.namespace === null ? columns : columns.filter((c) => c.id !== 'namespace');

export const whereText = (app: App): string =>
  app.data.header.namespace === null ? EVERYWHERE : `namespace ${app.data.header.namespace}`;

/** The detail on the whole screen, and back to the list. */
export const toggleDetail = (app: App): void =>
  app.change(app.top().view, (v) =>
    v.zoom === 'detail' ? { ...v, zoom: null, focus: 'list' } : { ...v, zoom: 'detail', focus: 'detail' },
  );

/** A pen for counting lines: no style changes how many there are. */
export const plainPen = (app: App): Pen =>
  createPen({ name: '', description: '', style: (_token, text) => text }, app.ascii, app.host.now());

/** The pane that holds the list of a screen. */
const listPane = (view: ListView, app: App) => (app.views.arrangement(view) === 'list' ? 'list' : 'main');

const rowsOf = (view: ListView, app: App): readonly Named[] => app.views.of(view).rows?.(view, app) ?? [];

function changeList(app: App, view: ListView, list: ListState): void {
  // The detail of another row begins at its top.
  app.changeById(view.id, view.view, (v) => ({ ...v, list, ...('detail' in v ? { detail: { top: 0 } } : {}) }));
}

/** Moves the cursor by a step of the pane's height. */
export function moveCursor(app: App, view: ListView, step: Step): void {
  const place = app.layout();
  const rect = place.tooSmall ? undefined : place.panes[listPane(view, app)];
  changeList(app, view, moveBy(view.list, rowsOf(view, app), step, rect ? Math.max(1, rect.height - 2) : 1));
}

/** `/` on a list: the cursor stays on its row while that is shown. */
export function setListFilter(app: App, view: ListView, text: string): void {
  const now = settle(view.list, rowsOf(view, app));
  const filtered = { ...view, list: { ...now, filter: text } };
  changeList(app, view, refilter(now, text, rowsOf(filtered, app)));
}

/** What a list is made from; a list of something else is known whole as soon as it has rows. */
const FED: Partial<Record<ViewState['view'], Topic>> = { clusters: 'clusters', roles: 'instances', runs: 'runs' };

/**
 * Once a list is known whole its cursor stays on its row, moved or not: a newcomer that sorts above it must not be what the
 * next key acts on. Until then the first row is whichever has come first.
 */
export function holdCursor(app: App): void {
  const view = app.top();
  if (!isList(view) || view.list.uid !== '') return;
  const topic = FED[view.view];
  if (topic !== undefined && !isKnown(freshnessOf(app.data.header.sources, topic))) return;
  const held = settle(view.list, rowsOf(view, app));
  if (held !== view.list) app.changeById(view.id, view.view, (v) => ({ ...v, list: held }));
}

/** Names of the marked rows, else of the row under the cursor. */
function chosenNames(list: ListState, rows: readonly Named[]): string[] {
  const marked = rows.filter((row) => list.marks.has(row.uid)).map((row) => row.name);
  if (marked.length > 0) return marked;
  const at = locate(list, rows);
  return at.row ? [at.row.name] : [];
}

/** Runs `fn` on the shown list, if the screen has one. */
const onList = (fn: (app: App, view: ListView, rows: readonly Named[]) => void) => (app: App) => {
  const view = app.top();
  if (isList(view)) fn(app, view, rowsOf(view, app));
};

const sort = (key: string, name: string, columns: Partial<Record<ViewState['view'], string>>): Binding => ({
  id: `list.sort-${name}`,
  keys: [key],
  context: 'list',
  hint: `by ${name}`,
  description: `sort by ${name}; again: the other way`,
  run: onList((app, view, rows) => {
    const id = columns[view.view];
    if (id === undefined) return app.say('info', `This list can't be sorted by ${name}.`);
    const { sort: now } = view.list;
    changeList(app, view, { ...settle(view.list, rows), sort: { id, down: now.id === id ? !now.down : false } });
  }),
});

export const listBindings: readonly Binding[] = [
  sort('N', 'name', { clusters: 'name', roles: 'name', runs: 'name' }),
  sort('A', 'age', { clusters: 'age', roles: 'age', runs: 'started' }),
  sort('S', 'health', { clusters: 'health', roles: 'health', runs: 'phase' }),
  sort('O', 'operator', { clusters: 'operator', roles: 'cluster', runs: 'definition' }),
  {
    id: 'list.mark',
    keys: ['space'],
    context: 'list',
    hint: 'mark',
    description: 'mark the row, to copy several names at once',
    run: onList((app, view, rows) => {
      const at = locate(view.list, rows);
      if (!at.row) return;
      const marks = new Set(view.list.marks);
      if (!marks.delete(at.row.uid)) marks.add(at.row.uid);
      const marked = { ...view, list: { ...settle(view.list, rows), marks } };
      changeList(app, view, marked.list);
      moveCursor(app, marked, { by: 1 });
    }),
  },
  {
    id: 'list.copy',
    keys: ['c'],
    context: 'list',
    hint: 'copy',
    description: 'copy the name, or the names of all marked rows',
    run: onList((app, view, rows) => {
      const names = chosenNames(view.list, rows);
      if (names.length === 0) return app.say('info', 'Nothing to copy.');
      app.host.copy(names.join('\n'));
      app.say('info', names.length === 1 ? `Copied ${names[0]}` : `Copied ${names.length} names`);
    }),
  },
];
