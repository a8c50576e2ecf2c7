/**
 * engine/inventory: providers × watched objects → clusters, components, instances, roles, health. It may touch engine/kube,
 * runtime, expr and api.
 *
 * This file keeps an Estate current by watches, one for each resource that a provider needs, and tells what changed in the rows.
 */
import type { KubeClient } from '../kube/types.ts';
import type { Freshness, RowOf, SourceState } from '../protocol.ts';
import { type Clock, systemClock } from '../runtime/clock.ts';
import { type Changes, Estate } from './estate.ts';
import { type Follower, planWatches, type WatchPlan } from './plan.ts';
import type { Provider } from './provider.ts';
import { served } from './sources.ts';

/** One watch as the inventory wants it: it lists, follows, and never ends by itself. */
export interface WatchSpec<T> extends Follower<T> {
  /** null: all namespaces. */
  namespace: string | null;
  onFreshness: (freshness: Freshness) => void;
}

export interface Watch {
  /** As of now: what is live has just been heard of. */
  freshness(): Freshness;
  /** The link was found broken. */
  suspect(why: string): void;
  /** The link works again. */
  heal(): void;
  stop(): void;
}

export type StartWatch = <T>(spec: WatchSpec<T>) => Watch;

export type RowTopic = 'clusters' | 'instances';
export type RowListener<T extends RowTopic> = (patch: Changes<RowOf[T]> & { reset: boolean }) => void;

export interface InventoryOptions {
  client: Pick<KubeClient, 'resources'>;
  /** null: all namespaces. */
  namespace: string | null;
  providers: readonly Provider[];
  watch: StartWatch;
  /** When one of them changed its state or came further with its first list; not more often than rows. */
  onSources: (sources: SourceState[]) => void;
  clock?: Clock;
}

/** At most ten patches a second; a single change is told almost at once, and the first rows don't wait for what was told before. */
const EVERY_MS = 100;
const SOON_MS = 5;
/** Pods put into rows before other work gets its turn. */
const AT_ONCE = 2000;
/** How often kinds that were not served are looked for. */
const LOOK_AGAIN_MS = 60_000;
const RETRY_MS = 5_000;

interface Source {
  plan: WatchPlan;
  watch: Watch | undefined;
  /** While it is not watched, or as the watch last told. */
  freshness: Freshness;
}

export class Inventory {
  readonly estate: Estate;
  readonly #options: InventoryOptions;
  readonly #clock: Clock;
  readonly #sources: Source[];
  readonly #listeners: { [T in RowTopic]: Set<RowListener<T>> } = { clusters: new Set(), instances: new Set() };
  readonly #watchers = new Set<{ uid: string; listener: () => void }>();
  #cancelFlush: (() => void) | undefined;
  #cancelLook: (() => void) | undefined;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #sourcesChanged = false;
  /** Instances were told. */
  #begun = false;
  #lookFailed = false;
  #stopped = false;

  constructor(options: InventoryOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.estate = new Estate(options.providers);
    this.#sources = planWatches(options.providers, this.estate).map((plan) => ({
      plan,
      watch: undefined,
      freshness: { state: 'syncing', loaded: 0 },
    }));
  }

  /** What every API server serves is watched at once; the rest when discovery has said that it is there. */
  start(): void {
    for (const source of this.#sources) if (source.plan.builtin && !source.plan.later) this.#open(source);
    void this.#look(false);
    this.#tellSources();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelFlush?.();
    this.#cancelLook?.();
    for (const source of this.#sources) source.watch?.stop();
  }

  /** The listener gets all rows at once, then what changes. Returns the way to stop listening. */
  subscribe<T extends RowTopic>(topic: T, listener: RowListener<T>): () => void {
    const listeners = this.#listeners[topic] as Set<RowListener<T>>;
    listeners.add(listener);
    listener({ reset: true, upsert: this.estate.rows()[topic] as RowOf[T][], remove: [] });
    return () => listeners.delete(listener);
  }

  /** Told when the cluster of that uid or one of its instances has changed. Returns the way to stop listening. */
  onCluster(uid: string, listener: () => void): () => void {
    const entry = { uid, listener };
    this.#watchers.add(entry);
    return () => this.#watchers.delete(entry);
  }

  sources(): SourceState[] {
    return this.#sources.map(({ plan, watch, freshness }) => ({
      id: plan.id,
      topics: plan.topics,
      freshness: watch?.freshness() ?? freshness,
    }));
  }

  /** The link was found broken (a laptop's sleep, a dropped tunnel): every watch opens anew at once. */
  suspect(why: string): void {
    for (const { watch } of this.#sources) watch?.suspect(why);
  }

  /** The link works again: nothing waits for the end of its pause, the look for kinds neither. */
  heal(): void {
    for (const { watch } of this.#sources) watch?.heal();
    if (!this.#lookFailed || this.#cancelLook === undefined) return;
    this.#cancelLook();
    this.#cancelLook = undefined;
    void this.#look(true);
  }

  #open(source: Source): void {
    if (source.watch !== undefined || this.#stopped) return;
    const { namespace, watch } = this.#options;
    source.watch = source.plan.open((follower) =>
      watch({
        ...follower,
        namespace,
        onFreshness: (freshness) => this.#fresh(source, freshness),
        onChange: (changes) => {
          if (this.#stopped) return;
          follower.onChange(changes);
          this.#schedule(!this.#begun);
        },
      }),
    );
  }

  #fresh(source: Source, freshness: Freshness): void {
    if (this.#stopped) return;
    source.freshness = freshness;
    if (source.plan.id === 'pods') this.#judgePods(freshness);
    if (freshness.state === 'absent') {
      // The watch has handed on that all is gone; discovery says when the kind is back.
      source.watch?.stop();
      source.watch = undefined;
    }
    this.#tellSources();
  }

  /** Services and volumes are asked for when the pods are there: they fill in details, the pods make the picture. */
  #judgePods(freshness: Freshness): void {
    if (freshness.state === 'live') this.estate.podsKnown = 'all';
    if (freshness.state === 'denied') this.estate.podsKnown = 'denied';
    if (freshness.state === 'syncing') return;
    for (const source of this.#sources) if (source.plan.later) this.#open(source);
    this.#schedule();
  }

  async #look(fresh: boolean): Promise<void> {
    let wait = LOOK_AGAIN_MS;
    try {
      const resources = await this.#options.client.resources({ fresh });
      if (this.#stopped) return;
      this.#lookFailed = false;
      const { present } = served(this.#options.providers, resources);
      for (const source of this.#sources) {
        if (source.plan.builtin) continue;
        const found = present.find(
          (each) => each.provider === source.plan.provider && each.resource === source.plan.resource,
        );
        if (found === undefined) {
          if (source.watch === undefined) source.freshness = { state: 'absent', resource: source.plan.id };
        } else if (source.watch === undefined) {
          source.plan.served = found;
          source.freshness = { state: 'syncing', loaded: 0 };
          this.#open(source);
        }
      }
    } catch (error) {
      if (this.#stopped) return;
      wait = RETRY_MS;
      this.#lookFailed = true;
      const why = error instanceof Error ? error.message : String(error);
      for (const source of this.#sources) {
        if (source.watch === undefined && !source.plan.builtin && source.freshness.state !== 'down') {
          source.freshness = { state: 'down', since: this.#clock.now(), why };
        }
      }
    }
    this.#tellSources();
    this.#cancelLook = this.#clock.after(wait, () => void this.#look(true));
  }

  #tellSources(): void {
    this.#sourcesChanged = true;
    this.#schedule();
  }

  #schedule(soon = false): void {
    if (this.#stopped || (this.#cancelFlush !== undefined && !soon)) return;
    this.#cancelFlush?.();
    const pause = soon ? 0 : EVERY_MS - (this.#clock.monotonic() - this.#flushedAt);
    this.#cancelFlush = this.#clock.after(Math.max(soon ? 0 : SOON_MS, pause), () => this.#flush());
  }

  #flush(): void {
    this.#cancelFlush = undefined;
    this.#flushedAt = this.#clock.monotonic();
    if (this.#sourcesChanged) this.#options.onSources(this.sources());
    this.#sourcesChanged = false;
    const patch = this.estate.flush(AT_ONCE);
    this.#tell('clusters', patch.clusters);
    this.#tell('instances', patch.instances);
    this.#begun ||= patch.instances.upsert.length > 0;
    for (const { uid, listener } of this.#watchers) {
      const { clusters, instances } = patch;
      const touched =
        clusters.upsert.some((row) => row.uid === uid) ||
        clusters.remove.includes(uid) ||
        instances.upsert.some((row) => row.clusterUid === uid);
      if (touched) listener();
    }
    if (patch.more) this.#cancelFlush = this.#clock.after(0, () => this.#flush());
  }

  #tell<T extends RowTopic>(topic: T, changes: Changes<RowOf[T]>): void {
    if (changes.upsert.length === 0 && changes.remove.length === 0) return;
    for (const listener of this.#listeners[topic]) (listener as RowListener<T>)({ reset: false, ...changes });
  }
}
