import type { Entry } from './entry.ts';

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One write as watches see it. */
export interface LogEvent {
  readonly rev: number;
  readonly type: EventType;
  /** The object after the write; for DELETED its last state, at the revision of the deletion. */
  readonly entry: Entry;
  /** The object before the write. */
  readonly prev: Entry | undefined;
  /** Wire frames by form, made once for all watchers that want the same; none while nobody has wanted one. */
  frames: Map<string, Buffer> | undefined;
}

/** A resource's objects at one revision, in key order. */
export interface Snapshot {
  readonly keys: readonly string[];
  get(key: string): Entry | undefined;
}

/** Index of the first key that is not before `key`. */
export function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The uid of an object's controller; of one that has none, where it is. */
const controllerOf = (entry: Entry | undefined): string | undefined =>
  entry && (entry.owners?.find((owner) => owner.controller)?.uid ?? strayIn(entry.namespace));

/** No uid has a slash. */
const strayIn = (namespace: string): string => `/${namespace}`;

const SNAPSHOTS_KEPT = 8;

/** The objects of one resource: the present, and the recent past as a log of writes. */
export class Collection {
  readonly watchers = new Set<(event: LogEvent) => void>();
  private readonly entries = new Map<string, Entry>();
  /** Keys by the uid of their controller, of those without one by their namespace. */
  private readonly controlled = new Map<string, Set<string>>();
  /** In order, but for those in `fresh`. */
  private keys: string[] = [];
  /** Keys not yet in their place: putting each there at once would move half of all keys at every creation. */
  private fresh: string[] = [];
  private log: LogEvent[] = [];
  /** Every event after this revision is still in the log. */
  private logStart = 0;
  private readonly snapshots = new Map<number, Snapshot>();
  private readonly window: number;

  constructor(window: number) {
    this.window = window;
  }

  get size(): number {
    return this.entries.size;
  }

  get(key: string): Entry | undefined {
    return this.entries.get(key);
  }

  /** The objects of a namespace, of all where none is named, in key order; stays as it is while they are written. */
  entriesIn(namespace?: string): Entry[] {
    const keys = this.inOrder();
    const start = namespace ? lowerBound(keys, `${namespace}/`) : 0;
    const end = namespace ? lowerBound(keys, `${namespace}0`) : keys.length;
    const found: Entry[] = [];
    for (let at = start; at < end; at++) {
      const entry = this.entries.get(keys[at]!);
      if (entry) found.push(entry);
    }
    return found;
  }

  /** Whether there is any object in a namespace. */
  hasIn(namespace: string): boolean {
    const keys = this.inOrder();
    return keys[lowerBound(keys, `${namespace}/`)]?.startsWith(`${namespace}/`) ?? false;
  }

  /** The objects whose controller has that uid, oldest first. */
  controlledBy(uid: string): Entry[] {
    const found: Entry[] = [];
    for (const key of this.controlled.get(uid) ?? []) {
      const entry = this.entries.get(key);
      if (entry) found.push(entry);
    }
    return found;
  }

  /** The objects of a namespace that have no controller. */
  straysIn(namespace: string): Entry[] {
    return this.controlledBy(strayIn(namespace));
  }

  /** Records one write and tells the watchers, at once. */
  write(event: LogEvent): void {
    const { key } = event.entry;
    if (event.type === 'DELETED') {
      this.entries.delete(key);
      const keys = this.inOrder();
      const at = lowerBound(keys, key);
      if (keys[at] === key) keys.splice(at, 1);
    } else {
      if (!this.entries.has(key)) this.insertKey(key);
      this.entries.set(key, event.entry);
    }
    this.index(event);
    this.log.push(event);
    if (this.log.length > this.window * 2) this.dropBefore(this.log.length - this.window);
    for (const watcher of this.watchers) watcher(event);
  }

  /** Forgets the events up to a revision: older watches and pages then get 410. */
  compact(rev: number): void {
    let keep = 0;
    while (keep < this.log.length && this.log[keep]!.rev <= rev) keep++;
    if (keep > 0) this.log = this.log.slice(keep);
    this.logStart = Math.max(this.logStart, rev);
    for (const pinned of this.snapshots.keys()) if (pinned < this.logStart) this.snapshots.delete(pinned);
  }

  /** The revision up to which events are forgotten. */
  get compacted(): number {
    return this.logStart;
  }

  /** Events after a revision, oldest first; undefined where they are partly forgotten. */
  since(rev: number): LogEvent[] | undefined {
    if (rev < this.logStart) return undefined;
    let low = 0;
    let high = this.log.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.log[middle]!.rev <= rev) low = middle + 1;
      else high = middle;
    }
    return this.log.slice(low);
  }

  /** The present. Valid until the next write. */
  live(): Snapshot {
    return { keys: this.inOrder(), get: (key) => this.entries.get(key) };
  }

  /** The objects as they were at a revision; undefined where that is forgotten. */
  at(rev: number): Snapshot | undefined {
    const pinned = this.snapshots.get(rev);
    if (pinned) return pinned;
    const later = this.since(rev);
    if (!later) return undefined;
    if (later.length === 0) return this.live();
    const before = new Map<string, Entry | undefined>();
    for (const event of later) if (!before.has(event.entry.key)) before.set(event.entry.key, event.prev);
    const keys = this.inOrder().filter((key) => !before.has(key) || before.get(key) !== undefined);
    const gone = [...before].filter(([key, entry]) => entry !== undefined && !this.entries.has(key));
    if (gone.length > 0) {
      for (const [key] of gone) keys.push(key);
      keys.sort();
    }
    const present = new Map<string, Entry>();
    for (const key of keys) {
      const entry = before.has(key) ? before.get(key) : this.entries.get(key);
      if (entry) present.set(key, entry);
    }
    const snapshot: Snapshot = { keys, get: (key) => present.get(key) };
    if (this.snapshots.size >= SNAPSHOTS_KEPT) {
      const oldest = this.snapshots.keys().next();
      if (!oldest.done) this.snapshots.delete(oldest.value);
    }
    this.snapshots.set(rev, snapshot);
    return snapshot;
  }

  private dropBefore(index: number): void {
    this.logStart = this.log[index - 1]!.rev;
    this.log = this.log.slice(index);
  }

  private index({ type, entry, prev }: LogEvent): void {
    const before = controllerOf(prev);
    const now = type === 'DELETED' ? undefined : controllerOf(entry);
    if (before === now) return;
    if (before !== undefined) {
      const keys = this.controlled.get(before);
      keys?.delete(entry.key);
      if (keys?.size === 0) this.controlled.delete(before);
    }
    if (now === undefined) return;
    const keys = this.controlled.get(now);
    if (keys) keys.add(entry.key);
    else this.controlled.set(now, new Set([entry.key]));
  }

  private insertKey(key: string): void {
    const last = this.keys.at(-1);
    if (last === undefined || last < key) this.keys.push(key);
    else this.fresh.push(key);
  }

  private inOrder(): string[] {
    if (this.fresh.length === 0) return this.keys;
    const added = this.fresh.sort();
    const merged: string[] = [];
    let next = 0;
    for (const key of this.keys) {
      while (next < added.length && added[next]! < key) merged.push(added[next++]!);
      merged.push(key);
    }
    while (next < added.length) merged.push(added[next++]!);
    this.keys = merged;
    this.fresh = [];
    return merged;
  }
}
