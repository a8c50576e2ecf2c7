import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Lab, openLab, template } from './lab.ts';

let lab: Lab;
beforeEach(() => {
  lab = openLab();
});
afterEach(() => lab.close());

const make = (spec: object = {}) =>
  lab.cluster.create('statefulsets.apps', {
    metadata: { name: 'db', namespace: 'default' },
    spec: {
      replicas: 3,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: template({ app: 'db' }),
      ...spec,
    },
  });
const status = () => lab.cluster.get('statefulsets.apps', 'default', 'db')?.status as Record<string, unknown>;
const names = () =>
  lab
    .pods('db-')
    .map((pod) => pod.metadata.name)
    .sort();
const patch = (spec: object) => lab.cluster.patch('statefulsets.apps', 'default', 'db', { spec });
const revisionOf = (name: string) =>
  lab.cluster.get('pods', 'default', name)?.metadata.labels?.['controller-revision-hash'];

describe('a StatefulSet', () => {
  it('makes its pods one after the other, each ready before the next, with the names a network gives them', async () => {
    const seen: string[] = [];
    lab.cluster.watch('pods', {}, (type, pod) => {
      const ready = (pod.status as { containerStatuses?: { ready: boolean }[] } | undefined)?.containerStatuses?.[0]
        ?.ready;
      const note = `${type === 'ADDED' ? 'made' : ready ? 'ready' : ''} ${pod.metadata.name}`;
      if (!note.startsWith(' ') && seen.at(-1) !== note) seen.push(note);
    });
    make();
    await lab.live(1000);
    expect(seen).toEqual(['made db-0', 'ready db-0', 'made db-1', 'ready db-1', 'made db-2', 'ready db-2']);
    const pod = lab.cluster.get('pods', 'default', 'db-1');
    expect(pod?.spec).toMatchObject({ hostname: 'db-1', subdomain: 'db' });
    expect(pod?.metadata.labels).toMatchObject({ 'apps.kubernetes.io/pod-index': '1', app: 'db' });
    expect(status()).toMatchObject({ replicas: 3, readyReplicas: 3, availableReplicas: 3, updatedReplicas: 3 });
    expect(status().currentRevision).toBe(status().updateRevision);
    expect(lab.events('db')).toEqual(
      [0, 1, 2].map((i) => `SuccessfulCreate: create Pod db-${i} in StatefulSet db successful`),
    );
    expect(lab.events('db-0').map((event) => event.split(':')[0])).toEqual([
      'Scheduled',
      'Pulling',
      'Pulled',
      'Created',
      'Started',
    ]);
  });

  it('rolls a new template out from the last to the first, one at a time', async () => {
    make();
    await lab.live(1000);
    const before = revisionOf('db-0');
    const order: string[] = [];
    lab.cluster.watch('pods', {}, (type, pod) => {
      if (type === 'DELETED') order.push(pod.metadata.name);
    });
    patch({ template: template({ app: 'db' }, { env: [{ name: 'A', value: 'b' }] }) });
    await lab.live(200);
    expect(status()).toMatchObject({ updateRevision: expect.not.stringContaining(String(before)) });
    await lab.live(4000);
    expect(order).toEqual(['db-2', 'db-1', 'db-0']);
    expect(new Set(names().map(revisionOf))).toEqual(new Set([status().updateRevision]));
    expect(status().currentRevision).toBe(status().updateRevision);
    expect(lab.cluster.list('controllerrevisions.apps')).toHaveLength(2);
  });

  it('leaves pods alone under OnDelete until somebody deletes them', async () => {
    make({ updateStrategy: { type: 'OnDelete' } });
    await lab.live(1000);
    const before = revisionOf('db-1');
    patch({ template: template({ app: 'db' }, { env: [{ name: 'A', value: 'b' }] }) });
    await lab.live(2000);
    expect(revisionOf('db-1')).toBe(before);
    lab.cluster.delete('pods', 'default', 'db-1');
    await lab.live(2000);
    expect(revisionOf('db-1')).not.toBe(before);
    expect(revisionOf('db-2')).toBe(before);
  });

  it('stops before a pod that does not become ready, and goes on once the template is mended', async () => {
    make({ template: template({ app: 'db' }, { image: 'test/nope:1' }) });
    await lab.live(3000);
    expect(names()).toEqual(['db-0']);
    expect(lab.events('db-0')).toContain('BackOff: Back-off pulling image "test/nope:1"');
    patch({ template: template({ app: 'db' }) });
    lab.cluster.delete('pods', 'default', 'db-0');
    await lab.live(2000);
    expect(names()).toEqual(['db-0', 'db-1', 'db-2']);
  });

  it('keeps the claims of its pods when it shrinks, and finds them again when it grows', async () => {
    make({
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } },
        },
      ],
    });
    await lab.live(1000);
    const claim = lab.cluster.get('persistentvolumeclaims', 'default', 'data-db-2');
    expect(claim?.status).toMatchObject({ phase: 'Bound', capacity: { storage: '2Gi' } });
    patch({ replicas: 1 });
    await lab.live(2000);
    expect(names()).toEqual(['db-0']);
    patch({ replicas: 3 });
    await lab.live(2000);
    expect(names()).toEqual(['db-0', 'db-1', 'db-2']);
    expect(lab.cluster.get('persistentvolumeclaims', 'default', 'data-db-2')?.metadata.uid).toBe(claim?.metadata.uid);
    lab.cluster.patch('persistentvolumeclaims', 'default', 'data-db-0', {
      spec: { resources: { requests: { storage: '4Gi' } } },
    });
    await lab.live(500);
    expect(lab.cluster.get('persistentvolumeclaims', 'default', 'data-db-0')?.status).toMatchObject({
      capacity: { storage: '2Gi' },
    });
    await lab.live(2000);
    expect(lab.cluster.get('persistentvolumeclaims', 'default', 'data-db-0')?.status).toMatchObject({
      capacity: { storage: '4Gi' },
    });
  });

  it('makes a killed pod anew and counts a crash as a restart', async () => {
    make();
    await lab.live(1000);
    const uid = lab.cluster.get('pods', 'default', 'db-1')?.metadata.uid;
    expect(lab.nodes.crash('default', 'db-1')).toBe(true);
    await lab.live(500);
    const pod = lab.cluster.get('pods', 'default', 'db-1');
    expect(pod?.metadata.uid).toBe(uid);
    expect(pod?.status).toMatchObject({
      phase: 'Running',
      containerStatuses: [
        { restartCount: 1, ready: true, lastState: { terminated: { exitCode: 137, reason: 'Error' } } },
      ],
    });
    lab.cluster.delete('pods', 'default', 'db-1', { gracePeriodSeconds: 0 });
    await lab.live(500);
    expect(lab.cluster.get('pods', 'default', 'db-1')?.metadata.uid).not.toBe(uid);
  });
});
