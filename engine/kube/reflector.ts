/**
 * Keeps one collection current: a paged list, then a watch with bookmarks from its revision, for ever. Each object is projected as
 * soon as it is parsed, so that whole objects are never kept. What it knows of its own freshness it says at any time.
 */
import { listIn } from './answers.ts';
import { jsonLines } from './json-lines.ts';
import type { Message } from './protobuf.ts';
import { type KubeClient, KubeError } from './types.ts';
import { LIST, type Met, type Position, step, type Trouble } from './watch-state.ts';

export interface ReflectorClock {
  now(): number;
  monotonic(): number;
  after(ms: number, task: () => void): () => void;
}

/** Structurally protocol.ts's Freshness without the resource's name. Times are epoch milliseconds. */
export type ReflectorState =
  | { state: 'syncing'; loaded: number; remaining?: number }
  | { state: 'live'; at: number }
  | { state: 'stale'; since: number; why: string }
  | { state: 'denied' }
  | { state: 'absent' }
  | { state: 'down'; since: number; why: string };

export interface ReflectorOptions<T> {
  client: Pick<KubeClient, 'request' | 'stream'>;
  /** Path of the collection, e.g. `/api/v1/pods`. */
  path: string;
  query?: Record<string, string>;
  /** A list with the fields that `project` reads, of a kind that has a protobuf form: it may come in that. */
  protobuf?: Message | undefined;
  /** The slim form of an object; undefined: of no interest. It comes without managedFields. */
  project: (raw: RawObject) => T | undefined;
  /** Batches in the order of the changes; an object is in one of the two lists only. `remove` holds uids. */
  onChange: (changes: { upsert: T[]; remove: string[] }) => void;
  /** On every transition and page, not on every event. */
  onState?: (state: ReflectorState) => void;
  /** What `project`, `onChange` or `onState` threw. The reflector goes on: a fault of a reader must not make all blind. */
  onFault?: (error: unknown) => void;
  clock: ReflectorClock;
  /** Epoch ms of the server's last answer to anything: a watch that is open and not overdue had nothing to tell until then. */
  answered?: (() => number) | undefined;
  random?: () => number;
  /** Objects a page. Small pages cost no time and bring the first rows sooner. */
  pageSize?: number;
  /** The first page of the list, when it was asked for already. */
  first?: Promise<Page> | undefined;
}

/** A page of a list as it came. */
export interface Page {
  answer: ListAnswer;
  /** From the request to its answer. */
  ms: number;
}

type Asking = Pick<ReflectorOptions<unknown>, 'client' | 'clock' | 'path' | 'query' | 'protobuf'>;

/** Asks for the first page of a list before there is anybody to read it; for `ReflectorOptions.first`. */
export function askFirst(asking: Asking, signal: AbortSignal): Promise<Page> {
  const page = ask(asking, LIST, signal);
  page.catch(() => {}); // whoever reads it is told
  return page;
}

async function ask(
  { client, clock, path, query: own, protobuf }: Asking,
  { token, limit }: Pick<Listing, 'token' | 'limit'>,
  signal: AbortSignal,
): Promise<Page> {
  const query = { ...own, limit, ...(token === '' ? {} : { continue: token }) };
  const began = clock.monotonic();
  const asked = { query, signal, dropManagedFields: true, protobuf };
  // One object that is none is no reason to see nothing of the others.
  const answer = listIn(await client.request<ListAnswer>(path, asked), path, 'some');
  return { answer, ms: clock.monotonic() - began };
}

export interface RawObject {
  metadata: { uid: string; name: string; namespace?: string; resourceVersion?: string };
}

export interface Reflector {
  state(): ReflectorState;
  /** The link was found broken: the watch is opened anew at once instead of waiting for its silence. */
  suspect(why: string): void;
  /** The link works again: what waits for its next try after a failure of the link tries at once. */
  heal(): void;
  stop(): void;
}

interface ListAnswer {
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number };
  items?: RawObject[] | null;
}

type Listing = Extract<Position, { at: 'list' }>;

interface WatchLine {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: RawObject & { code?: number; reason?: string; message?: string };
}

/** The server sends a bookmark about once a minute; a watch silent for longer than this is dead. */
const SILENCE_MS = 90_000;
/** A watch silent for longer may have been cut alone. */
const OVERDUE_MS = 75_000;
/** Silence is looked for by the wall clock in these steps: timers stand still while a laptop sleeps. */
const LOOK_MS = 15_000;
/** The server ends a watch after this long, plus jitter so that watches do not end together. */
const WATCH_S = 300;
const FLUSH_MS = 50;

export function startReflector<T>(options: ReflectorOptions<T>): Reflector {
  const { clock, client, project } = options;
  const random = options.random ?? Math.random;
  const stopping = new AbortController();
  const fault = options.onFault ?? (() => {});
  /** What the consumer has been given: identity and revision. */
  const present = new Map<string, string | number>();
  /** Those of the list under way; what is present and not in it when it ends was deleted unseen. */
  let listed = new Set<string>();
  let synced = false;
  /** Epoch ms of the server's last word on this collection: until then it is as it is shown. */
  let heard = 0;
  let current: ReflectorState = { state: 'syncing', loaded: 0 };
  let watch: AbortController | undefined;
  let healed: (() => void) | undefined;

  const upserts = new Map<string, T>();
  const removals = new Set<string>();
  let cancelFlush: (() => void) | undefined;

  function flush(): void {
    cancelFlush?.();
    cancelFlush = undefined;
    if (upserts.size === 0 && removals.size === 0) return;
    const changes = { upsert: [...upserts.values()], remove: [...removals] };
    upserts.clear();
    removals.clear();
    guarded(() => options.onChange(changes));
  }

  function flushSoon(): void {
    cancelFlush ??= clock.after(FLUSH_MS, flush);
  }

  function guarded(task: () => void): void {
    try {
      task();
    } catch (error) {
      fault(error);
    }
  }

  function put(raw: RawObject): void {
    const uid = identity(raw);
    let slim: T | undefined;
    guarded(() => {
      slim = project(raw);
    });
    if (slim === undefined) {
      drop(uid);
      return;
    }
    present.set(uid, revision(raw));
    removals.delete(uid);
    upserts.set(uid, slim);
  }

  function drop(uid: string): void {
    if (!present.delete(uid)) return;
    upserts.delete(uid);
    removals.add(uid);
  }

  /** What the server answered to others while the watch was open is a word on this collection too. */
  function hearAnswer(): void {
    const answered = options.answered?.() ?? 0;
    if (answered - heard <= OVERDUE_MS) heard = Math.max(heard, answered);
  }

  function say(state: ReflectorState): void {
    current = state;
    guarded(() => options.onState?.(state));
  }

  function sayTrouble(trouble: Exclude<Trouble, { kind: 'none' }>): void {
    if (trouble.kind !== 'broken') {
      // What may no longer be read must not stay on the screen as if it were current.
      for (const uid of [...present.keys()]) drop(uid);
      flush();
      synced = false;
      say({ state: trouble.kind });
    } else if (synced) say({ state: 'stale', since: heard, why: trouble.why });
    else say({ state: 'down', since: current.state === 'down' ? current.since : clock.now(), why: trouble.why });
  }

  function take({ items, metadata }: ListAnswer, token: string): void {
    if (token === '') listed = new Set();
    for (const item of items ?? []) {
      guarded(() => {
        const uid = identity(item);
        listed.add(uid);
        // A list read again brings mostly what is known: it is not told again.
        if (present.get(uid) !== revision(item)) put(item);
      });
    }
    if (!metadata.continue) {
      for (const uid of [...present.keys()]) if (!listed.has(uid)) drop(uid);
      listed = new Set();
      synced = true;
    }
    heard = clock.now();
    flush();
  }

  async function follow(from: string): Promise<Met> {
    const began = clock.monotonic();
    const controller = new AbortController();
    watch = controller;
    const signal = AbortSignal.any([stopping.signal, controller.signal]);
    let version = from;
    let events = 0;
    /** Of this watch: `heard` is of the collection, and may be from before a long break. */
    let sound = clock.now();
    const look = () => {
      if (clock.now() - sound >= SILENCE_MS) controller.abort(`the API server was silent for ${SILENCE_MS / 1000} s`);
      else cancelLook = clock.after(LOOK_MS, look);
    };
    let cancelLook = clock.after(LOOK_MS, look);
    let open = false;
    try {
      const query = {
        ...options.query,
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: from,
        timeoutSeconds: Math.round(WATCH_S * (1 + random())),
      };
      const body = await client.stream(options.path, { query, signal });
      open = true;
      sound = heard = clock.now();
      say({ state: 'live', at: heard });
      for await (const line of jsonLines<WatchLine>(body)) {
        sound = heard = clock.now();
        const { type, object } = line;
        if (type === 'ERROR') {
          const fields = { status: object.code ?? 0, reason: object.reason ?? '' };
          return { met: 'error', error: new KubeError(object.message ?? 'the watch failed', fields), version };
        }
        // A watch tells of writes in their order. What is not newer is known, or is how the object was before: taken for news,
        // it would bring back what is gone and hide what has changed since.
        const next = object.metadata.resourceVersion ?? version;
        if (notNewer(next, version)) continue;
        version = next;
        if (type === 'BOOKMARK') continue;
        events++;
        if (type === 'DELETED') drop(identity(object));
        else put(object);
        flushSoon();
      }
      return { met: 'end', version, events, ms: clock.monotonic() - began };
    } catch (error) {
      // The signal's reason says more than the abort that came of it.
      const why = controller.signal.aborted ? new Error(String(controller.signal.reason)) : error;
      return { met: 'error', error: asKubeError(why), version };
    } finally {
      if (open && current.state === 'live') hearAnswer();
      cancelLook();
      controller.abort();
      watch = undefined;
    }
  }

  async function run(): Promise<void> {
    let position: Position = { ...LIST, limit: options.pageSize ?? LIST.limit };
    let failures = 0;
    /** The page at `position`, when it was asked for already. */
    let ahead = options.first;
    while (!stopping.signal.aborted) {
      if (position.at === 'list' && !synced) {
        const { loaded, remaining } = position;
        if (loaded > 0 || current.state !== 'down') {
          say({ state: 'syncing', loaded, ...(remaining === undefined ? {} : { remaining }) });
        }
      }
      let met: Met;
      let page: ListAnswer | undefined;
      try {
        if (position.at === 'list') {
          const { answer, ms } = await (ahead ?? ask(options, position, stopping.signal));
          const {
            continue: token = '',
            resourceVersion: version = '',
            remainingItemCount: remaining,
          } = answer.metadata;
          if (token !== '' && token === position.token) throw new Error('the list does not go on');
          met = { met: 'page', items: answer.items?.length ?? 0, token, version, remaining, ms };
          page = answer;
        } else met = await follow(position.version);
      } catch (error) {
        met = { met: 'error', error: asKubeError(error) };
      }
      ahead = undefined;
      if (stopping.signal.aborted) return;
      const decided = step(position, met, failures, random);
      const { next } = decided;
      // The server makes the next page while this one is read.
      if (page && next.at === 'list' && next.token !== '') {
        ahead = ask(options, next, stopping.signal);
        ahead.catch(() => {}); // it is waited for above
      }
      if (page && position.at === 'list') take(page, position.token);
      if (decided.trouble.kind !== 'none') sayTrouble(decided.trouble);
      failures = decided.failures;
      position = next;
      await pause(decided.delayMs, decided.trouble.kind === 'broken');
    }
  }

  function pause(ms: number, healable: boolean): Promise<void> | undefined {
    if (ms <= 0) return undefined;
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        healed = undefined;
        stopping.signal.removeEventListener('abort', wake);
        resolve();
      };
      const cancel = clock.after(ms, wake);
      if (healable) healed = wake;
      stopping.signal.addEventListener('abort', wake);
    });
  }

  void run();
  return {
    state: () => (current.state === 'live' ? { state: 'live', at: heard } : current),
    suspect(why) {
      if (current.state !== 'live') return;
      hearAnswer();
      say({ state: 'stale', since: heard, why });
      watch?.abort(why);
    },
    heal: () => healed?.(),
    stop() {
      stopping.abort();
      cancelFlush?.();
    },
  };
}

/** Some aggregated APIs serve objects without a uid: there the name has to do. */
const identity = ({ metadata: { uid, namespace = '', name } }: RawObject) => uid || `${namespace}/${name}`;

/** Of revisions that are numbers, as every etcd's are; others say nothing of their order. */
function notNewer(revision: string, known: string): boolean {
  if (!NUMBER.test(revision) || !NUMBER.test(known)) return false;
  return revision.length === known.length ? revision <= known : revision.length < known.length;
}
const NUMBER = /^[1-9]\d*$/;

/** Revisions are opaque, and only compared; as numbers they take less room. */
function revision({ metadata: { resourceVersion = '' } }: RawObject): string | number {
  const number = Number(resourceVersion);
  return resourceVersion !== '' && Number.isSafeInteger(number) ? number : resourceVersion;
}

function asKubeError(error: unknown): KubeError {
  if (error instanceof KubeError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new KubeError(message, { status: 0, reason: 'Connection', cause: error });
}
