/** The `?` menu: every key that works on the screen below, found by typing, run by Enter; a refused one says why. */
import fuzzysort from 'fuzzysort';
import type { App } from '../app.ts';
import { allowed, type Binding, keyName, reachable } from '../keys/bindings.ts';
import { COMMANDS } from '../keys/commands.ts';
import type { Rect } from '../layout.ts';
import { paintField } from '../panes/footer.ts';
import { type Pen, rule } from '../pen.ts';
import { scrollTo } from '../store/list.ts';
import type { HelpView, ViewState } from '../store/state.ts';
import type { View } from './view.ts';

interface Entry {
  keys: string;
  description: string;
  /** '' when it works now. */
  refused: string;
  run(app: App): void;
}

/** The screen the menu is about. */
const below = (app: App): ViewState | undefined => app.state().stack.at(-2);

/** Judges a binding as if its own screen were on top. */
function verdict(app: App, binding: Binding): string {
  const { stack, forward } = app.state();
  const on: App = {
    ...app,
    top: () => stack.at(-2) as ViewState,
    layout: () => app.layout(stack.at(-2)),
    state: () => ({ ...app.state(), stack: stack.slice(0, -1), forward }),
  };
  const answer = allowed(binding, on);
  return answer === true ? '' : answer;
}

function entries(app: App, view: HelpView): Entry[] {
  const about = below(app);
  const typing = about !== undefined && (app.views.of(about).field?.(about, app) ?? null) !== null;
  const offers = about ? reachable(app.views.bindings, app.views.contexts(about, app), typing) : [];
  const all: Entry[] = [
    ...offers.map(({ binding, keys }) => ({
      keys: keys.map((k) => keyName(k, app.ascii)).join(' '),
      description: binding.description,
      refused: verdict(app, binding),
      run: (on: App) => binding.run(on),
    })),
    ...COMMANDS.map((c) => ({
      keys: `:${c.names[0]}${c.takes ? ` ${c.takes}` : ''}`,
      description: c.description,
      refused: '',
      run: (on: App) => c.run(on, ''),
    })),
  ];
  const query = view.query.value.trim();
  if (query === '') return all;
  // As it would be typed: commands, by the beginning of their names.
  if (query.startsWith(':')) return all.filter(({ keys }) => keys.length > 1 && keys.startsWith(query));
  return fuzzysort.go(query, all, { keys: ['description', 'keys'], threshold: 0.3 }).map((hit) => hit.obj);
}

/** Lines of the list: one is kept for the reason of the chosen entry. */
const listHeight = (rect: Rect): number => rect.height - 3;

function paint(view: HelpView, app: App, pen: Pen, panes: Record<string, Rect>) {
  const rect = panes.main;
  if (!rect) return {};
  const found = entries(app, view);
  const height = listHeight(rect);
  const at = Math.min(view.at, Math.max(0, found.length - 1));
  const top = scrollTo(view.top, at, height, found.length);
  const rows = found.slice(top, top + height).map((entry, i) => {
    const keys = pen.fill(entry.keys, KEYS);
    const text = pen.cut(
      entry.refused === '' ? entry.description : `(not now) ${entry.description}`,
      rect.width - KEYS - 5,
    );
    if (i + top === at) return pen.style('selection', pen.fill(`> ${keys} ${text}`, rect.width));
    return entry.refused === '' ? `  ${pen.style('key', keys)} ${text}` : `  ${pen.style('muted', `${keys} ${text}`)}`;
  });
  if (found.length === 0) rows.push(pen.style('muted', '  No key does that here.'));
  const right = found.length > height ? `${top + 1}-${Math.min(found.length, top + height)} of ${found.length}` : '';
  const refused = found[at]?.refused ?? '';
  while (rows.length < height) rows.push('');
  return {
    main: [
      rule(pen, rect.width, 'focused', `Keys of this screen: ${below(app)?.view ?? ''}`, right),
      `  ${pen.style('muted', 'search:')} ${paintField(view.query, rect.width - 14, pen)}`,
      ...rows,
      refused === '' ? '' : `  ${pen.style('attention', pen.cut(`not now: ${refused}`, rect.width - 4))}`,
    ],
  };
}
const KEYS = 16;

export const helpView: View<HelpView> = {
  arrangement: 'single',
  contexts: () => ['help', 'scroll'],
  field: (view) => view.query,
  type: (view, app, query) => app.changeById(view.id, 'help', (v) => ({ ...v, query, at: 0, top: 0 })),
  move(view, app, step) {
    const count = entries(app, view).length;
    const by = 'by' in step ? step.by : 'page' in step ? step.page * 10 : step.to === 'first' ? -count : count;
    const place = app.layout();
    const height = place.tooSmall || !place.panes.main ? 1 : listHeight(place.panes.main);
    app.changeById(view.id, 'help', (v) => {
      const at = Math.max(0, Math.min(count - 1, v.at + by));
      return { ...v, at, top: scrollTo(v.top, at, height, count) };
    });
  },
  paint,
  bindings: [
    {
      id: 'help.run',
      keys: ['enter'],
      context: 'help',
      hint: 'do it',
      description: 'do what the chosen line says',
      rank: 10,
      run: (app) => {
        const view = app.top();
        if (view.view !== 'help') return;
        const entry = entries(app, view)[view.at];
        if (!entry) return;
        app.back();
        if (entry.refused === '') entry.run(app);
        else app.say('warn', entry.refused);
      },
    },
    {
      id: 'help.leave',
      keys: ['esc', 'f1'],
      context: 'help',
      hint: 'back',
      description: 'close the menu',
      rank: 90,
      run: (app) => app.back(),
    },
  ],
};
