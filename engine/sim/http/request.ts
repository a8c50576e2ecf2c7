import type { IncomingMessage } from 'node:http';
import { failure, pageNotFound } from '../errors.ts';
import type { Registry, Served } from '../resources/registry.ts';
import { isTrue } from './options.ts';

/** What a request's method and URL ask for. */
export interface RequestInfo {
  method: string;
  path: string;
  query: URLSearchParams;
  /** In RBAC's words; for other paths the method in lower case. */
  verb: string;
  /** Absent for paths that are no resource: /version, discovery. */
  target: Target | undefined;
}

export interface Target extends Served {
  group: string;
  namespace: string;
  name: string;
  subresource: string;
  /** Behind the subresource: the path of a proxied request. */
  rest: string;
}

const VERBS: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

function verbOf(method: string, name: string, query: URLSearchParams, legacyWatch: boolean): string {
  if (method === 'GET' || method === 'HEAD') {
    const asked = isTrue(query.get('watch'));
    // A named object is got, whatever the query says; only the older paths watch one.
    if (legacyWatch || (asked && !name)) return 'watch';
    return name ? 'get' : 'list';
  }
  if (method === 'DELETE') return name ? 'delete' : 'deletecollection';
  return VERBS[method] ?? '';
}

/** Reads /api/v1/… and /apis/GROUP/VERSION/…; throws 404 for a resource that isn't served. */
export function parseRequest(request: Pick<IncomingMessage, 'method' | 'url'>, registry: Registry): RequestInfo {
  const method = request.method ?? 'GET';
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  const plain = {
    method,
    path,
    query,
    verb: method === 'HEAD' ? 'get' : (VERBS[method] ?? method.toLowerCase()),
    target: undefined,
  };
  let parts: string[];
  try {
    parts = path.split('/').slice(1);
    if (path.includes('%')) parts = parts.map(decodeURIComponent);
  } catch {
    throw failure(400, 'BadRequest', 'the request URL is not valid');
  }
  while (parts.at(-1) === '') parts.pop();
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return plain;
  const group = core ? '' : (parts[1] ?? '');
  const version = parts[core ? 1 : 2] ?? '';
  let rest = parts.slice(core ? 2 : 3);
  if (rest.length === 0) return plain;
  const legacyWatch = rest[0] === 'watch' && rest.length > 1;
  if (legacyWatch) rest = rest.slice(1);
  let namespace = '';
  if (rest[0] === 'namespaces' && rest.length > 2 && !(group === '' && ['status', 'finalize'].includes(rest[2]!))) {
    namespace = rest[1]!;
    rest = rest.slice(2);
  }
  const [plural = '', name = '', subresource = '', ...behind] = rest;
  const served = registry.served(group, version, plural);
  // What no definition describes is no path of this server; within its own groups, a resource is missing.
  if (!served && !registry.isBuiltin(group)) return plain;
  if (!served || (served.info.namespaced && !namespace && name) || (!served.info.namespaced && namespace))
    throw pageNotFound();
  if (behind.length > 0 && subresource !== 'proxy') throw pageNotFound();
  const verb = verbOf(method, name, query, legacyWatch);
  return {
    method,
    path,
    query,
    verb,
    target: { ...served, group, namespace, name, subresource, rest: behind.join('/') },
  };
}
