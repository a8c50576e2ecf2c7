/**
 * Fills a cluster with fake nodes and running pods of the size that a database operator makes (13 KB of JSON each), for tests of scale. No
 * kubelet is involved, so a cluster of `up --control-plane` is best. What is there already stays.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Client, client, MERGE } from './cluster/client.ts';

const NAMESPACES = 20;
const PODS_PER_NODE = 100;

const now = () => new Date().toISOString().replace(/\.\d+/, '');
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

async function each(count: number, act: (i: number) => Promise<unknown>, width = 32): Promise<void> {
  let next = 0;
  await Promise.all(
    upTo(width).map(async () => {
      while (next < count) await act(next++);
    }),
  );
}

/** Where pod i lives: sets of nine pods (three kinds of three) that share a namespace. */
function place(i: number) {
  const set = `db-${Math.floor(i / (NAMESPACES * 9))}`;
  const member = Math.floor(i / NAMESPACES) % 9;
  const kind = ['redis', 'sentinel', 'proxy'][member % 3]!;
  const ordinal = Math.floor(member / 3);
  return { namespace: `fill-${i % NAMESPACES}`, set, kind, ordinal, name: `${set}-${kind}-${ordinal}` };
}

const ENV = upTo(24).map((k) => ({ name: `SETTING_${k}`, value: `value-of-setting-${k}-that-has-a-usual-length` }));

function container(name: string) {
  return {
    name,
    image: `registry.example/${name}:7.2.4`,
    env: ENV,
    resources: { requests: { cpu: '10m', memory: '16Mi' } },
    ports: [{ containerPort: name === 'engine' ? 6379 : 9121 }],
    volumeMounts: [
      { name: 'data', mountPath: '/data' },
      { name: 'config', mountPath: '/etc/engine' },
    ],
    readinessProbe: { exec: { command: ['redis-cli', 'ping'] }, periodSeconds: 5 },
  };
}

function pod(i: number, nodes: number) {
  const { namespace, set, ordinal, name } = place(i);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: {
        'app.kubernetes.io/instance': set,
        'app.kubernetes.io/name': 'redis',
        'app.kubernetes.io/managed-by': 'fill',
        'apps.kubernetes.io/pod-index': String(ordinal),
        role: ordinal ? 'secondary' : 'primary',
      },
      annotations: {
        'example.dev/config-hash': 'd41d8cd98f00b204e9800998ecf8427e',
        'example.dev/note': 'x'.repeat(400),
      },
    },
    spec: {
      nodeName: `fake-${i % nodes}`,
      automountServiceAccountToken: false,
      tolerations: [{ operator: 'Exists' }],
      terminationGracePeriodSeconds: 0,
      volumes: [
        { name: 'data', emptyDir: {} },
        { name: 'config', configMap: { name: 'config', optional: true } },
      ],
      containers: [container('engine'), container('exporter')],
    },
  };
}

function running(i: number) {
  const conditions = ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];
  return {
    status: {
      phase: 'Running',
      hostIP: `10.200.${(i >> 8) % 256}.1`,
      podIP: `10.${100 + (i >> 16)}.${(i >> 8) % 256}.${i % 256}`,
      startTime: now(),
      conditions: conditions.map((type) => ({ type, status: 'True', lastTransitionTime: now() })),
      containerStatuses: ['engine', 'exporter'].map((name) => ({
        name,
        image: `registry.example/${name}:7.2.4`,
        imageID: `registry.example/${name}@sha256:${'ab'.repeat(32)}`,
        containerID: `containerd://${'cd'.repeat(32)}`,
        ready: true,
        started: true,
        restartCount: i % 7,
        state: { running: { startedAt: now() } },
      })),
    },
  };
}

async function fakeNode(api: Client, i: number): Promise<void> {
  const labels = { 'topology.kubernetes.io/zone': `zone-${i % 3}` };
  await api.call('POST', '/api/v1/nodes', { metadata: { name: `fake-${i}`, labels } });
  const ready = { type: 'Ready', status: 'True', reason: 'Fake', message: '' };
  const status = {
    capacity: { cpu: '32', memory: '256Gi', pods: '250' },
    conditions: [{ ...ready, lastHeartbeatTime: now(), lastTransitionTime: now() }],
  };
  await api.call('PATCH', `/api/v1/nodes/fake-${i}/status`, { status }, MERGE);
}

const podPath = (i: number) => `/api/v1/namespaces/${place(i).namespace}/pods`;

/** Makes the cluster hold the first `pods` fake pods; resolves with how many it had to make. */
export async function fill(kubeconfig: string, pods: number): Promise<number> {
  const api = client(kubeconfig, 'fill', 32);
  const nodes = Math.max(1, Math.ceil(pods / PODS_PER_NODE));
  let made = 0;
  await each(NAMESPACES, (i) => api.call('POST', '/api/v1/namespaces', { metadata: { name: `fill-${i}` } }));
  await each(nodes, (i) => fakeNode(api, i));
  const there = new Set<string>();
  await each(
    NAMESPACES,
    async (i) => {
      const table = await api.call<{ items: { metadata: { name: string } }[] }>(
        'GET',
        `/api/v1/namespaces/fill-${i}/pods`,
      );
      for (const { metadata } of table.items) there.add(`fill-${i}/${metadata.name}`);
    },
    2,
  );
  await each(pods, async (i) => {
    const { namespace, name } = place(i);
    if (there.has(`${namespace}/${name}`)) return;
    await api.call('POST', podPath(i), pod(i, nodes));
    await api.call('PATCH', `${podPath(i)}/${name}/status`, running(i), MERGE);
    made++;
  });
  api.close();
  return made;
}

/** Changes the status of random pods of the first `pods`, so many times a second, until stopped. */
async function churn(kubeconfig: string, pods: number, perSecond: number): Promise<never> {
  const api = client(kubeconfig, 'fill', 32);
  for (let tick = 0; ; tick++) {
    const i = Math.floor(Math.random() * pods);
    const path = `${podPath(i)}/${place(i).name}/status`;
    await Promise.all([
      api.call('PATCH', path, { status: { message: `tick ${tick}` } }, MERGE),
      sleep(1000 / perSecond),
    ]);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { name: { type: 'string', default: 'main' }, churn: { type: 'string', default: '0' } },
  });
  const pods = Number(positionals[0]);
  const writes = Number(values.churn);
  if (!(pods >= 0) || !(writes >= 0)) {
    process.stderr.write('usage: fill [--name NAME] PODS [--churn WRITES-PER-SECOND]\n');
    process.exit(2);
  }
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const kubeconfig = join(cache, 'opsdeck-real/clusters', values.name, 'admin.kubeconfig');
  const began = Date.now();
  const made = await fill(kubeconfig, pods);
  process.stderr.write(`fill: ${pods} pods are there, ${made} made in ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
  if (writes > 0) await churn(kubeconfig, pods, writes);
}

if (import.meta.main) await main();
