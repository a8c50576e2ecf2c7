/** The simulated tools that run in one container at the moment. */
import { join, resolve } from 'node:path';
import type { Clock } from '../clock.ts';
import type { ProcessOutput } from './process.ts';
import { readText } from './readText.ts';
import type { Root } from './root.ts';
import type { Host, Image, Tool, ToolCall } from './tool.ts';
import type { ToolConnection } from './toolServer.ts';

interface Surroundings {
  host: Host;
  image: Image;
  env: Record<string, string>;
  disk: Map<string, unknown>;
  clock: Clock;
  root: Root;
  resolve(from: Host, name: string): Host | undefined;
}

type Caller = Pick<ToolConnection, 'out' | 'err' | 'stdin' | 'exit'> &
  Partial<Pick<ToolConnection, 'terminal' | 'line'>>;

export class ToolCalls {
  readonly #in: Surroundings;
  readonly #run: (argv: readonly string[], cwd: string, output: ProcessOutput) => void;
  readonly #open = new Set<AbortController>();

  /** `run` starts a real process in the container. */
  constructor(surroundings: Surroundings, run: (argv: readonly string[], cwd: string, output: ProcessOutput) => void) {
    this.#in = surroundings;
    this.#run = run;
  }

  /** Says how many were told. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): number {
    const { size } = this.#open;
    for (const call of this.#open) call.abort(signal);
    return size;
  }

  /** One was started somewhere in the container. */
  heard(connection: ToolConnection): void {
    const [name = '', ...args] = connection.argv;
    const tool = this.#in.image.tools[name];
    if (!tool) {
      connection.err(`${name}: not found\n`);
      connection.exit(127);
      return;
    }
    const abort = new AbortController();
    connection.closed.addEventListener('abort', () => abort.abort('SIGKILL'), { once: true });
    this.call(tool, name, args, connection.cwd, abort, connection);
  }

  call(tool: Tool, name: string, args: readonly string[], cwd: string, abort: AbortController, to: Caller): void {
    const { host, env, disk, clock, root } = this.#in;
    const call: ToolCall = {
      tool: name,
      args,
      cwd,
      env,
      host,
      signal: abort.signal,
      disk,
      out: to.out.bind(to),
      err: to.err.bind(to),
      stdin: to.stdin.bind(to),
      terminal: to.terminal ?? false,
      line: async () => to.line?.(),
      own: () =>
        new Promise((done) => {
          this.#run([join(root.base, name), ...args], cwd, {
            onStdout: (chunk) => to.out(Buffer.from(chunk).toString()),
            onStderr: (chunk) => to.err(Buffer.from(chunk).toString()),
            onExit: (end) => done('code' in end ? end.code : 127),
          });
        }),
      readFile: (path) => readText(resolve(cwd, path)),
      sleep: (ms) => sleep(clock, ms, abort.signal),
      resolve: (name) => this.#in.resolve(host, name),
    };
    this.#open.add(abort);
    // Not at once: a server may end in its first instant, and its container is still being started.
    Promise.resolve()
      .then(() => tool(call))
      .catch((error: unknown) => {
        to.err(`${name}: ${error instanceof Error ? error.message : error}\n`);
        return 1;
      })
      .then((code) => {
        this.#open.delete(abort);
        to.exit(code);
      });
  }
}

function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) {
      done();
      return;
    }
    const stop = () => {
      cancel();
      done();
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', stop);
      done();
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}
