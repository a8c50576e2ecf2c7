import { expect, test } from 'vitest';
import { readAll } from '../../../../engine/inventory/find.ts';
import { POD } from '../../../../engine/inventory/raw-pod.ts';
import { askPods, watchesOf } from '../../../../engine/inventory/reflect.ts';
import { CORE } from '../../../../engine/inventory/sources.ts';
import { listOf, type Message } from '../../../../engine/kube/protobuf.ts';
import type { KubeClient, RequestOptions } from '../../../../engine/kube/types.ts';
import { systemClock } from '../../../../engine/runtime/clock.ts';
import { RESOURCES } from './server.ts';

/** A server that has nothing, in two pages. */
function empty() {
  const asked: [path: string, protobuf: Message | undefined][] = [];
  const client = {
    async request<T>(path: string, { query, protobuf }: RequestOptions = {}): Promise<T> {
      asked.push([path, protobuf]);
      return { metadata: query?.continue ? { resourceVersion: '7' } : { continue: 'more' }, items: [] } as T;
    },
    stream: () => new Promise<never>(() => {}),
    resources: async () => RESOURCES,
  } satisfies Partial<KubeClient>;
  return { client, asked };
}

const pods: [string, Message] = ['/api/v1/pods', listOf(POD)];

test('lists of pods may come in protobuf, every page of them; other kinds come whole', async () => {
  const { client, asked } = empty();
  const watch = watchesOf(client, systemClock, askPods(client, systemClock, null, new AbortController().signal));
  const states: string[] = [];
  const spec = { namespace: null, project: () => undefined, onChange: () => {} };
  const started = [CORE.pods, CORE.services].map((served) =>
    watch({ ...spec, served, onFreshness: ({ state }) => states.push(state) }),
  );
  await expect.poll(() => asked.length).toBe(4);
  for (const { stop } of started) stop();
  expect(asked.filter(([path]) => path === '/api/v1/pods')).toEqual([pods, pods]);
  expect(asked.filter(([path]) => path === '/api/v1/services').map(([, protobuf]) => protobuf)).toEqual([
    undefined,
    undefined,
  ]);
});

test('… for a command too', async () => {
  const { client, asked } = empty();
  await readAll(client, { namespace: null });
  expect(asked.filter(([path]) => path === '/api/v1/pods')).toEqual([pods, pods]);
  expect(asked.filter(([, protobuf]) => protobuf !== undefined)).toHaveLength(2);
});
