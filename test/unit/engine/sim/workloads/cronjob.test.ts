import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nextDue } from '../../../../../engine/sim/kinds/validators/cron.ts';
import { type Lab, openLab } from './lab.ts';

let lab: Lab;
beforeEach(() => {
  lab = openLab();
});
afterEach(() => lab.close());

const make = (tool: string, spec: object = {}) =>
  lab.cluster.create('cronjobs.batch', {
    metadata: { name: 'c', namespace: 'default' },
    spec: {
      schedule: '* * * * *',
      jobTemplate: {
        metadata: { labels: { of: 'c' } },
        spec: {
          template: {
            metadata: { labels: { job: 'c' } },
            spec: {
              restartPolicy: 'Never',
              terminationGracePeriodSeconds: 1,
              containers: [{ name: 'c', image: 'test/x', command: [tool] }],
            },
          },
        },
      },
      ...spec,
    },
  });
const jobs = () =>
  lab.cluster
    .list('jobs.batch')
    .map(({ metadata }) => metadata.name)
    .sort();
const status = () => lab.cluster.get('cronjobs.batch', 'default', 'c')?.status as Record<string, unknown>;
/** The cluster's clock begins with 2026. */
const MINUTE = Date.UTC(2026, 0, 1) / 60_000;

describe('a CronJob', () => {
  it('makes a Job whenever it is due, and keeps as many of the past as it says', async () => {
    make('ok', { successfulJobsHistoryLimit: 2 });
    await lab.live(30_000);
    expect(jobs()).toEqual([]);
    await lab.live(31_000);
    expect(jobs()).toEqual([`c-${MINUTE + 1}`]);
    expect(status()).toMatchObject({
      lastScheduleTime: '2026-01-01T00:01:00Z',
      active: [{ kind: 'Job', name: `c-${MINUTE + 1}` }],
    });
    expect(lab.cluster.list('jobs.batch')[0]?.metadata).toMatchObject({
      labels: { of: 'c' },
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T00:01:00Z' },
      ownerReferences: [{ kind: 'CronJob', name: 'c', controller: true }],
    });
    await lab.live(10_000);
    expect(status().active).toBeUndefined();
    expect(status().lastSuccessfulTime).toMatch(/^2026-01-01T00:01:/);
    await lab.live(180_000);
    expect(jobs()).toEqual([`c-${MINUTE + 3}`, `c-${MINUTE + 4}`]);
    expect(lab.events('c').slice(0, 2)).toEqual([
      `SuccessfulCreate: Created job c-${MINUTE + 1}`,
      `SawCompletedJob: Saw completed job: c-${MINUTE + 1}, condition: Complete`,
    ]);
  });

  it('makes none while it is suspended, and no second one beside the first where that is forbidden', async () => {
    make('server', { concurrencyPolicy: 'Forbid', suspend: true });
    await lab.live(70_000);
    expect(jobs()).toEqual([]);
    lab.cluster.patch('cronjobs.batch', 'default', 'c', { spec: { suspend: false } });
    await lab.live(180_000);
    expect(jobs()).toEqual([`c-${MINUTE + 1}`]);
    expect(lab.events('c').some((event) => event.startsWith('JobAlreadyActive:'))).toBe(true);
  });

  it('replaces the one that runs where it shall', async () => {
    make('server', { concurrencyPolicy: 'Replace' });
    await lab.live(125_000);
    expect(jobs()).toEqual([`c-${MINUTE + 2}`]);
    expect(status().active).toHaveLength(1);
  });
});

describe('a schedule is due', () => {
  const at = (text: string) => Date.parse(`${text}Z`);
  it.each([
    ['*/15 * * * *', '', '2026-03-01T10:07:30', '2026-03-01T10:15:00'],
    ['0 3 * * 1-5', '', '2026-03-06T03:00:00', '2026-03-09T03:00:00'],
    ['0 0 29 2 *', '', '2026-03-01T00:00:00', '2028-02-29T00:00:00'],
    ['0 0 13 * fri', '', '2026-03-07T00:00:00', '2026-03-13T00:00:00'],
    ['0 0 14 * fri', '', '2026-03-07T00:00:00', '2026-03-13T00:00:00'],
    ['@yearly', '', '2026-03-07T00:00:00', '2027-01-01T00:00:00'],
    ['30 2 * * *', 'Europe/Berlin', '2026-07-01T12:00:00', '2026-07-02T00:30:00'],
    ['@every 1h30m', '', '2026-03-07T00:00:00', '2026-03-07T01:30:00'],
  ])('%s %s after %s at %s', (schedule, zone, after, due) => {
    expect(nextDue(schedule, at(after), zone)).toBe(at(due));
  });

  it('never on a day that no month has', () => {
    expect(nextDue('0 0 30 2 *', at('2026-01-01T00:00:00'))).toBeUndefined();
  });
});
