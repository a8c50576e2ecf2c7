/**
 * The real cockpit in this process on a real terminal emulator: what is asserted is what a user would see, written by
 * the real renderer through the real start. Keys go in as bytes.
 */
process.env.TZ = 'UTC';

import { EventEmitter } from 'node:events';
import xterm from '@xterm/headless';
import type { CockpitOptions, CockpitResult } from '../../ui/start.tsx';
import { startCockpit } from '../../ui/start.tsx';
import { createEstate, type Estate, NOW } from './estate.ts';

export interface LaunchOptions {
  columns?: number;
  rows?: number;
  estate?: Estate;
  options?: Partial<CockpitOptions>;
  env?: Record<string, string>;
}

/** A terminal's output as a program sees it. */
export type FakeStdout = EventEmitter & { writableLength: number; write(data: string, done?: () => void): boolean };

export interface Cockpit {
  estate: Estate;
  term: InstanceType<typeof xterm.Terminal>;
  /** Lines of the screen, without spaces at their ends. */
  screen(): string;
  line(y: number): string;
  cell(x: number, y: number): { text: string; inverse: boolean; bold: boolean; fg: number };
  /** Bytes as a terminal sends them, then the frame they lead to. */
  press(...bytes: string[]): Promise<string>;
  /** Waits until the screen shows this. */
  until(want: string | RegExp, ms?: number): Promise<string>;
  /** Waits until nothing more is written. */
  settle(): Promise<string>;
  resize(columns: number, rows: number): Promise<string>;
  /** Bytes written so far. */
  written(): string;
  /** Lets the frozen clock go on. */
  pass(ms: number): void;
  signals: EventEmitter;
  stdout: FakeStdout;
  stdin: EventEmitter;
  raw: boolean[];
  end: Promise<CockpitResult>;
  quit(): Promise<CockpitResult>;
}

export const KEY = {
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  /** In its CSI-u form: a lone ESC is decided by time. */
  esc: '\x1b[27u',
  enter: '\r',
  tab: '\t',
  backTab: '\x1b[Z',
  ctrlC: '\x03',
  ctrlE: '\x05',
  ctrlS: '\x13',
  ctrlR: '\x12',
  ctrlL: '\x0c',
  f1: '\x1bOP',
  pageDown: '\x1b[6~',
  paste: (text: string) => `\x1b[200~${text}\x1b[201~`,
};

const open: Cockpit[] = [];

/** Ends every cockpit a test has left open. */
export async function closeAll(): Promise<void> {
  for (const cockpit of open.splice(0)) await cockpit.quit();
}

export async function launch(given: LaunchOptions = {}): Promise<Cockpit> {
  const { columns = 80, rows = 24, options = {}, env = {} } = given;
  let now = NOW;
  const estate = given.estate ?? createEstate();
  const term = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0, convertEol: true });
  let out = '';
  const stdout = Object.defineProperties(new EventEmitter(), {
    isTTY: { value: true },
    columns: { get: () => term.cols },
    rows: { get: () => term.rows },
    writableLength: { value: 0, writable: true },
    writable: { value: true, writable: true },
    write: {
      writable: true,
      value: (data: string, done?: () => void) => {
        out += data;
        term.write(data, () => done?.());
        return true;
      },
    },
  }) as unknown as FakeStdout;
  const raw: boolean[] = [];
  const stdin = Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: (on: boolean) => raw.push(on),
    setEncoding: () => undefined,
    resume: () => undefined,
    pause: () => undefined,
    ref: () => undefined,
    unref: () => undefined,
    read: () => null,
  });
  const signals = new EventEmitter();
  const end = startCockpit({
    port: estate.port,
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    env: { TERM: 'xterm-256color', LANG: 'C.UTF-8', XDG_STATE_HOME: '/dev/null', ...env },
    options: { ascii: false, color: true, readonly: false, ...options },
    now: () => now,
    maxFps: 1_000,
    events: signals as unknown as Pick<NodeJS.Process, 'on' | 'off' | 'once' | 'listeners'>,
  });
  let ended = false;
  let refused: unknown;
  void end.then(
    () => {
      ended = true;
    },
    (error: unknown) => {
      refused = error;
    },
  );

  const buffer = () => term.buffer.active;
  const line = (y: number) =>
    buffer()
      .getLine(buffer().viewportY + y)
      ?.translateToString(true) ?? '';
  const screen = () => Array.from({ length: term.rows }, (_, y) => line(y)).join('\n');
  const parsed = () => new Promise<void>((done) => term.write('', done));
  const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
  const settle = async () => {
    // A frame is at most one throttle step (1 ms here) behind its cause; data frames are waited for by "until".
    for (let length = -1; length !== out.length; ) {
      length = out.length;
      await pause(6);
      await parsed();
    }
    return screen();
  };
  const cockpit: Cockpit = {
    estate,
    term,
    screen,
    line,
    cell(x, y) {
      const cell = buffer()
        .getLine(buffer().viewportY + y)
        ?.getCell(x);
      return {
        text: cell?.getChars() ?? '',
        inverse: Boolean(cell?.isInverse()),
        bold: Boolean(cell?.isBold()),
        fg: cell?.getFgColor() ?? -1,
      };
    },
    async press(...bytes) {
      for (const b of bytes) {
        stdin.emit('data', b);
        await settle();
      }
      return screen();
    },
    async until(want, ms = 3_000) {
      const deadline = Date.now() + ms;
      for (;;) {
        await parsed();
        const seen = screen();
        if (typeof want === 'string' ? seen.includes(want) : want.test(seen)) return settle();
        if (Date.now() > deadline) throw new Error(`not on the screen: ${want}\n${seen}`);
        await pause(10);
      }
    },
    settle,
    async resize(c, r) {
      term.resize(c, r);
      stdout.emit('resize');
      return settle();
    },
    written: () => out,
    pass(ms) {
      now += ms;
    },
    signals,
    stdout,
    stdin,
    raw,
    end,
    async quit() {
      if (!ended) signals.emit('SIGTERM');
      const result = await end;
      await parsed();
      return result;
    },
  };
  await settle();
  if (refused !== undefined) throw refused;
  open.push(cockpit);
  return cockpit;
}

/** To the operations of `cart`, a cluster of the estate. */
export async function openOperations(t: Cockpit): Promise<void> {
  await t.until('ledger-pg');
  await t.press('/cart', KEY.enter, 'o');
  await t.until('redis-reshard');
}
