/** Scenarios of what keeps many pods: Deployments, StatefulSets, DaemonSets, ReplicationControllers. */
import {
  claimTemplate,
  container,
  daemonSet,
  deployment,
  pod,
  podSpec,
  replicationController,
  shell,
  statefulSet,
  WAIT,
} from './objects.ts';
import type { Scenario, Stage } from './stage.ts';
import { condition, is, type Thing } from './watched.ts';

const env = (value: string) => podSpec([container('c', { env: [{ name: 'A', value }] })]);

const complete = (thing: Thing): boolean =>
  thing.status?.observedGeneration === thing.metadata.generation &&
  condition(thing, 'Progressing')?.reason === 'NewReplicaSetAvailable';
const rolled = async (stage: Stage, name: string) => {
  await stage.kubectl('rollout', 'status', `deployment/${name}`, '--timeout=60s');
  await stage.when('Deployment', name, complete);
};
const settled = (replicas: number) => (set: Thing) => {
  const {
    observedGeneration,
    replicas: made,
    readyReplicas = 0,
    availableReplicas = 0,
    currentRevision,
    updateRevision,
  } = set.status ?? {};
  return (
    observedGeneration === set.metadata.generation &&
    made === replicas &&
    readyReplicas === replicas &&
    availableReplicas === replicas &&
    currentRevision === updateRevision
  );
};
const pods = (stage: Stage) => stage.all('Pod').length;

export const CONTROLLERS: readonly Scenario[] = [
  {
    name: 'a Deployment rolls out, back, and out of sight',
    async play(stage) {
      await stage.apply(deployment('web', { replicas: 2 }));
      await rolled(stage, 'web');
      await stage.patch('deployment/web', { spec: { template: { spec: env('1') } } });
      await rolled(stage, 'web');
      await stage.kubectl('rollout', 'undo', 'deployment/web');
      await rolled(stage, 'web');
      await stage.kubectl('scale', 'deployment/web', '--replicas=0');
      await stage.when('Deployment', 'web', (web) => complete(web) && !web.status.replicas && pods(stage) === 0);
    },
  },
  {
    name: 'a roll-out that may have one pod more and none less',
    bounds: true,
    async play(stage) {
      const spec = { replicas: 4, minReadySeconds: 1, strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };
      await stage.apply(deployment('web', spec));
      await rolled(stage, 'web');
      await stage.patch('deployment/web', { spec: { template: { spec: env('1') } } });
      await rolled(stage, 'web');
    },
  },
  {
    name: 'a roll-out that may have no pod more and half less',
    bounds: true,
    rough: true,
    async play(stage) {
      const spec = {
        replicas: 4,
        minReadySeconds: 1,
        strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '50%' } },
      };
      await stage.apply(deployment('web', spec));
      await rolled(stage, 'web');
      await stage.patch('deployment/web', { spec: { template: { spec: env('1') } } });
      await rolled(stage, 'web');
    },
  },
  {
    name: 'a paused Deployment scales, and rolls out once it is resumed',
    async play(stage) {
      await stage.apply(deployment('web', { replicas: 1 }));
      await rolled(stage, 'web');
      await stage.kubectl('rollout', 'pause', 'deployment/web');
      await stage.when('Deployment', 'web', (web) => condition(web, 'Progressing')?.reason === 'DeploymentPaused');
      await stage.patch('deployment/web', { spec: { replicas: 3, template: { spec: env('1') } } });
      await stage.when('Deployment', 'web', (web) => web.status.readyReplicas === 3);
      await stage.kubectl('rollout', 'resume', 'deployment/web');
      await rolled(stage, 'web');
    },
  },
  {
    name: 'a roll-out that gets nowhere says so after its deadline, and is mended',
    async play(stage) {
      await stage.apply(deployment('web', { replicas: 2 }));
      await rolled(stage, 'web');
      const probe = { exec: { command: ['test', '-e', '/none'] }, periodSeconds: 1 };
      const never = podSpec([shell(WAIT, 'c', { readinessProbe: probe })]);
      await stage.patch('deployment/web', { spec: { progressDeadlineSeconds: 4, template: { spec: never } } });
      await stage.when(
        'Deployment',
        'web',
        (web) => condition(web, 'Progressing')?.reason === 'ProgressDeadlineExceeded',
      );
      await stage.kubectl('rollout', 'undo', 'deployment/web');
      await rolled(stage, 'web');
    },
  },
  {
    name: 'a Deployment that is recreated has no pod of both templates',
    bounds: true,
    async play(stage) {
      await stage.apply(deployment('web', { replicas: 2, strategy: { type: 'Recreate' } }));
      await rolled(stage, 'web');
      await stage.patch('deployment/web', { spec: { template: { spec: env('1') } } });
      await rolled(stage, 'web');
    },
  },
  {
    name: 'a StatefulSet makes, rolls and takes its pods in order',
    order: true,
    async play(stage) {
      await stage.apply(statefulSet('db', { replicas: 3, serviceName: 'db' }));
      await stage.when('StatefulSet', 'db', settled(3));
      await stage.patch('statefulset/db', { spec: { template: { spec: env('1') } } });
      await stage.when('StatefulSet', 'db', settled(3));
      await stage.kubectl('rollout', 'undo', 'statefulset/db');
      await stage.when('StatefulSet', 'db', settled(3));
      await stage.kubectl('scale', 'statefulset/db', '--replicas=1');
      await stage.when('StatefulSet', 'db', settled(1));
    },
  },
  {
    name: 'a partition holds a roll-out back',
    order: true,
    async play(stage) {
      await stage.apply(statefulSet('db', { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } }));
      await stage.when('StatefulSet', 'db', settled(3));
      await stage.patch('statefulset/db', { spec: { template: { spec: env('1') } } });
      await stage.when('StatefulSet', 'db', (db) => db.status.updatedReplicas === 1 && db.status.readyReplicas === 3);
      await stage.kubectl('delete', 'pod', 'db-0', '--wait=false');
      await stage.gone('Pod', 'db-0').catch(() => {});
      await stage.when('StatefulSet', 'db', (db) => db.status.readyReplicas === 3 && pods(stage) === 3);
      await stage.patch('statefulset/db', { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } });
      await stage.when('StatefulSet', 'db', settled(3));
    },
  },
  {
    name: 'a parallel StatefulSet under OnDelete',
    async play(stage) {
      const spec = { replicas: 3, podManagementPolicy: 'Parallel', updateStrategy: { type: 'OnDelete' } };
      await stage.apply(statefulSet('db', spec));
      await stage.when('StatefulSet', 'db', settled(3));
      await stage.patch('statefulset/db', { spec: { template: { spec: env('1') } } });
      await stage.when('StatefulSet', 'db', (db) => db.status.updateRevision !== db.status.currentRevision);
      await stage.kubectl('delete', 'pod', 'db-1');
      await stage.when('StatefulSet', 'db', (db) => db.status.updatedReplicas === 1 && db.status.readyReplicas === 3);
      await stage.kubectl('scale', 'statefulset/db', '--replicas=1');
      await stage.when('StatefulSet', 'db', (db) => db.status.replicas === 1 && pods(stage) === 1);
    },
  },
  {
    name: 'claims go with what they were made for, where the set says so',
    async play(stage) {
      const spec = {
        replicas: 2,
        persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Delete' },
        volumeClaimTemplates: [claimTemplate('data')],
      };
      await stage.apply(statefulSet('db', spec));
      await stage.when('StatefulSet', 'db', settled(2));
      await stage.kubectl('scale', 'statefulset/db', '--replicas=1');
      await stage.gone('PersistentVolumeClaim', 'data-db-1');
      await stage.when('StatefulSet', 'db', settled(1));
      await stage.kubectl('delete', 'statefulset', 'db');
      await stage.gone('PersistentVolumeClaim', 'data-db-0');
    },
  },
  {
    name: 'a DaemonSet rolls out, remembers, and goes back',
    async play(stage) {
      const done = (set: Thing) =>
        set.status?.observedGeneration === set.metadata.generation &&
        set.status.numberAvailable === 1 &&
        set.status.updatedNumberScheduled === 1;
      await stage.apply(daemonSet('each'));
      await stage.when('DaemonSet', 'each', done);
      await stage.patch('daemonset/each', { spec: { template: { spec: env('1') } } });
      await stage.kubectl('rollout', 'status', 'daemonset/each', '--timeout=60s');
      await stage.when('DaemonSet', 'each', done);
      await stage.kubectl('rollout', 'undo', 'daemonset/each');
      await stage.kubectl('rollout', 'status', 'daemonset/each', '--timeout=60s');
      await stage.when('DaemonSet', 'each', done);
    },
  },
  {
    name: 'a ReplicationController keeps its pods, takes strays in and lets others go',
    async play(stage) {
      const has = (replicas: number) => (rc: Thing) =>
        rc.status?.observedGeneration === rc.metadata.generation &&
        (rc.status.replicas ?? 0) === replicas &&
        (rc.status.availableReplicas ?? 0) === replicas;
      await stage.apply(pod('stray', podSpec(), { app: 'old' }));
      await stage.when('Pod', 'stray', (one) => is(one, 'Ready'));
      await stage.apply(replicationController('old', 2));
      await stage.when('ReplicationController', 'old', has(2));
      await stage.kubectl('label', 'pod', 'stray', 'app=other', '--overwrite');
      await stage.when('Pod', 'stray', (one) => !one.metadata.ownerReferences);
      await stage.when(
        'ReplicationController',
        'old',
        (rc) => has(2)(rc) && pods(stage) === 3 && stage.all('Pod').every((one) => is(one, 'Ready')),
      );
      await stage.kubectl('scale', 'rc/old', '--replicas=1');
      await stage.when('ReplicationController', 'old', has(1));
    },
  },
];
