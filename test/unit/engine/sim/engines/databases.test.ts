import { beforeEach, describe, expect, it } from 'vitest';
import { type VirtualClock, virtualClock } from '../../../../../engine/sim/clock.ts';
import { makeEngines } from '../../../../../engine/sim/engines/index.ts';
import { bench, type Ran, type ToolBench } from './bench.ts';

let clock: VirtualClock;
let pods: ToolBench;
beforeEach(() => {
  clock = virtualClock(Date.UTC(2026, 10, 21, 6, 0, 0));
  pods = bench(clock, makeEngines(clock).images, { 'app.kubernetes.io/instance': 'db' });
});

const start = async (image: string, ...names: string[]) => {
  for (const name of names) pods.start(pods.host(name), image, []);
  await pods.settle();
};
const runner =
  (image: string) =>
  (from: string, argv: string[], stdin?: string): Promise<Ran> =>
    pods.run(from, image, argv, stdin);

describe('postgres', () => {
  const run = runner('local/postgres:15');
  const psql = (from: string, sql: string) => run(from, ['psql', '-U', 'postgres', '-Atc', sql]);
  beforeEach(() => start('local/postgres:15', 'pg-0', 'pg-1', 'pg-2'));

  it('refuses an option that it does not know', async () => {
    expect(await run('pg-0', ['psql', '--frob'])).toEqual({
      out: '',
      err: 'psql: unrecognized option \'--frob\'\npsql: hint: Try "psql --help" for more information.\n',
      code: 1,
    });
    const known = ['psql', '--user=postgres', '--no-psqlrc', '--tuples-only', '--no-align', '--command', 'select 1'];
    expect((await run('pg-0', known)).out).toBe('1\n');
  });

  it('answers as the server it is: primary or standby', async () => {
    expect((await psql('pg-0', 'select pg_is_in_recovery()')).out).toBe('f\n');
    expect((await psql('pg-1', 'select pg_is_in_recovery();')).out).toBe('t\n');
    expect((await psql('pg-0', 'select application_name, state from pg_stat_replication')).out).toBe(
      'pg-1|streaming\npg-2|streaming\n',
    );
    expect((await run('pg-0', ['psql', '-c', 'select 1'])).out).toBe(' ?column? \n----------\n        1\n(1 row)\n\n');
    await psql('pg-0', 'create table t (i int)');
    expect(await psql('pg-1', 'insert into t values (1)')).toEqual({
      out: '',
      err: 'ERROR:  cannot execute INSERT in a read-only transaction\n',
      code: 1,
    });
    expect(await psql('pg-0', 'selec 1')).toMatchObject({
      code: 1,
      err: 'ERROR:  syntax error at or near "selec"\nLINE 1: selec 1\n        ^\n',
    });
    expect((await psql('pg-0', 'show nope')).err).toBe('ERROR:  unrecognized configuration parameter "nope"\n');
  });

  it('switches over by hand', async () => {
    expect((await psql('pg-0', 'select pg_promote(true,30)')).err).toContain('recovery is not in progress');
    // The fence holds, and goes.
    expect((await psql('pg-0', 'create table a (i int)')).out).toBe('CREATE TABLE\n');
    expect((await psql('pg-0', 'alter system set default_transaction_read_only = on')).out).toBe('ALTER SYSTEM\n');
    expect((await psql('pg-0', 'drop table a')).err).toBe(
      'ERROR:  cannot execute DROP TABLE in a read-only transaction\n',
    );
    await psql('pg-0', 'alter system reset default_transaction_read_only');
    expect((await psql('pg-0', 'drop table a')).out).toBe('DROP TABLE\n');
    expect((await psql('pg-2', 'select pg_promote(true,30)')).out).toBe('t\n');
    expect((await psql('pg-2', 'select pg_is_in_recovery()')).out).toBe('f\n');
    await pods.stop('pg-2');
    expect(await psql('pg-2', 'select 1')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Is the server running locally'),
    });
    expect((await run('pg-2', ['pg_isready'])).code).toBe(2);
  });
});

describe('mysql', () => {
  const run = runner('local/mysql:8');
  it('tells replication by lines and by tables', async () => {
    await start('local/mysql:8', 'my-0', 'my-1');
    expect((await run('my-0', ['mysql', '-Nse', 'select @@super_read_only'])).out).toBe('0\n');
    expect((await run('my-1', ['mysql', '-e', 'show replica status\\G'])).out).toMatch(
      /\*+ 1\. row \*+\n +Replica_IO_State: Waiting for source to send event\n +Source_Host: my-0\n/,
    );
    expect((await run('my-1', ['mysql', '-e', 'delete from app.t'])).err).toContain('--super-read-only');
    expect((await run('my-0', ['mysql', '-e', 'selct 1'])).err).toContain('ERROR 1064 (42000)');
    const source = (options: string) => run('my-1', ['mysql', '-e', `change replication source to ${options}`]);
    expect((await source("source_host='my-0', source_auto_position=1")).code).toBe(0);
    expect(await source('source_port=3306, foo=1')).toMatchObject({
      code: 1,
      err: expect.stringContaining('ERROR 1064 (42000) at line 1: You have an error in your SQL syntax'),
    });
    expect(await run('my-0', ['mysql', '--frob'])).toEqual({
      out: '',
      err: "mysql: [ERROR] unknown option '--frob'.\n",
      code: 2,
    });
    expect((await run('my-0', ['mysql', '--user=root', '--skip-column-names', '--execute', 'select 1'])).out).toBe(
      '1\n',
    );
    expect((await run('my-0', ['mysql', '-e', "show variables like 'max_conn%'"])).out).toBe(
      'Variable_name\tValue\nmax_connections\t151\n',
    );
  });
});

describe('mysql, refused', () => {
  const run = runner('local/mysql:8');
  // From the manual's list of errors: no real one can be had here (MariaDB is another product, with other words).
  it.each([
    ['selec 1', /^ERROR 1064 \(42000\) at line 1: .* near 'selec 1' at line 1$/],
    ['select 1 +', /^ERROR 1064 \(42000\) at line 1: .* near '' at line 1$/],
    ['select * from t', 'ERROR 1046 (3D000) at line 1: No database selected'],
    ['select * from app.nope', "ERROR 1146 (42S02) at line 1: Table 'app.nope' doesn't exist"],
    ['select * from nope.t', "ERROR 1049 (42000) at line 1: Unknown database 'nope'"],
    ['use nope', "ERROR 1049 (42000) at line 1: Unknown database 'nope'"],
    ['select frob', "ERROR 1054 (42S22) at line 1: Unknown column 'frob' in 'field list'"],
    ['use app; select frob()', 'ERROR 1305 (42000) at line 1: FUNCTION app.frob does not exist'],
    ['create database app', "ERROR 1007 (HY000) at line 1: Can't create database 'app'; database exists"],
    ['drop database nope', "ERROR 1008 (HY000) at line 1: Can't drop database 'nope'; database doesn't exist"],
    [
      'use app; create table t (i int); create table t (i int)',
      "ERROR 1050 (42S01) at line 1: Table 't' already exists",
    ],
    ['drop table app.nope', "ERROR 1051 (42S02) at line 1: Unknown table 'app.nope'"],
    ['insert into app.nope values (1)', "ERROR 1146 (42S02) at line 1: Table 'app.nope' doesn't exist"],
    [
      'create table app.t (i int); insert into app.t values (1,2)',
      "ERROR 1136 (21S01) at line 1: Column count doesn't match value count at row 1",
    ],
    [
      "create table app.t (i int); insert into app.t values ('x')",
      "ERROR 1366 (HY000) at line 1: Incorrect integer value: 'x' for column 'i' at row 1",
    ],
    ['select a.b from a join c using (d)', /^ERROR 1235 .*it is not simulated/],
  ])('%s', async (sql, error) => {
    await start('local/mysql:8', 'my-0');
    const got = await run('my-0', ['mysql', '-e', sql]);
    expect(got.err.trimEnd()).toEqual(typeof error === 'string' ? error : expect.stringMatching(error));
    expect(got.code).toBe(1);
  });

  it('keeps what is written, asks who it is, and draws boxes', async () => {
    await start('local/mysql:8', 'my-0');
    const mysql = (...args: string[]) => run('my-0', ['mysql', ...args]);
    await mysql(
      'app',
      '-e',
      "create table t (i int, s text); insert into t values (1, 'one'); insert into t values (2, 'two')",
    );
    expect((await mysql('-t', '-e', 'select * from app.t')).out).toBe(
      '+---+-----+\n| i | s   |\n+---+-----+\n| 1 | one |\n| 2 | two |\n+---+-----+\n',
    );
    expect((await mysql('app', '-Ne', "update t set s = 'zwei' where i = 2; select s from t; show tables")).out).toBe(
      'one\nzwei\nt\n',
    );
    expect(await mysql('-unope', '-psecret', '-e', 'select 1')).toEqual({
      out: '',
      err: "mysql: [Warning] Using a password on the command line interface can be insecure.\nERROR 1045 (28000): Access denied for user 'nope'@'localhost' (using password: YES)\n",
      code: 1,
    });
    expect((await mysql('nope')).err).toBe("ERROR 1049 (42000): Unknown database 'nope'\n");
    expect((await mysql('-Z')).err).toBe("mysql: [ERROR] unknown option '-Z'.\n");
  });
});

describe('openGauss', () => {
  const run = runner('opengauss/opengauss:5');
  const role = async (pod: string) =>
    /local_role +: (\S+)/.exec((await run(pod, ['gs_ctl', 'query', '-D', '/gaussdata/openGauss/db1'])).out)?.[1];
  beforeEach(() => start('opengauss/opengauss:5', 'og-0', 'og-1', 'og-2'));

  it('switches over on the standby, and says so after a while', async () => {
    expect([await role('og-0'), await role('og-1')]).toEqual(['Primary', 'Standby']);
    const [first, second] = await Promise.all([
      run('og-1', ['gs_ctl', 'switchover', '-D', '/gaussdata/openGauss/db1']),
      run('og-2', ['gs_ctl', 'switchover', '-D', '/gaussdata/openGauss/db1']),
    ]);
    expect(first).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /switchover term \(1\)\n.*waiting for server to switchover\.{12}\n.*done\n.*switchover completed \(\/gaussdata\/openGauss\/db1\)\n$/s,
      ),
    });
    expect(second).toMatchObject({
      code: 1,
      out: expect.stringContaining('Another gs_ctl command is still running,switchover failed !'),
    });
    expect([await role('og-0'), await role('og-1')]).toEqual(['Standby', 'Primary']);
    expect((await run('og-1', ['gs_ctl', 'switchover', '-D', '/gaussdata/openGauss/db1'])).out).not.toContain(
      'waiting',
    );
  });

  it('answers gsql as the server it is', async () => {
    const gsql = (pod: string, ...sql: string[]) =>
      run(pod, ['gsql', '-d', 'postgres', '-p', '26000', ...sql.flatMap((one) => ['-c', one])]);
    expect((await gsql('og-1', 'select pg_is_in_recovery();')).out).toContain('\n t\n');
    expect((await gsql('og-0', 'create table t (i int)', 'insert into t values (1)')).out).toBe(
      'CREATE TABLE\nINSERT 0 1\n',
    );
    expect(await gsql('og-1', 'insert into t values (2)')).toMatchObject({
      code: 1,
      err: 'ERROR:  cannot execute INSERT in a read-only transaction\n',
    });
    expect((await gsql('og-0', 'selec 1')).err).toBe(
      'ERROR:  syntax error at or near "selec"\nLINE 1: selec 1\n        ^\n',
    );
    expect((await run('og-0', ['gsql', '--frob'])).err).toMatch(/^gsql: unrecognized option '--frob'\n/);
    expect((await run('og-0', ['gs_ctl'])).err).toMatch(/^gs_ctl: no operation specified\n/);
  });

  it('gives up waiting without an error, and it happens all the same', async () => {
    const switching = run('og-1', ['gs_ctl', 'switchover', '-D', '/gaussdata/openGauss/db1', '-t', '1']);
    expect(await switching).toMatchObject({
      code: 0,
      out: expect.stringContaining(' switchover timeout after 1 seconds.'),
    });
    expect(await role('og-0')).toBe('Primary');
    await pods.live(5000);
    expect([await role('og-0'), await role('og-1')]).toEqual(['Standby', 'Primary']);
    expect(await run('og-1', ['gs_ctl', 'query', '-D', '/nowhere'])).toMatchObject({ code: 1 });
  });

  it('fails over only by force when the primary is gone', async () => {
    await pods.stop('og-0');
    expect((await run('og-1', ['gs_ctl', 'query', '-D', '/gaussdata/openGauss/db1'])).out).toMatch(
      /db_state +: Need repair/,
    );
    expect((await run('og-1', ['gs_ctl', 'switchover', '-D', '/gaussdata/openGauss/db1'])).code).toBe(1);
    expect((await run('og-1', ['gs_ctl', 'failover', '-D', '/gaussdata/openGauss/db1'])).out).toContain(
      'failover completed',
    );
    expect(await role('og-1')).toBe('Primary');
  });
});

describe('influxdb enterprise', () => {
  const ctl = (...args: string[]) => pods.run('influx-meta-0', 'influxdb-meta:1', ['influxd-ctl', ...args]);
  const ls = async (node: string, path: string) => (await pods.run(node, 'influxdb-data:1', ['ls', path])).out;
  const shards = async () =>
    (await ctl('show-shards')).out
      .split('\n')
      .slice(3)
      .filter(Boolean)
      .map((line) => line.split(/ {2,}/))
      // A policy without an end has nothing in `Expires`.
      .map((row) => (row.length === 9 ? row : [...row.slice(0, 7), '', ...row.slice(7)]));

  it('rebalances in the vendor’s six steps', async () => {
    await start('influxdb-meta:1', 'influx-meta-0');
    await start('influxdb-data:1', 'influx-data-0', 'influx-data-1');
    const before = await shards();
    await start('influxdb-data:1', 'influx-data-2');
    expect((await ctl('show-shards')).out).toMatch(
      /^Shards\n={10}\nID {2}Database {3}Retention Policy {2}Desired Replicas {2}Shard Group {2}Start {17}End {19}Expires {15}Owners\n1 {3}telegraf {3}autogen {11}2 {17}1 {12}/,
    );
    expect(await ctl('truncate-shards')).toEqual({ out: 'Truncated shards.\n', err: '', code: 0 });
    expect((await shards()).some((row) => row[6]?.endsWith('*'))).toBe(false);
    await pods.live(61_000);
    const cut = await shards();
    expect(cut.filter((row) => row[6]?.endsWith('*'))).toHaveLength(2);
    expect(cut).toHaveLength(before.length + 2);

    const copying = ctl('copy-shard', 'influx-data-0:8088', 'influx-data-2:8088', '1');
    expect(await copying).toMatchObject({
      out: 'Copied shard 1 from influx-data-0:8088 to influx-data-2:8088\n',
      code: 0,
    });
    expect((await shards())[0]?.[8]).toBe('[{4 influx-data-0:8088} {5 influx-data-1:8088} {6 influx-data-2:8088}]');
    const path = '/var/lib/influxdb/data/telegraf/autogen/1';
    expect(await ls('influx-data-0', path)).toBe(await ls('influx-data-2', path));
    expect((await ctl('remove-shard', 'influx-data-0:8088', '1')).out).toBe(
      'Removed shard 1 from influx-data-0:8088\n',
    );
    expect((await shards())[0]?.[8]).toBe('[{5 influx-data-1:8088} {6 influx-data-2:8088}]');
    expect(await ls('influx-data-0', path)).toBe('');
    expect(await ls('influx-data-0', '/var/lib/influxdb/data/telegraf/autogen')).toMatch(/^2\n3\n/);
  });

  it('refuses what it can’t do, and shows a copy under way', async () => {
    await start('influxdb-meta:1', 'influx-meta-0');
    await start('influxdb-data:1', 'influx-data-0', 'influx-data-1');
    await shards();
    await start('influxdb-data:1', 'influx-data-2');
    expect((await ctl('frob')).err).toContain("Run 'influxd-ctl help' for usage");
    expect(await ctl('help')).toMatchObject({ code: 0, out: expect.stringContaining('kill-copy-shard') });
    expect((await ctl('copy-shard', 'influx-data-0:8088', 'influx-data-9:8088', '1')).err).toContain('no such host');
    expect((await ctl('copy-shard', 'influx-data-0:8088', 'influx-data-2:8088', '99')).err).toContain(
      'shard 99 not found',
    );
    const copying = ctl('copy-shard', 'influx-data-0:8088', 'influx-data-2:8088', '1');
    await pods.live(300);
    expect((await ctl('copy-shard-status')).out).toMatch(
      /^Source {14}Dest {16}Database {2}Policy {3}ShardID {2}TotalSize {2}CurrentSize {2}StartedAt\ninflux-data-0:8088 {2}influx-data-2:8088 {2}telegraf {2}autogen {2}1 {8}\d+ +\d+ +\d{4}-\d\d-\d\d [\d:]+\.\d{9} \+0000 UTC\n$/,
    );
    expect((await ctl('kill-copy-shard', 'influx-data-0:8088', 'influx-data-2:8088', '1')).code).toBe(0);
    expect((await copying).code).toBe(1);
    expect((await pods.run('influx-data-0', 'influxdb-data:1', ['ls', '/var/lib/influxdb/data/none'])).code).toBe(2);
    const influx = (query: string) => pods.run('influx-data-0', 'influxdb-data:1', ['influx', '-execute', query]);
    expect(await influx('ALTER RETENTION POLICY "autogen" ON "telegraf" REPLICATION 3')).toEqual({
      out: '',
      err: '',
      code: 0,
    });
    expect((await influx('SHOW RETENTION POLICIES ON telegraf')).out).toMatch(/^autogen 0s 24h0m0s 3 true$/m);
    expect((await shards())[0]?.[3]).toBe('3');
    expect((await influx('SHOW RETENTION POLICIES ON none')).err).toBe('ERR: database not found: none\n');
  });
});
