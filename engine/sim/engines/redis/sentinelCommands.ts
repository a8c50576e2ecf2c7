/** What a sentinel answers: its own commands and the few general ones that it has. */
import { createHash } from 'node:crypto';
import type { Host } from '../../node/tool.ts';
import { error, type Reply } from './reply.ts';
import { best, isDown, others, replicas, type Sentinel, sentinelsOf, switchTo, type Watched } from './sentinel.ts';
import type { RedisWorld } from './world.ts';

const NO_MASTER = error('ERR No such master with that name');

/** Undefined where no sentinel listens at that address. */
export function sentinelCommand(
  world: RedisWorld,
  host: Host,
  port: number,
  argv: readonly string[],
): Reply | undefined {
  const sentinel = [...sentinelsOf(world)].find((one) => one.host.uid === host.uid && one.port === port);
  if (!sentinel) return undefined;
  const [command = '', sub = '', name = ''] = argv.map((word, i) => (i < 2 ? word.toLowerCase() : word));
  const own = GENERAL[command];
  if (own) {
    const [least, most] = own.args;
    if (argv.length <= least || argv.length - 1 > most) return arity(command);
    return own.run(world, sentinel, argv.slice(1));
  }
  if (command !== 'sentinel')
    return error(
      `ERR unknown command '${argv[0]}', with args beginning with: ${argv
        .slice(1)
        .map((word) => `'${word}' `)
        .join('')}`,
    );
  if (argv.length === 1) return arity('sentinel');
  const limits = ARGS[sub];
  if (!limits) return error(`ERR unknown subcommand '${argv[1]}'. Try SENTINEL HELP.`);
  if (argv.length - 2 < limits[0] || argv.length - 2 > limits[1]) return arity(`sentinel|${sub}`);
  const manage = MANAGE[sub];
  if (manage) return manage(world, sentinel, argv.slice(2));
  const watched = sentinel.masters.get(name);
  // A real one answers this question about a master that it doesn't know with nothing.
  if (!watched) return sub === 'get-master-addr-by-name' ? null : NO_MASTER;
  if (sub === 'get-master-addr-by-name') return [watched.ip, String(watched.port)];
  if (sub === 'master') return fields(world, watched);
  if (sub === 'replicas' || sub === 'slaves')
    return replicas(world, watched).map((node) => [
      'name',
      `${node.ip}:${node.options.port}`,
      'ip',
      node.ip,
      'port',
      String(node.options.port),
      'flags',
      'slave',
      'master-link-status',
      'ok',
    ]);
  if (sub === 'sentinels')
    return others(world, name)
      .filter((one) => one !== sentinel)
      .map((one) => ['name', one.host.name, 'ip', one.host.ip, 'port', String(one.port), 'flags', 'sentinel']);
  if (sub === 'ckquorum') {
    const usable = others(world, name).length;
    if (usable >= watched.quorum)
      return `OK ${usable} usable Sentinels. Quorum and failover authorization can be reached`;
    return error(
      `NOQUORUM ${usable} usable Sentinels. Not enough available Sentinels to reach the specified quorum for this master`,
    );
  }
  if (sub === 'failover') {
    if (others(world, name).some((one) => one.masters.get(name)?.switching))
      return error('INPROG Failover already in progress');
    if (!best(world, watched)) return error('NOGOODSLAVE No suitable replica to promote');
    watched.switching = true;
    // OK is no result yet: the switch comes a moment later, if there is somebody to switch to by then.
    world.clock.after(1000, () => {
      watched.switching = false;
      const heir = best(world, watched);
      if (heir) switchTo(world, watched, heir, () => {});
    });
    return 'OK';
  }
  return NO_MASTER;
}

/** How many words each subcommand takes. */
const ARGS: Readonly<Record<string, [number, number]>> = {
  masters: [0, 0],
  myid: [0, 0],
  flushconfig: [0, 0],
  monitor: [4, 4],
  remove: [1, 1],
  reset: [1, 1],
  set: [3, 1e6],
  ...Object.fromEntries(
    'get-master-addr-by-name master replicas slaves sentinels ckquorum failover'
      .split(' ')
      .map((name) => [name, [1, 1]]),
  ),
};

type Manage = (world: RedisWorld, sentinel: Sentinel, args: readonly string[]) => Reply;

/** Those that change what a sentinel watches, or ask about itself. */
const MANAGE: Readonly<Record<string, Manage>> = {
  masters: (world, sentinel) => [...sentinel.masters.values()].map((one) => fields(world, one)),
  myid: (_world, { host }) => createHash('sha1').update(`sentinel ${host.uid}`).digest('hex'),
  flushconfig: () => 'OK',
  monitor(_world, { masters }, [name = '', host = '', port = '', quorum = '']) {
    if (!/^-?\d+$/.test(quorum)) return error('ERR Invalid quorum');
    if (!/^\d+$/.test(port)) return error('ERR Invalid port number');
    if (Number(quorum) <= 0) return error('ERR Quorum must be 1 or greater.');
    if (masters.has(name)) return error('ERR Duplicate master name.');
    masters.set(name, {
      name,
      ip: host,
      port: Number(port),
      quorum: Number(quorum),
      downAfter: 30_000,
      downSince: undefined,
      epoch: 0,
    });
    return 'OK';
  },
  remove: (_world, { masters }, [name = '']) => (masters.delete(name) ? 'OK' : NO_MASTER),
  reset(_world, { masters }, [pattern = '']) {
    const like = new RegExp(`^${pattern.replace(/[.+^${}()|\\]/g, '\\$&').replaceAll('*', '.*')}$`);
    const matched = [...masters.values()].filter((one) => like.test(one.name));
    for (const one of matched) one.downSince = undefined;
    return matched.length;
  },
  set(_world, { masters }, [name = '', ...pairs]) {
    const watched = masters.get(name);
    if (!watched) return NO_MASTER;
    for (let i = 0; i < pairs.length; i += 2) {
      const [option = '', value = ''] = [pairs[i]?.toLowerCase(), pairs[i + 1]];
      const settable = { quorum: 'quorum', 'down-after-milliseconds': 'downAfter' }[option];
      if (settable === undefined) {
        if (/^(failover-timeout|parallel-syncs|auth-pass|auth-user)$/.test(option) && i + 1 < pairs.length) continue;
        return error(`ERR Unknown option or number of arguments for SENTINEL SET '${pairs[i]}'`);
      }
      if (!/^\d+$/.test(value) || Number(value) <= 0)
        return error(`ERR Invalid argument '${value}' for SENTINEL SET '${option}'`);
      watched[settable as 'quorum' | 'downAfter'] = Number(value);
    }
    return 'OK';
  },
};

/** Commands that a sentinel has beside its own. */
const GENERAL: Readonly<Record<string, { args: [number, number]; run: Manage }>> = {
  ping: { args: [0, 1], run: (_world, _sentinel, [text]) => text ?? 'PONG' },
  info: { args: [0, 1e6], run: (world, sentinel, [section = '']) => infoText(world, sentinel, section.toLowerCase()) },
  role: { args: [0, 0], run: (_world, { masters }) => ['sentinel', [...masters.keys()]] },
  auth: {
    args: [1, 2],
    run: () =>
      error(
        'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
      ),
  },
  client: {
    args: [1, 1e6],
    run: (_world, _sentinel, [sub = '']) =>
      /^(setname|pause|unpause|kill)$/i.test(sub) ? 'OK' : error(`ERR unknown subcommand '${sub}'. Try CLIENT HELP.`),
  },
  shutdown: { args: [0, 2], run: (_world, _sentinel, [how]) => (how === undefined ? '' : error('ERR syntax error')) },
  subscribe: { args: [1, 1e6], run: () => [] },
};

const arity = (name: string) => error(`ERR wrong number of arguments for '${name}' command`);

function infoText(world: RedisWorld, sentinel: Sentinel, section: string): Reply {
  if (section !== '' && !/^(all|everything|default|sentinel)$/.test(section)) return '';
  const masters = [...sentinel.masters.values()].map((one, i) => {
    const status = isDown(world, one) ? 'sdown' : 'ok';
    return `master${i}:name=${one.name},status=${status},address=${one.ip}:${one.port},slaves=${replicas(world, one).length},sentinels=${others(world, one.name).length}\n`;
  });
  return `# Sentinel\nsentinel_masters:${masters.length}\nsentinel_tilt:0\nsentinel_tilt_since_seconds:-1\nsentinel_running_scripts:0\nsentinel_scripts_queue_length:0\nsentinel_simulate_failure_flags:0\n${masters.join('')}`;
}

function fields(world: RedisWorld, watched: Watched): Reply {
  const down = isDown(world, watched);
  return [
    'name',
    watched.name,
    'ip',
    watched.ip,
    'port',
    String(watched.port),
    'flags',
    down ? 'master,s_down' : 'master',
    'num-slaves',
    String(replicas(world, watched).length),
    'num-other-sentinels',
    String(others(world, watched.name).length - 1),
    'quorum',
    String(watched.quorum),
  ];
}
