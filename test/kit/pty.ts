/** Runs a program in a pseudo-terminal and reads its screen back from a terminal emulator, as a person at the keyboard meets it. */
import pty from '@lydell/node-pty';
import xterm from '@xterm/headless';

export interface LaunchOptions {
  cols?: number;
  rows?: number;
  /** Added to a small environment: nothing else of this process's is handed on. */
  env?: Record<string, string>;
  cwd?: string;
  /** Hears every piece of output as it arrives, before the screen has it. */
  onData?: (data: string) => void;
}

export interface Gone {
  exitCode: number;
  signal?: number;
}

export interface Cell {
  ch: string;
  fg: number;
  bg: number;
  inverse: boolean;
  bold: boolean;
}

/** On the screen: this text, a match of this, or what this says. */
export type Want = string | RegExp | ((terminal: Terminal) => boolean);

export interface Terminal {
  readonly pid: number;
  /** The lines of the screen, trailing blanks left out. */
  screen(): string;
  line(y: number): string;
  cell(x: number, y: number): Cell;
  cursor(): { x: number; y: number; hidden: boolean };
  /** Whether the program has the alternate screen. */
  alternate(): boolean;
  /** Waits until the screen shows it; rejects with the screen when it does not come in time or the program ends. Milliseconds. */
  until(want: Want, ms?: number): Promise<string>;
  untilNot(unwanted: Want, ms?: number): Promise<string>;
  /** Types: one write, as a terminal sends one key or one paste. */
  press(keys: string): void;
  resize(cols: number, rows: number): void;
  kill(signal?: string): void;
  /** Resolves when the program has ended and all that it wrote is on the screen. */
  readonly gone: Promise<Gone>;
  /** Every byte that it wrote. */
  raw(): string;
}

export const KEY = {
  enter: '\r',
  escape: '\x1b',
  tab: '\t',
  backTab: '\x1b[Z',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  pageUp: '\x1b[5~',
  pageDown: '\x1b[6~',
  backspace: '\x7f',
  ctrl: (letter: string) => String.fromCharCode(letter.toUpperCase().charCodeAt(0) - 64),
} as const;

/** No CI variable among them: Ink would hold the terminal for a log file. */
const environment = (env: Record<string, string> = {}) => ({
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  HOME: process.env.HOME ?? '/',
  TERM: 'xterm-256color',
  COLORTERM: 'truecolor',
  LANG: 'C.UTF-8',
  NODE_ENV: 'production',
  ...env,
});

export function launch(file: string, args: string[], options: LaunchOptions = {}): Terminal {
  const { cols = 120, rows = 40 } = options;
  const term = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 0 });
  const child = pty.spawn(file, args, {
    name: 'xterm-256color',
    cols,
    rows,
    cwd: options.cwd ?? process.cwd(),
    env: environment(options.env),
  });
  let raw = '';
  let exit: Gone | undefined;
  let hidden = false;
  child.onData((data) => {
    options.onData?.(data);
    raw += data;
    term.write(data);
  });
  // A terminal answers questions: device attributes, cursor position, keyboard protocol.
  term.onData((data) => {
    if (!exit) child.write(data);
  });
  for (const [final, to] of [
    ['h', false],
    ['l', true],
  ] as const) {
    term.parser.registerCsiHandler({ prefix: '?', final }, (params) => {
      if (params.includes(25)) hidden = to;
      return false;
    });
  }
  const gone = new Promise<Gone>((resolve) => {
    child.onExit((end) => {
      exit = end;
      term.write('', () => resolve(end)); // after everything written before it
    });
  });

  const buffer = () => term.buffer.active;
  const line = (y: number) =>
    buffer()
      .getLine(buffer().viewportY + y)
      ?.translateToString(true) ?? '';
  const screen = () => Array.from({ length: term.rows }, (_, y) => line(y)).join('\n');
  const shows = (want: Want) => {
    if (typeof want === 'function') return want(terminal);
    return typeof want === 'string' ? screen().includes(want) : want.test(screen());
  };
  const parsed = () =>
    new Promise<void>((resolve) => {
      const done = () => {
        subscription.dispose();
        clearTimeout(timer);
        resolve();
      };
      const subscription = term.onWriteParsed(done);
      const timer = setTimeout(done, 25);
    });
  const wait = async (holds: () => boolean, said: string, ms: number) => {
    const end = Date.now() + ms;
    while (!holds()) {
      if (exit || Date.now() > end) {
        const why = exit ? `the program ended with ${exit.exitCode}` : `${ms} ms went by`;
        throw new Error(`${said}: ${why}\n${screen()}`);
      }
      await parsed();
    }
    return screen();
  };

  const terminal: Terminal = {
    pid: child.pid,
    screen,
    line,
    cell(x, y) {
      const cell = buffer()
        .getLine(buffer().viewportY + y)
        ?.getCell(x);
      if (!cell) throw new RangeError(`no cell ${x},${y}`);
      return {
        ch: cell.getChars(),
        fg: cell.getFgColor(),
        bg: cell.getBgColor(),
        inverse: !!cell.isInverse(),
        bold: !!cell.isBold(),
      };
    },
    cursor: () => ({ x: buffer().cursorX, y: buffer().cursorY, hidden }),
    alternate: () => buffer().type === 'alternate',
    until: (want, ms = 60_000) => wait(() => shows(want), `not on the screen: ${want}`, ms),
    untilNot: (unwanted, ms = 60_000) => wait(() => !shows(unwanted), `still on the screen: ${unwanted}`, ms),
    press: (keys) => child.write(keys),
    resize(toCols, toRows) {
      term.resize(toCols, toRows);
      child.resize(toCols, toRows);
    },
    kill: (signal) => child.kill(signal),
    gone,
    raw: () => raw,
  };
  return terminal;
}
