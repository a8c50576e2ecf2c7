/** Scenarios of what comes to an end: Jobs and CronJobs. */
import { until } from '../kit/until.ts';
import { container, job, podSpec, shell, WAIT } from './objects.ts';
import type { Scenario, Stage } from './stage.ts';
import { is, type Thing } from './watched.ts';

const ends = (line: string, more: object = {}) => podSpec([shell(line)], more);
const over = (one: Thing) => is(one, 'Complete') || is(one, 'Failed');
const ended = (stage: Stage, name: string, seconds?: number) => stage.when('Job', name, over, seconds);

export const BATCH: readonly Scenario[] = [
  {
    name: 'a Job of four, two at a time, which goes when it is old',
    async play(stage) {
      await stage.apply(job('work', { completions: 4, parallelism: 2, ttlSecondsAfterFinished: 2 }, ends('sleep 3')));
      await ended(stage, 'work');
      await stage.gone('Job', 'work');
    },
  },
  {
    name: 'an indexed Job tells each pod which it is',
    async play(stage) {
      const line = 'test "$JOB_COMPLETION_INDEX" -lt 3 && sleep 3';
      await stage.apply(job('work', { completions: 3, parallelism: 3, completionMode: 'Indexed' }, ends(line)));
      await ended(stage, 'work');
    },
  },
  {
    name: 'a Job that fails is tried again, and given up',
    async play(stage) {
      await stage.apply(job('work', { backoffLimit: 1 }, ends('sleep 3; exit 3')));
      await ended(stage, 'work');
    },
  },
  {
    name: 'a Job whose pods fail before their containers begin is tried again, and given up',
    async play(stage) {
      const initContainers = [{ ...shell('exit 3'), name: 'first' }];
      await stage.apply(job('work', { backoffLimit: 1 }, ends('sleep 3', { initContainers })));
      await ended(stage, 'work');
    },
  },
  {
    name: 'a Job whose pod is restarted in its place until it goes well',
    async play(stage) {
      const end = Math.floor(Date.now() / 1000) + 14;
      const line = `sleep 2; test "$(date +%s)" -gt ${end}`;
      await stage.apply(job('work', {}, { restartPolicy: 'OnFailure', containers: [shell(line)] }));
      await ended(stage, 'work');
    },
  },
  {
    name: 'a Job is held, let go, and held again while it runs',
    async play(stage) {
      await stage.apply(job('work', { suspend: true, completions: 1 }, podSpec([container()])));
      await stage.when('Job', 'work', (one) => is(one, 'Suspended'));
      await stage.patch('job/work', { spec: { suspend: false } });
      await stage.when('Job', 'work', (one) => one.status.ready === 1);
      await stage.patch('job/work', { spec: { suspend: true } });
      await stage.when('Job', 'work', (one) => is(one, 'Suspended') && !one.status.active && !one.status.terminating);
    },
  },
  {
    name: 'a Job that takes too long',
    async play(stage) {
      await stage.apply(job('work', { activeDeadlineSeconds: 4, parallelism: 2, completions: 2 }, podSpec()));
      await ended(stage, 'work');
    },
  },
  {
    name: 'an exit code that fails a Job at once, and one that counts for nothing',
    async play(stage) {
      const rule = (action: string, value: number) => ({ action, onExitCodes: { operator: 'In', values: [value] } });
      const podFailurePolicy = { rules: [rule('FailJob', 42), rule('Ignore', 7)] };
      await stage.apply(
        job('fails', { podFailurePolicy, backoffLimit: 3 }, ends('sleep 3; exit 42')),
        job('gives-up', { podFailurePolicy, backoffLimit: 0 }, ends('sleep 3; exit 5')),
      );
      await ended(stage, 'fails');
      await ended(stage, 'gives-up');
    },
  },
  {
    name: 'each index of a Job may fail by itself, and one that is enough ends it',
    async play(stage) {
      const indexed = { completionMode: 'Indexed', completions: 3, parallelism: 3 };
      const line = 'sleep 3; test "$JOB_COMPLETION_INDEX" != 1';
      await stage.apply(
        job('some', { ...indexed, backoffLimitPerIndex: 0, maxFailedIndexes: 2 }, ends(line)),
        job(
          'enough',
          { ...indexed, successPolicy: { rules: [{ succeededIndexes: '0', succeededCount: 1 }] } },
          ends(`trap "exit 0" TERM; sleep 3 & wait $!; test "$JOB_COMPLETION_INDEX" = 0 || { ${WAIT}; }`),
        ),
      );
      await ended(stage, 'some');
      await ended(stage, 'enough');
    },
  },
  {
    name: 'a CronJob makes a Job each minute, unless the last one runs still',
    async play(stage) {
      const cron = (name: string, spec: object, of: object) => ({
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name },
        spec: {
          schedule: '* * * * *',
          jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', ...of } } } },
          ...spec,
        },
      });
      await stage.apply(cron('quick', { successfulJobsHistoryLimit: 1 }, ends('sleep 3')));
      await stage.when('CronJob', 'quick', (one) => one.status?.lastSuccessfulTime, 90);
      await stage.patch('cronjob/quick', { spec: { suspend: true } });
      await stage.apply(cron('slow', { concurrencyPolicy: 'Forbid' }, podSpec()));
      await stage.when('CronJob', 'slow', (one) => one.status?.active?.length === 1, 90);
      await until('its pod is ready', () =>
        stage.all('Pod').some((one) => /^slow-/.test(one.metadata.name) && is(one, 'Ready')),
      );
      await stage.kubectl('delete', 'cronjob', 'slow');
    },
  },
];
