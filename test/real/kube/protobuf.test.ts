/** Pods as a real API server writes them in protobuf: what is read of them is what their JSON says. */
import { expect, test } from 'vitest';
import { slimPod } from '../../../engine/inventory/pod.ts';
import { labelReading } from '../../../engine/inventory/provider.ts';
import { POD, type RawPod } from '../../../engine/inventory/raw-pod.ts';
import { defaultProviders } from '../../../engine/inventory/reader.ts';
import { listOf } from '../../../engine/kube/protobuf.ts';
import { apply, kubectl, namespace, until } from '../kit.ts';
import { client } from './world.ts';

interface List {
  kind: string;
  metadata: { continue?: string; remainingItemCount?: number; resourceVersion?: string };
  items?: (RawPod & { metadata: { uid: string; resourceVersion: string } })[];
}

const ns = await namespace('protobuf');
const kube = await client();
const path = `/api/v1/namespaces/${ns}/pods`;
const both = (query: Record<string, string | number> = {}) =>
  Promise.all([kube.request<List>(path, { query }), kube.request<List>(path, { query, protobuf: listOf(POD) })]);

const main = (script: string) => ({ name: 'main', image: 'local/redis:7', command: ['sh', '-c', script] });
const pod = (name: string, spec: object, metadata: object = {}) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, ...spec },
  });

test('pods in every state', async () => {
  const sidecar = { ...main('sleep 1000'), name: 'side', restartPolicy: 'Always' };
  const volumes = [
    { name: 'data', persistentVolumeClaim: { claimName: 'nobodys' } },
    { name: 'tmp', emptyDir: {} },
  ];
  const pods = [
    pod('runs', { initContainers: [sidecar], containers: [main('sleep 1000')] }, { labels: { empty: '', app: 'x' } }),
    pod('failed', { containers: [main('exit 3')] }),
    pod('killed', { containers: [main('kill -9 $$')] }),
    pod('waits', { volumes, containers: [main('true')] }),
    pod('nowhere', { nodeSelector: { no: 'where' }, containers: [main('true')] }),
    pod('held', { containers: [main('sleep 1000')] }, { finalizers: ['opsdeck.dev/held'] }),
  ];
  await apply(pods.join('\n---\n'), ns);
  await kubectl(['delete', 'pod', 'held', '--wait=false'], { namespace: ns });
  try {
    const reading = labelReading(await defaultProviders());
    const slims = ({ items = [] }: List) =>
      items.map((raw) => [raw.metadata.resourceVersion, slimPod(raw, reading)] as const);
    await until('all states', async () => {
      const words = slims(await kube.request<List>(path)).map(([, { name, status }]) => `${name} ${status}`);
      const wanted = ['failed Error', 'held Terminating', 'killed Error', 'nowhere Pending', 'runs Running'];
      return wanted.every((each) => words.includes(each));
    });
    // A pod may change between the two.
    const [plain, read] = await until('two lists of the same time', async () => {
      const [json, protobuf] = (await both()).map(slims);
      const versions = (list = json) => list?.map(([version]) => version).join();
      return versions(json) === versions(protobuf) && ([json, protobuf] as const);
    });
    expect(plain).toHaveLength(pods.length);
    expect(read).toEqual(plain);
    const [json, protobuf] = await both({ limit: 2 });
    expect(protobuf).toMatchObject({ kind: json.kind, metadata: { continue: expect.stringMatching(/./) } });
    expect(protobuf.metadata.remainingItemCount).toBe(json.metadata.remainingItemCount);
  } finally {
    await kubectl(['patch', 'pod', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":null}}'], {
      namespace: ns,
    });
  }
});

test('refusals are told as in JSON', async () => {
  const query = { limit: 1, continue: 'no token' };
  const refusal = (options: object) =>
    kube.request(path, { query, ...options }).then(
      () => undefined,
      ({ status, reason, message }) => ({ status, reason, message }),
    );
  expect(await refusal({ protobuf: listOf(POD) })).toEqual(await refusal({}));
  expect(await refusal({ protobuf: listOf(POD) })).toMatchObject({
    status: 400,
    message: expect.stringMatching(/continue/),
  });
});
