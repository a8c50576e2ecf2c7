import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OutputTail } from '../../../../engine/ops/journal.ts';
import { Output, type Stream, TAIL_BYTES } from '../../../../engine/ops/output.ts';
import { isMissing, tellKeptRest } from '../../../../engine/ops/rest.ts';
import { ToldAttempt } from '../../../../engine/ops/told.ts';

interface Chunk {
  stream: Stream;
  text: string;
}

/** What an engine that hears everything keeps, and what one tells that heard `heard` bytes of each stream and has to go by that. */
function tell(chunks: readonly Chunk[], heard: Record<Stream, number>, change = (kept: OutputTail) => kept) {
  const whole = { out: Buffer.alloc(0), err: Buffer.alloc(0) };
  const executor = new Output();
  for (const { stream, text } of chunks) {
    executor.push(stream, Buffer.from(text));
    whole[stream] = Buffer.concat([whole[stream], Buffer.from(text)]);
  }
  executor.end();
  const kept = change(executor.tail());
  const lines: { stream: string; text: string }[] = [];
  const raw = { out: '', err: '' };
  const at = { step: 's', instance: 'p', n: 1 };
  const events = {
    onLine: (stream: string, text: string) => void lines.push({ stream, text }),
    onRaw: (stream: Stream, bytes: Uint8Array) => {
      raw[stream] += Buffer.from(bytes).toString();
    },
  };
  const state = new ToldAttempt(at, events);
  const { output } = state;
  for (const stream of ['out', 'err'] as const) {
    const part = whole[stream].subarray(0, heard[stream]);
    state.hear(stream, part, at, events);
  }
  if (isMissing(kept, output)) tellKeptRest(kept, at, state, events);
  else output.end();
  const of = (stream: string) => lines.filter((line) => line.stream === stream).map(({ text }) => text);
  return { kept, raw, whole, out: of('out'), err: of('err'), notes: of('note') };
}

const numbered = (n: number, stream: Stream = 'out'): Chunk[] =>
  Array.from({ length: n }, (_, i) => ({ stream, text: `line ${i + 1}\n` }));

describe('the rest of a log that the journal keeps', () => {
  test('comes after what was told, no line twice, wherever the link broke', () => {
    const word = fc.constantFrom('ok', 'ok', 'moving slot 1', 'a', '');
    const chunk = fc.record({
      stream: fc.constantFrom<Stream>('out', 'err'),
      text: word.map((text) => `${text}\n`),
    });
    fc.assert(
      fc.property(
        fc.array(chunk, { maxLength: 30 }),
        fc.boolean(),
        fc.nat(1000),
        fc.nat(1000),
        (made, open, out, err) => {
          const chunks = open ? [...made, { stream: 'out' as const, text: 'unfinished' }] : made;
          const done = tell(chunks, { out: out / 4, err: err / 4 });
          const expected = (stream: Stream) => {
            const lines = done.whole[stream].toString().split('\n');
            return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
          };
          expect(done.out).toEqual(expected('out'));
          expect(done.err).toEqual(expected('err'));
          expect(done.notes).toEqual([]);
          // A last line without its break gets one.
          for (const stream of ['out', 'err'] as const)
            expect([done.whole[stream].toString(), `${done.whole[stream]}\n`]).toContain(done.raw[stream]);
        },
      ),
    );
  });

  test.each([
    ['in the middle of a line', 'line 1\nlin'.length],
    ['at the end of one', 'line 1\nline 2\n'.length],
    ['at the beginning', 0],
  ])('says once what is missing, and how much: broken off %s', (_, heard) => {
    const many = numbered(3000);
    const { kept, out, notes, raw } = tell(many, { out: heard, err: 0 });
    expect(kept.dropped).toBeGreaterThan(1000);
    const first = kept.lines[0]?.text ?? '';
    const told = `line 1\nline 2\n`.slice(0, heard).split('\n').filter(Boolean);
    expect(out).toEqual([...told, ...kept.lines.map(({ text }) => text)]);
    const whole = told.filter((line) => /^line \d$/.test(line)).length;
    expect(notes).toEqual([
      heard > 0 ? `${kept.dropped - whole} lines were lost here` : `${kept.dropped} earlier lines were not kept`,
    ]);
    expect(raw.out.split('\n')).toContain(first);
  });

  test('overlaps where more was told than the journal has dropped', () => {
    const many = numbered(3000);
    const { kept } = tell(many, { out: 0, err: 0 });
    const heard = many
      .slice(0, kept.dropped + 5)
      .map(({ text }) => text)
      .join('').length;
    const { out, notes } = tell(many, { out: heard + 3, err: 0 });
    expect(out).toEqual(many.map(({ text }) => text.trim()));
    expect(notes).toEqual([]);
  });

  test('holds remarks, told once, and says where a line is cut', () => {
    const long = `${'x'.repeat(9000)}\n`;
    expect(9000).toBeLessThan(TAIL_BYTES);
    const remark = (kept: OutputTail) => ({
      ...kept,
      lines: [...kept.lines, { stream: 'note' as const, text: 'gone' }],
    });
    const { notes, out } = tell([{ stream: 'out', text: `a\n${long}` }], { out: 2, err: 0 }, remark);
    expect(out.map((line) => line.length)).toEqual([1, 8193]);
    expect(notes).toEqual(['gone', '1 of these lines is cut: of a line 8192 characters are kept']);
  });
});
