import { randomUUID } from 'node:crypto';
import { bootstrapObjects } from './bootstrap.ts';
import { type Clock, realClock } from './clock.ts';
import { accountController } from './control/accounts.ts';
import { aggregationController } from './control/aggregation.ts';
import { garbageCollector } from './control/collector.ts';
import { namespaceController } from './control/namespaces.ts';
import { protectionController } from './control/protection.ts';
import { definitionController } from './crd/index.ts';
import { Faults } from './faults/faults.ts';
import { Held } from './held.ts';
import { INSIDE } from './inside.ts';
import type { Kernel, WriteContext } from './kernel.ts';
import { makePump } from './pump.ts';
import { bootstrapRoles } from './rbac/bootstrap.ts';
import type { ResourceInfo } from './resources/info.ts';
import { Registry } from './resources/registry.ts';
import type { EventType } from './store/collection.ts';
import type { Entry } from './store/entry.ts';
import { Sight } from './store/sight.ts';
import { Store, type StoreOptions } from './store/store.ts';
import type { SimObject } from './types.ts';
import { create } from './verbs/create.ts';
import { type DeleteOptions, remove } from './verbs/delete.ts';
import { admit } from './verbs/input.ts';
import { patch as patchObject } from './verbs/patch.ts';
import { everything, makeSelection, type Selection, selects } from './verbs/select.ts';
import { update } from './verbs/update.ts';
import { follow, type WatchSink } from './verbs/watch.ts';
import { atOnce } from './work.ts';

export interface Filter {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

export interface WriteOptions {
  /** The field manager that managedFields names. Default `opsdeck-sim`. */
  manager?: string;
  subresource?: 'status' | 'scale' | 'finalize' | 'resize';
  /** Told of what was created, whenever that was. */
  made?: (object: SimObject) => void;
}

/**
 * The cluster from inside: what controllers, the demo and tests use. Calls are synchronous, go through the same checks as HTTP requests,
 * and throw ApiError. Resources are named `pods`, `deployments.apps`. Objects that they answer with are the cluster's own, to be read and
 * never changed.
 */
export interface SimCluster {
  readonly clock: Clock;
  get(resource: string, namespace: string, name: string): SimObject | undefined;
  list(resource: string, filter?: Filter): readonly SimObject[];
  /** A pod that a webhook must be asked about is made later, if at all: throws Undecided until then. */
  create(resource: string, object: object, options?: WriteOptions): SimObject;
  /** Replaces; a stale resourceVersion is a 409. */
  update(resource: string, object: SimObject, options?: WriteOptions): SimObject;
  /** A JSON merge patch. */
  patch(resource: string, namespace: string, name: string, patch: object, options?: WriteOptions): SimObject;
  delete(resource: string, namespace: string, name: string, options?: DeleteOptions): void;
  /**
   * Existing objects as ADDED, then every change, in order, each after the write that made it has returned. The answer stops it.
   */
  watch(resource: string, filter: Filter, handler: (type: EventType, object: SimObject) => void): () => void;
  /** As a watch of everything, but unread: as it is after the write, and before it where the object was there. */
  observe(resource: string, handler: (now: Sight, before: Sight | undefined) => void): () => void;
  /** Runs work of a controller after what waits already: in the same queue as the handlers of watches. */
  defer(work: () => void): void;
  /** Runs controller work now until none is left. */
  drain(): void;
  /** Resolves when no controller work waits. */
  idle(): Promise<void>;
  /** The certificate that pods find in their namespace, and programs there trust. */
  setCertificate(pem: string): void;
  /** Ends the cluster's own controllers. */
  stop(): void;
  /** Forgets the past: watches and pages from before get 410. */
  compact(): void;
  readonly kernel: Kernel;
}

export interface ClusterOptions {
  clock?: Clock;
  store?: StoreOptions;
  onError?: (error: unknown) => void;
}

const SUFFIX = 'bcdfghjklmnpqrstvwxz2456789';

const randomSuffix = (): string => {
  let suffix = '';
  for (let i = 0; i < 5; i++) suffix += SUFFIX[Math.floor(Math.random() * SUFFIX.length)];
  return suffix;
};

/** From inside, an object may leave out what its resource says. */
const typed = (info: ResourceInfo, object: object): object => ({
  kind: info.kind,
  apiVersion: info.storageApiVersion,
  ...object,
});

export function makeCluster(options: ClusterOptions = {}): SimCluster {
  const clock = options.clock ?? realClock();
  const base: Omit<Kernel, 'faults'> = {
    byToken: () => undefined,
    store: new Store(options.store),
    registry: new Registry(),
    clock,
    uid: randomUUID,
    suffix: randomSuffix,
  };
  const kernel = base as Kernel;
  kernel.faults = new Faults(kernel);
  const pump = makePump(
    options.onError ??
      ((error) => {
        throw error;
      }),
  );
  const { store, registry } = kernel;
  const context = (info: ResourceInfo, write: WriteOptions = {}): WriteContext => ({
    user: INSIDE,
    manager: write.manager ?? 'opsdeck-sim',
    version: info.storageVersion,
    subresource: write.subresource ?? '',
    dryRun: false,
    fieldValidation: 'Strict',
    warn: () => {},
  });
  const filterOf = (info: ResourceInfo, filter: Filter = {}) =>
    makeSelection(info, filter.namespace ?? '', filter.labelSelector ?? '', filter.fieldSelector ?? '');

  /** `hear` is told at once, and answers what to do about it later. */
  const subscribe = (
    info: ResourceInfo,
    selection: Selection,
    hear: (...change: Parameters<WatchSink['send']>) => () => void,
  ) => {
    let on = true;
    const stop = follow(
      store.collection(info.storageKey),
      selection,
      { kind: 'initial' },
      {
        send: (...change) => {
          const act = hear(...change);
          pump.add(() => {
            if (on) act();
          });
        },
      },
    );
    return () => {
      on = false;
      stop();
    };
  };

  const held = new Held();
  let certificate = '';
  const stops: (() => void)[] = [];
  const cluster: SimCluster = {
    clock,
    kernel,
    get(resource, namespace, name) {
      const info = registry.get(resource);
      const entry = store.entry(info, namespace, name);
      return entry && store.object(info, entry);
    },
    list(resource, filter) {
      const info = registry.get(resource);
      const selection = filterOf(info, filter);
      const found: SimObject[] = [];
      for (const entry of store.collection(info.storageKey).entriesIn(filter?.namespace))
        if (selects(selection, entry)) found.push(store.object(info, entry));
      return found;
    },
    create(resource, object, write) {
      const info = registry.get(resource);
      const about = context(info, write);
      const own = admit(info, typed(info, object), (object as SimObject).metadata?.namespace ?? '', about);
      const made = (entry: Entry): SimObject => {
        const object = store.object(info, entry);
        write?.made?.(object);
        return object;
      };
      const work = () => create(kernel, info, own, about);
      return made(resource === 'pods' ? held.make(own, work, made) : atOnce(work()));
    },
    update(resource, object, write) {
      const info = registry.get(resource);
      const about = context(info, write);
      const { namespace = '', name } = object.metadata;
      const before = store.entry(info, namespace, name);
      const own = admit(info, typed(info, object), namespace, about, undefined, before && store.object(info, before));
      return store.object(info, atOnce(update(kernel, info, own, about)).entry);
    },
    patch(resource, namespace, name, patch, write) {
      const info = registry.get(resource);
      const change = { type: 'merge' as const, data: patch, text: '', force: false };
      return store.object(info, atOnce(patchObject(kernel, info, namespace, name, change, context(info, write))).entry);
    },
    delete(resource, namespace, name, deleteOptions = {}) {
      const info = registry.get(resource);
      atOnce(remove(kernel, info, namespace, name, deleteOptions, context(info)));
    },
    watch(resource, filter, handler) {
      const info = registry.get(resource);
      return subscribe(info, filterOf(info, filter), (type, entry) => () => handler(type, store.object(info, entry)));
    },
    observe(resource, handler) {
      const info = registry.get(resource);
      return subscribe(info, everything(), (_type, entry, event) => {
        // Until it is heard the store may have let go of both, and parsing them again takes longer than the write did.
        const sight = (one: Entry) => new Sight(store, info, one, store.parsed.known(one));
        const now = sight(entry);
        const before = event?.prev && sight(event.prev);
        return () => handler(now, before);
      });
    },
    defer: pump.add,
    drain: pump.drain,
    idle: pump.idle,
    compact: () => store.compact(),
    setCertificate(pem) {
      certificate = pem;
    },
    stop() {
      for (const stop of stops) stop();
    },
  };
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system'])
    cluster.create('namespaces', { metadata: { name } });
  bootstrapRoles(cluster);
  bootstrapObjects(cluster);
  stops.push(
    accountController(cluster, () => certificate),
    aggregationController(cluster),
    definitionController(cluster),
    garbageCollector(cluster),
    namespaceController(cluster),
    protectionController(cluster),
  );
  return cluster;
}
