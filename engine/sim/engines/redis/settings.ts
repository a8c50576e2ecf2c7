/** `config` and `client`: settings of a server, and what it is told about its clients. */
import type { Connection } from './commands.ts';
import { NOT_INTEGER } from './keyspace.ts';
import { error, type Reply } from './reply.ts';

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
  'port',
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

export const arity = (name: string) => error(`ERR wrong number of arguments for '${name}' command`);

type Subcommand = { args: [number, number]; run(c: Connection, args: readonly string[]): Reply };

/** A command that is a family of others. */
export const family =
  (name: string, table: Readonly<Record<string, Subcommand>>) =>
  (c: Connection, [sub = '', ...args]: readonly string[]): Reply => {
    const found = table[sub.toLowerCase()];
    if (!found) return error(`ERR unknown subcommand '${sub}'. Try ${name.toUpperCase()} HELP.`);
    if (args.length < found.args[0] || args.length > found.args[1]) return arity(`${name}|${sub.toLowerCase()}`);
    return found.run(c, args);
  };

export const config = family('config', {
  get: {
    args: [1, 1e6],
    run: ({ node }, patterns) => {
      const like = patterns.map(
        (name) => new RegExp(`^${name.replace(/[.+^${}()|\\]/g, '\\$&').replace(/\*/g, '.*')}$`),
      );
      return [...node.options.config].filter(([key]) => like.some((one) => one.test(key))).flat();
    },
  },
  set: {
    args: [2, 1e6],
    run({ node }, pairs) {
      const { config: all } = node.options;
      const settings: [string, string][] = [];
      if (pairs.length % 2 !== 0) return arity('config|set');
      for (let i = 0; i < pairs.length; i += 2) settings.push([pairs[i] ?? '', pairs[i + 1] ?? '']);
      const unknown = settings.find(([name]) => !all.has(name) && name !== 'port');
      if (unknown) return error(`ERR Unknown option or number of arguments for CONFIG SET - '${unknown[0]}'`);
      for (const [name, value] of settings) {
        const wrong = unsettable(name, value);
        if (wrong) return error(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${wrong}`);
      }
      for (const [name, value] of settings) all.set(name, name === 'maxmemory' ? String(bytesOf(value)) : value);
      return 'OK';
    },
  },
  resetstat: { args: [0, 0], run: () => 'OK' },
  rewrite: { args: [0, 0], run: () => error('ERR The server is running without a config file') },
});

export const client = family('client', {
  pause: {
    args: [1, 2],
    run({ world, node }, [text = '', mode = 'all']) {
      if (!/^(all|write)$/i.test(mode)) return error('ERR CLIENT PAUSE mode must be WRITE or ALL');
      if (!/^\d+$/.test(text)) return error('ERR timeout is not an integer or out of range');
      node.pausedUntil = world.clock.now() + Number(text);
      return 'OK';
    },
  },
  unpause: {
    args: [0, 0],
    run({ node }) {
      node.pausedUntil = 0;
      return 'OK';
    },
  },
  list: {
    args: [0, 2],
    run: ({ node }) =>
      `id=${node.commands} addr=127.0.0.1:36106 laddr=127.0.0.1:${node.options.port} fd=11 name= age=0 idle=0 flags=N db=0 cmd=client|list user=default\n`,
  },
  setname: { args: [1, 1], run: () => 'OK' },
  getname: { args: [0, 0], run: () => null },
  kill: { args: [1, 1e6], run: () => error('ERR No such client') },
});

/** Families of which little is asked; what else is asked of them is at least refused in their words. */
export const slowlog = family('slowlog', {
  get: { args: [0, 1], run: () => [] },
  len: { args: [0, 0], run: () => 0 },
  reset: { args: [0, 0], run: () => 'OK' },
});
export const memory = family('memory', {
  usage: { args: [1, 3], run: ({ node }, [key = '']) => (node.keys.has(key) ? 72 : null) },
});
export const latency = family('latency', { latest: { args: [0, 0], run: () => [] } });
export const acl = family('acl', {
  whoami: { args: [0, 0], run: () => 'default' },
  list: { args: [0, 0], run: () => ['user default on nopass ~* &* +@all'] },
});
export const object = family('object', {
  encoding: { args: [1, 1], run: ({ node }, [key = '']) => (node.keys.has(key) ? 'embstr' : null) },
});

/** The database: there are as many as `databases` says, only one in a cluster. */
export function select({ node }: Connection, [text = '']: readonly string[]): Reply {
  if (!/^-?\d+$/.test(text)) return NOT_INTEGER;
  if (node.options.clusterEnabled && text !== '0') return error('ERR SELECT is not allowed in cluster mode');
  const count = Number(node.options.config.get('databases') ?? 16);
  return Number(text) < 0 || Number(text) >= count ? error('ERR DB index is out of range') : 'OK';
}
