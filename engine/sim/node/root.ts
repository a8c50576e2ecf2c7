import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Unusable } from '../unusable.ts';
import guardian from './guardian.sh';
import { killMarked, MARK } from './stray.ts';

/** What every simulated container finds on its PATH beside its own tools: links to the host's, nothing else of the host. */
const BASE_TOOLS =
  'sh cat ls grep egrep sed awk head tail wc mkdir mv rm rmdir cp ln sleep date env printf test [ tr cut sort uniq find xargs ps id uname touch chmod mktemp mkfifo tee seq true false echo expr dirname basename od hexdump md5sum sha256sum du stat timeout nohup setsid tar gzip gunzip which yes dd readlink realpath sync nproc whoami base64 diff cmp comm paste fold nl tac rev split printenv pwd stty tty clear bash'.split(
    ' ',
  );
/** The named pipe by which simulated tools are called. */
export const CALLS = 'calls';
/** Without these nothing can run. */
const NEEDED = ['sh', 'cat', 'mkfifo'];

/** The private directory of one embedded cluster: everything it puts on the disk is below. */
export interface Root {
  readonly path: string;
  /** Directory with links to the base tools. */
  readonly base: string;
  /** Kills what its containers still run and removes it. Safe to call twice. */
  remove(): void;
}

/** A process by pid and start time (clock ticks since boot; 0 where the system has no /proc): a pid alone is used again. */
function startTime(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return 0;
  }
}

function alive(pid: number, started: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return started === 0 || startTime(pid) === started;
}

/** Where roots of this user are: `opsdeck-sim-<uid>` under the temporary directory, a directory that nobody else can enter. */
export function rootsParent(under = tmpdir()): string {
  return join(under, `opsdeck-sim-${process.getuid?.() ?? 'user'}`);
}

/** Roots of this user whose process lives, newest last. */
export function liveRoots(under = tmpdir()): string[] {
  const parent = rootsParent(under);
  const names = (() => {
    try {
      return readdirSync(parent);
    } catch {
      return [];
    }
  })();
  return names
    .map((name) => ({ name, match: /^(\d+)-(\d+)-/.exec(name) }))
    .filter(({ match }) => match !== null && alive(Number(match[1]), Number(match[2])))
    .map(({ name }) => join(parent, name))
    .map((path) => ({ path, at: lstatSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0 }))
    .sort((a, b) => a.at - b.at)
    .map(({ path }) => path);
}

/** Removes a directory whatever a container's command has left in it: one that it made unreadable is opened first. Follows no link. */
export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    unlock(path);
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

function unlock(path: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  chmodSync(path, 0o700);
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) unlock(join(path, entry.name));
}

function removeRoot(path: string): void {
  killMarked(path);
  removeTree(path);
}

/** Removes what dead processes have left, their containers' commands included. */
function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const match = /^(\d+)-(\d+)-/.exec(name);
    if (match && !alive(Number(match[1]), Number(match[2]))) removeRoot(join(parent, name));
  }
}

function find(tool: string): string | undefined {
  for (const dir of (process.env.PATH ?? '/usr/bin:/bin').split(delimiter)) {
    if (dir === '') continue;
    const path = join(dir, tool);
    try {
      // Most are in few of the directories, and an error for each of the others would take longer than all else here.
      if (!statSync(path, { throwIfNoEntry: false })) continue;
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Nothing to run there.
    }
  }
  return undefined;
}

function makeParent(parent: string): void {
  try {
    mkdirSync(parent, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST')
      throw new Unusable(
        `can't write to the temporary directory ${parent} (${code}); set TMPDIR to a directory you can write to`,
      );
  }
  // Another user of the machine may have put a link or a directory of theirs there first.
  const stat = lstatSync(parent);
  if (!stat.isDirectory() || (process.getuid && stat.uid !== process.getuid()))
    throw new Unusable(`${parent} belongs to another user; set TMPDIR to a directory of your own`);
  chmodSync(parent, 0o700);
}

/** Has the directory cleared when this process is gone without having done it. Returns the way to let it be. */
function guard(path: string): () => void {
  const child = spawn('sh', ['-c', guardian, 'sh', path, MARK], {
    cwd: '/',
    env: { PATH: process.env.PATH },
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without it the next start clears up.
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.unref();
  (child.stdin as Socket).unref();
  return () => void child.kill('SIGKILL');
}

/** Makes the private directory, after sweeping those of dead processes. Throws Unusable. */
export function openRoot(under = tmpdir()): Root {
  const parent = rootsParent(under);
  makeParent(parent);
  sweep(parent);
  const path = join(parent, `${process.pid}-${startTime(process.pid)}-${randomBytes(4).toString('hex')}`);
  const base = join(path, 'base');
  try {
    mkdirSync(base, { recursive: true, mode: 0o700 });
    for (const tool of BASE_TOOLS) {
      const found = find(tool);
      if (found) symlinkSync(found, join(base, tool));
      else if (NEEDED.includes(tool)) throw new Unusable(`no ${tool} on the PATH; simulated containers need it`);
    }
    execFileSync(join(base, 'mkfifo'), ['-m', '600', join(path, CALLS)]);
  } catch (error) {
    rmSync(path, { recursive: true, force: true });
    if (error instanceof Unusable) throw error;
    throw new Unusable(
      `can't write to ${parent} (${(error as NodeJS.ErrnoException).code}); set TMPDIR to a directory you can write to`,
    );
  }
  const release = guard(path);
  const remove = () => {
    process.off('exit', remove);
    removeRoot(path);
    release();
  };
  process.on('exit', remove);
  return { path, base, remove };
}
