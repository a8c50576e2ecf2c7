import { closeSync, constants, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Pty from '@lydell/node-pty';
import { NOTHING, type ProcessOptions, type ProcessOutput, type Running, signalGroup } from './process.ts';

/** Why no process can be given a terminal here. */
export const NO_TERMINAL =
  'simulated containers have no terminals here: the package @lydell/node-pty is missing (leave -t out, or npm install it)';

let loaded: typeof Pty | null | undefined;

/** A native module for the usual systems: without it all but terminals works. */
function library(): typeof Pty | null {
  if (loaded === undefined) {
    try {
      loaded = createRequire(import.meta.url)('@lydell/node-pty') as typeof Pty;
    } catch {
      loaded = null;
    }
  }
  return loaded;
}

export const hasTerminals = (): boolean => library() !== null;

/** What a container runtime sets for a process on a terminal. */
const TERM = 'xterm';

/**
 * The process's side of the terminal, open here too until it has ended: where nobody has it open any more, the last pieces of output
 * are taken for its end before they are read.
 */
function hold(child: Pty.IPty): () => void {
  const { ptsName } = child as Pty.IPty & { ptsName: string };
  try {
    const fd = openSync(ptsName, constants.O_RDWR | constants.O_NOCTTY);
    return () => closeSync(fd);
  } catch {
    return () => {};
  }
}

/** Starts a command in a session of its own on a new terminal, which is its input and its one output. */
export function runInTerminal(argv: readonly string[], options: ProcessOptions, output: ProcessOutput): Running {
  const [file = '', ...args] = argv;
  const pty = library();
  let child: Pty.IPty;
  try {
    if (!pty) throw new Error(NO_TERMINAL);
    const { cwd, env } = options;
    child = pty.spawn(file, args, { name: TERM, cols: 80, rows: 24, cwd, env, encoding: null });
  } catch (error) {
    setImmediate(() => output.onExit({ error: (error as Error).message }));
    return NOTHING;
  }
  let ended = false;
  const letGo = hold(child);
  // Typed as text, but without an encoding it comes, and is taken, as bytes.
  child.onData((chunk) => output.onStdout(chunk as unknown as Uint8Array));
  child.onExit(({ exitCode, signal }) => {
    ended = true;
    letGo();
    output.onExit({ code: signal ? 128 + signal : exitCode });
  });
  // Its own listener throws what nobody else listens to.
  (child as unknown as NodeJS.EventEmitter).on('error', () => {});
  return {
    write: (chunk) => {
      if (!ended && options.stdin) child.write(chunk as unknown as string);
    },
    // A terminal stays open: only what is typed ends the input.
    endInput: () => {},
    pause: (on) => (on ? child.pause() : child.resume()),
    resize({ columns, rows }) {
      if (ended || columns < 1 || rows < 1) return;
      try {
        child.resize(columns, rows);
      } catch {
        // The terminal has gone in between.
      }
    },
    signal: (signal) => signalGroup(child.pid, signal),
  };
}
