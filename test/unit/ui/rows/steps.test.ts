import { expect, it } from 'vitest';
import type { LogLine, RunDetail } from '../../../../engine/protocol.ts';
import { createPen } from '../../../../ui/pen.ts';
import { stepRow, targetsOf } from '../../../../ui/rows/steps.ts';

const NOW = 1_000_000;
const pen = createPen({ name: '', description: '', style: (_t, text) => text }, false, NOW);
const target = (
  instance: string,
  phase: RunDetail['steps'][number]['phase'],
  attempts: RunDetail['steps'][number]['targets'][number]['attempts'],
) => ({
  instance,
  uid: `u-${instance}`,
  role: 'primary',
  container: 'redis',
  argv: [],
  phase,
  attempts,
});
const run = (finishedAt?: number): RunDetail =>
  ({
    ...(finishedAt === undefined ? {} : { finishedAt }),
    steps: [
      {
        name: 'move',
        phase: 'Running',
        message: 'said of the step',
        targets: [
          target('p-0', 'Running', [
            { n: 1, phase: 'Failed', startedAt: NOW - 60_000, finishedAt: NOW - 50_000, message: 'exit code 1' },
            { n: 2, phase: 'Running', startedAt: NOW - 41_300, message: '' },
          ]),
          target('p-1', 'Pending', []),
        ],
      },
      { name: 'verify', phase: 'Pending', message: 'later', targets: [] },
    ],
  }) as unknown as RunDetail;
const look = { stepWidth: 6, whoWidth: 12, columns: 80, selected: false };

it('has a row for each target, with its attempts and the time since the first began', () => {
  const rows = targetsOf(run()).map((row) => stepRow(row, look, pen));
  expect(rows).toEqual([
    '  running   move   p-0 primary    01:00  attempt 2',
    '  waiting   move   p-1 primary        –',
    '  waiting   verify                    –  later',
  ]);
  expect(pen.next).toBeGreaterThan(NOW);
});

it('says that what never began was not run, once the run has ended', () => {
  const [, second] = targetsOf(run(NOW));
  expect(stepRow(second!, look, pen)).toMatch(/^ {2}not run {3}move/);
});

it('fills the whole line when it is chosen', () => {
  const [first] = targetsOf(run());
  expect(stepRow(first!, { ...look, selected: true }, pen)).toHaveLength(80);
});

it('runs as soon as it prints, whatever its journal has come to say', () => {
  const begun = run();
  begun.steps[0]!.targets = [target('p-0', 'Intent', [{ n: 1, phase: 'Intent', message: '' }])];
  const line = { seq: 1, step: 'move', instance: 'p-0', stream: 'out' as const, text: 'moving slot 1' };
  const word = (...heard: LogLine[]) => stepRow(targetsOf(begun, heard[0])[0]!, look, pen).trim().split(' ')[0];
  expect(word()).toBe('starting');
  expect(word(line)).toBe('running');
  expect(word({ ...line, instance: 'p-1' })).toBe('starting');
  expect(word({ ...line, stream: 'note' })).toBe('starting');
  // What the attempt before this one has printed says nothing of it.
  begun.steps[0]!.targets[0]!.attempts.push({ n: 2, phase: 'Intent', message: '' });
  expect(word(line)).toBe('starting');
});
