/** A terminal that stood still while another engine took its run over: what it prints in all is what the command printed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, idle, kubectl, link, namespace, startOpsdeck } from '../kit.ts';

const ns = await namespace('frozen');
const folder = mkdtempSync(join(tmpdir(), 'opsdeck-frozen-'));
afterAll(() => rmSync(folder, { recursive: true }));

const COUNT = 240;
const LINES = Array.from({ length: COUNT }, (_, i) => `line ${i + 1}`);

beforeAll(async () => {
  await apply(idle('calm'), ns);
  await kubectl(['rollout', 'status', 'statefulset/calm', '--timeout=60s'], { namespace: ns });
  const script = `echo x >>/tmp/starts; i=0; while [ $i -lt ${COUNT} ]; do i=$((i+1)); echo line $i; sleep 0.25; done`;
  const strategies = { container: { command: ['sh', '-c', script] }, components: [{ type: '*', pickOne: true }] };
  const document = { apiVersion: 'opsdeck.dev/v1alpha1', kind: 'OpsDefinition', metadata: { name: 'slow' } };
  writeFileSync(join(folder, 'slow.json'), JSON.stringify({ ...document, spec: { effect: 'read', strategies } }));
});

// Asleep while the other one takes over and for some time after it; and until all is over.
test.each(['after the takeover', 'after the end'])('woken %s', async (when) => {
  const name = when.replaceAll(' ', '-');
  // By the same address: a run in a ConfigMap is sealed for it.
  const { kubeconfig, stall } = await link();
  const args = ['run', '-f', join(folder, 'slow.json'), '--cluster', 'calm', '-n', ns, '--name', name];
  const asleep = startOpsdeck(args, { kubeconfig });
  await asleep.until('line 12\n');
  const other = startOpsdeck(['describe', 'run', name, '-n', ns, '-f'], { kubeconfig });
  await other.until('line 12\n');
  asleep.kill('SIGSTOP');
  await other.until('going on with it');
  if (when === 'after the end') {
    await other.done;
    // What was on its way to the other one is lost, as to a laptop that gets another address.
    stall();
  }
  asleep.kill('SIGCONT');
  const ends = await Promise.all([asleep.done, other.done]);
  for (const { code, stdout, stderr } of ends) {
    expect(stdout.trimEnd().split('\n')).toEqual(LINES);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('lost') });
  }
});

test('each started its command once', async () => {
  expect(await kubectl(['exec', 'calm-0', '--', 'cat', '/tmp/starts'], { namespace: ns })).toBe('x\nx\n');
});
