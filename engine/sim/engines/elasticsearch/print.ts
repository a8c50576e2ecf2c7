/** `_cat` tables as they are printed: chosen columns, sorted, aligned, or as JSON. */
import { type Cell, type Context, TABLES } from './cat.ts';

export interface Form {
  /** `h`: columns by name, alias or pattern. */
  columns: string | undefined;
  sort: string | undefined;
  header: boolean;
  format: string;
}

/** A table as text, or its rows where JSON or YAML is asked for. */
export function print(name: string, context: Context, form: Form): string | Record<string, string | null>[] {
  const all = TABLES[name]?.columns ?? [];
  const find = (word: string) =>
    word.includes('*')
      ? all.filter((column) => new RegExp(`^${word.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(column.name))
      : all.filter((column) => column.name === word || column.alias.includes(word)).slice(0, 1);
  const shown =
    form.columns === undefined ? all.filter((column) => !column.extra) : form.columns.split(',').flatMap(find);
  const rows = [...(TABLES[name]?.rows(context) ?? [])];
  for (const word of (form.sort ?? '').split(',').filter(Boolean).reverse()) {
    const [key = '', order] = word.split(':');
    const column = find(key)[0];
    if (column)
      rows.sort((a, b) => compare(column.value(a, context), column.value(b, context)) * (order === 'desc' ? -1 : 1));
  }
  if (form.format !== 'text')
    return rows.map((row) =>
      Object.fromEntries(
        shown.map((column) => {
          const value = column.value(row, context);
          return [column.name, value === undefined ? null : String(value)];
        }),
      ),
    );
  const cells = rows.map((row) => shown.map((column) => String(column.value(row, context) ?? '')));
  const lines = form.header ? [shown.map((column) => column.name), ...cells] : cells;
  const widths = shown.map((_column, i) => Math.max(0, ...lines.map((line) => line[i]?.length ?? 0)));
  return lines
    .map((line) => {
      const padded = line.map((cell, i) =>
        shown[i]?.right ? cell.padStart(widths[i] ?? 0) : i === shown.length - 1 ? cell : cell.padEnd(widths[i] ?? 0),
      );
      return `${padded.join(' ')}\n`;
    })
    .join('');
}

/** In the order of a copy's life, as they are sorted. */
const STATES = ['UNASSIGNED', 'INITIALIZING', 'STARTED', 'RELOCATING'];

function compare(a: Cell, b: Cell): number {
  const [x, y] = [STATES.indexOf(String(a)), STATES.indexOf(String(b))];
  if (x >= 0 && y >= 0) return x - y;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a ?? '') < String(b ?? '') ? -1 : a === b ? 0 : 1;
}
