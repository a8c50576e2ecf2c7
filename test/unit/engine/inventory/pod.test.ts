import { describe, expect, test } from 'vitest';
import { slimPod } from '../../../../engine/inventory/pod.ts';
import { labelReading } from '../../../../engine/inventory/provider.ts';
import { POD, type RawPod } from '../../../../engine/inventory/raw-pod.ts';
import { readProtobuf } from '../../../../engine/kube/protobuf.ts';
import { encodeProtobuf } from '../../../../engine/sim/schema/encode.ts';
import { fixture, pod, providers } from './world.ts';

const reading = labelReading(providers);
/** Pods come in two forms, and are the same in both. */
function slim(raw: object) {
  const pod = slimPod(raw as RawPod, reading);
  const bytes = encodeProtobuf({ ...raw, apiVersion: 'v1', kind: 'Pod' });
  expect(slimPod(readProtobuf(bytes, POD), reading)).toEqual(pod);
  return pod;
}
const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
const one = (state: object, more: object = {}) => [
  { name: 'redis', image: 'i', ready: false, restartCount: 2, state, ...more },
];

/** `status` is what kubectl prints in its STATUS column for the same pod. */
describe('status', () => {
  const containers = [{ name: 'redis', image: 'i' }];
  test.each<[string, object, { status: string; state: string; spec?: object; deleted?: boolean }]>([
    [
      'running',
      { phase: 'Running', ...ready, containerStatuses: one({ running: {} }) },
      { status: 'Running', state: 'ready' },
    ],
    [
      'running, not ready',
      { phase: 'Running', containerStatuses: one({ running: {} }) },
      { status: 'Running', state: 'unready' },
    ],
    ['pending', { phase: 'Pending' }, { status: 'Pending', state: 'starting' }],
    [
      'no node for it',
      { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] },
      { status: 'Pending', state: 'unschedulable' },
    ],
    [
      'starting',
      { phase: 'Pending', containerStatuses: one({ waiting: { reason: 'ContainerCreating' } }) },
      { status: 'ContainerCreating', state: 'starting' },
    ],
    [
      'crash loop',
      { phase: 'Running', containerStatuses: one({ waiting: { reason: 'CrashLoopBackOff' } }) },
      { status: 'CrashLoopBackOff', state: 'crashing' },
    ],
    [
      'killed for its memory',
      { phase: 'Running', containerStatuses: one({ terminated: { reason: 'OOMKilled', exitCode: 137 } }) },
      { status: 'OOMKilled', state: 'crashing' },
    ],
    [
      'ended without a reason',
      { phase: 'Running', containerStatuses: one({ terminated: { exitCode: 3 } }) },
      { status: 'ExitCode:3', state: 'crashing' },
    ],
    [
      'done',
      { phase: 'Succeeded', containerStatuses: one({ terminated: { reason: 'Completed', exitCode: 0 } }) },
      { status: 'Completed', state: 'done' },
    ],
    ['evicted', { phase: 'Failed', reason: 'Evicted' }, { status: 'Evicted', state: 'failed' }],
    [
      'initialising',
      { phase: 'Pending', initContainerStatuses: [{ name: 'a', state: { running: {} } }] },
      { status: 'Init:0/2', state: 'starting', spec: { initContainers: [{ name: 'a' }, { name: 'b' }] } },
    ],
    [
      'an init container fails',
      { phase: 'Pending', initContainerStatuses: [{ name: 'a', state: { waiting: { reason: 'CrashLoopBackOff' } } }] },
      { status: 'Init:CrashLoopBackOff', state: 'crashing', spec: { initContainers: [{ name: 'a' }] } },
    ],
    [
      'a sidecar that runs is no init container in the way',
      {
        phase: 'Running',
        ...ready,
        initContainerStatuses: [{ name: 'a', started: true, state: { running: {} } }],
        containerStatuses: one({ running: {} }),
      },
      { status: 'Running', state: 'ready', spec: { initContainers: [{ name: 'a', restartPolicy: 'Always' }] } },
    ],
    ['leaving', { phase: 'Running', ...ready }, { status: 'Terminating', state: 'leaving', deleted: true }],
    [
      'gone with its node',
      { phase: 'Running', reason: 'NodeLost' },
      { status: 'Unknown', state: 'lost', deleted: true },
    ],
    [
      'its node does not answer',
      {
        phase: 'Running',
        conditions: [
          { type: 'Ready', status: 'False' },
          { type: 'ContainersReady', status: 'True' },
        ],
        containerStatuses: one({ running: {} }, { ready: true }),
      },
      { status: 'Running', state: 'lost' },
    ],
    [
      'a readiness gate is shut: the node is well',
      {
        phase: 'Running',
        conditions: [
          { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady' },
          { type: 'ContainersReady', status: 'True' },
        ],
        containerStatuses: one({ running: {} }, { ready: true }),
      },
      { status: 'Running', state: 'unready' },
    ],
  ])('%s', (_, status, { spec, deleted, ...expected }) => {
    const metadata = deleted ? { deletionTimestamp: '2026-11-21T06:00:00Z' } : {};
    expect(slim({ metadata, spec: { containers, ...spec }, status })).toMatchObject(expected);
  });
});

test('a pod of which nothing is known is still a pod', () => {
  expect(slim({})).toMatchObject({
    uid: '',
    name: '',
    status: 'Unknown',
    state: 'starting',
    readiness: '0/0',
    containers: [],
  });
});

test('of a claimed pod, only the labels that providers read are kept; of another, those that can hold a role', () => {
  const claimed = fixture('kubeblocks').find((raw) => raw.metadata.name === 'carts-redis-0');
  expect(Object.keys(slim(claimed ?? {}).labels).toSorted()).toEqual([
    'app.kubernetes.io/component',
    'app.kubernetes.io/instance',
    'app.kubernetes.io/managed-by',
    'apps.kubeblocks.io/component-name',
    'kubeblocks.io/role',
  ]);
  const free = { 'redis-role': 'master', 'app.kubernetes.io/name': 'r', 'controller-revision-hash': 'x' };
  expect(slim(pod('r-0', { labels: free })).labels).toEqual({ 'redis-role': 'master', 'app.kubernetes.io/name': 'r' });
});

test('labels without end are not kept without end', () => {
  const labels = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`spam-${n}`, 'x']));
  const kept = slim(pod('r-0', { labels: { ...labels, 'app.kubernetes.io/name': 'r' } })).labels;
  expect(kept).toEqual({ 'app.kubernetes.io/name': 'r' });
});

test('a container that does not run has no id; restarts and readiness are as told', () => {
  const raw = pod('r-0');
  const running = slim(raw);
  expect(running.containers).toEqual([
    { name: 'redis', image: 'local/redis:7', ready: true, restarts: 0, id: 'containerd://r-0', state: 'running' },
  ]);
  const waiting = one({ waiting: { reason: 'ImagePullBackOff' } }, { containerID: 'containerd://old' });
  const broken = slim({ ...raw, status: { phase: 'Pending', containerStatuses: waiting } });
  expect(broken.containers[0]).toMatchObject({ id: '', state: 'ImagePullBackOff', restarts: 2, ready: false });
  expect(broken.readiness).toBe('0/1');
});

test('nothing that moves a cursor comes through', () => {
  const evil = '\u001b[2Jrm\u202e';
  const raw = pod('r-0', { labels: { a: evil } });
  const status = { phase: evil, reason: evil, containerStatuses: one({ waiting: { reason: evil } }) };
  const text = JSON.stringify(
    slim({ ...raw, spec: { nodeName: evil, containers: [{ name: 'redis', image: evil }] }, status }),
  );
  expect(text).not.toMatch(/\\u001b|\u202e/);
});
