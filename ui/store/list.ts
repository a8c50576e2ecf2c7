/** The cursor of a list: it holds on to a uid, never to a row number. Pure. */
import type { Sort } from './table.ts';

export interface ListState {
  /** The chosen row; '' until there is one. */
  uid: string;
  /** What the row was called, for the sentence when it is gone. */
  name: string;
  /** Where it was last; a vanished row keeps its place. */
  index: number;
  /** First visible row. */
  top: number;
  sort: Sort;
  filter: string;
  marks: ReadonlySet<string>;
}

export const listState = (sort: Sort): ListState => ({
  uid: '',
  name: '',
  index: 0,
  top: 0,
  sort,
  filter: '',
  marks: new Set(),
});

export interface Located<R> {
  /** The chosen row, null when there is none or it has gone. */
  row: R | null;
  /** Its place among the visible lines; a vanished row has one too. */
  index: number;
  /** The chosen row was there and is not any more (deleted, or filtered out by a change of its own). */
  gone: boolean;
  /** Visible lines: the rows, and one more for the vanished row. */
  count: number;
}

interface Named {
  uid: string;
  name: string;
}

const places = new WeakMap<readonly Named[], Map<string, number>>();

/** Index of a uid; remembered per array, since listings return the same array until something changes. */
function placeOf(rows: readonly Named[], uid: string, guess: number): number {
  if (rows[guess]?.uid === uid) return guess;
  let known = places.get(rows);
  if (!known) {
    known = new Map(rows.map((row, i) => [row.uid, i]));
    places.set(rows, known);
  }
  return known.get(uid) ?? -1;
}

/** Where the cursor is. With no row chosen yet it is the first one. */
export function locate<R extends Named>(list: ListState, rows: readonly R[]): Located<R> {
  if (list.uid === '') return { row: rows[0] ?? null, index: 0, gone: false, count: rows.length };
  const place = placeOf(rows, list.uid, list.index);
  if (place >= 0) return { row: rows[place] ?? null, index: place, gone: false, count: rows.length };
  const index = Math.min(list.index, rows.length);
  return { row: null, index, gone: true, count: rows.length + 1 };
}

export type Step = { by: number } | { page: 1 | -1 } | { to: 'first' | 'last' };

/** Lines a step goes, given the visible height. */
export function stride(step: Step, height: number, count: number): number {
  if ('by' in step) return step.by;
  if ('page' in step) return step.page * Math.max(1, height - 1);
  return step.to === 'first' ? -count : count;
}

/**
 * First visible line so that `index` is visible. A cursor that leaves the window by the edge moves it by a third of
 * the height: most keys then repaint two rows instead of all of them, which is what a slow link feels.
 */
export function scrollTo(top: number, index: number, height: number, count: number): number {
  if (height <= 0) return 0;
  const most = Math.max(0, count - height);
  const jump = Math.max(1, Math.floor(height / 3));
  let next = top;
  if (index < top) next = Math.min(index, Math.max(index - jump + 1, 0));
  else if (index >= top + height) next = index - height + jump;
  return Math.max(0, Math.min(next, most));
}

/** Moves the cursor. From a vanished row it goes to the neighbours of its place. */
export function moveBy<R extends Named>(list: ListState, rows: readonly R[], step: Step, height: number): ListState {
  if (rows.length === 0) return { ...list, uid: '', name: '', index: 0, top: 0 };
  const at = locate(list, rows);
  const n = stride(step, height, at.count);
  const from = at.gone && n > 0 ? at.index - 1 : at.index;
  const index = Math.max(0, Math.min(rows.length - 1, from + n));
  const row = rows[index];
  return {
    ...list,
    uid: row?.uid ?? '',
    name: row?.name ?? '',
    index,
    top: scrollTo(list.top, index, height, rows.length),
  };
}

/** Pins the cursor to the row it stands on, so that it follows it from now on. */
export function settle<R extends Named>(list: ListState, rows: readonly R[]): ListState {
  const at = locate(list, rows);
  if (!at.row || (at.row.uid === list.uid && at.index === list.index)) return list;
  return { ...list, uid: at.row.uid, name: at.row.name, index: at.index };
}

/** After a filter was typed: the cursor stays on its row when that is still shown, else it goes to the first. */
export function refilter<R extends Named>(list: ListState, filter: string, rows: readonly R[]): ListState {
  const next = { ...list, filter, top: 0 };
  const place = list.uid === '' ? -1 : placeOf(rows, list.uid, -1);
  if (place >= 0) return { ...next, index: place };
  const first = rows[0];
  return { ...next, uid: first?.uid ?? '', name: first?.name ?? '', index: 0 };
}
