/** Ways out of `opsdeck run` before the run is over: none may claim less than what goes on in the cluster. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
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
