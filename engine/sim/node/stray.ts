import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Every process of a simulated container carries this variable; its value is the container's directory. */
export const MARK = 'OPSDECK_SIM_CONTAINER';

/**
 * Processes whose container's directory is `path` or below: what has left its process group (setsid) is found by its environment, and
 * what has emptied that too (env -i) by where it works: a shell of the user's own that looks around in there is left alone. Empty on
 * systems without /proc.
 */
export function marked(path: string): number[] {
  const found: number[] = [];
  let pids: string[];
  try {
    pids = readdirSync('/proc');
  } catch {
    return found;
  }
  for (const pid of pids) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
      const value =
        environment === ''
          ? readlinkSync(`/proc/${pid}/cwd`)
          : environment
              .split('\0')
              .find((entry) => entry.startsWith(`${MARK}=`))
              ?.slice(MARK.length + 1);
      if (value === path || value?.startsWith(`${path}/`)) found.push(Number(pid));
    } catch {
      // Ended meanwhile, or another user's.
    }
  }
  return found;
}

/** SIGKILL to every process of the containers at or below the directory, twice: one may have forked while the first round was read. */
export function killMarked(path: string): void {
  for (let round = 0; round < 3; round++) {
    const pids = marked(path).filter((pid) => pid !== process.pid);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Ended meanwhile.
      }
    }
  }
}
