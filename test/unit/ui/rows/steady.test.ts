import * as fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { steadyWidth } from '../../../../ui/rows/steady.ts';

const piece = fc.oneof(
  fc.constantFrom(
    '\x1b[31m',
    '\x1b[1;7m',
    '\x1b[0m',
    '─',
    '·',
    '–',
    '…',
    '↓',
    '≤',
    'é',
    '日',
    '👍',
    '\u0301',
    '\u200d',
    '\t',
  ),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
  fc.integer({ min: 0x20, max: 0x257f }).map((code) => String.fromCodePoint(code)),
);

it('counts what it knows as string-width does, and leaves the rest to it', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const text = pieces.join('');
      const width = steadyWidth(text);
      if (width !== undefined) expect(width).toBe(stringWidth(text));
    }),
    { numRuns: 3000 },
  );
  expect(steadyWidth('\x1b[31m─ ok ─\x1b[0m')).toBe(6);
  expect(steadyWidth('日本')).toBeUndefined();
});

it('knows each of its characters', () => {
  for (let code = 0x20; code <= 0x257f; code++) {
    const character = String.fromCodePoint(code);
    if (steadyWidth(character) !== undefined) expect([code, stringWidth(character)]).toEqual([code, 1]);
  }
});
