/** What webhooks meet that no recorded request shows: the cluster's own controllers, changes meanwhile, streams, pods behind Services. */
import { createServer, request, type Server } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { realClock } from '../../../../../engine/sim/clock.ts';
import { selfSigned } from '../../../../../engine/sim/http/cert.ts';
import { type Sim, type SimObject, startSim } from '../../../../../engine/sim/index.ts';
import { startWorkloads } from '../../../../../engine/sim/workloads/index.ts';
import { template } from '../workloads/lab.ts';

interface Asked {
  uid: string;
  operation: string;
  name?: string;
  userInfo: { username: string };
  object: SimObject;
}

let sim: Sim;
let server: Server;
let port = 0;
let asked: Asked[];
let answer: (one: Asked) => object | Promise<object>;
const clock = realClock();
const { key, cert } = selfSigned('webhook', { hosts: ['hook.default.svc'], addresses: ['127.0.0.1'] });

beforeEach(async () => {
  asked = [];
  answer = () => ({ allowed: true });
  sim = await startSim({ clock });
  server = createServer({ key, cert }, async (question, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of question) chunks.push(chunk as Buffer);
    const review = JSON.parse(Buffer.concat(chunks).toString()) as { request: Asked };
    asked.push(review.request);
    const said = await answer(review.request);
    response.end(JSON.stringify({ ...review, response: { uid: review.request.uid, ...said } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await sim.close();
});

const patched = (...operations: object[]): object => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});
const rule = (operations: string, resources: string): object => ({
  apiGroups: ['*'],
  apiVersions: ['*'],
  operations: operations.split(' '),
  resources: resources.split(' '),
});
/** Registers the server. */
const register = (type: 'mutating' | 'validating', rules: object, more: object = {}): void => {
  sim.cluster.create(`${type}webhookconfigurations.admissionregistration.k8s.io`, {
    metadata: { name: 'hook' },
    webhooks: [
      {
        name: 'a.hooks.dev',
        clientConfig: { url: `https://127.0.0.1:${port}/`, caBundle: Buffer.from(cert).toString('base64') },
        rules: [rules],
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        ...more,
      },
    ],
  });
};

interface Said {
  code: number | undefined;
  body: { message?: string; data?: object; metadata?: { resourceVersion: string } };
}
function send(method: string, path: string, body: object, headers: Record<string, string> = {}): Promise<Said> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      `${sim.url}${path}`,
      {
        method,
        ca: sim.ca,
        servername: 'localhost',
        headers: {
          authorization: `Bearer ${sim.token}`,
          'content-type': 'application/json',
          // Without it no body goes with a DELETE.
          'content-length': Buffer.byteLength(text),
          ...headers,
        },
      },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        resolve({ code: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) });
      },
    );
    sent.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve({ code: 101, body: {} });
    });
    sent.on('error', reject);
    sent.end(text);
  });
}
const MAPS = '/api/v1/namespaces/default/configmaps';
const events = (reason: string): string[] =>
  sim.cluster.list('events').flatMap((event) => (event.reason === reason ? [String(event.message)] : []));

test('what controllers make is changed by webhooks too, and is made once', async () => {
  answer = () => patched({ op: 'add', path: '/metadata/labels/by', value: 'hook' });
  register('mutating', rule('CREATE', 'pods'));
  const workloads = startWorkloads(sim.cluster);
  const spec = { replicas: 3, selector: { matchLabels: { app: 'a' } }, template: template({ app: 'a' }) };
  sim.cluster.create('deployments.apps', { metadata: { name: 'd', namespace: 'default' }, spec });
  sim.cluster.create('statefulsets.apps', {
    metadata: { name: 's', namespace: 'default' },
    spec: {
      ...spec,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: { app: 'b' } },
      template: template({ app: 'b' }),
    },
  });
  await vi.waitFor(() => expect(sim.cluster.list('pods')).toHaveLength(6), 20_000);
  await sim.cluster.idle();
  expect(sim.cluster.list('pods').every(({ metadata }) => metadata.labels?.by === 'hook')).toBe(true);
  // The names of a ReplicaSet's pods are found after webhooks have seen them.
  expect(asked.map(({ name = '' }) => name).sort()).toEqual(['', '', '', 's-0', 's-1', 's-2']);
  expect([...new Set(asked.map(({ userInfo }) => userInfo.username))].sort()).toEqual([
    'system:serviceaccount:kube-system:replicaset-controller',
    'system:serviceaccount:kube-system:statefulset-controller',
  ]);
  expect(events('SuccessfulCreate').filter((text) => /pod/i.test(text))).toHaveLength(6);
  expect(events('FailedCreate')).toEqual([]);
  workloads.close();
});

test('a refusal is told by the controller, which tries again', async () => {
  answer = () => ({ allowed: false, status: { message: 'not now', code: 403 } });
  register('validating', rule('CREATE', 'pods'));
  const workloads = startWorkloads(sim.cluster);
  const spec = { replicas: 1, selector: { matchLabels: { app: 'a' } }, template: template({ app: 'a' }) };
  sim.cluster.create('replicasets.apps', { metadata: { name: 'r', namespace: 'default' }, spec });
  await vi.waitFor(
    () =>
      expect(events('FailedCreate')).toEqual([
        'Error creating: admission webhook "a.hooks.dev" denied the request: not now',
      ]),
    20_000,
  );
  expect(sim.cluster.get('replicasets.apps', 'default', 'r')?.status).toMatchObject({
    conditions: [{ type: 'ReplicaFailure', reason: 'FailedCreate' }],
  });
  answer = () => ({ allowed: true });
  await vi.waitFor(() => expect(sim.cluster.list('pods')).toHaveLength(1), 20_000);
  workloads.close();
});

test('what changes while a webhook is asked is not lost', async () => {
  sim.cluster.create('configmaps', { metadata: { name: 'm', namespace: 'default' }, data: { a: '1' } });
  register('validating', rule('UPDATE DELETE', 'configmaps'));
  // The first question takes so long that somebody else is faster.
  const overtaken = (other: object) => {
    answer = () => {
      if (asked.length === 1) sim.cluster.patch('configmaps', 'default', 'm', other);
      return { allowed: true };
    };
    asked = [];
  };
  overtaken({ data: { b: '2' } });
  const merge = { 'content-type': 'application/merge-patch+json' };
  expect(await send('PATCH', `${MAPS}/m`, { data: { c: '3' } }, merge)).toMatchObject({
    code: 200,
    body: { data: { a: '1', b: '2', c: '3' } },
  });
  expect(asked).toHaveLength(2);
  const { resourceVersion } = sim.cluster.get('configmaps', 'default', 'm')!.metadata;
  overtaken({ data: { b: '4' } });
  const replaced = await send('PUT', `${MAPS}/m`, { metadata: { name: 'm', resourceVersion }, data: {} });
  expect(replaced.code).toBe(409);
  overtaken({ data: { b: '5' } });
  expect((await send('DELETE', `${MAPS}/m`, { preconditions: { resourceVersion } })).code).toBe(409);
  overtaken({ data: { b: '6' } });
  expect((await send('DELETE', `${MAPS}/m`, {})).code).toBe(200);
});

test('an upgrade waits for the webhooks', async () => {
  register('validating', rule('CONNECT', 'pods/exec'));
  const path = '/api/v1/namespaces/default/pods/none/exec?command=ls&stdout=true';
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'SPDY/3.1',
    'x-stream-protocol-version': 'v4.channel.k8s.io',
  };
  answer = () => ({ allowed: false, status: { message: 'no shell here', code: 403 } });
  const refused = await send('POST', path, {}, upgrade);
  expect(refused).toMatchObject({
    code: 403,
    body: { message: 'admission webhook "a.hooks.dev" denied the request: no shell here' },
  });
  answer = () => ({ allowed: true });
  expect((await send('POST', path, {}, upgrade)).code).toBe(503);
  expect(asked.map(({ operation }) => operation)).toEqual(['CONNECT', 'CONNECT']);
});

test('a webhook may be a pod behind a Service', async () => {
  const { kernel } = sim.cluster;
  const dialled: object[] = [];
  kernel.node = {
    ...(kernel.node as NonNullable<typeof kernel.node>),
    dial(call) {
      dialled.push(call);
      return connect(port, '127.0.0.1');
    },
  };
  sim.cluster.create('services', {
    metadata: { name: 'hook', namespace: 'default' },
    spec: { ports: [{ name: 'https', port: 443, targetPort: 9443 }] },
  });
  sim.cluster.create('endpoints', {
    metadata: { name: 'hook', namespace: 'default' },
    subsets: [
      {
        addresses: [{ ip: '10.244.0.9', targetRef: { kind: 'Pod', name: 'manager', namespace: 'default' } }],
        ports: [{ name: 'https', port: 9443 }],
      },
    ],
  });
  register('validating', rule('CREATE', 'configmaps'), {
    clientConfig: {
      service: { name: 'hook', namespace: 'default' },
      caBundle: Buffer.from(cert).toString('base64'),
    },
  });
  expect((await send('POST', MAPS, { metadata: { name: 'm' } })).code).toBe(201);
  expect(dialled).toEqual([{ namespace: 'default', pod: 'manager', port: 9443 }]);
  kernel.node.dial = () => {
    throw new Error('nothing listens');
  };
  const { clusterIP } = sim.cluster.get('services', 'default', 'hook')!.spec as { clusterIP: string };
  expect((await send('POST', MAPS, { metadata: { name: 'n' } })).body.message).toBe(
    `Internal error occurred: failed calling webhook "a.hooks.dev": failed to call webhook: Post "https://hook.default.svc:443/?timeout=10s": dial tcp ${clusterIP}:443: connect: connection refused`,
  );
});
