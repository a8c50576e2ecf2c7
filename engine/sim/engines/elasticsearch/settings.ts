/** Settings of the cluster and of an index: which there are, what they may be. */
import { distance } from '../../../expr/nearest.ts';
import { failure, illegal } from './reply.ts';

type Check = (name: string, value: string) => void;

const whole =
  (least: number): Check =>
  (name, value) => {
    if (!/^-?\d+$/.test(value))
      throw illegal(`Failed to parse value [${value}] for setting [${name}]`, {
        type: 'number_format_exception',
        reason: `For input string: "${value}"`,
      });
    if (Number(value) < least)
      throw illegal(`Failed to parse value [${value}] for setting [${name}] must be >= ${least}`);
  };

export const isTime = (value: string): boolean => /^(-1|0|\d+(nanos|micros|ms|s|m|h|d))$/.test(value);

const duration: Check = (name, value) => {
  if (!isTime(value))
    throw illegal(
      `failed to parse setting [${name}] with value [${value}] as a time value: unit is missing or unrecognized`,
    );
};

const bytes: Check = (name, value) => {
  const parts = /^(.*?)(b|k|kb|m|mb|g|gb|t|tb|p|pb)$/i.exec(value);
  if (/^(-1|0)$/.test(value) || /^\d+$/.test(parts?.[1] ?? '')) return;
  const text = `failed to parse setting [${name}] with value [${value}]`;
  if (!parts) throw failure(400, 'parse_exception', `${text} as a size in bytes: unit is missing or unrecognized`);
  const number = { type: 'number_format_exception', reason: `For input string: "${parts[1]}"` };
  throw illegal(text, { type: 'parse_exception', reason: text, caused_by: number });
};

const flag: Check = (_name, value) => {
  if (value !== 'true' && value !== 'false')
    throw illegal(`Failed to parse value [${value}] as only [true] or [false] are allowed.`);
};

const among =
  (type: string, ...words: string[]): Check =>
  (_name, value) => {
    if (!words.includes(value.toLowerCase())) throw illegal(`No enum constant ${type}.${value.toUpperCase()}`);
  };

const free: Check = () => {};
const DECIDERS = 'org.elasticsearch.cluster.routing.allocation.decider.';

/** Those that may change while it runs. A name that ends in a dot begins a family. */
const CLUSTER: Readonly<Record<string, Check>> = {
  'cluster.routing.allocation.enable': among(
    `${DECIDERS}EnableAllocationDecider.Allocation`,
    'all',
    'primaries',
    'new_primaries',
    'none',
  ),
  'cluster.routing.rebalance.enable': among(
    `${DECIDERS}EnableAllocationDecider.Rebalance`,
    'all',
    'primaries',
    'replicas',
    'none',
  ),
  'cluster.routing.allocation.exclude.': free,
  'cluster.routing.allocation.include.': free,
  'cluster.routing.allocation.require.': free,
  'cluster.routing.allocation.node_concurrent_recoveries': whole(0),
  'cluster.routing.allocation.cluster_concurrent_rebalance': whole(-1),
  'cluster.routing.allocation.disk.threshold_enabled': flag,
  'cluster.routing.allocation.disk.watermark.': free,
  'cluster.max_shards_per_node': whole(1),
  'indices.recovery.max_bytes_per_sec': bytes,
  'action.destructive_requires_name': flag,
  'search.max_buckets': whole(0),
  'logger.': free,
};
const FIXED_CLUSTER = ['cluster.name', 'node.name', 'path.data', 'http.port', 'discovery.seed_hosts'];

const INDEX: Readonly<Record<string, Check>> = {
  'index.number_of_replicas': whole(0),
  'index.refresh_interval': duration,
  'index.auto_expand_replicas': free,
  'index.blocks.read_only': flag,
  'index.blocks.read_only_allow_delete': flag,
  'index.blocks.write': flag,
  'index.priority': whole(0),
  'index.max_result_window': whole(1),
  'index.routing.allocation.exclude.': free,
  'index.routing.allocation.include.': free,
  'index.routing.allocation.require.': free,
  'index.routing.allocation.total_shards_per_node': whole(-1),
  'index.unassigned.node_left.delayed_timeout': duration,
  'index.translog.durability': among('org.elasticsearch.index.translog.Translog.Durability', 'request', 'async'),
};
/** Fixed once the index is there. */
const FIXED_INDEX: Readonly<Record<string, Check>> = { 'index.number_of_shards': whole(1), 'index.codec': free };

const find = (known: Readonly<Record<string, Check>>, name: string): Check | undefined =>
  known[name] ?? Object.entries(known).find(([family]) => family.endsWith('.') && name.startsWith(family))?.[1];

export function checkCluster(scope: string, name: string, value: string | null): void {
  const check = find(CLUSTER, name);
  if (!check)
    throw illegal(
      FIXED_CLUSTER.includes(name)
        ? `${scope} setting [${name}], not dynamically updateable`
        : `${scope} setting [${name}], not recognized`,
    );
  if (value !== null) check(name, value);
}

export function checkIndex(name: string, value: string | null, made: boolean, written: string): void {
  const check = find(INDEX, name) ?? find(FIXED_INDEX, name);
  if (!check) throw illegal(`unknown setting [${name}]${suggestions(name)}`);
  if (value !== null) check(name, value);
  if (made && find(FIXED_INDEX, name))
    throw illegal(
      `Can't update non dynamic settings [[${name}]] for open indices [[${written}]] unless the \`reopen\` query parameter is set to true. Alternatively, close the indices, apply the settings changes, and reopen the indices`,
    );
}

/** Names that are nearly the one that was given. */
function suggestions(name: string): string {
  const near = [...Object.keys(FIXED_INDEX), ...Object.keys(INDEX)]
    .filter((known) => !known.endsWith('.') && 1 - edits(known, name) / Math.max(known.length, name.length) > 0.7)
    .sort((a, b) => edits(a, name) - edits(b, name));
  if (near.length === 0)
    return ' please check that any required plugins are installed, or check the breaking changes documentation for removed settings';
  return near.length === 1 ? ` did you mean [${near[0]}]?` : ` did you mean any of [${near.join(', ')}]?`;
}

const edits = (a: string, b: string): number => distance(a, b, { limit: Number.POSITIVE_INFINITY, swaps: false });

export function checkName(name: string): void {
  const wrong = (why: string) =>
    failure(400, 'invalid_index_name_exception', `Invalid index name [${name}], ${why}`, {
      index_uuid: '_na_',
      index: name,
    });
  if (/[|,/\\ "<*?>]/.test(name))
    throw wrong(`must not contain the following characters ['|',',','/','\\',' ','"','<','*','?','>']`);
  if (name.includes('#')) throw wrong("must not contain '#'");
  if (name.includes(':')) throw wrong("must not contain ':'");
  if (/^[_\-+]/.test(name)) throw wrong("must not start with '_', '-', or '+'");
  if (name === '.' || name === '..') throw wrong("must not be '.' or '..'");
  if (name !== name.toLowerCase()) throw wrong('must be lowercase');
}
