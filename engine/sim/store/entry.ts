import type { OwnerReference } from '../../api/types.ts';
import type { Labels, SimObject } from '../types.ts';

/**
 * One object at one revision. It never changes: an update makes another. The object is kept as its JSON text without the leading
 * kind and apiVersion, because these differ between the versions a resource is served in and are left out of a list's items.
 */
export interface Entry {
  /** `namespace/name`, or the name alone. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The revision of the write that made it; its resourceVersion. */
  readonly rev: number;
  readonly labels: Labels | undefined;
  /** Fields a selector can name, beyond metadata.name and metadata.namespace. */
  readonly fields: Labels | undefined;
  readonly owners: readonly OwnerReference[] | undefined;
  /** Whether it is being deleted and a finalizer holds it. */
  readonly held: boolean;
  /** UTF-8: `"metadata":{…},…}`. */
  readonly body: Buffer;
  /** Where in the body its metadata ends. */
  readonly metaEnd: number;
  /** The version that its body is of; absent: that in which it is stored. */
  readonly shape?: string;
}

export const keyOf = (namespace: string, name: string): string => (namespace ? `${namespace}/${name}` : name);

export const prefixOf = (kind: string, apiVersion: string): string =>
  `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`;

/** Parsed objects of recently used entries. Bounded, so that memory is the size of the JSON texts and not several times that. */
export class ParsedCache {
  private readonly objects = new Map<Entry, SimObject>();
  private readonly limit: number;

  constructor(limit = 4096) {
    this.limit = limit;
  }

  put(entry: Entry, object: SimObject): void {
    if (this.objects.size >= this.limit) {
      const oldest = this.objects.keys().next();
      if (!oldest.done) this.objects.delete(oldest.value);
    }
    this.objects.set(entry, object);
  }

  /** The shared object of an entry: to be read, never changed. */
  get(entry: Entry, kind: string, apiVersion: string): SimObject {
    const known = this.objects.get(entry);
    if (known) return known;
    const object = JSON.parse(prefixOf(kind, apiVersion) + entry.body.toString('utf8')) as SimObject;
    this.put(entry, object);
    return object;
  }

  /** The object if it is at hand. */
  known(entry: Entry): SimObject | undefined {
    return this.objects.get(entry);
  }

  drop(entry: Entry): void {
    this.objects.delete(entry);
  }
}
