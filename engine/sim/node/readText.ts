import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

const MOST = 64 << 20;

/**
 * The text of an ordinary file of some megabytes at most; undefined where there is none. Paths come from commands of containers: a
 * device or a named pipe would stop the whole cluster, or fill the memory.
 */
export function readText(path: string): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > MOST) return undefined;
    const bytes = Buffer.alloc(stat.size);
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, stat.size, 0));
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}
