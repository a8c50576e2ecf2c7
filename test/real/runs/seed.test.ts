/** The seed's two documents, applied by kubectl as they are: an engine runs them and reports what redis-cli says, word for word. */
import { beforeAll, expect, test } from 'vitest';
import {
  apply,
  kubectl,
  kubectlFails,
  namespace,
  opsdeck,
  type RedisCluster,
  redisCluster,
  startOpsdeck,
  until,
  withCrds,
} from '../kit.ts';
import { SEED } from './documents.ts';

const GROUP = 'opendbaas.infracreate.com';
const ns = await namespace('seed');
withCrds();
let redis: RedisCluster;

beforeAll(async () => {
  // As the seed names things: the cluster, its component, and the port.
  const names = { name: 'my-redis-clsuter', component: 'master-slave', definition: 'a-vendor-redis-clsuter' };
  redis = await redisCluster(ns, { ...names, port: 7000 });
  const engine = startOpsdeck(['operator', '-n', ns], { limit: 600_000 });
  return async () => {
    engine.kill('SIGTERM');
    await engine.done;
    await kubectlFails(['delete', `opsdefinitions.${GROUP}`, 'redis-reshard', '--ignore-not-found']);
  };
});

async function ended(name: string) {
  return until(`the end of ${name}`, async () => {
    const read = await kubectl(['get', `opsrequests.${GROUP}`, name, '-o', 'json'], { namespace: ns });
    const { status } = JSON.parse(read);
    return ['Succeed', 'Failed', 'Unknown'].includes(status?.phase) && status;
  });
}

test('as it stands: redis-cli knows no such node, and says so in the status', async () => {
  await apply(SEED, ns);
  const status = await ended('redis-reshard-job');
  expect(status.phase).toBe('Failed');
  const words = 'The specified node (07c37dfeb235213a872192d90877d0cd55635b91) is not known or not a master';
  expect(status.tasks['redis-reshard'].message).toContain(words);
  expect(status.tasks['redis-reshard'].status).toBe('Failed');
});

test('with a node of this cluster: redis-cli still refuses one node as source and target, and moves nothing', async () => {
  const [node] = await redis.nodes();
  const before = await redis.slots();
  const request = SEED.slice(SEED.indexOf('---')).replaceAll(
    '07c37dfeb235213a872192d90877d0cd55635b91',
    node?.id ?? '',
  );
  await apply(request.replace('redis-reshard-job', 'redis-reshard-known'), ns);
  const status = await ended('redis-reshard-known');
  expect(status.phase).toBe('Failed');
  expect(status.tasks['redis-reshard'].message).toMatch(/\*\*\* .*(target|source)/);
  expect(await redis.slots()).toEqual(before);
});

test('with a source beside the target, in the same form: the slots move, by a pod of the image', async () => {
  const [from, to] = await redis.nodes();
  const before = await redis.slots();
  const definition = SEED.slice(0, SEED.indexOf('---'))
    .replace('name: redis-reshard', 'name: redis-reshard-two')
    .replace('    - name: nodeId', `    - name: source\n      value: ""\n    - name: nodeId`)
    .replace('--cluster-from {{parameters.nodeId}}', '--cluster-from {{parameters.source}}');
  const request = SEED.slice(SEED.indexOf('---'))
    .replace('redis-reshard-job', 'redis-reshard-two')
    .replace('opsDefinitionRef: redis-reshard', 'opsDefinitionRef: redis-reshard-two')
    .replace('07c37dfeb235213a872192d90877d0cd55635b91', `${to?.id}\n    - name: source\n      value: ${from?.id}`);
  await apply(`${definition}\n${request}`, ns);
  const status = await ended('redis-reshard-two');
  expect(status.phase).toBe('Succeed');
  const after = await redis.slots();
  expect(after[from!.pod]).toBe(before[from!.pod]! - 1024);
  expect(after[to!.pod]).toBe(before[to!.pod]! + 1024);
  await kubectl(['delete', `opsdefinitions.${GROUP}`, 'redis-reshard-two']);
});

test('without the image line: it runs in the container of a pod that holds the role, wherever the role is', async () => {
  const definition = SEED.slice(0, SEED.indexOf('---'))
    .replace('name: redis-reshard', 'name: redis-where')
    .replace(/image: .*/, 'name: redis')
    .replace(/args: .*/, 'args: ["hostname; redis-cli -p {{parameters.port}} cluster myid"]');
  await apply(definition);
  for (const master of [1, 2]) {
    const roles = redis.pods.map((pod, i) =>
      kubectl(['label', 'pod', pod, `role=${i === master ? 'master' : 'slave'}`, '--overwrite'], { namespace: ns }),
    );
    await Promise.all(roles);
    const name = `redis-where-${master}`;
    const request = SEED.slice(SEED.indexOf('---')).replace('redis-reshard-job', name);
    await apply(request.replace('opsDefinitionRef: redis-reshard', 'opsDefinitionRef: redis-where'), ns);
    expect((await ended(name)).phase).toBe('Succeed');
    const said = await opsdeck(['describe', 'run', name, '-n', ns]);
    const node = (await redis.nodes())[master];
    expect(said.stdout).toContain(node?.pod);
    expect(said.stdout).toContain(node?.id);
  }
  await kubectl(['delete', `opsdefinitions.${GROUP}`, 'redis-where']);
});
