/** `opsdeck run` moves slots of a redis cluster; redis itself is asked whether they moved. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  apply,
  audit,
  hasCrds,
  kubectl,
  namespace,
  opsdeck,
  type RedisCluster,
  redisCluster,
  withCrds,
} from '../kit.ts';
import { RESHARD } from './documents.ts';

const ns = await namespace('reshard');
const file = join(tmpdir(), `${ns}.yaml`);
writeFileSync(file, RESHARD);
let redis: RedisCluster;

beforeAll(async () => {
  redis = await redisCluster(ns);
});

/** The arguments of a run that moves `slots` from the first pod to the second. */
async function reshard(slots: number): Promise<string[]> {
  const [from, to] = await redis.nodes();
  const parameters = { slots, from: from?.id, to: to?.id };
  const flags = Object.entries(parameters).flatMap(([name, value]) => ['-p', `${name}=${value}`]);
  return ['--cluster', redis.name, '-n', ns, ...flags];
}

async function moved(act: () => Promise<void>): Promise<number[]> {
  const before = Object.values(await redis.slots());
  await act();
  const after = Object.values(await redis.slots());
  return after.map((slots, i) => slots - before[i]!);
}

test('the shipped operation', async () => {
  const [from, to] = await redis.nodes();
  const dry = await opsdeck(['run', 'redis-reshard', '--cluster', redis.name, '-n', ns, '--dry-run']);
  expect(dry.stdout).toContain('choices of from and to: as ');
  expect(dry.stdout).toMatch(new RegExp(`${from?.id}  ${redis.name}-0 · \\d+ slots`));
  expect(dry.stdout).toMatch(new RegExp(`${to?.id}  ${redis.name}-1 · \\d+ slots`));
  const nobody = ['-p', `from=${from?.id}`, '-p', `to=${'0'.repeat(40)}`];
  const refused = await opsdeck(['run', 'redis-reshard', '--cluster', redis.name, '-n', ns, ...nobody]);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('is not among what');
  const flags = ['-p', `from=${from?.id}`, '-p', `to=${to?.id}`, '-p', 'cluster-slots=32'];
  const change = await moved(async () => {
    const { code, stdout, stderr } = await opsdeck([
      'run',
      'redis-reshard',
      '--cluster',
      redis.name,
      '-n',
      ns,
      ...flags,
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout.match(/^Moving slot /gm)).toHaveLength(32);
  });
  expect(change).toEqual([-32, 32, 0]);
});

describe.skipIf(await hasCrds())('without the CRDs', () => {
  test('a definition from a file: slots move, the log is on stdout, the run is kept as a ConfigMap', async () => {
    const change = await moved(async () => {
      const { code, stdout, stderr } = await opsdeck(['run', '-f', file, ...(await reshard(100))]);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stdout).toContain('Moving slot');
      expect(stderr).not.toContain('Moving slot');
    });
    expect(change).toEqual([-100, 100, 0]);
    const kept = await kubectl(['get', 'configmaps', '-l', 'opsdeck.dev/run=true', '-o', 'json'], { namespace: ns });
    const statuses = JSON.parse(kept).items.map((item: { data: { status: string } }) => JSON.parse(item.data.status));
    expect(statuses).toContainEqual(
      expect.objectContaining({
        phase: 'Succeed',
        tasks: { 'test-reshard': expect.objectContaining({ status: 'successfully' }) },
      }),
    );
  });

  test('a dry run prints the exact argv and the target, and writes nothing', async () => {
    const mark = audit.mark();
    const change = await moved(async () => {
      const { code, stdout } = await opsdeck(['run', '-f', file, '--dry-run', ...(await reshard(7))]);
      expect(code).toBe(0);
      const [first] = await redis.nodes();
      expect(stdout).toContain(first?.pod);
      expect(stdout).toContain(`--cluster-from ${first?.id}`);
    });
    expect(change).toEqual([0, 0, 0]);
    const asked = await audit.since(mark, 'opsdeck');
    const writes = asked.filter((r) => !['get', 'list', 'watch'].includes(r.verb));
    expect(writes.filter((r) => !r.resource.startsWith('selfsubject'))).toEqual([]);
  });

  test('what redis-cli refuses is a failed run, with its words', async () => {
    const [from] = await redis.nodes();
    const nowhere = 'f'.repeat(40);
    const args = ['--cluster', redis.name, '-n', ns, '-p', `from=${from?.id}`, '-p', `to=${nowhere}`];
    const { code, stdout, stderr } = await opsdeck(['run', '-f', file, ...args]);
    expect(code).toBe(1);
    expect(stdout).toContain(`*** The specified node (${nowhere}) is not known or not a master, please retry.`);
    expect(stderr).toContain('exit code 1');
  });
});

describe('with the CRDs', () => {
  withCrds();
  beforeAll(async () => {
    await apply(RESHARD);
  });

  test('a definition of the cluster: slots move, the run is an OpsRequest with the seed’s status', async () => {
    const change = await moved(async () => {
      const { code, stdout } = await opsdeck(['run', 'test-reshard', ...(await reshard(64))]);
      expect(code).toBe(0);
      expect(stdout).toContain('Moving slot');
    });
    expect(change).toEqual([-64, 64, 0]);
    const list = JSON.parse(await kubectl(['get', 'opsrequests.opsdeck.dev', '-o', 'json'], { namespace: ns }));
    expect(list.items).toHaveLength(1);
    const { spec, status } = list.items[0];
    expect(spec).toMatchObject({ clusterRef: redis.name, opsDefinitionRef: 'test-reshard' });
    expect(status.phase).toBe('Succeed');
    expect(Object.values(status.tasks)).toMatchObject([{ status: 'successfully' }]);
    const held = status.conditions.filter((c: { status: string }) => c.status === 'True');
    expect(held.map((c: { type: string }) => c.type)).toEqual(expect.arrayContaining(['Validated', 'Succeed']));
  });

  test('a value that its schema refuses: exit code 2, nothing is made', async () => {
    const before = await kubectl(['get', 'opsrequests.opsdeck.dev', '-o', 'name'], { namespace: ns });
    const { code, stderr, stdout } = await opsdeck(['run', 'test-reshard', ...(await reshard(20000))]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^opsdeck: .*slots.*16384.*\n$/);
    expect(await kubectl(['get', 'opsrequests.opsdeck.dev', '-o', 'name'], { namespace: ns })).toBe(before);
  });
});
