/** Memory and processor time of a process and all its descendants, from /proc. Linux only. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

function children(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return []; // it has ended
  }
}

const tree = (pid: number): number[] => [pid, ...children(pid).flatMap(tree)];

export interface Usage {
  /** Resident memory, MiB. */
  rss: number;
  /** The highest resident memory so far, MiB. */
  peak: number;
  /** User and system time so far, seconds. */
  cpu: number;
}

export function usage(pid: number): Usage {
  const sum: Usage = { rss: 0, peak: 0, cpu: 0 };
  for (const p of tree(pid)) {
    try {
      const status = readFileSync(`/proc/${p}/status`, 'utf8');
      const kibibytes = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
      const times = readFileSync(`/proc/${p}/stat`, 'utf8').replace(/.*\) /s, '').split(' ');
      sum.rss += kibibytes('VmRSS') / 1024;
      sum.peak += kibibytes('VmHWM') / 1024;
      sum.cpu += (Number(times[11]) + Number(times[12])) / TICKS;
    } catch {
      // it has ended meanwhile
    }
  }
  return sum;
}
