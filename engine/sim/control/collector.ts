import type { OwnerReference } from '../../api/types.ts';
import type { SimCluster } from '../cluster.ts';
import { qualified, unlessRefused } from '../errors.ts';
import type { ResourceInfo } from '../resources/info.ts';
import type { LogEvent } from '../store/collection.ts';
import type { Entry } from '../store/entry.ts';
import type { StoredKind } from '../store/store.ts';
import type { SimObject } from '../types.ts';
import { DependentIndex, type Place } from './graph.ts';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/**
 * The garbage collector: deletes what has lost all its owners, deletes dependents first where that is asked for, and lets them go where
 * they are to stay. An owner counts only with its uid, and only in the dependent's namespace or in none.
 */
export function garbageCollector(cluster: SimCluster): () => void {
  const { kernel } = cluster;
  const { store, registry } = kernel;
  const index = new DependentIndex();

  const entryAt = ({ info, namespace, name }: Place): Entry | undefined => store.entry(info, namespace, name);
  const objectAt = (place: Place): SimObject | undefined => {
    const entry = entryAt(place);
    return entry && store.object(place.info, entry);
  };
  const resourceOf = (place: Place): string => qualified(place.info);

  /** The owner a reference means; undefined where there is none. */
  const ownerOf = (reference: OwnerReference, namespace: string): Place | undefined => {
    const group = reference.apiVersion.includes('/') ? reference.apiVersion.split('/')[0]! : '';
    const info = registry.forKind(group, reference.kind);
    if (!info) return undefined;
    const place = { info, namespace: info.namespaced ? namespace : '', name: reference.name };
    return entryAt(place)?.uid === reference.uid ? place : undefined;
  };

  const isWaiting = (object: SimObject | undefined): boolean =>
    object?.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).includes(FOREGROUND);

  const dropFinalizer = (place: Place, object: SimObject, finalizer: string): void => {
    const finalizers = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
    const patch = {
      metadata: {
        finalizers: finalizers.length > 0 ? finalizers : null,
        resourceVersion: object.metadata.resourceVersion,
      },
    };
    unlessRefused(() =>
      cluster.patch(resourceOf(place), place.namespace, place.name, patch, { manager: 'kube-controller-manager' }),
    );
  };

  const dropOwners = (place: Place, object: SimObject, uids: ReadonlySet<string>): void => {
    const ownerReferences = (object.metadata.ownerReferences ?? []).filter(({ uid }) => !uids.has(uid));
    const patch = {
      metadata: { ownerReferences: ownerReferences.length > 0 ? ownerReferences : null, uid: object.metadata.uid },
    };
    unlessRefused(() =>
      cluster.patch(resourceOf(place), place.namespace, place.name, patch, { manager: 'kube-controller-manager' }),
    );
  };

  /** Deletes an object whose owners are all gone, or tidies its references. */
  const examine = (place: Place): void => {
    const object = objectAt(place);
    if (!object || object.metadata.deletionTimestamp !== undefined) return;
    const references = object.metadata.ownerReferences ?? [];
    if (references.length === 0) return;
    const loose = new Set<string>();
    let solid = false;
    let waiting = false;
    for (const reference of references) {
      const owner = ownerOf(reference, place.namespace);
      if (!owner) loose.add(reference.uid);
      else if (isWaiting(objectAt(owner)) && reference.blockOwnerDeletion === true) {
        loose.add(reference.uid);
        waiting = true;
      } else solid = true;
    }
    if (solid) {
      if (loose.size > 0) dropOwners(place, object, loose);
      return;
    }
    const { finalizers = [], uid = '' } = object.metadata;
    const hasOwn = index.of(uid).length > 0;
    const propagationPolicy =
      waiting && hasOwn
        ? 'Foreground'
        : finalizers.includes(ORPHAN)
          ? 'Orphan'
          : finalizers.includes(FOREGROUND)
            ? 'Foreground'
            : 'Background';
    unlessRefused(() =>
      cluster.delete(resourceOf(place), place.namespace, place.name, { preconditions: { uid }, propagationPolicy }),
    );
  };

  /** An object that is being deleted and says what shall become of its dependents. */
  const release = (place: Place): void => {
    const object = objectAt(place);
    if (object?.metadata.deletionTimestamp === undefined) return;
    const { finalizers = [], uid = '' } = object.metadata;
    if (finalizers.includes(ORPHAN)) {
      for (const dependent of index.of(uid)) {
        const held = objectAt(dependent);
        if (held) dropOwners(dependent, held, new Set([uid]));
      }
      dropFinalizer(place, object, ORPHAN);
    } else if (finalizers.includes(FOREGROUND)) {
      const blocking = index
        .of(uid)
        .filter((dependent) =>
          (entryAt(dependent)?.owners ?? []).some((one) => one.uid === uid && one.blockOwnerDeletion === true),
        );
      if (blocking.length === 0) dropFinalizer(place, object, FOREGROUND);
      else for (const dependent of index.of(uid)) examine(dependent);
    }
  };

  const infoOf = (kind: StoredKind): ResourceInfo | undefined => registry.find(kind.storageKey);

  const observe = (kind: StoredKind, { type, entry, prev }: LogEvent): void => {
    const info = infoOf(kind);
    if (!info) return;
    const place = { info, namespace: entry.namespace, name: entry.name };
    if (prev?.owners) index.remove(prev.owners, place);
    if (type !== 'DELETED' && entry.owners) index.add(entry.owners, place);
    if (type === 'DELETED') {
      for (const dependent of index.of(entry.uid)) cluster.defer(() => examine(dependent));
      // Owners that wait for their dependents have one less to wait for.
      for (const reference of entry.owners ?? []) {
        const owner = ownerOf(reference, entry.namespace);
        if (owner) cluster.defer(() => release(owner));
      }
      return;
    }
    if (entry.owners && (type === 'ADDED' || entry.owners !== prev?.owners)) cluster.defer(() => examine(place));
    if (entry.held) cluster.defer(() => release(place));
  };
  store.observers.add(observe);
  return () => store.observers.delete(observe);
}
