import { afterEach, expect, it } from 'vitest';
import { createEstate, HEADER } from './estate.ts';
import { type Cockpit, closeAll, KEY, launch } from './harness.ts';
import { RUN_DETAIL } from './runs.ts';

afterEach(closeAll);

const title = (t: Cockpit) => t.line(1).replace(/^[─═ ]+/, '');

it('goes back and forth through screens as they were left', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press('/redis', KEY.enter, 'j', KEY.enter);
  expect(title(t)).toMatch(/^Pods of orders-redis/);
  await t.press('q');
  expect(title(t)).toMatch(/^Clusters 3 of 12 \/redis/);
  expect(t.screen()).toMatch(/^> ok {5}orders-redis/m);
  await t.press(']');
  expect(title(t)).toMatch(/^Pods of orders-redis/);
  await t.press('[');
  expect(title(t)).toMatch(/^Clusters/);
  await t.press('-');
  expect(title(t)).toMatch(/^Pods of orders-redis/);
  await t.press('-');
  expect(title(t)).toMatch(/^Clusters/);
  // Escape clears the filter first.
  await t.press(KEY.esc);
  expect(title(t)).toMatch(/^Clusters 12/);
  expect(await t.press(KEY.esc)).toContain('This is the first screen');
});

it('leaves a detail on the whole screen before it leaves the program, and gives the keys back to the list', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  expect(t.screen()).not.toContain('q back');
  for (const leave of ['q', KEY.esc, 'd']) {
    await t.press('g', 'd');
    expect(title(t)).toMatch(/^ledger-pg/);
    await t.press(leave);
    expect(title(t)).toMatch(/^Clusters/);
    expect(await t.press('j')).toMatch(/^> \S+ +search-es/m);
  }
});

it('goes home by :clusters, with what was open above it still to come', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press('j', KEY.enter, ':runs', KEY.enter, ':clusters', KEY.enter);
  expect(title(t)).toMatch(/^Clusters 12/);
  expect(t.screen()).toMatch(/^> \S+ +search-es/m);
  await t.press(']');
  expect(title(t)).toMatch(/^Pods of search-es/);
  await t.press(']');
  expect(title(t)).toMatch(/^Runs/);
  await t.press(':clusters /redis', KEY.enter);
  expect(title(t)).toMatch(/^Clusters 3 of 12 \/redis/);
});

it('moves as k9s and vi do', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  const chosen = () => /^> \S+ +(\S+)/m.exec(t.screen())?.[1];
  await t.press('j', 'j', 'k');
  expect(chosen()).toBe('search-es');
  await t.press('G');
  expect(chosen()).toBe('archive-mysql');
  await t.press('g');
  expect(chosen()).toBe('ledger-pg');
  await t.press('\x06');
  expect(chosen()).toBe('orders-redis');
  await t.press('\x02', KEY.down, KEY.up, KEY.pageDown, '\x1b[H');
  expect(chosen()).toBe('ledger-pg');
});

it('sorts by what it says, there and back', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  const first = () => t.line(3).slice(9).split(' ')[0];
  expect(await t.press('N')).toContain('by name');
  expect(first()).toBe('archive-mysql');
  await t.press('N');
  expect(first()).toBe('sessions-redis');
  await t.press('A');
  expect(first()).toBe('audit-pg');
});

it('filters while it is typed, by every form, and gives up without a trace', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press('/');
  expect(await t.press('pg')).toContain('Clusters 3 of 12 /pg');
  expect(await t.press('\x7f')).toContain('/p');
  expect(await t.press(KEY.esc)).toContain('Clusters 12 ');
  await t.press('/!redis', KEY.enter);
  expect(t.screen()).not.toContain('cart-redis');
  await t.press('/', '-f mlsq', KEY.enter);
  expect(t.screen()).toMatch(/^> busy {3}mail-mysql/m);
  // The last filter is found again by arrow up.
  await t.press(KEY.esc, '/', KEY.up);
  expect(t.screen()).toContain('Clusters 1 of 12 /-f mlsq');
  expect(await t.press('\x03')).toContain('Clusters 12 ');
  // Another filter is typed anew; an empty one clears.
  await t.press('/pg', KEY.enter, '/cart', KEY.enter);
  expect(t.screen()).toContain('Clusters 1 of 12 /cart');
  expect(await t.press('/', KEY.enter)).toContain('Clusters 12 ');
  expect(await t.press('/zzz', KEY.enter)).toContain('None of 12 clusters matches /zzz');
});

it('answers commands, completes them, and names the nearest', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  expect(await t.press(':ru', KEY.tab)).toContain(':runs');
  await t.press(KEY.enter);
  expect(title(t)).toMatch(/^Runs 6/);
  await t.press(':pods /kafka', KEY.enter);
  expect(title(t)).toMatch(/^Pods 1 of 13 \/kafka/);
  expect(await t.press(':clustrs', KEY.enter)).toContain('No command ":clustrs"; did you mean ":clusters"?');
  await t.press(':clusters', KEY.enter);
  expect(title(t)).toMatch(/^Clusters 12/);
});

it('takes digits and tab for panes, except in a log, where digits are times', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press('2', 'G');
  expect(t.screen()).toContain('kind Cluster.postgresql.cnpg.io');
  await t.press('1', 'j');
  expect(t.screen()).toMatch(/^> \? {6}search-es/m);
  await t.press(KEY.tab, 'f');
  expect(title(t)).toMatch(/^search-es/);
  await t.press(':runs', KEY.enter, KEY.enter);
  await t.until('Moving slot');
  expect(await t.press('1')).toContain('Moving slot 5461 from');
  expect(t.screen()).toContain('stopped, 1,189 below');
  expect(await t.press('0')).toContain('log · following');
});

it('switches context and namespace: everything is read anew from the first screen', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press(':runs', KEY.enter, ':ns', KEY.enter);
  await t.until('billing');
  await t.press('j', KEY.enter);
  expect(t.estate.calls('scope')[0]?.ask).toEqual({ namespace: 'billing' });
  await t.until('Now watching namespace billing');
  expect(title(t)).toMatch(/^Clusters/);
  await t.press(':ctx prod-us', KEY.enter, ':ns all', KEY.enter);
  expect(t.estate.calls('scope').map((c) => c.ask)).toEqual([
    { namespace: 'billing' },
    { context: 'prod-us' },
    { namespace: null },
  ]);
});

it('says what a refused switch was refused for, and stays', async () => {
  const estate = createEstate();
  estate.script.scope = () => ({ error: 'no context "prod-su"; did you mean "prod-us"?' });
  estate.script.namespaces = () => ({ error: 'you may not list namespaces.' });
  const t = await launch({ estate });
  await t.until('ledger-pg');
  expect(await t.press(':ctx prod-su', KEY.enter)).toContain('did you mean "prod-us"?');
  await t.press(':ns', KEY.enter);
  expect(await t.until('you may not list namespaces')).toContain(':ns NAME');
});

it('follows a log, stops when scrolled, and says what was left out', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press(':runs', KEY.enter, KEY.enter);
  await t.until('Moving slot 6664');
  const topic = 'run:payments/redis-reshard-x7f2' as const;
  const line = (seq: number, text: string) => ({
    seq,
    step: 'reshard',
    instance: 'cart-redis-0',
    stream: 'out' as const,
    text,
  });
  t.estate.emit({ t: 'log', topic, lines: [line(9_000, 'after a gap')], dropped: 41, reset: false, ended: false });
  await t.until('after a gap');
  expect(t.screen()).toContain('… 41 lines left out …');
  expect(t.screen()).toContain('1,246 lines, 41 left out');
  await t.press('k', 'k');
  const still = t.screen().split('\n').slice(7, 21);
  t.estate.emit({ t: 'log', topic, lines: [line(9_001, 'unseen')], dropped: 0, reset: false, ended: false });
  await t.until('3 below');
  expect(t.screen().split('\n').slice(7, 21)).toEqual(still);
  expect(await t.press('G')).toContain('unseen');
  expect(await t.press('t')).toMatch(/^ {2}03:20:4\d Moving slot/m);
});

it('keeps the log of the chosen step only, on request', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press(':runs', KEY.enter, KEY.enter);
  await t.until('Moving slot');
  await t.press(KEY.tab, KEY.enter);
  expect(t.screen()).toContain('log: check · cart-redis-0');
  expect(t.screen()).not.toContain('Moving slot');
  await t.press(KEY.enter, 'j', KEY.enter);
  expect(t.screen()).toContain('log: reshard · cart-redis-0');
  expect(t.screen()).toContain('Moving slot');
});

it('keeps the step that matters in sight', async () => {
  const estate = createEstate();
  const [ok, running] = RUN_DETAIL.steps;
  estate.run = {
    ...RUN_DETAIL,
    steps: [...Array.from({ length: 30 }, (_, i) => ({ ...ok!, name: `done-${i}` })), { ...running!, name: 'at-work' }],
  };
  const t = await launch({ estate });
  await t.until('ledger-pg');
  await t.press(':runs', KEY.enter, KEY.enter);
  await t.until('at-work');
});

it('shows what it is waiting for, and the error when it comes', async () => {
  const estate = createEstate();
  estate.operations = null;
  const t = await launch({ estate });
  await t.until('ledger-pg');
  await t.press('o');
  expect(t.screen()).toContain('Asking the engine…');
  const topic = 'operations:c-ledger-pg' as const;
  expect(estate.topics()).toContain(topic);
  estate.emit({ t: 'operations', topic, rows: [], error: 'the engine can not reach the cluster' });
  await t.until('the engine can not reach the cluster');
});

it('counts a repeated message instead of repeating it', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  for (let i = 0; i < 3; i++)
    t.estate.emit({ t: 'notice', level: 'error', text: 'the journal can not be written: forbidden' });
  await t.until('the journal can not be written');
  expect(await t.press('j')).toContain('1 error unread: ! shows all');
  await t.press('!');
  expect(t.screen()).toContain('the journal can not be written: forbidden (×3)');
  expect(t.screen()).toContain('Messages 1');
});

it('copies names through the terminal', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press(' ', ' ', 'c');
  expect(t.screen()).toContain('Copied 2 names');
  const osc = /\x1b\]52;c;([A-Za-z0-9+/=]+)\x07/.exec(t.written());
  expect(Buffer.from(osc?.[1] ?? '', 'base64').toString()).toBe('ledger-pg\nsearch-es');
});

it('says of each pane how fresh it is, and claims no emptiness it does not know of', async () => {
  const estate = createEstate();
  estate.rows = { clusters: [], instances: [], runs: [] };
  estate.header = {
    ...HEADER,
    sources: [
      {
        id: 'clusters.apps.kubeblocks.io',
        topics: ['clusters'],
        freshness: { state: 'absent', resource: 'clusters.apps.kubeblocks.io' },
      },
      { id: 'statefulsets.apps', topics: ['clusters'], freshness: { state: 'live', at: 0 } },
      { id: 'pods', topics: ['instances'], freshness: { state: 'down', since: 0, why: 'i/o timeout' } },
      {
        id: 'opsrequests.opsdeck.dev',
        topics: ['runs'],
        freshness: { state: 'denied', verb: 'list', resource: 'opsrequests.opsdeck.dev' },
      },
    ],
  };
  const t = await launch({ estate });
  expect(await t.until('No clusters in namespace payments.')).toMatch(/Clusters 0 .* live ──/);
  expect(await t.press(':pods', KEY.enter)).toContain('Nothing is known about pods: i/o timeout');
  expect(await t.press(':runs', KEY.enter)).toContain('You may not list opsrequests.opsdeck.dev');
  expect(t.line(0)).toContain('? running');
});

it('counts a run whose outcome is unknown as that, not as one that runs', async () => {
  const estate = createEstate();
  const [first, ...others] = estate.rows.runs.filter(({ phase }) => phase === 'Running');
  estate.rows.runs = [{ ...first!, phase: 'Unknown' }, ...others];
  const t = await launch({ estate });
  expect(await t.until('1 unknown')).toContain(`${others.length} running`);
});

it('counts runs that wait apart from those that run, as long as there is room', async () => {
  const estate = createEstate();
  const running = estate.rows.runs.filter(({ phase }) => phase === 'Running');
  const [first] = running;
  const waits = (uid: string, phase: 'Waiting' | 'Pending') => ({ ...first!, uid, name: uid, phase });
  estate.rows.runs = [...running, waits('w1', 'Waiting'), waits('w2', 'Pending')];
  const t = await launch({ estate });
  expect(await t.until('2 waiting')).toContain(`${running.length} running   2 waiting   1 bad`);
  estate.emit({ t: 'header', header: { ...estate.header!, as: 'system:serviceaccount:ops:oncall' } });
  await t.until('as system');
  expect(t.line(0)).toContain(`${running.length} running   1 bad`);
});

it('says in the line of truth that something may not be seen, however long its name, and where to go instead', async () => {
  const estate = createEstate();
  const freshness = {
    state: 'denied',
    verb: 'list',
    resource: 'verylongresources.of.a.long.group.example.com',
  } as const;
  estate.rows = { clusters: [], instances: [], runs: [] };
  estate.header = { ...HEADER, namespace: null, sources: [{ id: 'x', topics: ['clusters'], freshness }] };
  const t = await launch({ estate });
  await t.until('partly denied');
  expect(t.line(0)).toContain('partly denied');
  expect(t.screen().replaceAll(/\s+/g, ' ')).toContain('or go to a namespace that you may see: :ns NAME.');
  expect(await t.press('o')).toContain('There is no cluster to choose yet: not all have been read.');
});

it('takes behind a list’s name what k9s takes: a namespace, a context, a filter; and says what it does not take', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  const scopes = () => t.estate.calls('scope').map((c) => c.ask);
  await t.press(':clusters billing', KEY.enter);
  await t.until('Now watching namespace billing');
  expect(title(t)).toMatch(/^Clusters/);
  await t.press(':pods search @prod-us /kafka|es', KEY.enter);
  await t.until('Now watching prod-us, namespace search');
  expect(title(t)).toMatch(/^Pods .*\/kafka\|es/);
  await t.press(':runs -f resh', KEY.enter);
  expect(title(t)).toMatch(/^Runs .*\/-f resh/);
  expect(scopes()).toEqual([{ namespace: 'billing' }, { namespace: 'search', context: 'prod-us' }]);
  // Where one is already nothing is read anew.
  await t.press(':runs payments', KEY.enter);
  expect(title(t)).toMatch(/^Runs/);
  expect(await t.press(':pods app=redis', KEY.enter)).toContain('labels are not read here');
  expect(await t.press(':clusters a b', KEY.enter)).toContain('"b" is not understood');
  expect(await t.press(':messages x', KEY.enter)).toContain(':messages takes nothing more');
  expect(await t.press(':ops payments', KEY.enter)).toContain('not understood');
  expect(scopes()).toHaveLength(2);
});

it('shows a sentence that is longer than the line whole, over what stands above it, until the next key', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  const before = t.screen();
  const said = await t.press(':zzzzzz', KEY.enter);
  for (const name of ['clusters', 'roles', 'runs', 'ops', 'definitions', 'ns', 'ctx', 'messages', 'help', 'q'])
    expect(said).toContain(`:${name}`);
  expect(t.line(23)).toContain('? all');
  expect(await t.press('j')).not.toContain('No command');
  await t.press('k');
  expect(t.screen()).toBe(before);
});

it('says of a key that does nothing that it does nothing', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  expect(await t.press('Z')).toContain('Z does nothing here: ? lists the keys that do.');
  await t.press('y');
  await t.until('terminationPolicy');
  expect(await t.press(KEY.tab)).toContain('There is only one pane here.');
  expect(await t.press('2')).toContain('There is only one pane here.');
  expect(await t.press('f')).toContain('This pane has the whole screen already.');
  // One key leaves it all the same.
  expect(await t.press('q')).toMatch(/Clusters 12/);
  await t.press('f');
  expect(await t.press(KEY.tab)).toContain('f gives it back');
  await t.press('f');
  // What k9s does by these is not done here; what does it is said.
  expect(await t.press('\x04')).toContain('Nothing is deleted here');
  expect(await t.press('\x0b')).toContain('Nothing is killed here');
  expect(await t.press('s')).toContain('No shell is opened here');
  expect(await t.press('\x01')).toMatch(/^> :clusters/m);
  await t.press(KEY.esc, '0');
  expect(t.estate.calls('scope').map((c) => c.ask)).toEqual([{ namespace: null }]);
});

it('names in the first line whom requests are made as, however narrow', async () => {
  const estate = createEstate();
  estate.header = { ...HEADER, context: 'a-context-of-a-very-long-name-indeed', as: 'alice (sre)' };
  const t = await launch({ estate, columns: 60, rows: 15 });
  await t.until('ledger-pg');
  expect(t.line(0)).toContain('as alice (sre)');
});

it('says of runs that may not be seen where that is, and of whom', async () => {
  const estate = createEstate();
  const freshness = { state: 'denied', verb: 'list', resource: 'opsrequests.opsdeck.dev' } as const;
  estate.rows = { ...estate.rows, runs: [] };
  estate.header = { ...HEADER, sources: [{ id: 'x', topics: ['runs'], freshness }] };
  const t = await launch({ estate });
  await t.until('ledger-pg');
  await t.press('/cart', KEY.enter, 'r');
  expect(t.screen().replaceAll(/\s+/g, ' ')).toContain(
    "You may not list opsrequests.opsdeck.dev in namespace payments: there may be runs on cart-redis that you can't see.",
  );
});

it('says that the times of lines are not known, instead of when they were read', async () => {
  const estate = createEstate();
  estate.log = estate.log.map(({ at: _, ...line }) => line);
  const t = await launch({ estate });
  await t.until('ledger-pg');
  await t.press(':runs', KEY.enter, KEY.enter);
  await t.until('Moving slot');
  expect(await t.press('t')).toContain('When these lines were written is not known');
  expect(t.screen()).toMatch(/^ {11}Moving slot/m);
});

it('says of a key for a row that there is none yet, while nothing is known', async () => {
  const estate = createEstate();
  estate.rows = { clusters: [], instances: [], runs: [] };
  estate.header = { ...HEADER, mode: { kind: 'connecting' }, sources: [] };
  const t = await launch({ estate });
  for (const [list, what] of [
    ['clusters', 'cluster'],
    ['pods', 'pod'],
    ['runs', 'run'],
  ]) {
    await t.press(`:${list}`, KEY.enter, KEY.enter);
    await t.until(`There is no ${what} to choose yet: not all have been read.`);
  }
});
