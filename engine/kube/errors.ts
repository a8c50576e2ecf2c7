/** What went wrong, in one sentence that a person can act on: HTTP answers and connection failures become a KubeError. */
import { clean } from './sanitise.ts';
import { KubeError, type StatusCause, type Target } from './types.ts';

const MAX_MESSAGE = 600;

/** The Status object of an answer, as far as it is one. */
export interface StatusBody {
  message: string;
  reason: string;
  causes: StatusCause[];
  retryAfterSeconds: number | undefined;
}

export function statusOf(body: string): StatusBody | undefined {
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(body) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  if (parsed === null || typeof parsed !== 'object' || parsed.kind !== 'Status') return undefined;
  const details = (parsed.details ?? {}) as { causes?: unknown; retryAfterSeconds?: unknown };
  const causes = Array.isArray(details.causes) ? (details.causes as Record<string, unknown>[]) : [];
  const text = (value: unknown) => (typeof value === 'string' ? clean(value, MAX_MESSAGE) : '');
  return {
    message: text(parsed.message),
    reason: text(parsed.reason),
    causes: causes
      .filter((cause) => typeof cause === 'object' && cause !== null)
      .map((cause) => ({ reason: text(cause.reason), field: text(cause.field), message: text(cause.message) })),
    retryAfterSeconds: typeof details.retryAfterSeconds === 'number' ? details.retryAfterSeconds : undefined,
  };
}

/** An answer that is not 2xx. `retryAfter` is the header's text. */
export function answerError(target: Target, status: number, body: string, retryAfter?: string): KubeError {
  const told = statusOf(body);
  const seconds = Number(retryAfter ?? told?.retryAfterSeconds);
  return new KubeError(sentence(target, status, told, body), {
    status,
    reason: told?.reason || REASONS[status] || 'Unknown',
    causes: told?.causes ?? [],
    ...(Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {}),
  });
}

/** For answers without a Status: a proxy's, or a server's that isn't Kubernetes. */
const REASONS: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

function sentence(target: Target, status: number, told: StatusBody | undefined, body: string): string {
  const who = target.user === '' ? 'anonymous requests' : `the credentials of user "${target.user}"`;
  if (status === 401) {
    return `${target.server} refuses ${who} (context "${target.context}"): they may have expired; log in again`;
  }
  const message = told?.message ?? '';
  if (status === 403) {
    const denied = denial(message);
    if (denied) return denied;
  }
  if (message !== '') return message;
  const said = clean(body.trim().split('\n', 1)[0] ?? '', 200);
  if (body.includes('HTTP request to an HTTPS server')) {
    return `${target.server} wants https, and cluster "${target.cluster}" of the kubeconfig says http; fix its server`;
  }
  if (status === 404)
    return `${target.server} has nothing at this address (404); is it an API server, of a version that knows it?`;
  const quoted = said === '' || said.startsWith('<') ? '' : `: ${said}`;
  return `${target.server} answered ${status}${quoted}`;
}

const RBAC =
  /User "(?<user>[^"]*)" cannot (?<verb>\S+) (?:resource "(?<resource>[^"]*)"(?: in API group "(?<group>[^"]*)")?|path "(?<path>[^"]*)")(?: in the namespace "(?<namespace>[^"]*)"| at the cluster scope)?/;

/** The authorizer's words, turned to what must be granted. Other refusals (quota, admission) keep the server's. */
function denial(message: string): string | undefined {
  const found = RBAC.exec(message)?.groups;
  if (!found) return undefined;
  const what = found.path ?? (found.group ? `${found.resource}.${found.group}` : found.resource);
  const where = found.path ? '' : found.namespace ? ` in namespace ${found.namespace}` : ' in the whole cluster';
  return `user "${found.user}" may not ${found.verb} ${what}${where}; ask for a role that grants it`;
}

const CERTIFICATE: Record<string, (target: Target) => string> = {
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  CERT_SIGNATURE_FAILURE: unknownAuthority,
  CERT_HAS_EXPIRED: (target) =>
    `the certificate of ${target.server} has expired; renew it there, or check this machine's clock`,
  CERT_NOT_YET_VALID: (target) => `the certificate of ${target.server} is not valid yet; check this machine's clock`,
  ERR_TLS_CERT_ALTNAME_INVALID: (target) =>
    `the certificate of ${target.server} is for another name; use that name as server, or set tls-server-name of cluster "${target.cluster}"`,
};

function unknownAuthority(target: Target): string {
  return `the certificate of ${target.server} is signed by an authority that cluster "${target.cluster}" of the kubeconfig does not trust; check its certificate-authority`;
}

/** The innermost error that carries a code: undici and `net` wrap what happened. */
function coded(error: unknown): { code: string; message: string } {
  let code = '';
  let message = '';
  for (
    let at = error as (Error & { code?: string; errors?: unknown[] }) | undefined, depth = 0;
    at && depth < 5;
    depth++
  ) {
    message = at.message || message;
    if (typeof at.code === 'string' && at.code !== '') code = at.code;
    at = (at.cause ?? at.errors?.[0]) as typeof at;
  }
  return { code, message };
}

/**
 * No answer came. `sent`: whether the request may have reached the server, which only the caller knows.
 */
export function connectionError(target: Target, error: unknown, sent: boolean, timeoutMs?: number): KubeError {
  if (error instanceof KubeError) return error;
  const { code, message } = coded(error);
  const certificate = CERTIFICATE[code];
  if (certificate)
    return new KubeError(certificate(target), { status: 0, reason: 'Certificate', sent: false, cause: error });
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT' || /TIMEOUT/.test(code)) {
    return timeoutError(target, sent, timeoutMs, error);
  }
  return new KubeError(failure(target, code, message, sent), { status: 0, reason: 'Connection', sent, cause: error });
}

export function timeoutError(target: Target, sent: boolean, timeoutMs?: number, cause?: unknown): KubeError {
  const span = timeoutMs === undefined ? 'in time' : `within ${Math.round(timeoutMs / 100) / 10} s`;
  const hint = sent ? 'the server or the link is slow' : 'is a VPN or bastion needed?';
  return new KubeError(`${target.server} gave no answer ${span}; ${hint}`, {
    status: 0,
    reason: 'Timeout',
    sent,
    cause,
  });
}

export function abortedError(sent: boolean, cause?: unknown): KubeError {
  return new KubeError('the request was given up', { status: 0, reason: 'Aborted', sent, cause });
}

function failure(target: Target, code: string, message: string, sent: boolean): string {
  const { server, context } = target;
  if (code === 'ECONNREFUSED') {
    return `${server} refuses the connection (context "${context}"): the API server is down or the address is wrong`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `the host of ${server} cannot be resolved; check the name, DNS and the VPN`;
  }
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return `there is no route to ${server}; check the network and the VPN`;
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return `${server} does not speak TLS; check the address of cluster "${target.cluster}"`;
  }
  if (code.startsWith('ERR_SSL') && /ALERT/.test(code)) {
    return `${server} ended the TLS handshake (${clean(code).slice(8).toLowerCase().replaceAll('_', ' ')}); check the client certificate of user "${target.user}"`;
  }
  if (/KEY_VALUES_MISMATCH|ERR_OSSL/.test(code)) {
    return `the client certificate or key of user "${target.user}" cannot be used (${clean(message, 120)})`;
  }
  const broke = sent ? 'broke off' : 'failed';
  return `the connection to ${server} ${broke} (${code || clean(message, 120) || 'no reason given'})`;
}
