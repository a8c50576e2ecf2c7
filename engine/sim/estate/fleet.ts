/** What makes the estate large: pods that nobody runs, so that a hundred thousand of them cost only their objects. */

import { randomUUID } from 'node:crypto';
import { wholeSeconds } from '../clock.ts';
import type { SimCluster } from '../cluster.ts';
import type { SimObject } from '../types.ts';

/** Pods in one namespace. */
const PER_NAMESPACE = 2000;
const IMAGE = 'demo/service:1';

function podObject(i: number, namespace: string, created: string): object {
  const app = `service-${String(Math.floor(i / 4)).padStart(5, '0')}`;
  const name = `${app}-${i % 4}`;
  const ip = `10.${192 + ((i >> 16) & 31)}.${(i >> 8) & 255}.${i & 255}`;
  const condition = (type: string) => ({
    type,
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: created,
    observedGeneration: 1,
  });
  const sick = i % 997 === 0;
  return {
    metadata: {
      name,
      namespace,
      uid: randomUUID(),
      creationTimestamp: created,
      generation: 1,
      labels: {
        app,
        'app.kubernetes.io/name': app,
        'app.kubernetes.io/part-of': 'fleet',
        'apps.kubernetes.io/pod-index': String(i % 4),
        tier: ['web', 'api', 'worker', 'cache'][i % 4],
      },
      annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9100' },
    },
    spec: {
      nodeName: ['node-a', 'node-b', 'node-c'][i % 3],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: 'default',
      schedulerName: 'default-scheduler',
      containers: [
        {
          name: 'main',
          image: IMAGE,
          imagePullPolicy: 'IfNotPresent',
          ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
          env: [
            { name: 'LOG_LEVEL', value: 'info' },
            { name: 'REGION', value: `zone-${i % 3}` },
          ],
          // They ask for nothing: three nodes hold them all, and must have room for who comes.
          resources: {},
          readinessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 10 },
        },
      ],
    },
    status: {
      phase: 'Running',
      podIP: ip,
      podIPs: [{ ip }],
      hostIP: `10.88.0.${(i % 3) + 1}`,
      startTime: created,
      qosClass: 'BestEffort',
      conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
        condition,
      ),
      containerStatuses: [
        {
          name: 'main',
          image: `docker.io/${IMAGE}`,
          imageID: 'sha256:5b1e0f6c6c1c0f3a2a3b6f5d0f4c9e6c3a7b8d2e1f0a9b8c7d6e5f4a3b2c1d0e',
          containerID: `containerd://${'0'.repeat(56)}${i.toString(16).padStart(8, '0')}`,
          ready: !sick,
          started: true,
          restartCount: sick ? 7 : 0,
          state: { running: { startedAt: created } },
          lastState: {},
        },
      ],
    },
  };
}

/** Adds so many pods, made at a time. They go straight into the store: checks of a hundred thousand known good objects would only take time. */
export function addFleet(cluster: SimCluster, count: number, at: number): void {
  const { store, registry } = cluster.kernel;
  const info = registry.get('pods');
  const created = wholeSeconds(at);
  for (let i = 0; i < count; i++) {
    const namespace = `fleet-${String(Math.floor(i / PER_NAMESPACE)).padStart(2, '0')}`;
    if (i % PER_NAMESPACE === 0) cluster.create('namespaces', { metadata: { name: namespace } });
    store.put(info, { apiVersion: 'v1', kind: 'Pod', ...podObject(i, namespace, created) } as unknown as SimObject);
    // Whoever watches pods looks at these while they are still at hand.
    if (i % 500 === 499) cluster.drain();
  }
}
