/** The real engine under every order of things that a search, a walk or chance can think of. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Exists } from '../../engine/ops/store.ts';
import { type Fault, Lab } from '../unit/engine/ops/lab.ts';
import { FULL, type Label, type Rules, search, walk } from '../unit/engine/ops/model.ts';

/** Lets everything go well from here on; the run must come to an end or to a question. */
async function finish(lab: Lab): Promise<void> {
  for (const id of [...lab.engines.keys()]) lab.crash(id);
  lab.pending.length = 0;
  for (let i = 0; i < 60; i++) {
    await lab.boot(9);
    if (lab.running !== undefined) lab.ends(lab.running, 'ok');
    await lab.release(() => true);
    expect(lab.violation()).toBeUndefined();
    const phase = lab.journal?.phase;
    if (phase === 'Succeed' || phase === 'Failed' || phase === 'Unknown') return;
  }
  throw new Error(`the run is ${lab.journal?.phase} and does not end`);
}

/** What the model's engine does, done by a real one as far as it is at that point. */
async function play(lab: Lab, label: Label): Promise<void> {
  switch (label.what) {
    case 'ends':
      lab.ends(label.attempt, label.how);
      return;
    case 'restart':
      lab.restart();
      return;
    case 'crash':
      lab.crash(label.engine);
      return;
    case 'read':
      await lab.boot(label.engine);
      return;
    case 'plan':
    case 'new':
      // First contact, and of an engine that goes on with a run the write by which it takes it.
      await lab.release((call) => call.engine === label.engine && call.kind !== 'start');
      await lab.release((call) => call.engine === label.engine && call.kind === 'contact');
      return;
    case 'start':
    case 'refused':
      await lab.release((call) => call.engine === label.engine && call.kind === 'start');
      return;
    default:
      await lab.release((call) => call.engine === label.engine && call.kind !== 'start');
  }
}

async function playAll(trace: readonly Label[]): Promise<void> {
  const lab = new Lab();
  for (const label of trace) {
    await play(lab, label);
    expect(lab.violation(), JSON.stringify(trace)).toBeUndefined();
  }
  await finish(lab);
}

describe('the ways by which the protocol breaks when a rule is missing', () => {
  test.each<[string, Partial<Rules>]>([
    ['no claim at the target', { claim: false }],
    ['no container fence', { fence: false }],
    ['a new attempt when nothing is found', { sameAttempt: false }],
    ['a journal of results only', { intentFirst: false }],
    ['no compare-and-set', { compareAndSet: false }],
  ])('%s: the real engine survives it', async (_, change) => {
    const { trace } = search({ ...FULL, ...change });
    await playAll(trace ?? []);
  });
});

test('walks through the model, played by real engines', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(1e6), { minLength: 40, maxLength: 40 }), async (choices) => {
      let at = 0;
      const trace = walk({ ...FULL, restarts: 2 }, 40, (n) =>
        n === 0 ? 0 : (choices[at++ % choices.length] ?? 0) % n,
      );
      await playAll(trace);
    }),
    { numRuns: 150 },
  );
});

type Step =
  | { do: 'release'; pick: number; fault: Fault }
  | { do: 'boot'; engine: number }
  | { do: 'settle'; engine: number }
  | { do: 'crash'; engine: number }
  | { do: 'ends'; how: 'ok' | 'fail' | 'dead' }
  | { do: 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('release' as const),
      pick: fc.nat(5),
      fault: fc.constantFrom<Fault>('ok', 'ok', 'ok', 'error-not-done', 'error-but-done'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('boot' as const, 'settle' as const, 'crash' as const), fc.nat(2))
      .map(([what, engine]): Step => ({ do: what, engine })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('ends' as const),
      how: fc.constantFrom('ok' as const, 'fail' as const, 'dead' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'restart' }) },
);

async function happen(lab: Lab, steps: readonly Step[]): Promise<void> {
  await lab.boot(0);
  for (const step of steps) {
    // What a dead engine had sent may arrive late.
    if (step.do === 'release') {
      const call = lab.pending[step.pick % Math.max(1, lab.pending.length)];
      await lab.release((each) => each === call, step.fault);
    } else if (step.do === 'boot') await lab.boot(step.engine);
    else if (step.do === 'settle') await lab.boot(step.engine, true);
    else if (step.do === 'crash') lab.crash(step.engine);
    else if (step.do === 'restart') lab.restart();
    else if (lab.running !== undefined) lab.ends(lab.running, step.how);
    expect(lab.violation()).toBeUndefined();
  }
}

test('any faults, crashes, ghosts and restarts: at most one start, another attempt after a known failure only, no false success, always an end', async () => {
  const reached = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
      const lab = new Lab();
      await happen(lab, steps);
      // Of two that make the same run one is told that it is there.
      for (const { error } of lab.engines.values()) if (error && !(error instanceof Exists)) throw error;
      await finish(lab);
      const phase = lab.journal?.phase ?? '';
      reached.set(phase, (reached.get(phase) ?? 0) + 1);
    }),
    { numRuns: 800 },
  );
  // A test that only ever sees one end tests little.
  expect([...reached.keys()].sort()).toEqual(['Failed', 'Succeed', 'Unknown']);
});

describe('the same tests notice when a promise is not kept', () => {
  const found = (rules: ConstructorParameters<typeof Lab>[0], numRuns: number) =>
    fc.check(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), (steps) =>
        happen(new Lab(rules), steps),
      ),
      { numRuns, seed: 7 },
    );

  test('by a target that starts an attempt twice', async () => {
    expect((await found({ claim: false }, 500)).failed).toBe(true);
  });

  test('by a container that takes what was meant for the one before it', async () => {
    expect((await found({ fence: false }, 1500)).failed).toBe(true);
  });

  test('by a store that takes a write on a version that is gone', async () => {
    const go = (pick = 0): Step => ({ do: 'release', pick, fault: 'ok' });
    const steps: Step[] = [
      ...[go(), go(), { do: 'boot' as const, engine: 1 }, go(), go(), { do: 'ends' as const, how: 'fail' as const }],
      ...Array.from({ length: 7 }, () => go()),
      ...[
        { do: 'restart' as const },
        { do: 'restart' as const },
        go(),
        { do: 'boot' as const, engine: 0 },
        go(),
        go(),
        go(1),
      ],
    ];
    await expect(happen(new Lab({ compareAndSet: false }), steps)).rejects.toThrow('attempt 2 ran and is recor');
    await happen(new Lab(), steps);
  });
});
