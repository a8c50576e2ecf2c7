/**
 * The kinds of the project's API, as TypeScript. The schemas in schema/ are the source of the CRDs; schema/check.ts holds
 * these types to them when they are compiled.
 */
import type { Phase } from './phases.ts';
import type { ComponentSelector, ContainerBody, GetBody, Step } from './steps.ts';

export type { ComponentSelector, ContainerBody, Step } from './steps.ts';

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Any object of a cluster. Unknown fields are kept. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

export type ParameterValue = string | number | boolean | (string | number | boolean)[];

/** What one value must satisfy; `pattern` is RE2 and not anchored by itself. */
export interface ValueSchema {
  type?: 'string' | 'integer' | 'number' | 'boolean';
  enum?: (string | number | boolean)[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  format?: 'quantity' | 'duration' | 'instance' | 'component' | 'cluster';
}

export interface ParameterSchema extends Omit<ValueSchema, 'type'> {
  type?: ValueSchema['type'] | 'array';
  minItems?: number;
  maxItems?: number;
  items?: ValueSchema;
}

/**
 * Offered values: a list, or what a reading step finds: its lines, or what `values` (CEL over `stdout`) gives, a list of
 * texts or of `{value, label}`. The step only reads: it is run whenever the form is looked at.
 */
export type Choices =
  | (string | number)[]
  | { container?: ContainerBody; get?: GetBody; components?: ComponentSelector[]; values?: string };

export interface ParameterDefinition {
  name: string;
  /** The default. Without a schema its type is the parameter's type. */
  value?: ParameterValue;
  description?: string;
  required?: boolean;
  secret?: boolean;
  schema?: ParameterSchema;
  choices?: Choices;
  /** Another parameter, whose value this one must not have. */
  differsFrom?: string;
}

export interface ParameterAssignment {
  name: string;
  value?: ParameterValue;
}

export interface Strategies {
  /** Further attempts after a known failure; never after an unknown outcome. */
  retryTimes?: number;
  container?: ContainerBody;
  components?: ComponentSelector[];
}

export type EffectName = 'read' | 'change' | 'destroy';

export interface OpsDefinitionSpec {
  clusterDefinitionRef?: string;
  type?: string;
  description?: string;
  effect?: EffectName;
  parameters?: ParameterDefinition[];
  preconditions?: { expression: string; message?: string }[];
  /** The default of every step; without steps it is the only step. One of the two is always there. */
  strategies?: Strategies;
  steps?: Step[];
  /** Run whatever happened before. */
  finally?: Step[];
}

export interface OpsDefinition extends KubeObject {
  kind: 'OpsDefinition';
  spec: OpsDefinitionSpec;
}

export interface OpsRequestSpec {
  clusterRef: string;
  /** Kind.group of the cluster where its name alone is ambiguous. */
  clusterKind?: string;
  type?: string;
  opsDefinitionRef?: string;
  ttlSecondsAfterSucceed?: number;
  preConditionDeadlineSeconds?: number;
  parameters?: ParameterAssignment[];
  cancel?: boolean;
  /** The seed's built-in operations (`type: Upgrade`, `VerticalScaling`, …). */
  clusterOps?: { upgrade?: { appVersionRef?: string; appVersion?: string } };
  componentOps?: ComponentOps[];
}

export interface ComponentOps {
  componentNames: string[];
  verticalScaling?: { requests?: Record<string, string | number>; limits?: Record<string, string | number> };
  horizontalScaling?: { replicas?: number; roleGroups?: { name: string; replicas?: number }[] };
  volumeExpansion?: { name: string; storage: string | number }[];
}

export interface ConditionStatus {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  observedGeneration?: number;
}

/** The seed's form of a step's state; the engine keeps more beside it. Times are RFC 3339. */
export interface TaskStatus {
  status?: string;
  startedAt?: string;
  finishedAt?: string;
  message?: string;
  [field: string]: unknown;
}

/** The journal of a run: a fixed head for all readers, and whatever else the engine keeps. */
export interface OpsRequestStatus {
  phase?: Phase;
  message?: string;
  observedGeneration?: number;
  startTimestamp?: string;
  completionTimestamp?: string;
  conditions?: ConditionStatus[];
  tasks?: Record<string, TaskStatus>;
  components?: Record<string, { phase?: string; [field: string]: unknown }>;
  [field: string]: unknown;
}

export interface OpsRequest extends KubeObject {
  kind: 'OpsRequest';
  spec: OpsRequestSpec;
  status?: OpsRequestStatus;
}

/**
 * A path into an object, from its root: `status.phase`, `spec.shards[*].name`, `status.members.*.message`,
 * `metadata.labels["app.kubernetes.io/name"]`. A leading dot is allowed. It may give several values, or none.
 */
export type FieldPath = string;

/** Where a text comes from. A plain string is a path. */
export type ValueSource =
  | FieldPath
  | { const: string }
  /** The tag of the image that the path gives. */
  | { imageTag: FieldPath }
  /** CEL over `object`. */
  | { expr: string };

/** Labels to match; `{name}` stands for the cluster's name. Every entry must hold. */
export type LabelMatch = Record<string, string>;

/** The first rule whose `when` (CEL over `object`) holds says the phase; the last may leave `when` out. */
export interface PhaseRule {
  when?: string;
  is: string;
}

export type HealthName = 'ok' | 'busy' | 'warn' | 'bad' | 'off' | 'unknown';

export interface ProviderSpec {
  /** Kinds whose objects are clusters, as plural.group; of `versions` (best first) the first that is served is read, else the server's preferred. */
  resources: { resource: string; kind: string; versions?: string[] }[];
  /** Workloads only: objects that something else controls, or whose pods another provider claims, are no clusters of this one. */
  unclaimed?: boolean;
  /** Objects of one namespace for which this gives the same name are one cluster of that name. */
  groupBy?: ValueSource[];
  /** Names a cluster goes by, all of them: what `clusterDefinitionRef` is held against. */
  definitions?: ValueSource[];
  /** Of these and the next: the first source that gives something. Several values are joined. */
  version?: ValueSource[];
  /** `from`, or `rules`; `missing` is the word where neither gives one. */
  phase: { from?: FieldPath; rules?: PhaseRule[]; missing?: string };
  /** Phase → health; `*` for every other. */
  health: Record<string, HealthName>;
  /** Texts that tell why a phase is not a healthy one. */
  messages?: FieldPath[];
  /** Components that the object declares, each an entry of `list` (or, without `list`, the object itself). */
  components?: {
    list?: FieldPath;
    name: ValueSource[];
    aliases?: ValueSource[];
    /** How many instances it should have: a number, or a list whose length counts. */
    replicas?: FieldPath;
  }[];
  pods: {
    /** Any of these claims a pod for the cluster. */
    selectors?: LabelMatch[];
    /** Pods belong to the object that controls them (through a ReplicaSet, too). */
    controlled?: boolean;
    /** The pod's component: the value of a label, or always the same. */
    component?: { label?: string; aliasLabels?: string[]; const?: string };
    /** Where a pod's role is found: a label of the pod; a label that an annotation of the cluster's object names. `map`: the operator's word → the normalised one. */
    role?: { label?: string; labelFrom?: string; map?: Record<string, string> };
  };
  /** How the object names its primary. An instance without a role label that it names has role `role`. */
  primary?: {
    from?: FieldPath;
    as?: 'podName' | 'podIP';
    role?: string;
    /** More than one primary in a component is an error. */
    exclusive?: boolean;
    /** No primary is expected while every path has the value. */
    unless?: Record<string, string | number | boolean>;
  };
  /** Services and volume claims that neither their selector nor a pod ties to the cluster already. */
  services?: { selectors: LabelMatch[] };
  volumes?: { selectors: LabelMatch[] };
  /** Fields that are secret: never shown, printed or logged. */
  redact?: FieldPath[];
}

/** Maps an operator's resources to clusters, components, instances and roles. */
export interface Provider extends KubeObject {
  kind: 'Provider';
  spec: ProviderSpec;
}

/** The groups under which the same kinds are served; the first is the project's own, the others the seed documents'. */
export const GROUPS = {
  own: 'opsdeck.dev',
  seedCustomOps: 'opendbaas.infracreate.com',
  seedOpsRequest: 'dbaas.kubeblocks.io',
} as const;
export const VERSION = 'v1alpha1';
