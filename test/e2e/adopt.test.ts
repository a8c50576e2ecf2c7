/** A run that somebody else's engine left in a ConfigMap, or that somebody wrote there: shown to all, executed on a word. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../engine/api/types.ts';
import type { Embedded } from '../kit/embedded.ts';
import { KEY } from '../kit/pty.ts';
import { withCart } from './estate.ts';

let cluster: Embedded;
beforeAll(async () => {
  cluster = await withCart();
});
afterAll(() => cluster.close());

/** A person of that name: one with a state folder of their own. */
const as = (person: string) => ({ XDG_STATE_HOME: join(cluster.dir, person) });

function definition(name: string, script: string): string {
  const file = join(cluster.dir, `${name}.yaml`);
  const strategies = {
    container: { command: ['sh', '-c', script] },
    components: [{ type: 'redis', roleGroups: ['master'], pickOne: true }],
  };
  const metadata = { name };
  writeFileSync(
    file,
    JSON.stringify({ apiVersion: 'opsdeck.dev/v1alpha1', kind: 'OpsDefinition', metadata, spec: { strategies } }),
  );
  return file;
}

/** Ann starts it, and her engine is killed in the middle of the command. */
async function left(name: string, until = 'tick 2', pace = 0.5): Promise<string> {
  const file = definition(name, `echo x >>"$HOME/starts"; for i in 1 2 3 4 5 6; do echo tick $i; sleep ${pace}; done`);
  const run = cluster.run(['run', '-f', file, '--cluster', 'cart', '--name', name], as('ann'));
  await run.until(until);
  run.kill('SIGKILL');
  await run.done;
  return file;
}
const TICKS = [1, 2, 3, 4, 5, 6].map((i) => `tick ${i}\n`).join('');

interface Run extends KubeObject {
  data: { status: string };
}
const journal = (name: string) => {
  const { data } = cluster.sim.cluster.get('configmaps', 'default', name) as unknown as Run;
  return JSON.parse(data.status);
};
/** By somebody who may write ConfigMaps and nothing else. */
function forge(name: string, change: (status: ReturnType<typeof journal>) => void): void {
  const object = structuredClone(cluster.sim.cluster.get('configmaps', 'default', name)) as unknown as Run;
  const status = JSON.parse(object.data.status);
  change(status);
  object.data.status = JSON.stringify(status);
  cluster.sim.cluster.update('configmaps', object as never);
}

describe('a run that a colleague’s engine left', () => {
  test('is shown with what is to be done, not gone on with, and goes on by the word that is kept with it', async () => {
    const file = await left('theirs');
    const told = await cluster.run(['describe', 'run', 'theirs'], as('bob')).done;
    expect(told.stdout).toContain('only shown');
    const following = cluster.run(['describe', 'run', 'theirs', '-f'], as('bob'));
    await following.until('opsdeck adopt theirs -n default');
    following.kill('SIGINT');
    expect((await following.done).code).toBe(130);

    const asked = await cluster.run(['adopt', 'theirs', '-f', file], as('bob')).done;
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('--confirm adopt') });
    expect(asked.stderr).toContain('exec in cart-0');
    expect(asked.stderr).toContain('for i in 1 2 3 4 5 6');
    expect(asked.stderr).toMatch(/as its journal claims: theirs on cart-0: attempt 1 (Intent|Running)/);
    expect(journal('theirs').journal).not.toHaveProperty('adopted');

    const taken = await cluster.run(['adopt', 'theirs', '-f', file, '--confirm', 'adopt'], as('bob')).done;
    expect(taken).toMatchObject({ code: 0, stdout: TICKS });
    expect(journal('theirs').journal.adopted).toMatchObject([{ by: expect.any(String), from: expect.any(String) }]);
    const { stdout } = await cluster.run(['describe', 'run', 'theirs'], as('bob')).done;
    expect(stdout).toMatch(/adopted +\S+ by \S+ from \S+/);
    expect(journal('theirs').journal.steps[0].targets[0].attempts).toHaveLength(1);
  });

  test('is shown on, each line once, by a cockpit that had it open when it was taken over elsewhere', async () => {
    // Its journal has the beginning of the log only once the command has run for a while.
    const file = await left('open', 'tick 4', 1.5);
    const terminal = cluster.open(['-n', 'default'], { cols: 120, rows: 40, env: as('bob') });
    await terminal.until('3 master');
    terminal.press(':runs\r');
    await terminal.until(/Running +open/);
    terminal.press('/open\r');
    await terminal.until(/> .*open/);
    terminal.press('\r');
    await terminal.until('as its journal keeps it');
    await terminal.until('tick 1');
    const taken = await cluster.run(['adopt', 'open', '-f', file, '--confirm', 'adopt'], as('bob')).done;
    expect(taken).toMatchObject({ code: 0, stdout: TICKS });
    await terminal.until(/Succeed[\s\S]*ended/);
    expect(terminal.screen().match(/tick \d/g)).toEqual([1, 2, 3, 4, 5, 6].map((i) => `tick ${i}`));
    terminal.press(KEY.ctrl('c'));
    await terminal.gone;
  });

  test('is taken over in a cockpit, after its plan was read', async () => {
    const { stdout } = await cluster.run(['install', '--crds']).done;
    const kinds = stdout.split(/^---$/m).filter((text) => text.includes('name: opsdefinitions.opsdeck.dev'));
    cluster.apply(kinds.join('---'));
    const file = definition('shown', 'for i in 1 2 3 4 5 6; do echo tick $i; sleep 0.5; done');
    cluster.apply(readFileSync(file, 'utf8'));
    const run = cluster.run(['run', 'shown', '--cluster', 'cart', '--name', 'shown-1'], as('ann'));
    await run.until('tick 2');
    run.kill('SIGKILL');
    await run.done;
    const terminal = cluster.open(['-n', 'default'], { cols: 120, rows: 40, env: as('bob') });
    await terminal.until('3 master');
    terminal.press(':runs\r');
    await terminal.until(/Running +shown-1/);
    terminal.press('/shown-1\r');
    await terminal.until(/> .*shown-1/);
    terminal.press('\r');
    await terminal.until('A take over');
    terminal.press('A');
    await terminal.until('Take over shown-1');
    await terminal.until('for i in 1 2 3 4 5 6');
    expect(terminal.screen()).toMatch(/as its journal claims: shown on cart-0: attempt 1 (Intent|Running)/);
    await terminal.until(/^ y run/m);
    terminal.press('y');
    await terminal.until(/cart · Succeed/);
    await terminal.until('tick 6');
    expect(journal('shown-1').journal.adopted).toMatchObject([{ by: expect.any(String) }]);
    expect(journal('shown-1').journal.steps[0].targets[0].attempts).toHaveLength(1);
    // When its lines were written, which was before they were read here, is not known.
    terminal.press('t');
    await terminal.until(/^ {11}tick 1$/m);
    terminal.press(KEY.ctrl('c'));
    await terminal.gone;
  });

  test('is its own user’s to go on with, without a word', async () => {
    await left('mine');
    const again = await cluster.run(['describe', 'run', 'mine', '-f'], as('ann')).done;
    expect(again).toMatchObject({ code: 0, stdout: TICKS });
    const asked = await cluster.run(['adopt', 'mine'], as('ann')).done;
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing to adopt') });
  });

  test('is left alone by an operator, unless it was told to trust ConfigMaps', async () => {
    await left('operated');
    const before = journal('operated');
    const operator = cluster.run(['operator'], as('operator'));
    await operator.until('"state":"live"');
    await operator.until('"kind":"standalone"');
    await new Promise((done) => setTimeout(done, 3000));
    operator.kill('SIGTERM');
    await operator.done;
    expect(journal('operated')).toEqual(before);
    const trusting = cluster.run(['operator', '--trust-configmaps'], as('operator'));
    await trusting.until('Succeed');
    trusting.kill('SIGTERM');
    await trusting.done;
    expect(journal('operated').journal.steps[0].targets[0].attempts).toHaveLength(1);
  });
});

describe('a forged journal', () => {
  test('is not executed by the one whose run it was, and can’t be adopted', async () => {
    const file = await left('forged');
    forge('forged', ({ journal: { steps } }) => {
      steps[0].targets[0].argv = ['sh', '-c', 'touch "$HOME/evil"'];
      steps[0].targets[0].attempts = [];
      steps[0].targets[0].dir = '';
    });
    const following = cluster.run(['describe', 'run', 'forged', '-f'], as('ann'));
    await following.until('opsdeck adopt forged');
    following.kill('SIGINT');
    await following.done;
    const asked = await cluster.run(['adopt', 'forged', '-f', file, '--confirm', 'adopt'], as('ann')).done;
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('the command on cart-0 is not what') });
    // The way out that the refusal names.
    expect(asked.stderr).toContain('kubectl delete configmap forged -n default');
    cluster.sim.cluster.delete('configmaps', 'default', 'forged');
    await expect(cluster.exec('default', 'cart-0', 'redis', ['sh', '-c', 'ls "$HOME/evil"'])).rejects.toThrow();
  });

  test('while its engine executes it ends the execution, not the command', async () => {
    const file = definition('meddled', 'for i in 1 2 3 4 5 6 7 8; do echo tick $i; sleep 1; done');
    const run = cluster.run(['run', '-f', file, '--cluster', 'cart', '--name', 'meddled'], as('ann'));
    await run.until('tick 2');
    forge('meddled', ({ journal: { steps } }) => {
      steps[0].retryTimes = 9;
    });
    await run.until('opsdeck adopt meddled -n default');
    run.kill('SIGINT');
    await run.done;
  });
});
