import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cut, fill, safe, width, wrap, wrapWords } from '../../../../ui/rows/fit.ts';

it('cuts names in the middle, so that the tail still tells pods apart', () => {
  expect(cut('prod-orders-redis-0', 12, 'middle')).toBe('prod-o…dis-0');
  expect(cut('a long sentence', 8)).toBe('a long …');
  expect(cut('short', 8)).toBe('short');
  expect(cut('abc', 1)).toBe('…');
  expect(fill('7', 3, 'right')).toBe('  7');
  expect(fill('日本語', 5)).toBe('日本…');
});

it('shows hostile text as text', () => {
  // A condition's message may have lines; on one line of the screen they are spaces.
  expect(safe('first\r\n\tsecond')).toBe('first second');
  expect(safe('a\x1b[31mb')).toBe('a\ufffd[31mb');
  expect(safe('pay\u202egnp.exe')).toBe('pay\ufffdgnp.exe');
  expect(safe('a\u200bb\x9b2Jc')).toBe('a\ufffdb\ufffd2Jc');
  // Terminals disagree on how wide these are, and a wrong width breaks the whole line.
  expect(fill('\u{11a84}', 2)).toBe('\ufffd ');
  expect(safe('👨‍👩 ok ⚠️ 🇫🇷')).toBe('👨\ufffd👩 ok \ufffd \ufffd');
});

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('日本語データ', 'e\u0301\u0302', '\x1b]8;;http://x\x07', '👩‍💻', '\u2067abc', 'ﷺ', '🇫🇷'),
);

it('is exactly as wide as asked, whatever the text, and lets no control through', () => {
  fc.assert(
    fc.property(anything, fc.integer({ min: 1, max: 40 }), fc.boolean(), (text, columns, middle) => {
      const out = fill(text, columns, 'left', middle ? 'middle' : 'end');
      expect(width(out)).toBe(columns);
      expect(out).not.toMatch(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
      for (const piece of [...wrap(text, columns), ...wrapWords(text, columns)])
        if (columns >= 2) expect(width(piece)).toBeLessThanOrEqual(columns);
    }),
    { numRuns: 400 },
  );
});

it('wraps lines hard and sentences at spaces', () => {
  expect(wrap('abcdefgh', 3)).toEqual(['abc', 'def', 'gh']);
  expect(wrap('', 3)).toEqual(['']);
  expect(wrapWords('the old primary may accept writes', 12)).toEqual(['the old', 'primary may', 'accept', 'writes']);
  expect(wrapWords('abcdefghij kl', 4)).toEqual(['abcd', 'efgh', 'ij', 'kl']);
});
