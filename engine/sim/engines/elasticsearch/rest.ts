/** The REST API: which paths there are, what each may be told, who answers. */
import type { Group, Member } from '../group.ts';
import { settle } from './allocation.ts';
import { type Context, TABLES } from './cat.ts';
import * as cluster from './cluster.ts';
import { explain } from './explain.ts';
import * as indices from './indices.ts';
import { print } from './print.ts';
import { compact, failure, filtered, illegal, ok, pretty, Refused, type Reply, wrongMethod } from './reply.ts';
import { reroute } from './reroute.ts';
import { elasticOf, masterOf } from './state.ts';

export interface Request {
  group: Group;
  /** The node that was asked. */
  member: Member;
  now: number;
  pace: number;
  method: string;
  path: string;
  query: Map<string, string>;
  body: string;
  part(name: string): string;
  optional(name: string): string | undefined;
  flag(name: string): boolean;
}

type Handler = (request: Request) => Reply;
interface Route {
  method: string;
  path: string;
  handle: Handler;
  /** What it may be told, beside `pretty` and the like. */
  parameters: readonly string[];
  /** Answered by the node itself, with or without a master. */
  local: boolean;
}

const COMMON = ['pretty', 'human', 'error_trace', 'filter_path', 'format'];
const WAIT = 'master_timeout timeout ';
const CHOICE = 'ignore_unavailable allow_no_indices expand_wildcards ';

const route = (verbs: string, path: string, parameters: string, handle: Handler, local = false): Route[] =>
  verbs.split(' ').map((method) => ({
    method,
    path,
    handle,
    parameters: parameters.split(' ').filter(Boolean),
    local,
  }));

const cat =
  (name: string): Handler =>
  (request) => {
    const { group, now, query } = request;
    for (const flag of ['v', 'help', 'pretty']) request.flag(flag);
    const elastic = elasticOf(group);
    let chosen = indices.select(elastic, request.optional('index'), name === 'shards' || name === 'count');
    const color = query.get('health');
    if (color !== undefined && name === 'indices') {
      if (!['green', 'yellow', 'red'].includes(color)) throw illegal(`unknown cluster health status [${color}]`);
      chosen = chosen.filter((index) => cluster.colorOfIndex(elastic, index.name) === color);
    }
    const context: Context = { group, now, indices: chosen, active: request.flag('active_only') };
    const format = query.get('format') ?? 'text';
    const form = { columns: query.get('h'), sort: query.get('s'), header: request.flag('v'), format };
    const made = print(name, context, form);
    if (typeof made === 'string') return { status: 200, body: made, type: 'text/plain; charset=UTF-8' };
    if (format !== 'yaml') return ok(made);
    const lines = made.flatMap((row) =>
      Object.entries(row).map(([key, value], i) => `${i === 0 ? '- ' : '  '}${key}: ${JSON.stringify(value)}\n`),
    );
    return { status: 200, body: `---\n${lines.join('')}`, type: 'application/yaml' };
  };

const CATS = Object.entries(TABLES).flatMap(([name, { parameters }]) => [
  ...route('GET', `/_cat/${name}`, `v h s help ${parameters}`, cat(name)),
  ...(['indices', 'shards', 'count', 'recovery'].includes(name)
    ? route('GET', `/_cat/${name}/{index}`, `v h s help ${parameters}`, cat(name))
    : []),
]);

const ROUTES: readonly Route[] = [
  ...route('GET HEAD', '/', '', cluster.banner, true),
  ...route('GET', '/_cat', '', () => ({
    status: 200,
    body: `=^.^=\n${CATS.map(({ path }) => `${path}\n`).join('')}`,
    type: 'text/plain; charset=UTF-8',
  })),
  ...CATS,
  ...['/_cluster/health', '/_cluster/health/{index}'].flatMap((path) =>
    route(
      'GET',
      path,
      `${WAIT}level local wait_for_status wait_for_nodes wait_for_no_relocating_shards wait_for_no_initializing_shards wait_for_active_shards wait_for_events ${CHOICE}`,
      cluster.health,
    ),
  ),
  ...route('GET', '/_cluster/settings', `${WAIT}flat_settings include_defaults`, cluster.readSettings),
  ...route('PUT', '/_cluster/settings', `${WAIT}flat_settings`, cluster.writeSettings),
  ...route('POST', '/_cluster/reroute', `${WAIT}dry_run explain metric retry_failed`, reroute),
  ...route(
    'GET POST',
    '/_cluster/allocation/explain',
    'include_yes_decisions include_disk_info master_timeout',
    explain,
  ),
  ...route('GET', '/_cluster/state/{metric}', `${WAIT}local flat_settings`, cluster.state),
  ...route('GET', '/_cluster/pending_tasks', `${WAIT}local`, () => ok({ tasks: [] })),
  ...route('GET', '/_security/_authenticate', '', () =>
    ok({
      username: 'elastic',
      roles: ['superuser'],
      full_name: null,
      email: null,
      metadata: { _reserved: true },
      enabled: true,
    }),
  ),
  ...route('POST PUT', '/_security/user/{user}/_password', 'refresh', cluster.password),
  ...route('GET', '/_count', CHOICE, indices.count),
  ...route('GET POST', '/_search', `size q ${CHOICE}`, indices.search),
  ...route('GET', '/_settings', `${WAIT}flat_settings include_defaults ${CHOICE}`, indices.readSettings),
  ...route('PUT', '/_settings', `${WAIT}preserve_existing reopen ${CHOICE}`, indices.writeSettings),
  ...route('PUT', '/{index}', `${WAIT}wait_for_active_shards`, indices.create),
  ...route('GET HEAD', '/{index}', `local flat_settings ${WAIT}${CHOICE}`, indices.describe),
  ...route('DELETE', '/{index}', `${WAIT}${CHOICE}`, indices.remove),
  ...route('GET', '/{index}/_settings', `${WAIT}flat_settings include_defaults ${CHOICE}`, indices.readSettings),
  ...route('GET', '/{index}/_settings/{name}', `${WAIT}flat_settings include_defaults ${CHOICE}`, indices.readSettings),
  ...route('PUT', '/{index}/_settings', `${WAIT}preserve_existing reopen ${CHOICE}`, indices.writeSettings),
  ...route('GET', '/{index}/_mapping', CHOICE, indices.mapping),
  ...route('POST', '/{index}/_close', `${WAIT}wait_for_active_shards ${CHOICE}`, indices.close),
  ...route('POST', '/{index}/_open', `${WAIT}wait_for_active_shards ${CHOICE}`, indices.open),
  ...['_refresh', '_flush', '_forcemerge'].flatMap((verb) =>
    route('GET POST', `/{index}/${verb}`, `force wait_if_ongoing max_num_segments ${CHOICE}`, indices.broadcast),
  ),
  ...route('GET POST', '/{index}/_count', CHOICE, indices.count),
  ...route('GET POST', '/{index}/_search', `size q ${CHOICE}`, indices.search),
  ...route('POST', '/{index}/_doc', 'refresh routing timeout wait_for_active_shards', indices.write),
  ...route('PUT POST', '/{index}/_doc/{id}', 'refresh routing timeout wait_for_active_shards', indices.write),
  ...route('GET HEAD', '/{index}/_doc/{id}', 'realtime refresh routing', indices.read),
  ...route('DELETE', '/{index}/_doc/{id}', 'refresh routing timeout', indices.erase),
];

function matched(path: string, pattern: string): Map<string, string> | undefined {
  const [got, wanted] = [path.split('/').filter(Boolean), pattern.split('/').filter(Boolean)];
  if (got.length !== wanted.length) return undefined;
  const parts = new Map<string, string>();
  for (const [i, word] of wanted.entries()) {
    const name = /^\{(.*)\}$/.exec(word)?.[1];
    if (name === undefined ? word !== got[i] : i > 0 && got[i]?.startsWith('_')) return undefined;
    if (name !== undefined) parts.set(name, got[i] ?? '');
  }
  return parts;
}

/** Paths that begin with an underscore are no indices. */
function nowhere(path: string, method: string): Reply {
  const [first = '', ...rest] = path.split('/').filter(Boolean);
  if (rest.length === 1 && first.startsWith('_')) return wrongMethod(path, method, 'POST');
  if (rest.length > 0) return ok({ error: `no handler found for uri [${path}] and method [${method}]` }, 400);
  throw failure(400, 'invalid_index_name_exception', `Invalid index name [${first}], must not start with '_'.`, {
    index_uuid: '_na_',
    index: first,
  });
}

export interface Asked {
  method: string;
  url: string;
  body: string;
  contentType: string | undefined;
}

export interface Answered {
  status: number;
  body: string;
  type: string;
  headers: Record<string, string>;
}

export interface Surroundings {
  group: Group;
  member: Member;
  now(): number;
  pace: number;
  sleep(ms: number): Promise<void>;
}

function queryOf(text: string): Map<string, string> {
  return new Map(
    text
      .split('&')
      .filter(Boolean)
      .map((pair) => {
        const [name = '', value = ''] = pair
          .split(/=(.*)/s)
          .map((word) => decodeURIComponent(word.replaceAll('+', ' ')));
        return [name, value] as const;
      }),
  );
}

const seconds = (text: string | undefined, name: string): number => {
  const found = /^(\d+)(ms|s|m)$/.exec(text ?? '30s');
  if (!found)
    throw illegal(
      `failed to parse setting [${name}] with value [${text}] as a time value: unit is missing or unrecognized`,
    );
  return Number(found[1]) * ({ ms: 1, s: 1000, m: 60_000 }[found[2] ?? 's'] ?? 1000);
};

async function answerOf(asked: Asked, around: Surroundings, query: Map<string, string>, path: string): Promise<Reply> {
  const { group } = around;
  if (asked.body !== '' && !/^application\/(vnd\.elasticsearch\+)?(x-nd)?json/.test(asked.contentType ?? ''))
    return ok(
      {
        error: `Content-Type header ${asked.contentType === undefined ? 'is missing' : `[${asked.contentType}] is not supported`}`,
        status: 406,
      },
      406,
    );
  const candidates = ROUTES.map((one) => ({ one, parts: matched(path, one.path) })).filter(({ parts }) => parts);
  // A name that stands in the path is nearer than one that may be any.
  const best = candidates.filter(
    ({ one }) =>
      !one.path.startsWith('/{') || !path.startsWith('/_') || (one.method === 'PUT' && asked.method === 'PUT'),
  );
  const found = best.find(({ one }) => one.method === asked.method);
  if (!found?.parts) {
    const allowed = [...new Set(best.map(({ one }) => one.method))];
    return allowed.length > 0 ? wrongMethod(path, asked.method, allowed.join(', ')) : nowhere(path, asked.method);
  }
  const { one, parts } = found;
  const odd = [...query.keys()].filter((name) => !COMMON.includes(name) && !one.parameters.includes(name));
  if (odd.length > 0)
    throw illegal(
      `request [${asked.url.split('?')[0]}] contains unrecognized parameter${odd.length > 1 ? 's' : ''}: ${odd.map((name) => `[${name}]`).join(', ')}`,
    );
  const request: Request = {
    group,
    member: around.member,
    pace: around.pace,
    get now() {
      return around.now();
    },
    method: asked.method,
    path,
    query,
    body: asked.body,
    part: (name) => parts.get(name) ?? '',
    optional: (name) => parts.get(name),
    flag(name) {
      const value = query.get(name);
      if (value !== undefined && !['', 'true', 'false'].includes(value))
        throw illegal(`Failed to parse value [${value}] as only [true] or [false] are allowed.`);
      return value === '' || value === 'true';
    },
  };
  for (const name of ['timeout', 'master_timeout']) if (query.has(name)) seconds(query.get(name), name);
  if (!masterOf(group) && !one.local && !(one.parameters.includes('local') && request.flag('local'))) {
    await around.sleep(seconds(query.get('master_timeout'), 'master_timeout'));
    if (!masterOf(group)) throw failure(503, 'master_not_discovered_exception', null);
  }
  if (path.startsWith('/_cluster/health'))
    await cluster.patience(request, around, seconds(query.get('timeout'), 'timeout'));
  settle(group, around.now(), around.pace);
  const reply = one.handle(request);
  settle(group, around.now(), around.pace);
  if (asked.method !== 'GET' && asked.method !== 'HEAD') elasticOf(group).version++;
  return reply;
}

export async function respond(asked: Asked, around: Surroundings): Promise<Answered> {
  const [raw = '/', search = ''] = asked.url.split(/\?(.*)/s);
  const query = queryOf(search);
  let reply: Reply;
  try {
    reply = await answerOf(asked, around, query, decodeURIComponent(raw));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    reply = error.reply;
  }
  const headers = { 'X-elastic-product': 'Elasticsearch', ...reply.headers };
  if (reply.type) return { status: reply.status, body: String(reply.body), type: reply.type, headers };
  const paths = query.get('filter_path');
  const body = paths
    ? filtered(
        reply.body,
        paths.split(',').map((path) => path.split('.')),
      )
    : reply.body;
  const beautiful = ['', 'true'].includes(query.get('pretty') ?? 'false');
  return {
    status: reply.status,
    body: beautiful ? `${pretty(body)}\n` : compact(body),
    type: 'application/json',
    headers,
  };
}
