import { afterEach, expect, it } from 'vitest';
import { type Lab, openLab, template } from './lab.ts';

let lab: Lab;
afterEach(() => lab.close());

function open() {
  lab = openLab();
  const { cluster } = lab;
  return (name: string, spec: object = {}, container: object = {}, labels: Record<string, string> = { app: name }) =>
    cluster.create('pods', {
      metadata: { name, namespace: 'default', labels },
      spec: template({}, container, spec).spec,
    });
}

const nodeOf = (name: string) =>
  (lab.cluster.get('pods', 'default', name)?.spec as { nodeName?: string } | undefined)?.nodeName;
const why = (name: string) => lab.events(name).find((event) => event.startsWith('FailedScheduling'));
const asks = (requests: object) => ({ resources: { requests, limits: requests } });
const none = (reasons: string, preempted: string) =>
  `FailedScheduling: 0/3 nodes are available: ${reasons}. no new claims to deallocate, preemption: 0/3 nodes are available: 3 ${preempted}.`;
const UNHELPFUL = 'Preemption is not helpful for scheduling';
const NO_VICTIM = 'No preemption victims found for incoming pod';

it('a pod that asks for more than any node has stays, and its event counts what is short', async () => {
  const pod = open();
  pod('large', {}, asks({ cpu: '500', memory: '50Ti' }));
  pod('gpu', {}, asks({ 'a.b/gpu': '1' }));
  await lab.live(500);
  expect([nodeOf('large'), nodeOf('gpu')]).toEqual([undefined, undefined]);
  expect(why('large')).toBe(none('3 Insufficient cpu, 3 Insufficient memory', UNHELPFUL));
  expect(why('gpu')).toBe(none('3 Insufficient a.b/gpu', UNHELPFUL));
});

it('what runs on a node counts, until it has ended', async () => {
  const pod = open();
  for (const name of ['a', 'b', 'c']) pod(name, {}, asks({ cpu: '10' }));
  await lab.live(500);
  pod('late', {}, asks({ cpu: '7' }));
  await lab.live(500);
  expect(new Set(['a', 'b', 'c'].map(nodeOf)).size).toBe(3);
  expect(why('late')).toBe(none('3 Insufficient cpu', NO_VICTIM));
  const freed = nodeOf('b');
  lab.cluster.delete('pods', 'default', 'b');
  await lab.live(8000);
  expect(nodeOf('late')).toBe(freed);
});

const term = (labels: object, topologyKey = 'kubernetes.io/hostname') => ({
  requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: { matchLabels: labels } }],
});

it('pods that must not be together are kept apart, whichever of them says so', async () => {
  const pod = open();
  const apart = { affinity: { podAntiAffinity: term({ app: 'x' }) } };
  for (const name of ['a', 'b', 'c', 'd']) pod(name, apart, {}, { app: 'x' });
  await lab.live(500);
  pod('meek', {}, {}, { app: 'x' });
  pod('other', { affinity: { podAffinity: term({ app: 'nobody' }) } });
  pod('family', { affinity: { podAffinity: term({ app: 'family' }) } });
  await lab.live(500);
  expect(new Set(['a', 'b', 'c'].map(nodeOf)).size).toBe(3);
  expect(why('d')).toBe(none("3 node(s) didn't match pod anti-affinity rules", NO_VICTIM));
  expect(why('meek')).toBe(none("3 node(s) didn't satisfy existing pods anti-affinity rules", NO_VICTIM));
  expect(why('other')).toBe(none("3 node(s) didn't match pod affinity rules", UNHELPFUL));
  expect(nodeOf('family')).toBeDefined();
});

it('node affinity is looked at with its expressions', async () => {
  const pod = open();
  const on = (operator: string, values: string[]) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator, values }] }],
        },
      },
    },
  });
  pod('there', on('In', ['zone-b']));
  pod('nowhere', on('In', ['zone-x']));
  await lab.live(500);
  expect(nodeOf('there')).toBe('node-b');
  expect(why('nowhere')).toBe(none("3 node(s) didn't match Pod's node affinity/selector", UNHELPFUL));
});

it('a gated pod says that it is, and is placed once its last gate is gone', async () => {
  const pod = open();
  pod('gated', { schedulingGates: [{ name: 'a.b/c' }] });
  await lab.live(500);
  expect(lab.cluster.get('pods', 'default', 'gated')?.status).toMatchObject({
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
  });
  expect(lab.events('gated')).toEqual([]);
  const held = lab.cluster.get('pods', 'default', 'gated')!;
  const { schedulingGates: _, ...spec } = held.spec as { schedulingGates: unknown };
  lab.cluster.update('pods', { ...held, spec } as typeof held);
  await lab.live(500);
  expect(nodeOf('gated')).toBeDefined();
});

it('a pod of another scheduler is left to it', async () => {
  open()('theirs', { schedulerName: 'theirs' });
  await lab.live(500);
  expect([nodeOf('theirs'), lab.events('theirs')]).toEqual([undefined, []]);
});

it('a pod bound to a node that is not there waits for the node', async () => {
  const pod = open();
  pod('early', { nodeName: 'node-z' });
  await lab.live(2000);
  expect(lab.cluster.get('pods', 'default', 'early')?.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
  lab.cluster.create('nodes', { metadata: { name: 'node-z' } });
  await lab.live(2000);
  expect(lab.cluster.get('pods', 'default', 'early')?.status).toMatchObject({ phase: 'Running' });
});

const ports = (...of: object[]) => ({ ports: of.map((one) => ({ containerPort: 80, ...one })) });

it('a port of a node is one pod’s, by its protocol and address', async () => {
  const pod = open();
  for (const name of ['a', 'b', 'c']) pod(name, {}, ports({ hostPort: 8080 }));
  await lab.live(500);
  expect(new Set(['a', 'b', 'c'].map(nodeOf)).size).toBe(3);
  pod('late', {}, ports({ hostPort: 8080, hostIP: '127.0.0.1' }));
  pod('udp', {}, ports({ hostPort: 8080, protocol: 'UDP' }));
  await lab.live(500);
  expect(nodeOf('udp')).toBeDefined();
  expect(why('late')).toBe(none("3 node(s) didn't have free ports for the requested pod ports", NO_VICTIM));
  const freed = nodeOf('b');
  lab.cluster.delete('pods', 'default', 'b');
  await lab.live(8000);
  expect(nodeOf('late')).toBe(freed);
});

const evenly = (more: object = {}) => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'even' } },
      ...more,
    },
  ],
});

it('pods that must be spread evenly are, and one that can’t be stays', async () => {
  const pod = open();
  const even = { app: 'even' };
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
    pod(name, evenly(), {}, even);
    await lab.live(100);
  }
  const counts = new Map<string | undefined, number>();
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) counts.set(nodeOf(name), (counts.get(nodeOf(name)) ?? 0) + 1);
  expect([...counts.values()]).toEqual([2, 2, 2]);
  pod(
    'pinned',
    { ...evenly({ nodeAffinityPolicy: 'Ignore' }), nodeSelector: { 'kubernetes.io/hostname': 'node-a' } },
    {},
    even,
  );
  pod(
    'more',
    { ...evenly({ nodeAffinityPolicy: 'Ignore' }), nodeSelector: { 'kubernetes.io/hostname': 'node-a' } },
    {},
    even,
  );
  pod('nowhere', evenly({ topologyKey: 'no.such/label' }), {}, even);
  pod('apart', evenly({ minDomains: 4 }), {}, even);
  await lab.live(500);
  expect(nodeOf('pinned')).toBe('node-a');
  const uneven = "node(s) didn't match pod topology spread constraints";
  expect(why('more')).toBe(
    `FailedScheduling: 0/3 nodes are available: 1 ${uneven}, 2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/3 nodes are available: 1 ${NO_VICTIM}, 2 ${UNHELPFUL}.`,
  );
  expect(why('nowhere')).toBe(none(`3 ${uneven} (missing required label)`, UNHELPFUL));
  expect(why('apart')).toBe(none(`3 ${uneven}`, NO_VICTIM));
});

it('pods that would rather be spread go where the fewest of their kind are', async () => {
  const pod = open();
  for (const name of ['x', 'y']) pod(name, { nodeSelector: { 'kubernetes.io/hostname': 'node-a' } });
  for (const name of ['k', 'l']) pod(name, { nodeName: 'node-b' }, {}, { app: 'even' });
  pod('m', { nodeName: 'node-c' }, {}, { app: 'even' });
  await lab.live(500);
  pod('n', evenly({ whenUnsatisfiable: 'ScheduleAnyway' }), {}, { app: 'even' });
  await lab.live(500);
  expect(nodeOf('n')).toBe('node-a');
});

function classes() {
  for (const [name, value, preemptionPolicy] of [
    ['low', -5, 'PreemptLowerPriority'],
    ['high', 100, 'PreemptLowerPriority'],
    ['meek', 100, 'Never'],
  ] as const)
    lab.cluster.create('priorityclasses.scheduling.k8s.io', { metadata: { name }, value, preemptionPolicy });
}

it('a pod of a higher priority has the least important leave, says for whom, and is let in before others', async () => {
  const pod = open();
  classes();
  for (const name of ['a', 'b', 'c']) pod(name, name === 'b' ? { priorityClassName: 'low' } : {}, asks({ cpu: '10' }));
  await lab.live(2000);
  pod('meek', { priorityClassName: 'meek' }, asks({ cpu: '12' }));
  await lab.live(500);
  const short = 'FailedScheduling: 0/3 nodes are available: 3 Insufficient cpu.';
  expect(why('meek')).toBe(
    `${short} no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.`,
  );
  lab.cluster.delete('pods', 'default', 'meek');
  const freed = nodeOf('b');
  // It is to be seen when it has gone, too.
  lab.cluster.patch('pods', 'default', 'b', { metadata: { finalizers: ['a.b/c'] } });
  const high = pod('high', { priorityClassName: 'high' }, asks({ cpu: '12' }));
  await lab.live(60);
  expect(why('high')).toBe(short);
  expect(lab.cluster.get('pods', 'default', 'high')?.status).toMatchObject({ nominatedNodeName: freed });
  expect(lab.events('b')).toContain(`Preempted: Preempted by pod ${high.metadata.uid} on node ${freed}`);
  expect((lab.cluster.get('pods', 'default', 'b')!.status as { conditions: object[] }).conditions).toContainEqual(
    expect.objectContaining({
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: 'default-scheduler: preempting to accommodate a higher priority pod',
    }),
  );
  pod('quick', {}, asks({ cpu: '12' }));
  await lab.live(8000);
  expect([nodeOf('high'), nodeOf('quick'), nodeOf('a') && nodeOf('c') && 'there']).toEqual([freed, undefined, 'there']);
});

it('a budget has others leave, where there are others', async () => {
  const pod = open();
  classes();
  lab.cluster.create('poddisruptionbudgets.policy', {
    metadata: { name: 'keep', namespace: 'default' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'a' } } },
  });
  for (const name of ['a', 'b', 'c']) pod(name, {}, asks({ cpu: '10' }));
  await lab.live(3000);
  const freed = ['b', 'c'].map(nodeOf);
  pod('high', { priorityClassName: 'high' }, asks({ cpu: '12' }));
  await lab.live(8000);
  expect(freed).toContain(nodeOf('high'));
  expect(nodeOf('a')).toBeDefined();
});
