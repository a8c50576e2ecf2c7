/** The ways a run can go beside success and failure: Jobs, waiting in line, cancel, an unknown outcome, no right to keep a journal. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply, audit, grant, idle, kubectl, namespace, opsdeck, startOpsdeck, USERS, until } from '../kit.ts';

const ns = await namespace('ways');
const folder = mkdtempSync(join(tmpdir(), 'opsdeck-ways-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A definition of one step in a file of its own. */
function definition(name: string, container: object, more: object = {}): string {
  const file = join(folder, `${name}.yaml`);
  const strategies = { container, components: [{ type: '*', pickOne: true }] };
  const document = {
    apiVersion: 'opsdeck.dev/v1alpha1',
    kind: 'OpsDefinition',
    metadata: { name },
    spec: { strategies, ...more },
  };
  writeFileSync(file, JSON.stringify(document));
  return file;
}

const sh = (script: string) => ({ command: ['sh', '-c', script] });
const on = (cluster: string, file: string, ...more: string[]) => [
  'run',
  '-f',
  file,
  '--cluster',
  cluster,
  '-n',
  ns,
  ...more,
];

beforeAll(async () => {
  const names = ['one', 'two', 'three'];
  await apply(names.map(idle).join('\n---\n'), ns);
  for (const name of names)
    await kubectl(['rollout', 'status', `statefulset/${name}`, '--timeout=60s'], { namespace: ns });
});

describe('a Job', () => {
  const image = { image: 'local/redis:7' };

  test('runs word for word what the plan says; its log is the output, its exit code the verdict', async () => {
    const script = 'echo "$OPS_WORD at {{HOST}}"; printf "%s|" "$@"; echo; echo $((40 + 2)) $(echo sub); exit 3';
    const parameters = [{ name: 'word', value: 'a $(HOME) $$ b' }];
    const container = { ...image, command: ['sh', '-c', script, 'sh'], args: ['$(OPS_WORD)', '$$'] };
    const { code, stdout, stderr } = await opsdeck(on('one', definition('job', container, { parameters })));
    const ip = await kubectl(['get', 'pod', 'one-0', '-o', 'jsonpath={.status.podIP}'], { namespace: ns });
    expect(stdout).toBe(`a $(HOME) $$ b at ${ip}\n$(OPS_WORD)|$$|\n42 sub\n`);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('exit code 3') });
    const jobs = await kubectl(['get', 'jobs', '-o', 'jsonpath={.items[*].metadata.finalizers}'], { namespace: ns });
    expect(jobs).toBe('');
  });

  test('is ended by a cancel, says so, and goes', async () => {
    const file = definition('long-job', {
      ...image,
      ...sh('trap "echo bye; exit 4" TERM; while :; do echo up; sleep 0.2; done'),
    });
    const running = startOpsdeck(on('one', file, '--name', 'long-job'));
    await running.until('up');
    const cancelled = await opsdeck(['cancel', 'long-job', '-n', ns]);
    expect(cancelled.code).toBe(0);
    const { code, stdout, stderr } = await running.done;
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('Cancelled') });
    expect(stdout).toMatch(/^(up\n)+bye\n$/);
    await until('nothing of it is left', async () => {
      const left = await kubectl(['get', 'jobs,pods', '-o', 'name'], { namespace: ns });
      return !left.includes('long-job');
    });
  });
});

describe('runs on one cluster', () => {
  /** A command that goes on until it is let go: the other run must meet it, however slow the machine is. */
  const held = (key: string, then = '') => sh(`echo begun; until [ -e /tmp/${key} ]; do sleep 0.1; done; ${then}`);
  const letGo = (key: string) => kubectl(['exec', 'two-0', '--', 'touch', `/tmp/${key}`], { namespace: ns });

  test('wait in line, each naming the one before it; a read waits for nobody', async () => {
    const slow = definition('slow', held('first', 'date +%s.%N >>/tmp/order'));
    const first = startOpsdeck(on('two', slow, '--name', 'first'));
    await first.until('begun');
    const second = startOpsdeck(on('two', definition('quick', sh('date +%s.%N >>/tmp/order')), '--name', 'second'));
    await second.until('waits for first');
    const reading = await opsdeck(on('two', definition('look', sh('echo seen'), { effect: 'read' })));
    expect(reading).toMatchObject({ code: 0, stdout: 'seen\n' });
    await letGo('first');
    expect((await first.done).code).toBe(0);
    expect((await second.done).code).toBe(0);
    const order = await kubectl(['exec', 'two-0', '--', 'cat', '/tmp/order'], { namespace: ns });
    const times = order.trim().split('\n').map(Number);
    expect(times).toEqual([...times].sort());
    expect(times).toHaveLength(2);
  });

  test('a waiting run can be cancelled, and was never started', async () => {
    const slow = definition('hold', held('holder'));
    const first = startOpsdeck(on('two', slow, '--name', 'holder'));
    await first.until('begun');
    const second = startOpsdeck(on('two', definition('never', sh('touch /tmp/never')), '--name', 'never'));
    await second.until('waits for holder');
    expect((await opsdeck(['cancel', 'never', '-n', ns])).code).toBe(0);
    expect((await second.done).code).toBe(1);
    await letGo('holder');
    expect((await first.done).code).toBe(0);
    expect(
      await kubectl(['exec', 'two-0', '--', 'sh', '-c', 'ls /tmp/never 2>&1 || true'], { namespace: ns }),
    ).toContain('No such file');
  });
});

describe('a cancel', () => {
  test('ends the command and all that it started, within seconds', async () => {
    const file = definition('tree', sh('sleep 1000 & sleep 1001 & echo up; wait'));
    const running = startOpsdeck(on('three', file, '--name', 'tree'));
    await running.until('up');
    const began = Date.now();
    expect((await opsdeck(['cancel', 'tree', '-n', ns])).code).toBe(0);
    expect((await running.done).stderr).toContain('Cancelled');
    expect(Date.now() - began).toBeLessThan(90_000);
    const script = 'for p in /proc/[0-9]*; do tr "\\0" " " <$p/cmdline; echo; done';
    const left = await kubectl(['exec', 'three-0', '--', 'sh', '-c', script], { namespace: ns });
    expect(left).not.toMatch(/sleep 100[01] *$/m);
  });
});

describe('an unknown outcome', () => {
  /** Its container is ended from within in the middle of the command. */
  async function lose(name: string): Promise<void> {
    const file = definition(name, sh(`echo begun; echo x >>/dev/shm/${name}; sleep 60`), {});
    const running = startOpsdeck(on('three', file, '--name', name));
    await running.until('begun');
    await kubectl(['delete', 'pod', 'three-0', '--grace-period=0', '--force'], { namespace: ns });
    const { code, stderr } = await running.done;
    expect(code).toBe(3);
    expect(stderr).toMatch(/outcome is unknown/);
    expect(stderr).toContain(`opsdeck resolve ${name}`);
    await kubectl(['rollout', 'status', 'statefulset/three', '--timeout=60s'], { namespace: ns });
  }

  test('is closed by a word with a reason, and the story keeps both', async () => {
    await lose('lost');
    const asked = await opsdeck(['describe', 'run', 'lost', '-n', ns]);
    expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining('lost: Unknown') });
    const wrong = await opsdeck(['resolve', 'lost', 'maybe', '--reason', 'x', '-n', ns]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('happened, did-not, abort') });
    const said = await opsdeck(['resolve', 'lost', 'happened', '--reason', 'the slots have moved', '-n', ns]);
    expect(said.code).toBe(0);
    const { stdout } = await opsdeck(['describe', 'run', 'lost', '-n', ns]);
    expect(stdout).toContain('happened: the slots have moved');
  });

  test('that did not happen is run again, in the pod that is there now', async () => {
    await lose('again');
    const running = startOpsdeck(['resolve', 'again', 'did-not', '--reason', 'nothing moved', '-n', ns]);
    await running.until('begun');
    running.kill('SIGINT');
    expect((await running.done).code).toBe(130);
    expect((await opsdeck(['cancel', 'again', '-n', ns])).code).toBe(0);
    const object = JSON.parse((await opsdeck(['describe', 'run', 'again', '-n', ns, '-o', 'json'])).stdout);
    const [target] = object.status.journal.steps[0].targets;
    expect(target.attempts.map(({ phase }: { phase: string }) => phase)).toEqual(['Failed', 'Cancelled']);
  });
});

test('without a right to keep a journal in the cluster it is kept here, and found again', async () => {
  await grant('eve', ns, [
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
    { apiGroups: ['apps'], resources: ['statefulsets', 'deployments'], verbs: ['get', 'list'] },
    { apiGroups: [''], resources: ['pods/exec'], verbs: ['create', 'get'] },
  ]);
  const eve = { kubeconfig: USERS.eve, env: { XDG_STATE_HOME: join(folder, 'state') } };
  await until('the grant counts', () => kubectl(['get', 'pods'], { namespace: ns, kubeconfig: USERS.eve }));
  const file = definition('local', sh('echo x >>/tmp/local; for i in 1 2 3 4 5 6; do echo tick $i; sleep 0.5; done'));
  const first = startOpsdeck(on('one', file, '--name', 'local'), eve);
  await first.until('tick 2');
  first.kill('SIGKILL');
  await first.done;
  const again = await opsdeck(on('one', file, '--name', 'local'), eve);
  expect(again).toMatchObject({ code: 0, stdout: [1, 2, 3, 4, 5, 6].map((i) => `tick ${i}\n`).join('') });
  expect(await kubectl(['exec', 'one-0', '--', 'cat', '/tmp/local'], { namespace: ns })).toBe('x\n');
  expect(readdirSync(join(folder, 'state/opsdeck/runs'))).toHaveLength(1);
  const { stdout } = await opsdeck(['get', 'runs', '-n', ns], eve);
  expect(stdout).toMatch(/^local +local +one +Succeed/m);
});

test('a Job that may not be made is refused before anything is kept, each missing verb named', async () => {
  const state = join(folder, 'state-of-refused');
  const eve = { kubeconfig: USERS.eve, env: { XDG_STATE_HOME: state } };
  const file = definition('no-job', { image: 'local/redis:7', command: ['true'] });
  const { code, stdout, stderr } = await opsdeck(on('one', file), eve);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  for (const verb of ['create', 'get', 'delete']) expect(stderr).toContain(`${verb} jobs.batch`);
  expect(existsSync(join(state, 'opsdeck/runs'))).toBe(false);
});

test('a run costs few requests', async () => {
  await grant('bob', ns, [
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
    { apiGroups: ['apps'], resources: ['statefulsets', 'deployments'], verbs: ['get', 'list'] },
    { apiGroups: [''], resources: ['pods/exec'], verbs: ['create', 'get'] },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'create', 'update'] },
  ]);
  await until('the grant counts', () => kubectl(['get', 'configmaps'], { namespace: ns, kubeconfig: USERS.bob }));
  const file = definition('true', { command: ['true'] });
  const cold = audit.mark();
  expect((await opsdeck(on('one', file), { kubeconfig: USERS.bob })).code).toBe(0);
  const asked = (await audit.since(cold, 'opsdeck')).map(({ verb, resource }) => `${verb} ${resource}`);
  const discovery = asked.filter((each) => /^get ?$/.test(each.trim()) || each.startsWith('get  '));
  expect(asked.length - discovery.length, asked.join('\n')).toBeLessThanOrEqual(8);
});
