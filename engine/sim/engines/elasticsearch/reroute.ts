/** `_cluster/reroute`: commands that move, cancel and allocate copies. */
import { copyOn, decisions, relocate, settingOf } from './allocation.ts';
import { failure, illegal, jsonFault, ok, type Reply } from './reply.ts';
import type { Request } from './rest.ts';
import { described, type Elastic, elasticOf, isActive, nodeId, type Shard } from './state.ts';

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  move: ['index', 'shard', 'from_node', 'to_node'],
  cancel: ['index', 'shard', 'node'],
  allocate_replica: ['index', 'shard', 'node'],
  allocate_stale_primary: ['index', 'shard', 'node'],
  allocate_empty_primary: ['index', 'shard', 'node'],
};
const OPTIONAL = ['allow_primary', 'accept_data_loss'];

interface Command {
  verb: string;
  index: string;
  shard: number;
  node: string;
  to: string;
  accept: boolean;
  primary: boolean;
}

/** Where a command stands in the text: the column of its object's first and last character. */
function place(text: string, verb: string): { begin: number; end: number } {
  const at = text.indexOf('{', text.indexOf(`"${verb}"`));
  return { begin: at + 1, end: text.indexOf('}', at) + 1 };
}

const inCommands = (at: number, type: string, reason: string) => {
  const cause = { type, reason };
  const error = {
    type: 'x_content_parse_exception',
    reason: `[1:${at}] [cluster_reroute] failed to parse field [commands]`,
  };
  const refused = failure(400, error.type, error.reason, {}, cause);
  (refused.reply.body as { error: { root_cause: object[] } }).error.root_cause = [cause];
  return refused;
};

function read(text: string): Command[] {
  if (text === '') return [];
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    const { at, reason, end } = jsonFault(text);
    const type = end ? 'json_e_o_f_exception' : 'json_parse_exception';
    throw failure(400, 'x_content_parse_exception', `[1:${at}] ${reason}`, {}, { type, reason });
  }
  const odd = Object.keys(body).find((key) => !['commands', 'dry_run'].includes(key));
  if (odd !== undefined)
    throw failure(
      400,
      'x_content_parse_exception',
      `[1:${text.indexOf(`"${odd}"`) + 1}] [cluster_reroute] unknown field [${odd}]`,
    );
  return ((body.commands ?? []) as Record<string, Record<string, unknown>>[]).map((entry) => {
    const [verb = '', options = {}] = Object.entries(entry)[0] ?? [];
    const { begin, end } = place(text, verb);
    const needed = COMMANDS[verb];
    if (!needed) throw inCommands(begin, 'named_object_not_found_exception', `[1:${begin}] unknown field [${verb}]`);
    const unknown = Object.keys(options).find((key) => !needed.includes(key) && !OPTIONAL.includes(key));
    if (unknown !== undefined)
      throw inCommands(end, 'x_content_parse_exception', `[1:${begin + 1}] [${verb}] unknown field [${unknown}]`);
    const missing = needed.find((key) => options[key] === undefined);
    if (missing !== undefined)
      throw inCommands(end, 'parse_exception', `[${verb}] command missing the ${missing} parameter`);
    return {
      verb,
      index: String(options.index),
      shard: Number(options.shard),
      node: String(options.node ?? options.from_node),
      to: String(options.to_node ?? ''),
      accept: String(options.accept_data_loss) === 'true',
      primary: String(options.allow_primary) === 'true',
    };
  });
}

export function reroute(request: Request): Reply {
  const { group, now } = request;
  const elastic = elasticOf(group);
  const [dry, explain] = [request.flag('dry_run'), request.flag('explain')];
  const explanations: object[] = [];
  for (const command of read(request.body)) {
    const told = run(request, elastic, command, dry, explain);
    if (told) explanations.push(told);
  }
  if (request.flag('retry_failed') && settingOf(elastic, 'cluster.routing.allocation.enable') !== 'none')
    for (const shard of elastic.shards) if (shard.reason === 'ALLOCATION_FAILED') shard.since = now;
  return ok({
    acknowledged: true,
    ...((request.query.get('metric') ?? '') !== 'none' && {
      state: { cluster_uuid: elastic.uuid, version: elastic.version },
    }),
    ...(explain && { explanations }),
  });
}

function run(request: Request, elastic: Elastic, command: Command, dry: boolean, explain: boolean): object | undefined {
  const { group, now, pace } = request;
  const { verb, index, shard: number, accept } = command;
  const member = (name: string) => {
    const found = group.members.get(name) ?? group.up().find((one) => nodeId(one) === name || one.host.ip === name);
    if (!found?.up) throw illegal(`failed to resolve [${name}], no matching nodes`);
    return found;
  };
  const from = member(command.node);
  const node = from.name;
  if (verb === 'move') {
    const target = member(command.to);
    const to = target.name;
    const shard = copyOn(elastic, { index, number }, node);
    if (!shard || shard.node !== node)
      throw illegal(`[move_allocation] can't move ${number}, failed to find it on node ${described(from)}`);
    if (shard.state !== 'STARTED')
      throw illegal(`[move_allocation] can't move ${number}, shard is not started (state = ${shard.state}]`);
    const said = decisions(group, shard, to);
    const allowed = said.every(({ decision }) => decision === 'YES');
    if (!allowed && !explain)
      throw illegal(
        `[move_allocation] can't move ${number}, from ${described(from)}, to ${described(target)}, since its not allowed, reason: ${said.map(({ decision, explanation }) => `[${decision}(${explanation})]`).join('')}`,
      );
    if (allowed && !dry) relocate(shard, to, now, pace);
    return { command: 'move', parameters: { index, shard: number, from_node: node, to_node: to }, decisions: said };
  }
  const copies = elastic.shards.filter((one) => one.index === index && one.number === number);
  if (copies.length === 0)
    throw failure(404, 'index_not_found_exception', `no such index [${index}]`, { index_uuid: '_na_', index });
  if (verb === 'cancel') cancel(copies, { ...command, node }, described(from), dry, now);
  else if (verb === 'allocate_replica') replica(copies, { ...command, node }, dry, now, pace);
  else {
    const first = copies.find((one) => one.primary);
    const name = `[${verb}]`;
    if (first?.state !== 'UNASSIGNED') throw illegal(`${name} primary [${index}][${number}] is already assigned`);
    if (!accept)
      throw illegal(
        `${name} allocating an empty primary for [${index}][${number}] can result in data loss. Please confirm by setting the accept_data_loss parameter to true`,
      );
    if (verb === 'allocate_stale_primary' && (first.node !== node || first.corrupted))
      throw illegal(`No data for shard [${number}] of index [${index}] found on any node`);
    if (!dry) {
      const of = elastic.indices.get(index);
      if (verb === 'allocate_empty_primary' && of) of.base[number] = 0;
      Object.assign(first, { node, corrupted: false, stale: false, state: 'INITIALIZING', until: now + 400 * pace });
    }
  }
  return { command: verb, parameters: { index, shard: number, node }, decisions: [] };
}

function cancel(copies: Shard[], { shard, node, primary }: Command, where: string, dry: boolean, now: number) {
  const found = copies.find((one) => (one.node === node || one.movingTo === node) && one.state !== 'UNASSIGNED');
  if (!found) throw illegal(`[cancel_allocation] can't cancel ${shard}, failed to find it on node ${where}`);
  if (found.primary && !primary && found.movingTo === undefined)
    throw illegal(
      `[cancel_allocation] can't cancel ${shard} on node ${where}, shard is primary and ${found.state.toLowerCase()}`,
    );
  if (dry) return;
  if (found.movingTo !== undefined) {
    found.state = 'STARTED';
    delete found.movingTo;
    delete found.until;
  } else Object.assign(found, { state: 'UNASSIGNED', reason: 'REROUTE_CANCELLED', since: now });
}

function replica(copies: Shard[], { index, shard, node }: Command, dry: boolean, now: number, pace: number) {
  const name = '[allocate_replica]';
  const free = copies.find((one) => !one.primary && one.state === 'UNASSIGNED');
  if (!copies.some((one) => one.primary && isActive(one)))
    throw illegal(
      `${name} trying to allocate a replica shard [${index}][${shard}], while corresponding primary shard is still unassigned`,
    );
  if (!free)
    throw illegal(
      `${name} all copies of [${index}][${shard}] are already assigned. Use the move allocation command instead`,
    );
  if (!dry) Object.assign(free, { node, state: 'INITIALIZING', until: now + 700 * pace });
}
