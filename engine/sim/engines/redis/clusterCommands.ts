/** The subcommands of `cluster`, as a table. */
import type { Connection } from './commands.ts';
import { NOT_INTEGER } from './keyspace.ts';
import { error, type Reply } from './reply.ts';
import { keySlot, plainRanges, rangesOf, SLOTS } from './slots.ts';
import type { Member, RedisNode, RedisWorld } from './world.ts';

type Subcommand = { args: [number, number]; run(c: Connection, args: readonly string[]): Reply };

const isWhole = (text: string) => /^-?\d+$/.test(text);
const unknownNode = (id: string) => error(`ERR Unknown node ${id}`);
const slotOf = (text: string): number | undefined =>
  /^\d+$/.test(text) && Number(text) < SLOTS ? Number(text) : undefined;

function nodesText(node: RedisNode, world: RedisWorld): string {
  const at = world.clock.now();
  return node.cluster
    .seenFrom(node.id)
    .map((member) => {
      const myself = member.id === node.id;
      const flags = [
        ...(myself ? ['myself'] : []),
        member.master === null ? 'master' : 'slave',
        ...(member.failed ? [member.failed] : []),
      ].join(',');
      const slots = plainRanges(node.cluster.slotsOf(member.id));
      const ping = member.failed ? at - 1000 : 0;
      const link = myself || world.at(member.ip, member.port) ? 'connected' : 'disconnected';
      const open = myself ? openText(node) : '';
      return `${member.id} ${member.ip}:${member.port}@${member.port + 10000} ${flags} ${member.master ?? '-'} ${ping} ${myself ? at : at - 300} ${member.epoch} ${link}${slots ? ` ${slots}` : ''}${open}\n`;
    })
    .join('');
}

function openText(node: RedisNode): string {
  const parts: string[] = [];
  for (const [slot, open] of node.cluster.open) {
    if (open.migrating === node.id) parts.push(` [${slot}->-${open.to}]`);
    if (open.importing === node.id) parts.push(` [${slot}-<-${open.from}]`);
  }
  return parts.join('');
}

function infoText(node: RedisNode): string {
  const { cluster } = node;
  const assigned = cluster.owner.filter((id) => id !== null).length;
  const ok = cluster.covered();
  const failing = (state: 'fail' | 'fail?') =>
    cluster.owner.filter((id) => id !== null && cluster.members.get(id)?.failed === state).length;
  const size = mastersOf(node).filter((member) => cluster.slotsOf(member.id).length > 0).length;
  const fields: [string, string | number][] = [
    ['cluster_state', ok === SLOTS ? 'ok' : 'fail'],
    ['cluster_slots_assigned', assigned],
    ['cluster_slots_ok', ok - failing('fail?')],
    ['cluster_slots_pfail', failing('fail?')],
    ['cluster_slots_fail', failing('fail')],
    ['cluster_known_nodes', cluster.members.size],
    ['cluster_size', size],
    ['cluster_current_epoch', cluster.epoch],
    ['cluster_my_epoch', cluster.members.get(node.id)?.epoch ?? 0],
    ['cluster_stats_messages_sent', node.commands * 2],
    ['cluster_stats_messages_received', node.commands * 2],
    ['total_cluster_links_buffer_limit_exceeded', 0],
  ];
  return fields.map(([key, value]) => `${key}:${value}\n`).join('');
}

const mastersOf = (node: RedisNode) => node.cluster.seenFrom(node.id).filter((member) => member.master === null);

const place = (member: Member): Reply[] => [member.ip, member.port, member.id, []];

const TABLE: Record<string, Subcommand> = {
  info: { args: [0, 0], run: ({ node }) => infoText(node) },
  nodes: { args: [0, 0], run: ({ node, world }) => nodesText(node, world) },
  myid: { args: [0, 0], run: ({ node }) => node.id },
  slots: {
    args: [0, 0],
    run: ({ node }) =>
      mastersOf(node)
        .flatMap((member) =>
          rangesOf(node.cluster.slotsOf(member.id)).map(([from, to]) => [
            from,
            to,
            place(member),
            ...node.cluster.replicasOf(member.id).map(place),
          ]),
        )
        .sort((a, b) => (a[0] as number) - (b[0] as number)),
  },
  shards: {
    args: [0, 0],
    run: ({ node, world }) =>
      mastersOf(node).map((master) => [
        'slots',
        rangesOf(node.cluster.slotsOf(master.id)).flat(),
        'nodes',
        [master, ...node.cluster.replicasOf(master.id)].map((member) => [
          'id',
          member.id,
          'port',
          member.port,
          'ip',
          member.ip,
          'endpoint',
          member.ip,
          'role',
          member.master === null ? 'master' : 'replica',
          'replication-offset',
          world.at(member.ip, member.port)?.offset ?? 0,
          'health',
          member.failed ? 'failed' : 'online',
        ]),
      ]),
  },
  keyslot: { args: [1, 1], run: (_c, [key = '']) => keySlot(key) },
  countkeysinslot: {
    args: [1, 1],
    run({ node, world }, [text = '']) {
      if (!isWhole(text)) return NOT_INTEGER;
      const slot = slotOf(text);
      return slot === undefined ? error('ERR Invalid slot') : world.inSlot(node, slot).length;
    },
  },
  getkeysinslot: {
    args: [2, 2],
    run({ node, world }, [text = '', count = '0']) {
      if (!isWhole(text) || !isWhole(count)) return NOT_INTEGER;
      const slot = slotOf(text);
      return slot === undefined || Number(count) < 0
        ? error('ERR Invalid slot or number of keys')
        : world.inSlot(node, slot).slice(0, Number(count));
    },
  },
  replicas: {
    args: [1, 1],
    run({ node, world }, [id = '']) {
      if (!node.cluster.members.has(id)) return unknownNode(id);
      return nodesText(node, world)
        .split('\n')
        .filter((line) => line.split(' ')[3] === id);
    },
  },
  meet: {
    args: [2, 3],
    run({ node, world, resolve }, [host = '', port = '']) {
      if (!/^\d+$/.test(port)) return error(`ERR Invalid TCP base port specified: ${port}`);
      const other = world.at(resolve(host) ?? host, Number(port));
      if (!other) return error(`ERR Invalid node address specified: ${host}:${port}`);
      world.meet(node, other);
      return 'OK';
    },
  },
  forget: {
    args: [1, 1],
    run({ node }, [id = '']) {
      if (id === node.id) return error("ERR I tried hard but I can't forget myself...");
      if (!node.cluster.members.has(id)) return unknownNode(id);
      node.cluster.members.delete(id);
      return 'OK';
    },
  },
  replicate: {
    args: [1, 1],
    run({ node, world }, [id = '']) {
      const member = node.cluster.members.get(id);
      const me = node.cluster.members.get(node.id);
      if (!member || !me) return unknownNode(id);
      if (id === node.id) return error("ERR Can't replicate myself");
      if (node.cluster.slotsOf(node.id).length > 0 || node.keys.size > 0)
        return error('ERR To set a master the node must be empty and without assigned slots.');
      me.master = id;
      const master = world.at(member.ip, member.port);
      for (const [key, value] of master?.keys ?? []) node.keys.set(key, value);
      world.changed(node, 'role');
      return 'OK';
    },
  },
  failover: {
    args: [0, 1],
    run({ node, world }, [how = 'force']) {
      const me = node.cluster.members.get(node.id);
      if (!/^(force|takeover)$/i.test(how)) return error('ERR syntax error');
      if (!me?.master) return error('ERR You should send CLUSTER FAILOVER to a replica');
      world.promote(node.cluster, me);
      return 'OK';
    },
  },
  addslots: { args: [1, 1e6], run: (c, slots) => assign(c, slots.map(Number)) },
  addslotsrange: { args: [2, 1e6], run: (c, ends) => eachOf(ends, 'addslotsrange', (slots) => assign(c, slots)) },
  delslots: { args: [1, 1e6], run: (c, slots) => release(c, slots.map(Number)) },
  delslotsrange: { args: [2, 1e6], run: (c, ends) => eachOf(ends, 'delslotsrange', (slots) => release(c, slots)) },
  flushslots: {
    args: [0, 0],
    run(c) {
      if (c.node.keys.size > 0) return error('ERR DB must be empty to perform CLUSTER FLUSHSLOTS.');
      return release(c, c.node.cluster.slotsOf(c.node.id));
    },
  },
  bumpepoch: {
    args: [0, 0],
    run: ({ node }) => `STILL ${node.cluster.members.get(node.id)?.epoch ?? 0}`,
  },
  'count-failure-reports': {
    args: [1, 1],
    run: ({ node }, [id = '']) => (node.cluster.members.has(id) ? 0 : unknownNode(id)),
  },
  links: { args: [0, 0], run: () => [] },
  setslot: { args: [2, 3], run: setSlot },
  'set-config-epoch': {
    args: [1, 1],
    run({ node }, [text = '']) {
      if (!isWhole(text)) return NOT_INTEGER;
      const me = node.cluster.members.get(node.id);
      if (me) me.epoch = Number(text);
      node.cluster.epoch = Math.max(node.cluster.epoch, Number(text));
      return 'OK';
    },
  },
  reset: {
    args: [0, 1],
    run({ node, world }, [how = 'soft']) {
      if (!/^(soft|hard)$/i.test(how)) return error('ERR syntax error');
      if (node.keys.size > 0 && world.roleOf(node) === 'master')
        return error("ERR CLUSTER RESET can't be called with master nodes containing keys");
      world.leave(node);
      return 'OK';
    },
  },
  saveconfig: { args: [0, 0], run: () => 'OK' },
};

/** Why slots can't be given or taken: the first that isn't one, or comes twice, or has (not) an owner. */
function unfit({ node }: Connection, slots: readonly number[], taken: boolean): Reply | undefined {
  for (const [i, slot] of slots.entries()) {
    if (!(Number.isInteger(slot) && slot >= 0 && slot < SLOTS)) return error('ERR Invalid or out of range slot');
    if ((node.cluster.owner[slot] === null) === taken)
      return error(`ERR Slot ${slot} is already ${taken ? 'unassigned' : 'busy'}`);
    if (slots.indexOf(slot) < i) return error(`ERR Slot ${slot} specified multiple times`);
  }
  return undefined;
}

/** The slots of ranges, each two of `ends` the first and the last of one. */
function eachOf(ends: readonly string[], name: string, then: (slots: readonly number[]) => Reply): Reply {
  if (ends.length % 2 !== 0) return error(`ERR wrong number of arguments for 'cluster|${name}' command`);
  const slots: number[] = [];
  for (let i = 0; i + 1 < ends.length; i += 2) {
    const [from, to] = [slotOf(ends[i] ?? ''), slotOf(ends[i + 1] ?? '')];
    if (from === undefined || to === undefined) return error('ERR Invalid or out of range slot');
    if (from > to) return error(`ERR start slot number ${from} is greater than end slot number ${to}`);
    for (let slot = from; slot <= to; slot++) slots.push(slot);
  }
  return then(slots);
}

function release(c: Connection, slots: readonly number[]): Reply {
  const wrong = unfit(c, slots, true);
  if (wrong !== undefined) return wrong;
  for (const slot of slots) c.node.cluster.owner[slot] = null;
  return 'OK';
}

function assign(c: Connection, slots: readonly number[]): Reply {
  const { node } = c;
  const wrong = unfit(c, slots, false);
  if (wrong !== undefined) return wrong;
  for (const slot of slots) node.cluster.owner[slot] = node.id;
  return 'OK';
}

function setSlot({ node }: Connection, [text = '', action = '', id = '']: readonly string[]): Reply {
  const slot = slotOf(text);
  if (slot === undefined) return error('ERR Invalid or out of range slot');
  const { cluster } = node;
  const word = action.toLowerCase();
  if (word === 'stable') {
    cluster.open.delete(slot);
    return 'OK';
  }
  if (!/^(migrating|importing|node)$/.test(word) || id === '')
    return error('ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP');
  if (word === 'migrating' && cluster.owner[slot] !== node.id)
    return error(`ERR I'm not the owner of hash slot ${slot}`);
  if (word === 'importing' && cluster.owner[slot] === node.id)
    return error(`ERR I'm already the owner of hash slot ${slot}`);
  if (!cluster.members.has(id)) return word === 'node' ? unknownNode(id) : error(`ERR I don't know about node ${id}`);
  const open = cluster.open.get(slot) ?? {};
  if (word === 'migrating') cluster.open.set(slot, { ...open, migrating: node.id, to: id });
  else if (word === 'importing') cluster.open.set(slot, { ...open, importing: node.id, from: id });
  else {
    cluster.owner[slot] = id;
    cluster.open.delete(slot);
  }
  return 'OK';
}

export function clusterCommand(c: Connection, [name = '', ...args]: readonly string[]): Reply {
  if (!c.node.options.clusterEnabled) return error('ERR This instance has cluster support disabled');
  const sub = TABLE[name.toLowerCase() === 'slaves' ? 'replicas' : name.toLowerCase()];
  if (!sub) return error(`ERR unknown subcommand '${name}'. Try CLUSTER HELP.`);
  if (args.length < sub.args[0] || args.length > sub.args[1])
    return error(`ERR wrong number of arguments for 'cluster|${name.toLowerCase()}' command`);
  return sub.run(c, args);
}
