/** The whole path on the screen, in a pseudo-terminal, on a real redis cluster: choose, fill, plan, confirm, watch. */
import { beforeAll, describe, expect, test } from 'vitest';
import {
  apply,
  cockpit,
  grant,
  KEY,
  kubectl,
  namespace,
  type RedisCluster,
  redisCluster,
  type Terminal,
  USERS,
  until,
  withCrds,
} from '../kit.ts';
import { SLOW, ticks, upTo } from './documents.ts';

const ns = await namespace('cockpit');
let redis: RedisCluster;

withCrds();
beforeAll(async () => {
  await apply(SLOW);
  redis = await redisCluster(ns);
});

/** Types, one key or one word at a time, and waits for what it brings: a person reads before going on. */
async function type(terminal: Terminal, keys: string, brings: string | RegExp): Promise<void> {
  terminal.press(keys);
  await terminal.until(brings);
}

async function leave(terminal: Terminal): Promise<void> {
  terminal.press(KEY.ctrl('c'));
  await terminal.gone;
  expect(terminal.alternate()).toBe(false);
  expect(terminal.cursor().hidden).toBe(false);
}

const starts = async (key: string) => Number(await redis.cli(['-c', 'get', key]));
const phase = (run: string) =>
  kubectl(['get', 'opsrequests.opsdeck.dev', run, '-o', 'jsonpath={.status.phase}'], { namespace: ns });

async function request(name: string, seconds: number): Promise<void> {
  const parameters = [
    { name: 'key', value: name },
    { name: 'seconds', value: seconds },
  ];
  const spec = { clusterRef: redis.name, opsDefinitionRef: 'test-slow', parameters };
  const document = { apiVersion: 'opsdeck.dev/v1alpha1', kind: 'OpsRequest', metadata: { name }, spec };
  await apply(JSON.stringify(document), ns);
}

describe('a reshard', () => {
  test('from the list of clusters to the moved slots', async () => {
    const [from, to] = await redis.nodes();
    const before = await redis.slots();
    const terminal = cockpit(['-n', ns], { cols: 120, rows: 40 });
    await terminal.until('3 master');
    await type(terminal, 'o', 'redis-reshard');
    await type(terminal, '/', '/');
    await type(terminal, 'reshard', /\/reshard\b/);
    await type(terminal, KEY.enter, /> redis-reshard/);
    await type(terminal, KEY.enter, '> from*');
    await type(terminal, from!.id, from!.id);
    await type(terminal, KEY.tab, '> to*');
    await type(terminal, to!.id, to!.id);
    await type(terminal, KEY.ctrl('s'), /^ y run /m); // offered once there was time to read
    const plan = terminal.screen();
    expect(plan).toMatch(new RegExp(`exec in ${redis.name}-\\d \\(master`));
    expect(plan).toContain(`--cluster-from ${from!.id}`);
    terminal.press('y');
    await terminal.until('Moving slot');
    await terminal.until(/cart-redis · Succeed/);
    expect(terminal.screen()).toContain('exit code 0');
    await leave(terminal);
    const after = await redis.slots();
    expect(after).toEqual({ ...before, [from!.pod]: before[from!.pod]! - 1024, [to!.pod]: before[to!.pod]! + 1024 });
  });
});

describe('one OpsRequest', () => {
  test('in two cockpits starts its command once, and both show its end', async () => {
    const both = [cockpit(['-n', ns], { rows: 30 }), cockpit(['-n', ns], { rows: 30 })];
    for (const terminal of both) {
      await terminal.until('3 master');
      await type(terminal, 'r', /Runs/);
    }
    await request('twice', 5);
    for (const terminal of both) await terminal.until(/Succeed +twice /);
    expect(await starts('twice')).toBe(1);
    for (const terminal of both) await leave(terminal);
  });

  test('goes on after kill -9 of the cockpit that ran it: the next one shows its log without a gap or a repeat', async () => {
    const first = cockpit(['-n', ns]);
    await first.until('3 master');
    await request('killed', 20);
    await until('the command runs', async () => (await starts('killed')) === 1);
    await type(first, 'r', /Running +killed /);
    await type(first, KEY.enter, 'tick 3');
    first.kill('SIGKILL');
    await first.gone;
    const second = cockpit(['-n', ns], { rows: 50 });
    await second.until('3 master');
    await type(second, 'r', /Running +killed /);
    await type(second, KEY.enter, 'tick 0');
    await second.until(/killed · cart-redis · Succeed/);
    expect(ticks(second.screen())).toEqual(upTo(20));
    expect(await starts('killed')).toBe(1);
    expect(await phase('killed')).toBe('Succeed');
    await leave(second);
  });

  test('is not stopped by leaving: the shell is told how to follow it', async () => {
    const terminal = cockpit(['-n', ns]);
    await terminal.until('3 master');
    await request('left', 8);
    await until('the command runs', async () => (await starts('left')) === 1);
    await type(terminal, 'r', /Running +left /);
    await type(terminal, ':', ':');
    await type(terminal, 'q', /:q/);
    terminal.press(KEY.enter);
    await terminal.gone;
    expect(terminal.screen()).toContain(`opsdeck describe run left -n ${ns}`);
  });
});

describe('a person with few rights', () => {
  test('sees what is allowed, and which verb on which resource is missing', async () => {
    await grant('alice', ns, [
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['apps'], resources: ['statefulsets'], verbs: ['get', 'list', 'watch'] },
    ]);
    const terminal = cockpit(['-n', ns], { kubeconfig: USERS.alice });
    await terminal.until('3 master');
    await type(terminal, 'o', 'redis-reshard');
    await type(terminal, '/', '/');
    await type(terminal, 'reshard', /\/reshard\b/);
    await type(terminal, KEY.enter, /> redis-reshard/);
    await terminal.until(/may not (get|create) pods\/exec/);
    await leave(terminal);
  });
});
