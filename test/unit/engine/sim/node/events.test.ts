import { expect, it } from 'vitest';
import { virtualClock } from '../../../../../engine/sim/clock.ts';
import { makeCluster } from '../../../../../engine/sim/cluster.ts';
import { makeRecorder } from '../../../../../engine/sim/node/events.ts';

it('many events that differ in their message become one, and who says too much is not heard for a while', () => {
  const clock = virtualClock();
  const cluster = makeCluster({ clock });
  const about = cluster.create('configmaps', { metadata: { name: 'm', namespace: 'default' } });
  const { record } = makeRecorder(cluster);
  const say = (message: string) => record(about as never, 'speaker', { type: 'Normal', reason: 'Said', message });
  const events = () => cluster.list('events').map(({ message, count }) => `${String(message)} ${String(count)}`);

  say('0');
  say('0');
  expect(events()).toEqual(['0 2']);
  for (let n = 1; n < 12; n++) say(`${n}`);
  expect(events()).toContain('(combined from similar events): 11 3');
  expect(events()).toHaveLength(10);

  for (let n = 12; n < 40; n++) say(`${n}`);
  expect(events().find((one) => one.startsWith('(combined'))).toBe('(combined from similar events): 23 15');
  clock.advance(300_000, cluster.drain);
  say('later');
  expect(events().find((one) => one.startsWith('(combined'))).toBe('(combined from similar events): later 16');
});

it('the scheduler says what fits an event of its kind', () => {
  const cluster = makeCluster({ clock: virtualClock() });
  const about = cluster.create('configmaps', { metadata: { name: 'm', namespace: 'default' } });
  const { record } = makeRecorder(cluster);
  for (const message of ['a'.repeat(1024), 'b'.repeat(1025)])
    record(about as never, 'default-scheduler', { type: 'Warning', reason: 'FailedScheduling', message });
  expect(cluster.list('events').map(({ message }) => message)).toEqual(['a'.repeat(1024), `${'b'.repeat(1020)} ...`]);
});
