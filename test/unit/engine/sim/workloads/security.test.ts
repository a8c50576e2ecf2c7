import { afterEach, expect, it } from 'vitest';
import { type Lab, openLab, template } from './lab.ts';

let lab: Lab;
afterEach(() => lab.close());

it('the pods of a workload are held against the level of its namespace, and its event says what they violate', async () => {
  lab = openLab();
  const labels = { 'pod-security.kubernetes.io/enforce': 'baseline' };
  lab.cluster.create('namespaces', { metadata: { name: 'strict', labels } });
  const apply = (name: string, spec: object) =>
    lab.cluster.create('replicasets.apps', {
      metadata: { name, namespace: 'strict' },
      spec: { replicas: 1, selector: { matchLabels: { app: name } }, template: template({ app: name }, {}, spec) },
    });
  apply('plain', {});
  apply('open', { hostNetwork: true });
  await lab.live(2000);
  expect(lab.pods('plain-')).toHaveLength(1);
  expect(lab.pods('open-')).toEqual([]);
  expect(lab.events('open')[0]).toMatch(
    /^FailedCreate: Error creating: pods "open-\w{5}" is forbidden: violates PodSecurity "baseline:latest": host namespaces \(hostNetwork=true\)$/,
  );
});

it('a job whose pods are forbidden has begun all the same, and its deadline counts from then', async () => {
  lab = openLab();
  const labels = { 'pod-security.kubernetes.io/enforce': 'baseline' };
  lab.cluster.create('namespaces', { metadata: { name: 'strict', labels } });
  lab.cluster.create('jobs.batch', {
    metadata: { name: 'open', namespace: 'strict' },
    spec: { activeDeadlineSeconds: 20, template: template({}, {}, { hostNetwork: true, restartPolicy: 'Never' }) },
  });
  const status = () => lab.cluster.get('jobs.batch', 'strict', 'open')?.status;
  await lab.live(2000);
  expect(status()).toEqual({
    ready: 0,
    startTime: expect.any(String),
    terminating: 0,
    uncountedTerminatedPods: {},
  });
  expect(lab.events('open')[0]).toContain('FailedCreate: Error creating: pods "open-');
  await lab.live(20_000);
  expect(status()).toMatchObject({
    conditions: expect.arrayContaining([expect.objectContaining({ type: 'Failed', reason: 'DeadlineExceeded' })]),
  });
});
