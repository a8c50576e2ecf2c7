/** Who this engine is, and whether another one is known to be dead. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';

/** How an engine signs what it writes. */
export interface Identity {
  /** For people: user@host:pid. */
  identity: string;
  /** Machine, boot and process namespace: only there `pid` and `started` mean something. */
  host: string;
  pid: number;
  /** When the process of that number was started, in the kernel's ticks; '' where that can't be read. */
  started: string;
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
};

/** Field 22 of /proc/PID/stat; the command's name before it may hold anything. */
function startOf(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  return stat === '' ? '' : (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '');
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

export function thisProcess(): Identity {
  let user = 'opsdeck';
  try {
    user = userInfo().username;
  } catch {
    // A container's user may have no name.
  }
  const name = hostname();
  const host = [name, read('/proc/sys/kernel/random/boot_id'), processNamespace()]
    .filter((part) => part !== '')
    .join('/');
  return { identity: `${user}@${name}:${process.pid}`, host, pid: process.pid, started: startOf(process.pid) };
}

/** Whether the process of that identity is known to have ended. Of another machine nothing is known. */
export function isDead(other: Pick<Identity, 'host' | 'pid' | 'started'>, here: Identity): boolean {
  if (other.host !== here.host) return false;
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const now = startOf(other.pid);
  return other.started !== '' && now !== '' && now !== other.started;
}
