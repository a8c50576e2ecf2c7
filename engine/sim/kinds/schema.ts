/** The schema of any resource, built-in or custom: decoding, emptiness, ownership. */
import { clone } from '../json.ts';
import { type Node, typeNode, UNTYPED } from '../managed/node.ts';
import { apiVersionOf, type ResourceInfo } from '../resources/info.ts';
import { DecodeError, decode } from '../schema/decode.ts';
import { META_TYPE, type TypeInfo, typeInfo, typeOfKind } from '../schema/table.ts';
import { type Dict, isDict, type SimObject } from '../types.ts';

const types = new WeakMap<ResourceInfo, Map<string, TypeInfo | undefined>>();

export function typeOf(info: ResourceInfo, version: string): TypeInfo | undefined {
  if (info.custom) return undefined;
  let versions = types.get(info);
  if (!versions) {
    versions = new Map();
    types.set(info, versions);
  }
  if (!versions.has(version)) versions.set(version, typeOfKind(info.group, version, info.kind));
  return versions.get(version);
}

export const nodeOf = (info: ResourceInfo, version: string): Node => {
  if (info.custom) return info.custom.node(version);
  const type = typeOf(info, version);
  return type ? typeNode(type) : UNTYPED;
};

const empties = new Map<string, SimObject>();

/** What an update is compared with where the object is new: the kind's zero value. Shared: to be read, never changed. */
export function emptyObject(info: ResourceInfo, version: string): SimObject {
  const apiVersion = apiVersionOf(info.group, version);
  const type = typeOf(info, version);
  if (!type) return { kind: info.kind, apiVersion, metadata: {} } as unknown as SimObject;
  const key = `${apiVersion}/${info.kind}`;
  let empty = empties.get(key);
  if (!empty) {
    empty = { kind: info.kind, apiVersion, ...decode(type, {}, false).value } as SimObject;
    empties.set(key, empty);
  }
  return empty;
}

const statuses = new Map<TypeInfo, unknown>();

/** The status of an object that has just been made; undefined where the kind shows none. */
export function initialStatus(info: ResourceInfo, version: string): unknown {
  const type = typeOf(info, version);
  if (!type) return undefined;
  if (!statuses.has(type)) statuses.set(type, decode(type, {}).value.status);
  return clone(statuses.get(type));
}

export interface DecodedObject {
  object: SimObject;
  unknown: string[];
}

/** An empty list of owners means that the sender wants none; decoding would drop it. */
function keepReset(object: SimObject, data: Dict): SimObject {
  const sent = isDict(data.metadata) ? data.metadata.managedFields : undefined;
  if (Array.isArray(sent) && sent.length === 0) object.metadata.managedFields = [];
  return object;
}

/** Data as an object of the resource in a version; `before` is the object that it changes. Throws DecodeError where it doesn't fit. */
export function decodeObject(
  info: ResourceInfo,
  version: string,
  data: Dict,
  defaults = true,
  before?: SimObject,
): DecodedObject {
  const apiVersion = apiVersionOf(info.group, version);
  const type = typeOf(info, version);
  if (type) {
    const same = before?.apiVersion === apiVersion ? (before as unknown as Dict) : undefined;
    const { value, unknown } = decode(type, data, defaults, same);
    return { object: keepReset({ kind: info.kind, apiVersion, ...value } as SimObject, data), unknown };
  }
  const meta = data.metadata;
  if (meta !== undefined && meta !== null && !isDict(meta))
    throw new DecodeError('json: cannot unmarshal into Go struct field .metadata of type v1.ObjectMeta');
  const decoded = decode(typeInfo(META_TYPE), meta ?? {}, false);
  const { kind: _kind, apiVersion: _apiVersion, metadata: _metadata, ...rest } = data;
  const object = { apiVersion, kind: info.kind, metadata: decoded.value, ...clone(rest) } as unknown as SimObject;
  const unknown = decoded.unknown.map((path) => `metadata.${path}`);
  if (info.custom) unknown.push(...info.custom.complete(object, version, defaults));
  return { object: keepReset(object, data), unknown };
}
