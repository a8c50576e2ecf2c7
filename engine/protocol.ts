/**
 * What the ui may ask of the engine and what it is told. Types only: both sides of the worker boundary import this file,
 * and everything here survives a structured clone. All text in these shapes has been through the sanitiser.
 */

/** A word before it is a colour. `unknown` is drawn as `?`. */
export type Health = 'ok' | 'busy' | 'warn' | 'bad' | 'off' | 'unknown';

/** How far and how fresh one watched source (a resource) is. Times are epoch milliseconds. */
export type Freshness =
  | { state: 'syncing'; loaded: number; remaining?: number }
  | { state: 'live'; at: number }
  | { state: 'stale'; since: number; why: string }
  | { state: 'denied'; verb: string; resource: string }
  | { state: 'absent'; resource: string }
  | { state: 'down'; since: number; why: string };

export interface SourceState {
  /** plural.group, e.g. `pods` or `clusters.apps.kubeblocks.io`. */
  id: string;
  /** The rows' topics that this source feeds. */
  topics: Topic[];
  freshness: Freshness;
}

/** Who executes. `attached`: an operator holds the engine Lease and this cockpit only writes requests. */
export type Mode =
  | { kind: 'connecting' }
  | { kind: 'standalone'; holder: string }
  | { kind: 'attached'; holder: string }
  | { kind: 'readonly' }
  | { kind: 'unreachable'; why: string; since: number };

export interface Header {
  context: string;
  server: string;
  /** null: all namespaces. */
  namespace: string | null;
  user: string;
  /** Whom requests are made as, where that is somebody else; ''. */
  as: string;
  mode: Mode;
  sources: SourceState[];
  /** Where runs are kept; `local` means that no other cockpit can see them. */
  journal: 'opsrequest' | 'configmap' | 'local' | 'unknown';
  /** Who is waited for before anything can be asked: the user's login plugin. */
  login?: string;
  /** What the plugin has said last, such as where to log in. */
  loginSays?: string[];
  /** Round trip of the last successful request, milliseconds. */
  latency?: number;
}

export interface RoleCount {
  /** The operator's own word; '' of instances that have none. */
  role: string;
  count: number;
}

/** One managed database or application. `uid` is the identity for cursor and marks, never the row number. */
export interface ClusterRow {
  uid: string;
  namespace: string;
  name: string;
  /** Short name of the provider, e.g. `kubeblocks`. */
  operator: string;
  /** Kind with its full group, e.g. `Cluster.apps.kubeblocks.io`: two operators may share a kind. */
  kind: string;
  health: Health;
  /** The operator's own word. */
  phase: string;
  roles: RoleCount[];
  components: string[];
  version: string;
  createdAt: number;
  /** What is happening or wrong, a few words; empty when nothing is. */
  now: string;
  /** Sentences for the detail pane: why it is not ok. */
  reasons: string[];
  services: { name: string; role: string; address: string }[];
  volumes: { name: string; instance: string; capacity: string; phase: string }[];
}

/** One member of a component: a pod. Pods that no provider claims have cluster ''. */
export interface InstanceRow {
  uid: string;
  namespace: string;
  name: string;
  clusterUid: string;
  cluster: string;
  component: string;
  /** The operator's own word; '' when none. */
  role: string;
  health: Health;
  ready: string;
  status: string;
  restarts: number;
  node: string;
  ip: string;
  createdAt: number;
  containers: string[];
}

/** A Warning event, the same ones counted. */
export interface WarningRow {
  /** Last seen; 0: not known. */
  at: number;
  reason: string;
  object: string;
  message: string;
  count: number;
}

/** Phases of the OpsRequest as in the seeds, plus what they lack. */
export type RunPhase =
  | 'Pending'
  | 'Waiting'
  | 'Approving'
  | 'Running'
  | 'Cancelling'
  | 'Succeed'
  | 'Failed'
  | 'Cancelled'
  | 'Unknown';

export interface RunRow {
  uid: string;
  namespace: string;
  name: string;
  definition: string;
  /** Of that definition; '' where it is not known. */
  digest: string;
  source: DefinitionSource;
  cluster: string;
  phase: RunPhase;
  step: string;
  message: string;
  createdAt: number;
  startedAt?: number;
  finishedAt?: number;
  /** Where its journal is. */
  kept: 'opsrequest' | 'configmap' | 'local' | 'foreign';
  /** The engine that executes it, '' when none does. */
  holder: string;
  /** Nobody goes on with it: who executed it, the last sign of that, and whether it is gone or has let the run go. */
  left?: { by: string; at?: number; gone: boolean };
  /** The name of the run that it waits for. */
  blockedBy?: string;
  /** Who began to wait with it last, as far as its journal says. */
  waiter?: string;
}

export type Effect = 'read' | 'change' | 'destroy';

/** Where a definition is from: shipped with this program, an OpsDefinition of the cluster, a file. */
export type DefinitionSource = 'catalog' | 'cluster' | 'file';

/** One entry of the catalog, judged for one cluster, or as it is. */
export interface OperationRow {
  /** Of the list that it is in: a name alone may be two operations, the cluster's and a shipped one. */
  uid: string;
  name: string;
  /** Of what would be run. A definition that has another one is another definition. */
  digest: string;
  description: string;
  effect: Effect;
  source: DefinitionSource;
  /** Of an object of the cluster that has another group than ours; else ''. */
  group: string;
  /** The kind of cluster that it is for; '' for any. */
  meant: string;
  /** Why nothing can execute it; '' for a sound one. */
  broken: string;
  /** Empty when it may be run on the cluster now, else the sentence why not. */
  refused: string;
  steps: number;
  parameters: FormField[];
  /** e.g. "in container redis of one master". */
  where: string;
}

export interface FormField {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'array';
  description: string;
  required: boolean;
  secret: boolean;
  default?: string;
  enum?: string[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  /** Its values are read from the cluster: by which command, and which other fields it needs. */
  choices?: { command: string[]; needs: string[] };
  /** The field whose value this one must not have. */
  differsFrom?: string;
  /** e.g. `1..16384`: what the form shows beside the field. */
  hint: string;
}

/** A value that is offered; `label` says what it is, '' where it speaks for itself. */
export interface ChoiceRow {
  value: string;
  label: string;
}

/** What a reading step has offered. `from`: the pod that was asked. Where it failed any value may be typed. */
export type Offer = { state: 'read'; from: string; rows: ChoiceRow[] } | { state: 'failed'; why: string };

/** An error of one field, or of the form as a whole (`field` ''). */
export interface FieldError {
  field: string;
  message: string;
}

export interface PlanTarget {
  instance: string;
  uid: string;
  role: string;
  component: string;
  container: string;
  /** The exact argv, with secrets masked. */
  argv: string[];
}

export interface PlanStep {
  name: string;
  effect: Effect;
  via: 'exec' | 'job';
  image?: string;
  targets: PlanTarget[];
}

export interface PermissionCheck {
  verb: string;
  /** e.g. `pods/exec` or `opsrequests.opsdeck.dev`. */
  resource: string;
  namespace: string;
  allowed: boolean | 'unknown';
}

/** What a run would do, computed without doing it. */
export interface Plan {
  definition: string;
  source: DefinitionSource;
  /** Where another operation has the name too, the word that tells this one: `shipped`, `cluster`, or its group; else ''. */
  namesake: string;
  /** Of the definition. */
  pin: string;
  /** Of all that is agreed to. */
  digest: string;
  cluster: { uid: string; namespace: string; name: string; kind: string };
  parameters: { name: string; value: string }[];
  /** What was read for parameters that offer values. */
  offers: { parameter: string; offer: Offer }[];
  effect: Effect;
  steps: PlanStep[];
  /** Objects that will be created, as `Kind namespace/name`. */
  creates: string[];
  permissions: PermissionCheck[];
  /** The same run as a shell command. */
  command: string;
  /** Why it can't be started now; empty when it can. */
  refused: string[];
  warnings: string[];
}

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
}

export interface RunAttempt {
  n: number;
  phase: 'Intent' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown' | 'Cancelled';
  startedAt?: number;
  finishedAt?: number;
  exitCode?: number;
  message: string;
}

export interface RunTarget {
  instance: string;
  uid: string;
  role: string;
  container: string;
  argv: string[];
  phase: RunAttempt['phase'] | 'Pending';
  attempts: RunAttempt[];
}

export interface RunStep {
  name: string;
  phase: RunTarget['phase'];
  startedAt?: number;
  finishedAt?: number;
  message: string;
  targets: RunTarget[];
}

/** Everything the run view draws; made from the journal alone. */
export interface RunDetail extends RunRow {
  effect: Effect;
  parameters: { name: string; value: string }[];
  conditions: Condition[];
  steps: RunStep[];
  /** Written by somebody else: it is only shown, until a person takes it over. */
  adoptable?: true;
  /** Set while the run waits for a person's verdict on an unknown outcome. */
  question?: { step: string; instance: string; text: string };
}

export interface LogLine {
  /** Ever increasing per run; a gap is a drop. */
  seq: number;
  step: string;
  instance: string;
  stream: 'out' | 'err' | 'note';
  text: string;
  /** When it was written, as near as is known, epoch milliseconds; absent where only the order is known. */
  at?: number;
}

/**
 * A subscription. `run:<namespace>/<name>` brings its detail and its log; `podlog:…` a container's; `operations:<uid>` what may be
 * run on a cluster, `operations:` all definitions; `warnings:…` what Kubernetes warns of about one row.
 */
export type Topic =
  | 'clusters'
  | 'instances'
  | 'runs'
  | `operations:${string}`
  | `warnings:cluster/${string}`
  | `warnings:instance/${string}`
  | `run:${string}/${string}`
  | `podlog:${string}/${string}/${string}`;

export interface RowOf {
  clusters: ClusterRow;
  instances: InstanceRow;
  runs: RunRow;
}

/** What taking over a run of somebody else would execute, planned anew here, and what its journal says of itself. */
export interface Adoption {
  plan: Plan;
  /** How far each target has come, as the journal claims. */
  claims: string[];
  /** Who wrote it, as it says; '' where it says nothing. */
  by: string;
}

/** Which operation is asked about: the definition of that name that was shown, and no other. */
interface Asked {
  cluster: string;
  definition: string;
  /** The digest of its row. */
  pin: string;
  values: Record<string, string>;
}

/** Calls with a reply. A refusal is an `Answer` with `error`: one line that says what is wrong and the way out. */
export interface Calls {
  validate: { ask: Asked; answer: FieldError[] };
  /** What is offered for one field, the others as they stand. */
  choices: { ask: Asked & { parameter: string }; answer: Offer };
  plan: { ask: Asked; answer: Plan };
  /** `digest` is the shown plan's: a plan that has changed since is refused, never silently replaced. */
  start: { ask: Asked & { digest: string }; answer: { namespace: string; name: string } };
  adoption: { ask: { namespace: string; name: string }; answer: Adoption };
  /** `digest` is the shown plan's: nothing but what was shown is taken over. */
  adopt: { ask: { namespace: string; name: string; digest: string }; answer: null };
  cancel: { ask: { namespace: string; name: string }; answer: null };
  resolve: {
    ask: { namespace: string; name: string; verdict: 'happened' | 'did-not' | 'abort'; reason: string };
    answer: null;
  };
  /** The object as YAML, secrets redacted. */
  yaml: { ask: { kind: 'cluster' | 'instance' | 'run' | 'definition'; uid: string }; answer: string };
  namespaces: { ask: null; answer: string[] };
  contexts: { ask: null; answer: { name: string; current: boolean }[] };
  /** Switches what is watched; rows of every topic are reset. */
  scope: { ask: { context?: string; namespace?: string | null }; answer: null };
}

export type ToEngine =
  | { t: 'subscribe'; topic: Topic }
  | { t: 'unsubscribe'; topic: Topic }
  | { [M in keyof Calls]: { t: 'call'; id: number; method: M; ask: Calls[M]['ask'] } }[keyof Calls]
  | { t: 'stop' };

export type FromEngine =
  | { t: 'header'; header: Header }
  | {
      [T in keyof RowOf]: { t: 'rows'; topic: T; reset: boolean; upsert: RowOf[T][]; remove: string[] };
    }[keyof RowOf]
  | { t: 'run'; topic: Topic; detail: RunDetail | null }
  /** The newest first. `error`: why there are none, or not all. */
  | { t: 'warnings'; topic: Topic; rows: WarningRow[]; error: string }
  /** All of them, each time one has changed. `error`: why there are none. */
  | { t: 'operations'; topic: Topic; rows: OperationRow[]; error: string }
  /** `dropped`: lines left out before the first of these, always counted. */
  | { t: 'log'; topic: Topic; lines: LogLine[]; dropped: number; reset: boolean; ended: boolean }
  | { t: 'answer'; id: number; value: unknown }
  | { t: 'answer'; id: number; error: string }
  | { t: 'notice'; level: 'info' | 'warn' | 'error'; text: string }
  | { t: 'stopped' };

/** The engine as the ui sees it, whatever is behind: a worker, or a test's script. */
export interface EnginePort {
  send(message: ToEngine): void;
  /** Returns the way to stop listening. */
  listen(listener: (message: FromEngine) => void): () => void;
}
