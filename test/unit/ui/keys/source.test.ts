import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createKeySource, type TerminalInput } from '../../../../ui/keys/source.ts';
import type { Token } from '../../../../ui/keys/tokenizer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function terminal() {
  const modes: boolean[] = [];
  const emitter = new EventEmitter();
  const input = Object.assign(emitter, {
    setRawMode: (on: boolean) => modes.push(on),
    setEncoding: () => undefined,
    resume: () => undefined,
    pause: () => undefined,
  });
  return { input: input as unknown as TerminalInput, modes, type: (s: string) => emitter.emit('data', s), emitter };
}

const names = (tokens: Token[]) => tokens.map((t) => (t.t === 'key' ? t.key : 'paste'));

it('owns raw mode, decides a lone ESC by time, and gives the terminal back', () => {
  const { input, modes, type } = terminal();
  const tokens: Token[] = [];
  const source = createKeySource(input, (t) => tokens.push(t), vi.fn());
  source.open();
  type('j\x1b');
  expect(names(tokens)).toEqual(['j']);
  vi.advanceTimersByTime(40);
  expect(names(tokens)).toEqual(['j', 'esc']);
  source.close();
  type('k');
  vi.advanceTimersByTime(1_000);
  expect(names(tokens)).toEqual(['j', 'esc']);
  expect(modes).toEqual([true, false]);
});

it('acts on no key typed after the one that closed it', () => {
  const { input, type } = terminal();
  const tokens: Token[] = [];
  const source = createKeySource(
    input,
    (t) => {
      tokens.push(t);
      source.close();
    },
    vi.fn(),
  );
  source.open();
  type('qy');
  expect(names(tokens)).toEqual(['q']);
});

it('says once that the terminal has gone, and not when it gave it up itself', () => {
  const { input, emitter } = terminal();
  const gone = vi.fn();
  const source = createKeySource(input, vi.fn(), gone);
  source.open();
  emitter.emit('end');
  expect(gone).toHaveBeenCalledTimes(1);
  source.close();
  emitter.emit('close');
  expect(gone).toHaveBeenCalledTimes(1);
});

it('keeps the rest of a paste that is under way from whoever has the terminal next', async () => {
  const { input, modes, type } = terminal();
  const source = createKeySource(input, vi.fn(), vi.fn());
  source.open();
  type('\x1b[200~one');
  const closed = source.shut(false);
  for (let i = 0; i < 20; i++) {
    await vi.advanceTimersByTimeAsync(100);
    type('rm -rf x\r');
    expect(modes).toEqual([true]);
  }
  type('\x1b[201~');
  await vi.advanceTimersByTimeAsync(1_000);
  await closed;
  expect(modes).toEqual([true, false]);
});

it('gives the terminal back at once where no paste is under way, after a crash when nothing more comes', async () => {
  const orderly = terminal();
  const source = createKeySource(orderly.input, vi.fn(), vi.fn());
  source.open();
  await source.shut(false);
  expect(orderly.modes).toEqual([true, false]);

  const { input, modes, type } = terminal();
  const crashed = createKeySource(input, vi.fn(), vi.fn());
  crashed.open();
  type('\x1b[200~one\x1b[201~');
  const closed = crashed.shut(true);
  type('two\r');
  expect(modes).toEqual([true]);
  await vi.advanceTimersByTimeAsync(10_000);
  await closed;
  expect(modes).toEqual([true, false]);
});

it('does not wait for ever for the end of a paste, nor for a terminal that has gone', async () => {
  const { input, modes, type } = terminal();
  const source = createKeySource(input, vi.fn(), vi.fn());
  source.open();
  type('\x1b[200~one');
  const closed = source.shut(false);
  const typing = setInterval(() => type('x'), 50);
  await vi.advanceTimersByTimeAsync(60_000);
  clearInterval(typing);
  await closed;
  expect(modes).toEqual([true, false]);

  const dead = terminal();
  const lost = createKeySource(dead.input, vi.fn(), vi.fn());
  lost.open();
  dead.type('\x1b[200~one');
  dead.emitter.emit('end');
  await lost.shut(false);
  expect(dead.modes).toEqual([true, false]);
});
