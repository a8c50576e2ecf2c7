import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { endWithReader, heedOutput, watchOutput } from '../../../src/pipe.ts';

const failure = (code: string) => Object.assign(new Error(`write ${code}`), { code });

test('a closed pipe ends it without a word, however often it is told', () => {
  const ends: string[] = [];
  const closed = new EventEmitter();
  endWithReader(closed, (why) => ends.push(why));
  for (let i = 0; i < 3; i++) closed.emit('error', failure('EPIPE'));
  expect(ends).toEqual(['']);
});

test('another failure ends it with one line', () => {
  const ends: string[] = [];
  const full = new EventEmitter();
  endWithReader(full, (why) => ends.push(why));
  for (let i = 0; i < 3; i++) full.emit('error', failure('ENOSPC'));
  expect(ends).toEqual(["the output can't be written: no space left on device"]);
});

test('a command that heeds its output is told instead of ended, until it gives that up', () => {
  const told: string[] = [];
  const watched = () => {
    const stream = new EventEmitter();
    watchOutput(stream, () => told.push('program'));
    return stream;
  };
  const giveUp = heedOutput(() => told.push('command'));
  watched().emit('error', failure('EPIPE'));
  giveUp();
  watched().emit('error', failure('EPIPE'));
  expect(told).toEqual(['command', 'program']);
});
