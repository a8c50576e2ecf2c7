import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { createEstate, HEADER, hang, NOW } from './estate.ts';
import { type Cockpit, closeAll, KEY, launch } from './harness.ts';
import { cluster, instance } from './rows.ts';

afterEach(closeAll);

/** The screen is the shell's again, wrapping and without bracketed paste, and keys are cooked. */
function expectClean(t: Cockpit): void {
  expect(t.term.buffer.active.type).toBe('normal');
  expect(t.term.modes.bracketedPasteMode).toBe(false);
  expect(t.term.modes.wraparoundMode).toBe(true);
  expect(t.raw.at(-1)).toBe(false);
  const shown = t.written().lastIndexOf('\x1b[?25h');
  expect(shown).toBeGreaterThan(t.written().lastIndexOf('\x1b[?25l'));
}

it('takes the whole terminal: alternate screen, no wrap, bracketed paste, raw keys', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  expect(t.term.buffer.active.type).toBe('alternate');
  expect(t.term.modes.wraparoundMode).toBe(false);
  expect(t.term.modes.bracketedPasteMode).toBe(true);
  expect(t.raw).toEqual([true]);
});

it.each([
  ['q', 0, (t: Cockpit) => t.stdin.emit('data', 'q')],
  [':q', 0, (t: Cockpit) => t.stdin.emit('data', ':q\r')],
  ['ctrl-c', 130, (t: Cockpit) => t.stdin.emit('data', KEY.ctrlC)],
  ['SIGTERM', 143, (t: Cockpit) => t.signals.emit('SIGTERM')],
  ['SIGHUP', 129, (t: Cockpit) => t.signals.emit('SIGHUP')],
  ['SIGINT', 130, (t: Cockpit) => t.signals.emit('SIGINT')],
  ['the end of the terminal', 129, (t: Cockpit) => t.stdin.emit('end')],
  ['EPIPE', 129, (t: Cockpit) => t.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))],
  ['EIO', 129, (t: Cockpit) => t.stdout.emit('error', Object.assign(new Error('write EIO'), { code: 'EIO' }))],
])('leaves it clean on %s with code %i', async (_by, code, act) => {
  const t = await launch();
  await t.until('ledger-pg');
  act(t);
  const result = await t.end;
  await t.settle();
  expect(result.code).toBe(code);
  expectClean(t);
  // Nothing listens any more.
  expect(t.signals.eventNames()).toEqual([]);
  expect(t.stdout.listenerCount('resize')).toBe(0);
});

it('says which runs go on', async () => {
  const t = await launch();
  await t.until('2 running');
  t.stdin.emit('data', 'q');
  // The run of another operator is not ours to speak of.
  expect((await t.end).farewell).toEqual([
    'redis-reshard-x7f2 goes on: opsdeck describe run redis-reshard-x7f2 -n payments',
  ]);
});

it.each([
  [
    'a painter',
    (t: Cockpit) =>
      t.estate.emit({ t: 'rows', topic: 'clusters', reset: true, upsert: [{ uid: 'x' } as never], remove: [] }),
  ],
  ['a timer', (t: Cockpit) => t.signals.emit('uncaughtException', new Error('timer went wrong'))],
  ['a promise', (t: Cockpit) => t.signals.emit('unhandledRejection', new Error('promise went wrong'))],
  [
    'a stdout that fails otherwise',
    (t: Cockpit) => t.stdout.emit('error', Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })),
  ],
])('a crash in %s is one line and a file, on a clean terminal', async (_where, act) => {
  const state = mkdtempSync(join(tmpdir(), 'opsdeck-test-'));
  const t = await launch({ env: { XDG_STATE_HOME: state } });
  await t.until('ledger-pg');
  act(t);
  const { code, farewell } = await t.end;
  await t.settle();
  expect(code).toBe(1);
  expectClean(t);
  expect(farewell[0]).toMatch(/^opsdeck: the cockpit has failed: [^\n]+; the details are in /);
  expect(farewell[0]).toContain(state);
  expect(farewell.at(-1)).toContain('goes on');
  const log = readFileSync(join(state, 'opsdeck', 'opsdeck.log'), 'utf8');
  expect(log).toMatch(/\n\s+at /);
  expect(t.screen()).not.toContain(' at ');
  rmSync(state, { recursive: true });
});

it('asks before leaving only where something would be lost', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press('/cart', KEY.enter, 'o');
  await t.until('redis-reshard');
  await t.press(KEY.enter, '5');
  expect(await t.press(KEY.ctrlC)).toContain(
    'The form of redis-reshard has values that would be lost. Leave all the same?',
  );
  expect(await t.press('n')).toContain('cluster-slots');
  t.stdin.emit('data', `${KEY.ctrlC}${KEY.ctrlC}`);
  expect((await t.end).code).toBe(130);
});

it('paints its first frame at once, whatever the engine does', async () => {
  const estate = createEstate();
  estate.header = null;
  estate.port = { send: () => undefined, listen: () => () => undefined };
  for (const method of Object.keys(estate.script)) Object.assign(estate.script, { [method]: hang });
  const t = await launch({ estate });
  expect(t.screen()).toContain('Connecting: nothing is known about clusters yet.');
});

it('repaints what something else has written over', async () => {
  const t = await launch();
  const before = await t.until('ledger-pg');
  t.term.write('\x1b[5;5Hgarbage from a background job\x1b[12;1H\x1b[K');
  await t.settle();
  expect(t.screen()).not.toBe(before);
  expect(await t.press(KEY.ctrlL)).toBe(before);
  // And goes on by differences from there.
  await t.press('j', 'k');
  expect(t.screen()).toBe(before);
});

it('follows the size of the terminal, down to too small and back', async () => {
  const t = await launch();
  const before = await t.until('ledger-pg');
  expect(await t.resize(120, 40)).toContain('kind Cluster.postgresql.cnpg.io');
  expect(t.term.rows).toBe(40);
  expect(await t.resize(50, 10)).toContain('too small: 50×10, needs 60×15');
  await t.press('j');
  await t.press('k');
  expect(await t.resize(80, 24)).toBe(before);
});

it('is one selection in reverse video, and a word for every colour', async () => {
  const t = await launch({ options: { color: false } });
  await t.until('ledger-pg');
  expect(t.line(3)).toMatch(/^> bad/);
  expect(t.cell(0, 3).inverse).toBe(true);
  expect(t.cell(79, 3).inverse).toBe(true);
  expect(t.cell(0, 4).inverse).toBe(false);
  // Without colour there is no colour, and nothing is lost.
  expect(t.written()).not.toMatch(/\x1b\[[\d;]*\b(3[0-7]|4[0-7]|9[0-7]|38|48)m/);
  const colourful = await launch();
  await colourful.until('ledger-pg');
  expect(colourful.written()).toMatch(/\x1b\[[\d;]*3[0-7]m/);
  expect(colourful.screen()).toBe(t.screen());
});

it('honours NO_COLOR, and names the themes there are', async () => {
  const t = await launch({ env: { NO_COLOR: '1' } });
  await t.until('ledger-pg');
  expect(t.written()).not.toMatch(/\x1b\[[\d;]*3[0-7]m/);
  await expect(launch({ options: { theme: 'solarised' } })).rejects.toThrow(
    'no theme "solarised"; there are default, light, mono, or give a file',
  );
});

it('draws hostile names as text and nothing else', async () => {
  const evil = '\x1b]0;owned\x07\x1b[2J\x1b[31mred\x9b1;1H\u202egpj\u200b日本\x1b]8;;http://evil\x07link👨‍👩‍👧';
  const estate = createEstate();
  estate.rows = {
    clusters: [
      cluster({
        name: evil,
        now: evil,
        reasons: [evil, 'x'.repeat(500)],
        version: evil,
        phase: evil,
        operator: evil,
        health: 'bad',
      }),
      cluster({ name: 'safe-and-sound' }),
    ],
    instances: [instance({ name: evil, cluster: evil, role: evil, node: evil, status: evil })],
    runs: [],
  };
  estate.header = { ...HEADER, context: evil };
  const t = await launch({ estate, columns: 120, rows: 40 });
  let title = '';
  t.term.onTitleChange((now) => {
    title = now;
  });
  await t.until('safe-and-sound');
  await t.press('j', 'k', 'd', KEY.esc, KEY.enter);
  await t.settle();
  expect(title).toBe('');
  const raw = t.written();
  for (const sequence of ['\x1b]', '\x9b', '\u202e', '\u200b', '\x07']) expect(raw.includes(sequence)).toBe(false);
  await t.press('q');
  // The next row begins where it should, and each rule is as wide as the screen.
  expect(t.screen()).toMatch(/^ {2}ok {5}safe-and-sound/m);
  expect(t.line(1)).toMatch(/──$/);
});

it('writes nothing when nothing changes, however often it is told so', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.settle();
  const before = t.written().length;
  for (let i = 0; i < 5; i++) {
    t.estate.emit({ t: 'header', header: { ...HEADER, latency: 41 + i } });
    t.estate.emit({ t: 'rows', topic: 'clusters', reset: false, upsert: t.estate.rows.clusters, remove: [] });
    await t.settle();
  }
  await new Promise((r) => setTimeout(r, 150));
  await t.settle();
  expect(t.written().length).toBe(before);
});

it('keeps data frames back while the terminal is still taking the last one, and keys not', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  t.stdout.writableLength = 5_000;
  t.estate.emit({
    t: 'rows',
    topic: 'clusters',
    reset: false,
    upsert: [cluster({ name: 'newcomer-pg', health: 'bad' })],
    remove: [],
  });
  await new Promise((r) => setTimeout(r, 300));
  expect(t.screen()).not.toContain('newcomer-pg');
  expect(await t.press('j')).toMatch(/^> /m);
  t.stdout.writableLength = 0;
  await t.until('newcomer-pg');
});

it('ticks an age when it reads differently', async () => {
  const estate = createEstate();
  estate.header = {
    ...HEADER,
    sources: [
      { id: 'pods', topics: ['clusters'], freshness: { state: 'stale', since: NOW - 42_000, why: 'link lost' } },
    ],
  };
  const t = await launch({ estate });
  await t.until('stale 42s');
  t.pass(1_000);
  await t.until('stale 43s');
});

it('refuses a paste that no line has room for, in one line, and goes on', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press('/', KEY.paste('q'.repeat(200_000)));
  await t.until('No room here for 200,000 characters: nothing was taken.');
  await t.press('ledger');
  await t.until('/ledger');
});

it('says in its first line that it waits for the login, and no more when that is over', async () => {
  const estate = createEstate();
  const t = await launch({ estate });
  await t.until('ledger-pg');
  const header = { ...HEADER, mode: { kind: 'connecting' } as const, login: 'the login plugin aws of user "sre"' };
  estate.emit({ t: 'header', header });
  await t.until('waits for the login plugin aws of user "sre"');
  estate.emit({ t: 'header', header: HEADER });
  await vi.waitFor(() => expect(t.line(0)).not.toContain('waits for'));
});

it('shows in the body what the login asks for, whole, and no more when that is over', async () => {
  const estate = createEstate();
  estate.rows.clusters = [];
  const at = 'https://login.example/device?code=';
  estate.header = {
    ...HEADER,
    mode: { kind: 'connecting' },
    sources: [],
    login: 'the login plugin aws of user "sre"',
    loginSays: [`open ${at}${'x'.repeat(80)}`, 'and enter the code ABCD-1234'],
  };
  const t = await launch({ estate });
  await t.until('Waits for the login plugin aws of user "sre", which says:');
  await t.until('and enter the code ABCD-1234');
  expect(t.screen()).toContain(at);
  expect(t.screen().match(/x/g)?.length).toBeGreaterThanOrEqual(80);
  estate.emit({ t: 'header', header: HEADER });
  await vi.waitFor(() => expect(t.screen()).not.toContain('ABCD-1234'));
});
