/**
 * All runs of a scope under one engine: rows and details for whoever looks, execution of what nobody executes. Level-triggered:
 * each look at a run begins with what its store says now, whatever event brought it about.
 */
import type { RunDetail, RunRow } from '../protocol.ts';
import { done, type Outcome, WorkQueue } from '../runtime/queue.ts';
import { Feed, type LogBatch } from './feed.ts';
import { follow } from './follow.ts';
import { RunHandle } from './handle.ts';
import { HOLD_MS, takenFrom } from './holder.ts';
import { insist, passes } from './insist.ts';
import { isOver, isToBegin, isUnplanned, type Journal } from './journal.ts';
import { type Engine, goOn, isBlocked } from './launch.ts';
import { Registry } from './registry.ts';
import { type Accepted, accept, type FindCluster } from './request.ts';
import type { Ending } from './runner.ts';
import { type JournalStore, keyOf, type Stored, storeOf } from './store.ts';
import { cancel, letGo, postpone, refuse, wait } from './transitions.ts';
import { detailOf, rowOf } from './view.ts';

export interface ControllerOptions {
  engine: Engine;
  findCluster: FindCluster;
  /** Nothing is executed here. */
  readonly: boolean;
  onRows: (patch: { upsert: RunRow[]; remove: string[] }) => void;
  /** For the log of an operator. */
  onEvent?: (event: RunEvent) => void;
}

export interface RunEvent {
  /** group/namespace/name. */
  run: string;
  what: string;
  why?: string;
}

/** Milliseconds. */
const TIMING = {
  /** A run that waits for another is looked at this often, beside whenever another changes. */
  waiting: 5000,
  /** An engine that has just made a request is left the time to begin with it. */
  grace: 10_000,
  /** After an execution that this engine can't go on with. */
  incapable: 60_000,
};

/** What is not there yet is waited for by default. */
const DEADLINE_SECONDS = 300;

type Refused = Extract<Accepted, { refused: Journal }>;

interface Execution {
  stop: AbortController;
  done: Promise<void>;
  handle?: RunHandle;
}

interface Watcher {
  stop: AbortController;
  done: Promise<void>;
}

export class RunController {
  readonly #o: ControllerOptions;
  readonly #engine: Engine;
  readonly registry = new Registry();
  readonly #queue: WorkQueue;
  readonly #executions = new Map<string, Execution>();
  readonly #followers = new Map<string, Watcher>();
  readonly #feeds = new Map<string, Feed>();
  /** Versions of runs that are not taken here and whose holder gives no sign of life. */
  readonly #silent = new Map<string, string>();
  /** By namespace/name. */
  readonly #details = new Map<string, Set<(detail: RunDetail | null) => void>>();
  #executes = false;
  #stopped = false;

  constructor(options: ControllerOptions) {
    this.#o = options;
    this.#engine = options.engine;
    this.#queue = new WorkQueue({
      clock: this.#engine.clock,
      workers: 8,
      work: (key, signal) => this.#reconcile(key, signal),
      onError: (key, error) => options.onEvent?.({ run: key, what: 'trouble', why: (error as Error).message }),
    });
  }

  /** What it executes goes on in the cluster; its holds are let go. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const work = [...this.#executions.values(), ...this.#followers.values()];
    for (const { stop } of work) stop.abort();
    await Promise.all([this.#queue.stop(), ...work.map((each) => each.done)]);
  }

  /** Whether it takes what nobody executes. What it executes already it goes on with. */
  get executes(): boolean {
    return this.#executes;
  }

  set executes(yes: boolean) {
    if (yes === this.#executes) return;
    this.#executes = yes;
    if (yes) for (const stored of this.registry.all()) this.#queue.add(keyOf(stored));
  }

  /** A run that only this user's engines may go on with waits for no other one's turn; its own hold keeps it safe. */
  #mayTake({ kept }: Stored): boolean {
    return this.#executes || (kept !== 'opsrequest' && !this.#o.readonly);
  }

  storeOf(stored: Stored): JournalStore {
    const store = storeOf(this.#engine.stores, stored);
    if (!store) throw new Error(`no store keeps ${stored.ref.name}`);
    return store;
  }

  /** A run that was started here is this controller's business from now on. */
  adopt(handle: RunHandle, feed: Feed, stop: AbortController, ended: Promise<Ending>): void {
    const { stored } = handle;
    if (!stored) return;
    const key = keyOf(stored);
    this.#feeds.set(key, feed);
    handle.onChange(() => this.#changed(handle, feed));
    this.#execution(key, stop, ended, handle);
    this.saw(stored);
  }

  /** What a watch says, or what was written here. */
  saw(stored: Stored): void {
    const kept = this.registry.put(stored);
    if (!kept || this.#stopped) return;
    const key = keyOf(kept);
    this.#executions.get(key)?.handle?.saw(stored);
    this.#tell(kept);
    this.#followIfWatched(kept);
    if (this.#mayTake(kept) || kept.journal?.holder) this.#queue.add(key);
    // Whoever waits for this one may be next.
    if (kept.journal && isOver(kept.journal)) this.#wakeWaiting(kept);
  }

  gone(uid: string): void {
    const stored = this.registry.remove(uid);
    if (!stored || this.#stopped) return;
    this.#feeds.delete(keyOf(stored));
    this.#engine.holders.forget(keyOf(stored));
    this.#silent.delete(keyOf(stored));
    this.#o.onRows({ upsert: [], remove: [uid] });
    this.#tellDetail(stored, null);
  }

  #feed(key: string): Feed {
    const feed = this.#feeds.get(key) ?? new Feed(this.#engine.clock);
    this.#feeds.set(key, feed);
    return feed;
  }

  /** Detail and log of one run (namespace/name), now and as they change. Returns the way to stop. */
  watch(
    id: string,
    onDetail: (detail: RunDetail | null) => void,
    onLog: (batch: LogBatch, ended: boolean) => void,
  ): () => void {
    const listeners = this.#details.get(id) ?? new Set();
    this.#details.set(id, listeners);
    let deaf: (() => void) | undefined;
    const look = (detail: RunDetail | null) => {
      onDetail(detail);
      if (detail === null || deaf) return;
      const key = keyOf(this.#named(id)!);
      const feed = this.#feed(key);
      deaf = feed.listen((batch) => onLog(batch, feed.ended));
    };
    listeners.add(look);
    const stored = this.#named(id);
    look(stored ? detailOf(stored, this.#isSilent(stored)) : null);
    if (stored) this.#followIfWatched(stored);
    return () => {
      deaf?.();
      listeners.delete(look);
      if (listeners.size > 0) return;
      this.#details.delete(id);
      const left = this.#named(id);
      if (left) this.#followers.get(keyOf(left))?.stop.abort();
    };
  }

  #named(id: string): Stored | undefined {
    const [namespace = '', name = ''] = id.split('/');
    return this.registry.find(namespace, name);
  }

  rows(): RunRow[] {
    return this.registry.all().map((stored) => rowOf(stored, this.#isSilent(stored)));
  }

  #isSilent = (stored: Stored): boolean => this.#silent.get(keyOf(stored)) === stored.version;

  #tell(stored: Stored): void {
    const silent = this.#isSilent(stored);
    this.#o.onRows({ upsert: [rowOf(stored, silent)], remove: [] });
    this.#tellDetail(stored, detailOf(stored, silent));
  }

  #tellDetail({ ref }: Stored, detail: RunDetail | null): void {
    for (const listener of this.#details.get(`${ref.namespace}/${ref.name}`) ?? []) listener(detail);
  }

  #wakeWaiting(over: Stored): void {
    for (const other of this.registry.all()) {
      if (other.journal?.phase === 'Waiting' && other.ref.namespace === over.ref.namespace)
        this.#queue.add(keyOf(other));
    }
  }

  /** One look at one run. Executing it is not waited for: it may take hours, and the run has its own lock by then. */
  async #reconcile(key: string, signal: AbortSignal): Promise<Outcome> {
    const stored = this.registry.get(key);
    if (!stored || this.#executions.has(key)) return done;
    const { journal } = stored;
    if (!this.#mayTake(stored) || stored.unsealed) return this.#listen(stored, signal);
    if (stored.unreadable) return done;
    if (!journal || isUnplanned(journal)) return this.#begin(stored, signal);
    if (isOver(journal)) return this.#expire(stored, signal);
    if (journal.phase === 'Unknown') return done;
    const hold = this.#engine.holders.look(key, journal);
    if (hold.hold === 'alive') return { again: 'after', ms: HOLD_MS / 3 };
    // What a watch over a link that stands still has seen last is no sign of a holder's end.
    if (hold.hold === 'dead' && !(await this.#isCurrent(stored, signal))) return { again: 'after', ms: HOLD_MS / 3 };
    if (isToBegin(journal) && !stored.cancel) {
      const blocker = await isBlocked(this.#engine, stored, signal);
      if (blocker !== undefined) {
        if (journal.blockedBy !== blocker) await this.#sayWaiting(stored, journal, blocker, signal);
        return { again: 'after', ms: TIMING.waiting };
      }
    }
    this.#o.onEvent?.({ run: key, what: hold.hold === 'dead' ? `taken over from ${hold.holder.identity}` : 'taken' });
    this.#execute(stored, journal);
    return done;
  }

  /** A run that is not taken here: whether the one that executes it is still there is said all the same. */
  async #listen(stored: Stored, signal: AbortSignal): Promise<Outcome> {
    const { journal } = stored;
    if (!journal?.holder || isOver(journal)) return done;
    const { hold } = this.#engine.holders.look(keyOf(stored), journal);
    if (hold === 'alive' || !(await this.#isCurrent(stored, signal))) return { again: 'after', ms: HOLD_MS / 3 };
    this.#silent.set(keyOf(stored), stored.version);
    this.#tell(stored);
    return done;
  }

  async #isCurrent(stored: Stored, signal: AbortSignal): Promise<boolean> {
    try {
      const now = await this.storeOf(stored).read(stored.ref, signal);
      if (now && now.version !== stored.version) this.saw(now);
      return now?.version === stored.version;
    } catch (error) {
      if (!passes(error)) throw error;
      this.#engine.holders.blind();
      return false;
    }
  }

  /** A request that no engine has begun with. */
  async #begin(stored: Stored, signal: AbortSignal): Promise<Outcome> {
    const { client, clock } = this.#engine;
    const age = clock.now() - Date.parse(stored.createdAt);
    if (stored.madeByEngine && age < TIMING.grace) return { again: 'after', ms: TIMING.grace - age };
    const accepted = await accept(client, this.#o.findCluster, stored, new Date(clock.now()).toISOString());
    if ('refused' in accepted) return this.#refuse(stored, accepted, age, signal);
    // What has waited was held before: the next hold has to be a later one.
    const { released } = stored.journal ?? {};
    const journal = released === undefined ? accepted.journal : { ...accepted.journal, released };
    const blocker = await isBlocked(this.#engine, { ...stored, journal }, signal);
    if (blocker !== undefined) {
      await this.#sayWaiting(stored, journal, blocker, signal);
      return { again: 'after', ms: TIMING.waiting };
    }
    this.#o.onEvent?.({ run: keyOf(stored), what: 'begun' });
    this.#execute(stored, journal);
    return done;
  }

  /** A request and its cluster may come in one file, and pods take their time: what may pass is waited for, so long and no longer. */
  async #refuse(
    stored: Stored,
    { refused, reason, message, passes }: Refused,
    age: number,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { clock } = this.#engine;
    const deadline = (stored.spec.preConditionDeadlineSeconds ?? DEADLINE_SECONDS) * 1000;
    const at = new Date(clock.now()).toISOString();
    const waits = passes && age < deadline && !stored.cancel;
    const handle = this.#handle(stored, passes ? (stored.journal ?? refused) : refused);
    if (waits) {
      const until = new Date(Date.parse(stored.createdAt) + deadline).toISOString();
      const why = `${message}; waits for that until ${until}`;
      if (stored.journal?.message !== why) {
        await handle.take(null, (journal) => letGo(postpone(reason, why, at)(journal)), signal);
        this.#put(handle);
      }
      return { again: 'after', ms: Math.min(TIMING.waiting, deadline - age) };
    }
    const { cancel: asked } = stored;
    const end = passes && asked ? cancel(handle.runName, asked.by, at) : refuse(reason, message, at);
    await handle.take(null, (journal) => letGo(end(journal)), signal);
    this.#o.onEvent?.({ run: keyOf(stored), what: 'refused', why: message });
    this.#put(handle);
    return done;
  }

  #handle(stored: Stored, journal: Journal): RunHandle {
    const { clock, identity } = this.#engine;
    return new RunHandle(stored.ref, stored.spec, journal, stored, { store: this.storeOf(stored), clock, identity });
  }

  /** An engine that executes writes a run's end after the end of its log. */
  #changed(handle: RunHandle, feed: Feed): void {
    this.#put(handle);
    if (handle.wrote && isOver(handle.journal)) feed.end();
  }

  #put(handle: RunHandle): void {
    if (handle.stored) this.saw(handle.stored);
  }

  async #sayWaiting(stored: Stored, journal: Journal, blocker: string, signal: AbortSignal): Promise<void> {
    const handle = this.#handle(stored, journal);
    const hold = this.#engine.holders.look(keyOf(stored), journal);
    const at = new Date(this.#engine.clock.now()).toISOString();
    await handle.take(takenFrom(hold), (now) => letGo(wait(blocker, at)(now)), signal);
    this.#put(handle);
  }

  /** A run that went well may say how long it wants to be kept. */
  async #expire(stored: Stored, signal: AbortSignal): Promise<Outcome> {
    const { ttlSecondsAfterSucceed: ttl } = stored.spec;
    if (ttl === undefined || stored.journal?.phase !== 'Succeed') return done;
    const left = Date.parse(stored.journal.finishedAt ?? '') + ttl * 1000 - this.#engine.clock.now();
    if (Number.isNaN(left)) return done;
    if (left > 0) return { again: 'after', ms: Math.min(left, 3_600_000) };
    await this.storeOf(stored).remove(stored, signal);
    this.#o.onEvent?.({ run: keyOf(stored), what: 'removed', why: `ttlSecondsAfterSucceed ${ttl}` });
    return done;
  }

  #execute(stored: Stored, journal: Journal): void {
    const key = keyOf(stored);
    const stop = new AbortController();
    const feed = this.#feed(key);
    const ended = this.#endFollower(key).then(() =>
      goOn(this.#engine, this.storeOf(stored), stored, feed.events, feed.told, stop.signal, {
        journal,
        onHandle: (handle) => {
          const execution = this.#executions.get(key);
          if (execution) execution.handle = handle;
          handle.onChange(() => this.#changed(handle, feed));
        },
      }),
    );
    this.#execution(
      key,
      stop,
      ended.then(({ ending }) => ending),
    );
  }

  #execution(key: string, stop: AbortController, ended: Promise<Ending>, handle?: RunHandle): void {
    const finished = ended.then(
      (ending) => {
        this.#executions.delete(key);
        const why = 'why' in ending ? ending.why : undefined;
        const phase = ending.ending === 'over' ? this.registry.get(key)?.journal?.phase : undefined;
        this.#o.onEvent?.({ run: key, what: phase ?? ending.ending, ...(why ? { why } : {}) });
        if (ending.ending === 'over' || ending.ending === 'vanished') this.#feed(key).end();
        if (ending.ending === 'incapable') this.#queue.addAfter(key, TIMING.incapable);
        else this.#queue.add(key);
      },
      (error: unknown) => {
        this.#executions.delete(key);
        this.#o.onEvent?.({ run: key, what: 'trouble', why: (error as Error).message });
        this.#queue.addAfter(key, TIMING.waiting);
      },
    );
    this.#executions.set(key, { stop, done: finished, ...(handle ? { handle } : {}) });
  }

  async #endFollower(key: string): Promise<void> {
    const follower = this.#followers.get(key);
    follower?.stop.abort();
    await follower?.done;
  }

  /** The log of a run that somebody looks at and that is not executed here. */
  #followIfWatched(stored: Stored): void {
    const key = keyOf(stored);
    const { ref } = stored;
    const watched = this.#details.get(`${ref.namespace}/${ref.name}`)?.size ?? 0;
    const feed = this.#feed(key);
    if (watched === 0 || feed.complete || this.#executions.has(key) || this.#followers.has(key)) return;
    const stop = new AbortController();
    const store = this.storeOf(stored);
    const read = async (signal: AbortSignal) => {
      const seen = this.registry.get(key);
      // The registry keeps no output of what is over.
      return seen?.journal && !isOver(seen.journal) ? seen : store.read(ref, signal);
    };
    feed.resume();
    const { clock } = this.#engine;
    const { onTrouble } = feed.events;
    const follower = async () => {
      const first = await insist(() => read(stop.signal), { clock, signal: stop.signal, onTrouble });
      if (!first) return;
      const last = await follow(this.#engine, read, first, feed.told, feed.events, () => false, stop.signal);
      if (!stop.signal.aborted && (!last || (last.journal && isOver(last.journal)))) feed.end();
    };
    const finished = follower()
      .catch((error: unknown) => {
        if (!stop.signal.aborted) feed.halt(`the log can't be read: ${(error as Error).message}`);
      })
      .finally(() => this.#followers.delete(key));
    this.#followers.set(key, { stop, done: finished });
  }
}
