import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Lab, openLab, template } from './lab.ts';

let lab: Lab;
beforeEach(() => {
  lab = openLab();
});
afterEach(() => lab.close());

const { containers, ...rest } = template({ app: 'web' }).spec;
const web = (name: string, probe: object = {}) =>
  lab.cluster.create('pods', {
    metadata: { name, namespace: 'default', labels: { app: 'web' } },
    spec: { ...rest, containers: [{ ...containers[0], ports: [{ name: 'http', containerPort: 8080 }], ...probe }] },
  });
const endpoints = () => lab.cluster.get('endpoints', 'default', 'web');

it('a Service has Endpoints too: who is ready apart from who is not, and none once it is gone', async () => {
  lab.cluster.create('services', {
    metadata: { name: 'web', namespace: 'default', labels: { tier: 'front' } },
    spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  });
  await lab.live(500);
  expect(endpoints()?.subsets).toBeUndefined();
  web('a');
  web('b', { readinessProbe: { exec: { command: ['false'] } } });
  await lab.live(8000);
  const address = (name: string) => ({ targetRef: { kind: 'Pod', name, namespace: 'default' } });
  expect(endpoints()).toMatchObject({
    metadata: { labels: { tier: 'front', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' } },
    subsets: [
      {
        addresses: [address('a')],
        notReadyAddresses: [address('b')],
        ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      },
    ],
  });
  lab.cluster.delete('services', 'default', 'web');
  await lab.live(500);
  expect(endpoints()).toBeUndefined();
});

it('Endpoints that somebody else made stay when a Service of their name goes', async () => {
  const metadata = { name: 'web', namespace: 'default' };
  lab.cluster.create('services', { metadata, spec: { ports: [{ port: 80 }] } });
  lab.cluster.create('endpoints', { metadata, subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 80 }] }] });
  await lab.live(500);
  lab.cluster.delete('services', 'default', 'web');
  await lab.live(500);
  expect(endpoints()?.subsets).toHaveLength(1);
});

it('a cluster begins with its own Service and the two critical priority classes', () => {
  expect(lab.cluster.get('services', 'default', 'kubernetes')?.spec).toMatchObject({
    clusterIP: '10.96.0.1',
    ports: [{ name: 'https', port: 443, targetPort: 6443 }],
  });
  expect(
    lab.cluster.list('priorityclasses.scheduling.k8s.io').map(({ metadata, value }) => [metadata.name, value]),
  ).toEqual([
    ['system-cluster-critical', 2_000_000_000],
    ['system-node-critical', 2_000_001_000],
  ]);
  expect(() =>
    lab.cluster.create('priorityclasses.scheduling.k8s.io', { metadata: { name: 'system-mine' }, value: 1 }),
  ).toThrow("priority class names with 'system-' prefix are reserved");
});

it('the lease of a node is renewed while the node is ready', async () => {
  const renewed = () => {
    const lease = lab.cluster.get('leases.coordination.k8s.io', 'kube-node-lease', 'node-a');
    return Date.parse((lease?.spec as { renewTime?: string } | undefined)?.renewTime ?? '');
  };
  await lab.live(1000);
  const first = renewed();
  await lab.live(25_000);
  expect(renewed() - first).toBe(20_000);
});

it('leaves out a port that no container has the name of, and Endpoints are there without addresses', async () => {
  lab.cluster.create('services', {
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'nobody' }] },
  });
  web('a');
  await lab.live(3000);
  const [slice] = lab.cluster
    .list('endpointslices.discovery.k8s.io')
    .filter(({ metadata }) => metadata.name.startsWith('web-')) as unknown as {
    endpoints: unknown[];
    ports: unknown;
  }[];
  expect(slice?.endpoints).toHaveLength(1);
  expect(slice?.ports).toBeNull();
  expect(endpoints()).toBeDefined();
  expect(endpoints()?.subsets).toBeUndefined();
});
