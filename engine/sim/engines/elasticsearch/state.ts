/** What a simulated Elasticsearch cluster keeps: indices, where the copies of their shards are, settings. */
import { createHash } from 'node:crypto';
import { type Group, type Member, numberOf } from '../group.ts';

export const VERSION = '8.15.3';
/** As the index and node descriptions write the version. */
export const VERSION_ID = '8512000';

type ShardState = 'STARTED' | 'INITIALIZING' | 'RELOCATING' | 'UNASSIGNED';

/** One copy of a shard. */
export interface Shard {
  index: string;
  number: number;
  primary: boolean;
  state: ShardState;
  /** The node that holds it, or held it last. */
  node: string;
  /** Broken on disk: no server opens it until elasticsearch-shard has cut it. */
  corrupted: boolean;
  /** Cut: it is opened only by who accepts that documents are lost. */
  stale: boolean;
  movingTo?: string;
  /** When it has started or moved. */
  until?: number;
  /** Why it has no node, and since when. */
  reason?: string;
  since?: number;
}

export interface Index {
  name: string;
  uuid: string;
  created: number;
  shards: number;
  replicas: number;
  closed: boolean;
  /** Besides the numbers of shards and replicas. */
  settings: Map<string, string>;
  /** Documents by shard that nobody wrote through the API. */
  base: number[];
  docs: Map<string, { version: number; sequence: number; source: string | undefined }>;
  sequence: number;
}

export interface Elastic {
  uuid: string;
  indices: Map<string, Index>;
  shards: Shard[];
  persistent: Map<string, string>;
  transient: Map<string, string>;
  passwords: Map<string, string>;
  resets: number;
  version: number;
  /** Until when everything that was to happen has happened. */
  settledAt: number;
}

/** 22 characters as an id has them, always the same for the same words. */
export const idOf = (...words: (string | number)[]): string =>
  createHash('sha256').update(words.join('/')).digest('base64url').slice(0, 22);

const SEEDED: readonly (readonly [string, number])[] = [
  ['logs-2026.11', 3],
  ['orders', 2],
  ['.security-7', 1],
];

export function elasticOf(group: Group, now = 0): Elastic {
  const known = group.data.get('elastic') as Elastic | undefined;
  if (known) return known;
  const made: Elastic = {
    uuid: idOf(group.key, 'cluster'),
    indices: new Map(),
    shards: [],
    persistent: new Map(),
    transient: new Map(),
    passwords: new Map([
      ['elastic', 'changeme'],
      ['kibana_system', 'changeme'],
    ]),
    resets: 0,
    version: 61,
    settledAt: now,
  };
  group.data.set('elastic', made);
  const nodes = [...group.members.keys()].sort();
  let next = 0;
  for (const [name, count] of SEEDED) {
    const index = addIndex(made, group.key, name, count, nodes.length > 1 ? 1 : 0, now);
    index.base = index.base.map((_none, number) => 500 + (numberOf(name, number) % 4000));
    for (const shard of made.shards.filter((one) => one.index === name))
      Object.assign(shard, { state: 'STARTED', node: nodes[next++ % nodes.length] ?? '' });
  }
  return made;
}

/** An index whose shards have no node yet. */
export function addIndex(
  elastic: Elastic,
  salt: string,
  name: string,
  shards: number,
  replicas: number,
  now: number,
): Index {
  const index: Index = {
    name,
    uuid: idOf(salt, name, now),
    created: now,
    shards,
    replicas,
    closed: false,
    settings: new Map(),
    base: Array.from({ length: shards }, () => 0),
    docs: new Map(),
    sequence: 0,
  };
  elastic.indices.set(name, index);
  for (let number = 0; number < shards; number++)
    for (let copy = 0; copy <= replicas; copy++)
      elastic.shards.push(copyOf(name, number, copy === 0, 'INDEX_CREATED', now));
  return index;
}

export const copyOf = (index: string, number: number, primary: boolean, reason: string, since: number): Shard => ({
  index,
  number,
  primary,
  state: 'UNASSIGNED',
  node: '',
  corrupted: false,
  stale: false,
  reason,
  since,
});

/** Breaks all copies of a shard on their disks. */
export function corrupt(elastic: Elastic, index: string, number: number): void {
  for (const shard of elastic.shards.filter((one) => one.index === index && one.number === number))
    Object.assign(shard, { state: 'UNASSIGNED', corrupted: true, reason: 'ALLOCATION_FAILED', since: 0 });
}

export const shardOfDoc = (index: Index, id: string): number => numberOf(id) % index.shards;

export function docsOf(elastic: Elastic, shard: Shard): number {
  const index = elastic.indices.get(shard.index);
  if (!index) return 0;
  let count = index.base[shard.number] ?? 0;
  for (const [id, doc] of index.docs) if (doc.source !== undefined && shardOfDoc(index, id) === shard.number) count++;
  return count;
}

export const bytesOf = (docs: number): number => 227 + docs * 913;

export const isUp = (group: Group, node: string): boolean => group.members.get(node)?.up === true;

/** Who leads; nobody where less than half of those that are known are left. */
export const masterOf = (group: Group): Member | undefined =>
  group.up().length * 2 > group.members.size ? (group.leader ?? group.up()[0]) : undefined;

export const nodeId = (member: Member): string => idOf('node', member.host.namespace, member.name);

/** A node as the server's own messages write it. */
export function described(member: Member): string {
  const { ip } = member.host;
  const words = [member.name, nodeId(member), idOf(member.host.uid, member.startedAt), member.name, ip, `${ip}:9300`];
  return `${[...words, 'cdfhilmrstw', VERSION, `7000099-${VERSION_ID}`].map((word) => `{${word}}`).join('')}{xpack.installed=true}`;
}

export type Color = 'green' | 'yellow' | 'red';
const COLORS: readonly Color[] = ['green', 'yellow', 'red'];
export const worst = (colors: readonly Color[]): Color =>
  COLORS[Math.max(0, ...colors.map((color) => COLORS.indexOf(color)))] ?? 'green';

export const isActive = (shard: Shard): boolean => shard.state === 'STARTED' || shard.state === 'RELOCATING';

/** The color of copies of one shard. */
export const colorOf = (copies: readonly Shard[]): Color =>
  copies.some((shard) => shard.primary && !isActive(shard)) ? 'red' : copies.every(isActive) ? 'green' : 'yellow';

export function colorOfAll(shards: readonly Shard[]): Color {
  const byShard = Map.groupBy(shards, (shard) => `${shard.index}/${shard.number}`);
  return worst([...byShard.values()].map(colorOf));
}
