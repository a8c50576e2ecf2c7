import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { Unusable } from '../unusable.ts';
import { readText } from './readText.ts';
import { CALLS } from './root.ts';
import script from './tool.sh';

/** No line of a caller is longer. */
const LONGEST = 4096;

/** The other end of one running tool.sh. */
export interface ToolConnection {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Whether somebody sits at its input. */
  readonly terminal: boolean;
  readonly closed: AbortSignal;
  stdin(): Promise<string>;
  /** The next line that is typed, without its end; undefined where nothing more comes. */
  line(): Promise<string | undefined>;
  out(text: string): void;
  err(text: string): void;
  exit(code: number): void;
}

/**
 * Hears the calls of simulated tools. They come through named pipes because a shell can speak those by itself: a tool costs a
 * shell and three small programs (a few milliseconds), where a client in node would cost its start.
 */
export class ToolServer {
  readonly #root: string;
  readonly #pipe: Socket;
  readonly #owners = new Map<string, (connection: ToolConnection) => void>();
  /** Calls that wait for the rest of their standard input, by path. */
  readonly #reading = new Map<string, () => void>();
  readonly #bins = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
    const tool = join(root, 'tool');
    writeFileSync(tool, script, { mode: 0o700 });
    try {
      accessSync(tool, constants.X_OK);
    } catch {
      throw new Unusable(`no program can be started from ${root} (mounted noexec); set TMPDIR to another directory`);
    }
    // Read and write: with a writer of our own the pipe never comes to its end.
    this.#pipe = new Socket({
      fd: openSync(join(root, CALLS), constants.O_RDWR | constants.O_NONBLOCK),
      writable: false,
    });
    this.#pipe.unref();
    let rest = '';
    this.#pipe.on('data', (chunk) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = (lines.pop() ?? '').slice(-LONGEST);
      for (const line of lines) this.#heard(line);
    });
    this.#pipe.on('error', () => {});
  }

  /** The directory to put on a PATH so that it has these tools. */
  bin(tools: readonly string[]): string {
    const key = tools.join(' ');
    let bin = this.#bins.get(key);
    if (bin === undefined) {
      bin = join(this.#root, `bin${this.#bins.size}`);
      mkdirSync(bin);
      for (const tool of tools) symlinkSync(join(this.#root, 'tool'), join(bin, tool));
      this.#bins.set(key, bin);
    }
    return bin;
  }

  /** Environment of the tools of a container, and what to do with their calls; `run` is a directory of the container's own. */
  serve(run: string, onCall: (connection: ToolConnection) => void): Record<string, string> {
    this.#owners.set(run, onCall);
    return { OPSDECK_RUN: run, OPSDECK_CALLS: join(this.#root, CALLS) };
  }

  forget(run: string): void {
    this.#owners.delete(run);
  }

  close(): void {
    this.#owners.clear();
    this.#reading.clear();
    this.#pipe.destroy();
  }

  #heard(path: string): void {
    const reading = this.#reading.get(path);
    if (reading) {
      reading();
      return;
    }
    const owner = this.#owners.get(dirname(path));
    if (!owner) return;
    const [tool = '', cwd = '', tty = '', ...args] = readText(`${path}.argv`)?.split('\0').slice(0, -1) ?? [];
    // A container may be gone already, and any of its commands may have written this line.
    let live: number;
    try {
      live = openPipe(`${path}.live`, constants.O_RDONLY);
    } catch {
      return;
    }
    owner(new Connection(path, [tool, ...args], cwd, tty !== '', live, this.#reading));
  }
}

/** Opens a named pipe, and nothing else that a container's command may have put in its place. Throws where there is none. */
function openPipe(path: string, flags: number): number {
  const fd = openSync(path, flags | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  if (fstatSync(fd).isFIFO()) return fd;
  closeSync(fd);
  throw new Error(`${path} is no pipe`);
}

class Connection implements ToolConnection {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly terminal: boolean;
  readonly #path: string;
  readonly #reading: Map<string, () => void>;
  readonly #closed = new AbortController();
  readonly #pipes: { out?: Writer; err?: Writer } = {};
  #asked = false; // for the standard input to its end: it comes once

  constructor(
    path: string,
    argv: readonly string[],
    cwd: string,
    terminal: boolean,
    pipe: number,
    reading: Map<string, () => void>,
  ) {
    this.#path = path;
    this.argv = argv;
    this.cwd = cwd;
    this.terminal = terminal;
    this.#reading = reading;
    const live = new Socket({ fd: pipe, writable: false });
    live.on('error', () => {});
    live.on('close', () => this.#gone());
    live.resume();
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  async stdin(): Promise<string> {
    if (this.#asked) return '';
    this.#asked = true;
    return this.#input('stdin');
  }

  async line(): Promise<string | undefined> {
    const text = this.terminal && !this.#asked ? await this.#input('line') : '';
    return text === '' ? undefined : text.replace(/\n$/, '');
  }

  /** Empty where it ends before anything has come. */
  async #input(what: 'stdin' | 'line'): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#reading.set(this.#path, resolve);
      this.#closed.signal.addEventListener('abort', () => resolve(), { once: true });
      this.#answer(what);
    });
    this.#reading.delete(this.#path);
    return this.#closed.signal.aborted ? '' : (readText(`${this.#path}.in`) ?? '');
  }

  out(text: string): void {
    this.#writer('out').write(text);
  }

  err(text: string): void {
    this.#writer('err').write(text);
  }

  exit(code: number): void {
    if (this.#closed.signal.aborted) return;
    try {
      // Only a file that isn't there yet: never through a link, never into a pipe.
      writeFileSync(`${this.#path}.code`, `${code}\n`, { flag: 'wx', mode: 0o600 });
    } catch {
      // The container's directory is gone, and the tool with it.
    }
    this.#writer('err').end();
    this.#writer('out').end();
    this.#answer('end');
  }

  #writer(name: 'out' | 'err'): Writer {
    this.#pipes[name] ??= new Writer(`${this.#path}.${name}`);
    return this.#pipes[name];
  }

  #answer(word: string): void {
    const writer = new Writer(`${this.#path}.ask`);
    writer.write(`${word}\n`);
    writer.end();
  }

  /** The shell has ended: by itself after `exit`, or because it was killed. */
  #gone(): void {
    this.#closed.abort();
    this.#reading.delete(this.#path);
    // A killed shell's children still read, or wait for somebody to write.
    for (const name of ['out', 'err'] as const) this.#writer(name).end();
    for (const end of ['live', 'ask', 'out', 'err', 'argv', 'in', 'code'])
      rmSync(`${this.#path}.${end}`, { force: true });
  }
}

/** Writes to a named pipe whose reader may not have come yet (the open fails until then) and may go at any time. */
class Writer {
  readonly #path: string;
  #socket: Socket | undefined;
  #waiting: string[] = [];
  #ended = false;
  #dead = false;

  constructor(path: string) {
    this.#path = path;
    this.#open(0);
  }

  write(text: string): void {
    if (this.#dead || text === '') return;
    if (this.#socket) this.#socket.write(text);
    else this.#waiting.push(text);
  }

  end(): void {
    this.#ended = true;
    this.#socket?.end();
  }

  #open(tries: number): void {
    let fd: number;
    try {
      fd = openPipe(this.#path, constants.O_WRONLY);
    } catch (error) {
      // ENXIO: no reader yet. One that was killed in between never comes: after some ten seconds it counts as gone.
      if ((error as NodeJS.ErrnoException).code === 'ENXIO' && tries < 400)
        setTimeout(() => this.#open(tries + 1), Math.min(1 + tries, 30)).unref();
      else this.#die();
      return;
    }
    this.#socket = new Socket({ fd, readable: false });
    this.#socket.on('error', () => this.#die());
    for (const text of this.#waiting) this.#socket.write(text);
    this.#waiting = [];
    if (this.#ended) this.#socket.end();
  }

  #die(): void {
    this.#dead = true;
    this.#waiting = [];
  }
}
