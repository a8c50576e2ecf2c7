/** Paths that are no resource: version, discovery, and the server's own pages. */

import { aggregated } from '../discovery/aggregated.ts';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from '../discovery/legacy.ts';
import { hashOf, type OpenApi } from '../discovery/openapi.ts';
import { failure, notAllowed, pageNotFound } from '../errors.ts';
import type { Kernel } from '../kernel.ts';
import { authorize } from '../rbac/rules.ts';
import type { Registry } from '../resources/registry.ts';
import { answerPage } from './pages.ts';
import { sendBytes, sendJson, sendKept, sendText } from './reply.ts';
import type { Call } from './server.ts';

const VERSION = {
  major: '1',
  minor: '34',
  emulationMajor: '1',
  emulationMinor: '34',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '33',
  gitVersion: 'v1.34.4',
  gitCommit: '',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'opsdeck-sim',
  platform: 'linux/amd64',
};

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

const wantsAggregated = (call: Call): boolean => {
  const accept = call.request.headers.accept ?? '';
  return accept
    .split(',')
    .some(
      (part) =>
        part.includes('as=APIGroupDiscoveryList') &&
        part.includes('v=v2') &&
        !part.includes('v=v2beta1') &&
        part.includes('json'),
    );
};

/** Of the discovery documents, the one at a path. */
function discovery(
  call: Call,
  registry: Registry,
  path: string,
  port: number,
): { body: object; type?: string } | undefined {
  if (path === '/api' || path === '/apis') {
    if (wantsAggregated(call)) return { body: aggregated(registry, path === '/api'), type: AGGREGATED };
    return { body: path === '/api' ? apiVersions(port) : apiGroupList(registry) };
  }
  const [root, first = '', second = '', ...more] = path.split('/').slice(1);
  if (more.length > 0) return undefined;
  let body: object | undefined;
  if (root === 'api' && !second) body = apiResourceList(registry, '', first);
  if (root === 'apis') body = second ? apiResourceList(registry, first, second) : apiGroup(registry, first);
  return body && { body };
}

function openApiDocument(openapi: OpenApi, path: string): Buffer | undefined {
  if (path === '/openapi/v2') return openapi.v2();
  if (path === '/openapi/v3') return Buffer.from(JSON.stringify(openapi.index()));
  const groupVersion = /^\/openapi\/v3\/apis?\/(.+)$/.exec(path)?.[1];
  return groupVersion ? openapi.v3(groupVersion) : undefined;
}

/** Under a group of the server's own something is only missing; elsewhere there is no page at all. */
function knownGroup(registry: Registry, path: string): boolean {
  const [root, first = ''] = path.split('/').slice(1);
  return root === 'api' || (root === 'apis' && registry.isBuiltin(first) && first !== '');
}

const V2_PROTO = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

const YEAR = 365 * 86_400_000;

/** The document of a group version: who asks for it by its hash may keep it, for it never becomes another. */
function sendVersion(call: Call, path: string, document: Buffer, etag: string): void {
  const asked = call.query.get('hash');
  const keeping = { etag, vary: 'Accept' };
  if (asked && asked !== etag) {
    call.response.setHeader('Location', `${path}?hash=${etag}`);
    call.response.writeHead(301, { ETag: JSON.stringify(etag), 'Content-Length': '0' });
    call.response.end();
  } else if (asked) {
    const expires = new Date(Date.now() + YEAR).toUTCString().replace('GMT', 'UTC');
    sendKept(call, document, 'application/json', { ...keeping, control: 'public, immutable', expires });
  } else sendKept(call, document, 'application/json', keeping);
}

export interface PathSources {
  registry: Registry;
  openapi: OpenApi;
  port: number;
}

export function answerPath(call: Call, kernel: Kernel, { registry, openapi, port }: PathSources): void {
  authorize(kernel, call.user, {
    verb: call.verb,
    group: '',
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
    path: call.path,
  });
  const path = call.path.length > 1 ? call.path.replace(/\/+$/, '') : call.path;
  const accept = call.request.headers.accept ?? '';
  const document = path.startsWith('/openapi/') ? openApiDocument(openapi, path) : undefined;
  const known = document && path !== '/openapi/v3' ? openapi.hash(document) : '';
  if (path === '/version') {
    if (call.request.method !== 'GET') throw notAllowed();
    sendJson(call, 200, VERSION);
  } else if (answerPage(call, kernel, path, port, VERSION.gitVersion)) return;
  else if (path === '/openapi/v2' && accept.startsWith('application/com.github.proto-openapi.spec.v2'))
    sendKept(call, openapi.v2Proto(), V2_PROTO, { etag: known, vary: 'Accept-Encoding, Accept' });
  else if (document) {
    if (accept && !/json|\*\/\*/.test(accept))
      throw failure(406, 'NotAcceptable', 'only the following media types are accepted: application/json', {});
    if (!known) sendBytes(call, 200, [document]);
    else if (path === '/openapi/v2')
      sendKept(call, document, 'application/json', { etag: known, vary: 'Accept-Encoding, Accept' });
    else sendVersion(call, path, document, known);
  } else {
    const found = discovery(call, registry, path, port);
    if (found?.type) {
      const text = JSON.stringify(found.body);
      sendKept(call, Buffer.from(text), found.type, { etag: hashOf(text), vary: 'Accept', control: 'public' });
    } else if (found) sendJson(call, 200, found.body);
    else if (knownGroup(registry, path)) throw pageNotFound();
    else sendText(call, 404, '404 page not found\n');
  }
}
