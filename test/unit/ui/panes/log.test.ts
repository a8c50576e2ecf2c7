import { expect, it } from 'vitest';
import type { LogLine } from '../../../../engine/protocol.ts';
import { paintLog, scrollLog, seekLog } from '../../../../ui/panes/log.ts';
import { createPen } from '../../../../ui/pen.ts';
import { createLogBuffer } from '../../../../ui/store/log.ts';
import { logState } from '../../../../ui/store/state.ts';

const pen = createPen({ name: '', description: '', style: (_t, text) => text }, false, 0);
const rect = { x: 0, y: 0, width: 40, height: 5 };
const pane = { title: 'log', kind: 'plain' as const, several: false, empty: 'no line yet' };
const line = (seq: number, text = `line ${seq}`): LogLine => ({
  seq,
  step: seq % 2 ? 'odd' : 'even',
  instance: 'p-0',
  stream: 'out',
  text,
  at: seq * 1_000,
});
const filled = (n: number) => {
  const buffer = createLogBuffer();
  buffer.push({ lines: Array.from({ length: n }, (_, i) => line(i)), dropped: 0, reset: true, ended: false });
  return buffer;
};
const body = (buffer: ReturnType<typeof createLogBuffer>, state = logState()) =>
  paintLog(buffer, state, pane, rect, pen)
    .slice(1)
    .map((l) => l.trim());

it('follows the newest line until it is scrolled, and again after G', () => {
  const buffer = filled(10);
  expect(body(buffer)).toEqual(['line 6', 'line 7', 'line 8', 'line 9']);
  const up = scrollLog(buffer, logState(), { by: -2 }, 4);
  expect(up).toMatchObject({ follow: false, top: 4 });
  buffer.push({ lines: [line(10)], dropped: 0, reset: false, ended: false });
  expect(body(buffer, up)).toEqual(['line 4', 'line 5', 'line 6', 'line 7']);
  expect(paintLog(buffer, up, pane, rect, pen)[0]).toContain('stopped, 3 below');
  const again = scrollLog(buffer, up, { to: 'last' }, 4);
  expect(again.follow).toBe(true);
  expect(body(buffer, again).at(-1)).toBe('line 10');
  // Down at the newest line is no wish to stop.
  expect(scrollLog(buffer, again, { by: 1 }, 4).follow).toBe(true);
});

it('shows what was left out, where it was, and counts it', () => {
  const buffer = filled(2);
  buffer.push({ lines: [line(9)], dropped: 7, reset: false, ended: true });
  expect(body(buffer)).toEqual(['line 0', 'line 1', '… 7 lines left out …', 'line 9']);
  const [title] = paintLog(buffer, logState(), pane, { ...rect, width: 70 }, pen);
  expect(title).toContain('10 lines, 7 left out');
  expect(title).toContain('ended');
});

it('says when its first line is no longer the first of the log', () => {
  const title = (n: number) => paintLog(filled(n), logState(), pane, { ...rect, width: 70 }, pen)[0];
  expect(title(55_001)).toContain('55,001 lines, last 50,000 kept');
  expect(title(55_000)).not.toContain('kept');
});

it('wraps long lines so that the newest piece is visible', () => {
  const buffer = createLogBuffer();
  buffer.push({ lines: [line(0), line(1, 'x'.repeat(38 * 5))], dropped: 0, reset: true, ended: false });
  expect(body(buffer, { ...logState(), wrap: true })).toEqual(Array.from({ length: 4 }, () => 'x'.repeat(38)));
  expect(body(buffer)[1]).toMatch(/^x{37}…$/);
});

it('filters as lines come, by text and by step', () => {
  const buffer = filled(10);
  const state = { ...logState(), search: 'line [37]' };
  expect(body(buffer, state)).toEqual(['line 3', 'line 7']);
  buffer.push({ lines: [line(13), line(37)], dropped: 0, reset: false, ended: false });
  expect(body(buffer, state)).toEqual(['line 3', 'line 7', 'line 37']);
  expect(body(buffer, { ...logState(), step: 'odd' })).toEqual(['line 7', 'line 9', 'line 13', 'line 37']);
  expect(body(buffer, { ...logState(), search: 'zzz' })).toEqual(['no line matches']);
});

it('keeps its place when old lines are trimmed, and finds a moment', () => {
  const buffer = filled(10);
  expect(seekLog(buffer, logState(), 4_500)).toMatchObject({ follow: false, top: 5 });
  expect(seekLog(buffer, logState(), 99_000).follow).toBe(true);
  const stopped = { ...logState(), follow: false, top: 5 };
  buffer.push({
    lines: Array.from({ length: 60_000 }, (_, i) => line(10 + i)),
    dropped: 0,
    reset: false,
    ended: false,
  });
  expect(buffer.length).toBeLessThanOrEqual(55_000);
  expect(buffer.total).toBe(60_010);
  // Its line has been trimmed: the first kept one is shown, not a wrong one.
  expect(body(buffer, stopped)[0]).toBe(`line ${buffer.first}`);
});

it('of a run that is over, says that its log is still arriving until its end has come', () => {
  const buffer = filled(10);
  const over = { ...pane, over: true };
  const title = (state = logState()) => paintLog(buffer, state, over, { ...rect, width: 70 }, pen)[0];
  expect(title()).toMatch(/log · still arriving ─/);
  const up = scrollLog(buffer, logState(), { by: -2 }, 4);
  expect(title(up)).toMatch(/log · stopped, 2 below · still arriving ─/);
  buffer.push({ lines: [line(10)], dropped: 0, reset: false, ended: true });
  expect(title()).toMatch(/log · ended ─/);
  expect(title(up)).toMatch(/log · stopped, 3 below ─/);
});
