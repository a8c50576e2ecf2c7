import { expect, it } from 'vitest';
import { createPen, hintBar, rule } from '../../../ui/pen.ts';
import { width } from '../../../ui/rows/fit.ts';

const theme = { name: '', description: '', style: (_token: string, text: string) => text };
const NOW = Date.UTC(2026, 2, 14, 3, 20, 43);
const pen = () => createPen(theme, false, NOW);

it('knows when the picture reads differently: seconds as they pass, all coarser ages together on the minute', () => {
  const seconds = pen();
  expect(seconds.age(NOW - 42_400)).toBe('42s');
  expect(seconds.next).toBe(NOW + 600);
  const minutes = pen();
  minutes.age(NOW - 4 * 60_000 - 7_000);
  minutes.age(NOW - 9 * 60_000 - 31_000);
  expect(minutes.next).toBe(Date.UTC(2026, 2, 14, 3, 22, 0));
  const days = pen();
  expect(days.age(NOW - 41 * 86_400_000)).toBe('41d');
  expect(days.next).toBeGreaterThan(NOW + 3_600_000);
  expect(pen().age(0)).toBe('');
  expect(pen().next).toBe(Number.POSITIVE_INFINITY);
});

it('draws a rule of the whole width, whatever is to stand in it', () => {
  for (const columns of [60, 80, 200])
    for (const title of ['Clusters 12', 'x'.repeat(300), ''])
      for (const right of ['', 'by health  live', 'y'.repeat(300)]) {
        const drawn = rule(pen(), columns, 'plain', title, right);
        expect(width(drawn)).toBe(columns);
      }
});

it('keeps the most useful hints and always the last one', () => {
  const hints = ['enter open', 'o operations', 'r runs', '? all'].map((h) => ({
    key: h.split(' ')[0] ?? '',
    hint: h.split(' ')[1] ?? '',
  }));
  expect(hintBar(pen(), hints, 80)).toBe(' enter open  o operations  r runs  ? all');
  expect(hintBar(pen(), hints, 22)).toBe(' enter open  ? all');
  expect(hintBar(pen(), [], 80)).toBe(' ');
});

it('has only ASCII where the terminal has only ASCII', () => {
  const ascii = createPen(theme, true, NOW);
  expect(ascii.safe('a…b · 日 – “x”')).toBe('a...b | ? - "x"');
  expect(rule(ascii, 60, 'danger', 'Plan: é', 'x')).toMatch(/^[\x20-\x7e]{60}$/);
});
