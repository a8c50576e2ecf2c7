import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pty from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { afterAll, beforeAll, expect, it } from 'vitest';

const HERE = import.meta.dirname;
const NODE = join(HERE, '..', '..', 'node_modules', 'node', 'bin', 'node');
let folder = '';
let program = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'opsdeck-screen-'));
  program = join(folder, 'dev.mjs');
  execFileSync(NODE, [join(HERE, 'build-dev.mjs'), program]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The cockpit as a process in a real pty, with its first rows. */
async function start(...args: string[]) {
  return begin({ args });
}

/** `ahead` is typed before the program has the terminal; `first` is what its screen then shows. */
async function begin({
  args = [],
  ahead = '',
  first = 'ledger-pg',
}: {
  args?: string[];
  ahead?: string;
  first?: string;
}) {
  const term = new xterm.Terminal({ cols: 80, rows: 24, allowProposedApi: true, scrollback: 0 });
  const child = pty.spawn(NODE, [program, ...args], {
    name: 'xterm-256color',
    cols: 80,
    rows: 24,
    env: { PATH: process.env.PATH ?? '', HOME: folder, LANG: 'C.UTF-8', TERM: 'xterm-256color' },
  });
  child.write(ahead);
  let bytes = 0;
  let exit: { exitCode: number; signal?: number | undefined } | undefined;
  child.onData((data) => {
    bytes += data.length;
    term.write(data);
  });
  const gone = new Promise<{ exitCode: number; signal?: number | undefined }>((resolve) =>
    child.onExit((e) => {
      exit = e;
      term.write('', () => resolve(e));
    }),
  );
  const screen = () =>
    Array.from({ length: 24 }, (_, y) => term.buffer.active.getLine(y)?.translateToString(true) ?? '').join('\n');
  const until = async (want: string) => {
    const deadline = Date.now() + 30_000;
    while (!screen().includes(want)) {
      if (exit || Date.now() > deadline) throw new Error(`not on the screen: ${want}\n${screen()}`);
      await new Promise((r) => setTimeout(r, 10));
    }
  };
  await until(first);
  return { child, term, screen, until, gone, bytes: () => bytes };
}

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

it('leaves a real terminal clean, with the farewell on the shell’s screen and a true exit code', async () => {
  for (const [act, code] of [
    [(p: pty.IPty) => p.write('q'), 0],
    [(p: pty.IPty) => p.write('\x03'), 130],
    [(p: pty.IPty) => process.kill(p.pid, 'SIGTERM'), 143],
  ] as const) {
    const t = await start();
    act(t.child);
    expect((await t.gone).exitCode).toBe(code);
    expect(t.term.buffer.active.type).toBe('normal');
    expect(t.term.modes.bracketedPasteMode).toBe(false);
    expect(t.term.modes.wraparoundMode).toBe(true);
    expect(t.screen()).toContain('redis-reshard-x7f2 goes on: opsdeck describe run');
  }
});

it('does what was typed before it had the terminal', async () => {
  const t = await begin({ ahead: ':runs\r', first: '── Runs' });
  t.child.write('\x03');
  expect((await t.gone).exitCode).toBe(130);
});

it('ends when the terminal goes away, as it does when a link drops', async () => {
  const t = await start('--live');
  const { pid } = t.child;
  (t.child as unknown as { destroy(): void }).destroy();
  const deadline = Date.now() + 60_000;
  while (alive(pid) && Date.now() < deadline) await new Promise((r) => setTimeout(r, 20));
  expect(alive(pid)).toBe(false);
});

it('does not stop itself where no shell could bring it back', async () => {
  // The child of a pty leads its session, as with ssh -t host opsdeck.
  const t = await start();
  t.child.write('\x1a');
  await t.until('There is no shell below to go to');
  t.child.write('q');
  expect((await t.gone).exitCode).toBe(0);
});

it('keeps what Node.js warns of off the screen, and in the log', async () => {
  const t = await start('--warn');
  const log = join(folder, '.local/state/opsdeck/opsdeck.log');
  await expect.poll(() => existsSync(log) && readFileSync(log, 'utf8')).toContain('eleven listeners');
  expect(t.screen()).not.toContain('(node:');
  t.child.write('q');
  expect((await t.gone).exitCode).toBe(0);
  expect(t.screen()).not.toContain('eleven listeners');
});

it('writes nothing while nothing happens', async () => {
  const t = await start();
  await new Promise((r) => setTimeout(r, 1_000));
  const before = t.bytes();
  await new Promise((r) => setTimeout(r, 2_000));
  // Ages of seconds may tick: under 1 KB a minute is asked for.
  expect(t.bytes() - before).toBeLessThan(1_000);
  t.child.kill('SIGTERM');
  await t.gone;
});
