/** Lists as kubectl prints them: aligned columns, or a List object. */
import { clean } from '../../engine/kube/sanitise.ts';
import type { Answer, Item, Kind } from './kind.ts';

const GAP = '   ';

/** Columns as wide as their widest cell, three spaces apart; empty cells are `<none>`. */
export function table(rows: readonly (readonly string[])[], widthOf: (text: string) => number): string {
  const filled = rows.map((row) => row.map((cell) => clean(cell) || '<none>'));
  const widths: number[] = [];
  for (const row of filled) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
  }
  return filled
    .map((row) => row.map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - widthOf(cell))).join(GAP))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** Rows of a kind's table; the header first unless it is left out. */
export function rowsOf(
  kind: Kind,
  items: readonly Item[],
  how: { wide: boolean; namespaces: boolean; headers: boolean },
): string[][] {
  const shown = kind.columns.map((column) => how.wide || column.wide !== true);
  const pick = (cells: readonly string[]) => cells.filter((_, at) => shown[at]);
  const head = pick(kind.columns.map((column) => column.title));
  const rows = items.map((item) => [
    ...(how.namespaces ? [item.object.metadata.namespace ?? ''] : []),
    ...pick(item.cells),
  ]);
  return how.headers ? [[...(how.namespaces ? ['NAMESPACE'] : []), ...head], ...rows] : rows;
}

/** Keys in alphabetical order at every depth, as kubectl's. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

/** The one object that was named, else a List. */
export function document({ items }: Answer, named: boolean): unknown {
  const objects = items.map((item) => item.object);
  if (named && objects.length === 1) return sorted(objects[0]);
  return sorted({ apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: objects });
}
