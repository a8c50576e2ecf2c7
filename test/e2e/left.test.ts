/** Ways out of `opsdeck run` before the run is over: none may claim less than what goes on in the cluster. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { customResourceDefinitions } from '../../engine/api/crd.ts';
import { type Embedded, embedded } from '../kit/embedded.ts';
import { CART } from './estate.ts';

let cluster: Embedded;

beforeAll(async () => {
  cluster = await embedded();
  cluster.apply(CART);
  await cluster.ready('default', 'app.kubernetes.io/instance=cart', 3);
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

test('a right that is lost in the middle leaves an unknown outcome, and says which and how to go on', async () => {
  const run = change('slow', 'echo begun; sleep 6; echo ended >>slow', '--name', 'slow-1');
  await run.until('begun');
  cluster.sim.faults.add({ do: 'error', status: 403, verb: 'update', resource: 'configmaps' });
  const { code, stderr } = await run.done;
  expect(stderr).toContain('slow-1');
  expect(stderr).toContain('opsdeck describe run slow-1 -n default -f');
  expect(code).toBe(3);
  // Who follows it without that right is told the same.
  const follower = await cluster.run(['describe', 'run', 'slow-1', '-f']).done;
  expect(follower.code).toBe(3);
  expect(follower.stderr).toContain('opsdeck describe run slow-1 -n default -f');
  cluster.sim.faults.clear();
  expect((await cluster.run(['describe', 'run', 'slow-1', '-f']).done).code).toBe(0);
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
