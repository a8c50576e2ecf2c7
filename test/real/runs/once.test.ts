/** A command starts once, whoever is asked and whatever is killed: its starts are counted in redis. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import {
  apply,
  kubectl,
  namespace,
  opsdeck,
  type RedisCluster,
  redisCluster,
  startOpsdeck,
  until,
  withCrds,
} from '../kit.ts';
import { SLOW, ticks, upTo } from './documents.ts';

const ns = await namespace('once');
const file = join(tmpdir(), `${ns}.yaml`);
writeFileSync(file, SLOW);
withCrds();
let redis: RedisCluster;

beforeAll(async () => {
  await apply(SLOW);
  redis = await redisCluster(ns);
});

const starts = async (key: string) => Number(await redis.cli(['-c', 'get', key]));
const phase = (run: string) =>
  kubectl(['get', 'opsrequests.opsdeck.dev', run, '-o', 'jsonpath={.status.phase}'], { namespace: ns });

function request(name: string, key: string, seconds: number): string {
  const spec = {
    clusterRef: redis.name,
    opsDefinitionRef: 'test-slow',
    parameters: [
      { name: 'key', value: key },
      { name: 'seconds', value: seconds },
    ],
  };
  return JSON.stringify({ apiVersion: 'opsdeck.dev/v1alpha1', kind: 'OpsRequest', metadata: { name }, spec });
}

test('two engines on the same OpsRequest start its command once', async () => {
  const engines = [startOpsdeck(['operator', '-n', ns]), startOpsdeck(['operator', '-n', ns])];
  try {
    await apply(request('shared', 'shared', 5), ns);
    await until('the run ends', async () => (await phase('shared')) === 'Succeed');
    expect(await starts('shared')).toBe(1);
  } finally {
    for (const engine of engines) engine.kill();
    await Promise.all(engines.map((engine) => engine.done));
  }
});

test('kill -9 in the middle of a 20-second command: the next start re-attaches, the log has no gap and no repeat', async () => {
  const args = ['run', '-f', file, '--name', 'killed', '--cluster', redis.name, '-n', ns, '-p', 'key=killed'];
  const first = startOpsdeck(args);
  await first.until('tick 5');
  first.kill('SIGKILL');
  await first.done;
  const second = startOpsdeck(['operator', '-n', ns]);
  try {
    const { code, stdout } = await opsdeck(['describe', 'run', 'killed', '-n', ns, '-f']);
    expect(code).toBe(0);
    expect(ticks(stdout)).toEqual(upTo(20));
    expect(await starts('killed')).toBe(1);
  } finally {
    second.kill();
    await second.done;
  }
});

test('ctrl-c leaves the run going: exit code 130, and the message says how to follow it', async () => {
  const running = startOpsdeck([
    'run',
    '-f',
    file,
    '--name',
    'left',
    '--cluster',
    redis.name,
    '-n',
    ns,
    '-p',
    'key=left',
    '-p',
    'seconds=6',
  ]);
  await running.until('tick 1');
  running.kill('SIGINT');
  const { code, stderr } = await running.done;
  expect(code).toBe(130);
  expect(stderr).toContain(`opsdeck describe run left -n ${ns}`);
  expect(await starts('left')).toBe(1);
});
