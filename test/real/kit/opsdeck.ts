/** The program as users run it: dist/opsdeck, with a home of its own, on the real cluster. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type Outcome, program, type Running } from '../../kit/program.ts';
import { launch, type Terminal } from '../../kit/pty.ts';
import { ADMIN, REPO } from './place.ts';

export interface OpsdeckOptions {
  /** Default: the administrator's. */
  kubeconfig?: string | undefined;
  env?: Record<string, string>;
  input?: string | undefined;
  /** Milliseconds; default 120,000. */
  limit?: number | undefined;
}

const OPSDECK = join(REPO, 'dist/opsdeck');
const started = new Set<{ kill(signal: 'SIGKILL'): void }>();
let home: string | undefined;

/** One home folder a test file: no configuration or state of the person who runs the tests gets in, and none of the tests' stays. */
function environment({ kubeconfig = ADMIN, env = {} }: OpsdeckOptions): Record<string, string> {
  home ??= mkdtempSync(join(tmpdir(), 'opsdeck-test-'));
  return { PATH: process.env.PATH ?? '', HOME: home, LANG: 'C.UTF-8', KUBECONFIG: kubeconfig, ...env };
}

afterAll(() => {
  for (const one of started) one.kill('SIGKILL');
  if (home) rmSync(home, { recursive: true, force: true });
  home = undefined;
});

/** Starts `opsdeck ARGS` and lets it run; it gets SIGKILL at the end of the file if it still does. */
export function startOpsdeck(args: string[], options: OpsdeckOptions = {}): Running {
  const { input, limit } = options;
  const running = program(OPSDECK, args, { env: environment(options), input, limit });
  started.add(running);
  void running.done.finally(() => started.delete(running)).catch(() => {});
  return running;
}

/** Runs `opsdeck ARGS` to its end. */
export function opsdeck(args: string[], options: OpsdeckOptions = {}): Promise<Outcome> {
  return startOpsdeck(args, options).done;
}

/** Opens `opsdeck ARGS` in a terminal of that size (default 120×40). */
export function cockpit(args: string[], options: OpsdeckOptions & { cols?: number; rows?: number } = {}): Terminal {
  const { cols = 120, rows = 40 } = options;
  const terminal = launch(OPSDECK, args, { cols, rows, env: environment(options) });
  const entry = { kill: (signal: 'SIGKILL') => terminal.kill(signal) };
  started.add(entry);
  void terminal.gone.then(() => started.delete(entry));
  return terminal;
}
