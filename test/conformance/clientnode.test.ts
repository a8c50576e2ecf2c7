/** The official JavaScript client as it comes, on the embedded cluster with its nodes or on a real one. */
import { PassThrough } from 'node:stream';
import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Embedded, embedded } from '../kit/embedded.ts';
import { REAL } from './connection.ts';
import { eventually } from './eventually.ts';

/** Has a shell, and both clusters run it. */
const IMAGE = 'local/redis:7';

let server: Embedded | undefined;
const config = new k8s.KubeConfig();
let core: k8s.CoreV1Api;
let namespace = '';

beforeAll(async () => {
  if (!REAL) server = await embedded();
  config.loadFromFile(REAL || server!.kubeconfig);
  core = config.makeApiClient(k8s.CoreV1Api);
  const made = await core.createNamespace({ body: { metadata: { generateName: 'clientnode-' } } });
  namespace = made.metadata!.name!;
});

afterAll(async () => {
  await core.deleteNamespace({ name: namespace });
  await server?.close();
});

const settings = (name: string, data: Record<string, string> = { a: '1' }): k8s.V1ConfigMap => ({
  metadata: { name, labels: { app: 'settings' } },
  data,
});

const create = (name: string): Promise<k8s.V1ConfigMap> =>
  core.createNamespacedConfigMap({ namespace, body: settings(name) });

/** What a refused call was answered with. */
async function refusal(call: Promise<unknown>): Promise<{ code: number; reason: string }> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof k8s.ApiException)) throw new Error(`not refused by the server: ${String(error)}`);
  const body = typeof error.body === 'string' ? (JSON.parse(error.body) as k8s.V1Status) : (error.body as k8s.V1Status);
  return { code: error.code, reason: body.reason ?? '' };
}

describe('requests of the generated classes', () => {
  test('create, read, replace, delete', async () => {
    const made = await create('one');
    expect(made.metadata?.creationTimestamp).toBeInstanceOf(Date);
    const read = await core.readNamespacedConfigMap({ namespace, name: 'one' });
    read.data!.a = '2';
    const replaced = await core.replaceNamespacedConfigMap({ namespace, name: 'one', body: read });
    expect(replaced.data).toEqual({ a: '2' });
    read.data!.a = '3';
    expect(await refusal(core.replaceNamespacedConfigMap({ namespace, name: 'one', body: read }))).toEqual({
      code: 409,
      reason: 'Conflict',
    });
    expect(await refusal(create('one'))).toEqual({ code: 409, reason: 'AlreadyExists' });
    await core.deleteNamespacedConfigMap({ namespace, name: 'one' });
    expect(await refusal(core.readNamespacedConfigMap({ namespace, name: 'one' }))).toEqual({
      code: 404,
      reason: 'NotFound',
    });
  });

  test('pages', async () => {
    for (const name of ['p1', 'p2', 'p3']) await create(name);
    const selector = { namespace, labelSelector: 'app=settings', limit: 2 };
    const first = await core.listNamespacedConfigMap(selector);
    expect(first.items.map((one) => one.metadata?.name)).toEqual(['p1', 'p2']);
    const second = await core.listNamespacedConfigMap({ ...selector, _continue: first.metadata!._continue! });
    expect(second.items.map((one) => one.metadata?.name)).toEqual(['p3']);
    await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: 'app=settings' });
  });

  const patches: [string, k8s.PatchStrategy, unknown, object][] = [
    ['JSON', k8s.PatchStrategy.JsonPatch, [{ op: 'replace', path: '/data/a', value: 'json' }], { a: 'json' }],
    ['merge', k8s.PatchStrategy.MergePatch, { data: { b: 'merge' } }, { a: '1', b: 'merge' }],
    ['strategic merge', k8s.PatchStrategy.StrategicMergePatch, { data: { a: null, c: '3' } }, { c: '3' }],
    [
      'server-side apply',
      k8s.PatchStrategy.ServerSideApply,
      { apiVersion: 'v1', kind: 'ConfigMap', data: { d: '4' } },
      { a: '1', d: '4' },
    ],
  ];
  test.each(patches)('%s patch', async (_, strategy, body, data) => {
    await create('patched');
    const changed = await core.patchNamespacedConfigMap(
      { namespace, name: 'patched', body, fieldManager: 'test' },
      k8s.setHeaderOptions('Content-Type', strategy),
    );
    expect(changed.data).toEqual(data);
    await core.deleteNamespacedConfigMap({ namespace, name: 'patched' });
  });
});

describe('objects of any kind', () => {
  test('create, patch by apply, list, delete', async () => {
    const objects = k8s.KubernetesObjectApi.makeApiClient(config);
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'any', namespace },
      spec: { clusterIP: 'None', ports: [{ name: 'http', port: 80 }] },
    };
    const made = (await objects.create(service)) as k8s.V1Service;
    expect(made.spec?.ports?.[0]).toMatchObject({ protocol: 'TCP', targetPort: 80 });
    const applied = (await objects.patch(
      { ...service, spec: { ports: [{ name: 'https', port: 443 }] } } as k8s.KubernetesObject,
      undefined,
      undefined,
      'test',
      true,
      k8s.PatchStrategy.ServerSideApply,
    )) as k8s.V1Service;
    expect(applied.spec?.ports?.map((port) => port.port)).toEqual([80, 443]);
    const listed = await objects.list('v1', 'Service', namespace);
    expect(listed.items.map((one) => one.metadata?.name)).toEqual(['any']);
    await objects.delete(service);
    expect(await refusal(objects.read(service))).toEqual({ code: 404, reason: 'NotFound' });
  });

  test('custom objects', async () => {
    const definitions = config.makeApiClient(k8s.ApiextensionsV1Api);
    const custom = config.makeApiClient(k8s.CustomObjectsApi);
    const at = { group: 'node.clients.opsdeck.dev', version: 'v1', namespace, plural: 'gadgets' };
    const name = `${at.plural}.${at.group}`;
    await definitions.deleteCustomResourceDefinition({ name }).catch(() => {});
    const names = { plural: at.plural, singular: 'gadget', kind: 'Gadget', listKind: 'GadgetList' };
    const schema = {
      openAPIV3Schema: {
        type: 'object',
        properties: {
          spec: { type: 'object', properties: { size: { type: 'integer', _default: 1 } } },
          status: { type: 'object', properties: { ok: { type: 'boolean' } } },
        },
      },
    };
    await eventually(async () => {
      await definitions.createCustomResourceDefinition({
        body: {
          metadata: { name },
          spec: {
            group: at.group,
            scope: 'Namespaced',
            names,
            versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {} } }],
          },
        },
      });
    });
    await eventually(async () => {
      await custom.listNamespacedCustomObject(at);
    });
    const gadget = { apiVersion: `${at.group}/v1`, kind: 'Gadget', metadata: { name: 'g' }, spec: { other: 1 } };
    const made = await custom.createNamespacedCustomObject({ ...at, body: gadget });
    expect(made.spec).toEqual({ size: 1 });
    const patched = await custom.patchNamespacedCustomObjectStatus(
      { ...at, name: 'g', body: { status: { ok: true } } },
      k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch),
    );
    expect(patched).toMatchObject({ spec: { size: 1 }, status: { ok: true }, metadata: { generation: 1 } });
    await definitions.deleteCustomResourceDefinition({ name });
  });
});

describe('watching', () => {
  test('a watch goes on from a list', async () => {
    const list = await core.listNamespacedConfigMap({ namespace });
    const events: string[] = [];
    const watch = new k8s.Watch(config);
    const stop = await watch.watch(
      `/api/v1/namespaces/${namespace}/configmaps`,
      { resourceVersion: list.metadata?.resourceVersion, allowWatchBookmarks: true, labelSelector: 'app=settings' },
      (type, object: k8s.V1ConfigMap) => {
        if (type !== 'BOOKMARK') events.push(`${type} ${object.metadata?.name}`);
      },
      () => {},
    );
    await create('watched');
    await core.patchNamespacedConfigMap(
      { namespace, name: 'watched', body: { data: { b: '1' } } },
      k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch),
    );
    await core.deleteNamespacedConfigMap({ namespace, name: 'watched' });
    await eventually(() => expect(events).toEqual(['ADDED watched', 'MODIFIED watched', 'DELETED watched']));
    stop.abort();
  });

  // A real server forgets the past by the clock alone.
  if (!REAL)
    test('a watch from a revision that is gone ends with 410', async () => {
      server!.sim.cluster.compact();
      const events = await new Promise<unknown>((resolve) => {
        const seen: unknown[] = [];
        void new k8s.Watch(config).watch(
          `/api/v1/namespaces/${namespace}/configmaps`,
          { resourceVersion: '1' },
          (type, object: k8s.V1Status) => seen.push([type, object.code, object.reason]),
          () => resolve(seen),
        );
      });
      expect(events).toEqual([['ERROR', 410, 'Expired']]);
    });

  test('an informer holds what is there, through a list, changes and a restart', async () => {
    await create('held-1');
    const events: string[] = [];
    const informer = k8s.makeInformer(
      config,
      `/api/v1/namespaces/${namespace}/configmaps`,
      () => core.listNamespacedConfigMap({ namespace, labelSelector: 'app=settings' }),
      'app=settings',
    );
    for (const verb of ['add', 'update', 'delete'] as const)
      informer.on(verb, (object) => void events.push(`${verb} ${object.metadata?.name}`));
    await informer.start();
    await create('held-2');
    await core.replaceNamespacedConfigMap({ namespace, name: 'held-2', body: settings('held-2', { a: '2' }) });
    await core.deleteNamespacedConfigMap({ namespace, name: 'held-1' });
    await eventually(() => expect(events).toEqual(['add held-1', 'add held-2', 'update held-2', 'delete held-1']));
    expect(informer.list().map((object) => object.metadata?.name)).toEqual(['held-2']);
    await informer.stop();
    await core.deleteNamespacedConfigMap({ namespace, name: 'held-2' });
    await informer.start();
    await eventually(() => expect(informer.list()).toEqual([]));
    await informer.stop();
  });
});

describe('leases', () => {
  test('of two candidates one gets a lease, and the other after it let go', async () => {
    const leases = config.makeApiClient(k8s.CoordinationV1Api);
    const now = () => new k8s.V1MicroTime();
    const lease = await leases.createNamespacedLease({
      namespace,
      body: {
        metadata: { name: 'leader' },
        spec: { holderIdentity: 'a', leaseDurationSeconds: 15, acquireTime: now(), renewTime: now() },
      },
    });
    const take = (who: string, seen: k8s.V1Lease) =>
      leases.replaceNamespacedLease({
        namespace,
        name: 'leader',
        body: { ...seen, spec: { ...seen.spec, holderIdentity: who, renewTime: now(), leaseTransitions: 1 } },
      });
    const renewed = await take('a', lease);
    expect(await refusal(take('b', lease))).toEqual({ code: 409, reason: 'Conflict' });
    const taken = await take('b', renewed);
    expect(taken.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
    expect(JSON.stringify(taken.spec?.renewTime)).toMatch(/\.\d{6}Z"$/);
  });
});

describe('pods', () => {
  const run = async (command: string[], input?: string) => {
    const out = new PassThrough();
    const err = new PassThrough();
    const stdin = input === undefined ? null : new PassThrough();
    const text = { out: '', err: '' };
    out.on('data', (chunk) => {
      text.out += String(chunk);
    });
    err.on('data', (chunk) => {
      text.err += String(chunk);
    });
    const status = await new Promise<k8s.V1Status>((resolve, reject) => {
      new k8s.Exec(config)
        .exec(namespace, 'p', 'main', command, out, err, stdin, false, resolve)
        .then(() => stdin?.end(input), reject);
    });
    return { ...text, status };
  };

  beforeAll(async () => {
    const command = ['sh', '-c', "trap 'exit 0' TERM; echo one; echo two; while :; do sleep 0.2; done"];
    await core.createNamespacedPod({
      namespace,
      body: {
        metadata: { name: 'p' },
        spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image: IMAGE, command }] },
      },
    });
    await eventually(async () => {
      const pod = await core.readNamespacedPod({ namespace, name: 'p' });
      expect(pod.status?.containerStatuses?.[0]?.ready).toBe(true);
    }, 50_000);
  });

  test('exec: both outputs and the exit code', async () => {
    const { out, err, status } = await run(['sh', '-c', 'echo out; echo err >&2; exit 3']);
    expect([out, err]).toEqual(['out\n', 'err\n']);
    expect(status).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode' });
    expect(status.details?.causes).toEqual([{ reason: 'ExitCode', message: '3' }]);
  });

  test('exec: input to its end', async () => {
    const { out, status } = await run(['sh', '-c', "wc -c | tr -d ' '"], '0123456789\n'.repeat(5000));
    expect([out, status.status]).toEqual(['55000\n', 'Success']);
  });

  test('log: whole, its last lines, followed', async () => {
    expect(await core.readNamespacedPodLog({ namespace, name: 'p' })).toBe('one\ntwo\n');
    expect(await core.readNamespacedPodLog({ namespace, name: 'p', tailLines: 1 })).toBe('two\n');
    const followed = new PassThrough();
    let text = '';
    followed.on('data', (chunk) => {
      text += String(chunk);
    });
    followed.on('error', () => {});
    await new k8s.Log(config).log(namespace, 'p', 'main', followed, { follow: true });
    await eventually(() => expect(text).toBe('one\ntwo\n'));
    await core.deleteNamespacedPod({ namespace, name: 'p' });
    await new Promise((resolve) => followed.once('close', resolve)); // the log ends with its container
  });
});
