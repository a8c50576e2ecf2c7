import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Embedded } from '../kit/embedded.ts';
import { KEY } from '../kit/pty.ts';
import { REDIS, withCart } from './estate.ts';

let cluster: Embedded;

/** A definition whose command leaves a line in a file of the container each time it is started. */
function definition(name: string, script: string, more = ''): string {
  const file = join(cluster.dir, `${name}.yaml`);
  writeFileSync(
    file,
    `apiVersion: opsdeck.dev/v1alpha1
kind: OpsDefinition
metadata: {name: ${name}}
spec:
  effect: change
  parameters: [{name: word, value: hello}]
  strategies:
${more}    container: {command: [sh, -c, '${script}']}
    components: [{type: redis, roleGroups: [master], pickOne: true}]
`,
  );
  return file;
}

async function shell(script: string): Promise<string> {
  const file = definition(`shell-${Math.abs(hash(script))}`, script);
  const { stdout } = await cluster.run(['run', '-f', file, '--cluster', 'cart']).done;
  return stdout;
}
const hash = (text: string) => [...text].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) | 0, 7);

beforeAll(async () => {
  cluster = await withCart();
  cluster.apply(REDIS);
  await cluster.ready('default', 'app.kubernetes.io/instance=orders', 3);
  const addresses = cluster.sim.cluster
    .list('pods', { namespace: 'default', labelSelector: 'app.kubernetes.io/instance=orders' })
    .map((pod) => `${(pod.status as { podIP: string }).podIP}:6379`);
  await cluster.exec('default', 'orders-0', 'redis', [
    'redis-cli',
    '--cluster',
    'create',
    ...addresses,
    '--cluster-yes',
  ]);
});
afterAll(() => cluster.close());

describe('opsdeck run', () => {
  test('output on stdout word for word, the rest on stderr, exit code 0; parameters in the environment', async () => {
    const file = definition('say', 'echo "$OPS_WORD"; echo oops >&2');
    const { code, stdout, stderr } = await cluster.run(['run', '-f', file, '--cluster', 'cart', '-p', 'word=a;b']).done;
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'a;b\n' });
    expect(stderr).toContain('oops');
    expect(stderr).toMatch(/say-\w+: Succeed/);
  });

  test('a known failure is tried again as often as it says, then exits 1', async () => {
    const file = definition('fail', 'echo try; exit 7', '    retryTimes: 2\n');
    const { code, stdout } = await cluster.run(['run', '-f', file, '--cluster', 'cart']).done;
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'try\ntry\ntry\n' });
  });

  test('a value that could become a command is refused, with the way out', async () => {
    const file = definition('inject', 'echo {{parameters.word}}');
    const { code, stderr } = await cluster.run(['run', '-f', file, '--cluster', 'cart', '-p', 'word=x; id']).done;
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('$OPS_WORD');
  });

  test('a folder in which nothing can be kept is named, and nothing hangs', async () => {
    const { code, stderr } = await cluster.run(['get', 'runs'], { XDG_STATE_HOME: '/proc/x' }).done;
    expect(code).toBe(2);
    expect(stderr).toBe('opsdeck: XDG_STATE_HOME is /proc/x, where nothing can be kept; set it to a folder of yours\n');
  });

  test('--dry-run shows argv and target and leaves nothing behind', async () => {
    const file = definition('dry', 'echo never');
    const before = cluster.sim.cluster.list('configmaps').length;
    const { code, stdout } = await cluster.run(['run', '-f', file, '--cluster', 'cart', '--dry-run']).done;
    expect(code).toBe(0);
    expect(stdout).toContain('cart-0');
    expect(stdout).toContain('echo never');
    expect(cluster.sim.cluster.list('configmaps')).toHaveLength(before);
  });

  test.each([
    ['an unknown operation', ['run', 'redis-reshrad', '--cluster', 'orders'], /did you mean "redis-reshard"/],
    ['an unknown cluster', ['run', 'redis-reshard', '--cluster', 'ordes'], /did you mean "orders"/],
    [
      'an unknown parameter',
      ['run', 'redis-cluster-check', '--cluster', 'orders', '-p', 'prot=1'],
      /did you mean "port"/,
    ],
    ['a wrong type', ['run', 'redis-cluster-check', '--cluster', 'orders', '-p', 'port=many'], /port.*whole number/],
  ])('refuses %s in one line with exit code 2', async (_what, args, wanted) => {
    const { code, stdout, stderr } = await cluster.run(args).done;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(wanted);
  });

  test('killed with -9 in the middle and started again: goes on, ran once, log whole', async () => {
    const starts = '"${TMPDIR:-/tmp}"/starts';
    const file = definition('long', `echo start >>${starts}; for i in 1 2 3 4 5 6; do echo tick $i; sleep 0.5; done`);
    const args = ['run', '-f', file, '--cluster', 'cart'];
    const first = cluster.run(args);
    await first.until('tick 2');
    first.kill('SIGKILL');
    await first.done;
    const { code, stdout, stderr } = await cluster.run(args).done;
    expect(code).toBe(0);
    expect(stdout).toBe('tick 1\ntick 2\ntick 3\ntick 4\ntick 5\ntick 6\n');
    expect(stderr).toContain('going on');
    expect(await shell(`cat ${starts}`)).toBe('start\n');
  });
});

const nodeId = async (pod: string) =>
  (await cluster.exec('default', pod, 'redis', ['redis-cli', 'cluster', 'myid'])).trim();

test('values that the cluster itself names: shown by a dry run, and no others are taken unless they can not be read', async () => {
  const [from, to] = [await nodeId('orders-0'), await nodeId('orders-1')];
  const reshard = (...more: string[]) => cluster.run(['run', 'redis-reshard', '--cluster', 'orders', ...more]).done;
  const dry = await reshard('--dry-run', '-p', `from=${from}`, '-p', `to=${to}`);
  expect(dry).toMatchObject({ code: 0 });
  expect(dry.stdout).toContain('choices of from and to: as orders-0 names them\n');
  expect(dry.stdout).toContain(`${to}  orders-1 · 5462 slots\n`);
  const last = to.endsWith('0') ? '1' : '0';
  expect(await reshard('-p', `from=${from}`, '-p', `to=${to.slice(0, -1)}${last}`)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining(`is not among what orders-0 names; did you mean "${to}"?`),
  });
  const same = await reshard('-p', `from=${from}`, '-p', `to=${from}`);
  expect(same).toMatchObject({ code: 2, stderr: expect.stringContaining('"to": must not be the same as from') });
  // Nobody listens there: nothing is known of who could give, so it is not for opsdeck to say.
  const deaf = await reshard('--dry-run', '-p', `from=${'0'.repeat(40)}`, '-p', `to=${to}`, '-p', 'port=1');
  expect(deaf).toMatchObject({ code: 0, stdout: expect.stringContaining('not known (the command in orders-0 ended') });
});

describe('the cockpit', () => {
  test('moves slots: operation, form, plan, y, live log, verdict; the servers say so too', async () => {
    const nodes = await cluster.exec('default', 'orders-0', 'redis', ['redis-cli', 'cluster', 'nodes']);
    const [from, to] = [await nodeId('orders-0'), await nodeId('orders-1')];
    const terminal = cluster.open([], { cols: 100, rows: 30 });
    await terminal.until('orders');
    terminal.press('/orders');
    terminal.press(KEY.enter);
    await terminal.until(/^> ok +orders/m);
    terminal.press('o');
    await terminal.until('redis-reshard');
    terminal.press('/reshard');
    terminal.press(KEY.enter);
    terminal.press(KEY.enter);
    await terminal.until('cluster-slots');
    // Who can give and take is read from the servers: by pod, with its slots.
    await terminal.until(`orders-1 · 5462 slots  ${to}`);
    for (const text of ['orders-0', KEY.tab, 'orders-1']) terminal.press(text);
    await terminal.until(/from\* +\[ orders-0 · 5461 slots +v \] from orders-0/);
    await terminal.until(/> to\* +\[ orders-1 · 5462 slots +v \]/);
    for (const text of [KEY.tab, KEY.ctrl('u'), '100']) terminal.press(text);
    await terminal.until(/cluster-slots +\[ 100 /);
    terminal.press(KEY.ctrl('s'));
    await terminal.until('Type y to run');
    expect(terminal.screen()).toContain('--cluster-slots 100');
    expect(terminal.screen().replaceAll(/\s+/g, ' ')).toContain(`--cluster-from ${from} --cluster-to ${to}`);
    expect(terminal.screen()).toContain('to orders-1 · 5462 slots');
    // A key that was typed before the plan could be read is not taken for a yes.
    terminal.press('y');
    await terminal.until('Read the plan first');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    terminal.press('y');
    await terminal.until(/Succeed \d\d:/, 30_000);
    await terminal.until('Moving slot');
    terminal.press('q');
    terminal.press(KEY.ctrl('c'));
    await terminal.gone;
    const after = await cluster.exec('default', 'orders-0', 'redis', ['redis-cli', 'cluster', 'nodes']);
    expect(after).not.toBe(nodes);
  });

  test('a run goes on when the cockpit is killed, and the next one finds it', async () => {
    // As long as the cockpit needs to open, however slow the machine is.
    const over = join(cluster.dir, 'over');
    const file = definition('watched', `i=0; until [ -e ${over} ]; do i=$((i+1)); echo step $i; sleep 0.5; done`);
    const running = cluster.run(['run', '-f', file, '--cluster', 'cart']);
    await running.until('step 1');
    const terminal = cluster.open([], { cols: 100, rows: 30 });
    await terminal.until('1 running');
    terminal.press('r');
    await terminal.until(/Running +watched/);
    terminal.press(KEY.enter);
    await terminal.until(/step \d/);
    terminal.kill('SIGKILL');
    await terminal.gone;
    writeFileSync(over, '');
    expect((await running.done).code).toBe(0);
  });
});

test('a cluster is described by its name: how it is, its members, its warnings', async () => {
  const { code, stdout } = await cluster.run(['describe', 'cluster', 'orders']).done;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^orders: ok\n/);
  expect(stdout).toMatch(/\n {2}ok +orders-2 master +1\/1 /);
  expect(await cluster.run(['describe', 'cluster', 'ordes']).done).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('did you mean "orders"?'),
  });
});

test('the journal tells the whole story', async () => {
  const list = await cluster.run(['get', 'runs', '-o', 'json']).done;
  const { items } = JSON.parse(list.stdout) as { items: { metadata: { name: string }; status: { phase: string } }[] };
  const long = items.find((item) => item.metadata.name.startsWith('long-'));
  expect(long?.status.phase).toBe('Succeed');
  const { stdout } = await cluster.run(['describe', 'run', long?.metadata.name ?? '']).done;
  expect(stdout).toContain('tick 6');
  expect(readFileSync(join(cluster.dir, 'long.yaml'), 'utf8')).toContain('long');
});
