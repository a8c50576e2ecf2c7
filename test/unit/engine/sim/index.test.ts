import { request } from 'node:https';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sim, startSim } from '../../../../engine/sim/index.ts';

let sim: Sim;
beforeAll(async () => {
  sim = await startSim({ users: [{ name: 'eve' }] });
});
afterAll(() => sim.close());

function call(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ code: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `${sim.url}${path}`,
      { method, ca: sim.ca, servername: 'localhost', headers: { authorization: `Bearer ${sim.token}`, ...headers } },
      (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () => resolve({ code: response.statusCode ?? 0, body }));
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

test('refuses a request without the token, with a wrong one, and one that names another host', async () => {
  expect((await call('/version', { authorization: '' })).code).toBe(401);
  expect((await call('/version', { authorization: 'Bearer wrong' })).code).toBe(401);
  expect((await call('/version', { host: 'evil.example:80' })).code).toBe(403);
  expect((await call('/version')).code).toBe(200);
});

test('an object has no head, and what there is none of is missing', async () => {
  const head = async (path: string) => (await call(path, {}, 'HEAD')).code;
  expect(await head('/api/v1/namespaces/default')).toBe(405);
  expect(await head('/api/v1/namespaces/default/configmaps')).toBe(405);
  expect(await head('/api/v1/nothing')).toBe(404);
});

test('objects made inside are served outside, and watched inside', async () => {
  const { cluster } = sim;
  const seen: string[] = [];
  const stop = cluster.watch('configmaps', { namespace: 'default', fieldSelector: 'metadata.name=a' }, (type, object) =>
    seen.push(`${type} ${object.metadata.name}`),
  );
  cluster.create('configmaps', { metadata: { name: 'a', namespace: 'default' }, data: { k: 'v' } });
  cluster.patch('configmaps', 'default', 'a', { data: { k: 'w' } });
  expect(JSON.parse((await call('/api/v1/namespaces/default/configmaps/a')).body)).toMatchObject({
    kind: 'ConfigMap',
    data: { k: 'w' },
  });
  cluster.delete('configmaps', 'default', 'a');
  cluster.drain();
  expect(seen).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
  stop();
});
