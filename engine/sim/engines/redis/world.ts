import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Host } from '../../node/tool.ts';
import { keySlot, SLOTS } from './slots.ts';

/** How fast things happen, milliseconds. */
export interface RedisPace {
  /** A slot that moves. */
  slot: number;
  /** Nodes that meet. */
  join: number;
}

export interface NodeOptions {
  port: number;
  clusterEnabled: boolean;
  /** Milliseconds until a silent node counts as failed. */
  nodeTimeout: number;
  replicaOf: { ip: string; port: number } | null;
  announceIp: string;
  version: string;
  config: Map<string, string>;
}

/** A text, a list, a hash or a set. */
export type Value = string | readonly string[] | ReadonlyMap<string, string> | ReadonlySet<string>;

/** One running redis-server. */
export interface RedisNode {
  readonly id: string;
  readonly host: Host;
  readonly ip: string;
  readonly options: NodeOptions;
  readonly startedAt: number;
  readonly keys: Map<string, Value>;
  cluster: RedisCluster;
  /** Set while it is a replica outside a redis cluster. */
  replicaOf: { ip: string; port: number } | null;
  offset: number;
  commands: number;
  up: boolean;
  /** Until when writes are held back (`client pause`). */
  pausedUntil: number;
  /** False while it hangs: connections are refused an answer. */
  answers: boolean;
  log(text: string): void;
}

/** What the members of a redis cluster know together. Gossip takes no time here. */
class RedisCluster {
  readonly members = new Map<string, Member>();
  /** Owner's id by slot. */
  readonly owner: (string | null)[] = new Array(SLOTS).fill(null);
  /** Slots that are on their way, with both ends. */
  readonly open = new Map<number, { migrating?: string; importing?: string; to?: string; from?: string }>();
  epoch = 0;

  slotsOf(id: string): number[] {
    const slots: number[] = [];
    for (let slot = 0; slot < SLOTS; slot++) if (this.owner[slot] === id) slots.push(slot);
    return slots;
  }

  /** In the order in which a node names them: itself, then who came last. */
  seenFrom(id: string): Member[] {
    const others = [...this.members.values()].filter((member) => member.id !== id).reverse();
    const me = this.members.get(id);
    return me ? [me, ...others] : others;
  }

  /** Masters that own slots and are there; what a client can talk to. */
  covered(): number {
    return this.owner.filter((id) => id !== null && this.members.get(id)?.failed !== 'fail').length;
  }

  replicasOf(id: string): Member[] {
    return [...this.members.values()].filter((member) => member.master === id);
  }
}

export interface Member {
  id: string;
  ip: string;
  port: number;
  /** Id of its master; null: it is one. */
  master: string | null;
  epoch: number;
  failed: 'fail' | 'fail?' | null;
}

/** Every redis-server of the embedded cluster, by address. Deterministic: ids come from pods, times from the clock. */
export class RedisWorld {
  readonly clock: Clock;
  readonly pace: RedisPace;
  readonly #nodes = new Map<string, RedisNode>();
  readonly #listeners = new Set<(node: RedisNode, what: 'up' | 'down' | 'role') => void>();

  constructor(clock: Clock, pace: Partial<RedisPace> = {}) {
    this.clock = clock;
    this.pace = { slot: 1, join: 500, ...pace };
  }

  at(ip: string, port: number): RedisNode | undefined {
    const node = this.#nodes.get(`${ip}:${port}`);
    return node?.up && node.answers ? node : undefined;
  }

  /** Nodes that are up, in the order they came. */
  all(): RedisNode[] {
    return [...this.#nodes.values()].filter((node) => node.up);
  }

  /** By pod, for a node that announces another address than its pod has. */
  inPod(uid: string, port: number): RedisNode | undefined {
    return this.all().find((node) => node.host.uid === uid && node.options.port === port && node.answers);
  }

  listen(listener: (node: RedisNode, what: 'up' | 'down' | 'role') => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  changed(node: RedisNode, what: 'up' | 'down' | 'role'): void {
    for (const listener of this.#listeners) listener(node, what);
  }

  start(host: Host, options: NodeOptions, disk: Map<string, unknown>, log: (text: string) => void): RedisNode {
    const now = this.clock.now();
    // What is on the disk outlives the process where the pod has a volume.
    const kept = disk.get('redis') as RedisNode | undefined;
    const id = kept?.id ?? createHash('sha1').update(`${host.uid}/${options.port}/${now}`).digest('hex');
    const ip = options.announceIp || host.ip;
    const node: RedisNode = {
      id,
      host,
      ip,
      options,
      startedAt: now,
      keys: kept?.keys ?? new Map(),
      cluster: kept?.cluster ?? new RedisCluster(),
      replicaOf: kept ? kept.replicaOf : options.replicaOf,
      offset: 0,
      commands: 0,
      up: true,
      answers: true,
      pausedUntil: 0,
      log,
    };
    const member = node.cluster.members.get(id);
    if (member) {
      // Back under a new address: the others learn it from what it says of itself.
      member.ip = ip;
      member.port = options.port;
      member.failed = null;
    } else node.cluster.members.set(id, { id, ip, port: options.port, master: null, epoch: 0, failed: null });
    disk.set('redis', node);
    this.#nodes.set(`${ip}:${options.port}`, node);
    this.changed(node, 'up');
    return node;
  }

  stop(node: RedisNode): void {
    node.up = false;
    if (this.#nodes.get(`${node.ip}:${node.options.port}`) === node)
      this.#nodes.delete(`${node.ip}:${node.options.port}`);
    this.changed(node, 'down');
    if (!node.options.clusterEnabled) return;
    const member = node.cluster.members.get(node.id);
    if (!member || node.cluster.members.size < 2) return;
    member.failed = 'fail?';
    this.clock.after(node.options.nodeTimeout, () => this.#failed(node.cluster, member));
  }

  /** The node timeout is over: the others agree that it is gone, and a replica takes its slots. */
  #failed(cluster: RedisCluster, member: Member): void {
    if (member.failed === null || cluster.members.get(member.id) !== member) return;
    member.failed = 'fail';
    const seen = [...cluster.members.values()]
      .map((other) => this.at(other.ip, other.port))
      .filter((node) => node !== undefined);
    for (const node of seen) node.log(`* Marking node ${member.id} as failing (quorum reached).`);
    const heir = cluster.replicasOf(member.id).find((replica) => replica.failed === null);
    if (heir) {
      this.promote(cluster, heir);
      return;
    }
    if (cluster.slotsOf(member.id).length > 0) for (const node of seen) node.log('# Cluster state changed: fail');
  }

  /** A replica of a redis cluster becomes the master of its master's slots. */
  promote(cluster: RedisCluster, heir: Member): void {
    const old = heir.master;
    if (old === null) return;
    heir.master = null;
    heir.epoch = ++cluster.epoch;
    for (let slot = 0; slot < SLOTS; slot++) if (cluster.owner[slot] === old) cluster.owner[slot] = heir.id;
    for (const other of cluster.replicasOf(old)) other.master = heir.id;
    const before = cluster.members.get(old);
    if (before) before.master = heir.id;
    const node = this.at(heir.ip, heir.port);
    node?.log("# Failover election won: I'm the new master.");
    node?.log(`# configEpoch set to ${heir.epoch} after successful failover`);
    if (node) this.changed(node, 'role');
  }

  /** Outside a redis cluster: makes a node a replica of another address, or a master. */
  replicate(node: RedisNode, of: { ip: string; port: number } | null): void {
    node.replicaOf = of;
    const master = of && this.at(of.ip, of.port);
    if (master) {
      node.keys.clear();
      for (const [key, value] of master.keys) node.keys.set(key, value);
      node.offset = master.offset;
      node.log(`* MASTER <-> REPLICA sync: Finished with success`);
    } else if (of === null) node.log("* MASTER MODE enabled (user request from 'id=4 addr=127.0.0.1:0')");
    this.changed(node, 'role');
  }

  roleOf(node: RedisNode): 'master' | 'slave' {
    if (node.options.clusterEnabled) return node.cluster.members.get(node.id)?.master ? 'slave' : 'master';
    return node.replicaOf ? 'slave' : 'master';
  }

  masterOf(node: RedisNode): { ip: string; port: number; id?: string } | null {
    if (!node.options.clusterEnabled) return node.replicaOf;
    const id = node.cluster.members.get(node.id)?.master;
    const member = id ? node.cluster.members.get(id) : undefined;
    return member ? { ip: member.ip, port: member.port, id: member.id } : null;
  }

  replicasOf(node: RedisNode): RedisNode[] {
    return this.all().filter((other) => {
      const master = this.masterOf(other);
      return master !== null && master.ip === node.ip && master.port === node.options.port;
    });
  }

  /** Writes a key here and on the replicas. */
  write(node: RedisNode, change: (keys: Map<string, Value>) => void): void {
    for (const one of [node, ...this.replicasOf(node)]) {
      change(one.keys);
      one.offset += 50;
    }
  }

  /** Keys of one slot. */
  inSlot(node: RedisNode, slot: number): string[] {
    return [...node.keys.keys()].filter((key) => keySlot(key) === slot);
  }

  /** Two clusters become one; who owns a slot already keeps it. */
  meet(a: RedisNode, b: RedisNode): void {
    if (a.cluster === b.cluster) return;
    const [into, from] = [a.cluster, b.cluster];
    for (const [id, member] of from.members) into.members.set(id, member);
    for (let slot = 0; slot < SLOTS; slot++) into.owner[slot] ??= from.owner[slot] ?? null;
    into.epoch = Math.max(into.epoch, from.epoch);
    for (const node of this.all()) if (node.cluster === from) node.cluster = into;
  }

  /** `cluster reset`: the node stands alone again, without slots. */
  leave(node: RedisNode): void {
    const me = node.cluster.members.get(node.id);
    node.cluster.members.delete(node.id);
    for (let slot = 0; slot < SLOTS; slot++) if (node.cluster.owner[slot] === node.id) node.cluster.owner[slot] = null;
    node.cluster = new RedisCluster();
    node.keys.clear();
    if (me) node.cluster.members.set(node.id, { ...me, master: null, epoch: 0, failed: null });
    this.changed(node, 'role');
  }
}
