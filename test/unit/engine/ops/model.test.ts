import { expect, test } from 'vitest';
import { FULL, type Rules, search } from './model.ts';

// The seven rows of the protocol's check: what holds, and that each rule is needed.
test.each<[name: string, rules: Partial<Rules>, states: number, violation: string | undefined]>([
  ['the full protocol', {}, 2931, undefined],
  ['the full protocol, two restarts', { restarts: 2 }, 7380, undefined],
  ['no claim at the target', { claim: false }, 289, 'attempt 1 started 2 times'],
  ['no container fence', { fence: false }, 459, 'attempt 1 started 2 times'],
  [
    'a new attempt when nothing is found',
    { sameAttempt: false },
    343,
    'attempt 2 started while attempt 1 is not finished',
  ],
  ['a journal of results only', { intentFirst: false }, 364, 'attempt 1 started 2 times'],
  ['no compare-and-set on the journal', { compareAndSet: false }, 863, 'attempt 1 started 2 times'],
])('%s', (_, change, states, violation) => {
  const found = search({ ...FULL, ...change });
  expect({ states: found.states, violation: found.violation }).toEqual({ states, violation });
});
