/** A live log in its pane: the visible lines only, whatever has been received. */
import type { LogLine } from '../../engine/protocol.ts';
import type { Rect } from '../layout.ts';
import { type Pen, type RuleKind, rule } from '../pen.ts';
import { timeOfDay } from '../rows/age.ts';
import { type Filter, parseFilter } from '../rows/filter.ts';
import { thousands } from '../rows/freshness.ts';
import { type Step, stride } from '../store/list.ts';
import type { LogBuffer } from '../store/log.ts';
import type { LogState } from '../store/state.ts';

interface Selection {
  key: string;
  /** Positions below this one have been looked at. */
  upto: number;
  positions: number[];
}

const selections = new WeakMap<LogBuffer, Selection>();

/** The lines that the state lets through, as positions in the count of all lines; looks at each line once. */
interface Lines {
  length: number;
  position(index: number): number;
  /** Index of the first line at or behind a position. */
  index(position: number): number;
}

function linesOf(buffer: LogBuffer, state: LogState): Lines {
  const end = buffer.first + buffer.length;
  if (state.search === '' && state.step === '' && state.instance === '')
    return {
      length: buffer.length,
      position: (index) => buffer.first + index,
      index: (position) => Math.max(0, Math.min(buffer.length, position - buffer.first)),
    };
  const key = `${state.step}\n${state.instance}\n${state.search}`;
  let selection = selections.get(buffer);
  if (!selection || selection.key !== key || selection.upto > end) {
    selection = { key, upto: buffer.first, positions: [] };
    selections.set(buffer, selection);
  }
  const filter = parseFilter(state.search);
  for (let at = Math.max(selection.upto, buffer.first); at < end; at++) {
    const line = buffer.at(at);
    if (line && passes(line, state, filter)) selection.positions.push(at);
  }
  selection.upto = end;
  const { positions } = selection;
  while ((positions[0] ?? end) < buffer.first) positions.shift();
  return {
    length: positions.length,
    position: (index) => positions[index] ?? end,
    index(position) {
      let low = 0;
      let high = positions.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((positions[middle] ?? end) < position) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}

/** Notes of the engine (a gap, an attempt's end) belong to every selection of steps. */
const passes = (line: LogLine, state: LogState, filter: Filter | null): boolean =>
  (state.step === '' || line.step === state.step || line.step === '') &&
  (state.instance === '' || line.instance === state.instance || line.instance === '') &&
  (!filter || filter.matches(line.text));

/** Scrolls by lines: any step but the one to the last line ends following, that one begins it again. */
export function scrollLog(buffer: LogBuffer, state: LogState, step: Step, height: number): LogState {
  if ('to' in step && step.to === 'last') return { ...state, follow: true };
  const lines = linesOf(buffer, state);
  const last = Math.max(0, lines.length - height);
  const from = state.follow ? last : Math.min(last, lines.index(state.top));
  const to = Math.max(0, Math.min(last, from + stride(step, height, lines.length)));
  // A step down from the newest line is no wish to stop following.
  if (state.follow && to >= last) return state;
  return { ...state, follow: false, top: lines.position(to) };
}

/** Stops at the first line that was read at or after a moment; lines without a time are passed over. */
export function seekLog(buffer: LogBuffer, state: LogState, at: number): LogState {
  for (let position = buffer.first; position < buffer.first + buffer.length; position++) {
    const line = buffer.at(position);
    if (line?.at !== undefined && line.at >= at) return { ...state, follow: false, top: position };
  }
  return { ...state, follow: true };
}

export interface LogPane {
  title: string;
  kind: RuleKind;
  /** Names of pods stand before the lines. */
  several: boolean;
  empty: string;
  /** Where new lines come from, in a word; `following` where that is what prints them. */
  live?: string;
  /** Nothing prints any more; as long as the log's end has not come there is more to read. */
  over?: boolean;
}

function styled(line: LogLine, text: string, filter: Filter | null, pen: Pen): string {
  const hit = filter?.find(text);
  if (hit) {
    const { start, length } = hit;
    return text.slice(0, start) + pen.style('match', text.slice(start, start + length)) + text.slice(start + length);
  }
  return line.stream === 'err' ? pen.style('stderr', text) : line.stream === 'note' ? pen.style('note', text) : text;
}

/** Tails tell the pods of one set apart. */
const POD_COLUMNS = 14;

export function paintLog(buffer: LogBuffer, state: LogState, pane: LogPane, rect: Rect, pen: Pen): string[] {
  const lines = linesOf(buffer, state);
  const filter = parseFilter(state.search);
  const height = rect.height - 1;
  const rows: string[] = [];
  const compose = (position: number): string[] => {
    const line = buffer.at(position);
    if (!line) return [];
    const time = state.times ? `${line.at === undefined ? '        ' : timeOfDay(line.at)} ` : '';
    const pod =
      pane.several && line.instance !== '' ? `${pen.fill(line.instance, POD_COLUMNS, 'left', 'middle')} ` : '';
    const lead = pen.style('muted', time + pod);
    const room = rect.width - 2 - time.length - (pod === '' ? 0 : POD_COLUMNS + 1);
    const pieces = state.wrap ? pen.wrap(line.text, room) : [pen.cut(line.text, room)];
    return pieces.map(
      (piece, i) => `  ${i === 0 ? lead : ' '.repeat(rect.width - 2 - room)}${styled(line, piece, filter, pen)}`,
    );
  };
  let below = 0;
  if (state.follow) {
    for (let i = lines.length - 1; i >= 0 && rows.length < height; i--) rows.unshift(...compose(lines.position(i)));
    rows.splice(0, Math.max(0, rows.length - height));
  } else {
    const from = Math.min(lines.index(state.top), Math.max(0, lines.length - 1));
    let i = from;
    for (; i < lines.length && rows.length < height; i++) rows.push(...compose(lines.position(i)));
    below = lines.length - i;
  }
  if (rows.length === 0)
    rows.push(pen.style('muted', `  ${pen.cut(state.search === '' ? pane.empty : 'no line matches', rect.width - 4)}`));
  const title = [
    pane.title,
    state.search === '' ? '' : `/${state.search}`,
    state.follow ? '' : `stopped${below > 0 ? `, ${thousands(below)} below` : ''}`,
    pane.over && !buffer.ended ? 'still arriving' : '',
    state.follow && buffer.ended ? 'ended' : '',
    state.follow && !buffer.ended && !pane.over ? (pane.live ?? 'following') : '',
  ]
    .filter((t) => t !== '')
    .join(` ${pen.glyphs.dot} `);
  const counted =
    lines.length === buffer.length
      ? thousands(buffer.total)
      : `${thousands(lines.length)} of ${thousands(buffer.total)}`;
  const left = buffer.dropped > 0 ? `, ${thousands(buffer.dropped)} left out` : '';
  // Else the first kept line, which `g` goes to, would pass for the beginning of the log.
  const kept = buffer.first > 0 ? `, last ${thousands(buffer.length)} kept` : '';
  return [
    rule(pen, rect.width, pane.kind, title, `${counted} ${buffer.total === 1 ? 'line' : 'lines'}${left}${kept}`),
    ...rows.slice(0, height),
  ];
}
