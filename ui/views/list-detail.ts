/** A list and the detail of the row under its cursor: painted and moved the same way on every screen that has both. */
import type { App } from '../app.ts';
import type { Rect } from '../layout.ts';
import { type ListPane, paintList } from '../panes/list.ts';
import { paintText, scrollText } from '../panes/text.ts';
import type { Pen } from '../pen.ts';
import { locate, type Step } from '../store/list.ts';
import type { ScrollState } from '../store/state.ts';
import { type ListView, moveCursor, type Named, plainPen, ruleKind } from './lists.ts';

type DetailedView = Extract<ListView, { detail: ScrollState }>;

/** What is told of the row under the cursor; null where nothing can be. */
type Lines = (columns: number, pen: Pen) => string[] | null;

interface Detail {
  lines: Lines;
  /** Right side of its rule. */
  right?: string;
}

export function paintListDetail<R extends Named>(
  view: DetailedView,
  list: Omit<ListPane<R>, 'kind' | 'list'>,
  detail: Detail,
  panes: Record<string, Rect>,
  pen: Pen,
): Record<string, string[]> {
  const at = locate(view.list, list.rows);
  return {
    ...(panes.list && {
      list: paintList({ ...list, kind: ruleKind(view, 'list'), list: view.list }, panes.list, pen),
    }),
    ...(panes.detail && {
      detail: paintText(
        detail.lines(panes.detail.width, pen) ?? [],
        view.detail.top,
        at.row?.name ?? (at.gone ? view.list.name : 'nothing chosen'),
        detail.right ?? '',
        ruleKind(view, 'detail'),
        panes.detail,
        pen,
      ),
    }),
  };
}

/** Scrolls the detail where that has the focus and something to tell, else moves the cursor. */
export function moveListDetail(view: DetailedView, app: App, step: Step, lines: Lines): void {
  const place = app.layout();
  const rect = place.tooSmall ? undefined : place.panes.detail;
  const count = view.focus === 'detail' && rect ? lines(rect.width, plainPen(app))?.length : undefined;
  if (!rect || count === undefined) {
    moveCursor(app, view, step);
    return;
  }
  app.changeById(view.id, view.view, (v) =>
    'detail' in v ? { ...v, detail: { top: scrollText(v.detail.top, step, rect.height - 1, count) } } : v,
  );
}
