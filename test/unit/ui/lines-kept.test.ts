import xterm from '@xterm/headless';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { frameUpdate } from '../../../ui/lines-kept.ts';

const WIDTH = 14;
const HEIGHT = 3;

const piece = fc.constantFrom(
  ...['a', 'b', 'ab', ' ', '   ', '─', '────', '…', 'é', '日', '👍', '\u001b[1mx\u001b[22m', '\u001b[2m──\u001b[22m'],
  ...['\u001b[7m  s\u001b[27m', '\u001b[31mr\u001b[39m', '\u001b[38;5;9mc\u001b[m', '\u001b[48;2;1;2;3m \u001b[49m'],
  ...['\u001b[1;2mo\u001b[0m', '\u001b[4m \u001b[24m', '\u001b[53mu\u001b[55m'],
);

/** As wide as a terminal takes it, wherever styles begin and end. */
const row = fc.array(piece, { maxLength: 14 }).map((pieces) => {
  let out = '';
  let width = 0;
  for (const text of pieces) {
    const shown = text.replace(/\u001b\[[\d;]*m/g, '');
    const more = /日|👍/.test(shown) ? 2 : shown.length;
    if (width + more > WIDTH) continue;
    out += text;
    width += more;
  }
  return out;
});
const frame = fc.array(row, { minLength: HEIGHT, maxLength: HEIGHT }).map((rows) => rows.join('\n'));

const terminal = () =>
  new xterm.Terminal({ cols: WIDTH, rows: HEIGHT, allowProposedApi: true, scrollback: 0, convertEol: true });
const write = (term: xterm.Terminal, text: string) => new Promise<void>((done) => term.write(text, done));

function cells(term: xterm.Terminal) {
  return Array.from({ length: HEIGHT }, (_, y) =>
    Array.from({ length: WIDTH }, (_, x) => {
      const cell = term.buffer.active.getLine(y)!.getCell(x)!;
      const char = cell.getChars() || ' ';
      const marks = [cell.isInverse(), cell.isUnderline(), cell.isStrikethrough(), cell.getBgColor()];
      const looks = char === ' ' ? [] : [cell.isBold(), cell.isDim(), cell.isItalic(), cell.getFgColor()];
      return [char, ...marks, ...looks].join();
    }),
  );
}

it('makes each frame of the one before, as if it were written anew', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 2, maxLength: 4 }), async (frames) => {
      const kept = terminal();
      await write(kept, frames[0]!);
      for (const [i, next] of frames.slice(1).entries()) {
        await write(kept, frameUpdate(frames[i]!, next, WIDTH)!);
        const anew = terminal();
        await write(anew, next);
        expect(cells(kept)).toEqual(cells(anew));
        expect(kept.buffer.active.cursorY).toBe(HEIGHT - 1);
        anew.dispose();
      }
      kept.dispose();
    }),
    { numRuns: 150 },
  );
});

it('writes what changed, and not the rest of its row', () => {
  const rule = (title: string) => `── ${title} \u001b[2m${'─'.repeat(76 - title.length)}\u001b[22m`;
  const before = ['> clicks  ok', rule('clicks'), 'same'].join('\n');
  const after = ['> metrics ok', rule('metrics'), 'same'].join('\n');
  const update = frameUpdate(before, after, 80)!;
  expect(Buffer.byteLength(update)).toBeLessThan(50);
  expect(frameUpdate('a\nb', 'a\nb\nc', 80)).toBeUndefined();
});
