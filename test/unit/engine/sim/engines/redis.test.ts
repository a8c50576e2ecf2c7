import { beforeEach, describe, expect, it } from 'vitest';
import { type VirtualClock, virtualClock } from '../../../../../engine/sim/clock.ts';
import { redisEngine } from '../../../../../engine/sim/engines/redis/index.ts';
import { bench, type ToolBench } from './bench.ts';
// What redis-cli 7.0.15 printed in pods of a real Kubernetes, addresses and ids replaced by <ip0>, <id0>, <s0>.
import recorded from './redis.recorded.json' with { type: 'json' };

let clock: VirtualClock;
let engine: ReturnType<typeof redisEngine>;
let pods: ToolBench;
beforeEach(() => {
  clock = virtualClock();
  engine = redisEngine(clock);
  pods = bench(clock, engine.images);
});

/** Starts so many servers, r0 … */
async function servers(count: number, args: string[] = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000']) {
  const nodes = [];
  for (let i = 0; i < count; i++) {
    const host = pods.host(`r${i}`);
    pods.start(host, 'local/redis:7', ['redis-server', ...args]);
    await pods.settle();
    nodes.push(engine.world.at(host.ip, 6379)!);
  }
  return nodes;
}

const cli = (from: string, args: string, stdin?: string) =>
  pods.run(from, 'local/redis:7', ['redis-cli', ...args.split(' ')], stdin);

async function joined(count: number, replicas = 0) {
  const nodes = await servers(count);
  const all = nodes.map((node) => `${node.ip}:6379`).join(' ');
  const made = await cli('r0', `--cluster create ${all} --cluster-replicas ${replicas} --cluster-yes`);
  expect(made.code).toBe(0);
  return nodes;
}

/** Neighbouring entries about nodes in one order. */
function sorted(text: string): string {
  if (text.startsWith('slots\n'))
    return text
      .split(/^(?=slots$)/m)
      .sort()
      .join('');
  const entries = text.split(/\n(?!#| {3,}(?:slots|replicates|\d+ additional| {3,}slots))/);
  const about = (entry: string) => /^\s*[MS]: |keys \||@16379|^Moving \d+ slots|^<ip\d>:6379: \d/.test(entry);
  const done: string[] = [];
  let run: string[] = [];
  for (const entry of [...entries, '']) {
    if (about(entry)) run.push(entry);
    else {
      done.push(...run.sort(), entry);
      run = [];
    }
  }
  return done.join('\n');
}

describe('redis-cli', () => {
  it('says what a real one said, through a whole session on a redis cluster', async () => {
    const nodes = await servers(4);
    const named = (text: string) =>
      nodes.reduce(
        (all, node, i) =>
          all
            .replaceAll(`${node.ip}:`, `<ip${i}>:`)
            .replaceAll(new RegExp(`\\b${node.ip}\\b`, 'g'), `<ip${i}>`)
            .replaceAll(node.id, `<id${i}>`)
            .replaceAll(node.id.slice(0, 8), `<s${i}>`),
        text,
      );
    const real = (text: string) =>
      nodes.reduce((all, node, i) => all.replaceAll(`<ip${i}>`, node.ip).replaceAll(`<id${i}>`, node.id), text);
    // Times, what counts the chatter between nodes, and the order in which a node names the others, which is that of its hash table.
    const plain = (text: string) =>
      sorted(text)
        .replace(/^\.+$/m, '.')
        .replace(/ \d+ \d+ \d+ (dis)?connected/g, ' T E $1connected')
        .replace(/cluster_(stats_\w+|current_epoch|my_epoch|size):\d+\n/g, '');
    for (const entry of recorded) {
      const got = await cli('r0', real(entry.run), entry.stdin);
      expect({ run: entry.run, out: plain(named(got.out)), err: named(got.err), code: got.code }).toEqual({
        run: entry.run,
        out: plain(entry.out),
        err: entry.err ?? '',
        code: entry.code ?? 0,
      });
    }
  });

  it('takes a setting only where its value is one', async () => {
    await servers(1);
    const set = async (name: string, value: string) => (await cli('r0', `config set ${name} ${value}`)).out.trim();
    const refused = (name: string, why: string) =>
      `ERR CONFIG SET failed (possibly related to argument '${name}') - ${why}`;
    expect(await set('maxmemory', 'abc')).toBe(refused('maxmemory', 'argument must be a memory value'));
    expect(await set('timeout', 'x')).toBe(refused('timeout', "argument couldn't be parsed into an integer"));
    expect(await set('appendonly', '1')).toBe(refused('appendonly', "argument must be 'yes' or 'no'"));
    expect(await set('maxmemory-policy', 'lru')).toContain('argument(s) must be one of the following: volatile-lru,');
    expect(await set('maxmemory', '100mb')).toBe('OK');
    expect((await cli('r0', 'config get maxmemory')).out).toBe('maxmemory\n104857600\n');
  });

  it('moves slots over time, one line each, and takes no more than the source has', async () => {
    const [a, b] = await joined(3);
    const before = clock.now();
    const moved = await cli(
      'r0',
      `--cluster reshard ${a!.ip}:6379 --cluster-from ${a!.id} --cluster-to ${b!.id} --cluster-slots 1024 --cluster-yes`,
    );
    expect(moved.out.match(/^Moving slot \d+ from \S+ to \S+: $/gm)).toHaveLength(1024);
    expect(clock.now() - before).toBeGreaterThan(900);
    expect(a!.cluster.slotsOf(a!.id)).toHaveLength(5461 - 1024);
    const all = await cli(
      'r0',
      `--cluster reshard ${a!.ip}:6379 --cluster-from ${a!.id} --cluster-to ${b!.id} --cluster-slots 99999 --cluster-yes`,
    );
    expect(all.code).toBe(0);
    expect(a!.cluster.slotsOf(a!.id)).toHaveLength(0);
    expect((await cli('r0', 'role')).out).toMatch(/^slave\n/);
  });

  it('breaks on localhost as the target once keys move, and fix mends it without losing one', async () => {
    const [a, b] = await joined(3);
    const key = [...Array(500).keys()].map((i) => `key:${i}`);
    await cli('r0', '-c', key.map((one) => `set ${one} x\n`).join(''));
    const count = () => engine.world.all().reduce((sum, node) => sum + node.keys.size, 0);
    expect(count()).toBe(500);
    const broken = await cli(
      'r0',
      `--cluster reshard localhost:6379 --cluster-from ${b!.id} --cluster-to ${a!.id} --cluster-slots 400 --cluster-yes`,
    );
    expect(broken).toMatchObject({
      code: 1,
      err: expect.stringContaining('IOERR error or timeout writing to target instance'),
    });
    const again = await cli(
      'r0',
      `--cluster reshard ${a!.ip}:6379 --cluster-from ${b!.id} --cluster-to ${a!.id} --cluster-slots 1 --cluster-yes`,
    );
    expect(again).toMatchObject({ code: 1, err: '*** Please fix your cluster problems before resharding\n' });
    expect((await cli('r0', `--cluster fix ${a!.ip}:6379`)).out).toMatch(/>>> Case 1: Moving slot \d+ from/);
    expect((await cli('r0', `--cluster check ${a!.ip}:6379`)).code).toBe(0);
    expect(count()).toBe(500);
  });

  it('leaves a slot open when it is killed in the middle', async () => {
    const [a, b] = await joined(3);
    const killed = await pods.run(
      'r0',
      'local/redis:7',
      [
        'redis-cli',
        ...`--cluster reshard ${a!.ip}:6379 --cluster-from ${a!.id} --cluster-to ${b!.id} --cluster-slots 1000 --cluster-yes`.split(
          ' ',
        ),
      ],
      undefined,
      200,
    );
    expect(killed.out.match(/^Moving slot/gm)!.length).toBeLessThan(1000);
    expect(a!.cluster.slotsOf(a!.id).length).toBeGreaterThan(4461);
    expect((await cli('r1', `--cluster check ${b!.ip}:6379`)).code).toBe(1);
  });
});

describe('a redis cluster', () => {
  it('an emptied master and its replicas follow whoever took the last slot', async () => {
    const [a, b] = await joined(6, 1);
    const follower = engine.world.replicasOf(a!)[0]!;
    await cli(
      'r0',
      `--cluster reshard ${a!.ip}:6379 --cluster-from ${a!.id} --cluster-to ${b!.id} --cluster-slots 99999 --cluster-yes`,
    );
    for (const node of [a!, follower])
      expect(engine.world.masterOf(node)).toEqual({ ip: b!.ip, port: 6379, id: b!.id });
    expect(engine.world.replicasOf(b!)).toHaveLength(3);
  });

  it('says who replicates whom, and a replica takes over when its master is gone for long', async () => {
    const nodes = await joined(6, 1);
    const [a] = nodes;
    const heir = engine.world.replicasOf(a!)[0]!;
    expect((await cli('r0', 'info replication')).out).toContain(
      `connected_slaves:1\nslave0:ip=${heir.ip},port=6379,state=online`,
    );
    expect((await cli(heir.host.name, 'role')).out).toMatch(new RegExp(`^slave\n${a!.ip}\n6379\nconnected\n`));
    await pods.stop('r0');
    expect((await cli('r1', 'cluster nodes')).out).toContain(`${a!.id} ${a!.ip}:6379@16379 master,fail? -`);
    await pods.live(3000);
    expect((await cli(heir.host.name, 'role')).out).toMatch(/^master\n/);
    expect((await cli('r1', 'cluster info')).out).toContain('cluster_state:ok');
    expect((await cli('r1', 'cluster nodes')).out).toMatch(new RegExp(`${a!.id} \\S+ slave,fail ${heir.id}`));
  });

  it('without a replica is down', async () => {
    await joined(3);
    await pods.stop('r2');
    await pods.live(3000);
    expect((await cli('r0', 'cluster info')).out).toContain('cluster_state:fail');
    expect((await cli('r0', 'set foo bar')).out).toBe('CLUSTERDOWN The cluster is down\n\n');
  });
});

describe('sentinel', () => {
  it('makes a replica the master when the master stays away, and says OK before it has switched', async () => {
    await servers(1, []);
    await servers(3, ['--replicaof', pods.host('r0').ip, '6379']);
    const master = engine.world.at(pods.host('r0').ip, 6379)!;
    engine.world.replicate(master, null);
    for (const name of ['s0', 's1', 's2']) {
      pods.start(pods.host(name), 'local/redis-sentinel:7', [], {
        SENTINEL_CONFIG: `sentinel monitor mymaster ${master.ip} 6379 2\nsentinel down-after-milliseconds mymaster 2000`,
      });
    }
    await pods.live(1000);
    const ask = async () => (await cli('s0', '-p 26379 sentinel get-master-addr-by-name mymaster')).out;
    expect(await ask()).toBe(`${master.ip}\n6379\n`);
    expect((await cli('s0', '-p 26379 sentinel ckquorum mymaster')).out).toMatch(/^OK 3 usable Sentinels/);
    await pods.stop('r0');
    await pods.live(1000);
    expect(await ask()).toBe(`${master.ip}\n6379\n`);
    await pods.live(3000);
    const next = (await ask()).split('\n')[0]!;
    expect(next).not.toBe(master.ip);
    expect(engine.world.roleOf(engine.world.at(next, 6379)!)).toBe('master');
    expect((await cli('s1', '-p 26379 sentinel failover mymaster')).out).toBe('OK\n');
    // A second one on top would leave nobody to lead.
    expect(await cli('s2', '-p 26379 sentinel failover mymaster')).toMatchObject({
      out: 'INPROG Failover already in progress\n\n',
      code: 0,
    });
    expect(await ask()).toBe(`${next}\n6379\n`);
    await pods.live(2000);
    expect(await ask()).not.toBe(`${next}\n6379\n`);
    // A pod that is back in time under its name, with another address, is still the master.
    const now = engine.world.all().find((node) => engine.world.roleOf(node) === 'master')!;
    await pods.stop(now.host.name);
    pods.start({ ...now.host, ip: '10.9.9.9', uid: 'successor' }, 'local/redis:7', ['redis-server']);
    await pods.live(1000);
    expect(await ask()).toBe('10.9.9.9\n6379\n');
    expect((await cli('s1', '-p 26379 sentinel replicas mymaster')).out).toContain('master-link-status\nok');
  });
});
