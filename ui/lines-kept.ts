/**
 * Ink writes a changed row anew from its first changed cell to its end: the rule after a title that changed costs three bytes a
 * cell. Here only cells that changed are written. What is not a frame as large as the last one is left to Ink.
 */
import logUpdate, { type LogUpdate } from '../node_modules/ink/build/log-update.js';
import { rowUpdate } from './cells.ts';

const move = (from: number, to: number): string => {
  const rows = Math.abs(to - from);
  return rows === 0 ? '' : `\u001b[${rows === 1 ? '' : rows}${to < from ? 'A' : 'B'}`;
};

/** From the last row and back to it; undefined where the frames are not of the same height. */
export function frameUpdate(before: string, after: string, columns: number): string | undefined {
  const old = before.split('\n');
  const next = after.split('\n');
  if (old.length !== next.length) return undefined;
  let at = next.length - 1;
  let out = '';
  for (const [y, row] of next.entries()) {
    if (row === old[y]) continue;
    out += move(at, y);
    out += rowUpdate(old[y]!, row, columns) ?? `\r\u001b[K${row}`;
    at = y;
  }
  return out + move(at, next.length - 1);
}

const { create } = logUpdate;

logUpdate.create = (stream, options) => {
  const ink = create(stream, options);
  if (!options?.incremental) return ink;
  let shown: { text: string; columns: number | undefined } | undefined;
  let asked: Parameters<LogUpdate['setCursorPosition']>[0];
  const shows = (text: string | undefined) => {
    shown = text === undefined ? undefined : { text, columns: stream.columns };
  };
  const render = (text: string): boolean => {
    const before = shown;
    shows(text);
    const { columns } = stream;
    const cursor = asked !== undefined || ink.getCursorPosition() !== undefined;
    if (!before || columns === undefined || before.columns !== columns || cursor || text.endsWith('\n'))
      return ink(text);
    if (text === before.text) return false;
    const update = frameUpdate(before.text, text, columns);
    if (update === undefined) return ink(text);
    stream.write(update);
    ink.sync(text);
    return true;
  };
  return Object.assign(render, ink, {
    clear() {
      shows(undefined);
      ink.clear();
    },
    done() {
      shows(undefined);
      ink.done();
    },
    reset() {
      shows(undefined);
      ink.reset();
    },
    setCursorPosition(position) {
      asked = position;
      ink.setCursorPosition(position);
    },
    sync(text: string) {
      shows(text);
      ink.sync(text);
    },
  } satisfies Partial<LogUpdate>);
};
