import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Lab, openLab, template } from './lab.ts';

let lab: Lab;
beforeEach(() => {
  lab = openLab();
});
afterEach(() => lab.close());

const volume = (name: string, storage: string, more: object = {}) =>
  lab.cluster.create('persistentvolumes', {
    metadata: { name, labels: { volume: name } },
    spec: {
      storageClassName: 'man',
      capacity: { storage },
      accessModes: ['ReadWriteOnce', 'ReadOnlyMany'],
      hostPath: { path: '/x' },
      persistentVolumeReclaimPolicy: 'Retain',
      ...more,
    },
  });
const claim = (name: string, storage: string, more: object = {}) =>
  lab.cluster.create('persistentvolumeclaims', {
    metadata: { name, namespace: 'default' },
    spec: { storageClassName: 'man', accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...more },
  });
const volumeNow = (name: string) => lab.cluster.get('persistentvolumes', '', name);
const claimNow = (name: string) => lab.cluster.get('persistentvolumeclaims', 'default', name);
const phase = (name: string) => (volumeNow(name)?.status as { phase?: string } | undefined)?.phase;

describe('a volume that somebody has made', () => {
  it('is there to be had, goes to the claim that it is the least for, and is released with it', async () => {
    volume('big', '10Gi');
    volume('small', '2Gi');
    volume('tiny', '512Mi');
    await lab.live(500);
    expect(['big', 'small', 'tiny'].map(phase)).toEqual(['Available', 'Available', 'Available']);
    const { uid } = claim('c', '1Gi').metadata;
    // Long enough for one that is to grow: more than was asked for is no reason to.
    await lab.live(5000);
    expect(lab.events('c')).toEqual([]);
    expect(volumeNow('small')?.spec).toMatchObject({ capacity: { storage: '2Gi' } });
    expect(claimNow('c')).toMatchObject({
      metadata: {
        annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' },
      },
      spec: { volumeName: 'small', storageClassName: 'man' },
      status: { phase: 'Bound', accessModes: ['ReadWriteOnce', 'ReadOnlyMany'], capacity: { storage: '2Gi' } },
    });
    expect(volumeNow('small')).toMatchObject({
      metadata: { annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' } },
      spec: { claimRef: { kind: 'PersistentVolumeClaim', namespace: 'default', name: 'c', uid } },
      status: { phase: 'Bound' },
    });
    lab.cluster.delete('persistentvolumeclaims', 'default', 'c');
    await lab.live(500);
    expect(['big', 'small', 'tiny'].map(phase)).toEqual(['Available', 'Released', 'Available']);
    // Nobody else gets it, until somebody says so.
    claim('d', '2Gi', { selector: { matchLabels: { volume: 'small' } } });
    await lab.live(500);
    expect(claimNow('d')?.status).toEqual({ phase: 'Pending' });
    lab.cluster.patch('persistentvolumes', '', 'small', { spec: { claimRef: null } });
    await lab.live(500);
    expect(claimNow('d')?.spec).toMatchObject({ volumeName: 'small' });
    expect(phase('small')).toBe('Bound');
  });

  it('goes to nobody else where it is kept for a claim, or of another class, mode or label', async () => {
    volume('kept', '5Gi', { claimRef: { namespace: 'default', name: 'mine' } });
    volume('other', '5Gi', { storageClassName: 'else' });
    volume('read', '5Gi', { accessModes: ['ReadOnlyMany'] });
    claim('yours', '1Gi');
    await lab.live(500);
    expect(claimNow('yours')?.status).toEqual({ phase: 'Pending' });
    expect(lab.events('yours')).toEqual(['ProvisioningFailed: storageclass.storage.k8s.io "man" not found']);
    claim('mine', '1Gi');
    await lab.live(500);
    expect(claimNow('mine')?.spec).toMatchObject({ volumeName: 'kept' });
    // Once one comes that fits, whoever waits has it.
    volume('late', '1Gi');
    await lab.live(500);
    expect(claimNow('yours')?.spec).toMatchObject({ volumeName: 'late' });
  });

  it('is waited for by the claim that names it, and is mounted by a pod', async () => {
    claim('c', '1Gi', { storageClassName: '', volumeName: 'v' });
    lab.cluster.create('pods', {
      metadata: { name: 'p', namespace: 'default' },
      spec: template({}, {}, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] }).spec,
    });
    await lab.live(1000);
    expect(claimNow('c')?.status).toEqual({ phase: 'Pending' });
    volume('v', '1Gi', { storageClassName: '' });
    await lab.live(5000);
    expect(claimNow('c')?.status).toMatchObject({ phase: 'Bound' });
    expect(lab.cluster.get('pods', 'default', 'p')?.status).toMatchObject({ phase: 'Running' });
  });
});
