/** Scenarios of autoscalers where nothing measures: what they say, and the bounds that they keep all the same. */
import { deployment } from './objects.ts';
import type { Scenario } from './stage.ts';
import type { Thing } from './watched.ts';

const resource = (name: string, target: object): object => ({ type: 'Resource', resource: { name, target } });
const cpu = resource('cpu', { type: 'Utilization', averageUtilization: 50 });
const memory = resource('memory', { type: 'AverageValue', averageValue: '5Mi' });
const metric = { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '5' } };

const scaler = (name: string, kind: string, target: string, metrics: object[], more: object = {}) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name },
  spec: { maxReplicas: 4, scaleTargetRef: { apiVersion: 'apps/v1', kind, name: target }, metrics, ...more },
});
const says =
  (type: string, reason: string) =>
  ({ status }: Thing) =>
    status?.conditions?.some((one: { type: string; reason: string }) => one.type === type && one.reason === reason);

export const SCALERS: readonly Scenario[] = [
  {
    name: 'autoscalers without anything that measures',
    rough: true,
    async play(stage) {
      await stage.apply(
        ...[2, 1, 2, 0, 6].map((replicas, at) =>
          deployment(['plain', 'few', 'many', 'zero', 'lots'][at]!, { replicas }),
        ),
      );
      for (const [name, count] of [
        ['plain', 2],
        ['few', 1],
        ['many', 2],
        ['lots', 6],
      ] as const)
        await stage.when('Deployment', name, ({ status }) => status?.readyReplicas === count);
      await stage.apply(
        scaler('plain', 'Deployment', 'plain', [cpu]),
        scaler('few', 'Deployment', 'few', [memory], { minReplicas: 3 }),
        scaler('lots', 'Deployment', 'lots', [cpu]),
        scaler('zero', 'Deployment', 'zero', [cpu]),
        scaler('none', 'Deployment', 'none', [cpu]),
        scaler('odd', 'Foo', 'none', [cpu]),
        scaler('many', 'Deployment', 'many', [
          {
            type: 'ContainerResource',
            containerResource: { container: 'c', name: 'cpu', target: { type: 'Utilization', averageUtilization: 5 } },
          },
          memory,
          { type: 'Pods', pods: metric },
          { type: 'External', external: metric },
          {
            type: 'Object',
            object: { describedObject: { apiVersion: 'v1', kind: 'Service', name: 's' }, ...metric },
          },
        ]),
      );
      const scalers = (name: string, type: string, reason: string) =>
        stage.when('HorizontalPodAutoscaler', name, says(type, reason));
      await Promise.all([
        ...['plain', 'few', 'lots'].map((name) => scalers(name, 'ScalingActive', 'FailedGetResourceMetric')),
        scalers('many', 'ScalingActive', 'FailedGetContainerResourceMetric'),
        scalers('zero', 'ScalingActive', 'ScalingDisabled'),
        ...['none', 'odd'].map((name) => scalers(name, 'AbleToScale', 'FailedGetScale')),
      ]);
    },
  },
];
