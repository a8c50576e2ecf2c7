import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Clock } from '../clock.ts';
import { ContainerLog } from './log.ts';
import { Place } from './place.ts';
import { listens } from './ports.ts';
import { NOTHING, type ProcessEnd, type ProcessOutput, type Running, runOnPipes } from './process.ts';
import { unstartable } from './program.ts';
import type { Root } from './root.ts';
import { hasTerminals, NO_TERMINAL, runInTerminal } from './terminal.ts';
import type { Host, Image } from './tool.ts';
import { ToolCalls } from './toolCalls.ts';
import type { ToolServer } from './toolServer.ts';

export interface ContainerOptions {
  /** 64 hexadecimal digits. */
  id: string;
  host: Host;
  image: Image;
  /** The pod's own words, variables replaced; empty: what the image runs. */
  command: readonly string[];
  args: readonly string[];
  /** Whether its main process can be given input; `once`: its input ends with the first client's. */
  stdin: 'no' | 'open' | 'once';
  /** Whether its main process has a terminal. */
  tty: boolean;
  /** Where a process leaves its last words, as an absolute path in the container; empty: nowhere. */
  lastWords: string;
  env: Record<string, string>;
  disk: Map<string, unknown>;
  clock: Clock;
  root: Root;
  server: ToolServer;
  resolve(from: Host, name: string): Host | undefined;
  /** Once, when its main process has ended. */
  onExit(end: ProcessEnd): void;
}

/** Set on a disk: whoever starts with it says so and ends with 1, until then. */
export interface Broken {
  text: string;
  until: number;
}
export const BROKEN = 'broken';

export interface ExecOptions {
  /** Whether it is given input. */
  stdin: boolean;
  tty: boolean;
}

const PLAIN: ExecOptions = { stdin: false, tty: false };

/**
 * One run of a container: a directory of its own with its own environment, made when the first command needs it, and its main
 * process, which costs nothing where it is a simulated tool. When it stops everything it started is killed and the directory goes.
 */
export class Container {
  readonly log: ContainerLog;
  readonly #options: ContainerOptions;
  readonly #place: Place;
  readonly #commands = new Set<Running>();
  readonly #tools: ToolCalls;
  /** Who sees what the main process says from now on. */
  readonly #attached = new Set<ProcessOutput>();
  #main: { abort: AbortController } | { process: Running } | undefined;
  #ended = false;
  /** What its processes have left for its status. */
  lastWords = '';

  constructor(options: ContainerOptions) {
    this.#options = options;
    this.#tools = new ToolCalls(options, (argv, cwd, output) => this.#run(argv, PLAIN, output, cwd));
    this.#place = new Place(options, (connection) => this.#tools.heard(connection));
    this.log = new ContainerLog(() => options.clock.now());
  }

  get id(): string {
    return this.#options.id;
  }

  get host(): Host {
    return this.#options.host;
  }

  /** False where it can't be started: `onExit` has been told why. */
  start(): boolean {
    const { image, command, args, stdin, tty } = this.#options;
    // Who brings a keyboard to an image that is not known means its shell.
    const unknown = stdin === 'no' ? undefined : ['sh'];
    // The entry points of databases' images run a program that they are given in place of the server.
    const main = command.length > 0 ? command : this.#isProgram(args[0] ?? '') ? [] : (image.entrypoint ?? unknown);
    // An image that is not known and a pod that names no command: something runs that nobody looks into.
    if (!main) return true;
    const argv = [...main, ...args];
    const broken = this.#options.disk.get(BROKEN) as Broken | undefined;
    if (broken && this.#options.clock.now() < broken.until) {
      this.log.write(`${broken.text}\n`, 'err');
      setImmediate(() => this.#end({ code: 1 }));
      return true;
    }
    const tool = image.tools[basename(argv[0] ?? '')];
    if (tool) {
      const abort = new AbortController();
      this.#main = { abort };
      this.#tools.call(tool, basename(argv[0] ?? ''), argv.slice(1), '/', abort, {
        out: (text) => this.#said(Buffer.from(text), 'out'),
        err: (text) => this.#said(Buffer.from(text), 'err'),
        stdin: async () => '',
        exit: (code) => this.#end({ code }),
      });
      return true;
    }
    const why = this.#unstartable(argv, tty);
    if (why !== undefined) {
      this.#end({ error: why });
      return false;
    }
    this.#main = {
      process: this.#run(
        argv,
        { stdin: stdin !== 'no', tty },
        {
          onStdout: (chunk) => this.#said(chunk, 'out'),
          onStderr: (chunk) => this.#said(chunk, 'err'),
          onExit: (end) => this.#end(end),
        },
      ),
    };
    return true;
  }

  /** Joins the main process: its output from now on, its input where it has one. The end says nothing of its exit code. */
  attach(output: ProcessOutput): Running {
    this.#attached.add(output);
    const main = this.#main && 'process' in this.#main ? this.#main.process : undefined;
    return {
      write: (chunk) => main?.write(chunk),
      endInput: () => this.#options.stdin === 'once' && main?.endInput(),
      pause: (on) => main?.pause(on),
      resize: (size) => main?.resize(size),
      signal: () => void this.#attached.delete(output),
    };
  }

  /** Runs a command beside the main process; one that is a simulated tool itself without a process, where it needs no terminal. */
  exec(argv: readonly string[], { stdin, tty }: ExecOptions, output: ProcessOutput): Running {
    const [name = '', ...args] = argv;
    const tool = this.#options.image.tools[name];
    if (!tool || tty || this.#ended) return this.#run(argv, { stdin, tty }, output);
    const abort = new AbortController();
    const input = new PassThrough();
    input.on('error', () => {});
    if (!stdin) input.end();
    this.#tools.call(tool, name, args, this.#place.dir, abort, {
      out: (text) => output.onStdout(Buffer.from(text)),
      err: (text) => output.onStderr(Buffer.from(text)),
      stdin: () => text(input),
      exit: (code) => output.onExit({ code: abort.signal.reason === 'SIGKILL' ? 137 : code }),
    });
    return {
      write: (chunk) => void input.write(chunk),
      endInput: () => void input.end(),
      pause: () => {},
      resize: () => {},
      signal: (signal) => abort.abort(signal),
    };
  }

  /** Whether nothing of it can be looked into: it runs nothing, or a simulated server. */
  get opaque(): boolean {
    return !this.#main || 'abort' in this.#main;
  }

  /** Whether a process of its own listens there. */
  listens(port: number): boolean {
    return this.#place.made && listens(this.#place.dir, port);
  }

  /**
   * Runs a command without input and waits for it, for so many seconds: probes and hooks. A simulated tool needs no process for it.
   * Rejects never.
   */
  check(argv: readonly string[], seconds?: number): Promise<{ code: number; text: string }> {
    return new Promise((settle) => {
      let said = '';
      let late: (() => void) | undefined;
      const done = (answer: { code: number; text: string }) => {
        late?.();
        settle(answer);
      };
      const timeOut = (kill: () => void) => {
        kill();
        done({ code: 1, text: `command timed out: ${JSON.stringify(argv.join(' '))} timed out after ${seconds}s` });
      };
      const keep = (part: string) => {
        if (said.length < 10_240) said += part;
      };
      const [name = '', ...args] = argv;
      const tool = this.#options.image.tools[name];
      if (tool && !this.#ended) {
        const exit = (code: number) => done({ code, text: said });
        const abort = new AbortController();
        this.#tools.call(tool, name, args, '/', abort, { out: keep, err: keep, stdin: async () => '', exit });
        if (seconds) late = this.#options.clock.after(seconds * 1000, () => timeOut(() => abort.abort('SIGKILL')));
        return;
      }
      const running = this.#run(argv, PLAIN, {
        onStdout: (chunk) => keep(Buffer.from(chunk).toString()),
        onStderr: (chunk) => keep(Buffer.from(chunk).toString()),
        onExit: (end) => done('code' in end ? { code: end.code, text: said } : { code: 126, text: end.error }),
      });
      if (!seconds) return;
      // A process takes the time of the machine, whatever the cluster's clock says.
      const timer = setTimeout(() => timeOut(() => running.signal('SIGKILL')), seconds * 1000).unref();
      late = () => clearTimeout(timer);
    });
  }

  /** Asks the main process to end (TERM), or ends everything (KILL). `onExit` follows. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#ended) return;
    if (signal === 'SIGTERM') {
      const asked = this.#tools.stop('SIGTERM');
      const main = this.#main;
      if (main && 'process' in main) {
        // A server among the simulated tools ends by itself, with its own exit code, before the shell around it is killed.
        if (asked > 0) setTimeout(() => main.process.signal('SIGTERM'), 50).unref();
        else main.process.signal('SIGTERM');
      } else if (!main) this.#end({ code: 0 });
      return;
    }
    this.#end({ code: 137 });
  }

  #isProgram(word: string): boolean {
    const { image, root } = this.#options;
    return /^[\w.-]+$/.test(word) && (word in image.tools || existsSync(join(root.base, word)));
  }

  #said(chunk: Uint8Array, stream: 'out' | 'err'): void {
    this.log.write(chunk, stream);
    for (const client of this.#attached) stream === 'out' ? client.onStdout(chunk) : client.onStderr(chunk);
  }

  #end(end: ProcessEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#tools.stop('SIGKILL');
    for (const command of this.#commands) command.signal('SIGKILL');
    this.lastWords = this.#place.close();
    this.log.end();
    for (const client of this.#attached) client.onExit({ code: 0 });
    this.#options.onExit(end);
  }

  #run(argv: readonly string[], { stdin, tty }: ExecOptions, output: ProcessOutput, cwd = this.#place.dir): Running {
    const why = this.#ended ? 'container not running' : this.#unstartable(argv, tty);
    if (why !== undefined) {
      setImmediate(() => output.onExit({ error: why }));
      return NOTHING;
    }
    const env = this.#place.environment();
    const start = tty ? runInTerminal : runOnPipes;
    const running = start(
      argv.map((word) => this.#place.inside(word)),
      { env, cwd, stdin },
      {
        ...output,
        onExit: (end) => {
          this.#commands.delete(running);
          output.onExit(end);
        },
      },
    );
    this.#commands.add(running);
    return running;
  }

  #unstartable(argv: readonly string[], tty: boolean): string | undefined {
    if (tty && !hasTerminals()) return NO_TERMINAL;
    return unstartable(argv, this.#place.dir, this.#place.path);
  }
}
