import { afterEach, expect, it } from 'vitest';
import type { SimObject } from '../../../../../engine/sim/types.ts';
import { type Lab, openLab, template } from '../workloads/lab.ts';

let lab: Lab;
afterEach(() => lab.close());

const HOST_PORT = { ports: [{ containerPort: 80, hostPort: 39_998 }] };
const asks = (requests: object) => ({ resources: { requests } });

function given(name: string, container: object = {}, spec: object = {}): void {
  lab.cluster.create('pods', {
    metadata: { name, namespace: 'default' },
    spec: template({}, container, { nodeName: 'node-a', ...spec }).spec,
  });
}

const status = (name: string) => lab.cluster.get('pods', 'default', name)?.status as Record<string, unknown>;
const update = (spec: object) => {
  const node = lab.cluster.get('nodes', '', 'node-a') as SimObject;
  lab.cluster.update('nodes', { ...node, spec: { ...(node.spec as object), ...spec } } as SimObject);
};

const REFUSED: Record<string, [object, object, reason: string, message: string]> = {
  port: [
    HOST_PORT,
    {},
    'NodePorts',
    "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
  ],
  cpu: [
    asks({ cpu: '900', memory: '900Ti' }),
    {},
    'OutOfcpu',
    "Node didn't have enough resource: cpu, requested: 900000, used: 500, capacity: 16000",
  ],
  memory: [
    asks({ memory: '900Ti' }),
    {},
    'OutOfmemory',
    "Node didn't have enough resource: memory, requested: 989560464998400, used: 0, capacity: 67339849728",
  ],
  selects: [
    {},
    { nodeSelector: { x: 'y' } },
    'NodeAffinity',
    "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  ],
};

it('a node rejects the pod it is given and has no room, port or label for, and says why', async () => {
  lab = openLab();
  await lab.live(100);
  given('first', { ...HOST_PORT, ...asks({ cpu: '500m' }) });
  for (const [name, [container, spec]] of Object.entries(REFUSED)) given(name, container, spec);
  const devices = { 'example.com/gpu': '1' };
  given('device', { resources: { requests: devices, limits: devices } });
  await lab.live(3000);
  for (const [name, [, , reason, message]] of Object.entries(REFUSED)) {
    expect(status(name)).toEqual({
      phase: 'Failed',
      reason,
      message: `Pod was rejected: ${message}`,
      observedGeneration: 1,
      qosClass: name === 'cpu' || name === 'memory' ? 'Burstable' : 'BestEffort',
      startTime: expect.any(String),
    });
    expect(lab.events(name)).toEqual([`${reason}: ${message}`]);
  }
  // What the node has never heard of is not its concern.
  for (const name of ['first', 'device']) expect(status(name)).toMatchObject({ phase: 'Running' });
});

it('a pod that is rejected holds nothing, and goes when it is deleted', async () => {
  lab = openLab();
  given('big', { ...HOST_PORT, ...asks({ cpu: '900' }) });
  await lab.live(1000);
  given('next', { ...HOST_PORT, ...asks({ cpu: '16' }) });
  await lab.live(3000);
  expect(status('next')).toMatchObject({ phase: 'Running' });
  lab.cluster.delete('pods', 'default', 'big');
  await lab.live(1000);
  expect(status('big')).toBeUndefined();
});

it('a node that is full takes no more pods', async () => {
  lab = openLab();
  const node = lab.cluster.get('nodes', '', 'node-a') as SimObject;
  const there = node.status as { allocatable: object };
  const few = { ...there, allocatable: { ...there.allocatable, pods: '1' } };
  lab.cluster.update('nodes', { ...node, status: few } as SimObject, { subresource: 'status' });
  given('one');
  given('two');
  await lab.live(2000);
  expect(status('one')).toMatchObject({ phase: 'Running' });
  expect(status('two')).toMatchObject({
    reason: 'OutOfpods',
    message: "Pod was rejected: Node didn't have enough resource: pods, requested: 1, used: 1, capacity: 1",
  });
});

it('only taints that drive pods away count, and only where they are not tolerated', async () => {
  lab = openLab();
  update({ taints: [{ key: 'k', value: 'v', effect: 'NoExecute' }], unschedulable: true });
  given('driven');
  given('other', {}, { tolerations: [{ key: 'k', value: 'w', effect: 'NoExecute' }] });
  given('tolerant', {}, { tolerations: [{ key: 'k', value: 'v', effect: 'NoExecute' }] });
  await lab.live(2000);
  for (const name of ['driven', 'other'])
    expect(status(name)).toMatchObject({
      reason: 'TaintToleration',
      message: "Pod was rejected: Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
    });
  expect(status('tolerant')).toMatchObject({ phase: 'Running' });
});

it('a Job whose pods are rejected fails, and a ReplicaSet goes on making others', async () => {
  lab = openLab();
  const nowhere = { nodeName: 'node-a', nodeSelector: { x: 'y' } };
  lab.cluster.create('jobs.batch', {
    metadata: { name: 'job', namespace: 'default' },
    spec: { backoffLimit: 1, template: template({}, {}, { ...nowhere, restartPolicy: 'Never' }) },
  });
  lab.cluster.create('replicasets.apps', {
    metadata: { name: 'set', namespace: 'default' },
    spec: { replicas: 1, selector: { matchLabels: { app: 'set' } }, template: template({ app: 'set' }, {}, nowhere) },
  });
  await lab.live(2000);
  const made = lab.pods('set-').length;
  expect(made).toBeGreaterThan(2);
  expect(made).toBeLessThan(10);
  lab.cluster.delete('replicasets.apps', 'default', 'set');
  await lab.live(15_000);
  expect(lab.cluster.get('jobs.batch', 'default', 'job')?.status).toMatchObject({
    failed: 2,
    conditions: expect.arrayContaining([
      expect.objectContaining({ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }),
    ]),
  });
});
