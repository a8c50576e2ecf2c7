import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../../../engine/kube/split-lines.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('LineSplitter', () => {
  it('gives the same lines however the stream is cut', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'ü', '€', '𝄞', '\u001b[31m', '\t', '\r') });
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat({ max: 40 })), (lines, cuts) => {
        const all = bytes(lines.map((each) => `${each}\n`).join(''));
        const splitter = new LineSplitter();
        const got: string[] = [];
        let at = 0;
        for (const cut of cuts) {
          got.push(...splitter.push(all.subarray(at, at + cut)));
          at += cut;
        }
        got.push(...splitter.push(all.subarray(at)), ...splitter.end());
        expect(got).toEqual(lines);
        expect(splitter.dropped).toBe(0);
      }),
    );
  });

  it('keeps its own copy of what waits: the reader may use its buffer again', () => {
    const splitter = new LineSplitter();
    const chunk = bytes('abc');
    splitter.push(chunk);
    chunk.fill(0x58);
    expect(splitter.push(bytes('\n'))).toEqual(['abc']);
  });

  it('gives the last line without its end, and nothing at the end of a whole one', () => {
    const splitter = new LineSplitter();
    expect(splitter.push(bytes('a\nb'))).toEqual(['a']);
    expect(splitter.end()).toEqual(['b']);
    expect(splitter.end()).toEqual([]);
  });

  it('tells an endless line once, whole characters only, and counts the rest', () => {
    const splitter = new LineSplitter(10);
    const got = [
      ...splitter.push(bytes('12345678€xyz')),
      ...splitter.push(bytes('more')),
      ...splitter.push(bytes('!\nnext\n')),
    ];
    expect(got).toEqual(['12345678', 'next']);
    expect(splitter.dropped).toBe('€xyzmore!'.length + 2);
  });

  it('follows a progress bar without line feeds from its last segment', () => {
    const splitter = new LineSplitter(100);
    for (let i = 0; i < 1000; i++) expect(splitter.push(bytes(`\r${i} of 1000`))).toEqual([]);
    const [line] = splitter.push(bytes('\n'));
    expect(line).toMatch(/\r999 of 1000$/);
    expect(line!.length).toBeLessThanOrEqual(100);
  });

  it('leaves out what has neither line feed nor a segment to go on from', () => {
    const splitter = new LineSplitter(1000);
    for (let i = 0; i < 2000; i++) splitter.push(bytes(`x\r${'y'.repeat(998)}`));
    expect(splitter.end()).toEqual([]);
    expect(splitter.dropped).toBeGreaterThan(1_900_000);
  });
});
