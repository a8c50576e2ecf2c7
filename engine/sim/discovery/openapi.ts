/** The OpenAPI documents, v2 as a whole and v3 by group version: what kubectl apply, explain and diff look things up in. */
import { createHash } from 'node:crypto';
import { apiVersionOf, type ResourceInfo } from '../resources/info.ts';
import type { Registry } from '../resources/registry.ts';
import type { Dict } from '../types.ts';
import { openApiProto } from './proto.ts';
import { Definitions, V2, V3 } from './schemas.ts';

const PATCHES = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];
const MEDIA = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

const ACTIONS: [verb: string, method: string, action: string, named: boolean][] = [
  ['list', 'get', 'list', false],
  ['create', 'post', 'post', false],
  ['deletecollection', 'delete', 'deletecollection', false],
  ['get', 'get', 'get', true],
  ['update', 'put', 'put', true],
  ['patch', 'patch', 'patch', true],
  ['delete', 'delete', 'delete', true],
];

const WRITES = new Set(['post', 'put', 'patch']);
const LIST_PARAMETERS = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
];
const BOOLEAN = new Set(['allowWatchBookmarks', 'force', 'sendInitialEvents', 'watch']);

function parameters(action: string, v3: boolean): Dict[] {
  const names = WRITES.has(action)
    ? ['dryRun', 'fieldManager', 'fieldValidation']
    : action === 'list'
      ? LIST_PARAMETERS
      : action.startsWith('delete')
        ? ['dryRun', 'gracePeriodSeconds', 'propagationPolicy']
        : [];
  if (action === 'patch') names.push('force');
  return names.map((name) => {
    const type = BOOLEAN.has(name) ? 'boolean' : /limit|Seconds$/.test(name) ? 'integer' : 'string';
    return v3
      ? { name, in: 'query', schema: { type, uniqueItems: true } }
      : { name, in: 'query', type, uniqueItems: true };
  });
}

const letters = (text: string): string =>
  text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');

function operation(
  info: ResourceInfo,
  version: string,
  method: string,
  action: string,
  schema: string,
  named: boolean,
  v3: boolean,
): Dict {
  const gvk = { group: info.group, version, kind: info.kind };
  const id = `${method === 'get' ? (named ? 'read' : 'list') : method === 'post' ? 'create' : method === 'put' ? 'replace' : action}${letters(info.group.split('.')[0] || 'core')}${letters(version)}${info.namespaced ? 'Namespaced' : ''}${info.kind}`;
  const ref = { $ref: `${v3 ? V3.prefix : V2.prefix}${schema}` };
  const common = {
    operationId: id,
    parameters: parameters(action, v3),
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
  };
  const patches = info.custom ? PATCHES.slice(0, 3) : PATCHES;
  if (!v3) {
    const body = WRITES.has(action) ? [{ name: 'body', in: 'body', required: true, schema: ref }] : [];
    return {
      ...common,
      consumes: action === 'patch' ? patches : ['*/*'],
      produces: MEDIA,
      schemes: ['https'],
      parameters: [...body, ...common.parameters],
      responses: { '200': { description: 'OK', schema: ref } },
    };
  }
  const content = (types: string[]) => Object.fromEntries(types.map((type) => [type, { schema: ref }]));
  return {
    ...common,
    ...(WRITES.has(action)
      ? { requestBody: { content: content(action === 'patch' ? patches : ['*/*']), required: true } }
      : {}),
    responses: { '200': { description: 'OK', content: content(MEDIA) } },
  };
}

function addPaths(paths: Record<string, Dict>, info: ResourceInfo, version: string, schema: string, v3: boolean): void {
  const root = `${info.group ? '/apis' : '/api'}/${apiVersionOf(info.group, version)}`;
  const collection = `${root}${info.namespaced ? '/namespaces/{namespace}' : ''}/${info.plural}`;
  const named = `${collection}/{name}`;
  const parameter = (name: string): Dict =>
    v3
      ? { name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } }
      : { name, in: 'path', required: true, type: 'string', uniqueItems: true };
  const space = info.namespaced ? [parameter('namespace')] : [];
  const add = (path: string, method: string, value: Dict, isNamed: boolean): void => {
    paths[path] ??= {
      parameters: [...(isNamed ? [parameter('name')] : []), ...(path.includes('{namespace}') ? space : [])],
    };
    paths[path][method] = value;
  };
  for (const [verb, method, action, isNamed] of ACTIONS) {
    if (!info.verbs.includes(verb)) continue;
    add(isNamed ? named : collection, method, operation(info, version, method, action, schema, isNamed, v3), isNamed);
    if (verb === 'list' && info.namespaced)
      add(`${root}/${info.plural}`, 'get', operation(info, version, method, action, schema, false, v3), false);
  }
  for (const sub of info.subresources)
    for (const [verb, method, action, isNamed] of ACTIONS)
      if (sub.verbs.includes(verb) && (isNamed || verb === 'create')) {
        const value = operation(info, version, method, action, schema, true, v3);
        value['x-kubernetes-group-version-kind'] = {
          group: sub.version ? sub.group : info.group,
          version: sub.version || version,
          kind: sub.kind,
        };
        add(`${named}/${sub.name}`, method, value, true);
      }
}

const INFO = { title: 'Kubernetes', version: 'v1.34.4' };

export const hashOf = (document: Buffer | string): string =>
  createHash('sha512').update(document).digest('hex').toUpperCase();

/** Documents are made when they are first asked for, and again after the served resources have changed. */
export class OpenApi {
  private readonly registry: Registry;
  private seen = -1;
  private readonly kept = new Map<string, Buffer>();
  private readonly hashes = new WeakMap<Buffer, string>();

  constructor(registry: Registry) {
    this.registry = registry;
  }

  private document(key: string, make: () => object | Buffer): Buffer {
    if (this.seen !== this.registry.changes) {
      this.kept.clear();
      this.seen = this.registry.changes;
    }
    let bytes = this.kept.get(key);
    if (!bytes) {
      const made = make();
      bytes = Buffer.isBuffer(made) ? made : Buffer.from(JSON.stringify(made));
      this.kept.set(key, bytes);
    }
    return bytes;
  }

  private *served(groupVersion?: string): Generator<[ResourceInfo, string]> {
    for (const info of this.registry.all())
      for (const version of info.versions)
        if (!groupVersion || apiVersionOf(info.group, version) === groupVersion) yield [info, version];
  }

  v2(): Buffer {
    return this.document('v2', () => {
      const definitions = new Definitions(V2);
      const paths: Record<string, Dict> = {};
      for (const [info, version] of this.served())
        addPaths(paths, info, version, definitions.kind(info, version), false);
      definitions.struct('meta.v1.DeleteOptions');
      return { swagger: '2.0', info: INFO, paths, definitions: definitions.made };
    });
  }

  v2Proto(): Buffer {
    return this.document('v2 proto', () => openApiProto(JSON.parse(this.v2().toString())));
  }

  /** One group version (`apps/v1`); undefined where nothing is served under it. */
  v3(groupVersion: string): Buffer | undefined {
    if ([...this.served(groupVersion)].length === 0) return undefined;
    return this.document(groupVersion, () => {
      const definitions = new Definitions(V3);
      const paths: Record<string, Dict> = {};
      for (const [info, version] of this.served(groupVersion))
        addPaths(paths, info, version, definitions.kind(info, version), true);
      definitions.struct('meta.v1.DeleteOptions');
      definitions.struct('meta.v1.Status');
      return { openapi: '3.0.0', info: INFO, paths, components: { schemas: definitions.made } };
    });
  }

  /** A name of a document that changes with it. */
  hash(document: Buffer): string {
    let hash = this.hashes.get(document);
    if (!hash) {
      hash = hashOf(document);
      this.hashes.set(document, hash);
    }
    return hash;
  }

  /** Where each group version's document is; the hash changes with the document. */
  index(): object {
    const paths: Dict = {};
    for (const [group, versions] of this.registry.groupVersions())
      for (const version of versions) {
        const path = `${group ? 'apis' : 'api'}/${apiVersionOf(group, version)}`;
        const document = this.v3(apiVersionOf(group, version)) ?? Buffer.alloc(0);
        paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${this.hash(document)}` };
      }
    return { paths };
  }
}
