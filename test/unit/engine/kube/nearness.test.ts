import { expect, it } from 'vitest';
import { Nearness } from '../../../../engine/kube/nearness.ts';

const MINUTE = 60_000;

it('is what the quickest answer of late says, and nothing of the network before', () => {
  let now = 0;
  const link = new Nearness(() => now);
  expect(link.near).toBe(false);
  link.answered(2);
  link.answered(400);
  expect(link.near).toBe(true);
  // From now on the answers come from far.
  for (let passed = 0; passed < 3; passed++) {
    now += 0.9 * MINUTE;
    link.answered(180);
  }
  expect(link.near).toBe(false);
  link.answered(3);
  now += 0.9 * MINUTE;
  expect(link.near).toBe(true);
});

it('knows nothing after a long silence, as after a laptop’s sleep, or once the link broke', () => {
  let now = 0;
  const link = new Nearness(() => now);
  link.answered(1);
  now += 10 * MINUTE;
  expect(link.near).toBe(false);
  link.answered(1);
  expect(link.near).toBe(true);
  link.broke();
  expect(link.near).toBe(false);
});
