/** Where the story of a crash goes: a file, so that the shell gets one line and not a stack. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Writes the error with its stack; the path it is in, or null when no place could be written to. */
export function logCrash(error: unknown, env: Record<string, string | undefined>, now: number): string | null {
  const story = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const state = env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state');
  for (const folder of [join(state, 'opsdeck'), tmpdir()]) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const file = join(folder, 'opsdeck.log');
      appendFileSync(file, `${new Date(now).toISOString()} ${story}\n`, { mode: 0o600 });
      return file;
    } catch {
      // A read-only or missing home: the next place is tried.
    }
  }
  return null;
}

/** The one line for the shell. */
export function crashLine(error: unknown, file: string | null, what = 'the cockpit has failed'): string {
  const why = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  return `opsdeck: ${what}: ${why}${file === null ? '' : `; the details are in ${file}`}`;
}
