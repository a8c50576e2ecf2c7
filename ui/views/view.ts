/** What a screen is made of: its panes, topics, key contexts and painter. Screens are data to the rest of the cockpit. */
import type { Topic } from '../../engine/protocol.ts';
import type { App } from '../app.ts';
import type { Binding, KeyContext } from '../keys/bindings.ts';
import type { Arrangement, Rect } from '../layout.ts';
import type { Pen } from '../pen.ts';
import type { Step } from '../store/list.ts';
import type { ViewName, ViewOf, ViewState } from '../store/state.ts';
import type { TextField } from '../store/text.ts';
import { holdCursor, isList, setListFilter } from './lists.ts';

/** Finished lines of one pane, its rule included; never more than its height. */
export type Painted = Record<string, string[]>;

export interface View<V extends ViewState> {
  arrangement: Arrangement;
  /** Contexts of its keys, innermost first, without `global`. */
  contexts(view: V, app: App): KeyContext[];
  bindings: readonly Binding[];
  topics?(view: V, app: App): Topic[];
  /** Asks the engine for what it needs; once, when it is opened. */
  opened?(view: V, app: App): void;
  /** Rows wanted by the upper pane of `run`. */
  want?(view: V, app: App): number;
  /** Rows of its list, for a screen whose state has one. */
  rows?(view: V, app: App): readonly { uid: string; name: string }[];
  /** Moves the cursor or scrolls the focused pane. */
  move?(view: V, app: App, step: Step): void;
  /** The text being typed into, and its change; a screen without one leaves printable keys to the bindings. */
  field?(view: V, app: App): TextField | null;
  type?(view: V, app: App, field: TextField): void;
  /** What `/` edits on a screen without a list: the text now, and what typing another does. */
  filter?: { get(view: V): string; set(view: V, app: App, text: string): void };
  /** Anything typed that leaving would lose, as a sentence; '' when nothing. */
  loses?(view: V): string;
  paint(view: V, app: App, pen: Pen, panes: Record<string, Rect>): Painted;
}

export type ViewTable = { [N in ViewName]: View<ViewOf<N>> };

/** The table, called with whatever screen is at hand. */
export interface Views {
  readonly bindings: readonly Binding[];
  of(view: ViewState): View<ViewState>;
  arrangement(view: ViewState): Arrangement;
  contexts(view: ViewState, app: App): KeyContext[];
  topics(view: ViewState, app: App): Topic[];
  opened(view: ViewState, app: App): void;
  /** Before data is drawn: see holdCursor. */
  hold(app: App): void;
  want(view: ViewState, app: App): number;
  /** What `/` edits on this screen, null when nothing. */
  filter(view: ViewState): { text: string; set(app: App, text: string): void } | null;
}

export function createViews(table: ViewTable, common: readonly Binding[]): Views {
  // Sound because a screen is only ever given to the entry of its own name.
  const of = (view: ViewState) => table[view.view] as unknown as View<ViewState>;
  return {
    bindings: [...common, ...Object.values(table).flatMap((v) => v.bindings)],
    of,
    arrangement: (view) => of(view).arrangement,
    contexts: (view, app) => [...of(view).contexts(view, app), 'global'],
    topics: (view, app) => of(view).topics?.(view, app) ?? [],
    opened: (view, app) => of(view).opened?.(view, app),
    hold: holdCursor,
    want: (view, app) => of(view).want?.(view, app) ?? 0,
    filter(view) {
      if (isList(view)) return { text: view.list.filter, set: (app, text) => setListFilter(app, view, text) };
      const filter = of(view).filter;
      return filter ? { text: filter.get(view), set: (app, text) => filter.set(view, app, text) } : null;
    },
  };
}
