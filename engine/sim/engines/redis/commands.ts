/** Commands of a redis-server outside `cluster`: a table from name to what it does and answers. */
import { clusterCommand } from './clusterCommands.ts';
import { infoText } from './info.ts';
import { KEYSPACE, NOT_INTEGER } from './keyspace.ts';
import { error, type Reply } from './reply.ts';
import { acl, arity, client, config, latency, memory, object, select, slowlog } from './settings.ts';
import { keySlot } from './slots.ts';
import type { RedisNode, RedisWorld } from './world.ts';

export interface Connection {
  world: RedisWorld;
  node: RedisNode;
  /** The address behind a host name, as this client finds it. */
  resolve(host: string): string | undefined;
  /** It has said the password. */
  authenticated?: boolean;
}

export interface Command {
  /** Words after the name: least and most. */
  args: [number, number];
  /** Which argument is a key; `write` ones are refused on replicas. */
  key?: number;
  write?: boolean;
  run(c: Connection, args: readonly string[]): Reply;
}

const MANY = 1e6;

const COMMANDS: Record<string, Command> = {
  ping: { args: [0, 1], run: (_c, [text]) => text ?? 'PONG' },
  echo: { args: [1, 1], run: (_c, [text]) => text ?? '' },
  time: { args: [0, 0], run: ({ world }) => [String(Math.floor(world.clock.now() / 1000)), '0'] },
  auth: { args: [1, 2], run: authenticate },
  select: { args: [1, 1], run: select },
  ...KEYSPACE,
  role: { args: [0, 0], run: role },
  info: { args: [0, MANY], run: ({ node, world }, [section = '']) => infoText(node, world, section) },
  config: { args: [1, MANY], run: config },
  client: { args: [1, MANY], run: client },
  slowlog: { args: [1, MANY], run: slowlog },
  memory: { args: [1, MANY], run: memory },
  latency: { args: [1, MANY], run: latency },
  acl: { args: [1, MANY], run: acl },
  object: { args: [1, MANY], run: object },
  replicaof: { args: [2, 2], run: replicaOf },
  slaveof: { args: [2, 2], run: replicaOf },
  save: { args: [0, 0], run: () => 'OK' },
  bgsave: {
    args: [0, 1],
    run: (_c, [how]) =>
      how === undefined || /^schedule$/i.test(how) ? 'Background saving started' : error('ERR syntax error'),
  },
  bgrewriteaof: { args: [0, 0], run: () => 'Background append only file rewriting started' },
  wait: {
    args: [2, 2],
    run: ({ world, node }, args) =>
      args.every((word) => /^-?\d+$/.test(word)) ? world.replicasOf(node).length : NOT_INTEGER,
  },
  readonly: { args: [0, 0], run: inCluster },
  readwrite: { args: [0, 0], run: inCluster },
  asking: { args: [0, 0], run: inCluster },
  subscribe: { args: [1, MANY], run: () => [] },
  eval: {
    args: [2, MANY],
    run: (_c, [_script, count = '']) => (/^\d+$/.test(count) ? error('ERR scripts are not simulated') : NOT_INTEGER),
  },
  shutdown: {
    args: [0, 2],
    run({ node }, words) {
      if (words.some((word) => !/^(no)?save|now|force|abort$/i.test(word))) return error('ERR syntax error');
      node.options.config.set('shutdown', 'now');
      return '';
    },
  },
  debug: {
    args: [1, MANY],
    run: () =>
      error(
        'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
      ),
  },
  cluster: { args: [1, MANY], run: (c, args) => clusterCommand(c, args) },
};

/** The password is that of the only user, `default`. */
function authenticate(c: Connection, args: readonly string[]): Reply {
  const password = c.node.options.config.get('requirepass') ?? '';
  const [user, given] = args.length === 2 ? args : ['default', args[0]];
  if (args.length === 1 && password === '')
    return error(
      'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
    );
  if (user !== 'default' || (password !== '' && given !== password))
    return error('WRONGPASS invalid username-password pair or user is disabled.');
  c.authenticated = true;
  return 'OK';
}

function inCluster({ node }: Connection): Reply {
  return node.options.clusterEnabled ? 'OK' : error('ERR This instance has cluster support disabled');
}

function role({ world, node }: Connection): Reply {
  const master = world.masterOf(node);
  if (master)
    return ['slave', master.ip, master.port, world.at(master.ip, master.port) ? 'connected' : 'connect', node.offset];
  return [
    'master',
    node.offset,
    world.replicasOf(node).map((replica) => [replica.ip, String(replica.options.port), String(replica.offset)]),
  ];
}

function replicaOf({ world, node, resolve }: Connection, [host = '', port = '']: readonly string[]): Reply {
  if (node.options.clusterEnabled) return error('ERR REPLICAOF not allowed in cluster mode.');
  if (/^no$/i.test(host) && /^one$/i.test(port)) {
    world.replicate(node, null);
    return 'OK';
  }
  if (!/^\d+$/.test(port)) return error('ERR Invalid master port');
  world.replicate(node, { ip: resolve(host) ?? host, port: Number(port) });
  return 'OK';
}

/** Runs one command on the node, as a client that is connected to it sees it. */
export function execute(c: Connection, argv: readonly string[]): Reply {
  const [name = '', ...args] = argv;
  const command = COMMANDS[name.toLowerCase()];
  const { node, world } = c;
  node.commands++;
  if (!command)
    return error(`ERR unknown command '${name}', with args beginning with: ${args.map((a) => `'${a}' `).join('')}`);
  if (args.length < command.args[0] || args.length > command.args[1]) return arity(name.toLowerCase());
  if (name.toLowerCase() !== 'auth' && c.authenticated !== true && node.options.config.get('requirepass'))
    return error('NOAUTH Authentication required.');
  if (command.key !== undefined && node.options.clusterEnabled) {
    const moved = redirect(node, keySlot(args[command.key] ?? ''));
    if (moved) return moved;
  }
  if (command.write && world.roleOf(node) === 'slave' && !node.options.clusterEnabled)
    return error("READONLY You can't write against a read only replica.");
  if (command.write && node.options.config.get('disk-full') === 'yes')
    return error(
      "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.",
    );
  return command.run(c, args);
}

/** Where the slot is, if it isn't here. */
function redirect(node: RedisNode, slot: number): Reply | undefined {
  const owner = node.cluster.owner[slot];
  if (node.cluster.covered() < node.cluster.owner.length)
    return error(owner === null ? 'CLUSTERDOWN Hash slot not served' : 'CLUSTERDOWN The cluster is down');
  if (owner === node.id || owner === null || owner === undefined) return undefined;
  const member = node.cluster.members.get(owner);
  return error(`MOVED ${slot} ${member?.ip}:${member?.port}`);
}
