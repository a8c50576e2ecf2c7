/** Lines in a scrolling pane. */
import type { Rect } from '../layout.ts';
import { type Pen, type RuleKind, rule } from '../pen.ts';
import { type Step, stride } from '../store/list.ts';

/** Where scrolling ends up; `height` lines are visible. */
export function scrollText(top: number, step: Step, height: number, count: number): number {
  const most = Math.max(0, count - height);
  return Math.max(0, Math.min(most, Math.min(top, most) + stride(step, height, count)));
}

/** A rule and the visible lines. A text longer than its pane says how far it is. */
export function paintText(
  lines: readonly string[],
  top: number,
  title: string,
  right: string,
  kind: RuleKind,
  rect: Rect,
  pen: Pen,
): string[] {
  const height = rect.height - 1;
  const from = Math.max(0, Math.min(top, lines.length - height));
  const place = lines.length > height ? `${from + 1}-${Math.min(lines.length, from + height)} of ${lines.length}` : '';
  return [
    rule(pen, rect.width, kind, title, [place, right].filter((t) => t !== '').join('  ')),
    ...lines.slice(from, from + height),
  ];
}
