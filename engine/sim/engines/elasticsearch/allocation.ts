/** Where copies of shards go by themselves: after a node left, is back or is excluded, and to even out. */
import type { Group } from '../group.ts';
import { copyOf, type Elastic, elasticOf, idOf, isUp, masterOf, nodeId, type Shard } from './state.ts';

/** How long a node may be away before its copies are made anew elsewhere. */
export const DELAY = 60_000;
/** Milliseconds that a copy takes: to start from its own disk, or from another node. */
const START = 400;
const COPY = 700;
/** Copies that may leave a node at once. */
const OUTGOING = 2;

export const settingOf = (elastic: Elastic, name: string): string | undefined =>
  elastic.transient.get(name) ?? elastic.persistent.get(name);

const matches = (patterns: string, node: string, ip: string) =>
  patterns.split(',').some((pattern) => {
    const match = new RegExp(
      `^${pattern
        .trim()
        .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')}$`,
    );
    return match.test(node) || match.test(ip);
  });

/** Which setting keeps an index off a node, as the explanation words it. */
export function filteredBy(group: Group, index: string, node: string): string | undefined {
  const elastic = elasticOf(group);
  const ip = group.members.get(node)?.host.ip ?? '';
  const own = elastic.indices.get(index)?.settings;
  for (const [scope, get] of [
    ['index', (name: string) => own?.get(`index.routing.allocation.${name}`)],
    ['cluster', (name: string) => settingOf(elastic, `cluster.routing.allocation.${name}`)],
  ] as const)
    for (const kind of ['require', 'include', 'exclude'])
      for (const attribute of ['_name', '_ip', '_host']) {
        const wanted = get(`${kind}.${attribute}`);
        if (!wanted) continue;
        if (matches(wanted, node, ip) === (kind === 'exclude'))
          return `node ${kind === 'exclude' ? 'matches' : 'does not match'} ${scope} setting [${scope}.routing.allocation.${kind}] filters [${attribute}:"${wanted}"]`;
      }
  return undefined;
}

const holds = (shard: Shard, node: string) =>
  shard.state !== 'UNASSIGNED' && (shard.node === node || shard.movingTo === node);
export const copyOn = (elastic: Elastic, of: Pick<Shard, 'index' | 'number'>, node: string): Shard | undefined =>
  elastic.shards.find((one) => one.index === of.index && one.number === of.number && holds(one, node));

const load = (elastic: Elastic, node: string) =>
  elastic.shards.filter((shard) => shard.state !== 'UNASSIGNED' && (shard.movingTo ?? shard.node) === node).length;

/** The emptiest node that may take a copy. */
function roomFor(group: Group, elastic: Elastic, shard: Shard): string | undefined {
  return group
    .up()
    .map((member) => member.name)
    .filter((node) => !copyOn(elastic, shard, node) && filteredBy(group, shard.index, node) === undefined)
    .sort((a, b) => load(elastic, a) - load(elastic, b))[0];
}

/** A node is gone: others take over its primaries at once, its copies are missing. */
export function nodeLeft(group: Group, node: string, now: number): void {
  const elastic = elasticOf(group, now);
  settle(group, now, 1);
  for (const shard of elastic.shards) {
    if (shard.movingTo === node) {
      shard.state = 'STARTED';
      delete shard.movingTo;
      delete shard.until;
    }
    if (shard.node !== node || shard.state === 'UNASSIGNED') continue;
    const heir = elastic.shards.find(
      (one) => one !== shard && one.index === shard.index && one.number === shard.number && one.state === 'STARTED',
    );
    if (shard.primary && heir && isUp(group, heir.node)) {
      heir.primary = true;
      shard.primary = false;
    }
    delete shard.movingTo;
    delete shard.until;
    Object.assign(shard, { state: 'UNASSIGNED', reason: 'NODE_LEFT', since: now });
  }
}

/** Has happen what was to happen by now. Without a master nothing does. */
export function settle(group: Group, now: number, pace: number): void {
  const elastic = elasticOf(group, now);
  if (!masterOf(group)) return;
  for (let rounds = 0; rounds < 1000; rounds++) {
    const next = Math.min(...elastic.shards.map((shard) => due(shard, elastic.settledAt)));
    if (next > now) break;
    elastic.settledAt = next;
    step(group, elastic, next, pace);
  }
  elastic.settledAt = now;
  step(group, elastic, now, pace);
}

/** When something happens to it next. */
function due(shard: Shard, after: number): number {
  if (shard.until !== undefined) return shard.until;
  const end = shard.reason === 'NODE_LEFT' ? (shard.since ?? 0) + DELAY : 0;
  return end > after ? end : Number.POSITIVE_INFINITY;
}

function step(group: Group, elastic: Elastic, at: number, pace: number): void {
  for (const shard of elastic.shards)
    if (shard.until !== undefined && shard.until <= at) {
      shard.node = shard.movingTo ?? shard.node;
      shard.state = 'STARTED';
      for (const name of ['movingTo', 'until', 'reason', 'since'] as const) delete shard[name];
    }
  const enabled = settingOf(elastic, 'cluster.routing.allocation.enable') ?? 'all';
  for (const shard of elastic.shards)
    if (shard.state === 'UNASSIGNED') allocate(group, elastic, shard, enabled, at, pace);
  for (const shard of elastic.shards)
    if (shard.state === 'STARTED' && filteredBy(group, shard.index, shard.node) !== undefined) {
      const to = leaving(elastic, shard.node) < OUTGOING ? roomFor(group, elastic, shard) : undefined;
      if (to !== undefined) relocate(shard, to, at, pace);
    }
  if (elastic.shards.every((shard) => shard.state === 'STARTED') && enabled === 'all') even(group, elastic, at, pace);
}

const leaving = (elastic: Elastic, node: string) =>
  elastic.shards.filter((shard) => shard.movingTo !== undefined && shard.node === node).length;

function allocate(group: Group, elastic: Elastic, shard: Shard, enabled: string, at: number, pace: number): void {
  const start = (node: string, ms: number) =>
    Object.assign(shard, { node, state: 'INITIALIZING', until: at + ms * pace });
  if (shard.primary) {
    if (shard.corrupted || shard.stale || enabled === 'none' || enabled === 'replicas') return;
    if (shard.node === '') {
      const node = roomFor(group, elastic, shard);
      if (node !== undefined) start(node, START);
    } else if (isUp(group, shard.node)) start(shard.node, START);
    return;
  }
  const first = elastic.shards.find((one) => one.primary && one.index === shard.index && one.number === shard.number);
  if (enabled !== 'all' || !first || (first.state !== 'STARTED' && first.state !== 'RELOCATING')) return;
  if (shard.node !== '' && isUp(group, shard.node) && !copyOn(elastic, shard, shard.node))
    if (filteredBy(group, shard.index, shard.node) === undefined) {
      shard.corrupted = false;
      start(shard.node, START);
      return;
    }
  if (shard.reason === 'NODE_LEFT' && at < (shard.since ?? 0) + DELAY) return;
  const node = roomFor(group, elastic, shard);
  if (node !== undefined) {
    shard.corrupted = false;
    start(node, COPY);
  }
}

export function relocate(shard: Shard, to: string, at: number, pace: number): void {
  Object.assign(shard, { state: 'RELOCATING', movingTo: to, until: at + COPY * pace });
}

/** One copy from the fullest node to the emptiest. */
function even(group: Group, elastic: Elastic, at: number, pace: number): void {
  const nodes = group
    .up()
    .map((member) => member.name)
    .sort((a, b) => load(elastic, a) - load(elastic, b));
  const [least, most] = [nodes[0], nodes.at(-1)];
  if (least === undefined || most === undefined || load(elastic, most) - load(elastic, least) < 2) return;
  const shard = elastic.shards.find(
    (one) => one.node === most && !copyOn(elastic, one, least) && filteredBy(group, one.index, least) === undefined,
  );
  if (shard) relocate(shard, least, at, pace);
}

/** As many copies as the index is to have. */
export function resize(elastic: Elastic, name: string, now: number): void {
  const index = elastic.indices.get(name);
  if (!index) return;
  for (let number = 0; number < index.shards; number++) {
    const replicas = elastic.shards.filter((one) => one.index === name && one.number === number && !one.primary);
    for (let i = replicas.length; i < index.replicas; i++)
      elastic.shards.push(copyOf(name, number, false, 'REPLICA_ADDED', now));
    // Those without a node go first.
    const spare = replicas
      .sort((a, b) => Number(b.state === 'UNASSIGNED') - Number(a.state === 'UNASSIGNED'))
      .slice(0, Math.max(0, replicas.length - index.replicas));
    elastic.shards = elastic.shards.filter((one) => !spare.includes(one));
  }
}

/** What each part of the allocation has to say about a move, and whether it allows it. */
export function decisions(
  group: Group,
  shard: Shard,
  to: string,
): { decider: string; decision: 'YES' | 'NO'; explanation: string }[] {
  const elastic = elasticOf(group);
  const other = copyOn(elastic, shard, to);
  const filtered = filteredBy(group, shard.index, to);
  const said: [string, string, boolean?][] = [
    ['max_retry', 'shard has no previous failures'],
    [
      'replica_after_primary_active',
      shard.primary ? 'shard is primary and can be allocated' : 'primary shard for this replica is already active',
    ],
    ['enable', 'explicitly ignoring any disabling of allocation due to manual allocation commands via the reroute API'],
    [
      'node_version',
      shard.primary
        ? 'can relocate primary shard from a node with version [8.15.3] to a node with equal-or-newer version [8.15.3]'
        : 'can allocate replica shard to a node with version [8.15.3] since this is equal-or-newer than the primary version [8.15.3]',
    ],
    ['snapshot_in_progress', 'no snapshots are currently running'],
    ['restore_in_progress', 'ignored as shard is not being recovered from a snapshot'],
    ['node_shutdown', 'no nodes are shutting down'],
    ['node_replacement', 'there are no ongoing node replacements'],
    ['filter', filtered ?? 'node passes include/exclude/require filters', filtered !== undefined],
    [
      'same_shard',
      other
        ? `a copy of this shard is already allocated to this node [${written(group, other)}]`
        : 'this node does not hold a copy of this shard',
      other !== undefined,
    ],
    [
      'disk_threshold',
      'enough disk for shard on node, free: [31.2gb], used: [37.6%], shard size: [0b], free after allocating shard: [31.2gb]',
    ],
    ['throttling', 'below shard recovery limit of outgoing: [0 < 2] incoming: [0 < 2]'],
    ['shards_limit', 'total shard limits are disabled: [index: -1, cluster: -1] <= 0'],
    [
      'awareness',
      'allocation awareness is not enabled, set cluster setting [cluster.routing.allocation.awareness.attributes] to enable it',
    ],
    ['data_tier', 'index has a preference for tiers [data_content] and node has tier [data]'],
  ];
  return said.map(([decider, explanation, no]) => ({ decider, decision: no ? 'NO' : 'YES', explanation }));
}

/** A copy as the server's own messages write it. */
export function written(group: Group, shard: Shard): string {
  const member = group.members.get(shard.node);
  return `[${shard.index}][${shard.number}], node[${member ? nodeId(member) : ''}], [${shard.primary ? 'P' : 'R'}], s[${shard.state}], a[id=${idOf(shard.index, shard.number, shard.node)}], failed_attempts[0]`;
}
