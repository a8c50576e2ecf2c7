import { describe, expect, test } from 'vitest';
import { KubeError } from '../../../../engine/kube/types.ts';
import { insist, passes } from '../../../../engine/ops/insist.ts';
import { ManualClock } from '../../../../engine/runtime/clock.ts';

const failed = (status: number, reason = '') => new KubeError(`${status} ${reason}`, { status, reason });

describe('what may go right later', () => {
  test.each([
    [0, 'Connection', true],
    [0, 'Timeout', true],
    [0, 'Config', false],
    [0, 'Aborted', false],
    [400, 'BadRequest', false],
    [403, 'Forbidden', false],
    [409, 'Conflict', true],
    [429, 'TooManyRequests', true],
    [500, 'InternalError', true],
    [504, 'Timeout', true],
  ])('%i %s: %s', (status, reason, yes) => expect(passes(failed(status, reason))).toBe(yes));

  test('and no fault of this program', () => expect(passes(new TypeError('x'))).toBe(false));
});

test('asks until there is an answer, says why not, and gives up what no repetition mends or nobody waits for', async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  const answers = [failed(503), failed(0, 'Connection')];
  const trouble: string[] = [];
  const how = { clock, signal: stop.signal, onTrouble: (why: string) => trouble.push(why), random: () => 0 };
  const answer = insist(async () => {
    const next = answers.shift();
    if (next) throw next;
    return 'yes';
  }, how);
  await clock.advance(10_000);
  expect(await answer).toBe('yes');
  expect(trouble).toEqual(['503 ', '0 Connection']);
  await expect(insist(() => Promise.reject(failed(403)), how)).rejects.toThrow('403');
  const left = insist(() => Promise.reject(failed(503)), how);
  left.catch(() => {});
  await clock.advance(10);
  stop.abort();
  await expect(left).rejects.toThrow('503');
});
