import { afterEach, expect, it } from 'vitest';
import { clashes } from '../../ui/keys/bindings.ts';
import { viewsWith } from '../../ui/views/index.ts';
import { type Rehearsal, rehearsalBindings } from '../../ui/views/rehearsal.ts';
import { closeAll, KEY, launch } from './harness.ts';

afterEach(closeAll);

it('a cockpit on a demo says so, and B breaks what the cursor is on', async () => {
  const asked: string[][] = [];
  let fail: (why: string) => void = () => {};
  const died = new Promise<string>((resolve) => {
    fail = resolve;
  });
  const rehearsal: Rehearsal = {
    notice: 'A simulated cluster.',
    choices: [
      { name: 'kill-primary', description: 'the primary dies' },
      { name: 'throttle', description: 'requests get 429' },
    ],
    run: async (...of) => {
      asked.push(of);
      return 'killed it';
    },
    died,
  };
  expect(clashes(viewsWith(rehearsalBindings(rehearsal)).bindings)).toEqual([]);
  const t = await launch({ options: { rehearsal } });
  await t.until('ledger-pg');
  expect(t.line(22)).toContain('A simulated cluster.');
  expect(t.line(23)).toContain('B break');
  await t.press('/orders-redis', KEY.enter);
  expect(await t.press('B')).toMatch(/Break \S+\/orders-redis 2/);
  // Not again on top of itself.
  await t.press('B');
  expect(await t.press('j', KEY.enter)).toContain('killed it');
  expect(t.line(1)).toContain('Clusters');
  expect(asked).toEqual([['throttle', expect.stringMatching(/^\S+\/orders-redis$/)]]);
  fail('no room');
  await t.until('the simulated cluster has failed: no room');
  // Its runs end with it.
  expect((await t.quit()).farewell).toEqual([]);
});

it('no other cockpit has that key', async () => {
  const t = await launch();
  await t.until('ledger-pg');
  await t.press('B');
  expect(t.line(1)).toContain('Clusters');
});
