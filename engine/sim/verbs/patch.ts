import { badRequest, failure, notFound } from '../errors.ts';
import { clone, mergePatch } from '../json.ts';
import type { Kernel, WriteContext } from '../kernel.ts';
import { decodeObject, emptyObject, nodeOf, typeOf } from '../kinds/schema.ts';
import type { Elsewhere } from '../managed/elsewhere.ts';
import { apply, updateLastApplied } from '../managed/manager.ts';
import { mistyped } from '../managed/typed.ts';
import { ListKeyError } from '../managed/walk.ts';
import { jsonPatch } from '../patch/jsonpatch.ts';
import { quoteChanged, quoteMap, quoteMerged } from '../patch/quote.ts';
import { strategicMerge } from '../patch/strategic.ts';
import { apiVersionOf, type ResourceInfo } from '../resources/info.ts';
import { DecodeError } from '../schema/decode.ts';
import { type Dict, isDict, type SimObject } from '../types.ts';
import { invalid, invalidObject } from '../validation/fielderror.ts';
import type { Work } from '../work.ts';
import { current, inVersion, managerInfo } from './common.ts';
import { create } from './create.ts';
import { otherKind, setNamespace } from './input.ts';
import { seenElsewhere, update, type Written } from './update.ts';

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export interface Patch {
  type: PatchType;
  /** Parsed. */
  data: unknown;
  /** The patch as it was sent, for messages. */
  text: string;
  /** Apply only: take fields from their owners. */
  force: boolean;
}

function patched(info: ResourceInfo, old: SimObject, patch: Patch, version: string): Dict {
  if (patch.type === 'json') return jsonPatch(old, patch.data) as Dict;
  if (!isDict(patch.data))
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${Array.isArray(patch.data) ? 'array' : typeof patch.data} into Go value of type map[string]interface {}`,
    );
  if (patch.type === 'merge') return mergePatch(old, patch.data) as Dict;
  const type = typeOf(info, version);
  if (!type)
    throw failure(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    );
  return strategicMerge(old as unknown as Dict, patch.data, type);
}

/** Patches an object. Apply creates it where it isn't there. */
export function* patch(
  kernel: Kernel,
  info: ResourceInfo,
  namespace: string,
  name: string,
  change: Patch,
  context: WriteContext,
): Work<Written> {
  if (change.type === 'apply') return yield* applyPatch(kernel, info, namespace, name, change, context);
  const { version } = context;
  const entry = current(kernel, info, namespace, name);
  const old = inVersion(kernel, info, entry, version);
  const result = patched(info, old, change, version);
  const object = decodePatched(info, old, result, change, context);
  const { metadata } = object;
  if (!metadata.name)
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  setNamespace(info, object, namespace);
  return yield* update(kernel, info, object, context, { fromPatch: true });
}

/** The patched data as an object. JSON and merge patches that make something else of it are at fault themselves; 422 quotes the result. */
function decodePatched(
  info: ResourceInfo,
  old: SimObject,
  result: Dict,
  change: Patch,
  context: WriteContext,
): SimObject {
  const { version } = context;
  const apiVersion = apiVersionOf(info.group, version);
  const wrong = (why: string): Error =>
    info.custom
      ? badRequest(why)
      : invalidObject('', '', '', [invalid('patch', quoted(info, old, change, version), why)]);
  if (info.custom && result.apiVersion !== apiVersion)
    throw badRequest(
      `the API version in the data (${String(result.apiVersion)}) does not match the expected API version (${apiVersion})`,
    );
  if (!info.custom && !result.apiVersion)
    throw badRequest(
      `the name of the object (${old.metadata.name} based on URL) was undeterminable: name must be provided`,
    );
  const another = otherKind(info, version, result);
  if (another) throw wrong(another);
  let decoded: ReturnType<typeof decodeObject>;
  try {
    decoded = decodeObject(info, version, result, true, old);
  } catch (error) {
    if (error instanceof DecodeError) throw wrong(change.type === 'strategic' ? restored(error) : error.message);
    throw error;
  }
  const problems = decoded.unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
  if (problems.length > 0 && context.fieldValidation === 'Strict')
    throw wrong(`strict decoding error: ${problems.join(', ')}`);
  if (context.fieldValidation === 'Warn') for (const problem of problems) context.warn(problem);
  return decoded.object;
}

/** A strategic patch is put together from values already read, and says in other words what doesn't fit. */
function restored(error: DecodeError): string {
  if (!error.wanted) return error.message;
  const { wanted, found } = error;
  const kinds: Record<string, string> = {
    array: 'slice',
    object: 'map',
    bool: 'bool',
    string: 'string',
    number: 'int64',
  };
  const kind = kinds[found] ?? found;
  if (wanted === 'struct') return `cannot restore struct from: ${kind}`;
  if (wanted === 'slice' || wanted === 'map') return `cannot restore ${wanted} from ${kind}`;
  // What Go could make the one of the other from, and doesn't here.
  const near = (kind === 'int64' && wanted === 'string') || (kind === 'float64' && /^int/.test(wanted));
  return near ? `cannot convert ${kind} to ${wanted}` : `unrecognized type: ${wanted}`;
}

/** What a refusal shows of the patch or of what it made. */
function quoted(info: ResourceInfo, old: SimObject, change: Patch, version: string): string {
  if (change.type === 'strategic') return quoteMap(change.data);
  const { kind, apiVersion, ...rest } = decodeObject(info, version, old as unknown as Dict, false).object;
  const whole = { kind, apiVersion, ...rest };
  return change.type === 'merge'
    ? quoteMerged(whole, change.data)
    : quoteChanged(jsonPatch(whole, change.data), change.data);
}

function* applyPatch(
  kernel: Kernel,
  info: ResourceInfo,
  namespace: string,
  name: string,
  change: Patch,
  context: WriteContext,
): Work<Written> {
  const { version } = context;
  const { data } = change;
  if (!isDict(data)) throw badRequest('error decoding YAML: the configuration must be an object');
  const [group, given] = splitVersion(data.apiVersion);
  if (group !== info.group || given !== version || data.kind !== info.kind)
    throw badRequest(`invalid object type: ${group}/${given}, Kind=${String(data.kind ?? '')}`);
  const sent = isDict(data.metadata) ? data.metadata : {};
  if (sent.managedFields !== undefined && sent.managedFields !== null)
    throw badRequest('metadata.managedFields must be nil');
  const problem = `failed to create typed patch object (${String(sent.namespace ?? '')}/${String(sent.name ?? '')}; ${group}/${given}, Kind=${info.kind})`;
  const type = typeOf(info, version);
  const wrong = type && mistyped(type, data);
  if (wrong) throw failure(500, '', `${problem}: ${wrong}`);
  // What the configuration doesn't say must stay unsaid: no defaults here.
  const { object: config, unknown } = decodeConfig(info, version, data, sent);
  if (unknown.length > 0)
    throw failure(
      500,
      '',
      `${problem}: ${unknown.length > 1 ? 'errors:\n  ' : ''}${unknown.map((path) => `.${path}: field not declared in schema`).join('\n  ')}`,
    );
  setNamespace(info, config, namespace);
  if (config.metadata.name && config.metadata.name !== name)
    throw badRequest(`the name of the object (${config.metadata.name}) does not match the name on the URL (${name})`);
  const entry = kernel.store.entry(info, namespace, name);
  if (!entry && (config.metadata.uid || context.subresource)) throw notFound(info, name);
  if (!entry && !config.metadata.name)
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  config.metadata.name = name;
  const live = entry ? inVersion(kernel, info, entry, version) : { ...clone(emptyObject(info, version)) };
  const managers = managerInfo(kernel, info, context, 'Apply');
  try {
    const see = function* (result: SimObject): Work<Map<string, Elsewhere>> {
      const seen = entry ? yield* seenElsewhere(kernel, info, live, result, version) : undefined;
      return seen ?? new Map();
    };
    const node = nodeOf(info, version);
    const { object } = yield* apply(node, live, emptyObject(info, version), config, managers, change.force, see);
    const { metadata } = object;
    const decoded = decodeObject(info, version, object as unknown as Dict).object;
    if (metadata.managedFields) decoded.metadata.managedFields = metadata.managedFields;
    updateLastApplied(decoded, data, context.manager);
    decoded.metadata.name = name;
    if (info.namespaced) decoded.metadata.namespace = namespace;
    if (!entry) return { entry: yield* create(kernel, info, decoded, context, false), changed: true, created: true };
    return yield* update(kernel, info, decoded, context, { tracked: false, fromPatch: true });
  } catch (error) {
    if (error instanceof ListKeyError) throw failure(500, '', `${problem}: ${error.message}`);
    throw error;
  }
}

/** Group and version of an apiVersion; empty where it isn't there. */
function splitVersion(apiVersion: unknown): [group: string, version: string] {
  const text = typeof apiVersion === 'string' ? apiVersion : '';
  const slash = text.indexOf('/');
  return slash < 0 ? ['', text] : [text.slice(0, slash), text.slice(slash + 1)];
}

/** A configuration as applied: known fields only, canonical, and nothing that wasn't said. */
function decodeConfig(
  info: ResourceInfo,
  version: string,
  data: Dict,
  sent: Dict,
): { object: SimObject; unknown: string[] } {
  let decoded: ReturnType<typeof decodeObject>;
  try {
    decoded = decodeObject(info, version, data, false);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const type = `${info.group}/${version}, Kind=${info.kind}`;
    const words = error.message.startsWith('illegal base64')
      ? `error decoding from json: ${error.message}`
      : error.message;
    throw failure(
      500,
      '',
      `failed to convert new object (${String(sent.namespace ?? '')}/${String(sent.name ?? '')}; ${type}) to proper version: unable to convert unstructured object to ${type}: ${words}`,
    );
  }
  const { object, unknown } = decoded;
  const said = onlySaid(object, data) as SimObject;
  said.metadata ??= {} as SimObject['metadata'];
  return { object: said, unknown };
}

/** The decoded value cut back to the keys of the data it comes from. */
function onlySaid(value: unknown, data: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(data)) return value.map((item, index) => onlySaid(item, data[index]));
  if (!isDict(value) || !isDict(data)) return value;
  const result: Dict = {};
  for (const key of Object.keys(data)) {
    if (Object.hasOwn(value, key)) result[key] = onlySaid(value[key], data[key]);
    else if (data[key] !== undefined && data[key] !== null) result[key] = clone(data[key]);
  }
  return result;
}
