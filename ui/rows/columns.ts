/** Columns as data, and a row as one string of exactly the pane's width. */
import type { Pen } from '../pen.ts';
import type { StyleToken } from '../theme.ts';
import type { Cut } from './fit.ts';

export interface Column<R> {
  id: string;
  title: string;
  /** Narrower than this only where every value and the title are. */
  min: number;
  /** Wanted width; with `measure`, the longest value is served first, up to `max`, and this with what is left over. */
  width: number;
  max?: number;
  /** A cheap length of the value, for columns whose width follows their content. */
  measure?(row: R): number;
  /** Share of what is left over. */
  grow?: number;
  /** Columns of a higher rank are left out first on a narrow screen. */
  rank: number;
  align?: 'left' | 'right';
  cut?: Cut;
  text(row: R, pen: Pen): string;
  style?(row: R): StyleToken | null;
  /** What the column is sorted by; numbers ascend, texts are compared in natural order. */
  sort?(row: R): string | number;
}

type Fields<R> = { [K in keyof R]: R[K] extends string ? K : never }[keyof R] & string;

/** A column of one field as it is; with a `max` its width follows the values. */
export const field = <R>(id: Fields<R>, column: Omit<Column<R>, 'id' | 'text' | 'sort' | 'measure'>): Column<R> => {
  const text = (row: R) => row[id] as string;
  const measure = column.max === undefined ? {} : { measure: (row: R) => text(row).length };
  return { id, ...column, ...measure, text, sort: text };
};

export interface PlacedColumn<R> {
  column: Column<R>;
  width: number;
}

const GUTTER = 2;
const GAP = 1;

/** Chooses the columns that fit and their widths; together with gutter and gaps they fill `columns` exactly if one grows. */
export function place<R>(
  specs: readonly Column<R>[],
  columns: number,
  longest: ReadonlyMap<string, number> = new Map(),
): PlacedColumn<R>[] {
  const room = columns - GUTTER;
  const byRank = [...specs].sort((a, b) => a.rank - b.rank);
  const chosen = new Map<Column<R>, number>();
  let used = -GAP;
  // What the values need. Without any it is not known: columns that came and went with the first rows would be restless.
  const content = (spec: Column<R>): number | undefined => {
    const most = longest.get(spec.id);
    if (!spec.measure || !most) return undefined;
    return Math.min(spec.max ?? 200, Math.max(spec.title.length, most));
  };
  for (const spec of byRank) {
    const least = Math.min(spec.min, content(spec) ?? spec.min);
    if (used + GAP + least > room) continue;
    chosen.set(spec, least);
    used += GAP + least;
  }
  const widen = (wantedOf: (spec: Column<R>) => number) => {
    for (const spec of byRank) {
      const now = chosen.get(spec);
      if (now === undefined) continue;
      const extra = Math.min(Math.max(0, wantedOf(spec) - now), room - used);
      chosen.set(spec, now + extra);
      used += extra;
    }
  };
  widen((spec) => content(spec) ?? spec.width);
  widen((spec) => Math.min(spec.max ?? 200, spec.width));
  const growing = specs.filter((s) => chosen.has(s) && s.grow);
  const shares = growing.reduce((sum, s) => sum + (s.grow ?? 0), 0);
  const spare = room - used;
  let given = 0;
  growing.forEach((spec, i) => {
    const extra = i === growing.length - 1 ? spare - given : Math.floor((spare * (spec.grow ?? 0)) / shares);
    given += extra;
    chosen.set(spec, (chosen.get(spec) ?? 0) + extra);
  });
  return specs.flatMap((column) => {
    const width = chosen.get(column);
    return width === undefined ? [] : [{ column, width }];
  });
}

/** The line of titles; the sorted column's has a `^` or `v` behind it where there is room. */
export function headingRow<R>(
  placed: readonly PlacedColumn<R>[],
  pen: Pen,
  sorted: { id: string; down: boolean } | null,
): string {
  const titles = placed.map(({ column, width }) => {
    const room = column.title.length < width;
    const mark = sorted?.id === column.id && room ? (sorted.down ? 'v' : '^') : '';
    return pen.fill(column.title + mark, width, column.align);
  });
  return pen.style('heading', `  ${titles.join(' ')}`.trimEnd());
}

export interface RowLook {
  selected: boolean;
  marked?: boolean;
  /** Drawn weaker: it can not be acted on. */
  weak?: boolean;
}

/** One row. The selection is one inverse pair over plain text, so that moving it costs two short lines. */
export function composeRow<R>(placed: readonly PlacedColumn<R>[], row: R, look: RowLook, pen: Pen): string {
  let out = '';
  for (const { column, width } of placed) {
    const cell = pen.fill(column.text(row, pen), width, column.align, column.cut);
    const token = look.selected || look.weak ? null : (column.style?.(row) ?? null);
    out += (out === '' ? '' : ' ') + (token === null ? cell : styleTrimmed(pen, token, cell));
  }
  const gutter = look.selected ? (look.marked ? '>*' : '> ') : look.marked ? ' *' : '  ';
  if (look.selected) return pen.style('selection', gutter + out);
  return gutter + (look.weak ? pen.style('muted', out.trimEnd()) : out.trimEnd());
}

/** Colours the text of a cell and not its padding: padding at the end of a line is then free. */
function styleTrimmed(pen: Pen, token: StyleToken, cell: string): string {
  const text = cell.trimEnd();
  const lead = text.length - text.trimStart().length;
  return text.slice(0, lead) + pen.style(token, text.slice(lead)) + cell.slice(text.length);
}

/** Sort key of a text in natural order: `pod-2` before `pod-10`. */
export function naturalKey(text: string): string {
  return /\d/.test(text) ? text.replace(/\d+/g, (digits) => digits.padStart(12, '0')) : text;
}
