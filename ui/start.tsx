/**
 * ui/ is the cockpit: it draws what the engine tells and turns keys into commands. It reaches the engine through
 * engine/protocol.ts and nothing else of this program. This file starts it in a terminal and leaves that terminal clean.
 */
import { readFileSync, writeSync } from 'node:fs';
import type { EnginePort } from '../engine/protocol.ts';
import { type App, createApp, type Host } from './app.ts';
import { crashLine, logCrash } from './crash.ts';
import { type Edited, editText } from './editor.ts';
import { loadHistory, saveHistory } from './history.ts';
import { render } from './ink.ts';
import { runCommand } from './keys/commands.ts';
import { dispatch } from './keys/router.ts';
import { createKeySource, type TerminalInput } from './keys/source.ts';
import { Screen, type Suspend } from './screen.tsx';
import { createClock } from './store/clock.ts';
import { open } from './store/state.ts';
import { canSuspend, clipboard, ENTER, isUtf8, LEAVE, RESCUE, wantsColour } from './terminal.ts';
import { chooseTheme } from './theme.ts';
import { views, viewsWith } from './views/index.ts';
import { type Rehearsal, rehearsalBindings } from './views/rehearsal.ts';

export interface CockpitOptions {
  /** A shipped theme's name, or a file. */
  theme?: string;
  ascii: boolean;
  /** False for --no-color; NO_COLOR and TERM are read from `env`. */
  color: boolean;
  readonly: boolean;
  /** On a cluster that is there to be broken. */
  rehearsal?: Rehearsal;
  /** What to begin with, as it would be typed after `:`. */
  command?: string;
}

type Events = Pick<NodeJS.Process, 'on' | 'off' | 'once' | 'listeners'>;

export interface CockpitInput {
  port: EnginePort;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  env: Record<string, string | undefined>;
  options: CockpitOptions;
  /** Epoch milliseconds; the system's clock, unless a test says otherwise. */
  now?: () => number;
  /** Frames a second at most; a test need not wait for them. */
  maxFps?: number;
  /** Where signals and stray errors come from; the process, unless a test says otherwise. */
  events?: Events;
}

export interface CockpitResult {
  /** 0; 130 after ctrl-c; 128 and the signal's number; 129 when the terminal has gone; 1 after a crash. */
  code: number;
  /** Lines for the shell: runs that go on, or what has failed. */
  farewell: string[];
}

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const;
const GONE = 129;
/** A terminal that takes no more bytes must not keep the process. */
const LEAVING_TIME = 500;

/**
 * Runs the cockpit until it is left. Paints its first frame at once and never touches the network. Rejects, with the
 * terminal untouched, only when the options can't be used: the error's message is one line for the user.
 */
export async function startCockpit(input: CockpitInput): Promise<CockpitResult> {
  const { port, stdin, stdout, env, options } = input;
  const events = input.events ?? process;
  const now = input.now ?? Date.now;
  const colour = wantsColour(env, options.color);
  const theme = chooseTheme(options.theme ?? (colour ? undefined : 'mono'), colour, (file) =>
    readFileSync(file, 'utf8'),
  );

  let finish: (result: { code: number; lines?: string[] }) => void = () => undefined;
  let over = false;
  const end = new Promise<{ code: number; lines?: string[] }>((resolve) => {
    finish = (result) => {
      over = true;
      resolve(result);
    };
  });
  const crash = (error: unknown) => finish({ code: 1, lines: [crashLine(error, logCrash(error, env, now()))] });
  const gone = () => finish({ code: GONE });
  let suspendTerminal: Suspend | null = null;
  let editing = false;

  const clock = createClock(
    {
      now: () => performance.now(),
      set: (fn, ms) => setTimeout(fn, ms),
      clear: (t) => clearTimeout(t as NodeJS.Timeout),
    },
    () => {
      try {
        app.publish();
      } catch (error) {
        crash(error);
      }
    },
    () => stdout.writableLength > 0,
  );
  const host: Host = {
    now,
    dirty: clock.dirty,
    quit: (code) => finish({ code }),
    suspend: () => void suspend().catch(crash),
    edit,
    repaint,
    copy: (text) => stdout.write(clipboard(text, env)),
  };
  const app: App = createApp(
    port,
    options.rehearsal ? viewsWith(rehearsalBindings(options.rehearsal)) : views,
    {
      readonly: options.readonly,
      ascii: options.ascii || !isUtf8(env),
      ...sizeOf(stdout),
      first: open.clusters(),
    },
    host,
  );
  if (options.rehearsal) {
    app.say('info', options.rehearsal.notice);
    void options.rehearsal.died.then((why) =>
      app.say('error', `the simulated cluster has failed: ${why}; leave and start the demo again`),
    );
  }
  app.set({ history: loadHistory(env) });
  if (options.command) runCommand(app, options.command);
  const source = createKeySource(
    stdin as TerminalInput,
    (token) => {
      if (over) return;
      clock.key();
      try {
        dispatch(app, token);
      } catch (error) {
        crash(error);
      }
    },
    gone,
  );

  const resize = () => app.set(sizeOf(stdout));
  const wakeAt = (next: number) => clock.wakeAt(performance.now() + (next - now()));

  function repaint(): void {
    stdout.write('\x1b[2J\x1b[H');
    instance.clear();
    app.publish();
  }

  /** Lends the terminal to `use`, in the state in which the shell gave it. */
  async function lend(suspendInk: Suspend, use: () => Promise<void>): Promise<void> {
    source.close();
    stdout.write(LEAVE);
    await suspendInk(async () => {
      await new Promise<void>((written) => stdout.write('', () => written()));
      await use();
      stdout.write(ENTER);
      resize();
    });
    source.open();
  }

  /** Gives the terminal to the shell and takes it back on SIGCONT. */
  async function suspend(): Promise<void> {
    if (!canSuspend(process.pid) || suspendTerminal === null)
      return app.say('info', 'There is no shell below to go to: q leaves.');
    await lend(suspendTerminal, () => {
      return new Promise<void>((resume) => {
        events.once('SIGCONT', () => resume());
        // The whole job stops, so that the shell sees it whatever started us. SIGTSTP could be ignored.
        process.kill(0, 'SIGSTOP');
      });
    });
  }

  async function edit(text: string, name: string): Promise<Edited> {
    let edited: Edited = { ok: false, error: 'The terminal is not ready yet.' };
    if (suspendTerminal === null) return edited;
    editing = true;
    try {
      await lend(suspendTerminal, async () => {
        edited = await editText(text, name, env);
      });
    } finally {
      editing = false;
    }
    return edited;
  }

  const onError = (error: NodeJS.ErrnoException) =>
    error.code === 'EIO' || error.code === 'EPIPE' ? gone() : crash(error);
  // An editor's ctrl-c goes to the whole job; it is the editor's.
  const onSignal = Object.entries(SIGNALS).map(([signal, code]) => {
    const ofKeys = signal === 'SIGINT' || signal === 'SIGQUIT';
    return [signal, () => (editing && ofKeys ? undefined : finish({ code }))] as const;
  });
  // The last resort, when something ends the process past everything else, or when Ink itself is what failed.
  const rescue = () => {
    const { fd } = stdout as { fd?: number };
    if (fd === undefined) return;
    try {
      writeSync(fd, RESCUE);
    } catch {
      // The terminal has gone.
    }
  };
  for (const [signal, handler] of onSignal) events.on(signal, handler);
  events.on('uncaughtException', crash);
  events.on('unhandledRejection', crash);
  events.on('exit', rescue);
  stdout.on('error', onError);
  // Before Ink's own listener, so that the new size is known when it draws.
  stdout.on('resize', resize);
  blocking(stdout, false);
  const unmute = muteWarnings(events, (warning) => logCrash(warning, env, now()));

  stdout.write(ENTER);
  const instance = render(
    <Screen
      app={app}
      theme={theme}
      painted={wakeAt}
      failed={crash}
      ready={(suspendFn) => {
        suspendTerminal = suspendFn;
      }}
    />,
    {
      stdin,
      stdout,
      stderr: stdout,
      interactive: true,
      alternateScreen: true,
      incrementalRendering: true,
      maxFps: input.maxFps ?? 60,
      patchConsole: false,
      exitOnCtrlC: false,
    },
  );
  source.open();
  instance.waitUntilExit().then(
    () => finish({ code: 0 }),
    (error) => crash(error),
  );

  const { code, lines } = await end;
  // A cluster that is there to be broken ends with the cockpit, and its runs with it.
  const farewell = [...(lines ?? []), ...(options.rehearsal ? [] : app.farewell())];
  saveHistory(env, app.state().history);
  clock.stop();
  app.close();
  try {
    instance.unmount();
    stdout.write(LEAVE);
  } catch {
    // The terminal has gone, or the crash was Ink's own.
  }
  await Promise.all([written(stdout), source.shut(code === 1)]);
  if (code === 1) rescue();
  blocking(stdout, true);
  for (const [signal, handler] of onSignal) events.off(signal, handler);
  events.off('uncaughtException', crash);
  events.off('unhandledRejection', crash);
  events.off('exit', rescue);
  stdout.off('resize', resize);
  unmute();
  // The error listener stays: what a dead terminal still has to say must not end the process with a stack.
  return { code, farewell };
}

/** Node.js would print its warnings across the screen, where nothing paints over them before their rows change. */
function muteWarnings(events: Events, log: (warning: Error) => void): () => void {
  const printers = events.listeners('warning') as ((warning: Error) => void)[];
  for (const printer of printers) events.off('warning', printer);
  events.on('warning', log);
  return () => {
    events.off('warning', log);
    for (const printer of printers) events.on('warning', printer);
  };
}

/** Resolves when the terminal has taken everything, or after a while when it takes nothing. */
function written(stdout: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LEAVING_TIME);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    if (stdout.destroyed || !stdout.writable) done();
    else stdout.write('', done);
  });
}

/** Some serial lines know no size. */
const sizeOf = (stdout: NodeJS.WriteStream) => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });

/** A terminal that reads slowly must not stop the keys; undocumented in Node.js, so it may not be there. */
function blocking(stdout: NodeJS.WriteStream, on: boolean): void {
  (stdout as { _handle?: { setBlocking?(on: boolean): void } })._handle?.setBlocking?.(on);
}
