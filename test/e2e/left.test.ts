/** Ways out of `opsdeck run` before the run is over: none may claim less than what goes on in the cluster. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { customResourceDefinitions } from '../../engine/api/crd.ts';
import type { Embedded } from '../kit/embedded.ts';
import { withCart } from './estate.ts';

let cluster: Embedded;

beforeAll(async () => {
  cluster = await withCart();
});
afterEach(() => void cluster.sim.faults.clear());
afterAll(() => cluster.close());

/** Runs a script as a change of the cluster. */
function change(name: string, script: string, ...more: string[]) {
  const file = join(cluster.dir, `${name}.yaml`);
  writeFileSync(
    file,
    `apiVersion: opsdeck.dev/v1alpha1
kind: OpsDefinition
metadata: {name: ${name}}
spec:
  effect: change
  strategies:
    container: {command: [sh, -c, '${script}']}
    components: [{type: redis, roleGroups: [master], pickOne: true}]
`,
  );
  return cluster.run(['run', '-f', file, '--cluster', 'cart', ...more]);
}

test('a right that is lost in the middle: the end is seen and told, and that it could not be written down', async () => {
  const go = join(cluster.dir, 'go-slow');
  const script = `echo x >>${go}.starts; echo begun; until [ -e ${go} ]; do sleep 0.1; done; echo ended`;
  const run = change('slow', script, '--name', 'slow-1');
  await run.until('begun');
  cluster.sim.faults.add({ do: 'error', status: 403, verb: 'update', resource: 'configmaps' });
  await run.until("its journal can't be written");
  writeFileSync(go, '');
  const { code, stdout, stderr } = await run.done;
  expect({ code, stdout }).toEqual({ code: 3, stdout: 'begun\nended\n' });
  expect(stderr).toContain('slow-1: slow on cart-0 ended with exit code 0. That is not written down (');
  expect(stderr).toContain('its journal says Running');
  expect(stderr).toContain('opsdeck describe run slow-1 -n default -f');
  // Who follows it without that right is told the same.
  const follower = await cluster.run(['describe', 'run', 'slow-1', '-f']).done;
  expect(follower).toMatchObject({ code: 3, stdout: 'begun\nended\n' });
  expect(follower.stderr).toContain('slow on cart-0 ended with exit code 0. That is not written down (');
  cluster.sim.faults.clear();
  expect((await cluster.run(['describe', 'run', 'slow-1', '-f']).done).code).toBe(0);
  expect(readFileSync(`${go}.starts`, 'utf8')).toBe('x\n');
});

test('a right that comes back in time: the run goes on where it was', async () => {
  const go = join(cluster.dir, 'go-back');
  const script = `echo x >>${go}.starts; echo begun; until [ -e ${go} ]; do sleep 0.1; done; echo ended`;
  const run = change('back', script, '--name', 'back-1');
  await run.until('begun');
  cluster.sim.faults.add({ do: 'error', status: 403, verb: 'update', resource: 'configmaps' });
  await run.until("its journal can't be written");
  cluster.sim.faults.clear();
  writeFileSync(go, '');
  const { stderr, ...rest } = await run.done;
  expect(rest).toMatchObject({ code: 0, stdout: 'begun\nended\n' });
  expect(stderr.match(/── back on /g)).toHaveLength(1);
  expect(readFileSync(`${go}.starts`, 'utf8')).toBe('x\n');
});

test('without any right in the pod either that is what is said', async () => {
  const go = join(cluster.dir, 'go-blind');
  const run = change('blind', `echo begun; until [ -e ${go} ]; do sleep 0.1; done`, '--name', 'blind-1');
  await run.until('begun');
  cluster.sim.faults.add({ do: 'error', status: 403, verb: 'update', resource: 'configmaps' });
  cluster.sim.faults.add({ do: 'error', status: 403, resource: 'pods/exec' });
  const { code, stderr } = await run.done;
  expect(code).toBe(3);
  expect(stderr).toContain("blind on cart-0 can't be seen either: ");
  cluster.sim.faults.clear();
  writeFileSync(go, '');
  expect((await cluster.run(['describe', 'run', 'blind-1', '-f']).done).code).toBe(0);
});

/** Whom a waiting run is said to wait for, as its journal has it. */
const waiting = (name: string) =>
  new Promise<string>((done) => {
    const look = () => {
      const data = cluster.sim.cluster.get('configmaps', 'default', name)?.data as Record<string, string> | undefined;
      const { phase, message } = JSON.parse(data?.status ?? '{}') as { phase?: string; message?: string };
      if (phase === 'Waiting') done(message ?? '');
      else setTimeout(look, 50);
    };
    look();
  });

test('who gives up a run that waits leaves nothing in the way of the next one', async () => {
  const go = join(cluster.dir, 'go');
  const first = change('first', `echo begun; until [ -e ${go} ]; do sleep 0.1; done`, '--name', 'first-1');
  await first.until('begun');
  const second = change('second', 'echo second', '--name', 'second-1');
  await second.until('waits for first-1');
  const third = change('third', 'echo third', '--name', 'third-1');
  await third.until('waits for first-1');
  second.kill('SIGINT');
  const { code, stdout, stderr } = await second.done;
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  expect(stderr).toContain('second-1: nothing was started; the run is cancelled');
  writeFileSync(go, '');
  expect(await third.done).toMatchObject({ code: 0, stdout: 'third\n' });
  await first.done;
});

test('a run that waits names in its journal whom it waits for now', async () => {
  const [goOne, goTwo] = [join(cluster.dir, 'go-1'), join(cluster.dir, 'go-2')];
  const one = change('one', `echo begun; until [ -e ${goOne} ]; do sleep 0.1; done`, '--name', 'turn-1');
  await one.until('begun');
  const two = change('two', `echo two; until [ -e ${goTwo} ]; do sleep 0.1; done`, '--name', 'turn-2');
  await two.until('waits for turn-1');
  const three = change('three', 'echo three', '--name', 'turn-3');
  await three.until('waits for turn-1');
  expect(await waiting('turn-3')).toContain('turn-1');
  writeFileSync(goOne, '');
  await two.until('two on');
  await three.until('waits for turn-2');
  for (;;) {
    if ((await waiting('turn-3')).includes('turn-2')) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  writeFileSync(goTwo, '');
  expect(await Promise.all([one, two, three].map(({ done }) => done.then(({ code }) => code)))).toEqual([0, 0, 0]);
});

/** From here on runs are kept as OpsRequests. */
async function installed() {
  for (const crd of customResourceDefinitions('test'))
    if (!cluster.sim.cluster.get('customresourcedefinitions.apiextensions.k8s.io', '', crd.metadata.name))
      cluster.sim.cluster.create('customresourcedefinitions.apiextensions.k8s.io', crd);
  await cluster.sim.cluster.idle();
}

test.each(['ConfigMap', 'OpsRequest'])('the same key given several times at once is one run (%s)', async (kept) => {
  if (kept === 'OpsRequest') {
    await installed();
    // Long enough between the object and its journal for the others to look.
    const resource = 'opsrequests.opsdeck.dev/status';
    cluster.sim.faults.add({ do: 'delay', ms: 1500, verb: 'update', resource, times: 1 });
  }
  const name = `many-${kept.toLowerCase()}`;
  const began = join(cluster.dir, name);
  const many = Array.from({ length: 4 }, () => change(name, `echo x >>${began}; sleep 1; echo done`, '--name', name));
  const ends = await Promise.all(many.map(({ done }) => done));
  expect(ends.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0, 0, 0]);
  expect(ends.filter(({ stderr }) => stderr.includes(`kept as ${kept}`))).toHaveLength(1);
  expect(readFileSync(began, 'utf8')).toBe('x\n');
});

test('while its kinds are being deleted a run is kept as a ConfigMap', async () => {
  await installed();
  const resource = ['opsrequests.opsdeck.dev', 'opsdefinitions.opsdeck.dev', 'opsrequests.opsdeck.dev/status'];
  cluster.sim.faults.add({ do: 'error', status: 404, bare: true, resource });
  const { code, stdout, stderr } = await change('going', 'echo done').done;
  expect(stderr).toContain('kept as ConfigMap');
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' });
  const named = await cluster.run(['run', 'roles', '--cluster', 'cart', '--dry-run']).done;
  expect(named.stderr).not.toContain('nothing at this address');
});

test.each([
  ['before the plan is made', { verb: 'list' }],
  ['at the first contact', { resource: 'pods/exec' }],
])('who gives up %s is told that nothing was started', async (_when, where) => {
  const id = cluster.sim.faults.add({ do: 'delay', ms: 60_000, ...where });
  const run = change('early', 'echo begun');
  await vi.waitFor(() => expect(cluster.sim.faults.hits(id)).toBeGreaterThan(0), { timeout: 30_000, interval: 50 });
  run.kill('SIGINT');
  expect(await run.done).toMatchObject({ code: 130, stdout: '', stderr: 'nothing was started\n' });
});
