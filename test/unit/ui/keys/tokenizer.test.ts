import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTokenizer, type Token } from '../../../../ui/keys/tokenizer.ts';

const read = (...chunks: string[]): Token[] => {
  const t = createTokenizer();
  return [...chunks.flatMap((c) => t.push(c)), ...(t.wait > 0 ? t.expire() : [])];
};
const keys = (...chunks: string[]) => read(...chunks).map((t) => (t.t === 'key' ? t.key : `paste(${t.text})`));

it('splits keys that arrive in one read', () => {
  expect(keys('jjk')).toEqual(['j', 'j', 'k']);
  expect(keys('d\r')).toEqual(['d', 'enter']);
  expect(keys('d\n')).toEqual(['d', 'enter']);
  expect(keys('G :q\t\x7f')).toEqual(['G', 'space', ':', 'q', 'tab', 'backspace']);
});

it('names control, alt and function keys', () => {
  expect(keys('\x03\x1a\x0c\x06\x02')).toEqual(['ctrl-c', 'ctrl-z', 'ctrl-l', 'ctrl-f', 'ctrl-b']);
  expect(keys('\x1bx')).toEqual(['alt-x']);
  expect(keys('\x1b[A\x1bOB\x1b[5~\x1b[Z\x1b[1;5C\x1b[3;2~')).toEqual([
    'up',
    'down',
    'pageup',
    'shift-tab',
    'ctrl-right',
    'shift-delete',
  ]);
  expect(keys('\x1bOP\x1b[15~\x1b[24~\x1b[[A\x1b[2~')).toEqual(['f1', 'f5', 'f12', 'f1', 'insert']);
  expect(keys('\x1b[106u\x1b[99;5u\x1b[27u\x1b[57441u')).toEqual(['j', 'ctrl-c', 'esc']);
});

it('takes a lone ESC as the key after the wait, and two as two', () => {
  const t = createTokenizer();
  expect(t.push('\x1b')).toEqual([]);
  expect(t.wait).toBeGreaterThan(0);
  expect(t.expire()).toEqual([{ t: 'key', key: 'esc', text: '' }]);
  expect(t.wait).toBe(0);
  expect(keys('\x1b\x1b')).toEqual(['esc', 'esc']);
});

it('puts a sequence together that was cut anywhere', () => {
  for (const whole of ['\x1b[1;5C', '\x1b[200~a\nb\x1b[201~', '\x1bOP', '\x1b]11;rgb:0/0/0\x1b\\x'])
    for (let i = 1; i < whole.length; i++) expect(keys(whole.slice(0, i), whole.slice(i))).toEqual(keys(whole));
});

it('drops what terminals answer and report', () => {
  expect(keys('\x1b[?62;22c\x1b[7;15R\x1b]11;rgb:0000/0000/0000\x07j')).toEqual(['j']);
  expect(keys('\x1bP>|tmux 3.3a\x1b\\\x1b[?2026;2$y\x1b[8;24;80t\x1b[I\x1b[Ok')).toEqual(['k']);
  expect(keys('\x1b[<0;10;5M\x1b[<0;10;5m\x1b[M !!q')).toEqual(['q']);
});

it('never types the tail of a reply that lost its head', () => {
  const t = createTokenizer();
  expect(t.push('\x1b[7;1')).toEqual([]);
  expect(t.expire()).toEqual([]);
});

it('keeps a bracketed paste whole and strips its controls', () => {
  expect(read('\x1b[200~one\r\ntwo\x1b[31m\x07\x1b[201~y')).toEqual([
    { t: 'paste', text: 'one\ntwo' },
    { t: 'key', key: 'y', text: 'y' },
  ]);
  // The end marker never comes: what there is counts as pasted, not as keys.
  expect(read('\x1b[200~y\r')).toEqual([{ t: 'paste', text: 'y\n' }]);
});

it('reads the same whatever the chunks are, and gives no text with control characters', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.string(),
          fc.constantFrom('\x1b[A', '\x1b[200~', '\x1b[201~', '\x1b', '\x1bO', '\x1b[', '\x9b', '\x1b]0;x\x07', '日本'),
        ),
      ),
      fc.integer({ min: 1, max: 7 }),
      (parts, size) => {
        const whole = parts.join('');
        const chunks: string[] = [];
        for (let i = 0; i < whole.length; i += size) chunks.push(whole.slice(i, i + size));
        // Cutting a surrogate pair is the decoder's business, not the tokenizer's.
        fc.pre(!/[\ud800-\udfff]/.test(whole));
        expect(read(...chunks)).toEqual(read(whole));
        for (const token of read(whole)) expect(token.text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
      },
    ),
    { numRuns: 300 },
  );
});
