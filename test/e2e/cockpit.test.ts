import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Embedded } from '../kit/embedded.ts';
import { KEY } from '../kit/pty.ts';
import { withCart } from './estate.ts';

let cluster: Embedded;

beforeAll(async () => {
  cluster = await withCart();
  cluster.apply((await cluster.run(['install', '--crds']).done).stdout);
});
afterAll(() => cluster.close());

describe('the cockpit on an embedded cluster', () => {
  test('shows clusters and who holds which role, and leaves the terminal clean on q', async () => {
    const terminal = cluster.open([], { cols: 80, rows: 24 });
    await terminal.until('3 master');
    expect(terminal.alternate()).toBe(true);
    await terminal.until(/cart-2\s+master\s+1\/1/);
    terminal.press('q');
    expect(await terminal.gone).toMatchObject({ exitCode: 0 });
    expect(terminal.alternate()).toBe(false);
    expect(terminal.cursor().hidden).toBe(false);
  });

  test('a pod that goes and comes is seen', async () => {
    const terminal = cluster.open(['-n', 'default'], { cols: 120, rows: 40 });
    await terminal.until('3 master');
    cluster.sim.cluster.delete('pods', 'default', 'cart-1', { gracePeriodSeconds: 0 });
    await terminal.until('2 master');
    await terminal.until('3 master');
    terminal.press('q');
    await terminal.gone;
  });

  test('begins with the command that it is given, and says what is wrong with it', async () => {
    const terminal = cluster.open(['-c', 'pods /cart-1'], { cols: 120, rows: 30 });
    await terminal.until(/Pods .*cart-1/);
    await terminal.until(/cart-1\s+master/);
    expect(terminal.screen()).not.toMatch(/cart-2/);
    terminal.press(KEY.escape);
    terminal.press(KEY.escape);
    await terminal.until('3 master');
    terminal.press('q');
    await terminal.gone;
    const wrong = cluster.open(['-c', 'podz'], { cols: 120, rows: 30 });
    await wrong.until('did you mean ":pods"');
    wrong.press('q');
    await wrong.gone;
  });

  test('follows the log of a pod', async () => {
    const terminal = cluster.open([], { cols: 100, rows: 30 });
    await terminal.until('3 master');
    terminal.press('l');
    await terminal.until('cart-0/redis');
    terminal.press(KEY.enter);
    await terminal.until('ready to serve');
    terminal.press(KEY.ctrl('c'));
    expect(await terminal.gone).toMatchObject({ exitCode: 130 });
    expect(terminal.alternate()).toBe(false);
  });

  test('the list of operations and an open form follow the definitions of the cluster', async () => {
    const definition = (description: string, more = '') => `
apiVersion: opsdeck.dev/v1alpha1
kind: OpsDefinition
metadata: {name: greet}
spec:
  description: ${description}
  parameters: [{name: word, value: hello}${more}]
  strategies: {container: {command: [echo, "{{parameters.word}}"]}, components: [{type: redis, pickOne: true}]}
`;
    const plural = 'opsdefinitions.opsdeck.dev';
    const change = (yaml: string) => {
      const object = parse(yaml) as { metadata: object };
      const { metadata } = cluster.sim.cluster.get(plural, '', 'greet') as unknown as { metadata: object };
      cluster.sim.cluster.update(plural, { ...object, metadata } as never);
    };
    const terminal = cluster.open(['-n', 'default'], { cols: 120, rows: 40 });
    await terminal.until('3 master');
    terminal.press('o');
    await terminal.until(/Operations for cart .* live/);
    cluster.apply(definition('Says a word.'));
    await terminal.until(/greet +cluster +change +Says a word/);
    terminal.press('/greet\r');
    await terminal.until(/> greet/);
    change(definition('Says it louder.'));
    await terminal.until(/> greet +cluster +change +Says it louder/);
    terminal.press(KEY.enter);
    await terminal.until('greet (cluster) on default/cart');
    change(definition('Says two.', ', {name: second, value: world}'));
    await terminal.until('was changed in the cluster');
    terminal.press(KEY.ctrl('s'));
    await terminal.until('greet was changed in the cluster since this form was opened');
    expect(terminal.screen()).not.toContain('as a command');
    terminal.press(KEY.ctrl('o'));
    await terminal.until('second');
    terminal.press(KEY.ctrl('s'));
    await terminal.until('as a command');
    cluster.sim.cluster.delete(plural, '', 'greet');
    await terminal.until('greet is no longer in the cluster');
    terminal.press('y');
    await terminal.until('It can not be started');
    expect(cluster.sim.cluster.list('opsrequests.opsdeck.dev', { namespace: 'default' })).toEqual([]);
    terminal.press(KEY.ctrl('c'));
    expect(await terminal.gone).toMatchObject({ exitCode: 130 });
  });

  test('a name that is two operations is run headless only where it is said which', async () => {
    cluster.apply(`
apiVersion: opsdeck.dev/v1alpha1
kind: OpsDefinition
metadata: {name: redis-cluster-check}
spec: {effect: read, strategies: {container: {command: [echo, ours]}, components: [{type: redis, pickOne: true}]}}
`);
    const run = (...more: string[]) => cluster.run(['run', 'redis-cluster-check', '--cluster', 'cart', ...more]).done;
    expect(await run()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('say which: --source cluster or --source shipped'),
    });
    expect(await run('--source', 'cluster')).toMatchObject({ code: 0, stdout: 'ours\n' });
    expect((await run('--source', 'shipped', '--dry-run')).stdout).toMatch(
      /definition: shipped with opsdeck[\s\S]*redis-cli[\s\S]*--source shipped/,
    );
    const { stdout } = await cluster.run(['get', 'definitions']).done;
    expect(stdout).toMatch(/^redis-cluster-check .*cluster[\s\S]*^redis-cluster-check .*shipped \(/m);
    cluster.sim.cluster.delete('opsdefinitions.opsdeck.dev', '', 'redis-cluster-check');
  });

  test('shows a run as YAML', async () => {
    await cluster.run(['run', 'redis-cluster-check', '--cluster', 'cart']).done;
    const terminal = cluster.open([], { cols: 100, rows: 40 });
    await terminal.until('3 master');
    terminal.press('r');
    await terminal.until('> ');
    await terminal.until(/redis-cluster-check-\w+/);
    terminal.press('y');
    await terminal.until('kind: OpsRequest');
    await terminal.until('opsDefinitionRef: redis-cluster-check');
    terminal.press(KEY.ctrl('c'));
    await terminal.gone;
  });

  test.each(['SIGTERM', 'SIGHUP'] as const)(
    'leaves the terminal clean on %s, with a true exit code',
    async (signal) => {
      const terminal = cluster.open([]);
      await terminal.until('3 master');
      terminal.kill(signal);
      const { exitCode } = await terminal.gone;
      expect(exitCode).toBe(signal === 'SIGTERM' ? 143 : 129);
      expect(terminal.alternate()).toBe(false);
      expect(terminal.cursor().hidden).toBe(false);
    },
  );

  test.each([
    ['an unknown context', ['--context', 'nowhere'], {}, /context "nowhere" is not in the kubeconfig/],
    ['no kubeconfig', [], { KUBECONFIG: '/nonexistent/kubeconfig' }, /no kubeconfig found/],
  ])('says on the screen what is wrong: %s', async (_what, args, env, wanted) => {
    const terminal = cluster.open(args, { cols: 140, rows: 30, env });
    await terminal.until(wanted);
    terminal.press('q');
    expect(await terminal.gone).toMatchObject({ exitCode: 0 });
  });

  test('without a terminal it says in one line what to use, and exits with 2', async () => {
    const { code, stdout, stderr } = await cluster.run([]).done;
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('opsdeck get clusters');
  });
});
