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
