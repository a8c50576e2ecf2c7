import { afterEach, describe, it } from 'vitest';
import { createEstate, HEADER, hang, NOW } from './estate.ts';
import { expectGolden } from './golden.ts';
import { type Cockpit, closeAll, KEY, launch } from './harness.ts';
import { UNKNOWN_DETAIL } from './runs.ts';
import { toSvg } from './svg.ts';

afterEach(closeAll);

const SIZES = [
  [80, 24],
  [120, 40],
] as const;

/** Each screen as a user comes to it, by keys. */
const SCREENS: Record<string, (t: Cockpit) => Promise<unknown>> = {
  clusters: async () => undefined,
  'clusters-describe': async (t) => t.press('d'),
  roles: async (t) => t.press(':pods', KEY.enter),
  'roles-of-cluster': async (t) => {
    await t.press('/cart', KEY.enter, KEY.enter);
  },
  operations: async (t) => {
    await t.press('/cart', KEY.enter, 'o');
    await t.until('redis-reshard');
  },
  'operations-refused': async (t) => {
    await t.press('/cart', KEY.enter, 'o');
    await t.until('redis-reshard');
    await t.press('G', KEY.enter);
  },
  form: async (t) => {
    await toForm(t);
    await t.until('from cart-redis-0');
    await t.press(KEY.tab, KEY.tab, KEY.right);
  },
  'form-choices-failed': async (t) => {
    t.estate.script.choices = () => ({ state: 'failed', why: 'you may not create pods/exec in payments' });
    await toForm(t);
    await t.until('no choices');
    await t.press(KEY.tab, KEY.tab);
  },
  'form-choices-coming': async (t) => {
    t.estate.script.choices = hang;
    await toForm(t);
    await t.until('reading the choices');
  },
  'form-errors': async (t) => {
    await toForm(t);
    await t.until('from cart-redis-0');
    await t.press('0', KEY.tab, 'x', KEY.tab, KEY.right, KEY.tab, 'c', KEY.tab);
    await t.until('must not be the same as from');
  },
  plan: async (t) => {
    await toPlan(t);
  },
  'plan-destroy': async (t) => {
    await t.press('/cart', KEY.enter, 'o');
    await t.until('FlushAll');
    await t.press('jjj', KEY.enter, KEY.ctrlS);
    await t.until('Destroys on');
    t.pass(1_000);
    await t.press('cart-re');
  },
  run: async (t) => {
    await t.press(':runs', KEY.enter, KEY.enter);
    await t.until('Moving slot');
  },
  'run-stopped': async (t) => {
    await t.press(':runs', KEY.enter, KEY.enter);
    await t.until('Moving slot');
    await t.press('kkt', '/importing', KEY.enter);
  },
  'run-unknown': async (t) => {
    t.estate.run = UNKNOWN_DETAIL;
    await t.press(':runs', KEY.enter, KEY.enter);
    await t.until('outcome is unknown');
  },
  'run-unknown-reason': async (t) => {
    t.estate.run = UNKNOWN_DETAIL;
    await t.press(':runs', KEY.enter, KEY.enter);
    await t.until('outcome is unknown');
    await t.press('h', 'all slots are there, I looked');
  },
  'run-sent': async (t) => {
    await t.press(':runs', KEY.enter, KEY.enter);
    await t.until('Moving slot');
    await t.press('@');
  },
  runs: async (t) => t.press(':runs', KEY.enter),
  podlog: async (t) => {
    await t.press(':pods', KEY.enter, 'l', KEY.enter);
    await t.until('Moving slot');
  },
  messages: async (t) => {
    await t.press('/cart', KEY.enter, 'o');
    await t.until('redis-reshard');
    await t.press('G', KEY.enter, 'k', KEY.enter, ':clustrs', KEY.enter, '!');
  },
  help: async (t) => t.press('?'),
  'help-search': async (t) => {
    await t.press('/cart', KEY.enter, 'o');
    await t.until('redis-reshard');
    await t.press('G', '?', 'fill');
  },
  yaml: async (t) => {
    await t.press('/cart', KEY.enter, 'y');
    await t.until('terminationPolicy');
  },
  contexts: async (t) => {
    await t.press(':ctx', KEY.enter);
    await t.until('prod-us');
  },
  namespaces: async (t) => {
    await t.press(':ns', KEY.enter);
    await t.until('billing');
  },
  'command-line': async (t) => t.press(':ru'),
};

async function toForm(t: Cockpit): Promise<void> {
  await t.press('/cart', KEY.enter, 'o');
  await t.until('redis-reshard');
  await t.press(KEY.enter);
}

async function toPlan(t: Cockpit): Promise<void> {
  await toForm(t);
  await t.press(KEY.tab, KEY.tab, KEY.right, KEY.tab, KEY.right, KEY.right, KEY.ctrlS);
  await t.until('as a command');
}

describe.each(SIZES)('%ix%i', (columns, rows) => {
  it.each(Object.keys(SCREENS))('%s', async (name) => {
    const t = await launch({ columns, rows });
    await t.until('ledger-pg');
    await SCREENS[name]?.(t);
    expectGolden(`${name}-${columns}x${rows}`, await t.settle());
  });

  it('first frame, before anything is known', async () => {
    const estate = createEstate();
    estate.header = null;
    estate.rows = { clusters: [], instances: [], runs: [] };
    const t = await launch({ columns, rows, estate });
    expectGolden(`first-frame-${columns}x${rows}`, t.screen());
  });

  it('syncing', async () => {
    const estate = createEstate();
    estate.header = {
      ...HEADER,
      namespace: null,
      sources: [
        {
          id: 'pods',
          topics: ['clusters', 'instances'],
          freshness: { state: 'syncing', loaded: 3_500, remaining: 6_500 },
        },
      ],
    };
    estate.rows = { clusters: [], instances: estate.rows.instances, runs: [] };
    const t = await launch({ columns, rows, estate });
    expectGolden(`syncing-${columns}x${rows}`, await t.until('syncing'));
  });

  it('denied', async () => {
    const estate = createEstate();
    estate.header = {
      ...HEADER,
      mode: { kind: 'readonly' },
      sources: [
        {
          id: 'pods',
          topics: ['clusters', 'instances'],
          freshness: { state: 'denied', verb: 'list', resource: 'pods' },
        },
      ],
    };
    estate.rows = { clusters: [], instances: [], runs: [] };
    const t = await launch({ columns, rows, estate });
    expectGolden(`denied-${columns}x${rows}`, await t.until('denied'));
  });

  it('stale and unreachable', async () => {
    const estate = createEstate();
    const why = 'connect ECONNREFUSED 10.0.0.1:6443';
    estate.header = {
      ...HEADER,
      mode: { kind: 'unreachable', why, since: NOW - 42_000 },
      sources: HEADER.sources.map((source) => ({ ...source, freshness: { state: 'stale', since: NOW - 42_000, why } })),
    };
    const t = await launch({ columns, rows, estate });
    await t.until('ledger-pg');
    expectGolden(`stale-${columns}x${rows}`, await t.until('stale 42s'));
  });
});

it('ascii', async () => {
  const t = await launch({ env: { LANG: 'C' } });
  expectGolden('ascii-80x24', await t.until('ledger-pg'));
});

it('the smallest screen', async () => {
  const t = await launch({ columns: 60, rows: 15 });
  expectGolden('clusters-60x15', await t.until('ledger-pg'));
  expectGolden('too-small-59x15', await t.resize(59, 15));
});

it('the widest screen', async () => {
  const t = await launch({ columns: 200, rows: 50 });
  expectGolden('clusters-200x50', await t.until('ledger-pg'));
});

it.each(['default', 'light', 'mono'] as const)('theme %s, in colour', async (theme) => {
  const t = await launch({ columns: 100, rows: 30, options: { theme } });
  await t.until('ledger-pg');
  expectGolden(`theme-${theme}`, toSvg(t.term, theme === 'light' ? 'light' : 'dark'), 'svg');
});

it.each(['run', 'plan', 'run-unknown', 'form-errors'])('%s, in colour', async (name) => {
  const t = await launch({ columns: 100, rows: 30 });
  await t.until('ledger-pg');
  await SCREENS[name]?.(t);
  await t.settle();
  expectGolden(name, toSvg(t.term), 'svg');
});
