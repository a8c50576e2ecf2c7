import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { FromEngine } from '../../../engine/protocol.ts';
import { type Clock, ManualClock, systemClock } from '../../../engine/runtime/clock.ts';
import { Session } from '../../../engine/session.ts';
import { json, serve } from './kube/server.ts';

const left: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const each of left.splice(0).reverse()) await each();
});

const POD = { metadata: { uid: 'u', name: 'db-0', namespace: 'n', resourceVersion: '1' }, spec: {}, status: {} };

/** A session with a server that answers for pods as it is told, and with nothing else at all. */
async function open(pods: (response: ServerResponse) => void, clock: Clock = systemClock) {
  const asked: string[] = [];
  const server = await serve({
    answer(response, { url }) {
      if (url.pathname === '/ours') return json(response, 200, {});
      asked.push(url.pathname);
      if (url.pathname === '/api/v1/pods' && !url.searchParams.has('watch')) pods(response);
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'opsdeck-session-'));
  left.push(() => rm(folder, { recursive: true }));
  const kubeconfig = join(folder, 'kubeconfig');
  const clusters = [{ name: 'c', cluster: { server: `http://127.0.0.1:${server.port}` } }];
  const contexts = [{ name: 'c', context: { cluster: 'c', user: '' } }];
  await writeFile(kubeconfig, JSON.stringify({ clusters, contexts, 'current-context': 'c' }));
  const told: FromEngine[] = [];
  const session = new Session({
    connect: { kubeconfig, env: { HOME: folder } },
    namespace: null,
    readonly: false,
    providers: join(folder, 'providers'),
    clock,
    send: (message) => told.push(message),
  });
  left.push(() => session.stop());
  session.subscribe('instances');
  const rows = () =>
    told.flatMap((each) =>
      each.t === 'rows' && each.topic === 'instances' ? each.upsert.map(({ name }) => name) : [],
    );
  return { asked, rows, server };
}

test('the first pods are asked for before all else, and told while nothing else has answered', async () => {
  const { asked, rows } = await open((response) =>
    json(response, 200, { metadata: { resourceVersion: '7' }, items: [POD] }),
  );
  await expect.poll(rows, { timeout: 20_000 }).toEqual(['db-0']);
  expect(asked[0]).toBe('/api/v1/pods');
  await expect.poll(() => asked, { timeout: 20_000 }).toContain('/apis');
});

test('what else there is waits for the first pods, and not for long', async () => {
  const clock = new ManualClock();
  const { asked, server } = await open(() => {}, clock);
  await expect.poll(() => asked, { timeout: 20_000 }).toEqual(['/api/v1/pods']);
  // Time for what must not be asked yet, in turns of the same server.
  for (let n = 0; n < 50; n++) await server.client().request('/ours');
  expect(asked).toEqual(['/api/v1/pods']);
  await clock.advance(60);
  await expect.poll(() => asked, { timeout: 20_000 }).toContain('/apis');
});
