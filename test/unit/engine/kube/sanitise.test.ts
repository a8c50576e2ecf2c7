import xterm from '@xterm/headless';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { clean, cleanText, MAX_LINE, sanitise } from '../../../../engine/kube/sanitise.ts';

describe('what becomes of a line', () => {
  it.each([
    ['plain text', 'plain text', 0],
    ['ünïcödé 漢字 🙂', 'ünïcödé 漢字 🙂', 0],
    ['\u001b[1;31mred\u001b[0m', 'red', 11],
    ['\u001b]0;title\u0007x', 'x', 10],
    ['\u001b]8;;http://evil\u001b\\shown\u001b]8;;\u001b\\', 'shown', 25],
    ['a\u001bPq#0;2;0\u001b\\b', 'ab', 11],
    ['a\u001b_apc\u001b\\\u001b^pm\u001b\\\u001bXsos\u001b\\b', 'ab', 20],
    ['a\u001b(0b\u001b7\u001b=c', 'abc', 7],
    ['a\u009b31mb\u009d0;t\u009cc\u0085d', 'abcd', 10],
    ['never \u001b]52;c;ends', 'never ', 11],
    ['an aborted \u001b]0;one\u0018goes on', 'an aborted goes on', 8],
    ['ESC at the end\u001b', 'ESC at the end', 1],
    ['bell\u0007 shift\u000e back\b del\u007f', 'bell shift back del', 4],
    ['safe\rEVIL', 'EVIL', 5],
    ['10 %\r20 %\r', '20 %', 5],
    ['dos line\r', 'dos line', 0],
    ['a\tb\t\tc', 'a       b               c', 0],
    ['two\nlines', 'two lines', 0],
    ['admin\u202etxt.exe', 'admin<U+202E>txt.exe', 1],
    ['zero\u200bwidth\ufeff', 'zero<U+200B>width<U+FEFF>', 2],
    ['tag\u{e0041}', 'tag<U+E0041>', 1],
    ['soft\u00adhyphen', 'soft<U+00AD>hyphen', 1],
    ['👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f', '👨👩👧 ❤ 1', 4],
    ['joiner in a w\u200dord', 'joiner in a w<U+200D>ord', 1],
    [`e${'\u0301'.repeat(30)}x`, `e${'\u0301'.repeat(4)}x`, 26],
    ['lone \ud83d half', 'lone \ufffd half', 1],
    ['', '', 0],
  ])('%j', (raw, text, removed) => {
    expect(sanitise(raw)).toEqual({ text, removed });
  });

  it('is cut at its limit, between characters, and the rest is counted', () => {
    const { text, removed } = sanitise('x'.repeat(MAX_LINE + 10));
    expect(text).toBe(`${'x'.repeat(MAX_LINE)}…`);
    expect(removed).toBe(10);
    expect(sanitise('aaa🙂', 4).text).toBe('aaa…');
    expect(sanitise('aaaaaa', 4)).toEqual({ text: 'aaaa…', removed: 2 });
    expect(clean(`\u001b[1m${'y'.repeat(1 << 20)}`).length).toBe(MAX_LINE + 1);
  });

  it('keeps the lines of a text apart', () => {
    expect(cleanText('a: 1\r\nb:\t\u001b[31m2\n')).toBe('a: 1\nb:      2\n');
  });
});

/** Text made of what hurts: introducers, terminators, parameters, controls, hidden and wide characters, in any order. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          '\u001b',
          '[',
          ']',
          'P',
          '_',
          '^',
          'X',
          '\\',
          '\u0007',
          '\u0018',
          '\u009b',
          '\u009d',
          '\u0090',
          '\u009c',
          '\u0085',
        ],
        ...[
          '?',
          '1',
          '0',
          '4',
          '9',
          ';',
          ':',
          ' ',
          '!',
          '$',
          '(',
          '#',
          'h',
          'l',
          'm',
          'H',
          'J',
          'K',
          'c',
          'n',
          't',
          'r',
          'q',
        ],
        ...[
          '\u001b[?1049h',
          '\u001b[?25l',
          '\u001b[2J',
          '\u001b]0;t\u0007',
          '\u001b]52;c;eA==\u0007',
          '\u001bc',
          '\u001b[6n',
        ],
        ...[
          '\r',
          '\n',
          '\t',
          '\b',
          '\u000b',
          '\u000e',
          '\u0000',
          '\u007f',
          '\u202e',
          '\u2066',
          '\u200b',
          '\u200d',
          '\ufe0f',
        ],
        ...['漢', '🙂', '👨', 'e', '\u0301', '\u{e0041}', '\ud83d', '\udc00', 'ﷺ'],
      ),
      fc.string(),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

const NEVER: [number, number][] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xfe00, 0xfe0f],
  [0xe0000, 0xe0fff],
];

describe('whatever the text', () => {
  it('no control, no direction and no zero-width character is left, and a second pass changes nothing', () => {
    fc.assert(
      fc.property(hostile, (raw) => {
        const { text, removed } = sanitise(raw);
        const left = [...text]
          .map((char) => char.codePointAt(0)!)
          .filter((point) => NEVER.some(([from, to]) => point >= from && point <= to));
        expect(left).toEqual([]);
        expect(text.isWellFormed()).toBe(true);
        expect(sanitise(text).text).toBe(text);
        expect(removed).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  it('a terminal that is given it prints it where it stands, and nothing else happens', async () => {
    const terminal = new xterm.Terminal({ cols: 80, rows: 12, allowProposedApi: true });
    const events: string[] = [];
    terminal.onTitleChange((title) => events.push(`title ${title}`));
    terminal.onBell(() => events.push('bell'));
    terminal.onData((data) => events.push(`reply ${data}`));
    terminal.parser.registerOscHandler(52, () => events.push('clipboard') > 0);
    terminal.parser.registerOscHandler(8, () => events.push('link') > 0);
    const write = (text: string) => new Promise<void>((done) => terminal.write(text, done));
    const modes = { ...terminal.modes };
    await fc.assert(
      fc.asyncProperty(hostile, async (raw) => {
        const text = clean(raw, 60);
        await write('\u001b[2J\u001b[5;1H');
        await write(text);
        const { cursorX, cursorY, type, baseY } = terminal.buffer.active;
        // Cursor: after the text, in the row where it began, or where a line too wide for the row wraps to.
        expect([4, 5]).toContain(cursorY);
        if (stringWidth(text) < 70) expect(cursorX).toBeGreaterThanOrEqual(text === '' ? 0 : 1);
        expect([type, baseY]).toEqual(['normal', 0]);
        expect({ ...terminal.modes }).toEqual(modes);
        const above = [0, 1, 2, 3].map((row) => terminal.buffer.active.getLine(row)?.translateToString(true));
        expect(above).toEqual(['', '', '', '']);
        // Colours and charsets are as before: what is written next looks as it should.
        await write('\u001b[1;1Hq');
        const cell = terminal.buffer.active.getLine(0)?.getCell(0);
        expect([cell?.getChars(), cell?.isFgDefault(), cell?.isInverse(), cell?.isBold()]).toEqual(['q', true, 0, 0]);
        expect(events).toEqual([]);
      }),
      { numRuns: 150 },
    );
    terminal.dispose();
  });

  it('what looks harmless is not touched', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'Z', ' ', 'é', '漢', '🙂', '%', '"', '\\') }), (raw) => {
        expect(sanitise(raw)).toEqual({ text: raw, removed: 0 });
      }),
    );
  });
});
