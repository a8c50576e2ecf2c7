/** The `_cat` tables: columns with their names, what stands right, and what each cell says. */
import type { Group, Member } from '../group.ts';
import { numberOf } from '../group.ts';
import { bytesOf, colorOfAll, docsOf, elasticOf, type Index, isActive, masterOf, nodeId, type Shard } from './state.ts';

export type Cell = string | number | undefined;

export interface Column<R> {
  name: string;
  alias: readonly string[];
  right?: true;
  /** Shown only where it is asked for. */
  extra?: true;
  value(row: R, context: Context): Cell;
}

export interface Context {
  group: Group;
  now: number;
  indices: readonly Index[];
  /** Only what is under way. */
  active: boolean;
}

const size = (bytes: number): string => {
  for (const [unit, of] of [
    ['gb', 2 ** 30],
    ['mb', 2 ** 20],
    ['kb', 2 ** 10],
  ] as const)
    if (bytes >= of) return `${(Math.floor((bytes / of) * 10) / 10).toString()}${unit}`;
  return `${bytes}b`;
};

const columns = <R>(
  ...given: (readonly [names: string, value: (row: R, context: Context) => Cell, kind?: string])[]
): Column<R>[] =>
  given.map(([names, value, kind = '']) => {
    const [name = '', ...alias] = names.split(' ');
    return {
      name,
      alias,
      value,
      ...(kind.includes('r') && { right: true as const }),
      ...(kind.includes('x') && { extra: true as const }),
    };
  });

const counts = (shards: readonly Shard[]) => {
  const count = (state: Shard['state']) => shards.filter((shard) => shard.state === state).length;
  return {
    active: shards.filter(isActive).length,
    primaries: shards.filter((shard) => shard.primary && isActive(shard)).length,
    relocating: count('RELOCATING'),
    initializing: count('INITIALIZING'),
    unassigned: count('UNASSIGNED'),
    percent: shards.length === 0 ? 100 : (shards.filter(isActive).length * 100) / shards.length,
  };
};

export { counts as countShards };

const time = (now: number) => new Date(now).toISOString().slice(11, 19);
const nameOf = (group: Group) => group.key.split('/')[1] ?? '';
const shardsOf = (context: Context) => elasticOf(context.group).shards;
const load = (member: Member, what: string, base: number, spread: number) =>
  base + (numberOf(member.name, what) % spread);

const HEALTH = columns<undefined>(
  ['epoch t time', (_row, { now }) => Math.floor(now / 1000)],
  ['timestamp ts hms hhmmss', (_row, { now }) => time(now)],
  ['cluster cl', (_row, { group }) => nameOf(group)],
  ['status st', (_row, context) => colorOfAll(shardsOf(context))],
  ['node.total nt nodeTotal', (_row, { group }) => group.up().length, 'r'],
  ['node.data nd nodeData', (_row, { group }) => group.up().length, 'r'],
  ['shards sh shards.total shardsTotal', (_row, context) => counts(shardsOf(context)).active, 'r'],
  ['pri p shards.primary shardsPrimary', (_row, context) => counts(shardsOf(context)).primaries, 'r'],
  ['relo r shards.relocating shardsRelocating', (_row, context) => counts(shardsOf(context)).relocating, 'r'],
  ['init i shards.initializing shardsInitializing', (_row, context) => counts(shardsOf(context)).initializing, 'r'],
  ['unassign u shards.unassigned shardsUnassigned', (_row, context) => counts(shardsOf(context)).unassigned, 'r'],
  ['pending_tasks pt pendingTasks', () => 0, 'r'],
  ['max_task_wait_time mtwt maxTaskWaitTime', () => '-', 'r'],
  [
    'active_shards_percent asp activeShardsPercent',
    (_row, context) => `${counts(shardsOf(context)).percent.toFixed(1)}%`,
    'r',
  ],
);

const NODES = columns<Member>(
  ['id nodeId', (member) => nodeId(member).slice(0, 4), 'x'],
  ['ip i', (member) => member.host.ip],
  ['port po', () => 9300, 'x'],
  ['http_address http', (member) => `${member.host.ip}:9200`, 'x'],
  ['version v', () => '8.15.3', 'x'],
  ['heap.percent hp heapPercent', (member) => load(member, 'heap', 25, 40), 'r'],
  ['ram.percent rp ramPercent', (member) => load(member, 'ram', 60, 30), 'r'],
  ['cpu', (member) => load(member, 'cpu', 1, 12), 'r'],
  ['load_1m l', (member) => (load(member, 'load', 20, 90) / 100).toFixed(2), 'r'],
  ['load_5m l', (member) => (load(member, 'load5', 20, 70) / 100).toFixed(2), 'r'],
  ['load_15m l', (member) => (load(member, 'load15', 20, 50) / 100).toFixed(2), 'r'],
  ['uptime u', (member, { now }) => `${Math.floor((now - member.startedAt) / 60_000)}m`, 'rx'],
  ['node.role r role nodeRole', () => 'cdfhilmrstw'],
  ['master m', (member, { group }) => (masterOf(group) === member ? '*' : '-')],
  ['name n', (member) => member.name],
);

const MASTER = columns<Member>(
  ['id', (member) => nodeId(member)],
  ['host h', (member) => member.host.ip],
  ['ip', (member) => member.host.ip],
  ['node n', (member) => member.name],
);

const ofIndex = (index: Index, { group }: Context) =>
  elasticOf(group).shards.filter((shard) => shard.index === index.name);
const total = (index: Index, context: Context, only: (shard: Shard) => boolean, what: (docs: number) => number) =>
  ofIndex(index, context)
    .filter((shard) => isActive(shard) && only(shard))
    .reduce((sum, shard) => sum + what(docsOf(elasticOf(context.group), shard)), 0);
const primaries = (shard: Shard) => shard.primary;

const INDICES = columns<Index>(
  ['health h', (index, context) => colorOfAll(ofIndex(index, context))],
  ['status s', (index) => (index.closed ? 'close' : 'open')],
  ['index i idx', (index) => index.name],
  ['uuid id', (index) => index.uuid],
  ['pri p shards.primary shardsPrimary', (index) => index.shards, 'r'],
  ['rep r shards.replica shardsReplica', (index) => index.replicas, 'r'],
  [
    'docs.count dc docsCount',
    (index, context) => (index.closed ? undefined : total(index, context, primaries, (docs) => docs)),
    'r',
  ],
  ['docs.deleted dd docsDeleted', (index) => (index.closed ? undefined : 0), 'r'],
  [
    'store.size ss storeSize',
    (index, context) => (index.closed ? undefined : size(total(index, context, () => true, bytesOf))),
    'r',
  ],
  [
    'pri.store.size',
    (index, context) => (index.closed ? undefined : size(total(index, context, primaries, bytesOf))),
    'r',
  ],
  [
    'dataset.size',
    (index, context) => (index.closed ? undefined : size(total(index, context, primaries, bytesOf))),
    'r',
  ],
);

const held = <T>(shard: Shard, value: () => T): T | undefined => (isActive(shard) ? value() : undefined);
const placed = (shard: Shard, { group }: Context, of: (member: Member) => string): string | undefined => {
  const [member, next] = [group.members.get(shard.node), group.members.get(shard.movingTo ?? '')];
  if (shard.state === 'UNASSIGNED' || !member) return undefined;
  return of(member) + (next && of(member) === member.name ? ` -> ${next.host.ip} ${nodeId(next)} ${next.name}` : '');
};

const SHARDS = columns<Shard>(
  ['index i idx', (shard) => shard.index],
  ['shard s sh', (shard) => shard.number],
  ['prirep p pr primaryOrReplica', (shard) => (shard.primary ? 'p' : 'r')],
  ['state st', (shard) => shard.state],
  ['docs d dc', (shard, { group }) => held(shard, () => docsOf(elasticOf(group), shard)), 'r'],
  ['store sto', (shard, { group }) => held(shard, () => size(bytesOf(docsOf(elasticOf(group), shard)))), 'r'],
  ['dataset', (shard, { group }) => held(shard, () => size(bytesOf(docsOf(elasticOf(group), shard)))), 'r'],
  ['ip', (shard, context) => placed(shard, context, (member) => member.host.ip)],
  ['id', (shard, context) => placed(shard, context, nodeId), 'x'],
  ['node n', (shard, context) => placed(shard, context, (member) => member.name)],
  ['unassigned.reason ur', (shard) => (shard.state === 'STARTED' ? undefined : shard.reason), 'x'],
  ['unassigned.at ua', (shard) => (shard.since === undefined ? undefined : new Date(shard.since).toISOString()), 'x'],
);

const DISK = { total: 50 * 2 ** 30, used: 18.8 * 2 ** 30 };
const onNode = (member: Member, { group }: Context) =>
  elasticOf(group).shards.filter((shard) => isActive(shard) && shard.node === member.name);
const stored = (member: Member, context: Context) =>
  onNode(member, context).reduce((sum, shard) => sum + bytesOf(docsOf(elasticOf(context.group), shard)), 0);

const ALLOCATION = columns<Member>(
  ['shards s', (member, context) => onNode(member, context).length, 'r'],
  ['shards.undesired', () => 0, 'r'],
  ['write_load.forecast wlf writeLoadForecast', () => '0.0', 'r'],
  ['disk.indices.forecast dif diskIndicesForecast', (member, context) => size(stored(member, context)), 'r'],
  ['disk.indices di diskIndices', (member, context) => size(stored(member, context)), 'r'],
  ['disk.used du diskUsed', () => size(DISK.used), 'r'],
  ['disk.avail da diskAvail', () => size(DISK.total - DISK.used), 'r'],
  ['disk.total dt diskTotal', () => size(DISK.total), 'r'],
  ['disk.percent dp diskPercent', () => Math.floor((DISK.used * 100) / DISK.total), 'r'],
  ['host h', (member) => member.host.ip],
  ['ip', (member) => member.host.ip],
  ['node n', (member) => member.name],
  ['node.role r role nodeRole', () => 'cdfhilmrstw'],
);

/** Percent of a copy that is there already. */
const recovered = (shard: Shard, { now }: Context) =>
  shard.until === undefined ? 100 : Math.max(0, Math.min(99, 100 - (shard.until - now) / 7));

const RECOVERY = columns<Shard>(
  ['index i idx', (shard) => shard.index],
  ['shard s sh', (shard) => shard.number],
  ['time t ti', () => '0.1s'],
  ['type ty', (shard) => (shard.primary && !shard.movingTo ? 'existing_store' : 'peer')],
  ['stage st', (shard) => (shard.until === undefined ? 'done' : 'index')],
  ['source_host shost', (shard, { group }) => group.members.get(shard.node)?.host.ip],
  ['source_node snode', (shard) => shard.node],
  ['target_host thost', (shard, { group }) => group.members.get(shard.movingTo ?? shard.node)?.host.ip],
  ['target_node tnode', (shard) => shard.movingTo ?? shard.node],
  ['repository rep', () => 'n/a'],
  ['snapshot snap', () => 'n/a'],
  ['files f', () => 4],
  ['files_recovered fr', (shard, context) => (recovered(shard, context) < 100 ? 1 : 4)],
  ['files_percent fp', (shard, context) => `${recovered(shard, context).toFixed(1)}%`],
  ['files_total tf', () => 4],
  ['bytes b', (shard, { group }) => size(bytesOf(docsOf(elasticOf(group), shard)))],
  [
    'bytes_recovered br',
    (shard, context) =>
      size(Math.floor((bytesOf(docsOf(elasticOf(context.group), shard)) * recovered(shard, context)) / 100)),
  ],
  ['bytes_percent bp', (shard, context) => `${recovered(shard, context).toFixed(1)}%`],
  ['bytes_total tb', (shard, { group }) => size(bytesOf(docsOf(elasticOf(group), shard)))],
  ['translog_ops to', () => 0],
  ['translog_ops_recovered tor', () => 0],
  ['translog_ops_percent top', () => '100.0%'],
);

const COUNT = columns<undefined>(
  ['epoch t time', (_row, { now }) => Math.floor(now / 1000)],
  ['timestamp ts hms hhmmss', (_row, { now }) => time(now)],
  [
    'count dc docs.count docsCount',
    (_row, context) =>
      context.indices.reduce((sum, index) => sum + total(index, context, primaries, (docs) => docs), 0),
  ],
);

const none = <R>(names: string) => columns<R>(...names.split(' ').map((name) => [name, () => ''] as const));

const chosen = ({ group, indices }: Context) =>
  elasticOf(group)
    .shards.filter((shard) => indices.some((index) => index.name === shard.index))
    .sort((a, b) => (a.index === b.index ? a.number - b.number || Number(b.primary) - Number(a.primary) : 0));

/** Every copy was recovered once; `active_only` leaves those that are still under way. */
const recovering = (context: Context) =>
  chosen(context).filter((shard) => (context.active ? shard.until !== undefined : shard.state !== 'UNASSIGNED'));

interface Table<R> {
  columns: readonly Column<R>[];
  rows(context: Context): readonly R[];
  /** What it may be told besides the form. */
  parameters: string;
}
const table = <R>(columns: readonly Column<R>[], rows: (context: Context) => readonly R[], parameters = '') =>
  ({ columns, rows, parameters }) as unknown as Table<unknown>;

export const TABLES: Readonly<Record<string, Table<unknown>>> = {
  health: table(HEALTH, () => [undefined], 'ts'),
  nodes: table(NODES, ({ group }) => group.up(), 'bytes time full_id include_unloaded_segments local master_timeout'),
  master: table(MASTER, ({ group }) => [masterOf(group)].filter((one) => one !== undefined), 'local master_timeout'),
  indices: table(
    INDICES,
    ({ indices }) => indices,
    'health bytes time pri expand_wildcards include_unloaded_segments local master_timeout',
  ),
  shards: table(SHARDS, chosen, 'bytes time master_timeout'),
  allocation: table(ALLOCATION, ({ group }) => group.up(), 'bytes local master_timeout'),
  recovery: table(RECOVERY, recovering, 'active_only bytes detailed time'),
  count: table(COUNT, () => [undefined]),
  pending_tasks: table(none('insertOrder timeInQueue priority source'), () => [], 'local master_timeout time'),
  aliases: table(
    none('alias index filter routing.index routing.search is_write_index'),
    () => [],
    'expand_wildcards local master_timeout',
  ),
};
