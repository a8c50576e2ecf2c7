import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import { createEstate, type Estate, hang } from './estate.ts';
import { type Cockpit, closeAll, KEY, launch, openOperations } from './harness.ts';
import { MASTERS_READ, OPERATIONS, planOf, UNKNOWN_DETAIL } from './runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'opsdeck-editor-'));
afterEach(closeAll);
afterAll(() => rmSync(folder, { recursive: true }));

/** An editor that does what the shell text says with the file $1, and lists its folder and mode beside it. */
function editor(script: string): string {
  const file = join(folder, 'editor.sh');
  writeFileSync(file, `#!/bin/sh\ncat "$1" >>${folder}/seen\nstat -c %a "$1" >>${folder}/modes\n${script}\n`, {
    mode: 0o755,
  });
  return file;
}

const started = (estate: Estate) => estate.calls('start');

async function form(t: Cockpit): Promise<void> {
  await openOperations(t);
  await t.press(KEY.enter);
  await t.until('cluster-slots');
}
async function plan(t: Cockpit): Promise<void> {
  await form(t);
  await t.press(KEY.tab, KEY.tab, KEY.right, KEY.tab, KEY.right, KEY.right, KEY.ctrlS);
  await t.until('as a command');
}

it('names the key that helps in a form, where ? is text', async () => {
  const t = await launch();
  await form(t);
  expect(await t.press('\x1b[15~')).toContain('f5 does nothing here: f1 lists the keys that do.');
});

it('goes from a cluster to its run: operation, form, plan, y', async () => {
  const t = await launch();
  await plan(t);
  t.pass(1_000);
  await t.press('y');
  await t.until('redis-reshard-x7f2');
  await t.until('Moving slot');
  expect(started(t.estate)).toHaveLength(1);
  expect(started(t.estate)[0]?.ask).toEqual({
    cluster: 'c-cart-redis',
    definition: 'redis-reshard',
    pin: 'sha256:redis-reshard',
    digest: 'sha256:4b1c',
    values: { 'cluster-slots': '1024', port: '6379', from: 'cart-redis-0', to: 'cart-redis-1', dry: 'false' },
  });
  // Back leads to the operations, not to a form that has been used.
  expect(await t.press('q')).toContain('Operations for cart-redis');
});

it('never confirms by a key that was typed before the plan could be read', async () => {
  const t = await launch();
  await form(t);
  await t.press(KEY.tab, KEY.tab, KEY.right, KEY.tab, KEY.right, KEY.right);
  t.stdin.emit('data', `${KEY.ctrlS}y`);
  await t.until('as a command');
  expect(await t.press('y')).toContain('Read the plan first');
  expect(started(t.estate)).toHaveLength(0);
  t.pass(400);
  await t.press('y');
  expect(started(t.estate)).toHaveLength(1);
});

it('starts once, however often y is pressed while the answer is out', async () => {
  const estate = createEstate();
  estate.script.start = hang;
  const t = await launch({ estate });
  await plan(t);
  t.pass(1_000);
  t.stdin.emit('data', 'yyy');
  await t.until('Starting on prod-eu');
  expect(await t.press('y')).toContain('being started');
  expect(started(estate)).toHaveLength(1);
  // Leaving now would lose the answer: ctrl-c asks.
  expect(await t.press(KEY.ctrlC)).toContain('Leave all the same?');
  await t.press('n');
  const [call] = started(estate);
  estate.answer(call!.id, { namespace: 'payments', name: 'redis-reshard-x7f2' });
  await t.until('Moving slot');
});

it('keeps a refused start on the plan, with the reason', async () => {
  const estate = createEstate();
  estate.script.start = () => ({ error: 'The plan has changed since it was shown: make it again.' });
  const t = await launch({ estate });
  await plan(t);
  t.pass(1_000);
  await t.press('y');
  const screen = await t.until('The plan has changed');
  expect(screen).toContain('Type y to run');
  expect(await t.press('!')).toContain('error The plan has changed');
});

it('lets a plan be left: what destroys wants the name, what reads wants Enter', async () => {
  const t = await launch();
  await openOperations(t);
  await t.press('jjj', KEY.enter, KEY.ctrlS);
  await t.until('Destroys on');
  t.pass(1_000);
  expect(await t.press('y')).toContain('[ y');
  expect(await t.press(KEY.enter)).toContain("Type the cluster's name to run it: cart-redis");
  await t.press('\x15', 'cart-redis', KEY.enter);
  expect(started(t.estate)).toHaveLength(1);
  await t.press('q', 'k', KEY.enter, KEY.ctrlS);
  await t.until('Enter to run');
  t.pass(1_000);
  expect(await t.press('y')).toContain('not confirmed by y');
  await t.press(KEY.enter);
  expect(started(t.estate).map((c) => c.ask.definition)).toEqual(['FlushAll', 'redis-check']);
});

it('refuses a plan that can not be started, and names the missing right', async () => {
  const estate = createEstate();
  estate.script.plan = ({ definition, values }) => ({
    ...planOf(definition, values),
    permissions: [{ verb: 'create', resource: 'pods/exec', namespace: 'payments', allowed: false }],
  });
  const t = await launch({ estate });
  await plan(t);
  t.pass(1_000);
  expect(await t.press('y')).toContain('you may not create pods/exec in payments');
  expect(started(estate)).toHaveLength(0);
});

it('sends nothing that changes the cluster when read-only, by whatever way', async () => {
  for (const by of ['option', 'engine'] as const) {
    const estate = createEstate();
    estate.run = UNKNOWN_DETAIL;
    if (by === 'engine' && estate.header) estate.header = { ...estate.header, mode: { kind: 'readonly' } };
    const t = await launch({ estate, options: { readonly: by === 'option' } });
    await plan(t);
    t.pass(1_000);
    expect(await t.press('y')).toContain('Read-only');
    await t.press('?', 'run it', KEY.enter, KEY.enter);
    await t.press(':runs', KEY.enter);
    expect(await t.press('x')).toContain('Read-only');
    await t.press(KEY.enter);
    await t.until('outcome is unknown');
    expect(await t.press('h')).toContain('Read-only');
    expect(await t.press('c')).toContain('Read-only');
    const methods = estate.sent.flatMap((m) => (m.t === 'call' ? [m.method] : []));
    for (const write of ['start', 'cancel', 'resolve']) expect(methods).not.toContain(write);
    await t.quit();
  }
});

it('is not disturbed by an answer that comes after its screen was left', async () => {
  const estate = createEstate();
  estate.script.plan = hang;
  const t = await launch({ estate });
  await form(t);
  await t.press(KEY.tab, KEY.tab, KEY.right, KEY.tab, KEY.right, KEY.right, KEY.ctrlS);
  await t.until('planning');
  await t.press(KEY.esc, KEY.esc);
  const before = await t.press('j');
  const [call] = estate.calls('plan');
  estate.answer(call!.id, planOf('redis-reshard', {}));
  expect(await t.settle()).toBe(before);
});

it('does not show a plan of values that have been changed since', async () => {
  const estate = createEstate();
  estate.script.plan = hang;
  const t = await launch({ estate });
  await form(t);
  await t.press(KEY.tab, KEY.tab, KEY.right, KEY.tab, KEY.right, KEY.right, KEY.ctrlS);
  await t.until('planning');
  await t.press(KEY.right);
  const [call] = estate.calls('plan');
  estate.answer(call!.id, planOf('redis-reshard', {}));
  await t.settle();
  expect(t.screen()).toContain('redis-reshard (shipped) on payments/cart-redis');
  expect(t.screen()).not.toContain('as a command');
});

it('submits nothing by a pasted newline, and takes no paste as keys', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  const list = t.screen();
  expect(await t.press(KEY.paste('jj\ny\n:q\n'))).toContain('Pasted text is not taken here (8 characters).');
  expect((await t.press('k')).split('\n').slice(0, 12)).toEqual(list.split('\n').slice(0, 12));
  await form(t);
  // The first field's default is cleared, then something with line breaks is pasted.
  await t.press('\x15', KEY.paste('5\n12\n'));
  expect(t.screen()).toMatch(/> cluster-slots {2}\[ 5 12 /);
  expect(t.screen()).toContain('must be a whole number');
  expect(t.screen()).toContain('2 lines were pasted as one: their ends became spaces.');
  expect(await t.press(KEY.esc, ':', KEY.paste('ns\nbilling'))).toContain('2 lines were pasted as one');
  expect(t.screen()).toContain(':ns billing');
  await t.press(KEY.esc);
  expect(t.estate.calls('plan')).toHaveLength(0);
});

it('shows errors at their fields, goes back and forth, and keeps what was typed', async () => {
  const t = await launch();
  await form(t);
  expect(await t.press('\x15', '99999')).toContain('must be at most 16384');
  // The first field in the way is gone to, and named.
  await t.press(KEY.tab, KEY.ctrlS);
  expect(t.screen()).toMatch(/> cluster-slots/);
  expect(t.screen()).toContain('cluster-slots must be at most 16384');
  await t.press('\x15', '512', KEY.tab, KEY.tab, 'c', KEY.tab, 'c', KEY.ctrlS);
  await t.until('to must not be the same as from');
  expect(t.screen()).toMatch(/> to\*/);
  await t.press(KEY.right, KEY.ctrlS);
  await t.until('as a command');
  await t.press('e');
  expect(t.screen()).toMatch(/cluster-slots {2}\[ 512 /);
  expect(t.screen()).toMatch(/to\* +\[ cart-redis-1/);
  // A new form of the same operation gets the values of the last plan on request.
  await t.press(KEY.esc, KEY.enter);
  expect(t.screen()).toMatch(/cluster-slots {2}\[ 1024 /);
  expect(await t.press(KEY.ctrlR)).toMatch(/cluster-slots {2}\[ 512 /);
});

it('never shows a secret', async () => {
  const t = await launch();
  await form(t);
  await t.press(KEY.backTab, 'hunter2');
  expect(t.screen()).toMatch(/> password +\[ \*{7}/);
  await t.press(KEY.backTab);
  expect(t.screen()).not.toContain('hunter2');
  expect(t.written()).not.toContain('hunter2');
});

it('says when the chosen row has gone, and acts on nothing until another is chosen', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press('j', 'j');
  expect(t.screen()).toMatch(/^> busy {3}events-kafka/m);
  t.estate.emit({ t: 'rows', topic: 'clusters', reset: false, upsert: [], remove: ['c-events-kafka'] });
  await t.until('gone   events-kafka');
  expect(await t.press('o')).toContain('events-kafka has gone: choose another row.');
  expect(t.estate.topics().filter((topic) => topic.startsWith('operations:'))).toEqual([]);
  await t.press('j', 'o');
  await t.until('Operations for mail-mysql');
});

it('a newcomer above a cursor that was never moved does not get the next key', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  expect(t.screen()).toMatch(/^> bad {4}ledger-pg/m);
  const row = t.estate.rows.clusters.find((c) => c.name === 'ledger-pg')!;
  const newcomer = { ...row, uid: 'c-aaa', name: 'aaa-pg' };
  t.estate.emit({ t: 'rows', topic: 'clusters', reset: false, upsert: [newcomer], remove: [] });
  await t.until('aaa-pg');
  expect(t.screen()).toMatch(/^> bad {4}ledger-pg/m);
  await t.press('o');
  await t.until('Operations for ledger-pg');
});

it('follows its row when the order changes under it', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press('/orders', KEY.enter, KEY.esc);
  expect(t.screen()).toMatch(/^> ok {5}orders-redis/m);
  const row = t.estate.rows.clusters.find((c) => c.name === 'orders-redis');
  t.estate.emit({
    t: 'rows',
    topic: 'clusters',
    reset: false,
    upsert: [{ ...row!, health: 'bad', now: 'down' }],
    remove: [],
  });
  await t.until(/^> bad {4}orders-redis/m);
  expect(t.screen()).toContain('2 bad');
});

it('cancels only after a yes', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press(':runs', KEY.enter, 'x');
  expect(t.screen()).toContain('Cancel redis-reshard-x7f2?');
  await t.press('n');
  expect(t.estate.calls('cancel')).toHaveLength(0);
  await t.press('x', 'y');
  expect(t.estate.calls('cancel')[0]?.ask).toEqual({ namespace: 'payments', name: 'redis-reshard-x7f2' });
  expect(await t.until('is being cancelled')).not.toContain('y/n');
  await t.press('j', 'j', 'x');
  expect(t.screen()).toContain('has ended: Failed');
});

it('settles an unknown outcome with a reason only', async () => {
  const estate = createEstate();
  estate.run = UNKNOWN_DETAIL;
  const t = await launch({ estate });
  await t.until('ledger-pg');
  await t.press(':runs', KEY.enter, KEY.enter);
  await t.until('outcome is unknown');
  expect(await t.press(KEY.enter)).toContain('Choose first: h, n or a.');
  await t.press('n');
  expect(await t.press(KEY.enter)).toContain('A reason is wanted');
  await t.press('the log says it never began', KEY.enter);
  expect(estate.calls('resolve')[0]?.ask).toEqual({
    namespace: 'payments',
    name: 'redis-reshard-x7f2',
    verdict: 'did-not',
    reason: 'the log says it never began',
  });
});

it('says why a refused operation is refused, and keeps the sentence', async () => {
  const t = await launch();
  await openOperations(t);
  await t.press('G');
  expect(await t.press(KEY.enter)).toContain('FailoverTest: you may not: delete pods in payments');
  expect(await t.press('!')).toContain('warn  FailoverTest: you may not: delete pods in payments');
});

it('runs from the menu what it lists, and says why not', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press('/cart', KEY.enter, '?', 'operations for', KEY.enter);
  await t.until('Operations for cart-redis');
  await t.press('G', '?', 'fill in');
  expect(t.screen()).toContain('not now: FailoverTest: you may not: delete pods in payments');
  expect(await t.press(KEY.enter)).toContain('FailoverTest: you may not: delete pods in payments');
});

it('shows only the chosen catalog entry’s own parameters', async () => {
  const t = await launch();
  await openOperations(t);
  expect(t.screen()).toContain('cluster-slots integer 1..16384 = 1024');
  expect(await t.press('j')).toContain(OPERATIONS[1]!.description);
  expect(t.screen()).not.toContain('cluster-slots integer');
});

it('says why a context that can not be used shows nothing, and where it is instead of where it began', async () => {
  const estate = createEstate();
  const why = 'context "prod-us" names user "ghost", which no kubeconfig file defines';
  estate.rows = { clusters: [], instances: [], runs: [] };
  estate.header = {
    context: 'prod-us',
    server: '',
    namespace: null,
    user: '',
    as: '',
    mode: { kind: 'unreachable', why, since: 0 },
    sources: [],
    journal: 'unknown',
  };
  const t = await launch({ estate });
  const screen = (await t.until('Nothing is known about clusters')).replace(/\s+/g, ' ');
  expect(screen).toContain(`Nothing is known about clusters: ${why}`);
  expect(screen).not.toContain('all namespaces');
  await t.press(':ctx', KEY.enter);
  await t.until('staging');
  expect(t.screen()).toMatch(/prod-us +current/);
  expect(t.screen()).not.toMatch(/prod-eu +current/);
});

it('edits the whole form as YAML in the user’s editor, and loses no text that can not be read', async () => {
  const EDITOR = editor(`sed -i -e 's/^cluster-slots:.*/cluster-slots: 77/' -e 's/^from:.*/from: cart-redis-1/' "$1"`);
  const t = await launch({ env: { EDITOR } });
  await form(t);
  await t.press(KEY.ctrlE);
  await t.until('[ 77 ');
  expect(t.screen()).toMatch(/from\S* +\[ cart-redis-1 /);
  const seen = readFileSync(join(folder, 'seen'), 'utf8');
  expect(seen).toContain('# redis-reshard on payments/cart-redis.');
  expect(seen).toContain('# 1..16384; how many slots to move\ncluster-slots: 1024');
  // A secret has no place in a file.
  expect(seen).not.toContain('password');
  expect(readFileSync(join(folder, 'modes'), 'utf8')).toBe('600\n');

  editor(`echo 'to: [' >"$1"`);
  await t.press(KEY.ctrlE);
  await t.until('Not taken: line 2');
  expect(t.screen()).toContain('[ 77 ');
  editor(`sed -i 's/\\[/cart-redis-0/' "$1"`);
  await t.press(KEY.ctrlE);
  await t.until(/to\S* +\[ cart-redis-0 /);

  editor(`echo 'fron: x' >"$1"`);
  await t.press(KEY.ctrlE);
  await t.until('there is no field "fron"; did you mean "from"? ctrl-e');
  editor('exit 3');
  await t.press(KEY.ctrlE);
  await t.until('Nothing has changed: the editor ended with 3');
  expect(t.screen()).toContain('[ 77 ');
});

it('reads the choices of a field without holding up the form, anew when a field that they need has changed', async () => {
  const estate = createEstate();
  estate.script.choices = hang;
  const t = await launch({ estate });
  await form(t);
  await t.until('reading the choices');
  const asked = () => estate.calls('choices');
  expect(asked().map(({ ask }) => [ask.parameter, ask.values.port])).toEqual([
    ['from', '6379'],
    ['to', '6379'],
  ]);
  // The keys go on meanwhile, and what is typed is the beginning of what is to come.
  await t.press(KEY.tab, KEY.tab, 'cart-redis-');
  estate.answer(asked()[0]!.id, MASTERS_READ);
  await t.until('from cart-redis-0');
  await t.press('1');
  expect(t.screen()).toMatch(/^> from\* +\[ cart-redis-1 · 5462 slots/m);
  await t.press(KEY.backTab, '0', KEY.tab);
  expect(
    asked()
      .slice(2)
      .map(({ ask }) => [ask.parameter, ask.values.port]),
  ).toEqual([
    ['from', '63790'],
    ['to', '63790'],
  ]);
  // An answer about the port that was there before says nothing any more.
  estate.answer(asked()[1]!.id, MASTERS_READ);
  expect(await t.settle()).not.toContain('from cart-redis-0');
  estate.answer(asked()[3]!.id, { state: 'failed', why: 'nobody listens on 63790' });
  await t.press(KEY.tab);
  await t.until('could not be read: nobody listens on 63790');
  await t.press('anything');
  expect(t.screen()).toMatch(/^> to\* +\[ anything /m);
  expect(t.screen()).not.toContain('not among');
});
