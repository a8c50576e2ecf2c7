import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Lab, openLab, template } from './lab.ts';

let lab: Lab;
beforeEach(() => {
  lab = openLab();
});
afterEach(() => lab.close());

const quota = (hard: object) =>
  lab.cluster.create('resourcequotas', { metadata: { name: 'q', namespace: 'default' }, spec: { hard } });
const used = () => (lab.cluster.get('resourcequotas', 'default', 'q')?.status as { used?: object } | undefined)?.used;
const map = (name: string) => lab.cluster.create('configmaps', { metadata: { name, namespace: 'default' } });
const pod = (name: string, resources?: object) =>
  lab.cluster.create('pods', {
    metadata: { name, namespace: 'default' },
    spec: template({}, resources ? { resources } : {}).spec,
  });

describe('a ResourceQuota', () => {
  it('counts what there is and refuses one more', async () => {
    await lab.live(500);
    quota({ configmaps: '3', 'count/deployments.apps': '0' });
    map('a');
    await lab.live(500);
    expect(used()).toEqual({ configmaps: '2', 'count/deployments.apps': '0' });
    map('b');
    expect(() => map('c')).toThrow(
      'configmaps "c" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=3, limited: configmaps=3',
    );
    expect(() =>
      lab.cluster.create('deployments.apps', {
        metadata: { name: 'd', namespace: 'default' },
        spec: { selector: { matchLabels: { a: 'b' } }, template: template({ a: 'b' }) },
      }),
    ).toThrow('requested: count/deployments.apps=1, used: count/deployments.apps=0, limited: count/deployments.apps=0');
    lab.cluster.delete('configmaps', 'default', 'b');
    await lab.live(500);
    expect(used()).toMatchObject({ configmaps: '2' });
    map('c');
  });

  it('adds up what pods ask for, and wants each to say it', async () => {
    quota({ 'requests.cpu': '1', 'limits.memory': '1Gi' });
    expect(() => pod('silent', { requests: { cpu: '1' } })).toThrow(
      'pods "silent" is forbidden: failed quota: q: must specify limits.memory for: c',
    );
    pod('a', { requests: { cpu: '600m' }, limits: { memory: '512Mi' } });
    await lab.live(500);
    expect(used()).toEqual({ 'requests.cpu': '600m', 'limits.memory': '512Mi' });
    expect(() => pod('b', { requests: { cpu: '500m' }, limits: { memory: '1Gi' } })).toThrow(
      'exceeded quota: q, requested: limits.memory=1Gi,requests.cpu=500m, used: limits.memory=512Mi,requests.cpu=600m, limited: limits.memory=1Gi,requests.cpu=1',
    );
    pod('c', { requests: { cpu: '400m' }, limits: { memory: '512Mi' } });
    await lab.live(500);
    expect(used()).toEqual({ 'requests.cpu': '1', 'limits.memory': '1Gi' });
  });

  it('holds a ReplicaSet to the pods there is room for, which says why', async () => {
    quota({ pods: '2' });
    lab.cluster.create('replicasets.apps', {
      metadata: { name: 'r', namespace: 'default' },
      spec: { replicas: 3, selector: { matchLabels: { a: 'b' } }, template: template({ a: 'b' }) },
    });
    await lab.live(10_000);
    expect(lab.cluster.get('replicasets.apps', 'default', 'r')?.status).toMatchObject({
      replicas: 2,
      readyReplicas: 2,
    });
    expect(lab.events('r').find((event) => event.startsWith('FailedCreate'))).toMatch(
      /^FailedCreate: Error creating: pods "r-\w+" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2$/,
    );
    lab.cluster.patch('resourcequotas', 'default', 'q', { spec: { hard: { pods: '3' } } });
    await lab.live(120_000);
    expect(lab.pods('r-')).toHaveLength(3);
  });
});

describe('a LimitRange', () => {
  it('completes containers, and refuses those out of bounds', () => {
    lab.cluster.create('limitranges', {
      metadata: { name: 'l', namespace: 'default' },
      spec: {
        limits: [
          {
            type: 'Container',
            default: { cpu: '500m', memory: '256Mi' },
            defaultRequest: { cpu: '100m' },
            max: { cpu: '1' },
            min: { memory: '64Mi' },
          },
        ],
      },
    });
    expect(pod('a')).toMatchObject({
      metadata: {
        annotations: {
          'kubernetes.io/limit-ranger':
            'LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c',
        },
      },
      spec: {
        containers: [
          { resources: { limits: { cpu: '500m', memory: '256Mi' }, requests: { cpu: '100m', memory: '256Mi' } } },
        ],
      },
      status: { qosClass: 'Burstable' },
    });
    expect(() => pod('b', { limits: { cpu: '2', memory: '32Mi' } })).toThrow(
      'pods "b" is forbidden: [minimum memory usage per Container is 64Mi, but request is 32Mi, maximum cpu usage per Container is 1, but limit is 2]',
    );
  });
});
