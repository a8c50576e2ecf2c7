/** Commands of a redis-server outside `cluster`: a table from name to what it does and answers. */
import { clusterCommand } from './clusterCommands.ts';
import { infoText } from './info.ts';
import { error, type Reply } from './reply.ts';
import { keySlot } from './slots.ts';
import type { RedisNode, RedisWorld } from './world.ts';

export interface Connection {
  world: RedisWorld;
  node: RedisNode;
  /** The address behind a host name, as this client finds it. */
  resolve(host: string): string | undefined;
}

interface Command {
  /** Words after the name: least and most. */
  args: [number, number];
  /** Which argument is a key; `write` ones are refused on replicas. */
  key?: number;
  write?: boolean;
  run(c: Connection, args: readonly string[]): Reply;
}

const MANY = 1e6;

const arity = (name: string) => error(`ERR wrong number of arguments for '${name}' command`);

const COMMANDS: Record<string, Command> = {
  ping: { args: [0, 1], run: (_c, [text]) => text ?? 'PONG' },
  echo: { args: [1, 1], run: (_c, [text]) => text ?? '' },
  time: { args: [0, 0], run: ({ world }) => [String(Math.floor(world.clock.now() / 1000)), '0'] },
  auth: {
    args: [1, 2],
    run: () =>
      error(
        'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
      ),
  },
  select: {
    args: [1, 1],
    run: ({ node }, [db]) =>
      node.options.clusterEnabled && db !== '0' ? error('ERR SELECT is not allowed in cluster mode') : 'OK',
  },
  get: { args: [1, 1], key: 0, run: ({ node }, [key = '']) => node.keys.get(key) ?? null },
  set: {
    args: [2, MANY],
    key: 0,
    write: true,
    run({ world, node }, [key = '', value = '']) {
      world.write(node, (keys) => keys.set(key, value));
      return 'OK';
    },
  },
  del: {
    args: [1, MANY],
    key: 0,
    write: true,
    run({ world, node }, keys) {
      const present = keys.filter((key) => node.keys.has(key));
      world.write(node, (all) => {
        for (const key of present) all.delete(key);
      });
      return present.length;
    },
  },
  exists: { args: [1, MANY], key: 0, run: ({ node }, keys) => keys.filter((key) => node.keys.has(key)).length },
  incr: { args: [1, 1], key: 0, write: true, run: (c, [key = '']) => add(c, key, 1) },
  incrby: { args: [2, 2], key: 0, write: true, run: (c, [key = '', by = '']) => add(c, key, Number(by)) },
  dbsize: { args: [0, 0], run: ({ node }) => node.keys.size },
  keys: {
    args: [1, 1],
    run({ node }, [pattern = '*']) {
      const like = new RegExp(
        `^${pattern
          .replace(/[.+^${}()|\\]/g, '\\$&')
          .replace(/\*/g, '.*')
          .replace(/\?/g, '.')}$`,
      );
      return [...node.keys.keys()].filter((key) => like.test(key));
    },
  },
  flushall: {
    args: [0, 1],
    write: true,
    run({ world, node }) {
      world.write(node, (keys) => keys.clear());
      return 'OK';
    },
  },
  role: { args: [0, 0], run: role },
  info: { args: [0, MANY], run: ({ node, world }, [section = '']) => infoText(node, world, section) },
  config: { args: [1, MANY], run: config },
  client: {
    args: [1, MANY],
    run({ world, node }, [sub = '', ...rest]) {
      if (sub === 'pause') {
        node.pausedUntil = world.clock.now() + Number(rest[0] ?? 0);
        return 'OK';
      }
      if (sub === 'unpause') {
        node.pausedUntil = 0;
        return 'OK';
      }
      if (sub === 'list')
        return `id=${node.commands} addr=127.0.0.1:36106 laddr=127.0.0.1:${node.options.port} fd=11 name= age=0 idle=0 flags=N db=0 cmd=client|list user=default\n`;
      return sub === 'setname' ? 'OK' : error(`ERR unknown subcommand '${sub}'. Try CLIENT HELP.`);
    },
  },
  replicaof: { args: [2, 2], run: replicaOf },
  slaveof: { args: [2, 2], run: replicaOf },
  save: { args: [0, 0], run: () => 'OK' },
  bgsave: { args: [0, 1], run: () => 'Background saving started' },
  bgrewriteaof: { args: [0, 0], run: () => 'Background append only file rewriting started' },
  wait: { args: [2, 2], run: ({ world, node }) => world.replicasOf(node).length },
  readonly: { args: [0, 0], run: () => 'OK' },
  shutdown: {
    args: [0, 2],
    run({ node }) {
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

function add({ world, node }: Connection, key: string, by: number): Reply {
  const value = Number(node.keys.get(key) ?? 0) + by;
  if (!Number.isInteger(value)) return error('ERR value is not an integer or out of range');
  world.write(node, (keys) => keys.set(key, String(value)));
  return value;
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

const UNITS: Record<string, number> = { '': 1, b: 1, k: 1e3, kb: 1024, m: 1e6, mb: 1024 ** 2, g: 1e9, gb: 1024 ** 3 };

function bytesOf(value: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+)([a-z]*)$/i.exec(value) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

const INTEGERS = new Set([
  'cluster-node-timeout',
  'databases',
  'min-replicas-to-write',
  'slowlog-log-slower-than',
  'tcp-keepalive',
  'timeout',
]);
const CHOICES: Record<string, readonly string[]> = {
  'maxmemory-policy': [
    ...['volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl'],
    ...['allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'noeviction'],
  ],
  loglevel: ['debug', 'verbose', 'notice', 'warning', 'nothing'],
};

/** Why a setting can't have a value. */
function unsettable(name: string, value: string): string | undefined {
  if (name === 'maxmemory' && bytesOf(value) === undefined) return 'argument must be a memory value';
  if (name === 'appendonly' && !/^(yes|no)$/i.test(value)) return "argument must be 'yes' or 'no'";
  if (INTEGERS.has(name) && !/^-?\d+$/.test(value)) return "argument couldn't be parsed into an integer";
  const choices = CHOICES[name];
  if (!choices || choices.includes(value.toLowerCase())) return undefined;
  return `argument(s) must be one of the following: ${choices.join(', ')}`;
}

function config({ node }: Connection, [sub = '', name = '', value]: readonly string[]): Reply {
  const { config: all } = node.options;
  if (sub.toLowerCase() === 'get') {
    const like = new RegExp(`^${name.replace(/[.+^${}()|\\]/g, '\\$&').replace(/\*/g, '.*')}$`);
    return [...all].filter(([key]) => like.test(key)).flat();
  }
  if (sub.toLowerCase() === 'set') {
    if (!all.has(name)) return error(`ERR Unknown option or number of arguments for CONFIG SET - '${name}'`);
    if (value === undefined) return arity('config|set');
    const wrong = unsettable(name, value);
    if (wrong) return error(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${wrong}`);
    all.set(name, name === 'maxmemory' ? String(bytesOf(value)) : value);
    return 'OK';
  }
  return sub.toLowerCase() === 'rewrite'
    ? error('ERR The server is running without a config file')
    : error(`ERR unknown subcommand '${sub}'. Try CONFIG HELP.`);
}

function replicaOf({ world, node, resolve }: Connection, [host = '', port = '']: readonly string[]): Reply {
  if (node.options.clusterEnabled) return error('ERR REPLICAOF not allowed in cluster mode.');
  if (/^no$/i.test(host) && /^one$/i.test(port)) {
    world.replicate(node, null);
    return 'OK';
  }
  if (!/^\d+$/.test(port)) return error('ERR value is not an integer or out of range');
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
