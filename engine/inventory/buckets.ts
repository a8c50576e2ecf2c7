/** Things by uid under each of many keys. A key without things costs nothing, and one with a single thing little: most are so. */
export class Buckets<T extends { uid: string }> {
  readonly #byKey = new Map<string, T | Map<string, T>>();

  put(key: string, thing: T): void {
    const bucket = this.#byKey.get(key);
    if (bucket instanceof Map) bucket.set(thing.uid, thing);
    else if (bucket === undefined || bucket.uid === thing.uid) this.#byKey.set(key, thing);
    else this.#byKey.set(key, new Map([bucket, thing].map((each) => [each.uid, each])));
  }

  drop(key: string, uid: string): void {
    const bucket = this.#byKey.get(key);
    if (bucket instanceof Map) {
      bucket.delete(uid);
      if (bucket.size === 0) this.#byKey.delete(key);
    } else if (bucket?.uid === uid) {
      this.#byKey.delete(key);
    }
  }

  of(key: string): T[] {
    const bucket = this.#byKey.get(key);
    if (bucket === undefined) return [];
    return bucket instanceof Map ? [...bucket.values()] : [bucket];
  }
}
