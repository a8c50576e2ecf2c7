/** `opsdeck demo fault`: a running demo is made to fail from another terminal. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPSDECK } from '../kit/embedded.ts';
import { program, type Running } from '../kit/program.ts';

/** Other demos of the same user, on the same machine, are none of this test's business. */
const TMPDIR = mkdtempSync(join(tmpdir(), 'opsdeck-e2e-'));
const env = { PATH: process.env.PATH ?? '', HOME: TMPDIR, TMPDIR };
let demo: Running;
let kubeconfig = '';

const opsdeck = async (...args: string[]) => {
  const { code, stdout, stderr } = await program(OPSDECK, args, { env }).done;
  return { code, out: stdout, err: stderr };
};
const fault = (...args: string[]) => opsdeck('demo', 'fault', ...args);

beforeAll(async () => {
  demo = program(OPSDECK, ['demo', '--serve', '--empty'], { env });
  await demo.until(/\n/, 60_000);
  kubeconfig = demo.stdout().split('\n')[0] ?? '';
});
afterAll(async () => {
  demo.kill();
  await demo.done;
  rmSync(TMPDIR, { recursive: true, force: true });
});

test('is set, strikes, is counted and taken back', async () => {
  const list = () => opsdeck('get', 'clusters', '--kubeconfig', kubeconfig);
  expect((await list()).code).toBe(0);
  expect(await fault('--verb', 'list', '--resource', 'pods,statefulsets.apps', '--status', '500')).toEqual({
    code: 0,
    out: 'f1 is set: error verb=list resource=pods,statefulsets.apps status=500\n',
    err: `in the demo of ${kubeconfig}\n`,
  });
  const struck = await list();
  expect(struck.code).toBe(1);
  expect(struck.err).toContain('Internal error occurred: a fault that was set');
  expect((await fault('list')).out).toMatch(/^ID +STRUCK +FAULT\nf1 +[12] +error verb=list/);
  expect((await fault('clear', 'f1')).out).toBe('took 1 fault back\n');
  expect((await list()).code).toBe(0);
  expect((await fault('crash-node', '--node', 'node-b', '--ms', '1s')).out).toBe('done\n');
  expect((await fault('list')).out).toBe('no fault is set\n');
});

test.each<[string[], RegExp]>([
  [['lose-statsu'], /there is no fault "lose-statsu"; did you mean "lose-status"\?/],
  [[], /say what is to happen: error, drop,/],
  [['drop', '--resource', 'pod'], /has no resource "pod"; did you mean "pods"\?/],
  [['drop', '--vrb', 'get'], /unknown option '--vrb'; did you mean --verb\?/],
  [['delay'], /delay needs "ms"/],
  [['clear', 'f7'], /there is no fault "f7"/],
  [['list', 'f7', 'x'], /too many arguments/],
])('%j is refused in one line', async (args, said) => {
  const { code, out, err } = await fault(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(said);
  expect(err.trim().split('\n')).toHaveLength(1);
});

test('strikes the demo that is meant, and none where that is not said', async () => {
  const second = program(OPSDECK, ['demo', '--serve', '--empty'], { env });
  try {
    await second.until(/\n/, 60_000);
    const other = second.stdout().split('\n')[0] ?? '';
    const set = (args: string[], more: Record<string, string> = {}) =>
      program(OPSDECK, ['demo', 'fault', 'drop', '--verb', 'list', ...args], { env: { ...env, ...more } }).done;
    const faults = async (path: string) => (await fault('list', '--kubeconfig', path)).out;

    for (const KUBECONFIG of ['', join(TMPDIR, 'elsewhere')])
      expect(await set([], { KUBECONFIG })).toMatchObject({
        code: 2,
        stdout: '',
        stderr: `opsdeck: 2 demos of yours are running; say which with --kubeconfig: ${kubeconfig}, ${other}\n`,
      });
    expect(await set(['--kubeconfig', '/nowhere'], { KUBECONFIG: other })).toMatchObject({
      code: 2,
      stderr: `opsdeck: /nowhere is not the kubeconfig of a running demo; there is: ${kubeconfig}, ${other}\n`,
    });
    expect(await faults(kubeconfig)).toBe('no fault is set\n');
    expect(await faults(other)).toBe('no fault is set\n');

    expect((await set(['--kubeconfig', kubeconfig], { KUBECONFIG: other })).stderr).toBe(
      `in the demo of ${kubeconfig}\n`,
    );
    expect(await faults(other)).toBe('no fault is set\n');
    expect(await faults(kubeconfig)).toContain('drop verb=list');
    expect((await set([], { KUBECONFIG: other })).stderr).toBe(`in the demo of ${other}\n`);
    expect(await faults(other)).toContain('drop verb=list');

    const broken = await opsdeck('demo', 'break', 'mend', '--kubeconfig', kubeconfig);
    expect(broken.err).toBe(`in the demo of ${kubeconfig}\n`);
    await fault('clear', '--kubeconfig', kubeconfig);
  } finally {
    second.kill();
    await second.done;
  }
});
