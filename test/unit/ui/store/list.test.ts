import { expect, it } from 'vitest';
import { listState, locate, moveBy, refilter, scrollTo } from '../../../../ui/store/list.ts';

const rows = (...names: string[]) => names.map((name) => ({ uid: `u-${name}`, name }));
const list = listState({ id: 'name', down: false });

it('follows its row when others come and go', () => {
  const at = moveBy(list, rows('a', 'b', 'c'), { by: 1 }, 10);
  expect(at.name).toBe('b');
  expect(locate(at, rows('0', 'a', 'b', 'c'))).toMatchObject({ index: 2, gone: false });
});

it('says so when its row has gone, keeps the place, and goes on to the neighbours', () => {
  const at = moveBy(list, rows('a', 'b', 'c'), { by: 1 }, 10);
  const left = rows('a', 'c');
  expect(locate(at, left)).toEqual({ row: null, index: 1, gone: true, count: 3 });
  expect(moveBy(at, left, { by: 1 }, 10).name).toBe('c');
  expect(moveBy(at, left, { by: -1 }, 10).name).toBe('a');
  expect(moveBy(at, rows(), { by: 1 }, 10)).toMatchObject({ uid: '', index: 0 });
});

it('keeps the cursor on its row through a filter, else goes to the first', () => {
  const at = moveBy(list, rows('a', 'b', 'c'), { by: 2 }, 10);
  expect(refilter(at, 'x', rows('b', 'c'))).toMatchObject({ name: 'c', index: 1, top: 0 });
  expect(refilter(at, 'x', rows('a', 'b'))).toMatchObject({ name: 'a', index: 0 });
});

it('moves the window by a third when the cursor leaves it, and by pages and ends', () => {
  expect(scrollTo(0, 9, 10, 100)).toBe(0);
  expect(scrollTo(0, 10, 10, 100)).toBe(3);
  expect(scrollTo(50, 49, 10, 100)).toBe(47);
  expect(scrollTo(0, 99, 10, 100)).toBe(90);
  expect(scrollTo(95, 0, 10, 5)).toBe(0);
  const many = rows(...Array.from({ length: 100 }, (_, i) => String(i)));
  const end = moveBy(list, many, { to: 'last' }, 10);
  expect(end).toMatchObject({ index: 99, top: 90 });
  expect(moveBy(end, many, { page: -1 }, 10).index).toBe(90);
  expect(moveBy(end, many, { to: 'first' }, 10)).toMatchObject({ index: 0, top: 0 });
});
