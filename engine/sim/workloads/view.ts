import type { SimCluster } from '../cluster.ts';
import { ApiError } from '../errors.ts';
import type { ResourceInfo } from '../resources/info.ts';
import type { Entry } from '../store/entry.ts';
import { Sight } from '../store/sight.ts';
import type { SimObject } from '../types.ts';
import type { DeleteOptions } from '../verbs/delete.ts';

export type { Sight };

/**
 * What the controllers know: the objects as they are now, their own writes included (a controller that doesn't see what it has just
 * created creates it again). It keeps nothing: a hundred thousand pods are in memory once.
 */
export class View {
  readonly #cluster: SimCluster;
  readonly #stops: (() => void)[] = [];

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
  }

  get now(): number {
    return this.#cluster.clock.now();
  }

  /** Every change of a resource's objects, with what was there before. */
  watch(resource: string, changed: (now: Sight, before: Sight | undefined) => void): void {
    this.#stops.push(this.#cluster.observe(resource, changed));
  }

  get(resource: string, namespace: string, name: string): SimObject | undefined {
    const info = this.#info(resource);
    const { store } = this.#cluster.kernel;
    const entry = store.entry(info, namespace, name);
    return entry && store.object(info, entry);
  }

  sight(resource: string, namespace: string, name: string): Sight | undefined {
    const info = this.#info(resource);
    const entry = this.#cluster.kernel.store.entry(info, namespace, name);
    return entry && this.#sight(info, entry);
  }

  list(resource: string, namespace: string): SimObject[] {
    return [...this.sights(resource, namespace)].map((sight) => sight.object);
  }

  /** By name; all namespaces where none is given. */
  *sights(resource: string, namespace?: string): Generator<Sight> {
    const info = this.#info(resource);
    for (const entry of this.#cluster.kernel.store.collection(info.storageKey).entriesIn(namespace))
      yield this.#sight(info, entry);
  }

  some(resource: string, namespace: string): boolean {
    return this.#cluster.kernel.store.collection(this.#info(resource).storageKey).hasIn(namespace);
  }

  all(resource: string): SimObject[] {
    return [...this.sights(resource)].map((sight) => sight.object);
  }

  /** Objects whose controller is `uid`, oldest first. */
  owned(resource: string, uid: string): SimObject[] {
    const info = this.#info(resource);
    const { store } = this.#cluster.kernel;
    return store
      .collection(info.storageKey)
      .controlledBy(uid)
      .map((entry) => store.object(info, entry));
  }

  /** Objects of a namespace that have no controller, oldest first. */
  *strays(resource: string, namespace: string): Generator<Sight> {
    const info = this.#info(resource);
    for (const entry of this.#cluster.kernel.store.collection(info.storageKey).straysIn(namespace))
      yield this.#sight(info, entry);
  }

  /** `made` is told of it when it is there: a pod that webhooks are asked about comes later, and this throws then. */
  create(resource: string, object: object, made?: (object: SimObject) => void): SimObject {
    return this.#cluster.create(resource, object, made ? { made } : {});
  }

  /** Undefined where somebody else was faster; the change is seen and dealt with then. */
  update(resource: string, object: SimObject, subresource?: 'status'): SimObject | undefined {
    return this.#tolerate(() => this.#cluster.update(resource, object, subresource ? { subresource } : {}));
  }

  /** A merge patch. */
  patch(resource: string, object: SimObject, patch: object, subresource?: 'status'): SimObject | undefined {
    const { namespace = '', name } = object.metadata;
    return this.#tolerate(() =>
      this.#cluster.patch(resource, namespace, name, patch, subresource ? { subresource } : {}),
    );
  }

  delete(resource: string, object: SimObject, options: DeleteOptions = {}): void {
    const { namespace = '', name, uid = '' } = object.metadata;
    this.#tolerate(() => this.#cluster.delete(resource, namespace, name, { ...options, preconditions: { uid } }));
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  #info(resource: string): ResourceInfo {
    return this.#cluster.kernel.registry.get(resource);
  }

  #sight(info: ResourceInfo, entry: Entry): Sight {
    return new Sight(this.#cluster.kernel.store, info, entry);
  }

  #tolerate<T>(write: () => T): T | undefined {
    try {
      return write();
    } catch (error) {
      if (error instanceof ApiError && (error.code === 404 || error.code === 409)) return undefined;
      throw error;
    }
  }
}

export const controllerOf = (object: SimObject) =>
  object.metadata.ownerReferences?.find((reference) => reference.controller);
