/** The view state: which screens are open and how each stands. Data from the engine is not in here; see data.ts. */
import type { FieldError, FormField, Offer, OperationRow, Plan } from '../../engine/protocol.ts';
import type { App } from '../app.ts';
import { type ListState, listState } from './list.ts';
import { type TextField, textField } from './text.ts';

/** Every open screen has an id of its own, so that an answer that comes late finds its own screen or none. */
interface Base {
  id: number;
  /** The pane that has the keys. */
  focus: string;
  /** The pane that fills the body. */
  zoom: string | null;
}

/** Scrolling of a text that is not a list. */
export interface ScrollState {
  top: number;
}

export interface LogState {
  /** The newest line is shown, whatever comes. Scrolling ends it, G begins it again. */
  follow: boolean;
  /** Position of the first shown line in the count of all lines, while not following. */
  top: number;
  wrap: boolean;
  times: boolean;
  search: string;
  /** Only lines of this step and instance; '' for all. */
  step: string;
  instance: string;
}

export const logState = (): LogState => ({
  follow: true,
  top: 0,
  wrap: false,
  times: false,
  search: '',
  step: '',
  instance: '',
});

export interface ClustersView extends Base {
  view: 'clusters';
  list: ListState;
  detail: ScrollState;
}

export interface RolesView extends Base {
  view: 'roles';
  /** Only this cluster's instances; null: all. */
  cluster: string | null;
  list: ListState;
  detail: ScrollState;
}

export interface OperationsView extends Base {
  view: 'operations';
  /** What may be run on this cluster; '': all definitions as they are. */
  cluster: string;
  clusterName: string;
  list: ListState;
  detail: ScrollState;
}

/** What is offered for a field: asked for, told, or not to be had. `of`: the values that it was asked with. */
export type OfferState = { of: string; offer: Offer | null };

export interface FieldState {
  spec: FormField;
  field: TextField;
  /** The user has been in it: its errors are shown. */
  touched: boolean;
  /** On a choice: the beginning that was typed so far. */
  typed?: string;
  /** Of a field whose values are read from the cluster; undefined until they are asked for. */
  offered?: OfferState;
}

export interface FormView extends Base {
  view: 'form';
  cluster: string;
  clusterName: string;
  namespace: string;
  operation: OperationRow;
  fields: FieldState[];
  at: number;
  /** The engine's last answer, for the values it was asked about. */
  errors: FieldError[];
  /** Counts edits: an answer to an older question is not shown. */
  edition: number;
  state: 'editing' | 'planning';
  /** What an editor left that could not be read: it is opened again instead of being lost. */
  draft: string;
}

export interface PlanView extends Base {
  view: 'plan';
  plan: Plan;
  /** As the form was opened with; null for a run that is there already and is to be taken over. */
  operation: OperationRow | null;
  adopts: { namespace: string; name: string; claims: string[]; by: string } | null;
  values: Record<string, string>;
  /** Clock time at which it was first painted: keys typed ahead of that never confirm. */
  shownAt: number;
  top: number;
  /** The cluster's name, as far as it was typed. */
  typed: TextField;
  state: 'shown' | 'starting';
  error: string;
}

export interface Question {
  verdict: 'happened' | 'did-not' | 'abort' | null;
  reason: TextField;
  state: 'asked' | 'sending';
}

export interface RunView extends Base {
  view: 'run';
  namespace: string;
  name: string;
  /** Which step and target the cursor is on, as `step/instance`. */
  at: string;
  log: LogState;
  question: Question;
}

export interface PodLogView extends Base {
  view: 'podlog';
  namespace: string;
  pod: string;
  container: string;
  log: LogState;
}

export interface RunsView extends Base {
  view: 'runs';
  /** Only this cluster's runs, by name and namespace; null: all. */
  cluster: { namespace: string; name: string } | null;
  list: ListState;
  detail: ScrollState;
}

export interface MessagesView extends Base {
  view: 'messages';
  top: number;
}

export interface HelpView extends Base {
  view: 'help';
  query: TextField;
  at: number;
  top: number;
}

/** A text to read: an object as YAML, what was sent. */
export interface TextView extends Base {
  view: 'text';
  title: string;
  text: string[] | null;
  error: string;
  top: number;
  search: string;
}

export interface Choice {
  uid: string;
  name: string;
  /** Drawn beside the name. */
  note: string;
}

export interface ChooseView extends Base {
  view: 'choose';
  /** What picking does. */
  purpose:
    | { kind: 'context' }
    | { kind: 'namespace' }
    | { kind: 'log'; namespace: string }
    | { kind: 'act'; act(app: App, uid: string): void };
  title: string;
  rows: Choice[] | null;
  error: string;
  list: ListState;
}

export type ViewState =
  | ClustersView
  | RolesView
  | OperationsView
  | FormView
  | PlanView
  | RunView
  | PodLogView
  | RunsView
  | MessagesView
  | HelpView
  | TextView
  | ChooseView;
export type ViewName = ViewState['view'];
export type ViewOf<N extends ViewName> = Extract<ViewState, { view: N }>;

export interface Message {
  at: number;
  level: 'info' | 'warn' | 'error';
  text: string;
  /** How often it was said in a row. */
  times: number;
}

/** What stands over the screen and takes the keys first. */
export type Overlay =
  | { kind: 'prompt'; what: 'command' | 'filter'; field: TextField; before: string }
  /** A question answered by y or n; `detail` says what would be lost or done. */
  | { kind: 'ask'; text: string; yes(app: App): void };

/** What is kept from one start to the next, the newest last. */
export interface History {
  /** Typed after `:` and `/`. */
  command: string[];
  filter: string[];
  /** Of the last plan of each operation, by context and operation. */
  values: Record<string, Record<string, string>>;
}

export const NO_HISTORY: History = { command: [], filter: [], values: {} };

export interface State {
  columns: number;
  rows: number;
  /** The last one is on the screen. Never empty. */
  stack: ViewState[];
  /** Screens left by `[`, for `]`. */
  forward: ViewState[];
  overlay: Overlay | null;
  /** On the message line, until the next key. */
  message: (Message & { holds?: () => boolean }) | null;
  messages: Message[];
  unread: number;
  history: History;
  /** Grows when data or ages are to be drawn anew. */
  tick: number;
}

let lastId = 0;
const base = (focus: string): Base => ({ id: ++lastId, focus, zoom: null });

/** New screens, with their first state. */
export const open = {
  clusters: (): ClustersView => ({
    ...base('list'),
    view: 'clusters',
    list: listState({ id: 'health', down: false }),
    detail: { top: 0 },
  }),
  roles: (cluster: string | null, filter = ''): RolesView => ({
    ...base('list'),
    view: 'roles',
    cluster,
    list: { ...listState({ id: 'name', down: false }), filter },
    detail: { top: 0 },
  }),
  operations: (cluster: string, clusterName: string): OperationsView => ({
    ...base('list'),
    view: 'operations',
    cluster,
    clusterName,
    list: listState({ id: '', down: false }),
    detail: { top: 0 },
  }),
  plan: (
    plan: Plan,
    operation: PlanView['operation'],
    values: Record<string, string>,
    adopts: PlanView['adopts'] = null,
  ): PlanView => ({
    ...base('main'),
    view: 'plan',
    plan,
    operation,
    adopts,
    values,
    shownAt: 0,
    top: 0,
    typed: textField(),
    state: 'shown',
    error: '',
  }),
  run: (namespace: string, name: string): RunView => ({
    ...base('log'),
    view: 'run',
    namespace,
    name,
    at: '',
    log: logState(),
    question: { verdict: null, reason: textField(), state: 'asked' },
  }),
  podlog: (namespace: string, pod: string, container: string): PodLogView => ({
    ...base('main'),
    view: 'podlog',
    namespace,
    pod,
    container,
    log: logState(),
  }),
  runs: (cluster: RunsView['cluster'] = null): RunsView => ({
    ...base('list'),
    view: 'runs',
    cluster,
    list: listState({ id: 'started', down: true }),
    detail: { top: 0 },
  }),
  messages: (): MessagesView => ({ ...base('main'), view: 'messages', top: 0 }),
  help: (): HelpView => ({ ...base('main'), view: 'help', query: textField(), at: 0, top: 0 }),
  text: (title: string, text: string[] | null = null): TextView => ({
    ...base('main'),
    view: 'text',
    title,
    text,
    error: '',
    top: 0,
    search: '',
  }),
  choose: (purpose: ChooseView['purpose'], title: string): ChooseView => ({
    ...base('main'),
    view: 'choose',
    purpose,
    title,
    rows: null,
    error: '',
    list: listState({ id: '', down: false }),
  }),
  form: (of: Pick<FormView, 'cluster' | 'clusterName' | 'namespace' | 'operation' | 'fields'>): FormView => ({
    ...base('main'),
    view: 'form',
    ...of,
    at: 0,
    errors: [],
    edition: 0,
    state: 'editing',
    draft: '',
  }),
};
