/** Keeps every object of the cluster as JSON text at its revision, with a window of past writes. Touches nothing outside this folder. */
import type { Labels, Meta, SimObject } from '../types.ts';
import { Collection, type EventType, type LogEvent } from './collection.ts';
import { type Entry, keyOf, ParsedCache } from './entry.ts';

export interface StoreOptions {
  /** Writes per resource that watches and pages can look back over. */
  window?: number;
  /** Objects kept parsed. */
  parsedLimit?: number;
}

/** What a resource must say about itself to be stored. */
export interface StoredKind {
  /** Names the collection; resources that share their objects share it. */
  storageKey: string;
  kind: string;
  storageApiVersion: string;
  /** Values of the selectable fields. */
  selectable?: (object: SimObject) => Labels;
}

/** Metadata with what is read most first; resourceVersion must stand before anything a user can name. */
function ordered(meta: Meta): Meta {
  const { name, generateName, namespace, uid, resourceVersion, generation, creationTimestamp, managedFields, ...rest } =
    meta;
  return {
    name,
    generateName,
    namespace,
    uid,
    resourceVersion,
    generation,
    creationTimestamp,
    ...rest,
    managedFields,
  } as Meta;
}

/** The text of an object behind its kind and apiVersion: metadata first, up to `metaEnd`. */
export function bodyOf(object: SimObject): { body: Buffer; metaEnd: number } {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object;
  const meta = `"metadata":${JSON.stringify(ordered(metadata))}`;
  const others = JSON.stringify(rest);
  const body = Buffer.from(others === '{}' ? `${meta}}` : `${meta},${others.slice(1)}`, 'utf8');
  return { body, metaEnd: Buffer.byteLength(meta) };
}

export class Store {
  readonly parsed: ParsedCache;
  /** Told of every write, after the watchers of its resource. */
  readonly observers = new Set<(kind: StoredKind, event: LogEvent) => void>();
  private revision = 0;
  private compactedTo = 0;
  private readonly collections = new Map<string, Collection>();
  private readonly window: number;

  constructor(options: StoreOptions = {}) {
    this.window = options.window ?? 10_000;
    this.parsed = new ParsedCache(options.parsedLimit);
  }

  /** The revision of the last write. */
  get current(): number {
    return this.revision;
  }

  collection(storageKey: string): Collection {
    let collection = this.collections.get(storageKey);
    if (!collection) {
      collection = new Collection(this.window);
      if (this.compactedTo > 0) collection.compact(this.compactedTo);
      this.collections.set(storageKey, collection);
    }
    return collection;
  }

  entry(kind: StoredKind, namespace: string, name: string): Entry | undefined {
    return this.collection(kind.storageKey).get(keyOf(namespace, name));
  }

  /** The shared object of an entry: to be read, never changed. */
  object(kind: StoredKind, entry: Entry): SimObject {
    return this.parsed.get(entry, kind.kind, kind.storageApiVersion);
  }

  /** Writes an object at the next revision; it must be in the storage version and is kept by reference afterwards. */
  put(kind: StoredKind, object: SimObject): Entry {
    const collection = this.collection(kind.storageKey);
    const key = keyOf(object.metadata.namespace ?? '', object.metadata.name);
    const prev = collection.get(key);
    const entry = this.makeEntry(kind, object, ++this.revision);
    this.parsed.put(entry, object);
    this.emit(kind, collection, prev ? 'MODIFIED' : 'ADDED', entry, prev);
    if (prev) this.parsed.drop(prev);
    return entry;
  }

  /** The entry that a write would make, without writing: for dry runs. Its resourceVersion is the object's own, if it has one. */
  preview(kind: StoredKind, object: SimObject): Entry {
    return this.makeEntry(kind, object, Number(object.metadata.resourceVersion ?? 0));
  }

  /** Removes an object; the answer is its last state at the revision of the deletion. */
  remove(kind: StoredKind, namespace: string, name: string, last?: SimObject): Entry | undefined {
    const collection = this.collection(kind.storageKey);
    const prev = collection.get(keyOf(namespace, name));
    if (!prev) return undefined;
    const object = last ?? this.object(kind, prev);
    const entry = this.makeEntry(kind, { ...object, metadata: { ...object.metadata } }, ++this.revision);
    this.emit(kind, collection, 'DELETED', entry, prev);
    this.parsed.drop(prev);
    return entry;
  }

  /** Forgets the past up to a revision (by default all of it), as etcd's compaction does. */
  compact(rev: number = this.revision): void {
    this.compactedTo = Math.max(this.compactedTo, rev);
    for (const collection of this.collections.values()) collection.compact(rev);
  }

  /** Moves the revision on without a write: what other clients' writes elsewhere look like. */
  skip(count = 1): void {
    this.revision += count;
  }

  dropCollection(storageKey: string): void {
    this.collections.delete(storageKey);
  }

  private emit(kind: StoredKind, collection: Collection, type: EventType, entry: Entry, prev: Entry | undefined): void {
    const event: LogEvent = { rev: entry.rev, type, entry, prev, frames: undefined };
    collection.write(event);
    for (const observer of this.observers) observer(kind, event);
  }

  private makeEntry(kind: StoredKind, object: SimObject, rev: number): Entry {
    if (rev > 0) object.metadata.resourceVersion = String(rev);
    const namespace = object.metadata.namespace ?? '';
    return {
      key: keyOf(namespace, object.metadata.name),
      namespace,
      name: object.metadata.name,
      uid: object.metadata.uid ?? '',
      rev,
      labels: object.metadata.labels,
      owners: object.metadata.ownerReferences,
      held: object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).length > 0,
      fields: kind.selectable?.(object),
      ...bodyOf(object),
    };
  }
}
