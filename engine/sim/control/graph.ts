import type { OwnerReference } from '../../api/types.ts';
import type { ResourceInfo } from '../resources/info.ts';
import { keyOf } from '../store/entry.ts';

/** One object, by where it is. */
export interface Place {
  info: ResourceInfo;
  namespace: string;
  name: string;
}

/** Who depends on whom: dependents by their owner's uid. */
export class DependentIndex {
  private readonly byOwner = new Map<string, Map<string, Place>>();

  add(owners: readonly OwnerReference[] | undefined, place: Place): void {
    for (const { uid } of owners ?? []) {
      let dependents = this.byOwner.get(uid);
      if (!dependents) {
        dependents = new Map();
        this.byOwner.set(uid, dependents);
      }
      dependents.set(this.key(place), place);
    }
  }

  remove(owners: readonly OwnerReference[] | undefined, place: Place): void {
    for (const { uid } of owners ?? []) {
      const dependents = this.byOwner.get(uid);
      dependents?.delete(this.key(place));
      if (dependents?.size === 0) this.byOwner.delete(uid);
    }
  }

  of(uid: string): Place[] {
    return [...(this.byOwner.get(uid)?.values() ?? [])];
  }

  private key({ info, namespace, name }: Place): string {
    return `${info.storageKey}:${keyOf(namespace, name)}`;
  }
}
