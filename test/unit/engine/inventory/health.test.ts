/** The word, the few words and the sentences about a cluster, for what its operator says and its pods show. */
import { describe, expect, test } from 'vitest';
import type { Estate } from '../../../../engine/inventory/estate.ts';
import { estateOf, fixture, pod, type Raw, statefulSet } from './world.ts';

type Edit = (raw: Raw) => Raw;

/** The pods of a fixture, changed by name; the cluster's object by its kind. */
function edited(name: 'kubeblocks' | 'opengauss', edits: Record<string, Edit>): Estate {
  return estateOf(fixture(name).map((raw) => edits[raw.metadata.name]?.(raw) ?? edits[raw.kind]?.(raw) ?? raw));
}
const verdict = (estate: Estate) => {
  estate.flush();
  const [row] = estate.rows().clusters;
  return { health: row?.health, now: row?.now, reasons: row?.reasons };
};
const phase =
  (word: string, more: object = {}): Edit =>
  (raw) => ({
    ...raw,
    status: { ...(raw.status as object), phase: word, ...more },
  });
const role =
  (word: string): Edit =>
  (raw) => ({
    ...raw,
    metadata: { ...raw.metadata, labels: { ...raw.metadata.labels, 'kubeblocks.io/role': word } },
  });
const condition = (type: string, status: string, reason?: string) => ({ type, status, ...(reason ? { reason } : {}) });
const status =
  (more: object): Edit =>
  (raw) => ({ ...raw, status: { ...(raw.status as object), ...more } });
const unready = status({ conditions: [condition('Ready', 'False'), condition('ContainersReady', 'False')] });
const lost = status({ conditions: [condition('Ready', 'False'), condition('ContainersReady', 'True')] });
const crashing: Edit = (raw) => ({
  ...raw,
  status: {
    ...(raw.status as object),
    conditions: [condition('Ready', 'False'), condition('ContainersReady', 'False')],
    containerStatuses: [
      { name: 'redis', ready: false, restartCount: 9, state: { waiting: { reason: 'CrashLoopBackOff' } } },
      { name: 'kbagent', ready: true, restartCount: 0, state: { running: {} } },
    ],
  },
});
const restarting = status({
  conditions: [condition('Ready', 'False'), condition('ContainersReady', 'False')],
  containerStatuses: ['redis', 'kbagent'].map((name) => ({
    name,
    ready: false,
    restartCount: 0,
    state: { terminated: { exitCode: 0, reason: 'Completed' } },
  })),
});
const leaving: Edit = (raw) => ({ ...raw, metadata: { ...raw.metadata, deletionTimestamp: '2026-11-21T06:00:00Z' } });

describe('KubeBlocks, three redis', () => {
  const [r0, r1, r2] = ['carts-redis-0', 'carts-redis-1', 'carts-redis-2'] as const;
  test.each<[string, Record<string, Edit>, { health: string; now: string; reasons: string[] }]>([
    ['all well', {}, { health: 'ok', now: '', reasons: [] }],
    [
      'a secondary is not ready',
      { [r1]: unready },
      { health: 'warn', now: '1 not ready', reasons: ['carts-redis-1 runs but is not ready.'] },
    ],
    [
      'a secondary is started again',
      { [r1]: restarting },
      { health: 'busy', now: '1 starting 2/3', reasons: ['carts-redis-1 does not run yet: Completed.'] },
    ],
    [
      'the primary is not ready',
      { [r0]: unready },
      { health: 'bad', now: 'primary not ready', reasons: ['carts-redis-0 runs but is not ready.'] },
    ],
    [
      'a secondary crashes in the middle of an update',
      { Cluster: phase('Updating'), [r2]: crashing },
      {
        health: 'warn',
        now: '1 crashing',
        reasons: ['carts-redis-2 does not run: CrashLoopBackOff.', 'It is Updating.'],
      },
    ],
    [
      'a rolling update: one leaves, nothing is wrong',
      { Cluster: phase('Updating'), [r2]: leaving },
      { health: 'busy', now: 'Updating 2/3', reasons: ['1 of 3 instances is missing.', 'It is Updating.'] },
    ],
    [
      'nobody is primary',
      { [r0]: role('secondary') },
      { health: 'bad', now: 'no primary', reasons: ['No instance is primary.'] },
    ],
    [
      'two are primary',
      { [r2]: role('primary') },
      {
        health: 'bad',
        now: '2 primaries',
        reasons: ['2 instances say they are primary: carts-redis-0, carts-redis-2.'],
      },
    ],
    [
      'the node of the primary does not answer',
      { [r0]: lost },
      {
        health: 'bad',
        now: 'primary lost',
        reasons: ['carts-redis-0 is lost: its node node1 does not answer.'],
      },
    ],
    [
      'the operator says it failed, and why',
      {
        Cluster: phase('Failed', { components: { redis: { phase: 'Failed', message: { 'Pod/x': 'no space left' } } } }),
      },
      { health: 'bad', now: 'Failed', reasons: ['It is Failed: no space left'] },
    ],
    [
      'the operator says it failed, and only a condition says why',
      {
        Cluster: phase('Abnormal', { conditions: [{ type: 'Ready', status: 'False', message: 'redis is not ready' }] }),
      },
      { health: 'warn', now: 'Abnormal', reasons: ['It is Abnormal: redis is not ready'] },
    ],
    [
      'a volume is gone',
      { 'data-carts-redis-1': status({ phase: 'Lost' }) },
      { health: 'warn', now: 'volume lost', reasons: ['data-carts-redis-1 has lost its volume.'] },
    ],
    [
      'stopped, as it was told, with a pod left',
      { Cluster: phase('Stopped'), [r0]: crashing, [r1]: leaving },
      { health: 'off', now: 'stopped', reasons: ['It is Stopped.', '1 instance still runs.'] },
    ],
    [
      'a phase that no provider knows',
      { Cluster: phase('Hibernating') },
      { health: 'unknown', now: 'Hibernating', reasons: ['It is Hibernating.'] },
    ],
    ['being deleted', { Cluster: leaving }, { health: 'busy', now: 'Deleting', reasons: ['It is Deleting.'] }],
  ])('%s', (_, edits, expected) => {
    expect(verdict(edited('kubeblocks', edits))).toEqual(expected);
  });

  test('a new cluster without a status or a pod is being created', () => {
    const [cluster] = fixture('kubeblocks');
    const { status: _, ...fresh } = cluster as Raw & { status: unknown };
    expect(verdict(estateOf([fresh as Raw]))).toEqual({
      health: 'busy',
      now: 'Creating 0/3',
      reasons: ['3 of 3 instances are missing.', 'It is Creating.'],
    });
  });

  test('pods that were not listed yet are not missing, and nobody is blamed for the primary', () => {
    const estate = edited('kubeblocks', { [r0]: role('secondary') });
    estate.dropPod(fixture('kubeblocks').find((raw) => raw.metadata.name === r1)?.metadata.uid ?? '');
    estate.podsKnown = 'some';
    expect(verdict(estate)).toEqual({ health: 'ok', now: '', reasons: [] });
    estate.podsKnown = 'all';
    expect(verdict(estate).health).toBe('bad');
  });

  test('where pods may not be read, what the operator calls well is not known to be', () => {
    const estate = estateOf(fixture('kubeblocks').filter((raw) => raw.kind !== 'Pod'));
    estate.podsKnown = 'denied';
    expect(verdict(estate)).toEqual({
      health: 'unknown',
      now: 'pods unseen',
      reasons: ['Its pods may not be read, so only its operator speaks for it.'],
    });
  });
});

describe('openGauss', () => {
  const state = (word: string, more: object = {}): Edit => status({ state: word, ...more });
  test.each<[string, Record<string, Edit>, string, string]>([
    ['recovering', { OpenGaussCluster: state('recovering') }, 'busy', 'recovering'],
    ['maintaining', { OpenGaussCluster: state('maintaining') }, 'off', 'maintaining'],
    ['invalid', { OpenGaussCluster: state('invalid', { message: 'storage can not shrink' }) }, 'bad', 'invalid'],
  ])('%s', (_, edits, health, now) => {
    expect(verdict(edited('opengauss', edits))).toMatchObject({ health, now });
  });

  test('no label and no address: which one is primary is not known', () => {
    const unlabelled: Edit = (raw) => ({
      ...raw,
      metadata: { ...raw.metadata, labels: { 'opengauss.cluster': 'ogtest01' } },
    });
    expect(
      verdict(edited('opengauss', { Pod: unlabelled, OpenGaussCluster: state('ready', { primary: '' }) })),
    ).toEqual({
      health: 'bad',
      now: 'no primary',
      reasons: ['Neither its status nor a pod says which one is primary.'],
    });
  });
});

describe('plain workloads', () => {
  const owned = (n: number, more: object = {}) => pod(`db-${n}`, { owner: 'StatefulSet/db', ...more });
  const with_ = (set: Raw, ...pods: Raw[]) => verdict(estateOf([set, ...pods]));

  test('leader-less and complete', () => {
    expect(with_(statefulSet('db'), owned(0), owned(1), owned(2))).toEqual({ health: 'ok', now: '', reasons: [] });
  });
  test('one is missing', () => {
    expect(with_(statefulSet('db'), owned(0), owned(1))).toMatchObject({ health: 'warn', now: '1 missing' });
  });
  test('none is ready', () => {
    expect(with_(statefulSet('db', { replicas: 1 }), owned(0, { ready: false }))).toEqual({
      health: 'bad',
      now: 'none ready',
      reasons: ['Its only instance is not ready.', 'db-0 runs but is not ready.'],
    });
  });
  test('scaled to nothing', () => {
    expect(with_(statefulSet('db', { replicas: 0 }))).toEqual({
      health: 'off',
      now: 'stopped',
      reasons: ['It is Stopped.'],
    });
  });
  test('a new template rolls out', () => {
    const rolling = status({ updatedReplicas: 1, updateRevision: 'b' })(statefulSet('db'));
    expect(with_(rolling, owned(0), owned(1), owned(2))).toMatchObject({ health: 'busy', now: 'Updating' });
  });
  test('a change that its controller has not seen yet', () => {
    const set = statefulSet('db');
    const changed = { ...set, metadata: { ...set.metadata, generation: 2 } };
    expect(with_(changed, owned(0), owned(1), owned(2))).toMatchObject({ health: 'busy', now: 'Updating' });
  });
  test('a rollout that got stuck', () => {
    const message = 'ReplicaSet "web-1" has timed out progressing.';
    const stuck = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message };
    const web = { ...status({ conditions: [stuck], updatedReplicas: 1 })(statefulSet('web')), kind: 'Deployment' };
    expect(verdict(estateOf([web]))).toMatchObject({
      health: 'bad',
      now: 'Stalled',
      reasons: [`It is Stalled: ${message}`, '3 of 3 instances are missing.'],
    });
  });
  test('evicted leftovers beside their replacements are no members', () => {
    const evicted = status({ phase: 'Failed', reason: 'Evicted', conditions: [], containerStatuses: [] })(owned(9));
    expect(with_(statefulSet('db', { replicas: 1 }), owned(0), evicted)).toMatchObject({ health: 'ok' });
  });
  test('of a group, one part that is scaled to nothing says nothing about the rest', () => {
    const annotations = { 'opsdeck.dev/cluster': 'shop' };
    const web = statefulSet('web', { annotations, replicas: 0 });
    expect(with_(statefulSet('db', { annotations, replicas: 1 }), web, owned(0))).toMatchObject({
      health: 'ok',
      now: '',
    });
  });
  test('a hundred broken pods are not a hundred sentences', () => {
    const pods = Array.from({ length: 100 }, (_, n) => owned(n, { ready: n === 0 }));
    const { reasons } = with_(statefulSet('db', { replicas: 100 }), ...pods);
    expect(reasons).toHaveLength(9);
    expect(reasons?.at(-1)).toBe('And 91 more of the kind.');
  });
});
