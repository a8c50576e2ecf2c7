/** Steps of an OpsDefinition, as TypeScript: one body each, and what stands around it. Texts that are CEL say so. */

export interface ContainerBody {
  /** Empty: exec in the container `name` of the picked pod. Set: a Job runs it. */
  image?: string;
  /** The container of the pod to exec in; empty: its first. */
  name?: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value: string }[];
  /** Text for the standard input; `{{STDIN}}` is the path of a file that holds it. */
  stdin?: string;
}

export interface ComponentSelector {
  /** The component's name (or its definition's). */
  type: string;
  /** Roles, in the operator's own word or the normalised one; empty: every role. */
  roleGroups?: string[];
  /** One instance, sticky for the run; otherwise all of them, in turn. */
  pickOne?: boolean;
}

export interface GetBody {
  apiVersion: string;
  kind: string;
  name: string;
  namespace?: string;
}

export interface PatchBody extends GetBody {
  subresource?: string;
  type?: 'merge' | 'json' | 'strategic' | 'apply';
  patch: unknown;
}

export interface DeleteBody extends GetBody {
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
}

export interface CreateBody {
  manifest: unknown;
}

export interface ApproveBody {
  message?: string;
  /** CEL; what the approver is shown. */
  show?: string[];
  approvals?: number;
  preventSelfReview?: boolean;
}

/** `value` is CEL over the body's result: stdout, stderr, exitCode, object, results. */
export interface Output {
  name: string;
  value: string;
}

export interface Step {
  name: string;
  container?: ContainerBody;
  patch?: PatchBody;
  create?: CreateBody;
  delete?: DeleteBody;
  get?: GetBody;
  approve?: ApproveBody;
  components?: ComponentSelector[];
  effect?: 'read' | 'change' | 'destroy';
  /** It may be run again by itself when its outcome is unknown. */
  idempotent?: boolean;
  when?: string;
  forEach?: string;
  maxConcurrency?: number;
  maxErrors?: number;
  outputs?: Output[];
  assert?: { expression: string; message?: string }[];
  until?: string;
  interval?: string;
  timeout?: string;
  retry?: { limit?: number; backoff?: { duration?: string; factor?: number; maxDuration?: string } };
  onError?: 'stop' | 'continue';
  /** Finds out, by reading, whether the step has happened. */
  probe?: {
    container?: ContainerBody;
    get?: GetBody;
    components?: ComponentSelector[];
    outputs?: Output[];
    done: string;
  };
  /** Offered after a failure, never run by itself. */
  undo?: { container?: ContainerBody; patch?: PatchBody; create?: CreateBody; delete?: DeleteBody };
}
