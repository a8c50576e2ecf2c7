import { expired } from '../errors.ts';
import type { Collection, EventType, LogEvent } from '../store/collection.ts';
import type { Entry } from '../store/entry.ts';
import { type Selection, selects } from './select.ts';

/** Where a watch begins: the present objects first (as ADDED), or the writes after a revision. */
export type WatchStart = { kind: 'initial' } | { kind: 'after'; rev: number };

export interface WatchSink {
  /** `event` is the log's record where the entry is the one it carries: its frames can be shared. */
  send(type: EventType, entry: Entry, event: LogEvent | undefined): void;
  /** The initial objects have all been sent. */
  synced?(): void;
}

/** How a watch with selectors sees a write: an object that stops matching is deleted, one that begins to is added. */
function seen(selection: Selection, event: LogEvent): EventType | undefined {
  const now = event.type !== 'DELETED' && selects(selection, event.entry);
  const before = event.prev !== undefined && selects(selection, event.prev);
  if (now) return before ? 'MODIFIED' : 'ADDED';
  return before ? 'DELETED' : undefined;
}

/** An entry's content under a later revision: what a watch sends for an object that stopped matching. */
function atRevision(entry: Entry, rev: number): Entry {
  const body = Buffer.from(
    entry.body.toString('utf8').replace(`"resourceVersion":"${entry.rev}"`, `"resourceVersion":"${rev}"`),
  );
  return { ...entry, rev, body, metaEnd: entry.metaEnd + String(rev).length - String(entry.rev).length };
}

/**
 * Follows a collection. Initial and past events are sent before it returns, later ones as they are written. Throws 410 for a start
 * that is forgotten. The answer stops it.
 */
export function follow(collection: Collection, selection: Selection, start: WatchStart, sink: WatchSink): () => void {
  const pass = (event: LogEvent): void => {
    const type = seen(selection, event);
    if (!type) return;
    if (type !== 'DELETED' || event.type === 'DELETED') sink.send(type, event.entry, event);
    else sink.send(type, atRevision(event.prev!, event.rev), undefined);
  };
  if (start.kind === 'initial') {
    const { keys, get } = collection.live();
    for (const key of [...keys]) {
      const entry = get(key);
      if (entry && selects(selection, entry)) sink.send('ADDED', entry, undefined);
    }
    sink.synced?.();
  } else {
    const past = collection.since(start.rev);
    if (!past) throw expired(`too old resource version: ${start.rev} (${collection.compacted})`);
    for (const event of past) pass(event);
  }
  collection.watchers.add(pass);
  return () => collection.watchers.delete(pass);
}
