/** The user's own editor on a text: a private file that is there only as long as the editor is. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Edited = { ok: true; text: string } | { ok: false; error: string };

/** $VISUAL, else $EDITOR, else vi; with arguments, as kubectl and git take it. The terminal has to be free. */
export async function editText(text: string, name: string, env: Record<string, string | undefined>): Promise<Edited> {
  const editor = env.VISUAL || env.EDITOR || 'vi';
  let folder: string | undefined;
  try {
    // Only this user can enter a folder made like this.
    folder = mkdtempSync(join(env.TMPDIR || tmpdir(), 'opsdeck-'));
    const file = join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    const left = await new Promise<string>((resolve) => {
      const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], {
        stdio: 'inherit',
        env: env as NodeJS.ProcessEnv,
      });
      child.on('error', (error) => resolve(error.message));
      child.on('exit', (code, signal) =>
        resolve(
          code === 0
            ? ''
            : code === 127
              ? 'the editor was not found, set EDITOR'
              : signal
                ? `the editor was ended by ${signal}`
                : `the editor ended with ${code}`,
        ),
      );
    });
    if (left !== '') return { ok: false, error: `Nothing has changed: ${left} (${editor}).` };
    return { ok: true, text: readFileSync(file, 'utf8') };
  } catch (error) {
    return { ok: false, error: `The text can’t be edited: ${error instanceof Error ? error.message : String(error)}` };
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}
