/**
 * The cockpit behind its picture: view state, data, and the talk with the engine. It draws nothing and reads no key;
 * bindings act through it, painters read from it.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Calls, ClusterRow, EnginePort, FromEngine, OperationRow, RunRow, Topic } from '../engine/protocol.ts';
import type { Edited } from './editor.ts';
import type { Arrangement, Layout } from './layout.ts';
import { layout } from './layout.ts';
import { createData, type Data } from './store/data.ts';
import { createListings, type Listings } from './store/listings.ts';
import {
  type FormView,
  type Message,
  NO_HISTORY,
  type State,
  type ViewName,
  type ViewOf,
  type ViewState,
} from './store/state.ts';
import type { Views } from './views/view.ts';

export type Answer<M extends keyof Calls> = { ok: true; value: Calls[M]['answer'] } | { ok: false; error: string };

/** Calls that change the cluster. They don't leave this process when it is read-only. */
const WRITES: ReadonlySet<keyof Calls> = new Set<keyof Calls>(['start', 'adopt', 'cancel', 'resolve']);
const ALWAYS: readonly Topic[] = ['clusters', 'instances', 'runs'];
const MESSAGES_KEPT = 500;
const ACTIVE = new Set<RunRow['phase']>(['Pending', 'Waiting', 'Approving', 'Running', 'Cancelling', 'Unknown']);

export const isActive = (run: Pick<RunRow, 'phase'>): boolean => ACTIVE.has(run.phase);
/** Of one that is active. */
export const hasBegun = ({ phase }: Pick<RunRow, 'phase'>): boolean => phase === 'Running' || phase === 'Cancelling';

export interface AppOptions {
  readonly: boolean;
  ascii: boolean;
  columns: number;
  rows: number;
  first: ViewState;
}

/** What the app asks of its surroundings. */
export interface Host {
  now(): number;
  /** Engine data has come; the clock decides when it is drawn. */
  dirty(urgent?: boolean): void;
  /** The cockpit is to end. */
  quit(code: number): void;
  suspend(): void;
  /** Lends the terminal to the user's editor; resolves with the edited text. */
  edit(text: string, name: string): Promise<Edited>;
  repaint(): void;
  /** Puts text on the user's clipboard through the terminal. */
  copy(text: string): void;
}

export interface App {
  readonly store: StoreApi<State>;
  readonly data: Data;
  readonly lists: Listings;
  readonly host: Host;
  readonly views: Views;
  readonly ascii: boolean;
  readonly(): boolean;
  state(): State;
  /** The screen that is shown. */
  top(): ViewState;
  /** Of the shown screen, or as it would be of another. */
  layout(view?: ViewState): Layout;
  /** Changes the shown screen, if it is of this kind. */
  change<N extends ViewName>(name: N, fn: (view: ViewOf<N>) => ViewOf<N>): void;
  /** Changes a screen by id, wherever it is in the stack; nothing when it has been left. */
  changeById<N extends ViewName>(id: number, name: N, fn: (view: ViewOf<N>) => ViewOf<N>): void;
  set(part: Partial<State>): void;
  open(view: ViewState): void;
  /** Opens in the place of the shown one, which is not come back to. */
  replace(view: ViewState): void;
  back(): boolean;
  forward(): boolean;
  /** Closes every screen of these kinds and opens another. */
  finish(kinds: readonly ViewName[], view: ViewState): void;
  /** Takes a screen out of the stack, wherever it is. */
  drop(id: number): void;
  /** Goes to the first screen as it was left; what was open above it is what comes next. `otherwise` where it is of another kind. */
  home(otherwise: ViewState): void;
  /** Closes everything and begins again with one screen. */
  restart(view: ViewState): void;
  /** `holds`: from when on it is no longer true, and stands in the log of messages only. */
  say(level: Message['level'], text: string, holds?: () => boolean): void;
  ask<M extends keyof Calls>(method: M, ask: Calls[M]['ask']): Promise<Answer<M>>;
  /** The values of the last plan of an operation in this context, for the next form of it; secrets are left out. */
  remember(form: Pick<FormView, 'operation' | 'fields'>): void;
  remembered(form: Pick<FormView, 'operation'>): Record<string, string> | undefined;
  /** A run was started here: named in the farewell while it goes on. */
  started(namespace: string, name: string): void;
  /** What to print after leaving. */
  farewell(): string[];
  /** Draws data and ages anew. */
  publish(): void;
  close(): void;
}

export function createApp(port: EnginePort, views: Views, options: AppOptions, host: Host): App {
  const store = createStore<State>(() => ({
    columns: options.columns,
    rows: options.rows,
    stack: [options.first],
    forward: [],
    overlay: null,
    message: null,
    messages: [],
    unread: 0,
    history: NO_HISTORY,
    tick: 0,
  }));
  const data = createData();
  const pending = new Map<number, (answer: { ok: true; value: unknown } | { ok: false; error: string }) => void>();
  const subscribed = new Set<Topic>();
  const startedHere = new Map<string, { namespace: string; name: string }>();
  let lastCall = 0;
  let closed = false;

  function subscribe(): void {
    const wanted = new Set<Topic>(ALWAYS);
    for (const view of store.getState().stack) for (const topic of views.topics(view, app)) wanted.add(topic);
    for (const topic of subscribed) {
      if (wanted.has(topic)) continue;
      subscribed.delete(topic);
      port.send({ t: 'unsubscribe', topic });
      data.forget(topic);
    }
    for (const topic of wanted) {
      if (subscribed.has(topic)) continue;
      subscribed.add(topic);
      port.send({ t: 'subscribe', topic });
    }
  }

  function take(message: FromEngine): void {
    if (closed) return;
    switch (message.t) {
      case 'answer': {
        const resolve = pending.get(message.id);
        pending.delete(message.id);
        resolve?.('error' in message ? { ok: false, error: message.error } : { ok: true, value: message.value });
        return;
      }
      case 'notice':
        app.say(message.level, message.text);
        return;
      case 'run':
      case 'log':
      case 'operations':
      case 'warnings':
        // A message for a screen that has been left crossed our unsubscribe on its way.
        if (!subscribed.has(message.topic)) return;
        break;
    }
    const begins = message.t === 'rows' && message.upsert.length > 0 && data[message.topic].byUid.size === 0;
    if (data.take(message)) host.dirty(begins);
  }

  /** Pods and keys of one cluster are none of another's. */
  const valuesKey = ({ uid }: OperationRow) => `${data.header.context} ${uid}`;

  const setStack = (stack: ViewState[], forward: ViewState[]) => {
    store.setState({ stack, forward, overlay: null });
    subscribe();
  };

  const app: App = {
    store,
    data,
    lists: createListings(data),
    host,
    views,
    ascii: options.ascii,
    readonly: () => options.readonly || data.header.mode.kind === 'readonly',
    state: store.getState,
    top: () => store.getState().stack.at(-1) as ViewState,
    layout(view = app.top()) {
      const { columns, rows } = store.getState();
      const arrangement: Arrangement = views.arrangement(view);
      return layout({ columns, rows, arrangement, zoom: view.zoom, want: views.want(view, app) });
    },
    change(name, fn) {
      const view = app.top();
      if (view.view === name) app.changeById(view.id, name, fn);
    },
    changeById(id, name, fn) {
      const swap = (list: ViewState[]) =>
        list.map((v) => (v.id === id && v.view === name ? fn(v as ViewOf<typeof name>) : v));
      const { stack, forward } = store.getState();
      store.setState({ stack: swap(stack), forward: swap(forward) });
      // What a screen wants to be told of may hang on where its cursor is.
      subscribe();
    },
    set: (part) => store.setState(part),
    open(view) {
      setStack([...store.getState().stack, view], []);
      views.opened(view, app);
    },
    replace(view) {
      setStack([...store.getState().stack.slice(0, -1), view], []);
      views.opened(view, app);
    },
    back() {
      const { stack, forward } = store.getState();
      const left = stack.at(-1);
      if (stack.length < 2 || !left) return false;
      setStack(stack.slice(0, -1), [left, ...forward]);
      return true;
    },
    forward() {
      const { stack, forward } = store.getState();
      const [next, ...rest] = forward;
      if (!next) return false;
      setStack([...stack, next], rest);
      return true;
    },
    finish(kinds, view) {
      const { stack } = store.getState();
      const kept = stack.filter((v) => !kinds.includes(v.view));
      setStack([...kept, view], []);
      views.opened(view, app);
    },
    drop(id) {
      const { stack, forward } = store.getState();
      const others = (v: ViewState) => v.id !== id;
      store.setState({ stack: stack.filter(others), forward: forward.filter(others) });
      subscribe();
    },
    home(otherwise) {
      const { stack, forward } = store.getState();
      const [first, ...above] = stack;
      if (first?.view !== otherwise.view) app.restart(otherwise);
      else setStack([first], [...above, ...forward]);
    },
    restart(view) {
      setStack([view], []);
      views.opened(view, app);
    },
    say(level, text, holds) {
      const { messages, unread } = store.getState();
      const last = messages.at(-1);
      const again = last?.text === text && last.level === level;
      const message: Message = { at: host.now(), level, text, times: again ? last.times + 1 : 1 };
      store.setState({
        message: holds ? { ...message, holds } : message,
        messages: [...(again ? messages.slice(0, -1) : messages), message].slice(-MESSAGES_KEPT),
        unread: level === 'error' && !again ? unread + 1 : unread,
      });
    },
    ask(method, ask) {
      if (closed) return Promise.resolve({ ok: false, error: 'The cockpit is closing.' });
      if (WRITES.has(method) && app.readonly())
        return Promise.resolve({ ok: false, error: 'Read-only: nothing was sent.' });
      const id = ++lastCall;
      return new Promise((resolve) => {
        pending.set(id, resolve as (answer: { ok: true; value: unknown } | { ok: false; error: string }) => void);
        port.send({ t: 'call', id, method, ask } as Parameters<EnginePort['send']>[0]);
      });
    },
    remember({ operation, fields }) {
      const kept = fields.filter(({ spec, field }) => !spec.secret && field.value !== '');
      const values = Object.fromEntries(kept.map(({ spec, field }) => [spec.name, field.value]));
      const { history } = store.getState();
      const key = valuesKey(operation);
      // The newest last: what is kept is bounded.
      const { [key]: _, ...others } = history.values;
      store.setState({ history: { ...history, values: { ...others, [key]: values } } });
    },
    remembered: ({ operation }) => store.getState().history.values[valuesKey(operation)],
    started(namespace, name) {
      startedHere.set(`${namespace}/${name}`, { namespace, name });
    },
    farewell() {
      const { mode } = data.header;
      const ours = mode.kind === 'standalone' ? mode.holder : null;
      const known = new Map<string, { namespace: string; name: string }>();
      for (const run of data.runs.byUid.values()) {
        const id = `${run.namespace}/${run.name}`;
        if (!isActive(run)) startedHere.delete(id);
        else if (ours !== null && run.holder === ours) known.set(id, run);
      }
      for (const [id, run] of startedHere) known.set(id, run);
      return Array.from(
        known.values(),
        ({ namespace, name }) => `${name} goes on: opsdeck describe run ${name} -n ${namespace}`,
      );
    },
    publish() {
      views.hold(app);
      subscribe();
      store.setState((s) => ({ tick: s.tick + 1 }));
    },
    close() {
      closed = true;
      stopListening();
      for (const resolve of pending.values()) resolve({ ok: false, error: 'The cockpit is closing.' });
      pending.clear();
    },
  };
  const stopListening = port.listen(take);
  subscribe();
  views.opened(options.first, app);
  return app;
}

/** The cluster of a uid, or the sentence that it has gone. */
export function clusterOf(app: App, uid: string, name: string): ClusterRow | string {
  return app.data.clusters.byUid.get(uid) ?? `${name || 'The cluster'} has gone: choose another row.`;
}
