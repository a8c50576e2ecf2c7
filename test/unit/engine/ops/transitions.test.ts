import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOver, type Journal, lastAttempt, nextPlace, targetAt } from '../../../../engine/ops/journal.ts';
import { fromStatus, toStatus } from '../../../../engine/ops/status.ts';
import {
  asHolder,
  beat,
  begin,
  cancel,
  contacted,
  intend,
  Lost,
  letGo,
  passBy,
  record,
  refuse,
  resolve,
  Stale,
  seenRunning,
  type Transition,
  takeOver,
  wait,
} from '../../../../engine/ops/transitions.ts';
import { keptLog, runDetail, runRow } from '../../../../engine/ops/view.ts';
import { journalOf } from './things.ts';

const run = { name: 'job-1', cluster: 'c' };
const T = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString();
const through = (journal: Journal, ...steps: Transition[]): Journal => steps.reduce((j, step) => step(j), journal);
const at = (target: number) => ({ step: 0, target });
const ok = { phase: 'Succeeded', exitCode: 0, message: 'exit code 0' } as const;
const bad = { phase: 'Failed', exitCode: 1, message: 'exit code 1' } as const;
const unknown = { phase: 'Unknown', message: 'the container was restarted' } as const;

describe('a run that goes well', () => {
  const journal = through(
    journalOf({ targets: 2 }),
    begin(run, T(1)),
    contacted(at(0), '/tmp/d0'),
    intend(at(0), 1, T(2)),
    record(run, at(0), 1, ok, T(3)),
    contacted(at(1), '/tmp/d1'),
    intend(at(1), 1, T(4)),
    seenRunning(at(1), 1, T(5)),
    record(run, at(1), 1, ok, T(6)),
  );

  test('has the phase, conditions and tasks of the seed documents', () => {
    const { journal: _, ...status } = toStatus(journal);
    expect(status).toEqual({
      phase: 'Succeed',
      message: 'op successfully',
      StartTimestamp: T(1),
      completionTimestamp: T(6),
      conditions: [
        {
          type: 'Progressing',
          status: 'True',
          reason: 'OpsRequestProgressingStarted',
          message: 'Controller has started to progress the OpsRequest: job-1 in Cluster: c',
          lastTransitionTime: T(1),
        },
        {
          type: 'Validated',
          status: 'True',
          reason: 'ValidateOpsRequestPassed',
          message: 'OpsRequest: job-1 is validated',
          lastTransitionTime: T(1),
        },
        {
          type: 'Succeed',
          status: 'True',
          reason: 'OpsRequestProcessedSuccessfully',
          message: 'Controller has successfully processed the OpsRequest: job-1 in Cluster: c',
          lastTransitionTime: T(6),
        },
      ],
      tasks: { op: { status: 'successfully', startedAt: T(2), finishedAt: T(6), message: 'op successfully' } },
    });
  });

  test('is read back whole from its status, also after it went over the wire', () => {
    const wire = (value: unknown) => JSON.parse(JSON.stringify(value));
    expect(fromStatus(wire(toStatus(journal)))).toEqual({ journal: wire(journal) });
    expect(fromStatus(undefined)).toBe('none');
    expect(fromStatus({})).toBe('none');
    // Another program's status is not nothing: what it stands for may have been done.
    expect(fromStatus({ phase: 'Succeed' })).toBe('unreadable');
    for (const change of [{ version: 2 }, { steps: {} }, { steps: [{}] }, { holder: {} }, { effect: 'none' }]) {
      const status = wire(toStatus(journal));
      expect(fromStatus({ ...status, journal: { ...status.journal, ...change } })).toBe('unreadable');
    }
    const skipped = wire(toStatus(journal));
    skipped.journal.steps[0].targets[0].attempts[0].n = 2;
    expect(fromStatus(skipped)).toBe('unreadable');
  });

  test('takes nothing more', () => {
    expect(() => intend(at(0), 2, T(9))(journal)).toThrow(Stale);
    expect(() => record(run, at(1), 1, bad, T(9))(journal)).toThrow(Stale);
    expect(() => cancel(run, 'me', T(9))(journal)).toThrow(Stale);
  });
});

test('attempts follow a known failure only, and no more of them than declared', () => {
  let journal = through(journalOf({ targets: 1, retryTimes: 2 }), begin(run, T(1)));
  for (const n of [1, 2, 3]) {
    expect(() => intend(at(0), n + 1, T(n))(journal)).toThrow(Stale);
    journal = intend(at(0), n, T(n))(journal);
    expect(() => intend(at(0), n + 1, T(n))(journal)).toThrow(Stale);
    journal = record(run, at(0), n, bad, T(n))(journal);
  }
  expect(journal).toMatchObject({ phase: 'Failed', message: 'op on p0: exit code 1' });
  const refused = through(
    journalOf({ retryTimes: 5 }),
    begin(run, T(1)),
    intend(at(0), 1, T(1)),
    record(run, at(0), 1, { ...bad, refused: true }, T(2)),
  );
  expect(refused.phase).toBe('Failed');
});

test('a target that failed stops those after it', () => {
  const journal = through(
    journalOf({ targets: 3 }),
    begin(run, T(1)),
    intend(at(0), 1, T(1)),
    record(run, at(0), 1, bad, T(2)),
  );
  expect(nextPlace(journal)).toBeUndefined();
  expect(toStatus(journal).tasks.op).toMatchObject({ status: 'Failed', message: 'p0: exit code 1' });
  expect(() => intend(at(1), 1, T(3))(journal)).toThrow(Stale);
});

describe('an unknown outcome', () => {
  const asked = through(
    journalOf({ targets: 2, retryTimes: 3 }),
    begin(run, T(1)),
    contacted(at(0), '/tmp/d'),
    intend(at(0), 1, T(2)),
    record(run, at(0), 1, unknown, T(3)),
  );

  test('is a question, never retried by itself', () => {
    expect(asked.phase).toBe('Unknown');
    expect(asked.question?.text).toBe('op on p0: the outcome is unknown: the container was restarted');
    expect(() => intend(at(0), 2, T(4))(asked)).toThrow(Stale);
    expect(toStatus(asked).tasks.op?.status).toBe('Unknown');
    expect(toStatus(asked).conditions.at(-1)).toMatchObject({ type: 'Succeed', status: 'Unknown' });
  });

  test('that happened goes on with the next target', () => {
    const next = resolve(run, 'happened', 'ann', 'saw the slots', T(4))(asked);
    expect(next.phase).toBe('Running');
    expect(nextPlace(next)).toEqual(at(1));
    expect(next.verdicts).toEqual([
      { at: T(4), who: 'ann', step: 'op', instance: 'p0', attempt: 1, verdict: 'happened', reason: 'saw the slots' },
    ]);
  });

  test('that did not happen gets another attempt, whatever retryTimes says, at a new first contact', () => {
    const next = resolve(run, 'did-not', 'ann', 'slots unmoved', T(4))(asked);
    expect(through(next, contacted(at(0), '/tmp/new'), intend(at(0), 2, T(5))).steps[0]?.targets[0]?.dir).toBe(
      '/tmp/new',
    );
  });

  test('can be given up, with the reason in the journal', () => {
    const next = resolve(run, 'abort', 'ann', 'leave it', T(4))(asked);
    expect(next).toMatchObject({ phase: 'Failed', message: expect.stringContaining('ann: leave it') });
    expect(lastAttempt(targetAt(next, at(0)))?.phase).toBe('Unknown');
    expect(() => resolve(run, 'happened', 'bob', 'no', T(5))(next)).toThrow(Stale);
  });

  test('survives a cancel: only a person who knows closes it', () => {
    const cancelled = cancel(run, 'bob', T(4))(asked);
    expect(cancelled.phase).toBe('Unknown');
    expect(resolve(run, 'happened', 'ann', 'ok', T(5))(cancelled).phase).toBe('Cancelled');
  });
});

describe('cancel', () => {
  test('of a run that waits or is between attempts is at once', () => {
    expect(cancel(run, 'ann', T(1))(journalOf({})).phase).toBe('Cancelled');
    const between = through(
      journalOf({ targets: 2 }),
      begin(run, T(1)),
      intend(at(0), 1, T(1)),
      record(run, at(0), 1, ok, T(2)),
    );
    expect(cancel(run, '', T(3))(between)).toMatchObject({ phase: 'Cancelled', message: 'cancelled' });
  });

  test('of a running attempt waits for what becomes of it', () => {
    const running = through(
      journalOf({ targets: 2 }),
      begin(run, T(1)),
      intend(at(0), 1, T(1)),
      cancel(run, 'ann', T(2)),
    );
    expect(running.phase).toBe('Cancelling');
    const killed = record(run, at(0), 1, { phase: 'Cancelled', message: 'ended by TERM' }, T(3))(running);
    expect(killed).toMatchObject({ phase: 'Cancelled', message: 'cancelled by ann: ended by TERM' });
    const lost = record(run, at(0), 1, unknown, T(3))(running);
    expect(lost.phase).toBe('Unknown');
  });

  test('that came too late says so', () => {
    const late = through(
      journalOf({}),
      begin(run, T(1)),
      intend(at(0), 1, T(1)),
      cancel(run, 'ann', T(2)),
      record(run, at(0), 1, ok, T(3)),
    );
    expect(late).toMatchObject({ phase: 'Succeed', message: expect.stringContaining('ended before the cancel') });
  });
});

test('a run that waits names its blocker, and one that can’t begin its reason', () => {
  const waiting = wait('other-1', T(1))(journalOf({}));
  expect(waiting).toMatchObject({
    phase: 'Waiting',
    blockedBy: 'other-1',
    conditions: [{ reason: 'ClusterExistOtherOperation' }],
  });
  const begun = begin(run, T(2))(waiting);
  expect(begun.blockedBy).toBeUndefined();
  expect(begun.conditions[0]).toMatchObject({ type: 'Progressing', status: 'True', lastTransitionTime: T(2) });
  expect(refuse('ClusterNotFound', 'no cluster "x"', T(3))(waiting)).toMatchObject({
    phase: 'Failed',
    message: 'no cluster "x"',
    conditions: expect.arrayContaining([
      expect.objectContaining({ type: 'Validated', status: 'False', reason: 'ClusterNotFound' }),
    ]),
  });
  const intended = through(journalOf({}), begin(run, T(1)), intend(at(0), 1, T(1)));
  // Of what was never sent nothing is kept that would later be asked about.
  expect(targetAt(wait('x', T(2))(intended), at(0))).toMatchObject({ attempts: [], dir: '' });
  expect(() => wait('x', T(2))(seenRunning(at(0), 1, T(2))(intended))).toThrow(Stale);
});

describe('the holder', () => {
  const me = { identity: 'me', host: 'h', pid: 1, started: '' };
  const you = { identity: 'you', host: 'h', pid: 2, started: '' };
  test('is taken over only as it was last seen, and its writes end with that', () => {
    const held = takeOver(me, null)(journalOf({}));
    expect(held.holder).toEqual({ ...me, epoch: 1, beat: 0 });
    expect(() => takeOver(you, null)(held)).toThrow(Lost);
    expect(() => takeOver(you, { epoch: 1, beat: 0 })(beat(T(1))(held))).toThrow(Lost);
    const taken = takeOver(you, { epoch: 1, beat: 0 })(held);
    expect(taken.holder?.epoch).toBe(2);
    expect(() => asHolder({ identity: 'me', epoch: 1 }, begin(run, T(1)))(taken)).toThrow(Lost);
    expect(asHolder({ identity: 'you', epoch: 2 }, begin(run, T(1)))(taken).phase).toBe('Running');
  });
  test('that let go leaves its epoch behind', () => {
    const free = letGo(takeOver(me, null)(journalOf({})));
    expect(() => asHolder({ identity: 'me', epoch: 1 }, beat(T(1)))(free)).toThrow(Lost);
    expect(takeOver(you, null)(free).holder?.epoch).toBe(2);
  });
  test('that leaves a run in the middle is named, until another goes on with it; who only saw to its end is not', () => {
    const held = through(journalOf({}), takeOver({ ...me, at: T(1) }, null), begin(run, T(1)));
    const left = { by: 'me', at: T(2) };
    expect(letGo(beat(T(2))(held))).toMatchObject({ holder: null, left });
    const settled = takeOver({ ...you, at: T(5), settles: true }, { epoch: 1, beat: 1 })(beat(T(2))(held));
    expect(settled).toMatchObject({ holder: { identity: 'you' }, left });
    expect(letGo(settled)).toMatchObject({ holder: null, left });
    const again = takeOver({ ...me, settles: true }, { epoch: 2, beat: 0 })(settled);
    expect(again.left).toEqual(left);
    expect(takeOver(you, null)(letGo(again))).not.toHaveProperty('left');
    expect(fromStatus(JSON.parse(JSON.stringify(toStatus(settled))))).toEqual({ journal: settled });
  });
});

test('rows, details and the kept log are made of the journal alone', () => {
  const meta = { namespace: 'ns', name: 'job-1', uid: 'u', kept: 'configmap' as const };
  const output = { lines: [{ stream: 'out' as const, text: 'moved' }], dropped: 7, outBytes: 100, errBytes: 0 };
  const journal = through(
    journalOf({ targets: 2, retryTimes: 1 }),
    takeOver({ identity: 'me', host: 'h', pid: 1, started: '' }, null),
    begin(run, T(1)),
    intend(at(0), 1, T(2)),
    record(run, at(0), 1, bad, T(3), output),
    intend(at(0), 2, T(4)),
  );
  expect(runRow(meta, journal)).toMatchObject({
    phase: 'Running',
    step: 'op',
    message: 'p0 (1 of 2), attempt 2',
    holder: 'me',
  });
  const detail = runDetail(meta, journal);
  expect(detail.steps[0]?.targets.map((t) => [t.phase, t.attempts.map((a) => a.phase)])).toEqual([
    ['Intent', ['Failed', 'Intent']],
    ['Pending', []],
  ]);
  expect(detail.startedAt).toBe(Date.parse(T(1)));
  expect(keptLog(journal).map((l) => `${l.seq} ${l.stream} ${l.text}`)).toEqual([
    '0 note 7 earlier lines were not kept',
    '1 out moved',
    '2 note attempt 2',
  ]);
});

test('whatever happens in whatever order: an attempt is intended after a failure only, and what is over stays as it is', () => {
  const place = fc.nat(1).map(at);
  const transition: fc.Arbitrary<Transition> = fc.oneof(
    fc.constant(begin(run, T(1))),
    fc.tuple(place, fc.integer({ min: 1, max: 4 })).map(([p, n]) => intend(p, n, T(2))),
    fc
      .tuple(place, fc.integer({ min: 1, max: 4 }), fc.constantFrom(ok, bad, unknown))
      .map(([p, n, r]) => record(run, p, n, r, T(3))),
    fc.tuple(place, fc.integer({ min: 1, max: 4 })).map(([p, n]) => seenRunning(p, n, T(3))),
    fc.constant(cancel(run, 'x', T(4))),
    fc
      .constantFrom('happened' as const, 'did-not' as const, 'abort' as const)
      .map((v) => resolve(run, v, 'x', 'y', T(5))),
    fc.constant(wait('b', T(6))),
  );
  fc.assert(
    fc.property(fc.array(transition, { maxLength: 25 }), (transitions) => {
      let journal = journalOf({ targets: 2, retryTimes: 1 });
      for (const next of transitions) {
        const before = structuredClone(journal);
        try {
          journal = next(journal);
        } catch (error) {
          expect(error).toBeInstanceOf(Stale);
          continue;
        }
        if (isOver(before)) expect(journal).toEqual(before);
        for (const target of journal.steps[0]!.targets) {
          const open = target.attempts.slice(0, -1).filter((a) => a.phase !== 'Failed');
          expect(open).toEqual([]);
          expect(target.attempts.map((a) => a.n)).toEqual(target.attempts.map((_, i) => i + 1));
        }
        if (journal.phase === 'Succeed') {
          expect(journal.steps[0]?.targets.every((t) => lastAttempt(t)?.phase === 'Succeeded')).toBe(true);
        }
        const under = journal.steps[0]!.targets.some((t) => /Intent|Running/.test(lastAttempt(t)?.phase ?? ''));
        if (under) expect(['Running', 'Cancelling', 'Waiting']).toContain(journal.phase);
        expect(fromStatus(toStatus(journal))).toEqual({ journal });
      }
    }),
    { numRuns: 300 },
  );
});

test('who waits with a run is in its journal as long as it waits', () => {
  const waiter = { identity: 'me', host: 'h', pid: 1, started: '' };
  const waiting = wait('other', T(1), waiter)(journalOf({}));
  expect(fromStatus(toStatus(waiting))).toMatchObject({ journal: { waiter } });
  expect(wait('third', T(2))(waiting).waiter).toEqual(waiter);
  expect(begin(run, T(3))(waiting)).not.toHaveProperty('waiter');
  expect(cancel(run, 'me', T(3))(waiting)).not.toHaveProperty('waiter');
  const forged = { ...toStatus(waiting), journal: { ...toStatus(waiting).journal, waiter: { identity: 1 } } };
  expect(fromStatus(forged)).toBe('unreadable');
});

test('a run is passed by while it waits and nobody holds it, and may begin all the same once it can', () => {
  const waiting = wait('other-1', T(1))(journalOf({}));
  const passed = passBy('mine', T(2))(waiting);
  expect(passed).toMatchObject({ phase: 'Waiting', passed: { at: T(2), by: 'mine' } });
  expect(passBy('another', T(3))(passed)).toBe(passed);
  expect(wait('other-2', T(3))(passed).passed).toEqual(passed.passed);
  expect(begin(run, T(4))(passed)).not.toHaveProperty('passed');
  const held = takeOver({ identity: 'x', host: 'h', pid: 1, started: '' }, null)(waiting);
  expect(() => passBy('mine', T(2))(held)).toThrow(Stale);
  expect(() => passBy('mine', T(2))(begin(run, T(2))(waiting))).toThrow(Stale);
});
