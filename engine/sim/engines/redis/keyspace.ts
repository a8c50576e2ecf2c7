/** Commands on keys: texts, lists, hashes and sets. A value is never changed, but replaced: replicas hold the same one. */
import type { Command, Connection } from './commands.ts';
import { error, type RedisError, type Reply } from './reply.ts';
import type { Value } from './world.ts';

const MANY = 1e6;
export const NOT_INTEGER = error('ERR value is not an integer or out of range');
const WRONG_TYPE = error('WRONGTYPE Operation against a key holding the wrong kind of value');
const SYNTAX = error('ERR syntax error');

type Kind = 'string' | 'list' | 'hash' | 'set';
const kindOf = (value: Value): Kind =>
  typeof value === 'string' ? 'string' : Array.isArray(value) ? 'list' : value instanceof Map ? 'hash' : 'set';

interface Kinds {
  string: string;
  list: readonly string[];
  hash: ReadonlyMap<string, string>;
  set: ReadonlySet<string>;
}

/** What is there, if it is of that kind. */
function held<K extends Kind>({ node }: Connection, key: string, kind: K): Kinds[K] | undefined | RedisError {
  const value = node.keys.get(key);
  if (value !== undefined && kindOf(value) !== kind) return WRONG_TYPE;
  return value as Kinds[K] | undefined;
}

const put = ({ world, node }: Connection, key: string, value: Value) =>
  world.write(node, (keys) => keys.set(key, value));

function on<K extends Kind>(
  kind: K,
  run: (value: Kinds[K] | undefined, c: Connection, args: readonly string[]) => Reply,
) {
  return (c: Connection, args: readonly string[]): Reply => {
    const value = held(c, args[0] ?? '', kind);
    return value === WRONG_TYPE ? WRONG_TYPE : run(value as Kinds[K] | undefined, c, args);
  };
}

const add = (by: (args: readonly string[]) => number) =>
  on('string', (value, c, args) => {
    const sum = Number(value ?? 0) + by(args);
    if (!Number.isInteger(sum) || value === '') return NOT_INTEGER;
    put(c, args[0] ?? '', String(sum));
    return sum;
  });

function set(c: Connection, [key = '', value = '', ...options]: readonly string[]): Reply {
  const words = options.map((word) => word.toUpperCase());
  let only: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (/^(NX|XX)$/.test(word) && only === undefined) only = word;
    else if (/^(EX|PX)$/.test(word) && i + 1 < words.length) {
      const time = words[++i] ?? '';
      if (!/^-?\d+$/.test(time)) return NOT_INTEGER;
      if (Number(time) <= 0) return error("ERR invalid expire time in 'set' command");
    } else if (!/^(KEEPTTL|GET)$/.test(word)) return SYNTAX;
  }
  if (only !== undefined && c.node.keys.has(key) !== (only === 'XX')) return null;
  put(c, key, value);
  return 'OK';
}

const push = (front: boolean) =>
  on('list', (list = [], c, [key = '', ...given]) => {
    const made = front ? [...given.toReversed(), ...list] : [...list, ...given];
    put(c, key, made);
    return made.length;
  });

const clear = ({ world, node }: Connection, [how]: readonly string[]): Reply => {
  if (how !== undefined && !/^(a?sync)$/i.test(how)) return SYNTAX;
  world.write(node, (keys) => keys.clear());
  return 'OK';
};

export const KEYSPACE: Record<string, Command> = {
  get: { args: [1, 1], key: 0, run: on('string', (value) => value ?? null) },
  set: { args: [2, MANY], key: 0, write: true, run: set },
  mget: {
    args: [1, MANY],
    key: 0,
    run: ({ node }, keys) =>
      keys.map((key) => {
        const value = node.keys.get(key);
        return typeof value === 'string' ? value : null;
      }),
  },
  mset: {
    args: [2, MANY],
    key: 0,
    write: true,
    run(c, args) {
      if (args.length % 2 !== 0) return error("ERR wrong number of arguments for 'mset' command");
      for (let i = 0; i < args.length; i += 2) put(c, args[i] ?? '', args[i + 1] ?? '');
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
  incr: { args: [1, 1], key: 0, write: true, run: add(() => 1) },
  decr: { args: [1, 1], key: 0, write: true, run: add(() => -1) },
  incrby: { args: [2, 2], key: 0, write: true, run: whole(add(([, by]) => Number(by))) },
  decrby: { args: [2, 2], key: 0, write: true, run: whole(add(([, by]) => -Number(by))) },
  type: {
    args: [1, 1],
    key: 0,
    run({ node }, [key = '']) {
      const value = node.keys.get(key);
      return value === undefined ? 'none' : kindOf(value);
    },
  },
  rename: {
    args: [2, 2],
    key: 0,
    write: true,
    run({ world, node }, [from = '', to = '']) {
      const value = node.keys.get(from);
      if (value === undefined) return error('ERR no such key');
      world.write(node, (keys) => {
        keys.delete(from);
        keys.set(to, value);
      });
      return 'OK';
    },
  },
  lpush: { args: [2, MANY], key: 0, write: true, run: push(true) },
  rpush: { args: [2, MANY], key: 0, write: true, run: push(false) },
  llen: { args: [1, 1], key: 0, run: on('list', (list) => list?.length ?? 0) },
  lrange: {
    args: [3, 3],
    key: 0,
    run: on('list', (list = [], _c, [, from = '', to = '']) => {
      if (!/^-?\d+$/.test(from) || !/^-?\d+$/.test(to)) return NOT_INTEGER;
      const place = (at: number) => (at < 0 ? Math.max(0, list.length + at) : at);
      return list.slice(place(Number(from)), Number(to) < 0 ? list.length + Number(to) + 1 : Number(to) + 1);
    }),
  },
  hset: {
    args: [3, MANY],
    key: 0,
    write: true,
    run: on('hash', (hash = new Map(), c, [key = '', ...pairs]) => {
      if (pairs.length % 2 !== 0) return error("ERR wrong number of arguments for 'hset' command");
      const made = new Map(hash);
      for (let i = 0; i < pairs.length; i += 2) made.set(pairs[i] ?? '', pairs[i + 1] ?? '');
      put(c, key, made);
      return made.size - hash.size;
    }),
  },
  hget: { args: [2, 2], key: 0, run: on('hash', (hash, _c, [, field = '']) => hash?.get(field) ?? null) },
  hgetall: { args: [1, 1], key: 0, run: on('hash', (hash) => [...(hash ?? [])].flat()) },
  sadd: {
    args: [2, MANY],
    key: 0,
    write: true,
    run: on('set', (all = new Set(), c, [key = '', ...members]) => {
      const made = new Set([...all, ...members]);
      put(c, key, made);
      return made.size - all.size;
    }),
  },
  smembers: { args: [1, 1], key: 0, run: on('set', (all) => [...(all ?? [])]) },
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
  flushall: { args: [0, 1], write: true, run: clear },
  flushdb: { args: [0, 1], write: true, run: clear },
};

function whole(run: Command['run']): Command['run'] {
  return (c, args) => (/^-?\d+$/.test(args[1] ?? '') ? run(c, args) : NOT_INTEGER);
}
