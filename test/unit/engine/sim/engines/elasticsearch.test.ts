import { beforeEach, describe, expect, it } from 'vitest';
import { type VirtualClock, virtualClock } from '../../../../../engine/sim/clock.ts';
import { corrupt, elasticOf } from '../../../../../engine/sim/engines/elasticsearch/index.ts';
import { type Engines, makeEngines } from '../../../../../engine/sim/engines/index.ts';
import { bench, type ToolBench } from './bench.ts';
// What curl printed of three servers 8.15.3 on one machine, without security.
import recorded from './elasticsearch.recorded.json' with { type: 'json' };

const IMAGE = 'docker.elastic.co/elasticsearch/elasticsearch:8.15.3';
const JSON_TYPE = ['-H', 'Content-Type: application/json'];
let clock: VirtualClock;
let engines: Engines;
let pods: ToolBench;
beforeEach(async () => {
  clock = virtualClock(Date.UTC(2026, 10, 21, 6, 0, 0));
  engines = makeEngines(clock);
  pods = bench(clock, engines.images, { 'app.kubernetes.io/instance': 'catalog' });
  for (const name of NODES) await start(name);
});

const NODES = ['catalog-0', 'catalog-1', 'catalog-2'];
const start = async (name: string) => {
  pods.start(pods.host(name), IMAGE, []);
  await pods.settle();
};
const state = () => elasticOf(engines.groups.find('lab', 'catalog')!, clock.now());
const curl = (...args: string[]) => pods.run('catalog-0', IMAGE, ['curl', '-s', ...args]);
const get = async (path: string) => (await curl(`localhost:9200${path}`)).out;
const send = async (method: string, path: string, body: object) =>
  (await curl('-X', method, `localhost:9200${path}`, ...JSON_TYPE, '-d', JSON.stringify(body))).out;
const shards = async (index: string): Promise<Record<string, string>[]> =>
  JSON.parse(await get(`/_cat/shards/${index}?format=json&h=index,shard,prirep,state,node,docs,unassigned.reason`));

/** `<primary orders 0>`: the node that holds it now. */
function placed(text: string): string {
  return text.replace(/<(primary|replica|free) (\S+) (\d+)>/g, (_all, kind: string, index: string, number: string) => {
    const copies = state().shards.filter((one) => one.index === index && one.number === Number(number));
    const holders = copies.filter((one) => one.state !== 'UNASSIGNED').map((one) => one.node);
    if (kind === 'free') return NODES.find((name) => !holders.includes(name)) ?? '';
    return copies.find((one) => one.primary === (kind === 'primary'))?.node ?? '';
  });
}

/** Without what is another machine's: addresses, ids, sizes, times, where the shards are. */
function plain(text: string, run: readonly string[]): string {
  const measured = run.some((word) => /_cat\/(nodes|allocation)\?v$/.test(word));
  const nodes = run.some((word) => word.includes('_cat/nodes'));
  const spread = run.some((word) => word.includes('s=node'));
  const lines = text
    .replace(/\r/g, '')
    .replace(/^(content-length|Transfer-Encoding): .*\n/gm, '')
    .replace(/(127\.0\.0\.1|10\.244\.0\.\d+)(:930\d)?/g, (_all, _ip, port?: string) => (port ? '<ip>:9300' : '<ip>'))
    .replace(/\b\d+(\.\d+)?(b|kb|mb|gb)\b/g, '<size>')
    .replace(/"_id":"[\w-]{20}"/g, '"_id":"<id>"')
    .replace(/(?<![\w-])(?=[\w-]*[A-Z])[\w-]{22}(?![\w-])/g, '<id>')
    .replace(/\b17\d{8}(\d{3})?\b/g, '<epoch>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/\b\d\d:\d\d:\d\d\b/g, '<time>')
    .replace(/"(took|version)":\d+/g, '"$1":0')
    .replace(/used: \[[\d.]+%\]/g, 'used: [<percent>]')
    .replace(/catalog-\d/g, '<node>')
    .replace(measured ? /\d+(\.\d+)?/g : /(?!)/g, '<n>')
    .replace(/\[[PR]\]/g, '[?]')
    .replace(nodes ? / [-*] /g : /(?!)/g, ' ? ')
    .replace(spread ? / [pr] /g : /(?!)/g, ' ? ')
    .replace(/ [-*] +<node>$/gm, ' ? <node>')
    .split('\n')
    .map((line) => (line.startsWith(' ') && line.includes(' : ') ? line : line.replace(/ +/g, ' ').replace(/^ /, '')));
  return (spread ? lines.sort() : lines).join('\n');
}

describe('the REST API of Elasticsearch', () => {
  it('says what a real one said, through a whole session', async () => {
    const elastic = state();
    elastic.indices.clear();
    elastic.shards = [];
    for (const entry of recorded) {
      const { out, err, code } = await pods.run('catalog-0', IMAGE, ['curl', ...entry.run.map(placed)]);
      const got = { out: plain(out, entry.run), err, code };
      expect.soft({ run: entry.run.join(' '), ...got }).toEqual({
        run: entry.run.join(' '),
        out: plain(entry.out, entry.run),
        err: ('err' in entry ? entry.err : undefined) ?? '',
        code: ('code' in entry ? entry.code : undefined) ?? 0,
      });
      if ('wait' in entry) await pods.live(3000);
    }
  });
});

describe('Elasticsearch, by its shards', () => {
  it('gives primaries of a lost node away at once, and makes its copies anew after a minute', async () => {
    await send('PUT', '/t', { settings: { number_of_shards: 3, number_of_replicas: 1 } });
    await pods.live(2000);
    const lost = (await shards('t')).find((one) => one.prirep === 'p' && one.node !== 'catalog-0')!.node!;
    await pods.stop(lost);
    const health = JSON.parse(await get('/_cluster/health'));
    expect(health).toMatchObject({ status: 'yellow', number_of_nodes: 2, active_primary_shards: 9 });
    expect(health.delayed_unassigned_shards).toBe(health.unassigned_shards);
    const waiting = (await shards('t')).filter((one) => one.state === 'UNASSIGNED');
    expect(waiting.map((one) => [one.prirep, one.node, one['unassigned.reason']])).toContainEqual([
      'r',
      null,
      'NODE_LEFT',
    ]);
    expect(await get('/_cluster/allocation/explain')).toContain('"can_allocate":"allocation_delayed"');
    await pods.live(50_000);
    expect((await shards('t')).some((one) => one.state === 'UNASSIGNED')).toBe(true);
    await pods.live(20_000);
    expect((await shards('t')).every((one) => one.state === 'STARTED' && one.node !== lost)).toBe(true);
    // Back again it is given its part of them.
    await start(lost);
    await pods.live(20_000);
    const counts = (await get('/_cat/allocation?h=shards,node&s=node')).match(/^ *\d+/gm)!.map(Number);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(2);
  });

  it('answers nothing without a master, after the time it was given', async () => {
    for (const name of ['catalog-1', 'catalog-2']) await pods.stop(name);
    const began = clock.now();
    const { out } = await curl('localhost:9200/_cluster/health?master_timeout=2s');
    expect(JSON.parse(out)).toMatchObject({
      error: { type: 'master_not_discovered_exception', reason: null },
      status: 503,
    });
    expect(clock.now() - began).toBeGreaterThanOrEqual(2000);
    expect(await pods.run('catalog-0', IMAGE, ['elasticsearch-reset-password', '-u', 'elastic', '-b'])).toMatchObject({
      code: 65,
      err: expect.stringContaining('Unexpected http status [503], with exit code 65'),
    });
  });

  it('drains an excluded node over time, and takes it back', async () => {
    expect(await get('/_cat/shards')).not.toContain('RELOCATING');
    await send('PUT', '/_cluster/settings', {
      persistent: { 'cluster.routing.allocation.exclude._name': 'catalog-2' },
    });
    expect(await get('/_cat/shards')).toMatch(
      /RELOCATING +\d+ +\S+ +\S+ +10\.\S+ +catalog-2 -> 10\.\S+ \S{22} catalog-\d\n/,
    );
    expect(JSON.parse(await get('/_cluster/health?wait_for_no_relocating_shards=true&timeout=60s'))).toMatchObject({
      status: 'green',
      timed_out: false,
    });
    expect(await get('/_cat/allocation?h=shards,node')).toMatch(/^ *0 catalog-2$/m);
    await send('PUT', '/_cluster/settings', { persistent: { 'cluster.routing.allocation.exclude._name': null } });
    await pods.live(10_000);
    expect(await get('/_cat/allocation?h=shards,node')).not.toMatch(/^ *0 catalog-2$/m);
  });

  it('moves a shard in time, and cuts a corrupted one only while its server is stopped', async () => {
    const command = (index: string, number: number) => [
      'elasticsearch-shard',
      'remove-corrupted-data',
      ...['--index', index, '--shard-id', String(number)],
    ];
    corrupt(state(), 'orders', 0);
    expect(JSON.parse(await get('/_cluster/health'))).toMatchObject({ status: 'red', unassigned_shards: 2 });
    const node = state().shards.find(
      (one) => one.index === 'orders' && one.number === 0 && one.node !== 'catalog-0',
    )!.node;
    const count = async () => Number(/"count":(\d+)/.exec(await get('/orders/_count'))![1]);
    expect(await pods.run(node, IMAGE, command('orders', 0))).toMatchObject({
      code: 70,
      err: expect.stringContaining("failed to lock node's directory, is Elasticsearch still running?"),
    });
    await pods.stop(node);
    expect((await pods.run(node, IMAGE, command('nope', 0))).err).toContain('Unable to find index in cluster state');
    expect((await pods.run(node, IMAGE, command('orders', 0), 'n\n')).err).toContain('aborted by user');
    const cut = await pods.run(node, IMAGE, command('orders', 0), 'y\ny\n');
    expect(cut.out).toMatch(/Corrupted Lucene index segments found - \d+ documents will be lost/);
    expect((await pods.run(node, IMAGE, command('orders', 0), 'y\n')).err).toContain('does not seem to be corrupted');
    await start(node);
    await pods.live(5000);
    expect(JSON.parse(await get('/_cluster/health'))).toMatchObject({ status: 'red' });
    const body = JSON.parse(/POST \/_cluster\/reroute\n([\s\S]*?)\n\n/.exec(cut.out)![1]!);
    expect(await send('POST', '/_cluster/reroute', body)).toContain(
      'can result in data loss. Please confirm by setting the accept_data_loss parameter to true',
    );
    const others = await count();
    body.commands[0].allocate_stale_primary.accept_data_loss = true;
    expect(await send('POST', '/_cluster/reroute', body)).toContain('"acknowledged":true');
    await pods.live(5000);
    expect(JSON.parse(await get('/_cluster/health'))).toMatchObject({ status: 'green' });
    expect(await count()).toBeGreaterThan(others);
  });
});

describe('tools of Elasticsearch', () => {
  const reset = (args: string, stdin?: string) =>
    pods.run('catalog-0', IMAGE, ['elasticsearch-reset-password', ...args.split(' ').filter(Boolean)], stdin);

  it('resets a password, which is a secret on standard output', async () => {
    const silent = await reset('-u elastic --batch --auto --silent');
    expect(silent.out).toMatch(/^\S{20}\n$/);
    expect((await reset('-u elastic -b')).out).toMatch(
      /^Password for the \[elastic\] user successfully reset\.\nNew value: \S{20}\n$/,
    );
    expect(await curl('-u', `elastic:${silent.out.trim()}`, '-f', '-S', 'localhost:9200/_cat/health')).toMatchObject({
      code: 22,
      err: 'curl: (22) The requested URL returned error: 401\n',
    });
    expect(await reset('-u elastic -i', 'y\nshort\nsecret1\nsecret2\nsecret1\nsecret1\n')).toMatchObject({
      code: 0,
      err: expect.stringMatching(/at least \[6\] characters[\s\S]*Passwords do not match\.\nTry again\./),
    });
    expect((await curl('-u', 'elastic:secret1', 'localhost:9200/_cat/health?h=status')).out).toBe('green\n');
    expect(await reset('-u elastic -a', 'n\n')).toMatchObject({
      code: 0,
      err: 'Please confirm that you would like to continue [y/N]ERROR: User cancelled operation, with exit code 0\n',
    });
    const asked = ['elasticsearch-reset-password', '-u', 'elastic', '-i'];
    expect((await pods.type('catalog-0', IMAGE, asked, ['y', 'typed-1', 'typed-1'])).code).toBe(0);
    expect((await curl('-u', 'elastic:typed-1', 'localhost:9200/_cat/health?h=status')).out).toBe('green\n');
    corrupt(state(), 'orders', 0);
    expect((await reset('-u elastic -b -a')).err).toContain('health is currently RED');
    expect((await reset('-u elastic -b -a -f -s')).code).toBe(0);
  });

  it('says what is wrong with its arguments', async () => {
    expect(await reset('-u nobody -b')).toEqual({
      out: '',
      err: '\nERROR: Failed to reset password for the [nobody] user, with exit code 75\n',
      code: 75,
    });
    expect((await reset('')).err).toMatch(
      /^Resets the password of users in the native realm and built-in users\.\n\nOption \(\* = required\) {2}Description {42}\n-{21} {2}-{11} {42}\n-E <KeyValuePair> {6}Configure a setting {34}\n[\s\S]*\n-f, --force {12}Use this option to force execution of the command {4}\n {25}against a cluster that is currently unhealthy\. {5}\n[\s\S]*\n\nERROR: Missing required option\(s\) \[u\/username\]\n$/,
    );
    expect((await reset('--frob')).err).toMatch(/\nERROR: frob is not a recognized option\n$/);
    expect((await reset('-u')).err).toMatch(/\nERROR: Option u\/username requires an argument\n$/);
    expect(await reset('-a -i -u elastic')).toMatchObject({ code: 64 });
    expect(await reset('-u elastic -b --url http://localhost:9209')).toMatchObject({ code: 69 });
    const shard = (args: string) =>
      pods.run('catalog-0', IMAGE, ['elasticsearch-shard', ...args.split(' ').filter(Boolean)]);
    expect((await shard('')).err).toContain(
      '\n\nERROR: Missing required command, with exit code 64\n\nCommands\n--------\n',
    );
    expect((await shard('frob')).err).toMatch(/\n\nERROR: Unknown command \[frob\], with exit code 64\n\n$/);
    await pods.stop('catalog-0');
    expect((await shard('remove-corrupted-data')).err).toContain('NullPointerException: Index name is required\n');
    expect((await shard('remove-corrupted-data --index x')).err).toContain(
      'NullPointerException: Shard ID is required\n',
    );
  });

  it('curl has its own words', async () => {
    const run = (...args: string[]) => pods.run('catalog-0', IMAGE, ['curl', ...args]);
    expect(await run()).toEqual({
      out: '',
      err: "curl: no URL specified!\ncurl: try 'curl --help' or 'curl --manual' for more information\n",
      code: 2,
    });
    expect((await run('--frob', 'localhost')).err).toMatch(/^curl: option --frob: is unknown\n/);
    expect(await run('-sS', 'nowhere:9200')).toMatchObject({
      code: 6,
      err: 'curl: (6) Could not resolve host: nowhere\n',
    });
    expect(await run('-sS', 'localhost:9201')).toMatchObject({
      code: 7,
      err: "curl: (7) Failed to connect to localhost port 9201 after 0 ms: Couldn't connect to server\n",
    });
    expect((await run('localhost:9200/_cat/health?h=status')).err).toMatch(
      /^ {2}% Total {4}% Received [\s\S]*\r100 +6 /,
    );
    expect((await run('-s', '-o', '/dev/null', '-w', '%{http_code}\\n', 'localhost:9200/')).out).toBe('200\n');
  });
});
