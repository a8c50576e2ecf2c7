/** The list of operations, a form and a plan while definitions come, change, break and go in the cluster. */
import { afterEach, expect, it } from 'vitest';
import type { OperationRow, RunRow } from '../../engine/protocol.ts';
import { createEstate, type Estate, HEADER, NOW } from './estate.ts';
import { type Cockpit, closeAll, KEY, launch, openOperations } from './harness.ts';
import { RUNNING } from './rows.ts';
import { OPERATIONS, planOf } from './runs.ts';

afterEach(closeAll);

const TOPIC = 'operations:c-cart-redis' as const;
const tell = (estate: Estate, rows: readonly OperationRow[], topic: `operations:${string}` = TOPIC) =>
  estate.emit({ t: 'operations', topic, rows: [...rows], error: '' });
/** The operations, with some fields of one of them as they are now. */
const changed = (name: string, now: Partial<OperationRow>): OperationRow[] =>
  OPERATIONS.map((row) => (row.name === name ? { ...row, ...now } : row));
const without = (name: string) => OPERATIONS.filter((row) => row.name !== name);

async function form(t: Cockpit): Promise<void> {
  await openOperations(t);
  await t.press(KEY.enter);
  await t.until('from cart-redis-0');
}

it('follows definitions that come, change and go, with the cursor on its own', async () => {
  const t = await launch();
  await openOperations(t);
  await t.press('j');
  expect(t.screen()).toMatch(/^> redis-rebalance/m);
  const fresh: OperationRow = {
    ...OPERATIONS[1]!,
    uid: 'cluster/aaa',
    name: 'aaa',
    source: 'cluster',
    description: 'New.',
  };
  tell(t.estate, [fresh, ...OPERATIONS]);
  await t.until(/aaa +cluster +change +New\./);
  expect(t.screen()).toMatch(/^> redis-rebalance/m);
  tell(t.estate, changed('redis-rebalance', { description: 'Does it better now.', digest: 'sha256:other' }));
  await t.until(/^> redis-rebalance .*Does it better now/m);
  tell(t.estate, without('redis-rebalance'));
  await t.until('gone   redis-rebalance');
  expect(await t.press(KEY.enter)).toContain('redis-rebalance has gone: choose another row.');
  expect(t.estate.calls('choices')).toHaveLength(0);
});

it('keeps a row in its place while it is refused for a moment', async () => {
  const t = await launch();
  await openOperations(t);
  const names = () => [3, 4, 5, 6, 7, 8].map((y) => t.line(y).slice(2).split(' ')[0]);
  const before = names();
  tell(t.estate, changed('redis-reshard', { refused: 'no instance of cart-redis is a primary' }));
  await t.until('no instance of cart-redis is a primary');
  expect(names()).toEqual(before);
});

it('says of the list how fresh it is, in the words of every other source', async () => {
  const estate = createEstate();
  const t = await launch({ estate });
  await openOperations(t);
  const say = (freshness: (typeof HEADER)['sources'][number]['freshness']) =>
    estate.emit({
      t: 'header',
      header: {
        ...HEADER,
        sources: HEADER.sources.map((s) => (s.topics.includes('operations:') ? { ...s, freshness } : s)),
      },
    });
  expect(t.line(1)).toMatch(/ live ──$/);
  say({ state: 'stale', since: NOW - 12_000, why: 'the link is cut' });
  await t.until(/Operations for .* stale 12s ──/);
  say({ state: 'denied', verb: 'list', resource: 'opsdefinitions.opsdeck.dev' });
  await t.until(/^── Operations .* denied: shipped only ──/m);
  say({ state: 'absent', resource: 'opsdefinitions.opsdeck.dev' });
  await t.until(/^── Operations .* shipped only ──/m);
});

it('says which right is missing where one of the groups is closed, and shows what the other has', async () => {
  const estate = createEstate();
  const t = await launch({ estate });
  await openOperations(t);
  const of = 'opsdefinitions.opendbaas.infracreate.com';
  const say = (...freshness: (typeof HEADER)['sources'][number]['freshness'][]) => {
    const ids = [of, 'opsdefinitions.opsdeck.dev'];
    const sources = freshness.map((each, i) => ({ id: ids[i]!, topics: ['operations:' as const], freshness: each }));
    const others = HEADER.sources.filter(({ topics }) => !topics.includes('operations:'));
    estate.emit({ t: 'header', header: { ...HEADER, sources: [...others, ...sources] } });
  };
  const denied = { state: 'denied', verb: 'list', resource: of } as const;
  say(denied, { state: 'live', at: NOW });
  await t.until(/^── Operations .* partly denied ──/m);
  await t.until(/^ {2}you may not list opsdefinitions.opendbaas.infracreate.com: not shown here *$/m);
  expect(t.screen()).toMatch(/redis-rebalance/);
  say(denied, { state: 'absent', resource: 'opsdefinitions.opsdeck.dev' });
  await t.until(/^── Operations .* denied: shipped only ──/m);
  expect(t.screen()).toContain(`you may not list ${of}`);
  say({ state: 'down', since: NOW - 12_000, why: 'etcd is gone' }, { state: 'live', at: NOW });
  await t.until(/^── Operations .* partly down 12s ──/m);
  expect(t.screen()).toContain(`can't list ${of}: etcd is gone`);
  say({ state: 'live', at: NOW }, { state: 'live', at: NOW });
  await t.until(/^── Operations .* live ──/m);
  expect(t.screen()).not.toContain(of);
});

it('an open form says that its definition has changed, plans nothing of it, and is renewed with what still fits', async () => {
  const t = await launch();
  await form(t);
  await t.press('\x15', '77');
  const slots = OPERATIONS[0]!.parameters[0]!;
  const parameters = [slots, { ...slots, name: 'pause', default: '5', description: 'between slots' }];
  tell(t.estate, changed('redis-reshard', { digest: 'sha256:second', parameters }));
  expect(await t.until('was changed in the cluster')).toContain('ctrl-o');
  expect(t.screen()).toContain('ctrl-o new form');
  expect(await t.press(KEY.ctrlS)).toContain('was changed in the cluster');
  expect(t.estate.calls('plan')).toHaveLength(0);
  await t.press('\x0f');
  await t.until('pause');
  expect(t.screen()).not.toContain('was changed in the cluster');
  expect(t.screen()).toMatch(/cluster-slots {2}\[ 77 /);
  expect(t.screen()).toMatch(/pause +\[ 5 /);
  expect(t.screen()).not.toContain('password');
  await t.press(KEY.ctrlS);
  await t.until('as a command');
  expect(t.estate.calls('plan').map(({ ask }) => ask.pin)).toEqual(['sha256:second']);
});

it('says of each of two operations of one name when it was used itself', async () => {
  const estate = createEstate();
  const [shipped] = OPERATIONS.filter(({ name }) => name === 'redis-rebalance');
  const own: OperationRow = { ...shipped!, uid: 'cluster/opsdeck.dev/x', source: 'cluster', digest: 'sha256:own' };
  estate.operations = [own, shipped!];
  const ran = (digest: string, source: RunRow['source'], ago: number): RunRow => ({
    ...RUNNING,
    uid: `r-${digest}${ago}`,
    name: `r${ago}`,
    definition: 'redis-rebalance',
    digest,
    source,
    createdAt: NOW - ago * 60_000,
  });
  estate.rows.runs = [ran('sha256:own', 'cluster', 5), ran('sha256:of-a-file', 'file', 2)];
  const t = await launch({ estate });
  await t.until('ledger-pg');
  await t.press('/cart', KEY.enter, 'o');
  await t.until(/redis-rebalance +cluster .*5m ago$/m);
  expect(t.screen()).toMatch(/redis-rebalance +shipped .*–$/m);
  // As an older version of the program had it: still the shipped one.
  const before = [ran('sha256:before', 'catalog', 7)];
  t.estate.emit({ t: 'rows', topic: 'runs', reset: false, upsert: before, remove: [] });
  await t.until(/redis-rebalance +shipped .*7m ago$/m);
  expect(t.screen()).toMatch(/redis-rebalance +cluster .*5m ago$/m);
});

it('a refusal leaves the message line when its reason is gone', async () => {
  const t = await launch();
  await form(t);
  tell(t.estate, without('redis-reshard'));
  await t.until('no longer in the cluster');
  expect(await t.press(KEY.ctrlS)).toMatch(/nothing of this form can be run[\s\S]*nothing of this form can be run/);
  tell(t.estate, OPERATIONS);
  await t.until(/^(?![\s\S]*nothing of this form can be run)/);
});

it('an open form says that its definition has gone or broken, and runs nothing', async () => {
  const t = await launch();
  await form(t);
  tell(t.estate, without('redis-reshard'));
  await t.until('no longer in the cluster');
  expect(await t.press(KEY.ctrlS)).toContain('nothing of this form can be run');
  expect(await t.press('\x0f')).toContain('no longer in the cluster');
  t.estate.emit({ t: 'operations', topic: TOPIC, rows: [], error: 'the cluster is no longer there' });
  await t.until('the cluster is no longer there: nothing of this form can be run.');
  const broken = 'definition "redis-reshard": strategies.container has neither an image nor a command';
  tell(t.estate, changed('redis-reshard', { digest: '', broken, refused: broken, parameters: [] }));
  await t.until("can't be used now");
  await t.press(KEY.ctrlS, '\x0f');
  expect(t.estate.calls('plan')).toHaveLength(0);
  // A copy of it in the cluster stands for both; then it comes back as it was: the form is what it says again.
  tell(t.estate, changed('redis-reshard', { uid: 'cluster/redis-reshard', source: 'cluster' }));
  await t.until(/^── redis-reshard .*\n> cluster-slots/m);
  tell(t.estate, OPERATIONS);
  await t.press(KEY.tab, KEY.tab, KEY.right, KEY.tab, KEY.right, KEY.right, KEY.ctrlS);
  await t.until('as a command');
});

it('a plan of a definition that has changed since can not be confirmed', async () => {
  const t = await launch();
  await form(t);
  await t.press(KEY.tab, KEY.tab, KEY.right, KEY.tab, KEY.right, KEY.right, KEY.ctrlS);
  await t.until('as a command');
  t.pass(1_000);
  tell(t.estate, changed('redis-reshard', { digest: 'sha256:second' }));
  await t.until('It can not be started');
  expect(t.screen()).toContain('redis-reshard was changed in the cluster since this plan was made');
  expect(await t.press('y')).toContain('It can not be started: redis-reshard was changed');
  expect(t.estate.calls('start')).toHaveLength(0);
  expect(await t.press('e')).toContain('ctrl-o');
});

it('lists two operations of one name, and says in form, plan and confirmation which it is', async () => {
  const estate = createEstate();
  const own: OperationRow = {
    ...OPERATIONS[1]!,
    uid: 'cluster/redis-rebalance',
    source: 'cluster',
    digest: 'sha256:own',
    description: 'As we do it.',
  };
  estate.operations = [own, OPERATIONS[1]!];
  estate.script.plan = ({ definition, values, pin }) => ({
    ...planOf(definition, values),
    source: pin === 'sha256:own' ? 'cluster' : 'catalog',
    namesake: pin === 'sha256:own' ? 'cluster' : 'shipped',
    pin,
  });
  const t = await launch({ estate });
  await t.until('ledger-pg');
  await t.press('/cart', KEY.enter, 'o');
  await t.until(/redis-rebalance +cluster +change +As we do it/);
  expect(t.screen()).toMatch(/redis-rebalance +shipped +change +Evens out/);
  for (const [row, word, which] of [
    ['g', 'cluster', "the cluster's own"],
    ['G', 'shipped', 'the shipped one'],
  ] as const) {
    await t.press(row, KEY.enter);
    expect(t.line(1)).toContain(`redis-rebalance (${word}) on payments/cart-redis`);
    await t.press(KEY.ctrlS);
    await t.until('as a command');
    expect(t.line(1)).toContain(`Plan: redis-rebalance (${word})`);
    expect(t.screen()).toMatch(new RegExp(`Runs ${which} on prod-eu\\. Type y to run.*esc to leave`));
    t.pass(1_000);
    await t.press('y');
    await t.until('Moving slot');
    await t.press('q');
  }
  expect(estate.calls('start').map(({ ask }) => ask.pin)).toEqual(['sha256:own', 'sha256:redis-rebalance']);
});

it('tells two operations of one name in two groups apart', async () => {
  const estate = createEstate();
  const [at, seeds] = ['sha256:seeds', 'opendbaas.infracreate.com'];
  const own: OperationRow = { ...OPERATIONS[1]!, uid: 'cluster/opsdeck.dev/wipe', name: 'wipe', source: 'cluster' };
  estate.operations = [{ ...own, uid: `cluster/${seeds}/wipe`, group: seeds, digest: at }, own];
  estate.script.plan = ({ definition, values, pin }) => ({
    ...planOf(definition, values),
    source: 'cluster',
    namesake: pin === at ? seeds : 'opsdeck.dev',
    pin,
  });
  const t = await launch({ estate });
  await t.until('ledger-pg');
  await t.press('/cart', KEY.enter, 'o');
  await t.until(/wipe +opendbaas.infra\S* +change/);
  expect(t.screen()).toMatch(/wipe +cluster +change/);
  expect(t.screen()).toContain(`an OpsDefinition of the cluster, of ${seeds}`);
  await t.press(KEY.enter);
  expect(t.line(1)).toContain(`wipe (${seeds})`);
  await t.press(KEY.ctrlS);
  await t.until('as a command');
  expect(t.screen()).toContain(`OpsDefinition of ${seeds}`);
  expect(t.line(1)).toContain(`Plan: wipe (${seeds})`);
  expect(t.screen()).toContain('Runs on prod-eu. Type y to run');
});

it('lists what is broken with a mark and the reason, and does not open it', async () => {
  const estate = createEstate();
  const broken = 'definition "flush": parameter "password" is secret; secrets are not passed on';
  const row: OperationRow = { ...OPERATIONS[1]!, uid: 'cluster/flush', name: 'flush', source: 'cluster', digest: '' };
  estate.operations = [{ ...row, broken, refused: broken, description: 'Empties it.' }, ...OPERATIONS];
  const t = await launch({ estate });
  await t.until('ledger-pg');
  await t.press('/cart', KEY.enter, 'o');
  await t.until(/^> flush +cluster +broken +definition "flush"/m);
  expect(t.screen().replaceAll(/\s+/g, ' ')).toContain(`broken: ${broken}`);
  expect(await t.press(KEY.enter)).toContain('flush: definition "flush"');
  expect(t.screen()).toContain('Operations for cart-redis');
  expect(await t.press('/broken', KEY.enter)).toContain('1 of 7');
});

it('lists every definition by :definitions and :defs, and shows the chosen one as YAML', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press(':defs /redis', KEY.enter);
  await t.until(/^── Definitions 3 of 6 \/redis/m);
  await t.press(':definitions', KEY.enter);
  await t.until(/^── Definitions 6 ──/m);
  expect(t.screen()).toMatch(/OPERATION +FROM +EFFECT +WHAT IT DOES/);
  expect(await t.press(KEY.enter)).toContain('on a cluster, o offers what can be run on it');
  await t.press('y');
  await t.until('terminationPolicy');
  expect(t.estate.calls('yaml').at(-1)?.ask).toEqual({ kind: 'definition', uid: 'shipped/redis-reshard' });
});

it('keeps the values of a form for the next start, and never a secret', async () => {
  const { mkdtempSync, readFileSync, rmSync } = await import('node:fs');
  const { join } = await import('node:path');
  const { tmpdir } = await import('node:os');
  const dir = mkdtempSync(join(tmpdir(), 'opsdeck-values-'));
  const env = { XDG_STATE_HOME: dir };
  const first = await launch({ env });
  await form(first);
  await first.press('\x15', '321', KEY.tab, KEY.tab, KEY.right, KEY.tab, KEY.right, KEY.right);
  await first.press(KEY.tab, KEY.tab, 'hunter2', KEY.ctrlS);
  await first.until('as a command');
  await first.quit();
  expect(readFileSync(join(dir, 'opsdeck', 'history.json'), 'utf8')).not.toContain('hunter2');
  const second = await launch({ env });
  await form(second);
  expect(second.screen()).toMatch(/cluster-slots {2}\[ 1024 /);
  expect(await second.press(KEY.ctrlR)).toMatch(/cluster-slots {2}\[ 321 /);
  await second.quit();
  // Another context has pods and values of its own.
  const estate = createEstate();
  estate.header = { ...HEADER, context: 'prod-us' };
  const third = await launch({ env, estate });
  await form(third);
  expect(await third.press(KEY.ctrlR)).toContain('No earlier values');
  await third.quit();
  rmSync(dir, { recursive: true });
});
