/** Which objects are clusters, or parts of one, and what each cluster claims. */
import { Buckets } from './buckets.ts';
import { claimsOf, pairKeys, rivalKeys } from './claims.ts';
import type { Facts } from './facts.ts';
import type { Provider } from './provider.ts';

/** A cluster by its objects; never without one while it is known. The first stands for the cluster. */
export interface Holding {
  key: string;
  facts: Facts[];
}

interface ObjectRecord<H> {
  uid: string;
  facts: Facts;
  holding: H | undefined;
}

export interface Listener<H> {
  make: (key: string) => H;
  /** Its objects changed. */
  changed: (holding: H) => void;
  /** Its last object went; what it claimed follows as `claims`. */
  gone: (holding: H) => void;
  /** Another cluster, or none, claims by this key now. */
  claims: (key: string) => void;
}

const holdingKey = ({ provider, ref, grouped, cluster }: Facts): string =>
  `${provider.name} ${ref.namespace} ${grouped ? cluster : `${ref.kind}/${ref.name}`}`;

const inOrder = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
const newestFirst = (a: Facts, b: Facts): number => b.createdAt - a.createdAt || inOrder(b.ref.uid, a.ref.uid);

export class Claimants<H extends Holding> {
  readonly #providers: readonly Provider[];
  readonly #listener: Listener<H>;
  readonly #holdings = new Map<string, H>();
  readonly #objects = new Map<string, ObjectRecord<H>>();
  /** More than one only while an object that was deleted is still known beside its successor. */
  readonly #byClaim = new Map<string, H[]>();
  /** Workloads by the keys under which another provider would claim their pods. */
  readonly #rivals = new Buckets<ObjectRecord<H>>();
  readonly #byPair = new Buckets<ObjectRecord<H>>();

  constructor(providers: readonly Provider[], listener: Listener<H>) {
    this.#providers = providers;
    this.#listener = listener;
  }

  all(): Iterable<H> {
    return this.#holdings.values();
  }

  has(holding: H): boolean {
    return this.#holdings.get(holding.key) === holding;
  }

  /** Of an object that is a cluster, or a part of one. */
  ofObject(uid: string): H | undefined {
    return this.#objects.get(uid)?.holding;
  }

  /** Of several, the one with the newest object: whatever order they became known in, the same one. */
  claiming(key: string): H | undefined {
    const [first, ...others] = this.#byClaim.get(key) ?? [];
    if (first === undefined || others.length === 0) return first;
    const newest = (holding: H) =>
      holding.facts.filter((each) => claimsOf(each).includes(key)).toSorted(newestFirst)[0];
    return others.reduce((best, each) => {
      const [a, b] = [newest(best), newest(each)];
      return a !== undefined && b !== undefined && newestFirst(a, b) > 0 ? each : best;
    }, first);
  }

  /** Clusters of workloads whose pods carry this pair of label and value. */
  withPair(pair: string): H[] {
    return this.#byPair.of(pair).flatMap((record) => record.holding ?? []);
  }

  set(facts: Facts): void {
    const { uid } = facts.ref;
    const before = this.#objects.get(uid);
    if (before !== undefined && this.#ties(before.facts) === this.#ties(facts)) {
      this.#replace(before, facts);
      return;
    }
    if (before !== undefined) this.#forget(before);
    const record: ObjectRecord<H> = { uid, facts, holding: undefined };
    this.#objects.set(uid, record);
    for (const key of rivalKeys(this.#providers, facts)) this.#rivals.put(key, record);
    for (const pair of this.#pairs(facts)) this.#byPair.put(pair, record);
    this.#place(record);
  }

  drop(uid: string): void {
    const record = this.#objects.get(uid);
    if (record === undefined) return;
    this.#objects.delete(uid);
    this.#forget(record);
  }

  #pairs(facts: Facts): string[] {
    return facts.controls === '' ? [] : pairKeys(facts.ref.namespace, facts.template);
  }

  /** All by which an object is tied to others: while it stays, a change of the object moves nothing. */
  #ties(facts: Facts): string {
    const rivals = rivalKeys(this.#providers, facts);
    return JSON.stringify([holdingKey(facts), facts.owned, claimsOf(facts), rivals, this.#pairs(facts)]);
  }

  #replace(record: ObjectRecord<H>, facts: Facts): void {
    const { holding, facts: before } = record;
    record.facts = facts;
    if (holding === undefined) return;
    holding.facts = holding.facts.map((each) => (each === before ? facts : each));
    this.#listener.changed(holding);
  }

  #forget(record: ObjectRecord<H>): void {
    const { facts, uid } = record;
    for (const key of rivalKeys(this.#providers, facts)) this.#rivals.drop(key, uid);
    for (const pair of this.#pairs(facts)) this.#byPair.drop(pair, uid);
    this.#leave(record);
  }

  /** Whether the object is a cluster of its provider, and then which. */
  #place(record: ObjectRecord<H>): void {
    const { facts } = record;
    const rivals = rivalKeys(this.#providers, facts);
    const foreign =
      facts.provider.spec.unclaimed === true && (facts.owned || rivals.some((key) => this.#byClaim.has(key)));
    const wanted = foreign ? undefined : holdingKey(facts);
    if (record.holding?.key === wanted) return;
    this.#leave(record);
    if (wanted !== undefined) this.#join(record, wanted);
  }

  #join(record: ObjectRecord<H>, key: string): void {
    const { facts } = record;
    const holding = this.#holdings.get(key) ?? this.#listener.make(key);
    this.#holdings.set(key, holding);
    const order = (each: Facts) => each.provider.resources.findIndex(({ kind }) => kind === each.ref.kind);
    holding.facts = [...holding.facts, facts].toSorted(
      (a, b) => order(a) - order(b) || inOrder(a.ref.name, b.ref.name) || newestFirst(a, b),
    );
    record.holding = holding;
    this.#listener.changed(holding);
    for (const claim of claimsOf(facts)) {
      const claiming = this.#byClaim.get(claim) ?? [];
      if (!claiming.includes(holding)) this.#byClaim.set(claim, [...claiming, holding]);
      this.#claimChanged(claim);
    }
  }

  #leave(record: ObjectRecord<H>): void {
    const { holding, facts } = record;
    if (holding === undefined) return;
    record.holding = undefined;
    holding.facts = holding.facts.filter((each) => each !== facts);
    if (holding.facts.length === 0) {
      this.#holdings.delete(holding.key);
      this.#listener.gone(holding);
    } else {
      this.#listener.changed(holding);
    }
    const kept = new Set(holding.facts.flatMap(claimsOf));
    for (const claim of claimsOf(facts)) {
      if (kept.has(claim)) continue;
      const left = this.#byClaim.get(claim)?.filter((each) => each !== holding) ?? [];
      if (left.length > 0) this.#byClaim.set(claim, left);
      else this.#byClaim.delete(claim);
      this.#claimChanged(claim);
    }
  }

  #claimChanged(key: string): void {
    this.#listener.claims(key);
    for (const record of this.#rivals.of(key)) this.#place(record);
  }
}
