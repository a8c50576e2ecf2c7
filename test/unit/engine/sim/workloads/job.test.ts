import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Lab, openLab } from './lab.ts';

let lab: Lab;
beforeEach(() => {
  lab = openLab();
});
afterEach(() => lab.close());

const make = (tool: string, spec: object = {}) =>
  lab.cluster.create('jobs.batch', {
    metadata: { name: 'j', namespace: 'default' },
    spec: {
      backoffLimit: 6,
      completions: 1,
      parallelism: 1,
      template: {
        metadata: { labels: { job: 'j' } },
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'c', image: 'test/x', command: [tool] }],
        },
      },
      ...spec,
    },
  });
const job = () => lab.cluster.get('jobs.batch', 'default', 'j');
const status = () =>
  job()?.status as { conditions?: { type: string; reason: string }[]; failed?: number; active?: number };
const conditions = () => (status().conditions ?? []).map((c) => `${c.type} ${c.reason}`);

describe('a Job', () => {
  it('completes when its pod does, and lets the pod go only once it is counted', async () => {
    make('ok');
    await lab.live(500);
    expect(status()).toMatchObject({ active: 1, ready: 1, terminating: 0 });
    const [pod] = lab.pods('j-');
    expect(pod?.metadata.finalizers).toEqual(['batch.kubernetes.io/job-tracking']);
    await lab.live(1500);
    expect(conditions()).toEqual(['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached']);
    expect(status()).toMatchObject({ succeeded: 1, ready: 0, uncountedTerminatedPods: {} });
    expect(lab.pods('j-')[0]?.metadata.finalizers ?? []).toEqual([]);
    expect(lab.events('j').map((event) => event.replace(/j-\w+/, 'POD'))).toEqual([
      'SuccessfulCreate: Created pod: POD',
      'Completed: Job completed',
    ]);
  });

  it('is left alone where another controller has it', async () => {
    make('ok', { managedBy: 'x.io/y' });
    await lab.live(3000);
    expect(lab.pods('j-')).toEqual([]);
    expect(status()).toEqual({});
    expect(lab.events('j')).toEqual([]);
  });

  it('tries again after ten seconds, twenty, and so on, and gives up at the limit', async () => {
    make('fail', { backoffLimit: 2 });
    const made: number[] = [];
    lab.cluster.watch('pods', {}, (type) => {
      if (type === 'ADDED') made.push(lab.clock.now());
    });
    await lab.live(60_000);
    expect(made).toHaveLength(3);
    expect(made[1]! - made[0]!).toBeGreaterThan(10_000);
    expect(made[2]! - made[1]!).toBeGreaterThan(20_000);
    expect(status().failed).toBe(3);
    expect(conditions()).toEqual(['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded']);
  });

  it('rests as long where a pod failed before its containers began', async () => {
    const spec = {
      restartPolicy: 'Never',
      initContainers: [{ name: 'first', image: 'test/x', command: ['fail'] }],
      containers: [{ name: 'c', image: 'test/x', command: ['ok'] }],
    };
    make('ok', { backoffLimit: 1, template: { metadata: { labels: { job: 'j' } }, spec } });
    const made: number[] = [];
    lab.cluster.watch('pods', {}, (type) => {
      if (type === 'ADDED') made.push(lab.clock.now());
    });
    await lab.live(30_000);
    expect(made).toHaveLength(2);
    expect(made[1]! - made[0]!).toBeGreaterThanOrEqual(10_000);
    expect(conditions()).toEqual(['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded']);
  });

  it('is ended by its deadline, the pod killed first', async () => {
    make('server', { activeDeadlineSeconds: 3 });
    await lab.live(2500);
    expect(status()).toMatchObject({ active: 1 });
    await lab.live(3000);
    expect(conditions()).toEqual(['FailureTarget DeadlineExceeded', 'Failed DeadlineExceeded']);
    expect(lab.pods('j-')).toEqual([]);
    expect(status().active).toBeUndefined();
    expect(status().failed).toBe(1);
  });

  it('that is indexed tells each pod its index', async () => {
    make('ok', { completionMode: 'Indexed', completions: 3, parallelism: 3 });
    await lab.live(500);
    const env = { name: 'JOB_COMPLETION_INDEX' };
    expect(lab.pods('j-')).toHaveLength(3);
    for (const pod of lab.pods('j-')) {
      const index = pod.metadata.labels?.['batch.kubernetes.io/job-completion-index'];
      expect(pod.spec).toMatchObject({ hostname: `j-${index}`, containers: [{ env: [env] }] });
      let out = '';
      await new Promise<void>((done) =>
        lab.nodes.exec({
          namespace: 'default',
          pod: pod.metadata.name,
          container: 'c',
          command: ['sh', '-c', 'echo $JOB_COMPLETION_INDEX'],
          stdin: false,
          tty: false,
          onStdout(chunk) {
            out += Buffer.from(chunk).toString();
          },
          onStderr: () => {},
          onExit: () => done(),
        }),
      );
      expect(out.trim()).toBe(index);
    }
    await lab.live(3000);
    expect(status()).toMatchObject({ succeeded: 3, completedIndexes: '0-2' });
  });

  it('with podReplacementPolicy Failed makes no second pod while the first is still ending', async () => {
    make('fail', { podReplacementPolicy: 'Failed' });
    await lab.live(500);
    const [first] = lab.pods('j-');
    lab.cluster.delete('pods', 'default', first!.metadata.name);
    lab.cluster.drain();
    expect(lab.pods('j-').map((pod) => pod.metadata.uid)).toEqual([first!.metadata.uid]);
    await lab.live(500);
    expect(status().failed).toBe(1);
    expect(lab.pods('j-').map((pod) => pod.metadata.uid)).not.toContain(first!.metadata.uid);
    expect(lab.pods('j-')).toHaveLength(1);
  });

  it('works indexed and in parallel, suspends, and goes when its time is over', async () => {
    make('ok', {
      completions: 4,
      parallelism: 2,
      completionMode: 'Indexed',
      ttlSecondsAfterFinished: 5,
      suspend: true,
    });
    await lab.live(1000);
    expect(lab.pods('j-')).toEqual([]);
    lab.cluster.patch('jobs.batch', 'default', 'j', { spec: { suspend: false } });
    await lab.live(500);
    expect(
      lab
        .pods('j-')
        .map((pod) => pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index'])
        .sort(),
    ).toEqual(['0', '1']);
    await lab.live(4000);
    expect(job()?.status).toMatchObject({ succeeded: 4, completedIndexes: '0-3' });
    await lab.live(6000);
    expect(job()?.metadata.deletionTimestamp ?? 'gone').toBeDefined();
  });
});
