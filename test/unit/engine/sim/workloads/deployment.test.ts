import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Lab, openLab, template } from './lab.ts';

let lab: Lab;
beforeEach(() => {
  lab = openLab();
});
afterEach(() => lab.close());

const make = (spec: object = {}) =>
  lab.cluster.create('deployments.apps', {
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }), ...spec },
  });
const get = () => lab.cluster.get('deployments.apps', 'default', 'web')!;
const status = () =>
  get().status as Record<string, unknown> & { conditions: { type: string; reason: string; status: string }[] };
const patch = (spec: object) => lab.cluster.patch('deployments.apps', 'default', 'web', { spec });
const sets = () => lab.cluster.list('replicasets.apps').filter((set) => set.metadata.name.startsWith('web-'));
const reasons = () => Object.fromEntries(status().conditions.map((c) => [c.type, `${c.status} ${c.reason}`]));

describe('a Deployment', () => {
  it('keeps its pods and says how far it has come', async () => {
    make();
    await lab.live(20);
    expect(reasons()).toEqual({
      Available: 'False MinimumReplicasUnavailable',
      Progressing: expect.stringMatching(/True (NewReplicaSetCreated|ReplicaSetUpdated)/),
    });
    await lab.live(500);
    expect(reasons()).toEqual({
      Available: 'True MinimumReplicasAvailable',
      Progressing: 'True NewReplicaSetAvailable',
    });
    expect(status()).toMatchObject({
      replicas: 2,
      updatedReplicas: 2,
      availableReplicas: 2,
      readyReplicas: 2,
      observedGeneration: 1,
    });
    expect(status().unavailableReplicas).toBeUndefined();
    expect(lab.events('web')).toEqual([
      expect.stringMatching(/^ScalingReplicaSet: Scaled up replica set web-\w+ from 0 to 2$/),
    ]);
    const [pod] = lab.pods('web-');
    lab.cluster.delete('pods', 'default', pod!.metadata.name, { gracePeriodSeconds: 0 });
    await lab.live(500);
    expect(status()).toMatchObject({ availableReplicas: 2 });
  });

  it('rolls out without ever having fewer than wanted, in the steps of a real one', async () => {
    make();
    await lab.live(500);
    let least = 9;
    lab.cluster.watch('deployments.apps', {}, (_type, object) => {
      least = Math.min(least, (object.status as { availableReplicas?: number }).availableReplicas ?? 0);
    });
    patch({ template: template({ app: 'web' }, { env: [{ name: 'A', value: 'b' }] }) });
    await lab.live(4000);
    expect(least).toBe(2);
    expect(
      lab
        .events('web')
        .slice(1)
        .map((event) => event.replace(/.*Scaled (\w+) replica set web-\w+ /, '$1 ')),
    ).toEqual(['up from 0 to 1', 'down from 2 to 1', 'up from 1 to 2', 'down from 1 to 0']);
    expect(get().metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '2' });
    expect(status()).toMatchObject({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 });
    expect(sets()).toHaveLength(2);
    // Undo, as kubectl does it: the old template is put back, and its set becomes revision 3.
    patch({ template: template({ app: 'web' }) });
    await lab.live(4000);
    expect(sets()).toHaveLength(2);
    expect(
      sets()
        .map((set) => set.metadata.annotations?.['deployment.kubernetes.io/revision'])
        .sort(),
    ).toEqual(['2', '3']);
  });

  it('scales, pauses, recreates, and gives up after its deadline', async () => {
    make({ strategy: { type: 'Recreate' }, progressDeadlineSeconds: 5 });
    await lab.live(500);
    patch({ replicas: 4 });
    await lab.live(500);
    expect(status()).toMatchObject({ availableReplicas: 4 });
    patch({ paused: true, template: template({ app: 'web' }, { image: 'test/nope:1' }) });
    await lab.live(1000);
    expect(reasons().Progressing).toBe('Unknown DeploymentPaused');
    expect(status()).toMatchObject({ availableReplicas: 4 });
    patch({ paused: false });
    await lab.live(10_000);
    expect(reasons()).toEqual({
      Available: expect.stringContaining('False'),
      Progressing: 'False ProgressDeadlineExceeded',
    });
    expect(lab.pods('web-')).toHaveLength(4);
  });
});

describe('a Service', () => {
  const slice = () =>
    lab.cluster.list('endpointslices.discovery.k8s.io')[0] as unknown as
      | { endpoints: { addresses: string[]; conditions: object; hostname?: string }[] | null; ports: object[] | null }
      | undefined;

  it('lists who is ready behind it, by the port’s name too', async () => {
    lab.cluster.create('services', {
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
    });
    await lab.live(50);
    expect(slice()).toMatchObject({ endpoints: null, ports: null });
    make({ template: template({ app: 'web' }, { ports: [{ name: 'http', containerPort: 8080 }] }) });
    await lab.live(1000);
    expect(slice()?.ports).toEqual([{ name: '', port: 8080, protocol: 'TCP' }]);
    expect(slice()?.endpoints).toHaveLength(2);
    expect(slice()?.endpoints?.[0]?.conditions).toEqual({ ready: true, serving: true, terminating: false });
    patch({ replicas: 0 });
    await lab.live(3000);
    expect(slice()?.endpoints).toBeNull();
  });

  it('hands its annotations on to the present ReplicaSet, and a change of them is a generation', async () => {
    const annotate = (cause: string) =>
      lab.cluster.patch('deployments.apps', 'default', 'web', {
        metadata: { annotations: { 'kubernetes.io/change-cause': cause } },
      });
    const causes = () =>
      sets()
        .map(({ metadata }) => metadata.annotations ?? {})
        .sort((a, b) => Number(a['deployment.kubernetes.io/revision']) - Number(b['deployment.kubernetes.io/revision']))
        .map((annotations) => annotations['kubernetes.io/change-cause']);
    make();
    await lab.live(500);
    expect(get().metadata.generation).toBe(1);
    annotate('one');
    await lab.live(500);
    expect(causes()).toEqual(['one']);
    expect(get().metadata.generation).toBe(2);
    expect(status().observedGeneration).toBe(2);
    patch({ template: template({ app: 'web' }, { env: [{ name: 'A', value: 'b' }] }) });
    await lab.live(100);
    annotate('two');
    await lab.live(4000);
    expect(causes()).toEqual(['one', 'two']);
    expect(
      get()
        .metadata.managedFields?.map(({ manager, subresource }) => `${manager} ${subresource}`)
        .sort(),
    ).toEqual(['opsdeck-sim status', 'opsdeck-sim undefined']);
  });

  it('says why no pods are made, as long as none are', async () => {
    const metadata = { name: 'few', namespace: 'default' };
    lab.cluster.create('resourcequotas', { metadata, spec: { hard: { pods: '0' } } });
    make();
    await lab.live(2000);
    const failing = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' };
    expect(sets()[0]?.status).toMatchObject({ conditions: [failing] });
    expect(status().conditions).toContainEqual(
      expect.objectContaining({ ...failing, message: expect.stringMatching(/^pods "web-.*exceeded quota: few/) }),
    );
    lab.cluster.delete('resourcequotas', 'default', 'few');
    await lab.live(90_000);
    expect(Object.keys(reasons()).sort()).toEqual(['Available', 'Progressing']);
  });
});
