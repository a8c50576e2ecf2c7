import { expect, it } from 'vitest';
import { virtualClock } from '../../../../engine/sim/clock.ts';
import { makeCluster, type SimCluster } from '../../../../engine/sim/cluster.ts';
import type { SimObject } from '../../../../engine/sim/types.ts';

const open = (): SimCluster => makeCluster({ clock: virtualClock() });

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const item of Object.values(value)) frozen(item);
  return Object.freeze(value);
}

const OBJECTS: [string, object][] = [
  [
    'pods',
    {
      metadata: { name: 'a', namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'x', resources: { limits: { cpu: '1', memory: '1Gi' } } }] },
    },
  ],
  [
    'services',
    {
      metadata: { name: 'a', namespace: 'default' },
      spec: { type: 'NodePort', selector: { app: 'a' }, ports: [{ name: 'p', port: 80 }] },
    },
  ],
  [
    'persistentvolumeclaims',
    {
      metadata: { name: 'a', namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  ],
  [
    'deployments.apps',
    {
      metadata: { name: 'a', namespace: 'default' },
      spec: {
        selector: { matchLabels: { app: 'a' } },
        template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
      },
    },
  ],
];

it('a write shares with what was there before what it leaves as it was, and changes nothing of it', () => {
  const cluster = open();
  for (const [resource, object] of OBJECTS) {
    const made = frozen(cluster.create(resource, object));
    const text = JSON.stringify(made);
    const { namespace = '', name } = made.metadata;
    const labelled = frozen(cluster.patch(resource, namespace, name, { metadata: { labels: { app: 'a' } } }));
    const status = { ...(labelled.status as object), conditions: [] };
    const told = cluster.update(resource, { ...labelled, status } as SimObject, { subresource: 'status' });
    expect(told.spec, resource).toEqual(made.spec);
    expect(JSON.stringify(made), resource).toBe(text);
    expect((labelled.spec as Record<string, object>).containers).toBe((made.spec as Record<string, object>).containers);
    expect(told.spec, resource).toBe(labelled.spec);
  }
});

it('what was there before a write is at hand for whoever hears of it later', () => {
  const cluster = open();
  const heard: [SimObject, SimObject | undefined][] = [];
  cluster.observe('configmaps', (now, before) => heard.push([now.object, before?.object]));
  cluster.drain();
  heard.length = 0;
  const first = cluster.create('configmaps', { metadata: { name: 'a', namespace: 'default' }, data: { a: '1' } });
  const second = cluster.patch('configmaps', 'default', 'a', { data: { a: '2' } });
  const third = cluster.patch('configmaps', 'default', 'a', { data: { a: '3' } });
  cluster.drain();
  const mine = heard.filter(([now]) => now.metadata.name === 'a');
  expect(mine).toHaveLength(3);
  const written = [first, second, third];
  for (const [at, [now, before]] of mine.entries())
    expect([now === written[at], before === written[at - 1]]).toEqual([true, true]);
  cluster.stop();
});
