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
