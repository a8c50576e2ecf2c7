import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Lab, openLab, template } from './lab.ts';

let lab: Lab;
beforeEach(() => {
  lab = openLab();
});
afterEach(() => lab.close());

const make = (spec: object = {}, pod: object = {}) =>
  lab.cluster.create('daemonsets.apps', {
    metadata: { name: 'd', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'd' } }, template: template({ app: 'd' }, {}, pod), ...spec },
  });
const status = () => lab.cluster.get('daemonsets.apps', 'default', 'd')?.status;
const nodes = () => lab.pods('d-').map((pod) => (pod.spec as { nodeName?: string }).nodeName);

describe('a DaemonSet', () => {
  it('has one pod on each node, cordoned ones too, and on one that comes', async () => {
    lab.cluster.patch('nodes', '', 'node-b', { spec: { unschedulable: true } });
    make();
    await lab.live(10_000);
    expect(nodes().sort()).toEqual(['node-a', 'node-b', 'node-c']);
    expect(status()).toEqual({
      currentNumberScheduled: 3,
      desiredNumberScheduled: 3,
      numberAvailable: 3,
      numberMisscheduled: 0,
      numberReady: 3,
      observedGeneration: 1,
      updatedNumberScheduled: 3,
    });
    lab.cluster.patch('nodes', '', 'node-c', { metadata: { labels: { gone: 'no' } } });
    lab.cluster.delete('pods', 'default', lab.pods('d-')[0]!.metadata.name);
    await lab.live(10_000);
    expect(nodes().sort()).toEqual(['node-a', 'node-b', 'node-c']);
  });

  it('has none where its selector or a taint says so', async () => {
    lab.cluster.patch('nodes', '', 'node-a', { spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } });
    lab.cluster.patch('nodes', '', 'node-b', { metadata: { labels: { disk: 'ssd' } } });
    lab.cluster.patch('nodes', '', 'node-a', { metadata: { labels: { disk: 'ssd' } } });
    make({}, { nodeSelector: { disk: 'ssd' } });
    await lab.live(10_000);
    expect(nodes()).toEqual(['node-b']);
  });

  it('lets a pod stay on a node that takes no new ones, and counts it as out of its place', async () => {
    const taint = (effect: string) =>
      lab.cluster.patch('nodes', '', 'node-a', { spec: { taints: [{ key: 'x', effect }] } });
    make();
    await lab.live(10_000);
    taint('NoSchedule');
    await lab.live(10_000);
    expect(nodes().sort()).toEqual(['node-a', 'node-b', 'node-c']);
    expect(status()).toMatchObject({ desiredNumberScheduled: 2, currentNumberScheduled: 2, numberMisscheduled: 1 });
    taint('NoExecute');
    await lab.live(10_000);
    expect(nodes().sort()).toEqual(['node-b', 'node-c']);
  });

  it('rolls out a new template a pod at a time', async () => {
    make();
    await lab.live(10_000);
    let least = 3;
    lab.cluster.watch('daemonsets.apps', {}, (_type, { status }) => {
      least = Math.min(least, (status as { numberAvailable?: number })?.numberAvailable ?? 0);
    });
    lab.cluster.patch('daemonsets.apps', 'default', 'd', { spec: { template: { metadata: { labels: { v: '2' } } } } });
    await lab.live(40_000);
    expect(lab.pods('d-').map((pod) => pod.metadata.labels?.v)).toEqual(['2', '2', '2']);
    expect(status()).toMatchObject({ updatedNumberScheduled: 3, numberAvailable: 3, observedGeneration: 2 });
    expect(least).toBe(2);
  });
});
