import { expect, test } from 'vitest';
import { age } from '../../../../src/get/age.ts';

const S = 1000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

/** As kubectl prints them. */
test.each([
  [0, '0s'],
  [119 * S, '119s'],
  [2 * M, '2m'],
  [4 * M + 32 * S, '4m32s'],
  [10 * M + 5 * S, '10m'],
  [179 * M, '179m'],
  [3 * H + 5 * M, '3h5m'],
  [23 * H, '23h'],
  [2 * D + 3 * H, '2d3h'],
  [8 * D + 3 * H, '8d'],
  [41 * D, '41d'],
  [730 * D + 10 * D, '2y10d'],
  [3650 * D, '10y'],
  [-5 * S, '0s'],
])('%i ms', (span, said) => expect(age(1_800_000_000_000 - span, 1_800_000_000_000)).toBe(said));

test('a time that is not known', () => expect(age(0, 5)).toBe('<unknown>'));
