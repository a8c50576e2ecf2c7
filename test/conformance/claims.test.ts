/** What a StatefulSet's controller makes of the templates of its claims. */
import { beforeAll, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { openLive, pick } from './suite.ts';

const api = openLive();
let ns = '';
beforeAll(async () => {
  ns = await api.namespace();
});

test('a claim has all the metadata of its template, and belongs to whom that says', async () => {
  const core = `/api/v1/namespaces/${ns}`;
  const owner = await api.post(`${core}/configmaps`, { metadata: { name: 'owner' } });
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: pick(owner.body, 'metadata', 'uid') };
  const metadata = {
    name: 'data',
    labels: { app: 'other', more: 'yes' },
    annotations: { a: 'b' },
    finalizers: ['example.com/held'],
    ownerReferences: [{ ...reference, controller: true, blockOwnerDeletion: false }],
  };
  const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } };
  const made = await api.post(`/apis/apps/v1/namespaces/${ns}/statefulsets`, {
    metadata: { name: 'set' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'set' } },
      template: {
        metadata: { labels: { app: 'set' } },
        spec: { schedulerName: 'nobody', containers: [{ name: 'c', image: 'x' }] },
      },
      volumeClaimTemplates: [{ metadata, spec: claim }],
    },
  });
  expect(made.code).toBe(201);
  await eventually(async () => {
    const { body } = await api.get(`${core}/persistentvolumeclaims/data-set-0`);
    expect(body.metadata).toMatchObject({
      labels: { app: 'set', more: 'yes' },
      annotations: { a: 'b' },
      ownerReferences: metadata.ownerReferences,
    });
    expect(pick(body, 'metadata', 'finalizers')).toContain('example.com/held');
  });
  await api.patch(`${core}/persistentvolumeclaims/data-set-0`, { metadata: { finalizers: null } }, 'merge');
});
