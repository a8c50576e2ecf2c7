/** Another terminal follows a run while its link fails: what it prints is what the command printed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Embedded } from '../kit/embedded.ts';
import { withCart } from './estate.ts';

let cluster: Embedded;
const EXEC = 'pods/exec';
/** The first stream is that of the engine that executes. */
const FREEZE = { do: 'stream-stall', resource: EXEC, bytes: 1500, skip: 1, times: 1 } as const;

beforeAll(async () => {
  cluster = await withCart();
});
afterEach(() => void cluster.sim.faults.clear());
afterAll(() => cluster.close());

/** A command that prints half of its lines, waits, and prints the others. Resolves when the first half is out. */
async function begin(name: string, count: number) {
  const go = join(cluster.dir, `${name}-go`);
  const file = join(cluster.dir, `${name}.yaml`);
  const half = count / 2;
  const script = `i=0; while [ $i -lt ${count} ]; do i=$((i+1)); echo "line $i of a log that is long enough"; [ $i != ${half} ] || until [ -e ${go} ]; do sleep 0.05; done; done`;
  const strategies = {
    container: { command: ['sh', '-c', script] },
    components: [{ type: 'redis', roleGroups: ['master'], pickOne: true }],
  };
  const document = { apiVersion: 'opsdeck.dev/v1alpha1', kind: 'OpsDefinition', metadata: { name } };
  writeFileSync(file, JSON.stringify({ ...document, spec: { strategies } }));
  const running = cluster.run(['run', '-f', file, '--cluster', 'cart', '--name', name]);
  await running.until(`line ${half} of`);
  const lines = Array.from({ length: count }, (_, i) => `line ${i + 1} of a log that is long enough`);
  return { running, lines, go: () => writeFileSync(go, '') };
}

const follower = (name: string) => cluster.run(['describe', 'run', name, '-f']);

test('a stream that freezes costs no line, and tells none twice', async () => {
  const { running, lines, go } = await begin('frozen', 1200);
  cluster.sim.faults.add(FREEZE);
  const following = follower('frozen');
  await following.until('line 20 of');
  go();
  expect((await running.done).stdout.trimEnd().split('\n')).toEqual(lines);
  const { code, stdout, stderr } = await following.done;
  expect(stdout.trimEnd().split('\n')).toEqual(lines);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('lost') });
});

test('what can be read nowhere any more is said once, and what the journal keeps is told once', async () => {
  const { running, lines, go } = await begin('closed', 1200);
  cluster.sim.faults.add(FREEZE);
  const following = follower('closed');
  await following.until('line 20 of');
  cluster.sim.faults.add({ do: 'error', status: 403, resource: EXEC });
  go();
  await running.done;
  const { stdout, stderr } = await following.done;
  const told = stdout.trimEnd().split('\n');
  // The line that the link broke in is told as far as it came.
  const whole = told.filter((line) => lines.includes(line));
  expect(told.length - whole.length).toBeLessThanOrEqual(1);
  expect(new Set(whole).size).toBe(whole.length);
  expect(whole).toEqual(lines.filter((line) => whole.includes(line)));
  expect(whole.at(-1)).toBe(lines.at(-1));
  const [, lost] = /\((\d+) lines were lost here\)/.exec(stderr) ?? [];
  expect(Number(lost)).toBe(lines.length - whole.length);
  expect(stderr.match(/lost/g)).toHaveLength(1);
});
