import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Lab, openLab, template } from './lab.ts';

let lab: Lab;
beforeEach(() => {
  lab = openLab();
});
afterEach(() => lab.close());

const controllerOf = (name: string) =>
  lab.cluster.get('pods', 'default', name)?.metadata.ownerReferences?.map(({ kind, name: its }) => `${kind} ${its}`);
const relabel = (name: string, app: string) =>
  lab.cluster.patch('pods', 'default', name, { metadata: { labels: { app } } });

describe.each([
  ['replicationcontrollers', 'ReplicationController', { app: 'a' }],
  ['replicasets.apps', 'ReplicaSet', { matchLabels: { app: 'a' } }],
])('%s', (resource, kind, selector) => {
  it('keeps its pods, takes strays in and lets go of those that fit no more', async () => {
    lab.cluster.create('pods', {
      metadata: { name: 'stray', namespace: 'default', labels: { app: 'a' } },
      spec: template({}).spec,
    });
    lab.cluster.create(resource, {
      metadata: { name: 'r', namespace: 'default' },
      spec: { replicas: 3, selector, template: template({ app: 'a' }) },
    });
    await lab.live(1000);
    expect(controllerOf('stray')).toEqual([`${kind} r`]);
    expect(lab.pods('r-')).toHaveLength(2);
    expect(lab.cluster.get(resource, 'default', 'r')?.status).toMatchObject({ replicas: 3, readyReplicas: 3 });

    relabel('stray', 'b');
    await lab.live(1000);
    expect(controllerOf('stray')).toBeUndefined();
    expect(lab.pods('r-')).toHaveLength(3);

    relabel('stray', 'a');
    await lab.live(1000);
    expect(controllerOf('stray') ?? [`${kind} r`]).toEqual([`${kind} r`]);
    expect(lab.cluster.get(resource, 'default', 'r')?.status).toMatchObject({ replicas: 3 });
  });
});

describe('a StatefulSet', () => {
  it('takes in a pod of its name, and no other that its selector fits', async () => {
    for (const name of ['db-1', 'db-x'])
      lab.cluster.create('pods', {
        metadata: { name, namespace: 'default', labels: { app: 'db' } },
        spec: template({}).spec,
      });
    lab.cluster.create('statefulsets.apps', {
      metadata: { name: 'db', namespace: 'default' },
      spec: { replicas: 2, selector: { matchLabels: { app: 'db' } }, template: template({ app: 'db' }) },
    });
    await lab.live(2000);
    expect([controllerOf('db-1'), controllerOf('db-x')]).toEqual([['StatefulSet db'], undefined]);
  });
});

describe('a DaemonSet', () => {
  it('numbers its templates, comes back to one, and forgets those that are too many', async () => {
    const patch = (value: string, more: object = {}) =>
      lab.cluster.patch('daemonsets.apps', 'default', 'd', {
        spec: { ...more, template: template({ app: 'd' }, { env: [{ name: 'A', value }] }) },
      });
    const revisions = () =>
      (lab.cluster.list('controllerrevisions.apps') as unknown as { revision: number }[])
        .map(({ revision }) => revision)
        .sort();
    lab.cluster.create('daemonsets.apps', {
      metadata: { name: 'd', namespace: 'default' },
      spec: {
        selector: { matchLabels: { app: 'd' } },
        template: template({ app: 'd' }, { env: [{ name: 'A', value: '1' }] }),
      },
    });
    await lab.live(5000);
    patch('2');
    await lab.live(5000);
    expect(revisions()).toEqual([1, 2]);
    patch('1');
    await lab.live(5000);
    expect(revisions()).toEqual([2, 3]);
    patch('3', { revisionHistoryLimit: 0 });
    await lab.live(5000);
    expect(revisions()).toEqual([4]);
  });
});
