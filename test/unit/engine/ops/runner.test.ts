import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test as base, describe, expect } from 'vitest';
import { execTarget } from '../../../../engine/ops/exec-target.ts';
import { lastAttempt } from '../../../../engine/ops/journal.ts';
import { Leftovers } from '../../../../engine/ops/leftovers.ts';
import { configMapStore } from '../../../../engine/ops/store-configmap.ts';
import { resolve } from '../../../../engine/ops/transitions.ts';
import { engine } from './engines.ts';
import { World } from './world.ts';

const test = base.extend<{ world: World }>({
  world: async ({ task: _ }, use) => {
    const world = new World();
    world.addPod('p0');
    world.addPod('p1');
    await use(world);
    world.close();
  },
});

/** Counts its own starts, prints five lines over a little while. */
const SLOW = ['sh', '-c', 'echo x >>"$ROOT/starts"; for i in 1 2 3 4 5; do echo line $i; sleep 0.05; done'];
/** The same, but stands still after its second line until `world.go()`. */
const HELD = [
  'sh',
  '-c',
  'echo x >>"$ROOT/starts"; for i in 1 2 3 4 5; do echo line $i; while [ $i = 2 ] && [ ! -e "$ROOT/go" ]; do sleep 0.02; done; done',
];
const LINES = [1, 2, 3, 4, 5].map((i) => `line ${i}\n`).join('');

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe.concurrent('one engine', () => {
  test('a short command costs four requests, and the journal tells its story', async ({ world }) => {
    const one = await engine(world, { argv: ['sh', '-c', 'echo "a\tb"; echo no >&2'] });
    expect(await one.run()).toEqual({ ending: 'over' });
    expect(world.calls.map((call) => call.name)).toEqual([
      'exec contact',
      'POST configmaps',
      'exec start',
      'PUT configmaps',
    ]);
    const journal = await one.journal();
    expect(journal).toMatchObject({ phase: 'Succeed', holder: null });
    expect(lastAttempt(journal!.steps[0]!.targets[0]!)).toMatchObject({
      n: 1,
      phase: 'Succeeded',
      exitCode: 0,
      output: { outBytes: 4, errBytes: 3, dropped: 0 },
    });
    expect(one.lines.sort()).toEqual(['err no', 'out a       b']);
    expect(one.out()).toBe('a\tb\n');
  });

  test('all targets in turn, stopping at the first that fails', async ({ world }) => {
    const argv = ['sh', '-c', 'echo "$TMPDIR" >>"$ROOT/starts"; case $TMPDIR in */p1*) exit 4; esac'];
    const one = await engine(world, { argv, targets: 2 });
    expect(await one.run()).toEqual({ ending: 'over' });
    expect(await one.journal()).toMatchObject({ phase: 'Failed', message: 'op on p1: exit code 4' });
    expect(world.starts('starts')).toBe(2);
  });

  test('a known failure is tried again as often as declared, with what it said', async ({ world }) => {
    const one = await engine(world, {
      argv: ['sh', '-c', 'echo x >>"$ROOT/starts"; echo "ERR full" >&2; exit 1'],
      retryTimes: 2,
    });
    await one.run();
    expect(world.starts('starts')).toBe(3);
    const journal = await one.journal();
    expect(journal?.message).toBe('op on p0: exit code 1: ERR full');
    expect(journal?.steps[0]?.targets[0]?.attempts.map((a) => [a.n, a.phase])).toEqual([
      [1, 'Failed'],
      [2, 'Failed'],
      [3, 'Failed'],
    ]);
  });

  test('a container that can’t be worked in leaves nothing behind', async ({ world }) => {
    world.remove('p0');
    const one = await engine(world);
    await expect(one.run()).rejects.toThrow('p0 was deleted');
    expect(world.objects.size).toBe(0);
  });

  test('the end of this engine ends neither the command nor the run, and the hold is let go', async ({ world }) => {
    const one = await engine(world, { argv: HELD });
    const running = one.run();
    await until(() => one.lines.length > 1);
    one.stop();
    expect(await running).toEqual({ ending: 'stopped' });
    expect(await one.journal()).toMatchObject({ phase: 'Running', holder: null });
    world.go();
    const two = await engine(world, { name: 'two', adopt: true });
    expect(await two.run()).toEqual({ ending: 'over' });
    expect(two.out()).toBe(LINES);
    expect(world.starts('starts')).toBe(1);
  });
});

describe.concurrent('adoption', () => {
  test('after kill -9 in the middle another engine follows the same command to its end', async ({ world }) => {
    const one = await engine(world, { argv: HELD });
    void one.run();
    await until(() => one.lines.length > 1);
    one.kill();
    const two = await engine(world, { name: 'two', adopt: true });
    const second = two.run();
    await until(() => two.lines.length > 1);
    world.go();
    expect(await second).toEqual({ ending: 'over' });
    expect(two.out()).toBe(LINES);
    expect(world.starts('starts')).toBe(1);
    expect(await two.journal()).toMatchObject({ phase: 'Succeed' });
  });

  test('killed between intent and start: the same attempt is sent', async ({ world }) => {
    const one = await engine(world, { argv: SLOW });
    let hung = false;
    world.fault = (call) => {
      if (call.name !== 'exec start' || hung) return 'ok';
      hung = true;
      one.kill();
      return 'error-not-done';
    };
    void one.run();
    await until(async () => hung);
    const two = await engine(world, { name: 'two', adopt: true });
    await two.run();
    expect(world.starts('starts')).toBe(1);
    const attempts = (await two.journal())?.steps[0]?.targets[0]?.attempts;
    expect(attempts?.map((a) => [a.n, a.phase])).toEqual([[1, 'Succeeded']]);
  });

  test('the earlier engine wakes up: its start finds the claim, its writes are refused', async ({ world }) => {
    const one = await engine(world, { argv: HELD, beat: 50 });
    const first = one.run();
    await until(() => one.lines.length > 0);
    const two = await engine(world, { name: 'two', adopt: true });
    const second = two.run();
    await until(() => two.lines.length > 0);
    world.go();
    expect(await first).toMatchObject({ ending: 'lost' });
    expect(await second).toEqual({ ending: 'over' });
    expect(world.starts('starts')).toBe(1);
  });
});

describe.concurrent('a connection', () => {
  test('that breaks off in the middle leaves no gap and no repeat', async ({ world }) => {
    let cuts = 0;
    world.cutAfter = (call) => (call.name !== 'exec contact' && cuts++ < 4 ? 14 : undefined);
    const one = await engine(world, { argv: SLOW });
    await one.run();
    expect(cuts).toBeGreaterThan(4);
    expect(one.out()).toBe(LINES);
    expect(one.lines).toEqual([1, 2, 3, 4, 5].map((i) => `out line ${i}`));
    expect(world.starts('starts')).toBe(1);
  });

  for (const fault of ['error-not-done', 'error-but-done', 'hang'] as const) {
    for (const name of [
      'exec contact',
      'POST configmaps',
      'exec start',
      'PUT configmaps',
      'GET configmaps',
      'exec follow',
    ]) {
      test(`${fault} of ${name}: it runs once and says so`, async ({ world }) => {
        world.fault = (call, nth) => (call.name === name && nth <= 2 ? fault : 'ok');
        // A read happens only after something else has failed.
        if (name === 'GET configmaps') {
          world.fault = (call, nth) =>
            call.name === 'POST configmaps' && nth === 1
              ? 'error-but-done'
              : call.name === name && nth <= 2
                ? fault
                : 'ok';
        }
        const one = await engine(world, { argv: SLOW });
        expect(await one.run()).toEqual({ ending: 'over' });
        expect(await one.journal()).toMatchObject({ phase: 'Succeed' });
        expect(world.starts('starts')).toBe(1);
        expect(one.out()).toBe(LINES);
      });
    }
  }
});

describe.concurrent('an outcome that can’t be known', () => {
  test('container restarted in the middle: a question, no second start', async ({ world }) => {
    const one = await engine(world, { argv: HELD, retryTimes: 5 });
    const running = one.run();
    await until(() => one.lines.length > 0);
    world.restart('p0');
    expect(await running).toEqual({ ending: 'unknown' });
    const journal = await one.journal();
    expect(journal).toMatchObject({ phase: 'Unknown', holder: null });
    expect(journal?.question?.text).toContain('container main of p0 was restarted at 2026-01-01T00:00:09Z');
    expect(world.starts('starts')).toBe(1);
  });

  test('pod deleted in the middle', async ({ world }) => {
    const one = await engine(world, { argv: HELD, retryTimes: 5 });
    const running = one.run();
    await until(() => one.lines.length > 0);
    world.remove('p0');
    expect(await running).toEqual({ ending: 'unknown' });
    expect((await one.journal())?.question?.text).toContain(': p0 was deleted');
  });

  test('it did not happen: another attempt, in the container that is there now', async ({ world }) => {
    const one = await engine(world, { argv: HELD });
    const running = one.run();
    await until(() => one.lines.length > 0);
    world.restart('p0');
    world.go();
    await running;
    await one.handle.writeFree(
      resolve({ name: 'run-1', cluster: 'c' }, 'did-not', 'ann', 'slots unmoved', '2026-01-01T00:00:10Z'),
    );
    const two = await engine(world, { name: 'two', adopt: true });
    expect(await two.run()).toEqual({ ending: 'over' });
    expect(world.starts('starts')).toBe(2);
    expect((await two.journal())?.steps[0]?.targets[0]?.attempts.map((a) => a.phase)).toEqual(['Failed', 'Succeeded']);
  });

  test('the files of a command that runs are removed: it is never started again beside itself', async ({ world }) => {
    const one = await engine(world, { argv: HELD });
    const running = one.run();
    await until(() => one.lines.length > 0);
    const dir = one.handle.journal.steps[0]!.targets[0]!.dir;
    rmSync(`${dir}/0.1`, { recursive: true });
    expect(await running).toEqual({ ending: 'unknown' });
    expect(world.starts('starts')).toBe(1);
  });

  test('a target that never answers again', async ({ world }) => {
    const one = await engine(world, { argv: SLOW, patience: 100 });
    world.fault = (call) => (call.name === 'exec start' || call.name === 'exec follow' ? 'error-not-done' : 'ok');
    expect(await one.run()).toEqual({ ending: 'unknown' });
    expect((await one.journal())?.message).toContain('no answer for');
  });
});

describe.concurrent('cancel', () => {
  const ask = (world: World) =>
    configMapStore(world.client(), world.seals).requestCancel({ group: '', namespace: 'data', name: 'run-1' }, 'ann');

  test('of a running command ends it, and says how it ended', async ({ world }) => {
    const argv = ['sh', '-c', 'trap "echo bye; exit 3" TERM; echo up; while :; do sleep 0.02; done'];
    const one = await engine(world, { argv, targets: 2, beat: 50 });
    const running = one.run();
    await until(() => one.lines.includes('out up'));
    await ask(world);
    expect(await running).toEqual({ ending: 'over' });
    expect(await one.journal()).toMatchObject({
      phase: 'Cancelled',
      message: 'cancelled by ann: ended with exit code 3',
    });
    expect(one.lines).toContain('out bye');
    expect((await one.journal())?.steps[0]?.targets.map((t) => t.attempts.length)).toEqual([1, 0]);
  });

  test('of what was never sent makes sure that it never is', async ({ world }) => {
    world.fault = (call) => (call.name === 'exec start' ? 'error-not-done' : 'ok');
    const one = await engine(world, { argv: SLOW, beat: 50 });
    const running = one.run();
    await until(() => world.calls.some((call) => call.name === 'exec start'));
    await ask(world);
    expect(await running).toEqual({ ending: 'over' });
    expect(await one.journal()).toMatchObject({
      phase: 'Cancelled',
      message: expect.stringContaining('before it was started'),
    });
    expect(world.starts('starts')).toBe(0);
  });
});

describe.concurrent('the directory of a run that is over', () => {
  const at = { uid: 'uid-p0', container: 'main' };
  const HOUR = 3_600_000;

  /** A first run of `argv`, and what is there when the contact of another has gone by, so long after. */
  async function later(world: World, ms: number, argv: string[]) {
    let now = Date.now();
    const leftovers = new Leftovers(join(world.root, 'ended'), () => now);
    const one = await engine(world, { argv, leftovers });
    expect(await one.run()).toEqual({ ending: 'over' });
    const { dir } = (await one.journal())!.steps[0]!.targets[0]!;
    expect(existsSync(`${dir}/0.1/rc`)).toBe(true);
    now += ms;
    expect(await (await engine(world, { leftovers, run: 'run-2' })).run()).toEqual({ ending: 'over' });
    return { dir, leftovers };
  }

  test('stays for those who still read', async ({ world }) => {
    const { dir } = await later(world, HOUR - 60_000, ['echo', 'first']);
    expect(existsSync(dir)).toBe(true);
  });

  test('goes at a later first contact', async ({ world }) => {
    const { dir, leftovers } = await later(world, HOUR + 60_000, ['echo', 'second']);
    expect(existsSync(dir)).toBe(false);
    expect(await leftovers.due(at)).toEqual([]);
  });

  test('bars an engine that believes the run to be open: nothing is started again', async ({ world }) => {
    const { dir } = await later(world, HOUR + 1, SLOW);
    const place = { namespace: 'data', pod: 'p0', container: 'main', uid: at.uid, containerId: '' };
    const talk = { step: 0, n: 1, dir, have: { out: 0, err: 0 }, onOutput: () => {}, onNote: () => {} };
    const { signal } = new AbortController();
    const target = execTarget(world.client(), place);
    expect(await target.start({ ...talk, signal }, {}, SLOW)).toMatchObject({ state: 'barred' });
    expect(await target.end({ ...talk, signal })).toMatchObject({ state: 'gone' });
    expect(world.starts('starts')).toBe(1);
  });

  test('is left alone while something in it has not ended, and where it is no such directory', async ({ world }) => {
    const leftovers = new Leftovers(join(world.root, 'ended'), () => 0);
    const { home } = world.pods.get('p0')!;
    const open = join(home, 'opsdeck-run-1-12345678');
    const foreign = join(home, 'data');
    for (const dir of [open, foreign]) mkdirSync(join(dir, '0.1'), { recursive: true });
    for (const dir of [open, foreign]) writeFileSync(join(dir, 'made'), '');
    writeFileSync(join(foreign, '0.1', 'rc'), '0');
    for (const dir of [open, foreign]) await leftovers.add(at, dir);
    const later = new Leftovers(join(world.root, 'ended'), () => 2 * HOUR);
    expect(await later.due(at)).toEqual([open]);
    await (await engine(world, { leftovers: later })).run();
    expect([existsSync(open), existsSync(foreign)]).toEqual([true, true]);
  });
});

describe.concurrent('the directory of a run that no journal has', () => {
  const HOUR = 3_600_000;
  const at = { uid: 'uid-p0', container: 'main' };
  const left = (world: World) => readdirSync(world.pods.get('p0')!.home).filter((name) => name.startsWith('opsdeck-'));
  const leftoversOf = (world: World, after: number, has?: () => Promise<boolean>) =>
    new Leftovers(join(world.root, 'ended'), () => Date.now() + after, has);

  test('goes at a later first contact, be it of a name that was taken or of an engine that was killed', async ({
    world,
  }) => {
    const leftovers = leftoversOf(world, 0);
    expect(await (await engine(world, { leftovers })).run()).toEqual({ ending: 'over' });
    await expect((await engine(world, { leftovers })).run()).rejects.toThrow(/exists/i);
    const killed = await engine(world, { leftovers, run: 'run-3' });
    world.fault = ({ name }) => {
      if (name === 'POST configmaps') killed.kill();
      return 'ok';
    };
    void killed.run();
    await until(() => world.calls.filter(({ name }) => name === 'POST configmaps').length === 3);
    world.fault = () => 'ok';
    world.objects.delete('configmaps/data/run-3');
    expect(left(world)).toHaveLength(3);
    const before = leftoversOf(world, HOUR - 60_000, async () => false);
    await (await engine(world, { leftovers: before, run: 'run-4' })).run();
    expect(left(world)).toHaveLength(4);
    const later = leftoversOf(world, HOUR + 60_000, async () => false);
    await (await engine(world, { leftovers: later, run: 'run-5' })).run();
    expect(
      left(world)
        .map((name) => name.slice(0, 13))
        .sort(),
    ).toEqual(['opsdeck-run-4', 'opsdeck-run-5']);
  });

  test('is not noted once the run is kept, and stays where a journal has it or none can be asked', async ({
    world,
  }) => {
    const noted = () => leftoversOf(world, 2 * HOUR, async () => false).due(at);
    const held = await engine(world, { argv: HELD, leftovers: leftoversOf(world, 0) });
    const running = held.run();
    await until(() => held.out().includes('line 2'));
    expect(await noted()).toEqual([]);
    world.go();
    await running;
    await leftoversOf(world, 0).expect(at, 'opsdeck-run-9-12345678', { namespace: 'data', name: 'run-9' });
    const unheard = () => Promise.reject(new Error('no answer'));
    expect(await leftoversOf(world, HOUR / 2, async () => false).due(at)).toEqual([]);
    expect((await leftoversOf(world, 2 * HOUR, unheard).due(at)).filter((dir) => !dir.startsWith('/'))).toEqual([]);
    expect(await noted()).toContain('opsdeck-run-9-12345678');
    await leftoversOf(world, 2 * HOUR, async () => true).due(at);
    expect(await noted()).not.toContain('opsdeck-run-9-12345678');
  });
});

test('a run that finds the cluster taken waits, and nothing was sent', async ({ world }) => {
  const one = await engine(world, { argv: SLOW, blocker: 'other' });
  expect(await one.run()).toEqual({ ending: 'waiting' });
  expect(await one.journal()).toMatchObject({ phase: 'Waiting', blockedBy: 'other', holder: null });
  expect(world.calls.map((call) => call.name)).not.toContain('exec start');
  const two = await engine(world, { name: 'two', adopt: true });
  expect(await two.run()).toEqual({ ending: 'over' });
  expect(world.starts('starts')).toBe(1);
});
