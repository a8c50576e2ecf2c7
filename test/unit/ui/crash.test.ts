import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { crashLine, logCrash } from '../../../ui/crash.ts';

it('writes the stack where only its owner reads it, and one line for the shell', () => {
  const state = mkdtempSync(join(tmpdir(), 'opsdeck-crash-'));
  const error = new Error('went wrong\nsecond line');
  const file = logCrash(error, { XDG_STATE_HOME: state }, 0);
  expect(file).toBe(join(state, 'opsdeck', 'opsdeck.log'));
  expect(readFileSync(file!, 'utf8')).toContain('crash.test.ts');
  expect(statSync(file!).mode & 0o077).toBe(0);
  expect(crashLine(error, file)).toBe(`opsdeck: the cockpit has failed: went wrong; the details are in ${file}`);
  rmSync(state, { recursive: true });
});

it('finds another place when there is no home to write to', () => {
  // A file stands where the folder should be.
  const file = logCrash('odd', { XDG_STATE_HOME: import.meta.filename }, 0);
  expect(file?.startsWith(tmpdir())).toBe(true);
  expect(crashLine('odd', null)).toBe('opsdeck: the cockpit has failed: odd');
  rmSync(file!);
});
