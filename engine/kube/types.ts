/** What the rooms above know of a Kubernetes API server. The implementation is in this folder; tests may bring another. */

import type { Message } from './protobuf.ts';

export interface Target {
  context: string;
  cluster: string;
  user: string;
  /** Whom requests are made as, where that is somebody else: the user, and groups if any. */
  as?: string;
  server: string;
  /** The context's namespace, `default` where it names none. */
  namespace: string;
}

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  /** Of the body; `application/json` where unset. */
  contentType?: string;
  accept?: string;
  signal?: AbortSignal;
  /** Whole request, body included. Streams have none. Default 30 s. */
  timeoutMs?: number;
  /** Leave `managedFields` out of the answer. They are cut away before it is parsed, which halves the time of a list. */
  dropManagedFields?: boolean;
  /**
   * The answer may come as protobuf, and then has these fields of it only; a server that has none of the kind answers in JSON. Half of
   * the time of a list for both sides.
   */
  protobuf?: Message | undefined;
}

/** Of an open-ended body. */
export interface StreamOptions extends Omit<RequestOptions, 'timeoutMs' | 'dropManagedFields' | 'protobuf'> {
  /** How long to wait for the answer to begin, default 30 s; 0: without end (the log of a silent container). */
  headersTimeoutMs?: number;
}

export interface StatusCause {
  reason: string;
  field: string;
  message: string;
}

/**
 * Why a call failed. `status` is the HTTP status, 0 where no answer came. Only errors with `sent: false` are known to have had no effect.
 */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly status: number;
  /** The Status object's reason (`NotFound`, `Forbidden`, …), or `Timeout`, `Connection`, `Certificate`, `Auth`, `Config`, `Aborted`, `NotKubernetes`. */
  readonly reason: string;
  readonly causes: StatusCause[];
  readonly retryAfterMs: number | undefined;
  /** Whether the request may have reached the server. */
  readonly sent: boolean;

  constructor(
    message: string,
    fields: {
      status: number;
      reason: string;
      causes?: StatusCause[];
      retryAfterMs?: number;
      sent?: boolean;
      cause?: unknown;
    },
  ) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.status = fields.status;
    this.reason = fields.reason;
    this.causes = fields.causes ?? [];
    this.retryAfterMs = fields.retryAfterMs;
    this.sent = fields.sent ?? true;
  }
}

/** One server-side resource, from discovery. */
export interface Resource {
  group: string;
  version: string;
  plural: string;
  kind: string;
  namespaced: boolean;
  verbs: string[];
}

export interface ResourcesOptions {
  /** Ask the server, whatever is known. */
  fresh?: boolean;
  /** What an earlier command has read in the last ten minutes will do. */
  cached?: boolean;
  /** Ask the server again where nothing that is known fits: absence is never taken from what may be old. */
  having?: (resource: Resource) => boolean;
  signal?: AbortSignal;
}

/** How an exec ended. `unknown`: the stream broke, or closed without a status; never read as success. */
export type ExecOutcome =
  | { kind: 'exit'; code: number }
  | { kind: 'refused'; message: string }
  | { kind: 'unknown'; why: string };

export interface ExecRequest {
  namespace: string;
  pod: string;
  container: string;
  command: string[];
  /**
   * Whole standard input; none: stdin is not opened. A command that ends without reading all of a large input may never be
   * reported as ended (a kubelet's bug that kubectl shares): give a `signal`, or let the command read to the end.
   */
  stdin?: Uint8Array;
  /**
   * The server may lose the tail of a large output and still report the right exit code: what must be whole carries its own
   * length or checksum.
   */
  onStdout?: (chunk: Uint8Array) => void;
  onStderr?: (chunk: Uint8Array) => void;
  signal?: AbortSignal;
}

export interface AccessQuestion {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  namespace?: string;
  name?: string;
}

/** A connection to one context, as one user. All methods reject with KubeError only. */
export interface KubeClient {
  readonly target: Target;
  /** One call with a parsed JSON answer; where `accept` is `text/…`, the text (`T` is string then). 429 with Retry-After is obeyed inside, within the timeout. */
  request<T>(path: string, options?: RequestOptions): Promise<T>;
  /** An open-ended body (watch, followed log). Rejects unless the status is 2xx; ends or throws when the stream does. */
  stream(path: string, options?: StreamOptions): Promise<AsyncIterable<Uint8Array>>;
  /** Never rejects for what happened after the command was sent: see ExecOutcome. Rejects where it was refused before. */
  exec(request: ExecRequest): Promise<ExecOutcome>;
  /** All served resources, preferred versions first; kept for ten minutes. */
  resources(options?: ResourcesOptions): Promise<Resource[]>;
  /** SelfSubjectAccessReview. */
  may(question: AccessQuestion, signal?: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}
