/**
 * All clusters and pods that are known, kept current one object at a time: a change touches the cluster it belongs to and no other.
 * Objects may come in any order; a pod finds its cluster when that turns up.
 */
import type { ClusterRow, InstanceRow } from '../protocol.ts';
import { clusterOf, clusterRow, instanceOf, instanceRow, membersOf, type Parts } from './assemble.ts';
import { Belongings, mountKeys, type Touched } from './belongings.ts';
import { Buckets } from './buckets.ts';
import { Claimants, type Holding } from './claimants.ts';
import { podKeys } from './claims.ts';
import type { Facts } from './facts.ts';
import type { PodsKnown } from './health.ts';
import type { Cluster, Instance } from './model.ts';
import type { Claim, Service } from './objects.ts';
import type { Pod } from './pod.ts';
import type { Provider } from './provider.ts';
import { same } from './same.ts';

interface Entry extends Holding {
  pods: Map<string, PodRecord>;
  /** What its pods' rows take from the cluster; when it changes, all of them are made anew. */
  context: string;
  row: ClusterRow | undefined;
  /** Kept while nothing of it changes: with many pods it is the costly part. */
  belongings: { services: Service[]; claims: Claim[] } | undefined;
}

interface PodRecord {
  uid: string;
  pod: Pod;
  entry: Entry | undefined;
  row: InstanceRow | undefined;
}

export interface Changes<Row> {
  upsert: Row[];
  remove: string[];
}

export interface Patch {
  clusters: Changes<ClusterRow>;
  instances: Changes<InstanceRow>;
  more: boolean;
}

export class Estate {
  readonly #providers: readonly Provider[];
  readonly #claimants: Claimants<Entry>;
  readonly #belongings: Belongings;
  readonly #pods = new Map<string, PodRecord>();
  /** Pods by the keys under which they may be claimed. */
  readonly #podsBy = new Buckets<PodRecord>();
  #known: PodsKnown = 'some';

  #dirty = new Set<Entry>();
  #dirtyPods = new Set<PodRecord>();
  /** Rows that were shown and are to be removed, unless they turn up again before the next flush. */
  #goneClusters = new Map<string, ClusterRow>();
  #gonePods = new Map<string, InstanceRow>();
  /** Claims that changed: who mounts them is looked up once for all of them, since an index would cost every pod. */
  #touchedMounts = new Set<string>();

  constructor(providers: readonly Provider[]) {
    this.#providers = providers;
    this.#belongings = new Belongings(providers);
    this.#claimants = new Claimants<Entry>(providers, {
      make: (key) => ({ key, facts: [], pods: new Map(), context: '', row: undefined, belongings: undefined }),
      changed: (entry) => this.#refresh(entry),
      gone: (entry) => {
        this.#dirty.delete(entry);
        if (entry.row !== undefined) this.#goneClusters.set(entry.row.uid, entry.row);
      },
      claims: (key) => {
        for (const record of this.#podsBy.of(key)) this.#assign(record);
      },
    });
  }

  /** Until all pods were listed, no cluster is blamed for those that are not seen. */
  set podsKnown(known: PodsKnown) {
    if (known === this.#known) return;
    this.#known = known;
    for (const entry of this.#claimants.all()) this.#dirty.add(entry);
  }

  setObject(facts: Facts): void {
    this.#claimants.set(facts);
  }

  dropObject(uid: string): void {
    this.#claimants.drop(uid);
  }

  setPod(pod: Pod): void {
    const known = this.#pods.get(pod.uid);
    if (known !== undefined) this.#unlinkPod(known);
    const mounts = known?.pod.claims.join();
    const record = known ?? { uid: pod.uid, pod, entry: undefined, row: this.#gonePods.get(pod.uid) };
    record.pod = pod;
    this.#pods.set(pod.uid, record);
    this.#gonePods.delete(pod.uid);
    for (const key of podKeys(this.#providers, pod)) this.#podsBy.put(key, record);
    this.#dirtyPods.add(record);
    this.#assign(record);
    const { entry } = record;
    if (entry === undefined) return;
    if (mounts === pod.claims.join()) this.#dirty.add(entry);
    else this.#changeBelongings(entry);
  }

  dropPod(uid: string): void {
    const record = this.#pods.get(uid);
    if (record === undefined) return;
    this.#unlinkPod(record);
    this.#pods.delete(uid);
    this.#dirtyPods.delete(record);
    if (record.row !== undefined) this.#gonePods.set(uid, record.row);
    record.entry?.pods.delete(uid);
    if (record.entry !== undefined) this.#changeBelongings(record.entry);
  }

  setService(service: Service): void {
    this.#touch(this.#belongings.setService(service));
  }

  dropService(uid: string): void {
    this.#touch(this.#belongings.dropService(uid));
  }

  setClaim(claim: Claim): void {
    this.#touch(this.#belongings.setClaim(claim));
  }

  dropClaim(uid: string): void {
    this.#touch(this.#belongings.dropClaim(uid));
  }

  /**
   * What has changed in the rows since the last call. After about `most` pods it stops; `more` says that something is left for
   * the next call.
   */
  flush(most = Number.POSITIVE_INFINITY): Patch {
    this.#settleMounts();
    const clusters: Changes<ClusterRow> = { upsert: [], remove: [] };
    const instances: Changes<InstanceRow> = { upsert: [], remove: [...this.#gonePods.keys()] };
    const coming = new Set([...this.#dirty].map((entry) => entry.facts[0]?.ref.uid));
    clusters.remove = [...this.#goneClusters.keys()].filter((uid) => !coming.has(uid));
    for (const uid of clusters.remove) this.#goneClusters.delete(uid);
    this.#gonePods = new Map();
    let work = 0;
    for (const entry of this.#dirty) {
      if (work >= most) break;
      work += 1 + entry.pods.size;
      this.#renew(entry, clusters.upsert, instances.upsert);
      this.#dirty.delete(entry);
    }
    // All clusters are told by now, and with them their pods: what is left is nobody's.
    for (const record of this.#dirtyPods) {
      if (work >= most) break;
      work++;
      const alone = { pod: record.pod, component: '', role: '', roleClass: '' };
      this.#renewPod(record, instanceRow(alone, undefined), instances.upsert);
    }
    return { clusters, instances, more: this.#dirty.size > 0 || this.#dirtyPods.size > 0 };
  }

  /** All rows as of the last flush. */
  rows(): { clusters: ClusterRow[]; instances: InstanceRow[] } {
    return {
      clusters: [...this.#claimants.all()].flatMap((entry) => entry.row ?? []),
      instances: [...this.#pods.values()].flatMap((record) => record.row ?? []),
    };
  }

  clusters(): Cluster[] {
    this.#settleMounts();
    return [...this.#claimants.all()].map((entry) => clusterOf(this.#parts(entry), this.#known));
  }

  /** By the uid of the cluster's row: that of the object that stands for it. */
  cluster(uid: string): Cluster | undefined {
    this.#settleMounts();
    const entry = this.#claimants.ofObject(uid);
    return entry === undefined ? undefined : clusterOf(this.#parts(entry), this.#known);
  }

  /** Of an object that is a cluster or a part of one: the uid by which that cluster goes. */
  clusterUidOf(uid: string): string | undefined {
    return this.#claimants.ofObject(uid)?.facts[0]?.ref.uid;
  }

  /** A pod by uid, with its cluster where it has one. */
  instance(uid: string): { instance: Instance; clusterUid: string } | undefined {
    const record = this.#pods.get(uid);
    if (record === undefined) return undefined;
    const { pod, entry } = record;
    const { members } = entry === undefined ? { members: [] } : membersOf(entry.facts, this.#parts(entry).pods);
    const member = members.find((each) => each.pod === pod) ?? { pod, component: '', role: '', roleClass: '' };
    return { instance: instanceOf(member), clusterUid: entry?.facts[0]?.ref.uid ?? '' };
  }

  #renew(entry: Entry, clusters: ClusterRow[], instances: InstanceRow[]): void {
    const first = entry.facts[0];
    if (first === undefined) return;
    const parts = this.#parts(entry);
    const { members, named } = membersOf(entry.facts, parts.pods);
    const row = clusterRow(parts, members, this.#known);
    if (!same(row, entry.row ?? this.#goneClusters.get(row.uid))) clusters.push(row);
    entry.row = row;
    this.#goneClusters.delete(row.uid);
    const context = [
      first.ref.uid,
      first.cluster,
      named,
      ...entry.facts.flatMap((each) => [each.controls, each.roleLabel, each.components[0]?.name]),
    ].join(' ');
    const all = context !== entry.context;
    entry.context = context;
    const place = { uid: first.ref.uid, name: first.cluster };
    for (const member of members) {
      const record = entry.pods.get(member.pod.uid);
      if (record !== undefined && (all || record.row === undefined || this.#dirtyPods.has(record))) {
        this.#renewPod(record, instanceRow(member, place), instances);
      }
    }
  }

  #renewPod(record: PodRecord, row: InstanceRow, changed: InstanceRow[]): void {
    this.#dirtyPods.delete(record);
    if (same(row, record.row)) return;
    record.row = row;
    changed.push(row);
  }

  #parts(entry: Entry): Parts {
    const pods = [...entry.pods.values()].map((record) => record.pod);
    entry.belongings ??= this.#belongings.of(entry.facts, pods);
    return { facts: entry.facts, pods, ...entry.belongings };
  }

  /** The first object of a group gives the row its uid; when another one does, the old row goes. */
  #refresh(entry: Entry): void {
    this.#changeBelongings(entry);
    const uid = entry.facts[0]?.ref.uid;
    if (entry.row !== undefined && entry.row.uid !== uid) {
      this.#goneClusters.set(entry.row.uid, entry.row);
      entry.row = undefined;
    }
  }

  #assign(record: PodRecord): void {
    const keys = podKeys(this.#providers, record.pod);
    const entry = keys.map((key) => this.#claimants.claiming(key)).find((each) => each !== undefined);
    if (entry === record.entry) return;
    if (record.entry !== undefined) {
      record.entry.pods.delete(record.uid);
      if (this.#claimants.has(record.entry)) this.#changeBelongings(record.entry);
    }
    record.entry = entry;
    this.#dirtyPods.add(record);
    if (entry !== undefined) {
      entry.pods.set(record.uid, record);
      this.#changeBelongings(entry);
    }
  }

  #unlinkPod({ pod, uid }: PodRecord): void {
    for (const key of podKeys(this.#providers, pod)) this.#podsBy.drop(key, uid);
  }

  #touch(touched: readonly Touched[]): void {
    for (const { mounts } of touched) for (const mount of mounts) this.#touchedMounts.add(mount);
    const found = touched.flatMap(({ keys, pairs }) => [
      ...keys.map((key) => this.#claimants.claiming(key)),
      ...pairs.flatMap((pair) => this.#claimants.withPair(pair)),
    ]);
    for (const entry of found) if (entry !== undefined) this.#changeBelongings(entry);
  }

  #settleMounts(): void {
    if (this.#touchedMounts.size === 0) return;
    for (const { pod, entry } of this.#pods.values()) {
      if (entry !== undefined && mountKeys(pod).some((mount) => this.#touchedMounts.has(mount))) {
        this.#changeBelongings(entry);
      }
    }
    this.#touchedMounts = new Set();
  }

  #changeBelongings(entry: Entry): void {
    entry.belongings = undefined;
    this.#dirty.add(entry);
  }
}
