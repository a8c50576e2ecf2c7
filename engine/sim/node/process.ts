import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';

/** How a process of a container ended; `error` where it could not start. */
export type ProcessEnd = { code: number } | { error: string };

export interface ProcessOutput {
  onStdout(chunk: Uint8Array): void;
  onStderr(chunk: Uint8Array): void;
  /** Once, when the process has ended and nobody holds its pipes any more: a real exec waits for what it left in the background. */
  onExit(end: ProcessEnd): void;
}

export interface ProcessOptions {
  cwd: string;
  env: Record<string, string>;
  /** Whether it can be given input. */
  stdin: boolean;
}

export interface Size {
  columns: number;
  rows: number;
}

export interface Running {
  write(chunk: Uint8Array): void;
  endInput(): void;
  /** Stops reading its output, which makes it wait, or goes on. */
  pause(on: boolean): void;
  /** Of its terminal, where it has one. */
  resize(size: Size): void;
  /** To the whole process group. */
  signal(signal: NodeJS.Signals): void;
}

/** What never ran. */
export const NOTHING: Running = {
  write: () => {},
  endInput: () => {},
  pause: () => {},
  resize: () => {},
  signal: () => {},
};

/** A container's exit code for a signal is 128 + its number. */
function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}

export function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch {
    // The group is gone.
  }
}

/** Starts a command in a process group of its own, which is what `signal` reaches. */
export function runOnPipes(argv: readonly string[], options: ProcessOptions, output: ProcessOutput): Running {
  const [file = '', ...args] = argv;
  let ended = false;
  const end = (how: ProcessEnd) => {
    if (ended) return;
    ended = true;
    output.onExit(how);
  };
  let child: ChildProcess;
  try {
    child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: [options.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    setImmediate(() => end({ error: (error as Error).message }));
    return NOTHING;
  }
  child.stdout?.on('data', (chunk: Uint8Array) => output.onStdout(chunk));
  child.stderr?.on('data', (chunk: Uint8Array) => output.onStderr(chunk));
  // A command that doesn't read its input, or has ended, breaks the pipe; that is no fault.
  child.stdin?.on('error', () => {});
  child.on('error', (error) => end({ error: `exec: ${JSON.stringify(file)}: ${error.message}` }));
  child.on('close', (code, signal) => end({ code: exitCode(code, signal) }));
  return {
    write: (chunk) => void child.stdin?.write(chunk),
    endInput: () => void child.stdin?.end(),
    pause: (on) => {
      for (const output of [child.stdout, child.stderr]) on ? output?.pause() : output?.resume();
    },
    resize: () => {},
    signal: (signal) => signalGroup(child.pid, signal),
  };
}
