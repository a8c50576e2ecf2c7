/**
 * What a reflector has brought, found by uid, by name, and by whatever a reader wants to ask for. Items are never changed in
 * place: they are found again by what they were when they came.
 */

export interface Named {
  uid: string;
  /** '' for what has no namespace. */
  namespace: string;
  name: string;
}

/** The values under which an item is found; none: it isn't. */
export type IndexBy<T> = (item: T) => string | readonly string[] | undefined;

export class Store<T extends Named, I extends string = never> {
  readonly #items = new Map<string, T>();
  readonly #names = new Map<string, T>();
  readonly #indexes: { name: I; by: IndexBy<T>; entries: Map<string, Map<string, T>> }[];

  constructor(indexes: Record<I, IndexBy<T>> = {} as Record<I, IndexBy<T>>) {
    this.#indexes = (Object.entries(indexes) as [I, IndexBy<T>][]).map(([name, by]) => ({
      name,
      by,
      entries: new Map(),
    }));
  }

  get size(): number {
    return this.#items.size;
  }

  /** Takes one batch of a reflector. */
  apply({ upsert, remove }: { upsert: readonly T[]; remove: readonly string[] }): void {
    for (const uid of remove) this.#remove(uid);
    for (const item of upsert) this.#put(item);
  }

  get(uid: string): T | undefined {
    return this.#items.get(uid);
  }

  find(namespace: string, name: string): T | undefined {
    return this.#names.get(`${namespace}/${name}`);
  }

  /** In the order in which they came under that value. */
  by(index: I, value: string): T[] {
    const found = this.#indexes.find(({ name }) => name === index)?.entries.get(value);
    return found ? [...found.values()] : [];
  }

  values(): IterableIterator<T> {
    return this.#items.values();
  }

  #put(item: T): void {
    const key = `${item.namespace}/${item.name}`;
    const before = this.#items.get(item.uid);
    // Deleted and made anew under the same name, while the deletion is still to be told.
    const holder = this.#names.get(key);
    if (holder && holder.uid !== item.uid) this.#remove(holder.uid);
    if (before) this.#unlink(before);
    this.#items.set(item.uid, item);
    this.#names.set(key, item);
    for (const index of this.#indexes) {
      for (const value of valuesOf(index.by, item)) {
        let entry = index.entries.get(value);
        if (!entry) {
          entry = new Map();
          index.entries.set(value, entry);
        }
        entry.set(item.uid, item);
      }
    }
  }

  #remove(uid: string): void {
    const item = this.#items.get(uid);
    if (!item) return;
    this.#unlink(item);
    this.#items.delete(uid);
  }

  #unlink(item: T): void {
    const key = `${item.namespace}/${item.name}`;
    if (this.#names.get(key)?.uid === item.uid) this.#names.delete(key);
    for (const index of this.#indexes) {
      for (const value of valuesOf(index.by, item)) {
        const entry = index.entries.get(value);
        if (entry?.delete(item.uid) && entry.size === 0) index.entries.delete(value);
      }
    }
  }
}

function valuesOf<T>(by: IndexBy<T>, item: T): readonly string[] {
  const values = by(item);
  return values === undefined ? [] : typeof values === 'string' ? [values] : values;
}
