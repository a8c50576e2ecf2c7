import { wholeSeconds } from '../../clock.ts';
import type { SimObject } from '../../types.ts';
import { ownerReference } from '../../workloads/template.ts';
import type { ClusterSpec, ComponentSpec } from '../clusters.ts';
import type { Operator } from './operator.ts';
import { container, service, volume } from './parts.ts';

interface Spec {
  instances: number;
  imageName: string;
  storage: { size: string };
}

const specOf = (cr: SimObject) => cr.spec as unknown as Spec;

/** A CloudNativePG Cluster as a user writes it. */
export function cnpgCluster(spec: ClusterSpec): [string, object] {
  const [component] = spec.components as [ComponentSpec];
  return [
    'clusters.postgresql.cnpg.io',
    {
      metadata: {
        name: spec.name,
        namespace: spec.namespace,
        annotations: { 'opsdeck.dev/definition': spec.definition },
      },
      spec: {
        instances: component.replicas,
        imageName: component.image,
        storage: { size: `${component.storage}Gi` },
        primaryUpdateStrategy: 'unsupervised',
      },
    },
  ];
}

export const cnpg: Operator = {
  name: 'cloudnative-pg',
  resource: 'clusters.postgresql.cnpg.io',
  kind: 'Cluster',
  clusterLabel: 'cnpg.io/cluster',
  role: { label: 'cnpg.io/instanceRole', leader: 'primary', follower: 'replica', also: (role) => ({ role }) },
  failoverAfter: 5000,
  objects(cr) {
    const base = (name: string) => ({
      name,
      namespace: cr.metadata.namespace ?? '',
      labels: { 'cnpg.io/cluster': cr.metadata.name },
      ownerReferences: [ownerReference(cr)],
    });
    const port = { name: 'postgres', port: 5432 };
    const selector = { 'cnpg.io/cluster': cr.metadata.name };
    return [
      service(base(`${cr.metadata.name}-rw`), port, { ...selector, 'cnpg.io/instanceRole': 'primary' }),
      service(base(`${cr.metadata.name}-ro`), port, { ...selector, 'cnpg.io/instanceRole': 'replica' }),
      service(base(`${cr.metadata.name}-r`), port, { ...selector, 'cnpg.io/podRole': 'instance' }),
    ];
  },
  members(cr) {
    const { instances, imageName, storage } = specOf(cr);
    return Array.from({ length: instances }, (_, i) => {
      const name = `${cr.metadata.name}-${i + 1}`;
      const labels = { 'cnpg.io/cluster': cr.metadata.name, 'cnpg.io/instanceName': name };
      return {
        name,
        labels: {
          ...labels,
          'cnpg.io/podRole': 'instance',
          'app.kubernetes.io/component': 'database',
          'app.kubernetes.io/instance': cr.metadata.name,
          'app.kubernetes.io/managed-by': 'cloudnative-pg',
        },
        claims: [{ name, labels: { ...labels, 'cnpg.io/pvcRole': 'PG_DATA' }, storage: storage.size, owned: true }],
        spec: {
          hostname: name,
          terminationGracePeriodSeconds: 5,
          containers: [container({ name: 'postgres', image: imageName, replicas: 1, port: 5432, storage: 1 })],
          volumes: [volume(name)],
        },
      };
    });
  },
  status(cr, { pods, ready, leader, now }) {
    const { instances, imageName } = specOf(cr);
    const old = (cr.status ?? {}) as {
      phase?: string;
      currentPrimary?: string;
      conditions?: { status: string; lastTransitionTime: string }[];
    };
    const whole = ready.length === instances && leader !== undefined;
    const phase = whole
      ? 'Cluster in healthy state'
      : old.phase === undefined || /^(Setting|Creating)/.test(old.phase)
        ? ready.length === 0
          ? 'Setting up primary'
          : 'Creating a new replica'
        : leader === undefined
          ? 'Failing over'
          : 'Waiting for the instances to become active';
    const status = whole ? 'True' : 'False';
    return {
      phase,
      instances: pods.length,
      readyInstances: ready.length,
      instanceNames: pods.map((pod) => pod.metadata.name),
      currentPrimary: leader ?? old.currentPrimary ?? '',
      targetPrimary: leader ?? 'pending',
      instancesStatus: {
        healthy: ready.map((pod) => pod.metadata.name),
        ...(ready.length < pods.length
          ? { failed: pods.filter((pod) => !ready.includes(pod)).map((pod) => pod.metadata.name) }
          : {}),
      },
      image: imageName,
      timelineID: 1,
      writeService: `${cr.metadata.name}-rw`,
      readService: `${cr.metadata.name}-r`,
      conditions: [
        {
          type: 'Ready',
          status,
          reason: whole ? 'ClusterIsReady' : 'ClusterIsNotReady',
          message: whole ? 'Cluster is Ready' : 'Cluster Is Not Ready',
          lastTransitionTime:
            old.conditions?.[0]?.status === status ? old.conditions[0].lastTransitionTime : wholeSeconds(now),
        },
      ],
    };
  },
};
