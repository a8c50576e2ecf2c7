import { afterEach, expect, it } from 'vitest';
import type { SimObject } from '../../../../../engine/sim/types.ts';
import { endedCollector, runControllers } from '../../../../../engine/sim/workloads/index.ts';
import { type Lab, openLab, template } from './lab.ts';

let lab: Lab;
afterEach(() => lab.close());

function make(name: string, more: object = {}, metadata: object = {}): void {
  lab.cluster.create('pods', {
    metadata: { name, namespace: 'default', ...metadata },
    spec: template({}, {}, more).spec,
  });
}
const names = () => lab.pods('').map((pod) => pod.metadata.name);

it('a pod on a node that is not there goes after a while, deleted or not, and is told why', async () => {
  lab = openLab();
  const seen: SimObject[] = [];
  lab.cluster.watch('pods', {}, (_type, pod) => void seen.push(pod));
  make('deleted', { nodeName: 'nowhere' });
  make('left', { nodeName: 'nowhere' });
  make('well');
  await lab.live(1000);
  lab.cluster.delete('pods', 'default', 'deleted');
  await lab.live(37_000);
  expect(names()).toEqual(['deleted', 'left', 'well']);
  await lab.live(5000);
  expect(names()).toEqual(['well']);
  expect(seen.findLast(({ metadata }) => metadata.name === 'left')?.status).toMatchObject({
    phase: 'Failed',
    conditions: [
      {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByPodGC',
        message: 'PodGC: node no longer exists',
      },
    ],
  });
});

it('pods outlive a node that is back in time, and not one that stays away', async () => {
  lab = openLab();
  make('pod', { nodeName: 'node-a' });
  await lab.live(2000);
  const { spec, status, metadata } = lab.cluster.get('nodes', '', 'node-a') as SimObject;
  lab.cluster.delete('nodes', '', 'node-a');
  await lab.live(30_000);
  const back = lab.cluster.create('nodes', { metadata: { name: 'node-a', labels: metadata.labels }, spec });
  lab.cluster.update('nodes', { ...back, status } as SimObject, { subresource: 'status' });
  await lab.live(30_000);
  expect(names()).toEqual(['pod']);
  lab.cluster.delete('nodes', '', 'node-a');
  await lab.live(39_000);
  expect(names()).toEqual(['pod']);
  await lab.live(2000);
  expect(names()).toEqual([]);
});

it('one that was never bound and is held by a finalizer has failed once it is deleted', async () => {
  lab = openLab();
  make('held', { schedulingGates: [{ name: 'example.com/wait' }] }, { finalizers: ['example.com/hold'] });
  await lab.live(100);
  lab.cluster.delete('pods', 'default', 'held');
  await lab.live(1000);
  expect(lab.cluster.get('pods', 'default', 'held')?.status).toMatchObject({ phase: 'Failed' });
});

it('of pods that have ended the oldest go once they are too many', async () => {
  lab = openLab();
  const collector = runControllers(lab.cluster, [endedCollector(2)]);
  for (const name of ['c', 'b', 'a', 'd']) {
    make(name, { restartPolicy: 'Never', containers: [{ name: 'c', image: 'test/ok', command: ['ok'] }] });
    await lab.live(4000);
  }
  expect(names()).toEqual(['a', 'd']);
  collector.close();
});
