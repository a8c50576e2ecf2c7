/** managedFields: who owns which field, kept on every write, and server-side apply with its conflicts. */

import { canonicalJson } from '../../expr/index.ts';
import { failure } from '../errors.ts';
import { equal, pageSafe } from '../json.ts';
import type { Dict, ManagedFieldsEntry, SimObject } from '../types.ts';
import type { Work } from '../work.ts';
import { type Change, changesElsewhere, content, type Elsewheres } from './elsewhere.ts';
import { FieldSet, pathText } from './fieldset.ts';
import type { Node } from './node.ts';
import { collect, compare, merge, removePaths, withParents } from './walk.ts';

export interface ManagerInfo {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  subresource: string;
  /** RFC 3339, the time of this write. */
  now: string;
  /** Fields this request can't change, and therefore can't come to own. */
  reset: FieldSet;
}

interface Owner {
  entry: Omit<ManagedFieldsEntry, 'fieldsV1' | 'fieldsType'>;
  set: FieldSet;
}

/** Never owned by anyone. */
const STRIPPED = new FieldSet().insert('f:apiVersion').insert('f:kind').insert('f:metadata');
for (const name of [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
])
  STRIPPED.insert('f:metadata', `f:${name}`);

const MAX_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

/** Applying again under the same name is the same owner whatever the version; updates are told apart by version. */
const ownerId = (entry: Omit<ManagedFieldsEntry, 'fieldsV1' | 'fieldsType'>): string =>
  JSON.stringify([
    entry.manager,
    entry.operation,
    entry.operation === 'Apply' ? '' : entry.apiVersion,
    entry.subresource ?? '',
  ]);

/** Owners as an object has them; those of a stored object were written here. */
function decodeOwners(fields: readonly ManagedFieldsEntry[] | undefined, stored: boolean): Map<string, Owner> {
  const owners = new Map<string, Owner>();
  for (const { fieldsV1, fieldsType: _type, ...entry } of fields ?? [])
    owners.set(ownerId(entry), {
      entry,
      set: stored ? FieldSet.fromOwnJson(fieldsV1) : FieldSet.fromJson(fieldsV1),
    });
  return owners;
}

function encodeOwners(owners: Map<string, Owner>): ManagedFieldsEntry[] | undefined {
  const rank = ({ entry }: Owner): string =>
    `${entry.operation === 'Apply' ? 0 : 1}${entry.time ?? ''}\u0000${entry.manager}\u0000${entry.apiVersion}\u0000${entry.subresource ?? ''}`;
  const list = [...owners.values()]
    .filter(({ set }) => !set.empty)
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .map(
      ({ entry, set }): ManagedFieldsEntry => ({
        manager: entry.manager,
        operation: entry.operation,
        apiVersion: entry.apiVersion,
        ...(entry.time ? { time: entry.time } : {}),
        fieldsType: 'FieldsV1',
        fieldsV1: set.toJson(),
        ...(entry.subresource ? { subresource: entry.subresource } : {}),
      }),
    );
  return list.length > 0 ? list : undefined;
}

function setManagedFields(object: SimObject, owners: Map<string, Owner>): void {
  const list = encodeOwners(owners);
  if (list) object.metadata.managedFields = list;
  else delete object.metadata.managedFields;
}

const newEntry = (info: ManagerInfo): Owner['entry'] => ({
  manager: info.manager,
  operation: info.operation,
  apiVersion: info.apiVersion,
  ...(info.subresource === 'scale' ? {} : { time: info.now }),
  ...(info.subresource ? { subresource: info.subresource } : {}),
});

/** Of too many updaters the oldest become one. */
function capUpdaters(owners: Map<string, Owner>): void {
  const updaters = [...owners].filter(([, owner]) => owner.entry.operation === 'Update');
  if (updaters.length <= MAX_UPDATERS) return;
  updaters.sort(([, a], [, b]) => ((a.entry.time ?? '') < (b.entry.time ?? '') ? -1 : 1));
  const oldest = updaters.slice(0, updaters.length - MAX_UPDATERS + 1);
  const last = oldest.at(-1)![1];
  const entry: Owner['entry'] = {
    manager: ANCIENT,
    operation: 'Update',
    apiVersion: last.entry.apiVersion,
    ...(last.entry.time ? { time: last.entry.time } : {}),
  };
  let set = new FieldSet();
  for (const [id, owner] of oldest) {
    set = set.union(owner.set);
    owners.delete(id);
  }
  owners.set(ownerId(entry), { entry, set });
}

const isReset = (fields: readonly ManagedFieldsEntry[] | undefined): boolean =>
  fields !== undefined && (fields.length === 0 || (fields.length === 1 && Object.keys(fields[0] ?? {}).length === 0));

/**
 * Records the owner of an update: `next` is about to replace `live` (an empty object of the kind where it is created). Changes next's
 * managedFields only. `elsewhere` is the same write in versions of another shape, by apiVersion.
 */
export function trackUpdate(
  node: Node,
  live: Partial<SimObject>,
  next: SimObject,
  info: ManagerInfo,
  elsewhere?: Elsewheres,
): void {
  const sent = next.metadata.managedFields;
  const liveFields = live.metadata?.managedFields;
  const kept = info.subresource !== '' || !sent?.length || equal(sent, liveFields);
  const owners =
    isReset(sent) && !info.subresource ? new Map<string, Owner>() : decodeOwners(kept ? liveFields : sent, kept);
  // What wasn't tracked when it was made isn't tracked later, until somebody applies.
  if (owners.size === 0 && live.metadata?.uid) {
    delete next.metadata.managedFields;
    return;
  }
  const difference = compare(node, content(live), content(next));
  const changed = difference.modified.union(difference.added).without(info.reset);
  const mine = ownerId(newEntry(info));
  // What a request can't change it doesn't take away either.
  const removed = difference.removed.without(info.reset);
  const others = changesElsewhere(elsewhere, info.reset);
  for (const [id, owner] of owners) {
    const seen = others.get(owner.entry.apiVersion) ?? { changed, removed };
    // What its owner changes stays its own.
    const left = id === mine ? owner.set : owner.set.difference(seen.changed);
    const set = left.difference(seen.removed);
    if (set.empty) owners.delete(id);
    else owner.set = set;
  }
  const own = changed.difference(STRIPPED);
  if (!own.empty) {
    const entry = newEntry(info);
    const before = owners.get(mine);
    owners.set(mine, { entry, set: before ? before.set.union(own) : own });
  }
  capUpdaters(owners);
  setManagedFields(next, owners);
}

interface Conflict {
  owner: Owner;
  path: string[];
}

function ownerText({ entry }: Owner): string {
  const name = `${JSON.stringify(entry.manager)}${entry.subresource ? ` with subresource ${JSON.stringify(entry.subresource)}` : ''}`;
  if (entry.operation !== 'Update') return name;
  return `${name} using ${entry.apiVersion}`;
}

function conflictError(conflicts: readonly Conflict[]): Error {
  const causes = conflicts.map(({ owner, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${ownerText(owner)}`,
    field: pathText(path),
  }));
  const [only] = conflicts;
  let message: string;
  if (conflicts.length === 1 && only)
    message = `Apply failed with 1 conflict: conflict with ${ownerText(only.owner)}: ${pathText(only.path)}`;
  else {
    const byOwner = Map.groupBy(conflicts, ({ owner }) => ownerText(owner));
    const lines = [...byOwner]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, list]) => [`conflicts with ${name}:`, ...list.map(({ path }) => `- ${pathText(path)}`)]);
    message = `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
  }
  return failure(409, 'Conflict', message, { causes });
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Fields that client-side apply set and that still are as it set them: kubectl may take these over without a conflict. */
function ownedByClientSide(node: Node, live: SimObject): FieldSet {
  try {
    const last = JSON.parse(live.metadata.annotations?.[LAST_APPLIED] ?? '') as SimObject;
    if (last.apiVersion !== live.apiVersion) return new FieldSet();
    const set = new FieldSet();
    collect(node, content(last), set);
    const difference = compare(node, content(last), content(live));
    return set.difference(difference.modified).difference(difference.added).difference(difference.removed);
  } catch {
    return new FieldSet();
  }
}

/** What the owner applied before, doesn't now, and nobody else has. */
function prune(node: Node, merged: Dict, before: FieldSet | undefined, owners: Map<string, Owner>): Dict {
  if (!before || before.empty) return merged;
  const setOf = (value: unknown): FieldSet => {
    const set = new FieldSet();
    collect(node, value, set);
    return withParents(node, set);
  };
  const last = withParents(node, before);
  const all = setOf(merged);
  let managed = new FieldSet();
  for (const owner of owners.values()) managed = managed.union(owner.set);
  let pruned = removePaths(node, merged, last) ?? {};
  const keep = setOf(pruned).union(withParents(node, managed));
  pruned = removePaths(node, merged, all.difference(keep)) ?? {};
  pruned = removePaths(node, merged, all.difference(setOf(pruned)).intersection(last)) ?? {};
  return pruned as Dict;
}

const BEFORE_APPLY = 'before-first-apply';

/** The owners of a live object; where nobody is known, all it holds belongs to whoever was there before. */
function liveOwners(node: Node, live: SimObject, empty: Partial<SimObject>, info: ManagerInfo): Map<string, Owner> {
  if (live.metadata.managedFields?.length || !live.metadata.uid) return decodeOwners(live.metadata.managedFields, true);
  const copy = { ...live, metadata: { ...live.metadata } };
  trackUpdate(node, empty, copy, { ...info, manager: BEFORE_APPLY, operation: 'Update', subresource: '' });
  return decodeOwners(copy.metadata.managedFields, true);
}

/** Keeps kubectl's record of its last client-side apply in step where there is one. `config` is the configuration as it was sent. */
export function updateLastApplied(object: SimObject, config: Dict, manager: string): void {
  const annotations = object.metadata.annotations;
  if (manager !== 'kubectl' || !annotations?.[LAST_APPLIED]) return;
  object.metadata.annotations = { ...annotations, [LAST_APPLIED]: `${pageSafe(canonicalJson(config))}\n` };
}

export interface Applied {
  object: SimObject;
  /** Whether anything but managedFields differs from the live object. */
  changed: boolean;
}

/**
 * Server-side apply: the configuration merged into the live object, with what the owner no longer applies removed. 409 names the fields
 * another owner has, unless forced. `see` shows the result in versions of another shape, by apiVersion.
 */
export function* apply(
  node: Node,
  live: SimObject,
  empty: Partial<SimObject>,
  config: SimObject,
  info: ManagerInfo,
  force: boolean,
  see: (result: SimObject) => Work<Elsewheres>,
): Work<Applied> {
  const owners = liveOwners(node, live, empty, info);
  const entry = newEntry(info);
  const id = ownerId(entry);
  const before = owners.get(id);
  const configured = new FieldSet();
  collect(node, content(config), configured, '');
  const from = content(live);
  const merged = merge(node, from, content(config)) as Dict;
  owners.set(id, { entry, set: configured.without(info.reset) });
  const result = prune(node, merged, before?.set, owners);

  const difference = compare(node, from, result);
  const changed = difference.modified.union(difference.added).without(info.reset);
  const { removed } = difference;
  const { metadata, ...rest } = result as { metadata: SimObject['metadata'] };
  const object = { kind: live.kind, apiVersion: live.apiVersion, metadata: { ...metadata }, ...rest } as SimObject;
  const others = changesElsewhere(yield* see(object), info.reset);
  const seenBy = ({ entry: { apiVersion } }: Owner): Change => others.get(apiVersion) ?? { changed, removed };
  const conflicts: Conflict[] = [];
  for (const [other, owner] of owners) {
    if (other === id) continue;
    for (const path of owner.set.intersection(seenBy(owner).changed).paths()) conflicts.push({ owner, path });
  }
  if (conflicts.length > 0 && !force) {
    const allowed = info.manager === 'kubectl' ? ownedByClientSide(node, live) : new FieldSet();
    const left = conflicts.filter(({ path }) => !allowed.has(path));
    if (left.length > 0) throw conflictError(left);
  }
  for (const [other, owner] of owners) {
    const seen = seenBy(owner);
    if (other !== id) owner.set = owner.set.difference(seen.changed);
    owner.set = owner.set.difference(seen.removed);
    if (owner.set.empty) owners.delete(other);
  }
  const own = owners.get(id);
  if (own) own.set = own.set.difference(STRIPPED);

  const same = equal(from, result);
  // An apply that changes nothing keeps its time, or has none if it is the owner's first: so it may write nothing.
  if (same && own) {
    if (before?.entry.time) own.entry.time = before.entry.time;
    else delete own.entry.time;
  }
  setManagedFields(object, owners);
  return { object, changed: !same };
}
