/** The cluster APIs: health, settings, state. */
import { DELAY, settle } from './allocation.ts';
import { countShards } from './cat.ts';
import { select } from './indices.ts';
import { failure, flatten, fraction, illegal, nest, ok, parseBody, type Reply } from './reply.ts';
import type { Request, Surroundings } from './rest.ts';
import { checkCluster } from './settings.ts';
import { type Color, colorOf, colorOfAll, type Elastic, elasticOf, idOf, type Shard, VERSION } from './state.ts';

export const colorOfIndex = (elastic: Elastic, name: string): Color =>
  colorOfAll(elastic.shards.filter((shard) => shard.index === name));

export const banner = ({ group, member }: Request): Reply =>
  ok({
    name: member.name,
    cluster_name: group.key.split('/')[1],
    cluster_uuid: elasticOf(group).uuid,
    version: {
      number: VERSION,
      build_flavor: 'default',
      build_type: 'simulated',
      build_hash: 'simulated',
      build_date: '2024-10-09T22:08:00.000000000Z',
      build_snapshot: false,
      lucene_version: '9.11.1',
      minimum_wire_compatibility_version: '7.17.0',
      minimum_index_compatibility_version: '7.0.0',
    },
    tagline: 'You Know, for Search',
  });

const LEVELS: readonly Color[] = ['red', 'yellow', 'green'];

function wanted(request: Request): (color: Color, relocating: number, initializing: number, nodes: number) => boolean {
  const { query } = request;
  const status = query.get('wait_for_status');
  if (status !== undefined && !LEVELS.includes(status as Color))
    throw illegal(`No enum constant org.elasticsearch.cluster.health.ClusterHealthStatus.${status.toUpperCase()}`);
  const [, compare = '', count] = /^(>=|<=|>|<)?(\d+)$/.exec(query.get('wait_for_nodes') ?? '') ?? [];
  const enough = (nodes: number) =>
    count === undefined ||
    {
      '>=': nodes >= Number(count),
      '<=': nodes <= Number(count),
      '>': nodes > Number(count),
      '<': nodes < Number(count),
    }[compare] === true ||
    (compare === '' && nodes === Number(count));
  return (color, relocating, initializing, nodes) =>
    (status === undefined || LEVELS.indexOf(color) >= LEVELS.indexOf(status as Color)) &&
    (!request.flag('wait_for_no_relocating_shards') || relocating === 0) &&
    (!request.flag('wait_for_no_initializing_shards') || initializing === 0) &&
    enough(nodes);
}

const late = new WeakSet<Request>();

/** Waits for what the request asks to wait for, as long as it says. */
export async function patience(request: Request, around: Surroundings, timeout: number): Promise<void> {
  const { group } = request;
  const enough = wanted(request);
  const end = around.now() + timeout;
  for (;;) {
    settle(group, around.now(), around.pace);
    const { missing, shards } = scope(request);
    const { relocating, initializing } = countShards(shards);
    if (!missing && enough(colorOfAll(shards), relocating, initializing, group.up().length)) return;
    if (around.now() >= end) break;
    await around.sleep(Math.min(200, end - around.now()));
  }
  late.add(request);
}

function scope(request: Request): { missing: boolean; shards: readonly Shard[] } {
  const { shards, indices } = elasticOf(request.group);
  const names = request.optional('index');
  if (names === undefined) return { missing: false, shards };
  const missing = names.split(',').some((name) => !name.includes('*') && !indices.has(name));
  if (missing) return { missing, shards: [] };
  const chosen = select(elasticOf(request.group), names).map((index) => index.name);
  return { missing, shards: shards.filter((shard) => chosen.includes(shard.index)) };
}

const tally = (shards: readonly Shard[]) => {
  const { active, primaries, relocating, initializing, unassigned } = countShards(shards);
  return {
    active_primary_shards: primaries,
    active_shards: active,
    relocating_shards: relocating,
    initializing_shards: initializing,
    unassigned_shards: unassigned,
  };
};

export function health(request: Request): Reply {
  const { group, now } = request;
  const elastic = elasticOf(group);
  const { missing, shards } = scope(request);
  const nodes = group.up().length;
  const timedOut = late.has(request);
  const level = request.query.get('level') ?? 'cluster';
  if (!['cluster', 'indices', 'shards'].includes(level))
    throw illegal(`level parameter must be one of [cluster] or [indices] or [shards] but was [${level}]`);
  const delayed = shards.filter(
    (shard) =>
      shard.state === 'UNASSIGNED' &&
      shard.reason === 'NODE_LEFT' &&
      !shard.primary &&
      now < (shard.since ?? 0) + DELAY,
  ).length;
  return ok(
    {
      cluster_name: group.key.split('/')[1],
      status: missing ? 'red' : colorOfAll(shards),
      timed_out: timedOut,
      number_of_nodes: nodes,
      number_of_data_nodes: nodes,
      ...tally(shards),
      delayed_unassigned_shards: delayed,
      number_of_pending_tasks: 0,
      number_of_in_flight_fetch: 0,
      task_max_waiting_in_queue_millis: 0,
      active_shards_percent_as_number: fraction(countShards(shards).percent),
      ...(level !== 'cluster' && { indices: byIndex(elastic, shards, level === 'shards') }),
    },
    timedOut ? 408 : 200,
  );
}

function byIndex(elastic: Elastic, shards: readonly Shard[], deep: boolean): object {
  return Object.fromEntries(
    [...Map.groupBy(shards, (shard) => shard.index)].map(([name, copies]) => {
      const index = elastic.indices.get(name);
      const numbers = Map.groupBy(copies, (shard) => shard.number);
      const each = Object.fromEntries(
        [...numbers].map(([number, of]) => {
          const { active_primary_shards: active, ...rest } = tally(of);
          return [number, { status: colorOf(of), primary_active: active > 0, ...rest }];
        }),
      );
      return [
        name,
        {
          status: colorOfAll(copies),
          number_of_shards: index?.shards,
          number_of_replicas: index?.replicas,
          ...tally(copies),
          ...(deep && { shards: each }),
        },
      ];
    }),
  );
}

const shown = (request: Request, settings: Map<string, string>) =>
  request.flag('flat_settings') ? Object.fromEntries(settings) : nest(settings);

export function readSettings(request: Request): Reply {
  const { persistent, transient } = elasticOf(request.group);
  return ok({
    persistent: shown(request, persistent),
    transient: shown(request, transient),
    ...(request.flag('include_defaults') && {
      defaults: shown(request, new Map([['cluster.name', request.group.key.split('/')[1] ?? '']])),
    }),
  });
}

export function writeSettings(request: Request): Reply {
  const elastic = elasticOf(request.group);
  const body = parseBody(request.body);
  const changes = (['persistent', 'transient'] as const).map(
    (scope) => [scope, flatten((body[scope] ?? {}) as Record<string, unknown>)] as const,
  );
  if (changes.every(([, settings]) => settings.size === 0))
    throw failure(400, 'action_request_validation_exception', 'Validation Failed: 1: no settings to update;');
  for (const [scope, settings] of changes) for (const [name, value] of settings) checkCluster(scope, name, value);
  const changed = changes.map(([scope, settings]) => {
    for (const [name, value] of settings)
      if (value === null) elastic[scope].delete(name);
      else elastic[scope].set(name, value);
    const kept = [...settings].filter((pair): pair is [string, string] => pair[1] !== null);
    return [scope, shown(request, new Map(kept))] as const;
  });
  return ok({ acknowledged: true, ...Object.fromEntries(changed) });
}

export const state = ({ group, part, now }: Request): Reply =>
  ok({
    cluster_name: group.key.split('/')[1],
    cluster_uuid: elasticOf(group).uuid,
    ...(part('metric') === 'version' && {
      version: elasticOf(group).version,
      state_uuid: idOf(group.key, elasticOf(group).version, now),
    }),
  });

export function password(request: Request): Reply {
  const elastic = elasticOf(request.group);
  const user = request.part('user');
  const wanted = parseBody(request.body).password;
  if (typeof wanted !== 'string')
    throw failure(400, 'action_request_validation_exception', 'Validation Failed: 1: password is missing;');
  if (!elastic.passwords.has(user))
    throw failure(404, 'validation_exception', 'user must exist in order to change password');
  elastic.passwords.set(user, wanted);
  return ok({});
}
