import { expect, it } from 'vitest';
import { parseFilter } from '../../../../ui/rows/filter.ts';

it('reads the forms of k9s', () => {
  expect(parseFilter('')).toBeNull();
  expect(parseFilter('RED.s')?.matches('cart-redis')).toBe(true);
  expect(parseFilter('!redis')?.matches('cart-redis')).toBe(false);
  expect(parseFilter('!redis')?.matches('kafka')).toBe(true);
  expect(parseFilter('-f crds')?.matches('cart-redis')).toBe(true);
  expect(parseFilter('-f crds')?.matches('events-kafka')).toBe(false);
});

it('takes what is no regular expression literally, and says so', () => {
  const filter = parseFilter('a(b');
  expect(filter?.matches('xa(b')).toBe(true);
  expect(filter?.matches('ab')).toBe(false);
  expect(filter?.note).toContain('not a regular expression');
  expect(filter?.find('..A(b')).toEqual({ start: 2, length: 3 });
});

it('finds where it hits; a filter that hits nowhere in particular finds nothing', () => {
  expect(parseFilter('slot \\d+')?.find('Moving slot 5461 from')).toEqual({ start: 7, length: 9 });
  expect(parseFilter('!x')?.find('abc')).toBeNull();
  expect(parseFilter('x*')?.find('abc')).toBeNull();
});
