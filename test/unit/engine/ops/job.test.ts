import { describe, expect, test } from 'vitest';
import { argvDigest, FINALIZER, type JobRequest, jobManifest, jobName } from '../../../../engine/ops/job/manifest.ts';
import { type JobObject, jobState, type PodObject } from '../../../../engine/ops/job/state.ts';

const request: JobRequest = {
  namespace: 'ns',
  run: 'redis-reshard-x7f2',
  step: 'redis-reshard',
  instance: 'redis-0',
  n: 1,
  image: 'redis-cli:lastest',
  argv: ['sh', '-c', 'echo $HOME $$ $(date)', 'x'],
  commandLength: 2,
  env: { OPS_A: '$(OPS_B)' },
  owner: undefined,
};

describe('the name of a Job', () => {
  test('is readable where it may be, and always valid and its own', () => {
    expect(jobName(request)).toBe('redis-reshard-x7f2-redis-reshard-redis-0-1');
    const odd = [
      { ...request, run: 'r'.repeat(60) },
      { ...request, step: 'A step: with "words"' },
      { ...request, instance: 'pod.with.dots-0' },
      { ...request, instance: 'pod-with-dots-0' },
      { ...request, instance: '', step: 'x'.repeat(63) },
    ].map(jobName);
    for (const name of odd) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    expect(new Set(odd).size).toBe(odd.length);
    expect(jobName({ ...request, n: 2 })).not.toBe(jobName(request));
  });
});

test('the manifest runs the argv literally, once, and keeps its name until the result is recorded', () => {
  const job = jobManifest(request);
  expect(job.metadata.finalizers).toEqual([FINALIZER]);
  expect(job.spec).toMatchObject({
    backoffLimit: 0,
    podReplacementPolicy: 'Failed',
    template: {
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        containers: [
          {
            // Kubernetes makes one `$` of two.
            command: ['sh', '-c'],
            args: ['echo $$HOME $$$$ $$(date)', 'x'],
            env: [{ name: 'OPS_A', value: '$$(OPS_B)' }],
          },
        ],
      },
    },
  });
  expect(jobManifest(request, { never: true }).spec).toMatchObject({ suspend: true });
  const { containers } = (
    jobManifest({ ...request, argv: [], commandLength: 0 }).spec as { template: { spec: { containers: object[] } } }
  ).template.spec;
  expect(containers[0]).not.toHaveProperty('command');
  expect(argvDigest({ ...request, argv: ['other'] })).not.toBe(argvDigest(request));
});

describe('what a Job and its pod say', () => {
  type State = NonNullable<NonNullable<PodObject['status']>['containerStatuses']>[number]['state'];
  const pod = (state: State, status: PodObject['status'] = {}): PodObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    status: { ...status, containerStatuses: [{ name: 'main', state: state ?? {} }] },
  });
  const job = (...conditions: { type: string; status: string; message?: string }[]): JobObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j' },
    status: { conditions },
  });
  const of = (...pods: PodObject[]) => jobState(job(), pods, 'tool:1');

  test('running, ended, ended by a signal, never able to start', () => {
    expect(of(pod({ running: {} }))).toEqual({ at: 'running', pod: 'p' });
    expect(of(pod({ terminated: { exitCode: 0, reason: 'Completed' } }))).toEqual({
      at: 'ended',
      pod: 'p',
      code: 0,
      why: '',
    });
    expect(of(pod({ terminated: { exitCode: 137, reason: 'OOMKilled' } }))).toMatchObject({
      code: 137,
      why: 'OOMKilled',
    });
    const start = { exitCode: 128, reason: 'StartError', message: 'exec: "nope": not found' };
    expect(of(pod({ terminated: start }))).toMatchObject({ code: 128, why: 'StartError: exec: "nope": not found' });
  });

  test('an image that can’t be pulled: at once where waiting can’t mend it, else within seconds', () => {
    const waiting = (reason: string, message = '') => of(pod({ waiting: { reason, message } }));
    expect(waiting('ContainerCreating')).toEqual({ at: 'waiting' });
    expect(waiting('InvalidImageName')).toMatchObject({
      stuck: { patienceMs: 0, why: 'image "tool:1" is no valid name of an image' },
    });
    expect(waiting('ErrImagePull', 'not found\n\u001b[31mred')).toMatchObject({
      stuck: { patienceMs: 15_000, why: 'image "tool:1" can\'t be pulled: not found red' },
    });
  });

  test('no node takes it', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }];
    expect(jobState(job(), [{ ...pod({}), status: { conditions } }], 'x')).toMatchObject({
      stuck: { why: 'no node takes its pod: 0/3 nodes' },
    });
  });

  test('what is gone is unknown, unless the Job says that it succeeded', () => {
    expect(jobState(job({ type: 'Complete', status: 'True' }), [], 'x')).toEqual({ at: 'succeeded' });
    expect(jobState(job({ type: 'Failed', status: 'True', message: 'limit' }), [], 'x')).toMatchObject({ at: 'lost' });
    const evicted = { ...pod({}), status: { phase: 'Failed', reason: 'Evicted', message: 'disk' } };
    expect(of(evicted)).toEqual({ at: 'lost', why: 'Evicted: disk' });
    const unknown = { exitCode: 137, reason: 'ContainerStatusUnknown' };
    expect(of(pod({ terminated: { ...unknown, containerID: 'x://1' } }))).toMatchObject({ at: 'lost' });
    expect(of(pod({ terminated: unknown }))).toEqual({ at: 'waiting' });
    expect(of(pod({ terminated: unknown }, { phase: 'Failed' }))).toEqual({ at: 'never' });
    const late = { phase: 'Failed', reason: 'DeadlineExceeded' };
    expect(of(pod({ waiting: { reason: 'ImagePullBackOff' } }, late))).toEqual({ at: 'never' });
    expect(of(pod({ terminated: { exitCode: 4, containerID: 'x://1' } }, late))).toMatchObject({
      at: 'ended',
      code: 4,
    });
  });
});
