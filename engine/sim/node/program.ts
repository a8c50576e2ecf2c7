import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';

/** Why a command can't be started, in a container runtime's words; undefined where it can. */
export function unstartable(argv: readonly string[], cwd: string, path: string): string | undefined {
  const [file] = argv;
  if (file === undefined) return 'args must not be empty';
  if (argv.some((word) => word.includes('\0'))) return `exec: ${JSON.stringify(file)}: invalid argument`;
  const why = file.includes('/') ? inspect(resolve(cwd, file), file) : search(file, path);
  return why && `exec: ${JSON.stringify(file)}: ${why}`;
}

function inspect(path: string, file: string): string | undefined {
  try {
    if (statSync(path).isDirectory()) return 'permission denied';
  } catch {
    return `stat ${file}: no such file or directory`;
  }
  return runs(path) ? undefined : 'permission denied';
}

function search(file: string, path: string): string | undefined {
  const found = file !== '' && path.split(delimiter).some((dir) => runs(resolve(dir, file)));
  return found ? undefined : 'executable file not found in $PATH';
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
