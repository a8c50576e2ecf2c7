import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import Output from '../../../node_modules/ink/build/output.js';
import { compose, composeAll } from '../../../ui/rows-kept.ts';

const WIDTH = 12;
const HEIGHT = 4;

const text = fc.stringMatching(/^(a|b|日|é|\u001b\[31m|\u001b\[7m|\u001b\[0m| ){0,9}$/);
const bound = (most: number) => fc.option(fc.integer({ min: 0, max: most }), { nil: undefined });
const clip = fc.record({ x1: bound(WIDTH), x2: bound(WIDTH), y1: bound(HEIGHT), y2: bound(HEIGHT) });
const upper = (line: string) => line.toUpperCase();
const write = fc.record({
  x: fc.integer({ min: 0, max: WIDTH }),
  y: fc.integer({ min: -1, max: HEIGHT }),
  text: fc.oneof({ weight: 9, arbitrary: text }, { weight: 1, arbitrary: fc.constant('a\nb') }),
  transformers: fc.boolean().map((up) => (up ? [upper] : [])),
  clips: fc.array(clip, { maxLength: 2 }),
});
type Write = typeof write extends fc.Arbitrary<infer W> ? W : never;

function frame(writes: readonly Write[]): Output {
  const output = new Output({ width: WIDTH, height: HEIGHT });
  for (const { x, y, text, transformers, clips } of writes) {
    for (const one of clips) output.clip(one);
    output.write(x, y, text, { transformers });
    for (const _ of clips) output.unclip();
  }
  return output;
}

it('composes the frames that Ink composes, whatever was on the screen before', () => {
  fc.assert(
    fc.property(fc.array(fc.array(write, { maxLength: 6 }), { minLength: 2, maxLength: 5 }), (frames) => {
      for (const writes of frames) expect(compose.call(frame(writes))).toEqual(composeAll.call(frame(writes)));
    }),
    { numRuns: 500 },
  );
});

it('is what Ink uses', () => {
  expect(Output.prototype.get).toBe(compose);
});
