/** Between the versions of a resource. Custom resources and built-ins have one shape under every version; events have two, by group. */
import { clone } from '../json.ts';
import { apiVersionOf, type ResourceInfo } from '../resources/info.ts';
import { decode } from '../schema/decode.ts';
import { typeOfKind } from '../schema/table.ts';
import type { Entry } from '../store/entry.ts';
import type { SimObject } from '../types.ts';

/** What an Event of v1 calls a field, and one of events.k8s.io/v1. */
const EVENT_FIELDS = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
] as const;
const EVENTS_GROUP = 'events.k8s.io/v1';

function renamedEvent(event: SimObject, apiVersion: string): SimObject {
  const [from, to] = apiVersion === EVENTS_GROUP ? [0, 1] : [1, 0];
  const names = new Map<string, string>(EVENT_FIELDS.map((pair) => [pair[from]!, pair[to]!]));
  const { kind, apiVersion: _old, ...fields } = event;
  const renamed = Object.fromEntries(Object.entries(fields).map(([name, value]) => [names.get(name) ?? name, value]));
  // What one shape writes though it is empty, the other leaves out.
  const type = typeOfKind(apiVersion === EVENTS_GROUP ? 'events.k8s.io' : '', 'v1', kind);
  return { kind, apiVersion, ...(type ? decode(type, renamed, false).value : renamed) } as SimObject;
}

function inApiVersion(object: SimObject, apiVersion: string): SimObject {
  if (object.apiVersion === apiVersion) return object;
  if (object.apiVersion === EVENTS_GROUP || apiVersion === EVENTS_GROUP) return renamedEvent(object, apiVersion);
  return { ...object, apiVersion };
}

/** An event in the shape of v1. */
export const coreEvent = (event: SimObject): SimObject => inApiVersion(event, 'v1');

const versionOf = ({ apiVersion }: SimObject): string => apiVersion.slice(apiVersion.indexOf('/') + 1);

/** As it is stored: of a custom resource the fields that the storage version has, with its defaults, which every read would fill in. */
export function toStored(info: ResourceInfo, object: SimObject): SimObject {
  const stored = inApiVersion(object, info.storageApiVersion);
  if (!info.custom || stored === object) return stored;
  const copy = clone(stored);
  info.custom.complete(copy, info.storageVersion, true, true);
  return copy;
}

/** Whether an entry's text can be answered in a version as it is. */
export const sameShape = (info: ResourceInfo, version: string, entry: Entry): boolean =>
  entry.shape === version ||
  (info.custom
    ? entry.rev > info.custom.since && version === info.storageVersion
    : apiVersionOf(info.group, version) !== EVENTS_GROUP);

/**
 * A stored object in a version; the object itself where nothing changes. A custom resource has the defaults of the version it was stored in,
 * as today's schema has them, and of its fields those that both versions know.
 */
export function convert(info: ResourceInfo, stored: SimObject, entry: Entry, version: string): SimObject {
  const converted = inApiVersion(stored, apiVersionOf(info.group, version));
  if (!info.custom || sameShape(info, version, entry)) return converted;
  const copy = clone(converted);
  const from = versionOf(stored);
  if (entry.rev <= info.custom.since) info.custom.complete(copy, from, true, true);
  if (from !== version) info.custom.complete(copy, version, false, true);
  return copy;
}

/** A stored custom resource as today's schema of its version completes it. */
export function completed(info: ResourceInfo, stored: SimObject, entry: Entry): SimObject {
  if (!info.custom || entry.rev > info.custom.since) return stored;
  const copy = clone(stored);
  info.custom.complete(copy, versionOf(stored), true, true);
  return copy;
}

/** Whether a version of a custom resource has a place for all that an object holds. */
export function declares(info: ResourceInfo, object: SimObject, version: string): boolean {
  return !info.custom || info.custom.complete(clone(object), version, false, true).length === 0;
}

/** An object of one version under the name of another; the object itself where it is of that version. */
export const asVersion = (info: ResourceInfo, object: SimObject, version: string): SimObject =>
  inApiVersion(object, apiVersionOf(info.group, version));

/** The same with nothing that the version has no place for. */
export function cutToVersion(info: ResourceInfo, object: SimObject, version: string): SimObject {
  const converted = asVersion(info, object, version);
  if (!info.custom || converted === object) return converted;
  const copy = clone(converted);
  info.custom.complete(copy, version, false, true);
  return copy;
}
