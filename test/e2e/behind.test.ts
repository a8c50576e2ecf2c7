/** A run behind one that was left in the middle: who left it is told, what became of it is settled, and nothing of it is started. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Embedded } from '../kit/embedded.ts';
import type { Running } from '../kit/program.ts';
import { withCart } from './estate.ts';

let cluster: Embedded;
beforeAll(async () => {
  cluster = await withCart();
});
afterAll(() => cluster.close());

/** On the first pod, or on each of the three in turn. */
function change(name: string, script: string, { pickOne = true, image = '' } = {}): Running {
  const file = join(cluster.dir, `${name}.yaml`);
  const strategies = {
    container: { command: ['sh', '-c', script], ...(image ? { image } : {}) },
    components: [{ type: 'redis', roleGroups: ['master'], pickOne }],
  };
  const definition = { apiVersion: 'opsdeck.dev/v1alpha1', kind: 'OpsDefinition', metadata: { name } };
  writeFileSync(file, JSON.stringify({ ...definition, spec: { effect: 'change', strategies } }));
  return cluster.run(['run', '-f', file, '--cluster', 'cart', '--name', name]);
}

const at = (name: string) => join(cluster.dir, name);
const starts = (name: string) => readFileSync(at(name), 'utf8');
/** Counts its starts, and ends once its gate is open. */
const gated = (name: string) =>
  `echo x >>${at(name)}; echo ${name} begun; until [ -e ${at(`${name}.go`)} ]; do sleep 0.1; done; echo ${name} ended`;
const open = (name: string) => writeFileSync(at(`${name}.go`), '');

async function killed(name: string, options = {}): Promise<void> {
  const run = change(name, gated(name), options);
  await run.until(`${name} begun`);
  run.kill('SIGKILL');
  await run.done;
}

test.each(['exec', 'Job'])(
  'the end of its last command is seen and written down, and the next one begins (%s)',
  async (by) => {
    const [name, next] = [`left-${by.toLowerCase()}`, `next-${by.toLowerCase()}`];
    const options = by === 'Job' ? { image: 'test/engine:1' } : {};
    const run = change(name, gated(name), options);
    await run.until(`${name} begun`);
    // A command is shown as running to those who read the journal after a moment; of a Job that has to be there.
    if (by === 'Job') await expect.poll(() => phaseOf(name), { timeout: 60_000 }).toBe('Running');
    run.kill('SIGKILL');
    await run.done;
    const second = change(next, 'echo next');
    await second.until(`waits for ${name}, which has the cluster since 20`);
    await second.until('is gone, last heard of at 20');
    open(name);
    const { code, stdout, stderr } = await second.done;
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: 'next\n' });
    expect(stderr).toContain(`${name} has ended: Succeed`);
    expect(starts(name)).toBe('x\n');
    const { stdout: told } = await cluster.run(['describe', 'run', name]).done;
    expect(told).toContain(`${name}: Succeed`);
    expect(told).toContain(`${name} ended`);
  },
);

function phaseOf(name: string): string | undefined {
  const data = cluster.sim.cluster.get('configmaps', 'default', name)?.data as Record<string, string> | undefined;
  return JSON.parse(data?.status ?? '{}').journal?.steps?.[0]?.targets?.[0]?.attempts?.[0]?.phase;
}

test('of a command that had ended before anybody looked the exit code is what counts', async () => {
  await killed('failing');
  open('failing');
  expect(await change('after-failing', 'echo after').done).toMatchObject({ code: 0, stdout: 'after\n' });
  expect(starts('failing')).toBe('x\n');
});

test('what it had still to start is not started: the next one says who left it, when, and what to do', async () => {
  await killed('turns', { pickOne: false });
  const second = change('behind-turns', 'echo behind');
  open('turns');
  await second.until(
    'opsdeck describe run turns -n default -f goes on with it, opsdeck cancel turns -n default ends it',
  );
  expect(starts('turns')).toBe('x\n');
  const { stdout } = await cluster.run(['describe', 'run', 'turns']).done;
  expect(stdout).toContain('turns: Running');
  expect(stdout).toMatch(/executed by nobody; \S+ did, last heard of at 20/);
  expect(stdout).toMatch(/attempt 1 Succeeded/);
  expect((await cluster.run(['describe', 'run', 'turns', '-f']).done).code).toBe(0);
  expect(await second.done).toMatchObject({ code: 0, stdout: 'behind\n' });
  expect(starts('turns')).toBe('x\nx\nx\n');
});

test('an outcome that can’t be known is asked about, not made up', async () => {
  await killed('lost');
  // The name alone comes back: the container that had the command is gone.
  cluster.sim.cluster.delete('pods', 'default', 'cart-0');
  await cluster.ready('default', 'app.kubernetes.io/instance=cart', 3);
  const second = change('behind-lost', 'echo behind');
  await second.until('its outcome is unknown: opsdeck resolve lost -n default decides');
  await cluster.run(['resolve', 'lost', 'abort', '--reason', 'test']).done;
  expect(await second.done).toMatchObject({ code: 0, stdout: 'behind\n' });
  expect(starts('lost')).toBe('x\n');
});

test('a run that waited for one that is over, and was killed: the list and who waits behind it say so, and what to do', async () => {
  const first = change('head', gated('head'));
  await first.until('head begun');
  const second = change('middle', 'echo middle');
  await second.until('waits for head');
  const list = async () => (await cluster.run(['get', 'runs', '--cluster', 'cart']).done).stdout;
  await expect.poll(list, { timeout: 60_000 }).toContain('waits for head, which has the cluster');
  const told = async () => (await cluster.run(['describe', 'run', 'middle']).done).stdout;
  expect(await told()).toMatch(/executed by nobody yet; \S+ waits with it\n/);
  second.kill('SIGKILL');
  await second.done;
  expect(await told()).toMatch(/executed by nobody; \S+, which waited with it, is gone\n/);
  open('head');
  expect((await first.done).code).toBe(0);
  const ends = 'opsdeck cancel middle -n default ends it';
  expect(await list()).toMatch(new RegExp(`head, which it waited for, is over; if nobody goes on with it: .*${ends}`));
  const third = change('tail', 'echo tail');
  await third.until(`it is passed by if nobody goes on with it for 35 s; ${ends}`);
  await cluster.run(['cancel', 'middle']).done;
  expect(await third.done).toMatchObject({ code: 0, stdout: 'tail\n' });
});
