import { expect, it } from 'vitest';
import { clipboard, isUtf8, wantsColour } from '../../../ui/terminal.ts';

it('wants colour unless told otherwise', () => {
  expect(wantsColour({ TERM: 'xterm' }, true)).toBe(true);
  expect(wantsColour({ TERM: 'xterm', NO_COLOR: '' }, true)).toBe(true);
  expect(wantsColour({ TERM: 'xterm', NO_COLOR: '1' }, true)).toBe(false);
  expect(wantsColour({ TERM: 'xterm' }, false)).toBe(false);
  expect(wantsColour({ TERM: 'vt100' }, true)).toBe(false);
});

it('takes the locale as setlocale does', () => {
  expect(isUtf8({ LANG: 'de_DE.UTF-8' })).toBe(true);
  expect(isUtf8({ LANG: 'C.utf8' })).toBe(true);
  expect(isUtf8({ LANG: 'de_DE.UTF-8', LC_ALL: 'C' })).toBe(false);
  expect(isUtf8({ LC_CTYPE: 'UTF-8', LANG: 'C' })).toBe(true);
  expect(isUtf8({})).toBe(false);
});

it('copies by OSC 52, wrapped for tmux and screen, and never more than terminals take', () => {
  const plain = clipboard('a b', {});
  expect(plain).toBe('\x1b]52;c;YSBi\x07');
  expect(clipboard('a b', { TMUX: '/tmp/x' })).toBe('\x1bPtmux;\x1b\x1b]52;c;YSBi\x07\x1b\\');
  expect(clipboard('a b', { STY: '1.x' })).toBe('\x1bP\x1b]52;c;YSBi\x07\x1b\\');
  const long = clipboard('日'.repeat(200_000), {});
  expect(long.length).toBeLessThan(75_100);
  expect(long.length).toBeGreaterThan(10_000);
});
