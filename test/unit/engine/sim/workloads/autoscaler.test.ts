import { afterEach, expect, it } from 'vitest';
import { type Lab, openLab, template } from './lab.ts';

let lab: Lab;
afterEach(() => lab.close());

const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } };

function scaler(name: string, spec: object, to = 'web') {
  lab.cluster.create('horizontalpodautoscalers.autoscaling', {
    metadata: { name, namespace: 'default' },
    spec: {
      maxReplicas: 4,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: to },
      metrics: [cpu],
      ...spec,
    },
  });
}
const statusOf = (name: string) => lab.cluster.get('horizontalpodautoscalers.autoscaling', 'default', name)?.status;
const replicas = () => (lab.cluster.get('deployments.apps', 'default', 'web')!.spec as { replicas?: number }).replicas;
const deploy = (count: number) =>
  lab.cluster.create('deployments.apps', {
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas: count, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }) },
  });

it('says that nothing measures, and leaves its target alone', async () => {
  lab = openLab();
  deploy(2);
  await lab.live(3000);
  scaler('web', {});
  await lab.live(2000);
  const why =
    'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';
  expect(statusOf('web')).toMatchObject({
    currentReplicas: 2,
    desiredReplicas: 0,
    conditions: [
      { type: 'AbleToScale', status: 'True', reason: 'SucceededGetScale' },
      {
        type: 'ScalingActive',
        status: 'False',
        reason: 'FailedGetResourceMetric',
        message: `the HPA was unable to compute the replica count: ${why}`,
      },
    ],
  });
  expect(lab.events('web')).toContain(`FailedGetResourceMetric: ${why}`);
  expect(replicas()).toBe(2);
});

it('brings its target within its bounds', async () => {
  lab = openLab();
  deploy(9);
  await lab.live(1000);
  scaler('web', { minReplicas: 3 });
  await lab.live(3000);
  expect(replicas()).toBe(4);
  expect(lab.events('web')).toContain(
    'SuccessfulRescale: New size: 4; reason: Current number of replicas above Spec.MaxReplicas',
  );
  lab.cluster.patch('deployments.apps', 'default', 'web', { spec: { replicas: 1 } });
  await lab.live(20_000);
  expect(replicas()).toBe(3);
});

it('says what is wrong with a target that it can’t scale', async () => {
  lab = openLab();
  scaler('none', {}, 'none');
  scaler('odd', { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Foo', name: 'x' } });
  await lab.live(2000);
  expect(lab.events('none')).toEqual(['FailedGetScale: deployments.apps "none" not found']);
  expect(lab.events('odd')).toEqual(['FailedGetScale: no matches for kind "Foo" in group "apps"']);
});
