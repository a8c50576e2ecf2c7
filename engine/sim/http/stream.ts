import { entryIn, isForeign } from '../conversion/convert.ts';
import { ApiError, expired, failure, type Status } from '../errors.ts';
import { DelayLine } from '../faults/delay.ts';
import type { EventEffect } from '../faults/rule.ts';
import { Valve } from '../faults/valve.ts';
import type { Kernel } from '../kernel.ts';
import { bodyIn, head, objectText } from '../render.ts';
import { apiVersionOf } from '../resources/info.ts';
import { watchFrame } from '../schema/encode.ts';
import type { EventType, LogEvent } from '../store/collection.ts';
import type { Entry } from '../store/entry.ts';
import { bookmarkTable, partialText, tableText } from '../table/index.ts';
import type { Dict } from '../types.ts';
import type { Selection } from '../verbs/select.ts';
import { follow, type WatchStart } from '../verbs/watch.ts';
import { known } from '../work.ts';
import { CONTENT_TYPE } from './negotiate.ts';
import type { CallView } from './reads.ts';
import type { Target } from './request.ts';
import type { Call } from './server.ts';

const TYPE_HEAD: Record<EventType, Buffer> = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
};
const END = Buffer.from('}\n');
const errorLine = (status: Status): Buffer => Buffer.from(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);

function inProtobuf(line: Buffer): Buffer {
  const { type, object } = JSON.parse(line.toString('utf8')) as { type: string; object: Dict };
  return watchFrame(type, object);
}

/** A reader this far behind is cut off, as the real server does. */
const MAX_BEHIND = 64 * 1024 * 1024;
const BOOKMARK_EVERY = 60_000;
const DEFAULT_TIMEOUT = 1_800_000;

/** Fields that a bookmark of these kinds shows although they are empty. */
const EMPTY: Record<string, string> = { Pod: ',"spec":{"containers":null},"status":{}' };

interface BookmarkMeta {
  resourceVersion: string;
  annotations?: Record<string, string>;
}

export interface StreamOptions {
  selection: Selection;
  start: WatchStart;
  bookmarks: boolean;
  view: CallView;
  /** The initial events end with a marked bookmark. */
  markInitial: boolean;
  timeoutMs: number;
}

/** Streams a watch until the client leaves, the time is over, or it falls too far behind. */
export function streamWatch(kernel: Kernel, call: Call, target: Target, options: StreamOptions): void {
  const { response } = call;
  const { info, version } = target;
  const apiVersion = apiVersionOf(info.group, version);
  const { type: contentType } = options.view;
  const binary = contentType === CONTENT_TYPE.protobuf;
  const form = `${apiVersion}/${options.view.as}/${options.view.metaVersion}/${options.view.include}/${contentType}`;
  let columnsSent = false;
  let queue: Buffer[] = [];
  let scheduled = false;
  let stop = (): void => {};

  response.writeHead(200, {
    'Content-Type': binary ? `${contentType};stream=watch` : 'application/json',
    'Cache-Control': 'no-cache, private',
  });
  response.flushHeaders();

  const wire = binary ? inProtobuf : (line: Buffer) => line;
  const valve = new Valve({
    end: () => response.end(),
    drop: () => response.socket?.destroySoon(),
    halfClose: () => response.socket?.end(),
    stall: () => {},
    expire: () => response.end(wire(errorLine(expired('the watch is too old, by a fault that was set').status))),
  });
  const write = (part: Uint8Array) => void response.write(part);
  const flush = (): void => {
    scheduled = false;
    if (queue.length === 0 || response.destroyed) return;
    const chunk = queue.length === 1 ? queue[0]! : Buffer.concat(queue);
    queue = [];
    valve.pass(chunk, write);
    if (response.writableLength > MAX_BEHIND) response.destroy();
  };
  const push = (frame: Buffer): void => {
    queue.push(frame);
    if (!scheduled) {
      scheduled = true;
      setImmediate(flush);
    }
  };
  const { view } = options;
  const lineOf = (type: EventType, entry: Entry): Buffer => {
    if (view.as === 'object')
      return Buffer.concat([TYPE_HEAD[type], head(info.kind, apiVersion), bodyIn(kernel, info, version, entry), END]);
    if (view.as !== 'table')
      return Buffer.concat([TYPE_HEAD[type], Buffer.from(partialText(view.metaVersion, entry)), END]);
    const table = { ...view, withColumns: !columnsSent };
    columnsSent = true;
    const text = tableText(kernel, info, version, { resourceVersion: String(entry.rev) }, [entry], table, (one) =>
      objectText(kernel, info, version, one),
    );
    return Buffer.concat([TYPE_HEAD[type], Buffer.from(text), END]);
  };
  const frameOf = (type: EventType, entry: Entry): Buffer => wire(lineOf(type, entry));
  const send = (type: EventType, entry: Entry, event: LogEvent | undefined): void => {
    // An event seen as another type (a selector's transition) makes a frame of its own.
    if (event?.type !== type || view.as === 'table') {
      tell(frameOf(type, entry), entry, event);
      return;
    }
    event.frames ??= new Map();
    let frame = event.frames.get(form);
    if (!frame) {
      frame = frameOf(type, entry);
      event.frames.set(form, frame);
    }
    tell(frame, entry, event);
  };
  const convert = isForeign(info, version);
  let turn: Promise<unknown> = Promise.resolve();
  /** What waits for a webhook is waited for by all that comes after it. */
  const inTurn = (act: () => void, entry?: Entry): void => {
    if (!convert) act();
    else
      turn = turn
        .then(() => entry && known(() => entryIn(kernel, info, entry, version)))
        .then(act)
        .catch((error: unknown) => {
          fail(error);
          turn = new Promise(() => {});
        });
  };
  let late: DelayLine | undefined;
  const tell = (frame: Buffer, entry: Entry, event: LogEvent | undefined): void => {
    const faults = kernel.faults.event(call, entry, event?.prev !== undefined);
    if (!faults && !late) {
      push(frame);
      return;
    }
    const struck = (kind: EventEffect['do']) => faults?.find((one) => one.do === kind);
    const delay = struck('late-events') as { ms: number } | undefined;
    late ??= new DelayLine(push);
    late.push(frame, delay?.ms);
    if (struck('repeat-events')) late.push(frame);
    if (event?.prev && struck('stale-events')) late.push(frameOf('MODIFIED', event.prev));
  };
  const bookmarkText = (metadata: BookmarkMeta): string => {
    if (view.as === 'table') return bookmarkTable(info, version, metadata, { ...view, withColumns: false });
    if (view.as === 'object')
      return `{"kind":"${info.kind}","apiVersion":"${apiVersion}","metadata":${JSON.stringify(metadata)}${EMPTY[info.kind] ?? ''}}`;
    return JSON.stringify({ kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${view.metaVersion}`, metadata });
  };
  const bookmark = (annotations?: BookmarkMeta['annotations']): void => {
    const metadata = { resourceVersion: String(kernel.store.current), ...(annotations ? { annotations } : {}) };
    const frame = wire(Buffer.from(`{"type":"BOOKMARK","object":${bookmarkText(metadata)}}\n`));
    inTurn(() => {
      if (late) late.push(frame);
      else push(frame);
    });
  };

  const collection = kernel.store.collection(info.storageKey);
  const finish = (): void => {
    flush();
    valve.end();
  };
  const tick = options.bookmarks ? setInterval(() => bookmark(), BOOKMARK_EVERY) : undefined;
  const timer = setTimeout(() => {
    if (options.bookmarks) bookmark();
    finish();
  }, options.timeoutMs || DEFAULT_TIMEOUT);
  const forget = kernel.faults.stream(call, valve);
  response.once('close', () => {
    clearTimeout(timer);
    clearInterval(tick);
    valve.over();
    forget();
    late?.stop();
    stop();
  });
  const fail = (error: unknown): void => {
    const { status } = error instanceof ApiError ? error : failure(500, 'InternalError', String(error));
    push(wire(errorLine(status)));
    finish();
  };
  try {
    stop = follow(collection, options.selection, options.start, {
      send: (type, entry, event) => inTurn(() => send(type, entryIn(kernel, info, entry, version), event), entry),
      synced: () => {
        if (options.markInitial && options.bookmarks) bookmark({ 'k8s.io/initial-events-end': 'true' });
      },
    });
  } catch (error) {
    fail(error);
  }
}
