import { badRequest } from '../errors.ts';
import type { WriteContext } from '../kernel.ts';
import { type DecodedObject, decodeObject } from '../kinds/schema.ts';
import { apiVersionOf, type ResourceInfo } from '../resources/info.ts';
import { DecodeError } from '../schema/decode.ts';
import { typeOfKind } from '../schema/table.ts';
import { type Dict, isDict, type SimObject } from '../types.ts';
import { invalid, invalidObject } from '../validation/fielderror.ts';

const nameIn = (data: Dict): string =>
  isDict(data.metadata) && typeof data.metadata.name === 'string' ? data.metadata.name : '';

/** Kinds that every version has. */
const EVERYWHERE = new Set([
  'CreateOptions',
  'DeleteOptions',
  'GetOptions',
  'ListOptions',
  'PatchOptions',
  'UpdateOptions',
  'WatchEvent',
]);

/** Kind and version are looked at before anything else, and can only be words. */
function checkHeader(info: ResourceInfo, data: Dict): void {
  for (const field of ['apiVersion', 'kind']) {
    const value = data[field];
    if (value === undefined || value === null || typeof value === 'string') continue;
    const shown = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    const text = JSON.stringify(data);
    throw badRequest(
      `the object provided is unrecognized (must be of type ${info.kind}): couldn't get version/kind; json parse error: json: cannot unmarshal ${shown} into Go struct field .${field} of type string (${text.length > 30 ? `${text.slice(0, 30)} ...` : text})`,
    );
  }
}

/** Data that says it is of another kind or version than the request's URL. */
function checkKind(info: ResourceInfo, version: string, data: Dict): void {
  const kind = typeof data.kind === 'string' && data.kind ? data.kind : info.kind;
  const expected = apiVersionOf(info.group, version);
  const apiVersion = typeof data.apiVersion === 'string' && data.apiVersion ? data.apiVersion : expected;
  if (info.custom && !data.kind) {
    const text = JSON.stringify(data);
    throw badRequest(
      `the object provided is unrecognized (must be of type ${info.kind}): Object 'Kind' is missing in '${text}' (${text.length > 30 ? `${text.slice(0, 30)} ...` : text})`,
    );
  }
  if (kind === info.kind && apiVersion === expected) return;
  const [, given = ''] = splitVersion(apiVersion);
  const what = `${kind} in version ${JSON.stringify(given)} cannot be handled as a ${info.kind}`;
  if (info.custom && apiVersion === expected)
    throw invalidObject(info.group, kind, nameIn(data), [invalid('kind', kind, `must be ${info.kind}`)]);
  if (info.custom)
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  throw badRequest(`${what}: ${otherKind(info, version, data)}`);
}

const splitVersion = (apiVersion: string): [group: string, version: string] =>
  apiVersion.includes('/') ? (apiVersion.split('/') as [string, string]) : ['', apiVersion];

/** Why data that names another kind or version is none of this one; empty where it is, or doesn't say. */
export function otherKind(info: ResourceInfo, version: string, data: Dict): string {
  const expected = apiVersionOf(info.group, version);
  const kind = typeof data.kind === 'string' && data.kind ? data.kind : info.kind;
  const apiVersion = typeof data.apiVersion === 'string' && data.apiVersion ? data.apiVersion : expected;
  if (kind === info.kind && apiVersion === expected) return '';
  const [group, given] = splitVersion(apiVersion);
  if (info.custom || (!typeOfKind(group, given, kind) && !EVERYWHERE.has(kind)))
    return `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:110"`;
  return `converting (${given}.${kind}) to (${info.group.split('.')[0] || 'core'}.${info.kind}): unknown conversion`;
}

/** What strict reading finds wrong, given the paths that a kind has no place for. */
export type Problems = (unknown: readonly string[]) => string[];
export const unknownField = (path: string): string => `unknown field ${JSON.stringify(path)}`;
export const unknownFields: Problems = (unknown) => unknown.map(unknownField);

/** Says what is wrong with unknown and duplicate fields as strictly as the request asks. */
function checkStrict(kind: string, version: string, problems: readonly string[], context: WriteContext): void {
  if (problems.length === 0 || context.fieldValidation === 'Ignore') return;
  if (context.fieldValidation === 'Warn')
    for (const problem of problems) {
      // Several lines of one problem are as many warnings, without its heading.
      const [first = '', ...more] = problem.split('\n  ');
      for (const line of more.length > 0 ? more : [first]) context.warn(line);
    }
  else
    throw badRequest(
      `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: strict decoding error: ${problems.join(', ')}`,
    );
}

/** As decodeObject; 400 where the data doesn't fit. */
function decodeRequest(info: ResourceInfo, version: string, data: Dict, before?: SimObject): DecodedObject {
  try {
    return decodeObject(info, version, data, true, before);
  } catch (error) {
    if (error instanceof DecodeError)
      throw badRequest(
        `${info.kind} in version ${JSON.stringify(version)} cannot be handled as a ${info.kind}: ${error.message}`,
      );
    throw error;
  }
}

/**
 * Request data to an object of the resource, in the request's version. `problems` is what is wrong with its text. `namespace` is the
 * request's; the object's own, where given, must be the same. `before` is the object that it changes, as decodeObject has it.
 */
export function admit(
  info: ResourceInfo,
  data: unknown,
  namespace: string,
  context: WriteContext,
  problems: Problems = unknownFields,
  before?: SimObject,
): SimObject {
  if (!isDict(data)) throw badRequest(`the object provided is unrecognized (must be of type ${info.kind})`);
  checkHeader(info, data);
  checkKind(info, context.version, data);
  const { object, unknown } = decodeRequest(info, context.version, data, before);
  checkStrict(info.kind, context.version, problems(unknown), context);
  setNamespace(info, object, namespace);
  return object;
}

/** Clients of custom resources are warned of new names that may be those of others. */
export function warnOfFinalizers(object: SimObject, old: SimObject | undefined, context: WriteContext): void {
  const before = old?.metadata.finalizers ?? [];
  for (const name of [...new Set(object.metadata.finalizers)].sort()) {
    if (name.includes('/') || before.includes(name)) continue;
    const path = name.includes('.') ? ' including a path (/)' : '';
    context.warn(
      `metadata.finalizers: ${JSON.stringify(name)}: prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`,
    );
  }
}

export function setNamespace(info: ResourceInfo, object: SimObject, namespace: string): void {
  if (!info.namespaced) {
    delete object.metadata.namespace;
    return;
  }
  if (object.metadata.namespace && object.metadata.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  object.metadata.namespace = namespace;
}
