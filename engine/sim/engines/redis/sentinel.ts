/** redis-sentinel: watches a master, agrees with the others that it is gone, and makes a replica the new one. */
import type { Host, ToolCall } from '../../node/tool.ts';
import type { RedisNode, RedisWorld } from './world.ts';

export interface Watched {
  name: string;
  ip: string;
  port: number;
  quorum: number;
  downAfter: number;
  downSince: number | undefined;
  epoch: number;
  /** Whose address that is, as `namespace/pod`: it is known by its name, which stays when a successor has another address. */
  pod?: string;
  /** A failover was asked for and has not come yet. */
  switching?: boolean;
}

export interface Sentinel {
  host: Host;
  port: number;
  masters: Map<string, Watched>;
}

/** Milliseconds between two looks of a sentinel while its master is away, and while it is there: then it is told of changes. */
const LOOK = 250;
const CALM = 10_000;

const worlds = new WeakMap<RedisWorld, Set<Sentinel>>();

export function sentinelsOf(world: RedisWorld): Set<Sentinel> {
  const known = worlds.get(world) ?? new Set<Sentinel>();
  worlds.set(world, known);
  return known;
}

export const others = (world: RedisWorld, name: string) =>
  [...sentinelsOf(world)].filter((one) => one.masters.has(name));

/** What runs in a sentinel's container: `sentinel monitor NAME HOST PORT QUORUM` from its configuration or its arguments. */
export const redisSentinel =
  (world: RedisWorld) =>
  async (call: ToolCall): Promise<number> => {
    const file = call.args.find((arg) => !arg.startsWith('-'));
    const text = `${(file && call.readFile(file)) ?? ''}\n${call.env.SENTINEL_CONFIG ?? ''}`;
    const sentinel: Sentinel = { host: call.host, port: 26379, masters: new Map() };
    for (const line of text.split('\n')) {
      const words = line.trim().split(/\s+/);
      if (words[0] === 'port') sentinel.port = Number(words[1]);
      if (words[0] !== 'sentinel') continue;
      if (words[1] === 'monitor') {
        const [name = '', host = '', port = '6379', quorum = '2'] = words.slice(2);
        sentinel.masters.set(name, {
          name,
          ip: call.resolve(host)?.ip ?? host,
          port: Number(port),
          quorum: Number(quorum),
          downAfter: 30_000,
          downSince: undefined,
          epoch: 0,
        });
      }
      const watched = sentinel.masters.get(words[2] ?? '');
      if (words[1] === 'down-after-milliseconds' && watched) watched.downAfter = Number(words[3]);
    }
    sentinelsOf(world).add(sentinel);
    const say = (line: string) => call.out(`1:X ${stamp(world.clock.now())} ${line}\n`);
    say('# Sentinel ID is simulated');
    for (const { name, ip, port, quorum } of sentinel.masters.values())
      say(`# +monitor master ${name} ${ip} ${port} quorum ${quorum}`);
    let wake = () => {};
    const nap = (ms: number) =>
      new Promise<void>((done) => {
        const cancel = world.clock.after(ms, () => wake());
        wake = () => {
          cancel();
          done();
        };
      });
    const stop = world.listen(() => wake());
    call.signal.addEventListener('abort', () => wake(), { once: true });
    while (!call.signal.aborted) {
      const away = [...sentinel.masters.values()].some((watched) => watched.downSince !== undefined);
      await nap(away ? LOOK : CALM);
      for (const watched of sentinel.masters.values()) look(world, watched, say);
    }
    stop();
    sentinelsOf(world).delete(sentinel);
    return 0;
  };

function look(world: RedisWorld, watched: Watched, say: (line: string) => void): void {
  const now = world.clock.now();
  const name = `master ${watched.name} ${watched.ip} ${watched.port}`;
  if (resolved(world, watched)) {
    if (watched.downSince !== undefined && now - watched.downSince >= watched.downAfter) say(`# -sdown ${name}`);
    watched.downSince = undefined;
    return;
  }
  watched.downSince ??= now;
  if (now - watched.downSince < watched.downAfter) return;
  const agree = others(world, watched.name).filter((one) => {
    const theirs = one.masters.get(watched.name);
    return theirs?.downSince !== undefined && now - theirs.downSince >= theirs.downAfter - LOOK;
  });
  if (agree.length < watched.quorum) return;
  say(`# +sdown ${name}`);
  say(`# +odown ${name} #quorum ${agree.length}/${watched.quorum}`);
  const heir = best(world, watched);
  if (heir) switchTo(world, watched, heir, say);
}

const podOf = ({ host }: RedisNode) => `${host.namespace}/${host.name}`;

/** The master where it is now; its replicas go with it to a new address. */
function resolved(world: RedisWorld, watched: Watched): RedisNode | undefined {
  const there = world.at(watched.ip, watched.port);
  if (there) {
    watched.pod = podOf(there);
    return there;
  }
  const back = world.all().find((node) => podOf(node) === watched.pod && node.options.port === watched.port);
  if (!back || back.replicaOf) return undefined;
  const followers = replicas(world, watched);
  watched.ip = back.ip;
  for (const node of followers) world.replicate(node, { ip: back.ip, port: watched.port });
  return back;
}

export function best(world: RedisWorld, watched: Watched): RedisNode | undefined {
  return world
    .all()
    .filter((node) => node.replicaOf?.ip === watched.ip && node.replicaOf.port === watched.port && node.answers)
    .sort((a, b) => b.offset - a.offset || (a.host.name < b.host.name ? -1 : 1))[0];
}

export function switchTo(world: RedisWorld, watched: Watched, heir: RedisNode, say: (line: string) => void): void {
  const { ip, port, name } = watched;
  const old = world.at(ip, port);
  say(`# +switch-master ${name} ${ip} ${port} ${heir.ip} ${heir.options.port}`);
  world.replicate(heir, null);
  const to = { ip: heir.ip, port: heir.options.port };
  for (const node of world.all())
    if (node !== heir && node.replicaOf?.ip === ip && node.replicaOf.port === port) world.replicate(node, to);
  if (old) world.replicate(old, to);
  for (const sentinel of others(world, name)) {
    const theirs = sentinel.masters.get(name);
    if (theirs) Object.assign(theirs, { ...to, downSince: undefined, epoch: theirs.epoch + 1 });
  }
}

const stamp = (at: number): string => {
  const [, month, day, year] = new Date(at).toUTCString().match(/, (\d\d) (\w+) (\d+)/) ?? [];
  return `${month} ${day} ${year} ${new Date(at).toISOString().slice(11, 23)}`;
};

export const isDown = (world: RedisWorld, watched: Watched) =>
  watched.downSince !== undefined && world.clock.now() - watched.downSince >= watched.downAfter;

export const replicas = (world: RedisWorld, watched: Watched) =>
  world.all().filter((node) => node.replicaOf?.ip === watched.ip && node.replicaOf.port === watched.port);
