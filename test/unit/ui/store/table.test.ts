import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Column } from '../../../../ui/rows/columns.ts';
import { parseFilter } from '../../../../ui/rows/filter.ts';
import { createListing, createTable } from '../../../../ui/store/table.ts';

interface R {
  uid: string;
  name: string;
  n: number;
}
const columns: Column<R>[] = [
  {
    id: 'name',
    title: 'NAME',
    min: 4,
    width: 4,
    rank: 0,
    measure: (r) => r.name.length,
    text: (r) => r.name,
    sort: (r) => r.name,
  },
  { id: 'n', title: 'N', min: 2, width: 2, rank: 1, text: (r) => String(r.n), sort: (r) => r.n },
];
const make = () => {
  const table = createTable<R>();
  return {
    table,
    listing: createListing(
      table,
      columns,
      (r) => r.name,
      (r) => r.name,
    ),
  };
};
const row = (uid: string, n: number): R => ({ uid, name: `pod-${uid}`, n });

it('sorts naturally, keeps equal rows in place, and gives the same array until something changes', () => {
  const { table, listing } = make();
  table.apply({ reset: true, upsert: [row('10', 1), row('2', 1), row('1', 0)], remove: [] });
  const rows = listing.rows({ id: 'n', down: false }, null);
  expect(rows.map((r) => r.uid)).toEqual(['1', '2', '10']);
  expect(listing.rows({ id: 'n', down: false }, null)).toBe(rows);
  table.apply({ reset: false, upsert: [row('2', -1)], remove: ['1'] });
  expect(listing.rows({ id: 'n', down: false }, null).map((r) => r.uid)).toEqual(['2', '10']);
  expect(listing.rows({ id: 'n', down: true }, null).map((r) => r.uid)).toEqual(['10', '2']);
});

it('filters without losing the rows behind the filter', () => {
  const { table, listing } = make();
  table.apply({ reset: true, upsert: [row('1', 1), row('2', 2)], remove: [] });
  expect(listing.rows({ id: 'name', down: false }, parseFilter('pod-2')).map((r) => r.uid)).toEqual(['2']);
  expect(listing.get('1')?.n).toBe(1);
  expect(listing.total).toBe(2);
  expect(listing.longest().get('name')).toBe(5);
});

it('ends where a full sort would, after any history of changes', () => {
  const change = fc.record({
    reset: fc.constantFrom(false, false, false, true),
    upsert: fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 5 })), { maxLength: 12 }),
    remove: fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 4 }),
    look: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 25 }), (changes) => {
      const { table, listing } = make();
      for (const c of changes) {
        table.apply({
          reset: c.reset,
          upsert: c.upsert.map(([id, n]) => row(String(id), n)),
          remove: c.remove.map(String),
        });
        if (c.look) listing.rows({ id: 'n', down: false }, null);
      }
      const fresh = createListing(
        table,
        columns,
        (r) => r.name,
        (r) => r.name,
      );
      expect(listing.rows({ id: 'n', down: false }, null)).toEqual(fresh.rows({ id: 'n', down: false }, null));
    }),
    { numRuns: 150 },
  );
});

it('forgets its journal in time and is then built anew', () => {
  const { table, listing } = make();
  table.apply({ reset: true, upsert: [row('a', 1)], remove: [] });
  listing.rows({ id: 'n', down: false }, null);
  const before = table.version;
  for (let i = 0; i < 5_000; i++) table.apply({ reset: false, upsert: [row(String(i % 50), i)], remove: [] });
  expect(table.touchedSince(before)).toBeNull();
  expect(listing.rows({ id: 'n', down: false }, null)).toHaveLength(51);
});
