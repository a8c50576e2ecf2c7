/** The index APIs: make, delete, settings, open and close, documents one by one. */
import { resize } from './allocation.ts';
import { failure, flatten, nest, noSuchIndex, ok, parseBody, type Reply, Verbatim } from './reply.ts';
import type { Request } from './rest.ts';
import { checkIndex, checkName } from './settings.ts';
import {
  addIndex,
  docsOf,
  type Elastic,
  elasticOf,
  type Index,
  idOf,
  isActive,
  shardOfDoc,
  VERSION_ID,
} from './state.ts';

/** Those that an expression names: names, patterns, `_all`. */
export function select(elastic: Elastic, expression: string | undefined, searching = false): Index[] {
  const all = [...elastic.indices.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (expression === undefined || expression === '_all' || expression === '*') return all;
  return expression.split(',').flatMap((word) => {
    if (word.includes('*')) {
      const match = new RegExp(`^${word.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
      return all.filter((index) => match.test(index.name));
    }
    const index = elastic.indices.get(word);
    if (!index) throw noSuchIndex(word, searching);
    return [index];
  });
}

const closed = (index: Index) =>
  failure(400, 'index_closed_exception', 'closed', { index_uuid: index.uuid, index: index.name });

/** The documents of indices are asked for or written: they have to be there and open. */
function opened(request: Request, searching: boolean): Index[] {
  const found = select(elasticOf(request.group), request.part('index'), searching);
  const shut = found.find((index) => index.closed);
  if (shut) throw closed(shut);
  return found;
}

const withIndex = (name: string) => (name.startsWith('index.') ? name : `index.${name}`);

function given(body: Record<string, unknown>, made: Index | undefined): Map<string, string | null> {
  const flat = [...flatten(body)].map(([name, value]) => [withIndex(name), value] as const);
  for (const [name, value] of flat)
    checkIndex(name, value, made !== undefined && !made.closed, made ? `${made.name}/${made.uuid}` : '');
  return new Map(flat);
}

export function create(request: Request): Reply {
  const { group, now } = request;
  const elastic = elasticOf(group);
  const name = request.part('index');
  const body = request.body === '' ? {} : parseBody(request.body);
  const odd = Object.keys(body).find((key) => !['settings', 'mappings', 'aliases'].includes(key));
  if (odd !== undefined) throw failure(400, 'parse_exception', `unknown key [${odd}] for create index`);
  checkName(name);
  const there = elastic.indices.get(name);
  if (there)
    throw failure(400, 'resource_already_exists_exception', `index [${name}/${there.uuid}] already exists`, {
      index_uuid: there.uuid,
      index: name,
    });
  const settings = given((body.settings ?? {}) as Record<string, unknown>, undefined);
  const number = (key: string) => Number(settings.get(`index.number_of_${key}`) ?? 1);
  const index = addIndex(elastic, group.key, name, number('shards'), number('replicas'), now);
  for (const [key, value] of settings)
    if (value !== null && !/number_of_(shards|replicas)$/.test(key)) index.settings.set(key, value);
  return ok({ acknowledged: true, shards_acknowledged: true, index: name });
}

export function remove(request: Request): Reply {
  const elastic = elasticOf(request.group);
  const name = request.part('index');
  if (name.includes('*') || name === '_all')
    throw failure(400, 'illegal_argument_exception', 'Wildcard expressions or all indices are not allowed');
  for (const index of select(elastic, name)) {
    elastic.indices.delete(index.name);
    elastic.shards = elastic.shards.filter((shard) => shard.index !== index.name);
  }
  return ok({ acknowledged: true });
}

export function close(request: Request): Reply {
  const found = select(elasticOf(request.group), request.part('index'));
  for (const index of found) index.closed = true;
  restart(request, found);
  const indices = Object.fromEntries(found.map((index) => [index.name, { closed: true }]));
  return ok({ acknowledged: true, shards_acknowledged: true, indices });
}

export function open(request: Request): Reply {
  const found = select(elasticOf(request.group), request.part('index'));
  for (const index of found) index.closed = false;
  restart(request, found);
  return ok({ acknowledged: true, shards_acknowledged: true });
}

/** Closing and opening start all copies anew, primaries first. */
function restart({ group, now }: Request, indices: readonly Index[]): void {
  for (const shard of elasticOf(group).shards)
    if (indices.some((index) => index.name === shard.index) && isActive(shard) && !shard.primary)
      Object.assign(shard, { state: 'UNASSIGNED', reason: 'INDEX_CLOSED', since: now });
}

function settingsOf(index: Index): Map<string, string> {
  const all = new Map([
    ['index.routing.allocation.include._tier_preference', 'data_content'],
    ['index.number_of_shards', String(index.shards)],
    ['index.provided_name', index.name],
    ['index.creation_date', String(index.created)],
    ['index.number_of_replicas', String(index.replicas)],
    ['index.uuid', index.uuid],
    ['index.version.created', VERSION_ID],
  ]);
  return new Map([...index.settings, ...all]);
}

const sorted = (settings: Map<string, string>) => [...settings].sort(([a], [b]) => (a < b ? -1 : 1));

export function readSettings(request: Request): Reply {
  const wanted = request.optional('name');
  const matches = (name: string) =>
    wanted === undefined || new RegExp(`^${wanted.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(name);
  return ok(
    Object.fromEntries(
      select(elasticOf(request.group), request.optional('index')).map((index) => {
        const shown = new Map([...settingsOf(index)].filter(([name]) => matches(name)));
        return [
          index.name,
          { settings: request.flag('flat_settings') ? Object.fromEntries(sorted(shown)) : nest(shown) },
        ];
      }),
    ),
  );
}

export function writeSettings(request: Request): Reply {
  const { group, now } = request;
  const elastic = elasticOf(group);
  const body = parseBody(request.body);
  const found = select(elastic, request.optional('index'));
  const all = found.map((index) => [index, given((body.settings ?? body) as Record<string, unknown>, index)] as const);
  for (const [index, settings] of all)
    for (const [name, value] of settings)
      if (name === 'index.number_of_replicas') {
        index.replicas = Number(value ?? 1);
        resize(elastic, index.name, now);
      } else if (value === null) index.settings.delete(name);
      else index.settings.set(name, value);
  return ok({ acknowledged: true });
}

const typeOf = (value: unknown) =>
  typeof value === 'number'
    ? Number.isInteger(value)
      ? 'long'
      : 'float'
    : typeof value === 'boolean'
      ? 'boolean'
      : 'text';

function mappingsOf(index: Index): object {
  const properties: Record<string, { type: string }> = {};
  for (const { source } of index.docs.values())
    if (source !== undefined)
      for (const [key, value] of Object.entries(JSON.parse(source) as object))
        properties[key] = { type: typeOf(value) };
  return Object.keys(properties).length > 0 ? { properties } : {};
}

export const describe = (request: Request): Reply =>
  ok(
    Object.fromEntries(
      select(elasticOf(request.group), request.part('index')).map((index) => [
        index.name,
        { aliases: {}, mappings: mappingsOf(index), settings: nest(settingsOf(index)) },
      ]),
    ),
  );

export const mapping = (request: Request): Reply =>
  ok(
    Object.fromEntries(
      select(elasticOf(request.group), request.part('index')).map((index) => [
        index.name,
        { mappings: mappingsOf(index) },
      ]),
    ),
  );

/** How many copies answered, as refresh, flush and the like report it. */
export function broadcast(request: Request): Reply {
  const names = opened(request, true).map((index) => index.name);
  const copies = elasticOf(request.group).shards.filter((shard) => names.includes(shard.index));
  const successful = copies.filter(isActive).length;
  return ok({ _shards: { total: copies.length, successful, failed: 0 } });
}

const docCount = (elastic: Elastic, indices: readonly Index[]) =>
  elastic.shards
    .filter((shard) => shard.primary && isActive(shard) && indices.some((index) => index.name === shard.index))
    .reduce((sum, shard) => sum + docsOf(elastic, shard), 0);
const searched = (elastic: Elastic, indices: readonly Index[]) => {
  const total = indices.reduce((sum, index) => sum + index.shards, 0);
  const successful = elastic.shards.filter(
    (shard) => shard.primary && isActive(shard) && indices.some((index) => index.name === shard.index),
  ).length;
  return { total, successful, skipped: 0, failed: total - successful };
};

export function count(request: Request): Reply {
  const elastic = elasticOf(request.group);
  const found = request.optional('index') === undefined ? select(elastic, undefined) : opened(request, true);
  return ok({ count: docCount(elastic, found), _shards: searched(elastic, found) });
}

export function search(request: Request): Reply {
  const elastic = elasticOf(request.group);
  const found = request.optional('index') === undefined ? select(elastic, undefined) : opened(request, true);
  const hits = found.flatMap((index) =>
    [...index.docs].flatMap(([_id, { source }]) =>
      source === undefined ? [] : [{ _index: index.name, _id, _score: 1, _source: JSON.parse(source) as unknown }],
    ),
  );
  const shown = hits.slice(0, Number(request.query.get('size') ?? 10));
  return ok({
    took: 2,
    timed_out: false,
    _shards: searched(elastic, found),
    hits: {
      total: { value: docCount(elastic, found), relation: 'eq' },
      max_score: shown.length > 0 ? 1 : null,
      hits: shown,
    },
  });
}

export function write(request: Request): Reply {
  const { group, now } = request;
  const elastic = elasticOf(group);
  const name = request.part('index');
  if (!elastic.indices.has(name)) {
    checkName(name);
    addIndex(elastic, group.key, name, 1, 1, now);
  }
  const [index] = opened(request, true);
  if (!index) throw noSuchIndex(name, true);
  const id = request.optional('id') ?? idOf(name, now, index.sequence).slice(0, 20);
  if (request.body === '') throw failure(400, 'parse_exception', 'request body is required');
  try {
    JSON.parse(request.body);
  } catch {
    throw unreadable(request.body);
  }
  return changed(request, index, id, request.body);
}

export function erase(request: Request): Reply {
  const [index] = opened(request, true);
  if (!index) throw noSuchIndex(request.part('index'), true);
  return changed(request, index, request.part('id'), undefined);
}

function changed(request: Request, index: Index, id: string, source: string | undefined): Reply {
  const elastic = elasticOf(request.group);
  const known = index.docs.get(id);
  const doc = { version: (known?.version ?? 0) + 1, sequence: index.sequence++, source };
  index.docs.set(id, doc);
  const before = known?.source !== undefined;
  const result = source === undefined ? (before ? 'deleted' : 'not_found') : before ? 'updated' : 'created';
  const copies = elastic.shards.filter((shard) => shard.index === index.name && shard.number === shardOfDoc(index, id));
  const body = {
    _index: index.name,
    _id: id,
    _version: doc.version,
    result,
    ...(/^(true|)$/.test(request.query.get('refresh') ?? 'no') && { forced_refresh: true }),
    _shards: { total: copies.length, successful: copies.filter(isActive).length, failed: 0 },
    _seq_no: doc.sequence,
    _primary_term: 1,
  };
  return ok(body, result === 'created' ? 201 : result === 'not_found' ? 404 : 200);
}

export function read(request: Request): Reply {
  const [index] = opened(request, true);
  const id = request.part('id');
  const doc = index?.docs.get(id);
  if (doc?.source === undefined) return ok({ _index: index?.name, _id: id, found: false }, 404);
  const { version: _version, sequence: _seq_no, source } = doc;
  const head = { _index: index?.name, _id: id, _version, _seq_no, _primary_term: 1, found: true };
  return ok({ ...head, _source: request.flag('pretty') ? (JSON.parse(source) as unknown) : new Verbatim(source) });
}

function unreadable(text: string): ReturnType<typeof failure> {
  const at = text.length + 1;
  const what = `[1:${at}] Unexpected end of file`;
  return failure(
    400,
    'document_parsing_exception',
    `[1:2] failed to parse: ${what}`,
    {},
    {
      type: 'illegal_argument_exception',
      reason: what,
      caused_by: {
        type: 'i_o_exception',
        reason: `Unexpected end-of-input within/between Object entries\n at [Source: (byte[])"${text}"; line: 1, column: ${at}]`,
      },
    },
  );
}
