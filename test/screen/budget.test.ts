import { afterEach, expect, it } from 'vitest';
import { createEstate, HEADER, NOW } from './estate.ts';
import { closeAll, KEY, launch } from './harness.ts';
import { instance, m } from './rows.ts';
import { logLine } from './runs.ts';

afterEach(closeAll);

const many = (n: number) =>
  Array.from({ length: n }, (_, i) => {
    const name = `orders-redis-${Math.floor(i / 3)}-shard-${i % 3}`;
    return {
      ...instance({ name, cluster: `orders-${Math.floor(i / 30)}`, role: i % 3 === 0 ? 'primary' : 'replica' }),
      uid: `u-${i}`,
      namespace: `team-${i % 40}`,
      node: `node-${i % 97}`,
      ip: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
      createdAt: NOW - (i + 120) * m,
    };
  });

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

it('a cursor key over 10,000 rows costs little on a slow link', async () => {
  const estate = createEstate();
  estate.header = { ...HEADER, namespace: null };
  estate.rows = { ...estate.rows, instances: many(10_000) };
  const t = await launch({ columns: 160, rows: 48, estate });
  await t.press(':pods', KEY.enter);
  await t.until('Pods 10,000');
  const bytes: number[] = [];
  const times: number[] = [];
  for (let i = 0; i < 60; i++) {
    const before = t.written().length;
    const at = performance.now();
    t.stdin.emit('data', 'j');
    while (t.written().length === before && performance.now() - at < 200) await new Promise((r) => setImmediate(r));
    times.push(performance.now() - at);
    await t.settle();
    bytes.push(Buffer.byteLength(t.written().slice(before)));
  }
  console.log(
    'bytes p50',
    median(bytes),
    'max',
    Math.max(...bytes),
    'ms p50',
    median(times),
    'max',
    Math.max(...times),
  );
  expect(median(bytes)).toBeLessThanOrEqual(1_100);
});

it('a cursor key among clusters writes what differs between their details, and no rule or blank anew', async () => {
  const t = await launch({ columns: 160, rows: 48 });
  await t.until('ledger-pg');
  await t.press('j');
  const bytes: number[] = [];
  for (let i = 0; i < 6; i++) {
    const before = t.written().length;
    await t.press('j');
    bytes.push(Buffer.byteLength(t.written().slice(before)));
  }
  expect(median(bytes)).toBeLessThanOrEqual(700);
});

it('an appended log frame is at most 4 KB at 160x48', async () => {
  const t = await launch({ columns: 160, rows: 48 });
  await t.press(':runs', KEY.enter, KEY.enter);
  await t.until('Moving slot');
  const sizes: number[] = [];
  for (let i = 0; i < 10; i++) {
    const before = t.written().length;
    t.estate.emit({
      t: 'log',
      topic: 'run:payments/redis-reshard-x7f2',
      lines: [logLine(2_000 + i)],
      dropped: 0,
      reset: false,
      ended: false,
    });
    await t.until(`Moving slot ${5461 + 2_000 + i} `);
    sizes.push(Buffer.byteLength(t.written().slice(before)));
  }
  console.log('log frames', sizes);
  expect(median(sizes)).toBeLessThanOrEqual(4_096);
});
