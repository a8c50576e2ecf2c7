import { expect, it } from 'vitest';
import { createPen } from '../../../../ui/pen.ts';
import { type Column, composeRow, field, headingRow, naturalKey, place } from '../../../../ui/rows/columns.ts';
import { width } from '../../../../ui/rows/fit.ts';

interface Thing {
  name: string;
  state: string;
  n: number;
}
const columns: Column<Thing>[] = [
  { id: 'state', title: 'STATE', min: 5, width: 5, rank: 0, text: (t) => t.state, style: () => 'bad' },
  {
    id: 'name',
    title: 'NAME',
    min: 8,
    width: 8,
    max: 20,
    rank: 1,
    cut: 'middle',
    measure: (t) => t.name.length,
    text: (t) => t.name,
  },
  { id: 'n', title: 'N', min: 3, width: 3, rank: 2, align: 'right', text: (t) => String(t.n) },
  { id: 'note', title: 'NOTE', min: 4, width: 4, rank: 3, grow: 1, text: () => 'note' },
];
const marked = createPen(
  { name: 't', description: '', style: (token, text) => (text === '' ? '' : `<${token}:${text}>`) },
  false,
  0,
);
const plain = createPen({ name: 't', description: '', style: (_t, text) => text }, false, 0);
const thing: Thing = { name: 'redis-sentinel-0', state: 'bad', n: 7 };

it('takes from a column what its values don’t need, once there are any', () => {
  const short = new Map([['name', 5]]);
  expect(place(columns, 18, short).map((p) => [p.column.id, p.width])).toEqual([
    ['state', 5],
    ['name', 6],
    ['n', 3],
  ]);
  expect(place(columns, 30, new Map([['name', 0]])).map((p) => p.width)).toEqual([5, 8, 3, 9]);
});

it('drops the columns of high rank first and gives the rest what they want', () => {
  expect(place(columns, 30).map((p) => p.width)).toEqual([5, 8, 3, 9]);
  expect(place(columns, 20).map((p) => p.column.id)).toEqual(['state', 'name', 'n']);
  expect(place(columns, 40, new Map([['name', 16]])).map((p) => p.width)).toEqual([5, 16, 3, 11]);
});

it('composes a row of the pane’s width, cut in the middle', () => {
  const placed = place(columns, 30);
  expect(composeRow(placed, thing, { selected: true }, plain)).toBe('> bad   redi…l-0   7 note     ');
  expect(composeRow(placed, thing, { selected: false }, plain)).toBe('  bad   redi…l-0   7 note');
  expect(width(composeRow(placed, thing, { selected: true }, plain))).toBe(30);
  expect(headingRow(placed, plain, { id: 'n', down: true })).toBe('  STATE NAME      Nv NOTE');
});

it('draws the selection as one pair over plain text, and colour on the word only', () => {
  const placed = place(columns, 30);
  expect(composeRow(placed, thing, { selected: true }, marked)).toBe('<selection:> bad   redi…l-0   7 note     >');
  expect(composeRow(placed, thing, { selected: false }, marked)).toBe('  <bad:bad>   redi…l-0   7 note');
  expect(composeRow(placed, thing, { selected: false, marked: true }, plain)).toMatch(/^ \*bad/);
});

it('orders names as people count', () => {
  const names = ['pod-10', 'pod-2', 'pod-1', 'pod'];
  expect(names.sort((a, b) => (naturalKey(a) < naturalKey(b) ? -1 : 1))).toEqual(['pod', 'pod-1', 'pod-2', 'pod-10']);
});

it('shows and sorts a field as it is, and follows its values only up to a most', () => {
  const thing = { name: 'redis-0', state: 'ok', n: 1 };
  const name = field<Thing>('name', { title: 'NAME', min: 4, width: 4, max: 20, rank: 0 });
  const state = field<Thing>('state', { title: 'STATE', min: 5, width: 5, rank: 1 });
  expect([name.text(thing, marked), name.sort?.(thing), name.measure?.(thing)]).toEqual(['redis-0', 'redis-0', 7]);
  expect(state.measure).toBeUndefined();
});
