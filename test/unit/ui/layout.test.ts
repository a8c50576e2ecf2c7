import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Arrangement, layout, PANES } from '../../../ui/layout.ts';

const box = (columns: number, rows: number, arrangement: Arrangement, zoom: string | null = null, want = 0) => {
  const l = layout({ columns, rows, arrangement, zoom, want });
  if (l.tooSmall) return 'too small';
  return Object.entries(l.panes)
    .map(([name, r]) => `${name} ${r.width}x${r.height}+${r.x}+${r.y}`)
    .join('  ');
};

it('places the panes at the sizes that matter', () => {
  expect(box(80, 24, 'list')).toBe('list 80x12+0+1  detail 80x9+0+13');
  expect(box(60, 15, 'list')).toBe('list 60x7+0+1  detail 60x5+0+8');
  expect(box(120, 40, 'list')).toBe('list 120x22+0+1  detail 120x15+0+23');
  expect(box(160, 48, 'list')).toBe('list 160x29+0+1  detail 160x16+0+30');
  expect(box(200, 50, 'list')).toBe('list 124x47+0+1  detail 75x47+125+1');
  expect(box(80, 24, 'run', null, 6)).toBe('steps 80x6+0+1  log 80x15+0+7');
  expect(box(80, 24, 'run', null, 40)).toBe('steps 80x10+0+1  log 80x11+0+11');
  expect(box(60, 15, 'run', null, 0)).toBe('steps 60x3+0+1  log 60x9+0+4');
  expect(box(80, 24, 'single')).toBe('main 80x21+0+1');
  expect(box(80, 24, 'run', 'log', 6)).toBe('log 80x21+0+1');
});

it('says too small below 60x15 and never before', () => {
  expect(box(59, 24, 'list')).toBe('too small');
  expect(box(80, 14, 'list')).toBe('too small');
  expect(box(60, 15, 'single')).not.toBe('too small');
});

it('fills every row of the screen once, at any size', () => {
  const arrangements = Object.keys(PANES) as Arrangement[];
  fc.assert(
    fc.property(
      fc.integer({ min: 60, max: 400 }),
      fc.integer({ min: 15, max: 200 }),
      fc.constantFrom(...arrangements),
      fc.integer({ min: 0, max: 100 }),
      (columns, rows, arrangement, want) => {
        const l = layout({ columns, rows, arrangement, want });
        if (l.tooSmall) throw new Error('too small');
        const rects = [l.header, ...Object.values(l.panes), l.message, l.hints];
        for (const r of rects) {
          expect(r.width).toBeGreaterThan(0);
          expect(r.height).toBeGreaterThan(0);
          expect(r.x + r.width).toBeLessThanOrEqual(columns);
        }
        // Column 0 is covered without overlap or gap from the first row to the last.
        const left = rects.filter((r) => r.x === 0).sort((a, b) => a.y - b.y);
        let y = 0;
        for (const r of left) {
          expect(r.y).toBe(y);
          y += r.height;
        }
        expect(y).toBe(rows);
      },
    ),
    { numRuns: 200 },
  );
});
