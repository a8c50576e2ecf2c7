import { expect, it } from 'vitest';
import { age, clock, took } from '../../../../ui/rows/age.ts';

const s = 1_000;
const m = 60 * s;
const h = 60 * m;
const d = 24 * h;

it('is short, and knows when it will read differently', () => {
  expect(age(42.4 * s)).toEqual({ text: '42s', changesIn: 600 });
  expect(age(4 * m + 10 * s)).toEqual({ text: '4m', changesIn: 50 * s });
  expect(age(47 * h).text).toBe('47h');
  expect(age(41 * d + h)).toEqual({ text: '41d', changesIn: 23 * h });
  // A server's clock ahead of ours must not read as a negative age.
  expect(age(-5 * s).text).toBe('0s');
});

it('counts what runs and tells what something took', () => {
  expect([clock(41 * s), clock(3723 * s)]).toEqual(['00:41', '1:02:03']);
  expect([took(340), took(41_900), took(250 * s), took(2 * h + 5 * m)]).toEqual(['0.3s', '41s', '4m10s', '2h05m']);
});
