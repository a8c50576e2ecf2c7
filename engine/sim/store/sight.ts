import type { OwnerReference } from '../../api/types.ts';
import type { Labels, SimObject } from '../types.ts';
import type { Entry } from './entry.ts';
import type { Store, StoredKind } from './store.ts';

/** An object as it was at one write. It is parsed only where somebody looks into it: most that controllers hear of concerns none of them. */
export class Sight {
  readonly #store: Store;
  readonly #kind: StoredKind;
  readonly #entry: Entry;
  readonly #object: SimObject | undefined;

  /** `object`, where it is at hand. */
  constructor(store: Store, kind: StoredKind, entry: Entry, object?: SimObject) {
    this.#store = store;
    this.#kind = kind;
    this.#entry = entry;
    this.#object = object;
  }

  get namespace(): string {
    return this.#entry.namespace;
  }

  get name(): string {
    return this.#entry.name;
  }

  get labels(): Labels {
    return this.#entry.labels ?? {};
  }

  get owners(): readonly OwnerReference[] {
    return this.#entry.owners ?? [];
  }

  /** What field selectors can name. */
  get fields(): Labels {
    return this.#entry.fields ?? {};
  }

  /** Whether its text has that: far cheaper than parsing it, for what few objects have. */
  mentions(text: string): boolean {
    return this.#entry.body.includes(text);
  }

  get object(): SimObject {
    return this.#object ?? this.#store.object(this.#kind, this.#entry);
  }
}
