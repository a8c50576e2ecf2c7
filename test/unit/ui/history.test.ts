import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadHistory, saveHistory } from '../../../ui/history.ts';

const dir = mkdtempSync(join(tmpdir(), 'opsdeck-history-'));
const env = { XDG_STATE_HOME: dir };
afterAll(() => rmSync(dir, { recursive: true }));

const NONE = { command: [], filter: [], values: {} };

it('keeps what was typed for the next start, beside what another cockpit has kept, for this user alone', () => {
  expect(loadHistory(env)).toEqual(NONE);
  saveHistory(env, { command: ['runs'], filter: ['redis', 'bad'], values: { 'eu a': { slots: '1' } } });
  saveHistory(env, { command: ['ns'], filter: ['bad', 'redis'], values: { 'eu b': { slots: '2' } } });
  expect(loadHistory(env)).toEqual({
    command: ['runs', 'ns'],
    filter: ['bad', 'redis'],
    values: { 'eu a': { slots: '1' }, 'eu b': { slots: '2' } },
  });
  const [file] = readdirSync(join(dir, 'opsdeck'));
  expect([file, statSync(join(dir, 'opsdeck', file ?? '')).mode & 0o777]).toEqual(['history.json', 0o600]);
});

it('takes nothing broken or hostile, and a place that can not be written to is no matter', () => {
  mkdirSync(join(dir, 'opsdeck'), { recursive: true });
  const values = '{"x": {"a": "ok", "b": 3, "c": "\\u001b]52;c;eA==\\u0007"}, "y": ["z"], "z": null}';
  writeFileSync(
    join(dir, 'opsdeck', 'history.json'),
    `{"command": ["a\\u001b[2J", 3, "ok"], "filter": "x", "values": ${values}}`,
  );
  expect(loadHistory(env)).toEqual({ command: ['ok'], filter: [], values: { x: { a: 'ok' }, y: {}, z: {} } });
  writeFileSync(join(dir, 'opsdeck', 'history.json'), 'null');
  expect(loadHistory(env)).toEqual(NONE);
  saveHistory({ XDG_STATE_HOME: '/dev/null' }, { ...NONE, command: ['x'] });
});

it('keeps the values of the last fifty operations', () => {
  const values = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`eu op-${i}`, { n: String(i) }]));
  saveHistory(env, { ...NONE, values });
  const kept = Object.keys(loadHistory(env).values);
  expect([kept.length, kept.at(-1)]).toEqual([50, 'eu op-59']);
});
