import { expect, test } from 'vitest';
import type { TailLine } from '../../../../engine/ops/journal.ts';
import { Output, TAIL_BYTES } from '../../../../engine/ops/output.ts';
import { Freshness, Told } from '../../../../engine/ops/told.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('the two outputs keep their lines apart, wherever the pieces are cut', () => {
  const told: TailLine[] = [];
  const output = new Output((line) => told.push(line));
  for (const byte of bytes('sö\u001b[1m far')) output.push('out', new Uint8Array([byte]));
  output.push('err', bytes('odd\n'));
  output.push('out', bytes('\nlast'));
  output.end();
  expect(told).toEqual([
    { stream: 'err', text: 'odd' },
    { stream: 'out', text: 'sö far' },
    { stream: 'out', text: 'last' },
  ]);
  expect(output.tail()).toMatchObject({ outBytes: bytes('sö\u001b[1m far\nlast').length, errBytes: 4, dropped: 0 });
  expect(output.lastWords()).toBe('odd');
});

test('a line without an end takes little room, and what is left out is told', () => {
  const output = new Output();
  for (let i = 0; i < 100; i++) output.push('out', bytes('x'.repeat(10_000)));
  output.end();
  const { lines } = output.tail();
  expect(lines.map(({ stream }) => stream)).toEqual(['out', 'note']);
  expect(lines[0]!.text.length).toBeLessThan(10_000);
  expect(lines[1]!.text).toMatch(/^… 93\d{4} bytes of this line are not kept in the journal$/);
});

test('what is left out of a line is told where it was, of each line by itself', () => {
  const lines: string[] = [];
  const output = new Output(({ text }) => lines.push(text));
  const long = 'x'.repeat(100_000);
  output.push('out', bytes(`before\n${long}`));
  output.push('out', bytes(`${long}\nbetween\n${long}`));
  output.push('out', bytes(`${long}\nafter\n`));
  output.end();
  const cut = /^… \d{6} bytes of this line are not kept in the journal$/;
  expect(lines.map((text) => (cut.test(text) ? 'cut' : text.replace(/^x+…?$/, 'x')))).toEqual([
    'before',
    'x',
    'cut',
    'between',
    'x',
    'cut',
    'after',
  ]);
});

test('the tail has a bound, and counts what was dropped', () => {
  const output = new Output();
  for (let i = 0; i < 1000; i++) output.push('out', bytes(`${i} ${'y'.repeat(90)}\n`));
  const { lines, dropped } = output.tail();
  expect(lines.length + dropped).toBe(1000);
  expect(lines.at(-1)!.text).toMatch(/^999 /);
  expect(JSON.stringify(lines).length).toBeLessThan(TAIL_BYTES * 1.2);
});

test('when a line was written is known only of what is heard as it is written', () => {
  const said: string[] = [];
  const at = { step: 's', instance: 'i', n: 1 };
  const known = new Told().of(at, { onLine: (_, text, __, fresh) => said.push(`${text} ${fresh}`) });
  const hear = (ms: number, text: string) => {
    known.fresh.heard(ms);
    known.output.push('out', bytes(`${text}\n`));
  };
  hear(0, 'at once');
  // As by an engine that comes to it later: what was there comes in a row.
  known.fresh.late();
  hear(15_000, 'was there');
  hear(15_200, 'may have been');
  hear(16_200, 'is new');
  hear(16_210, 'is new too');
  expect(said).toEqual(['at once true', 'was there false', 'may have been false', 'is new true', 'is new too true']);
  expect(new Freshness().now).toBe(true);
});
