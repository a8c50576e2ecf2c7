/** Runs a program without a terminal and collects what it says. */
import { spawn } from 'node:child_process';

export interface Outcome {
  /** null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** From start to end, milliseconds. */
  ms: number;
}

export interface Running {
  readonly pid: number;
  readonly done: Promise<Outcome>;
  /** What came so far. */
  stdout(): string;
  stderr(): string;
  /** Waits until stdout or stderr has it; rejects when the program ends before, or in ms. */
  until(want: string | RegExp, ms?: number): Promise<void>;
  kill(signal?: NodeJS.Signals): void;
}

export interface ProgramOptions {
  env?: NodeJS.ProcessEnv | undefined;
  cwd?: string | undefined;
  input?: string | undefined;
  /** After so many milliseconds it gets SIGKILL: a test fails by its assertion, not by hanging. Default 120,000. */
  limit?: number | undefined;
}

export function program(file: string, args: string[], options: ProgramOptions = {}): Running {
  const began = Date.now();
  const child = spawn(file, args, { env: options.env, cwd: options.cwd, stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  let ended = false;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const check of [...waiting]) check();
  };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    wake();
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    wake();
  });
  child.stdin.on('error', () => {}); // it may end without reading
  child.stdin.end(options.input ?? '');
  const limit = setTimeout(() => child.kill('SIGKILL'), options.limit ?? 170_000);
  const done = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      ended = true;
      clearTimeout(limit);
      resolve({ code, signal, stdout, stderr, ms: Date.now() - began });
      wake();
    });
  });
  const until = (want: string | RegExp, ms = 90_000) =>
    new Promise<void>((resolve, reject) => {
      const has = (text: string) => (typeof want === 'string' ? text.includes(want) : want.test(text));
      const finish = (error?: Error) => {
        waiting.delete(check);
        clearTimeout(timer);
        if (error) reject(error);
        else resolve();
      };
      const missing = (why: string) => new Error(`${file} ${why} without ${want}\n${stdout}\n${stderr}`);
      const check = () => {
        if (has(stdout) || has(stderr)) finish();
        else if (ended) finish(missing('ended'));
      };
      const timer = setTimeout(() => finish(missing(`ran ${ms} ms`)), ms);
      waiting.add(check);
      check();
    });
  return {
    pid: child.pid ?? -1,
    done,
    stdout: () => stdout,
    stderr: () => stderr,
    until,
    kill: (signal = 'SIGTERM') => void child.kill(signal),
  };
}
