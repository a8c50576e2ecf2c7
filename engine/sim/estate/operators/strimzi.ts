import { wholeSeconds } from '../../clock.ts';
import type { SimObject } from '../../types.ts';
import { ownerReference } from '../../workloads/template.ts';
import type { ClusterSpec, ComponentSpec } from '../clusters.ts';
import type { Operator } from './operator.ts';
import { container, service, volume } from './parts.ts';

const POOL = 'demo.opsdeck.dev/pool';
const poolOf = (cr: SimObject): ComponentSpec => JSON.parse(cr.metadata.annotations?.[POOL] ?? '{}');
const labelsOf = (cr: SimObject) => ({
  'strimzi.io/cluster': cr.metadata.name,
  'strimzi.io/kind': 'Kafka',
  'strimzi.io/name': `${cr.metadata.name}-kafka`,
});

/** A Kafka of Strimzi with one pool of brokers that are controllers too. */
export function strimziCluster(spec: ClusterSpec): [string, object] {
  const [component] = spec.components as [ComponentSpec];
  return [
    'kafkas.kafka.strimzi.io',
    {
      metadata: {
        name: spec.name,
        namespace: spec.namespace,
        annotations: {
          'strimzi.io/node-pools': 'enabled',
          'strimzi.io/kraft': 'enabled',
          [POOL]: JSON.stringify(component),
          'opsdeck.dev/definition': spec.definition,
        },
      },
      spec: {
        kafka: { version: spec.version, listeners: [{ name: 'plain', port: 9092, type: 'internal', tls: false }] },
      },
    },
  ];
}

export const strimzi: Operator = {
  name: 'strimzi-cluster-operator',
  resource: 'kafkas.kafka.strimzi.io',
  kind: 'Kafka',
  clusterLabel: 'strimzi.io/cluster',
  failoverAfter: Number.POSITIVE_INFINITY,
  owner(cr, kit) {
    return kit.view.get('strimzipodsets.core.strimzi.io', cr.metadata.namespace ?? '', `${cr.metadata.name}-broker`);
  },
  objects(cr) {
    const base = (name: string) => ({
      name,
      namespace: cr.metadata.namespace ?? '',
      labels: labelsOf(cr),
      ownerReferences: [ownerReference(cr)],
    });
    const { replicas, storage } = poolOf(cr);
    const selector = { 'strimzi.io/cluster': cr.metadata.name, 'strimzi.io/broker-role': 'true' };
    return [
      [
        'kafkanodepools.kafka.strimzi.io',
        {
          metadata: { ...base('broker') },
          spec: {
            replicas,
            roles: ['broker', 'controller'],
            storage: { type: 'persistent-claim', size: `${storage}Gi` },
          },
        },
      ],
      [
        'strimzipodsets.core.strimzi.io',
        {
          metadata: base(`${cr.metadata.name}-broker`),
          spec: { selector: { matchLabels: { 'strimzi.io/cluster': cr.metadata.name } } },
        },
      ],
      service(base(`${cr.metadata.name}-kafka-bootstrap`), { name: 'tcp-clients', port: 9092 }, selector),
      service(base(`${cr.metadata.name}-kafka-brokers`), { name: 'tcp-clients', port: 9092 }, selector, {
        clusterIP: 'None',
        publishNotReadyAddresses: true,
      }),
    ];
  },
  members(cr) {
    const pool = poolOf(cr);
    return Array.from({ length: pool.replicas }, (_, i) => {
      const name = `${cr.metadata.name}-broker-${i}`;
      const claim = `data-${name}`;
      return {
        name,
        labels: {
          ...labelsOf(cr),
          'strimzi.io/component-type': 'kafka',
          'strimzi.io/pool-name': 'broker',
          'strimzi.io/broker-role': 'true',
          'strimzi.io/controller-role': 'true',
          'strimzi.io/pod-name': name,
        },
        claims: [{ name: claim, labels: labelsOf(cr), storage: `${pool.storage}Gi`, owned: false }],
        spec: {
          hostname: name,
          subdomain: `${cr.metadata.name}-kafka-brokers`,
          terminationGracePeriodSeconds: 5,
          containers: [container(pool)],
          volumes: [volume(claim)],
        },
      };
    });
  },
  status(cr, { pods, ready, now }) {
    const whole = pods.length > 0 && ready.length === pods.length;
    const old = (cr.status ?? {}) as { conditions?: { type: string; lastTransitionTime: string }[] };
    const type = whole ? 'Ready' : 'NotReady';
    const before = old.conditions?.[0];
    return {
      observedGeneration: cr.metadata.generation,
      kafkaVersion: (cr.spec as { kafka?: { version?: string } }).kafka?.version,
      kafkaMetadataState: 'KRaft',
      kafkaNodePools: [{ name: 'broker' }],
      conditions: [
        {
          type,
          status: 'True',
          ...(whole ? {} : { reason: 'Creating', message: 'Kafka cluster is not ready' }),
          lastTransitionTime: before?.type === type ? before.lastTransitionTime : wholeSeconds(now),
        },
      ],
    };
  },
};
