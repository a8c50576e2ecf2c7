/** `redis-cli --cluster …`: what each subcommand prints and does, in the tool's own words. */
import type { ToolCall } from '../../node/tool.ts';
import { address, check, type Manager, masters, reachable, summary } from './check.ts';
import { answered, type Options, open, unreachable } from './client.ts';
import { execute } from './commands.ts';
import { fixOpen } from './fix.ts';
import { printed } from './reply.ts';
import { rebalance, reshard } from './reshard.ts';
import { SLOTS } from './slots.ts';
import type { RedisNode, RedisWorld } from './world.ts';

/** Accepts `host:port` or `host port`. */
function target(words: string[]): { host: string; port: number; rest: string[] } | undefined {
  const [first = '', second = ''] = words;
  const match = /^(.+):(\d+)$/.exec(first);
  if (match) return { host: match[1] ?? '', port: Number(match[2]), rest: words.slice(1) };
  return /^\d+$/.test(second) ? { host: first, port: Number(second), rest: words.slice(2) } : undefined;
}

type Subcommand = { least: number; run(m: Manager, rest: string[]): number | Promise<number> };

const SUBCOMMANDS: Record<string, Subcommand> = {
  info: {
    least: 1,
    run(m) {
      summary(m);
      return 0;
    },
  },
  check: {
    least: 1,
    async run(m) {
      summary(m);
      return (await check(m)) ? 0 : 1;
    },
  },
  fix: {
    least: 1,
    async run(m) {
      summary(m);
      return (await check(m, { fix: fixOpen })) ? 0 : 1;
    },
  },
  reshard: { least: 1, run: reshard },
  rebalance: { least: 1, run: rebalance },
  call: {
    least: 2,
    run(m, words) {
      m.call.out(`>>> Calling ${words.join(' ')}\n`);
      for (const member of reachable(m)) {
        const node = m.world.at(member.ip, member.port);
        const reply = node
          ? execute({ world: m.world, node, resolve: (host) => m.call.resolve(host)?.ip, authenticated: true }, words)
          : '';
        m.call.out(`${address(m, member)}: ${printed(reply)}`);
      }
      return 0;
    },
  },
  'add-node': { least: 2, run: addNode },
  'del-node': { least: 2, run: delNode },
};

export async function manage(call: ToolCall, world: RedisWorld, options: Options): Promise<number> {
  const [name = '', ...words] = options.cluster ?? [];
  const rest = [...words, ...options.command];
  if (name === 'create') return create(call, world, rest, options.clusterOptions);
  const sub = SUBCOMMANDS[name];
  if (!sub) {
    call.err('Unknown --cluster subcommand\n');
    return 1;
  }
  if (rest.length < sub.least) {
    call.err('[ERR] Wrong number of arguments for specified --cluster sub command\n');
    return 1;
  }
  // add-node names the new node first and the cluster second.
  const at = target(name === 'add-node' ? rest.slice(1) : rest);
  if (!at) {
    call.err(
      '[ERR] Invalid arguments: you need to pass either a valid address (ie. 120.0.0.1:7000) or space separated IP and port (ie. 120.0.0.1 7000)\n',
    );
    return 1;
  }
  const node = open(call, world, at.host, at.port);
  if (!node) {
    call.err(`${unreachable(call, at.host, at.port)}\n`);
    return 1;
  }
  if (!node.options.clusterEnabled) {
    call.out(`[ERR] Node ${at.host}:${at.port} is not configured as a cluster node.\n`);
    return 1;
  }
  const manager = { call, world, node, host: at.host, port: at.port, options: options.clusterOptions };
  return sub.run(manager, name === 'add-node' ? rest.slice(0, 1) : at.rest);
}

const notEmpty = (at: string) =>
  `[ERR] Node ${at} is not empty. Either the node already knows other nodes (check with CLUSTER NODES) or contains some key in database 0.\n`;
const isEmpty = (node: RedisNode) => node.cluster.members.size === 1 && node.keys.size === 0;

async function create(
  call: ToolCall,
  world: RedisWorld,
  words: string[],
  options: Map<string, string>,
): Promise<number> {
  const nodes: RedisNode[] = [];
  for (const word of words) {
    const at = target([word]);
    const node = at && open(call, world, at.host, at.port);
    if (!at || !node) {
      call.err(at ? `${unreachable(call, at.host, at.port)}\n` : `Invalid address format: ${word}\n`);
      return 1;
    }
    if (!node.options.clusterEnabled) {
      call.out(`[ERR] Node ${word} is not configured as a cluster node.\n`);
      return 1;
    }
    if (!isEmpty(node)) {
      call.out(notEmpty(word));
      return 1;
    }
    nodes.push(node);
  }
  const replicas = Number(options.get('--cluster-replicas') ?? 0);
  const count = Math.floor(nodes.length / (replicas + 1));
  if (count < 3) {
    call.out(
      '*** ERROR: Invalid configuration for cluster creation.\n*** Redis Cluster requires at least 3 master nodes.\n',
    );
    call.out(
      `*** This is not possible with ${nodes.length} nodes and ${replicas} replicas per node.\n*** At least ${3 * (replicas + 1)} nodes are required.\n`,
    );
    return 1;
  }
  call.out(`>>> Performing hash slots allocation on ${nodes.length} nodes...\n`);
  const share = SLOTS / count;
  let from = 0;
  const shares = nodes.slice(0, count).map((_node, i) => {
    const to = i === count - 1 ? SLOTS - 1 : Math.round(share * (i + 1) - 1);
    const range: [number, number] = [from, to];
    from = to + 1;
    return range;
  });
  for (const [i, [first, last]] of shares.entries()) call.out(`Master[${i}] -> Slots ${first} - ${last}\n`);
  const followers = nodes.slice(count);
  /** The master of a follower: the tool deals them out one place on. */
  const masterFor = (follower: number) => nodes[(follower + count - 1) % count];
  for (let master = 0; master < count; master++)
    for (const [i, node] of followers.entries())
      if (masterFor(i) === nodes[master])
        call.out(
          `Adding replica ${node.ip}:${node.options.port} to ${nodes[master]?.ip}:${nodes[master]?.options.port}\n`,
        );
  for (const [i, node] of nodes.entries()) {
    const range = shares[i];
    const master = masterFor(i - count);
    const text = range
      ? `M: ${node.id} ${node.ip}:${node.options.port}\n   slots:[${range[0]}-${range[1]}] (${range[1] - range[0] + 1} slots) master\n`
      : `S: ${node.id} ${node.ip}:${node.options.port}\n   replicates ${master?.id}\n`;
    call.out(text);
  }
  if (!options.has('--cluster-yes')) {
    call.out("Can I set the above configuration? (type 'yes' to accept): ");
    if ((await answered(call)) !== 'yes') return 1;
  }
  call.out(
    '>>> Nodes configuration updated\n>>> Assign a different config epoch to each node\n>>> Sending CLUSTER MEET messages to join the cluster\nWaiting for the cluster to join\n',
  );
  const [first] = nodes as [RedisNode];
  for (const node of nodes) world.meet(first, node);
  const { cluster } = first;
  for (const [i, [a, b]] of shares.entries())
    for (let slot = a; slot <= b; slot++) cluster.owner[slot] = nodes[i]?.id ?? null;
  for (const [i, node] of nodes.entries()) {
    const member = cluster.members.get(node.id);
    if (member) member.epoch = i + 1;
    if (member && i >= count) member.master = masterFor(i - count)?.id ?? null;
    node.log(`# configEpoch set to ${i + 1} via CLUSTER SET-CONFIG-EPOCH`);
  }
  cluster.epoch = nodes.length;
  for (let dots = 0; dots < 2; dots++) {
    call.out('.');
    await call.sleep(world.pace.join);
  }
  call.out('\n');
  for (const node of nodes) {
    node.log('# Cluster state changed: ok');
    world.changed(node, 'role');
  }
  const manager = { call, world, node: first, host: first.ip, port: first.options.port, options };
  return (await check(manager)) ? 0 : 1;
}

async function addNode(m: Manager, [word = '']: string[]): Promise<number> {
  const { call, world } = m;
  call.out(`>>> Adding node ${word} to cluster ${m.host}:${m.port}\n`);
  if (!(await check(m))) return 1;
  const at = target([word]);
  const node = at && open(call, world, at.host, at.port);
  if (!at || !node) {
    call.err(`${unreachable(call, at?.host ?? word, at?.port ?? 0)}\n`);
    return 1;
  }
  if (!isEmpty(node)) {
    call.out(notEmpty(word));
    return 1;
  }
  call.out('>>> Getting functions from cluster\n');
  call.out(
    `>>> Send FUNCTION LIST to ${word} to verify there is no functions in it\n>>> Send FUNCTION RESTORE to ${word}\n`,
  );
  call.out(`>>> Send CLUSTER MEET to node ${word} to make it join the cluster.\n`);
  world.meet(m.node, node);
  if (m.options.has('--cluster-slave')) {
    const least = masters(m)
      .filter((one) => one.id !== node.id)
      .sort((a, b) => m.node.cluster.replicasOf(a.id).length - m.node.cluster.replicasOf(b.id).length)[0];
    const master = m.node.cluster.members.get(m.options.get('--cluster-master-id') ?? least?.id ?? '');
    const me = m.node.cluster.members.get(node.id);
    call.out('Waiting for the cluster to join\n\n');
    await call.sleep(world.pace.join);
    if (master && me) {
      call.out(`>>> Configure node as replica of ${address(m, master)}.\n`);
      me.master = master.id;
    }
  }
  world.changed(node, 'role');
  call.out('[OK] New node added correctly.\n');
  return 0;
}

function delNode(m: Manager, [id = '']: string[]): number {
  const { call, world } = m;
  call.out(`>>> Removing node ${id} from cluster ${m.host}:${m.port}\n`);
  const member = m.node.cluster.members.get(id);
  if (!member) {
    call.out(`[ERR] No such node ID ${id}\n`);
    return 1;
  }
  if (m.node.cluster.slotsOf(id).length > 0) {
    call.out(`[ERR] Node ${address(m, member)} is not empty! Reshard data away and try again.\n`);
    return 1;
  }
  call.out(
    '>>> Sending CLUSTER FORGET messages to the cluster...\n>>> Sending CLUSTER RESET SOFT to the deleted node.\n',
  );
  const node = world.at(member.ip, member.port);
  if (node) world.leave(node);
  else m.node.cluster.members.delete(id);
  return 0;
}
