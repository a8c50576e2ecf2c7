import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { indexes, ranges } from '../../../../../engine/sim/workloads/jobIndexes.ts';
import { type Lab, openLab, template } from './lab.ts';

let lab: Lab;
beforeEach(() => {
  lab = openLab();
});
afterEach(() => lab.close());

const make = (spec: object, container: object) =>
  lab.cluster.create('jobs.batch', {
    metadata: { name: 'j', namespace: 'default' },
    spec: { template: { spec: { ...template({}, container).spec, restartPolicy: 'Never' } }, ...spec },
  });
const status = () =>
  lab.cluster.get('jobs.batch', 'default', 'j')?.status as {
    conditions?: { type: string; reason: string; message: string }[];
    failed?: number;
    completedIndexes?: string;
    failedIndexes?: string;
  };
const end = () => status().conditions?.map(({ type, reason }) => `${type} ${reason}`);
const rule = (action: string, value: number) => ({ action, onExitCodes: { operator: 'In', values: [value] } });
const FAIL = { command: ['fail'] }; // with 4

describe('a Job', () => {
  it('fails at once by an exit code of its policy, and says which rule it was', async () => {
    make({ podFailurePolicy: { rules: [rule('Ignore', 7), rule('FailJob', 4)] } }, FAIL);
    await lab.live(4000);
    expect(end()).toEqual(['FailureTarget PodFailurePolicy', 'Failed PodFailurePolicy']);
    expect(status().conditions?.[0]?.message).toMatch(
      /^Container c for pod default\/j-\w{5} failed with exit code 4 matching FailJob rule at index 1$/,
    );
  });

  it('goes on after an exit code that counts for nothing', async () => {
    make({ backoffLimit: 0, podFailurePolicy: { rules: [rule('Ignore', 4)] } }, FAIL);
    await lab.live(60_000);
    expect(lab.pods('j-').length).toBeGreaterThan(2);
    expect([end(), status().failed]).toEqual([undefined, undefined]);
  });

  it('gives up its indexes one by one', async () => {
    make(
      { completionMode: 'Indexed', completions: 2, parallelism: 2, backoffLimitPerIndex: 1 },
      { command: ['sh', '-c', 'test "$JOB_COMPLETION_INDEX" = 0'] },
    );
    for (let i = 0; i < 60 && !status().failedIndexes; i++) {
      await lab.live(1000);
      await new Promise((done) => setTimeout(done, 20));
    }
    await lab.live(2000);
    expect(status()).toMatchObject({ completedIndexes: '0', failedIndexes: '1', failed: 2 });
    expect(end()).toEqual(['FailureTarget FailedIndexes', 'Failed FailedIndexes']);
    const counts = lab
      .pods('j-1-')
      .map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-index-failure-count']);
    expect(counts.sort()).toEqual(['0', '1']);
  });

  it('lets go of its pods when it goes before them', async () => {
    make({}, {});
    await lab.live(1000);
    lab.cluster.delete('jobs.batch', 'default', 'j', { propagationPolicy: 'Background' });
    await lab.live(5000);
    expect(lab.pods('j-')).toEqual([]);
  });
});

it('sets of indexes are written as a status has them', () => {
  expect(ranges([7, 1, 4, 3, 5])).toBe('1,3-5,7');
  expect(ranges([1, 0])).toBe('0,1');
  expect(indexes('0,1,3-5')).toEqual([0, 1, 3, 4, 5]);
});
