/** Where everything stands: a pure function of the terminal's size and of what is shown. No pane is ever measured. */

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * How a view divides the body. `list`: a list over the detail of its selection (beside it on very wide screens);
 * `run`: conditions and steps over the log; `single`: one pane.
 */
export type Arrangement = 'list' | 'run' | 'single';

export interface LayoutInput {
  columns: number;
  rows: number;
  arrangement: Arrangement;
  /** The pane that fills the body, when the user has zoomed. */
  zoom?: string | null;
  /** Rows the upper pane of `run` would like, its rule included. */
  want?: number;
}

export type Layout =
  | { tooSmall: true; columns: number; rows: number }
  | { tooSmall: false; header: Rect; message: Rect; hints: Rect; panes: Record<string, Rect> };

export const MIN_COLUMNS = 60;
export const MIN_ROWS = 15;
/** From here on the detail stands beside the list: below it a table would lose columns to it. */
const BESIDE_COLUMNS = 180;

/** Panes by arrangement, in focus order: the digits 1… focus them. */
export const PANES: Record<Arrangement, readonly string[]> = {
  list: ['list', 'detail'],
  run: ['steps', 'log'],
  single: ['main'],
};

export function layout({ columns, rows, arrangement, zoom = null, want = 0 }: LayoutInput): Layout {
  if (columns < MIN_COLUMNS || rows < MIN_ROWS) return { tooSmall: true, columns, rows };
  const line = (y: number): Rect => ({ x: 0, y, width: columns, height: 1 });
  const body: Rect = { x: 0, y: 1, width: columns, height: rows - 3 };
  const frame = { tooSmall: false as const, header: line(0), message: line(rows - 2), hints: line(rows - 1) };
  const names = PANES[arrangement];
  if (zoom !== null && names.includes(zoom)) return { ...frame, panes: { [zoom]: body } };
  if (arrangement === 'single') return { ...frame, panes: { main: body } };
  if (arrangement === 'list' && columns >= BESIDE_COLUMNS) {
    const list = Math.floor(columns * 0.62);
    return {
      ...frame,
      panes: {
        list: { ...body, width: list },
        detail: { ...body, x: list + 1, width: columns - list - 1 },
      },
    };
  }
  const upper =
    arrangement === 'run'
      ? // The log keeps at least five lines and its rule, the steps at least two and theirs.
        Math.max(3, Math.min(want, Math.floor(body.height / 2), body.height - 6))
      : body.height - Math.max(5, Math.min(16, Math.floor(body.height * 0.43)));
  const [top = '', bottom = ''] = names;
  return {
    ...frame,
    panes: {
      [top]: { ...body, height: upper },
      [bottom]: { ...body, y: body.y + upper, height: body.height - upper },
    },
  };
}
