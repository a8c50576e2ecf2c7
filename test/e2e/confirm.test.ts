/** What destroys is begun by the name of its cluster and by nothing else. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Embedded } from '../kit/embedded.ts';
import { KEY } from '../kit/pty.ts';
import { withCart } from './estate.ts';

let cluster: Embedded;
let file = '';
let mark = '';

beforeAll(async () => {
  cluster = await withCart();
  mark = join(cluster.dir, 'destroyed');
  file = join(cluster.dir, 'wipe.yaml');
  writeFileSync(
    file,
    `apiVersion: opsdeck.dev/v1alpha1
kind: OpsDefinition
metadata: {name: wipe}
spec:
  effect: destroy
  parameters: [{name: depth, value: 3}]
  strategies:
    container: {command: [sh, -c, 'echo gone >>${mark}; echo wiped']}
    components: [{type: redis, pickOne: true}]
`,
  );
});
afterAll(() => cluster.close());

const args = (...more: string[]) => ['run', '-f', file, '--cluster', 'cart', ...more];

describe('without a terminal', () => {
  test.each<[string, string[], RegExp]>([
    ['nothing', [], /^opsdeck: wipe destroys: to run it on cart, say so with --confirm cart\n$/],
    ['another name', ['--confirm', 'carts'], /^opsdeck: --confirm carts is not cart: nothing was started\n$/],
    ['y', ['--confirm', 'y'], /is not cart/],
  ])('it is refused with %s, and nothing of it is kept', async (_what, more, said) => {
    const { code, stdout, stderr } = await cluster.run(args(...more)).done;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(said);
    expect(existsSync(mark)).toBe(false);
    expect(cluster.sim.cluster.list('configmaps', { labelSelector: 'opsdeck.dev/run=true' })).toEqual([]);
  });

  test('it is shown by a dry run without a word, and its values keep their types there', async () => {
    const { code, stdout } = await cluster.run(args('--dry-run', '-o', 'json')).done;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ effect: 'destroy', parameters: [{ name: 'depth', value: 3 }] });
  });

  test('it runs by the name', async () => {
    expect(await cluster.run(args('--confirm', 'cart')).done).toMatchObject({ code: 0, stdout: 'wiped\n' });
  });
});

describe('at a terminal', () => {
  test('the plan is shown, and the name is asked for', async () => {
    const terminal = cluster.open(args('-p', 'depth=7'));
    await terminal.until('Type cart to run it:');
    for (const text of ['Plan: wipe on default/cart', 'effect: destroy', 'depth = 7', 'exec in cart-0', 'echo wiped'])
      expect(terminal.screen()).toContain(text);
    terminal.press(`cart${KEY.enter}`);
    await terminal.until(/^wiped/m);
    expect((await terminal.gone).exitCode).toBe(0);
  });

  test.each([
    ['another word', `yes${KEY.enter}`, 2, /that is not cart: nothing was started/],
    ['the end of the input', KEY.ctrl('d'), 2, /that is not cart: nothing was started/],
    ['ctrl-c', KEY.ctrl('c'), 130, /Type cart/],
  ])('%s starts nothing', async (_what, keys, code, said) => {
    const runs = () => cluster.sim.cluster.list('configmaps', { labelSelector: 'opsdeck.dev/run=true' }).length;
    const before = runs();
    const terminal = cluster.open(args());
    await terminal.until('Type cart to run it:');
    terminal.press(keys);
    const { exitCode, signal = 0 } = await terminal.gone;
    expect(signal > 0 ? 128 + signal : exitCode).toBe(code);
    expect(terminal.screen()).toMatch(said);
    expect(runs()).toBe(before);
  });
});

test('a name that is given is held against the cluster, whatever the operation does', async () => {
  const read = join(cluster.dir, 'look.yaml');
  const container = { command: ['sh', '-c', 'printf "%s" "$HOSTNAME"'] };
  const spec = { effect: 'read', strategies: { container } };
  const document = { apiVersion: 'opsdeck.dev/v1alpha1', kind: 'OpsDefinition', metadata: { name: 'look' } };
  writeFileSync(read, JSON.stringify({ ...document, spec }));
  const look = ['run', '-f', read, '--cluster', 'cart'];
  expect(await cluster.run([...look, '--confirm', 'orders']).done).toMatchObject({ code: 2, stdout: '' });
  // Outputs of several pods stay apart, though none ends its line.
  const { code, stdout } = await cluster.run(look).done;
  expect(code).toBe(0);
  expect(stdout).toBe('cart-0\ncart-1\ncart-2');
});
