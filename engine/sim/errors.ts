/** The Status objects a Kubernetes API server answers with; their words are part of its interface (kubectl prints them). */

export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: { continue?: string };
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}

/** A request that the API refuses. Everything the verbs throw on purpose is one of these. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: Status;
  constructor(status: Status) {
    super(status.message ?? status.reason ?? 'failure');
    this.status = status;
  }
  get code(): number {
    return this.status.code ?? 500;
  }
}

/** What a server says of a fault that is not the request's. */
export const internalError = (message: string): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: `Internal error occurred: ${message}`,
  reason: 'InternalError',
  details: { causes: [{ message }] },
  code: 500,
});

/** A kubelet that refuses a stream. Its words are handed on as text, or, by a server that has upgraded already, within a Status. */
export class KubeletRefusal extends ApiError {
  readonly answer: { code: number; text: string };
  constructor(code: number, text: string) {
    super(internalError(`unable to upgrade connection: ${text}`));
    this.answer = { code, text };
  }
}

/** Resource named in an error: `pods` or, outside the core group, `deployments.apps`. */
export interface GroupResource {
  group: string;
  plural: string;
}

export const qualified = (resource: GroupResource): string =>
  resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;

export function failure(code: number, reason: string, message: string, details?: StatusDetails): ApiError {
  return new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason ? { reason } : {}),
    ...(details ? { details } : {}),
    code,
  });
}

const about = (resource: GroupResource, name: string): StatusDetails => ({
  ...(name ? { name } : {}),
  ...(resource.group ? { group: resource.group } : {}),
  kind: resource.plural,
});

export const notFound = (resource: GroupResource, name: string): ApiError =>
  failure(404, 'NotFound', `${qualified(resource)} ${JSON.stringify(name)} not found`, about(resource, name));

export const alreadyExists = (resource: GroupResource, name: string): ApiError =>
  failure(409, 'AlreadyExists', `${qualified(resource)} ${JSON.stringify(name)} already exists`, about(resource, name));

export const conflict = (resource: GroupResource, name: string, why: string): ApiError =>
  failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} ${JSON.stringify(name)}: ${why}`,
    about(resource, name),
  );

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export const badRequest = (message: string): ApiError => failure(400, 'BadRequest', message);

export const unauthorized = (): ApiError => failure(401, 'Unauthorized', 'Unauthorized');

export function forbidden(resource: GroupResource, name: string, why: string): ApiError {
  const subject = name ? `${qualified(resource)} ${JSON.stringify(name)}` : qualified(resource);
  return failure(403, 'Forbidden', `${subject} is forbidden: ${why}`, about(resource, name));
}

export const notAllowed = (): ApiError =>
  failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

/** An URL that no resource is served under. */
export const pageNotFound = (): ApiError =>
  failure(404, 'NotFound', 'the server could not find the requested resource', {});

export const expired = (message: string, token?: string): ApiError => {
  const error = failure(410, 'Expired', message);
  if (token !== undefined) error.status.metadata.continue = token;
  return error;
};

export function tooLargeResourceVersion(asked: string, current: number): ApiError {
  return failure(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** Does it, unless the API refuses: others may be faster, or what it is about may have gone or changed; that is seen in time. */
export function unlessRefused(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}
