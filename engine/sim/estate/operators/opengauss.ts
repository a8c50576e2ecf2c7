import type { SimObject } from '../../types.ts';
import { ownerReference } from '../../workloads/template.ts';
import type { ClusterSpec, ComponentSpec } from '../clusters.ts';
import type { Operator } from './operator.ts';
import { container, service } from './parts.ts';

interface Spec {
  image: string;
  iplist: { ip: string; nodename: string }[];
  dbport: number;
  readport: number;
  writeport: number;
  storage: string;
  localrole: string;
  maintenance?: boolean;
}

const specOf = (cr: SimObject) => cr.spec as unknown as Spec;
const podName = (cr: SimObject, ip: string) => `og-${cr.metadata.name}-pod-${ip.replaceAll('.', 'x')}`;
const labelsOf = (cr: SimObject) => ({
  'app.kubernetes.io/app': 'opengauss',
  'app.kubernetes.io/name': cr.metadata.name,
});

/** An OpenGaussCluster as a user writes it. */
export function opengaussCluster(spec: ClusterSpec, nodes: readonly string[]): [string, object] {
  const [component] = spec.components as [ComponentSpec];
  return [
    'opengaussclusters.opengauss.sig',
    {
      metadata: {
        name: spec.name,
        namespace: spec.namespace,
        annotations: { 'opsdeck.dev/definition': spec.definition },
      },
      spec: {
        image: component.image,
        iplist: Array.from({ length: component.replicas }, (_, i) => ({
          ip: `172.16.0.${i + 2}`,
          nodename: nodes[i % nodes.length],
        })),
        localrole: 'primary',
        dbport: component.port,
        readport: 31000,
        writeport: 31001,
        cpu: '2',
        memory: '4G',
        storage: `${component.storage}Gi`,
        dbpasswd: 'c2ltdWxhdGVk',
        config: { max_connections: '2000' },
        schedule: { processTimeout: 300, mostavailabletimeout: 60, gracePeriod: 30 },
      },
    },
  ];
}

export const opengauss: Operator = {
  name: 'opengauss-operator',
  resource: 'opengaussclusters.opengauss.sig',
  kind: 'OpenGaussCluster',
  clusterLabel: 'opengauss.cluster',
  role: { label: 'opengauss.role', leader: 'primary', follower: 'standby' },
  failoverAfter: 6000,
  objects(cr) {
    const { dbport, readport, writeport } = specOf(cr);
    const base = {
      namespace: cr.metadata.namespace ?? '',
      labels: labelsOf(cr),
      ownerReferences: [ownerReference(cr)],
    };
    const behind = (name: string, role: string, nodePort: number): [string, object] => [
      'services',
      {
        metadata: { ...base, name },
        spec: {
          type: 'NodePort',
          ports: [{ port: dbport, targetPort: dbport, nodePort }],
          selector: { 'opengauss.cluster': cr.metadata.name, 'opengauss.role': role },
        },
      },
    ];
    return [
      behind(`og-${cr.metadata.name}-svc`, 'primary', writeport),
      behind(`og-${cr.metadata.name}-svc-read`, 'standby', readport),
      service(
        { ...base, name: `og-${cr.metadata.name}` },
        { name: 'og', port: dbport },
        { 'opengauss.cluster': cr.metadata.name },
        { clusterIP: 'None' },
      ),
    ];
  },
  members(cr) {
    const { iplist, image, dbport, storage } = specOf(cr);
    return iplist.map(({ ip, nodename }) => {
      const name = podName(cr, ip);
      const claim = (what: string) => ({
        name: `${name}-${what}-pvc`,
        labels: { ...labelsOf(cr), pvc: `${name}-${what}` },
        storage: what === 'log' ? '5Gi' : storage,
        owned: false,
      });
      return {
        name,
        labels: { 'app.kubernetes.io/app': 'opengauss', 'opengauss.cluster': cr.metadata.name },
        annotations: { 'cni.projectcalico.org/ipAddrs': JSON.stringify([ip]) },
        claims: [claim('data'), claim('log')],
        spec: {
          nodeSelector: { 'kubernetes.io/hostname': nodename },
          terminationGracePeriodSeconds: 5,
          containers: [
            container(
              { name: 'og', image, replicas: 1, port: dbport },
              { env: [{ name: 'PGDATA', value: '/gaussdata/openGauss/db1' }] },
            ),
            { name: 'sidecar', image: 'demo/og-sidecar:2.0', imagePullPolicy: 'IfNotPresent' },
          ],
          volumes: [
            { name: 'pvc-data', persistentVolumeClaim: { claimName: `${name}-data-pvc` } },
            { name: 'pvc-log', persistentVolumeClaim: { claimName: `${name}-log-pvc` } },
          ],
        },
      };
    });
  },
  status(cr, { pods, ready, leader, roles, now }) {
    const spec = specOf(cr);
    const old = (cr.status ?? {}) as { state?: string };
    const at = new Date(now).toISOString().slice(0, 19).replace('T', ' ');
    const ipOf = (pod: SimObject) => (pod.status as { podIP?: string } | undefined)?.podIP ?? '';
    const whole = ready.length === spec.iplist.length && leader !== undefined;
    const state = spec.maintenance
      ? 'maintaining'
      : whole
        ? 'ready'
        : old.state === undefined || old.state === 'creating'
          ? 'creating'
          : 'recovering';
    const standbys = pods.filter((pod) => roles.get(pod.metadata.name) === 'follower');
    const words = { leader: 'Primary', follower: 'Standby' } as const;
    return {
      state,
      primary: leader ? ipOf(pods.find((pod) => pod.metadata.name === leader) as SimObject) : '',
      podstate: Object.fromEntries(
        pods.filter(ipOf).map((pod) => {
          const role = roles.get(pod.metadata.name);
          return [
            ipOf(pod),
            `[Local Role: ${role ? words[role] : 'Unknown'}, Process exist: ${role !== undefined}, Connection available: ${role !== undefined}, DB state normal: ${role !== undefined}, Maintenance: ${spec.maintenance === true}, Build status: Build completed, Static Connections: ${role === 'leader' ? pods.length - 1 : 0}, Detail Information: Normal, ]`,
          ];
        }),
      ),
      syncState: standbys.map((pod, i) => ({
        ip: ipOf(pod),
        percent: 100,
        priority: i + 1,
        state: i === 0 ? 'Sync' : 'Potential',
      })),
      conditions: [
        { type: 'ResourceReady', status: 'True', lastUpdateTime: at.slice(0, 10) },
        { type: 'InstancesReady', status: whole ? 'True' : 'False', lastUpdateTime: at.slice(0, 10) },
        { type: 'ServiceReady', status: leader ? 'True' : 'False', lastUpdateTime: at.slice(0, 10) },
      ],
      spec,
    };
  },
};
