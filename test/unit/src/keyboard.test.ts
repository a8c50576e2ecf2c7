import { expect, it } from 'vitest';
import { keyboard } from '../../../src/keyboard.ts';

it('is read by one at a time, also after one that failed', async () => {
  const order: string[] = [];
  let finish = () => {};
  const first = keyboard(async () => {
    order.push('login begins');
    await new Promise<void>((done) => {
      finish = done;
    });
    order.push('login ends');
    throw new Error('no');
  });
  const second = keyboard(async () => order.push('question'));
  await Promise.resolve();
  await Promise.resolve();
  expect(order).toEqual(['login begins']);
  finish();
  await expect(first).rejects.toThrow('no');
  await second;
  expect(order).toEqual(['login begins', 'login ends', 'question']);
});
