/** A list in its pane: only the visible rows are composed. */
import type { Rect } from '../layout.ts';
import { type Pen, type RuleKind, rule } from '../pen.ts';
import { type Column, composeRow, headingRow, place } from '../rows/columns.ts';
import { thousands } from '../rows/freshness.ts';
import { type ListState, locate, scrollTo } from '../store/list.ts';

interface Named {
  uid: string;
  name: string;
}

export interface ListPane<R extends Named> {
  title: string;
  /** Right side of the rule: sort, freshness. */
  right: string;
  kind: RuleKind;
  columns: readonly Column<R>[];
  longest: ReadonlyMap<string, number>;
  rows: readonly R[];
  /** All rows; more than `rows` when a filter hides some. */
  total: number;
  list: ListState;
  /** All rows there are have been received. */
  known: boolean;
  /** Stands there when there is no row. */
  empty: string[];
  /** Stands under the rows as long as it holds: what is not among them, and why. */
  notice?: readonly string[];
  weak?(row: R): boolean;
}

/** Rows that fit under the rule and the heading. */
const listHeight = (rect: Rect): number => Math.max(0, rect.height - 2);

export function paintList<R extends Named>(pane: ListPane<R>, rect: Rect, pen: Pen): string[] {
  const notice = (pane.notice ?? []).flatMap((text) => pen.wrapWords(text, rect.width - 4));
  // The rows are what the list is for.
  const height = Math.max(0, Math.min(notice.length, rect.height - MIN_LIST));
  const lines = paintRows(pane, { ...rect, height: rect.height - height }, pen);
  const gap = Array.from({ length: Math.max(0, rect.height - height - lines.length) }, () => '');
  return height === 0
    ? lines
    : [...lines, ...gap, ...notice.slice(0, height).map((line) => pen.style('attention', `  ${line}`))];
}

/** Rule, heading, two rows. */
const MIN_LIST = 4;

function paintRows<R extends Named>(pane: ListPane<R>, rect: Rect, pen: Pen): string[] {
  const { rows, list, total } = pane;
  const counted = rows.length === total ? thousands(total) : `${thousands(rows.length)} of ${thousands(total)}`;
  // A count of nothing would claim that there is nothing.
  const shown = pane.known ? counted : total > 0 ? `${counted}+` : '';
  const filter = list.filter === '' ? '' : ` /${list.filter}`;
  const lines = [
    rule(pen, rect.width, pane.kind, [pane.title, shown].filter((t) => t !== '').join(' ') + filter, pane.right),
  ];
  const placed = place(pane.columns, rect.width, pane.longest);
  lines.push(headingRow(placed, pen, list.sort));
  const height = listHeight(rect);
  const at = locate(list, rows);
  if (at.count === 0) {
    for (const text of pane.empty)
      for (const piece of pen.wrapWords(text, rect.width - 4)) lines.push(pen.style('muted', `  ${piece}`));
    return lines.slice(0, rect.height);
  }
  const top = scrollTo(list.top, at.index, height, at.count);
  for (let i = top; i < Math.min(at.count, top + height); i++) {
    if (at.gone && i === at.index) {
      lines.push(pen.style('selection', pen.fill(`> gone   ${list.name}: it is no longer there`, rect.width)));
      continue;
    }
    const row = rows[at.gone && i > at.index ? i - 1 : i];
    if (!row) break;
    const selected = !at.gone && i === at.index;
    lines.push(
      composeRow(placed, row, { selected, marked: list.marks.has(row.uid), weak: pane.weak?.(row) ?? false }, pen),
    );
  }
  return lines;
}
