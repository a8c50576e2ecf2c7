/** What Kubernetes warns of, in the details of clusters and pods; and a run of somebody else, taken over on the screen. */
import { afterEach, expect, it } from 'vitest';
import type { RunDetail } from '../../engine/protocol.ts';
import { createEstate, type Estate, hang, NOW } from './estate.ts';
import { closeAll, KEY, launch } from './harness.ts';
import { RUNNING } from './rows.ts';
import { RUN_DETAIL, UNKNOWN_DETAIL } from './runs.ts';

afterEach(closeAll);

const m = 60_000;
const asked = (estate: Estate) => estate.topics().filter((topic) => topic.startsWith('warnings:'));

it('asks for warnings where a detail is open or a cluster is not well, of one row at a time', async () => {
  const estate = createEstate();
  estate.warnings['warnings:cluster/c-ledger-pg'] = [
    { at: NOW - 4 * m, reason: 'FailoverDelayed', object: 'ledger-pg-1', message: 'may still accept writes', count: 9 },
    { at: NOW - 5_000, reason: 'Killing', object: 'ledger-pg-2', message: 'just now', count: 1 },
    { at: NOW - 70 * m, reason: 'BackOff', object: 'ledger-pg-2', message: 'Back-off restarting', count: 1 },
  ];
  const t = await launch({ estate, rows: 40 });
  await t.until('ledger-pg');
  const screen = await t.until('FailoverDelayed');
  expect(screen).toContain('warning 4m ago FailoverDelayed ledger-pg-1: may still accept writes (×9)');
  expect(screen).toContain('warning <1m ago Killing');
  expect(screen).toMatch(/FailoverDelayed[\s\S]*1h ago BackOff ledger-pg-2: Back-off restarting$/m);
  expect(asked(estate)).toEqual(['warnings:cluster/c-ledger-pg']);
  // A cluster that is well is not asked about in passing, and is when its detail is opened.
  await t.press('/orders-redis', KEY.enter);
  expect(asked(estate)).toEqual([]);
  await t.press('d');
  expect(asked(estate)).toEqual(['warnings:cluster/c-orders-redis']);
  await t.press('d');
  expect(asked(estate)).toEqual([]);
  await t.press(KEY.enter, 'd');
  expect(asked(estate)[0]).toMatch(/^warnings:instance\//);
  // Another screen on top: nobody looks.
  await t.press(':runs', KEY.enter);
  expect(asked(estate)).toEqual([]);
});

it('says why warnings can not be read', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press('d');
  const topic = 'warnings:cluster/c-ledger-pg' as const;
  t.estate.emit({ t: 'warnings', topic, rows: [], error: 'not known: you may not list events in payments' });
  await t.until('warnings not known: you may not list events in payments');
});

it('takes a run of somebody else over after its plan, made anew, was read', async () => {
  const estate = createEstate();
  estate.run = { ...RUN_DETAIL, adoptable: true };
  const t = await launch({ estate });
  await t.until('ledger-pg');
  await t.press(':runs', KEY.enter, KEY.enter);
  expect(await t.until('Moving slot')).toContain('A take over');
  expect(t.screen()).toContain('C copy command');
  await t.press('C');
  await t.until('Copied the command');
  const copied = Buffer.from('opsdeck adopt redis-reshard-x7f2 -n payments').toString('base64');
  expect(t.written()).toContain(`\x1b]52;c;${copied}\x07`);
  await t.press('A');
  const plan = await t.until('Take over redis-reshard-x7f2');
  expect(plan).toMatch(/so far, as its journal claims: redis-reshard-x7f2 on cart-redis-0: attempt 1\s+Running/);
  expect(plan).toContain('written by: bob@laptop, as it says');
  expect(plan).toContain('opsdeck adopt redis-reshard-x7f2 -n payments');
  expect(plan).toContain('Type y to take it over');
  expect(await t.press('y')).toContain('Read the plan first');
  t.pass(1_000);
  expect(await t.press('e')).toContain('filled in by somebody else');
  estate.script.adopt = hang;
  await t.press('y', 'y');
  await t.until('Taking it over on prod-eu');
  expect(estate.calls('adopt').map(({ ask }) => ask)).toEqual([
    { namespace: 'payments', name: 'redis-reshard-x7f2', digest: 'sha256:4b1c' },
  ]);
  estate.emit({ t: 'answer', id: estate.calls('adopt')[0]!.id, error: 'bob@laptop executes redis-reshard-x7f2' });
  expect(await t.until('bob@laptop executes')).toContain('Type y to take it over');
  estate.script.adopt = () => null;
  await t.press('y');
  await t.until('was taken over: it goes on here');
  expect(t.screen()).toContain('Moving slot');
  expect(estate.calls('start')).toHaveLength(0);
});

it('takes over nothing that is one’s own, that can’t be planned, or when read-only', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press(':runs', KEY.enter, KEY.enter);
  await t.until('Moving slot');
  expect(await t.press('A')).toContain('is not somebody else');
  await t.quit();
  const estate = createEstate();
  estate.run = { ...UNKNOWN_DETAIL, adoptable: true };
  estate.script.adoption = () => ({
    error: 'redis-reshard-x7f2 can’t be adopted: step 1 is not what its definition gives',
  });
  const other = await launch({ estate });
  await other.until('ledger-pg');
  await other.press(':runs', KEY.enter, KEY.enter);
  expect(await other.until('outcome is unknown')).toContain('A take the run over first');
  // A verdict on it would not be taken.
  expect(await other.press('h')).toContain('h does nothing here');
  await other.press('A');
  await other.until('is not what its definition gives');
  const readonly = await launch({ estate, options: { readonly: true } });
  await readonly.until('ledger-pg');
  await readonly.press(':runs', KEY.enter, KEY.enter);
  await readonly.until('outcome is unknown');
  expect(await readonly.press('A')).toContain('Read-only');
  expect(estate.calls('adopt')).toHaveLength(0);
});

it('does not offer to take over what only the command can, with the file of its definition: that one is shown', async () => {
  const estate = createEstate();
  estate.run = { ...UNKNOWN_DETAIL, adoptable: true, source: 'file' };
  const t = await launch({ estate });
  await t.until('ledger-pg');
  await t.press(':runs', KEY.enter, KEY.enter);
  const command = 'opsdeck adopt redis-reshard-x7f2 -n payments -f FILE';
  const screen = await t.until('outcome is unknown');
  expect(screen.replace(/\s+/g, ' ')).toContain(`take the run over first: ${command}`);
  expect(t.screen()).not.toContain('A take');
  expect(t.screen()).toContain('C copy command');
  expect((await t.press('A')).replace(/\s+/g, ' ')).toContain('Its definition came from a file');
  expect(estate.calls('adoption')).toHaveLength(0);
});

it('shows a run of somebody else as its journal has it: by whom, and no clock that runs', async () => {
  const estate = createEstate();
  const message = 'run by bob@laptop, only shown here; to take it over: opsdeck adopt redis-reshard-x7f2 -n payments';
  estate.run = { ...RUN_DETAIL, message, adoptable: true };
  const t = await launch({ estate });
  await t.until('ledger-pg');
  await t.press(':runs', KEY.enter, KEY.enter);
  const screen = await t.until('Moving slot');
  expect(screen).toContain('Running: run by bob@laptop, only shown here');
  expect(screen).toContain('as its journal keeps it');
  expect(screen).not.toContain('following');
  const clocks = () => t.screen().match(/\b\d+:\d\d\b(?!:)/g);
  const before = clocks();
  expect(t.screen()).toMatch(/started \d\d:\d\d:\d\d/);
  t.pass(65_000);
  await t.press('j');
  expect(clocks()).toEqual(before);
});

it('shows the verdict at once, and over a log that is not all there yet says so', async () => {
  const estate = createEstate();
  estate.log = [];
  estate.run = { ...RUN_DETAIL, phase: 'Succeed', finishedAt: NOW };
  const t = await launch({ estate });
  await t.until('ledger-pg');
  await t.press(':runs', KEY.enter, KEY.enter);
  const screen = await t.until('log · still arriving');
  expect(screen).toMatch(/^── redis-reshard-x7f2 · cart-redis · Succeed/m);
  expect(screen).toContain('its log is still arriving…');
  expect(screen).not.toContain('following');
  const topic = 'run:payments/redis-reshard-x7f2' as const;
  estate.emit({ t: 'log', topic, lines: [], dropped: 0, reset: false, ended: true });
  await t.until('log · ended');
  expect(t.screen()).toContain('this run wrote nothing');
});

it('shows what a run waits for: who has that one or has left it, and the way there', async () => {
  const estate = createEstate();
  const waiting: RunDetail = {
    ...RUN_DETAIL,
    uid: 'w',
    name: 'redis-check-w4it',
    phase: 'Waiting',
    message: 'waits for redis-reshard-x7f2, which has the cluster',
    blockedBy: 'redis-reshard-x7f2',
    waiter: 'bob@laptop:7',
    holder: '',
  };
  const { holder: _, ...held } = RUNNING;
  const left = { ...held, holder: '', left: { by: 'ana@bastion-3', at: NOW - 5 * 60_000, gone: true } };
  const { steps: __, conditions: ___, parameters: ____, ...row } = waiting;
  estate.rows.runs = [{ ...row, createdAt: NOW }, left];
  estate.run = waiting;
  const t = await launch({ estate });
  await t.until('ledger-pg');
  await t.press(':runs', KEY.enter, KEY.enter);
  const screen = await t.until('Waiting: waits for redis-reshard-x7f2');
  expect(screen.replace(/\s+/g, ' ')).toMatch(
    /redis-reshard-x7f2: Running since \d\d:\d\d:\d\d, executed by nobody: ana@bastion-3 is gone, last heard of at \d\d:\d\d:\d\d/,
  );
  expect(screen).toContain('b what it waits for');
  await t.press(KEY.esc);
  await t.until('nobody yet; bob@laptop:7 began to wait with it');
  await t.press(KEY.enter);
  estate.emit({ t: 'rows', topic: 'runs', reset: false, upsert: [RUNNING], remove: [] });
  await t.until('executed by ana@bastion-3');
  estate.run = RUN_DETAIL;
  await t.press('b');
  await t.until('redis-reshard-x7f2 · cart-redis · Running');
  expect(await t.press('b')).toContain('redis-reshard-x7f2 waits for no other run.');
});
