import type { Host, ToolCall } from '../../node/tool.ts';
import type { NodeOptions, RedisWorld } from './world.ts';

const DEFAULTS: Record<string, string> = {
  port: '6379',
  maxmemory: '0',
  'maxmemory-policy': 'noeviction',
  appendonly: 'no',
  save: '3600 1 300 100 60 10000',
  'cluster-enabled': 'no',
  'cluster-node-timeout': '15000',
  'cluster-announce-ip': '',
  'replica-announce-ip': '',
  'min-replicas-to-write': '0',
  timeout: '0',
  'tcp-keepalive': '300',
  loglevel: 'notice',
  databases: '16',
  'slowlog-log-slower-than': '10000',
  'notify-keyspace-events': '',
  requirepass: '',
};

/** `redis-server [FILE] [--name value…]…`, and the same lines from the container's REDIS_CONFIG. */
function settings(call: ToolCall): Map<string, string> {
  const all = new Map(Object.entries(DEFAULTS));
  const file = call.args[0] && !call.args[0].startsWith('-') ? call.readFile(call.args[0]) : undefined;
  for (const line of `${file ?? ''}\n${call.env.REDIS_CONFIG ?? ''}`.split('\n')) {
    const [name, ...value] = line.trim().split(/\s+/);
    if (name && !name.startsWith('#')) all.set(name, value.join(' '));
  }
  let name = '';
  for (const word of call.args) {
    if (word.startsWith('--')) {
      name = word.slice(2);
      all.set(name, '');
    } else if (name) all.set(name, `${all.get(name)}${all.get(name) ? ' ' : ''}${word}`);
  }
  return all;
}

const stamp = (at: number): string => {
  const [, day, month, year] = /(\d\d) (\w+) (\d+)/.exec(new Date(at).toUTCString()) ?? [];
  return `${day} ${month} ${year} ${new Date(at).toISOString().slice(11, 23)}`;
};

/** Runs until it is stopped. SIGTERM ends it with 0, as a real one. */
export const redisServer =
  (world: RedisWorld) =>
  async (call: ToolCall): Promise<number> => {
    const config = settings(call);
    const port = Number(config.get('port'));
    const cluster = config.get('cluster-enabled') === 'yes';
    const [host = '', masterPort = '6379'] = (config.get('replicaof') ?? config.get('slaveof') ?? '').split(/\s+/);
    let letter = 'C';
    const say = (text: string) => call.out(`1:${letter} ${stamp(world.clock.now())} ${text}\n`);
    const options: NodeOptions = {
      port,
      clusterEnabled: cluster,
      nodeTimeout: Number(config.get('cluster-node-timeout')),
      replicaOf: host ? { ip: call.resolve(host)?.ip ?? host, port: Number(masterPort) } : null,
      announceIp: config.get('cluster-announce-ip') || address(call, config.get('replica-announce-ip')),
      version: '7.0.15',
      config,
    };
    say('# oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo');
    say('# Redis version=7.0.15, bits=64, commit=00000000, modified=0, pid=1, just started');
    say(
      call.args.length > 0
        ? '# Configuration loaded'
        : '# Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf',
    );
    letter = options.replicaOf ? 'S' : 'M';
    const known = call.disk.has('redis');
    const node = world.start(call.host, options, call.disk, say);
    if (cluster)
      say(known ? `* Node configuration loaded, I'm ${node.id}` : `* No cluster configuration found, I'm ${node.id}`);
    say(`* Running mode=${cluster ? 'cluster' : 'standalone'}, port=${port}.`);
    say('# Server initialized');
    say('* Ready to accept connections');
    if (node.replicaOf) world.replicate(node, node.replicaOf);
    while (!call.signal.aborted && config.get('shutdown') !== 'now') await call.sleep(3_600_000);
    if (call.signal.reason === 'SIGTERM') say('# User requested shutdown...');
    world.stop(node);
    if (call.signal.reason === 'SIGTERM') say('# Redis is now ready to exit, bye bye...');
    return 0;
  };

/** A name that announces itself stands for its pod's address here. */
function address(call: ToolCall, name: string | undefined): string {
  if (!name) return '';
  const host: Host | undefined = call.resolve(name);
  return host?.ip ?? name;
}
