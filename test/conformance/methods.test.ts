/** Methods that no resource has, of a name or none: who asks is looked at first. */
import { expect, test } from 'vitest';
import { openApi, pick } from './suite.ts';

const api = openApi();
const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
  api.call(method as 'GET', path, { headers });

test.for(['FROB', 'get', 'PROPFIND', 'OPTIONS'])('%s is no method of a resource', async (method) => {
  for (const path of [
    '/api/v1/pods',
    '/api/v1/namespaces/default',
    '/apis/apps/v1/namespaces/default/deployments/x/scale',
  ]) {
    const { code, body } = await ask(method, path);
    expect([code, body.reason, body.message]).toEqual([
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
    ]);
  }
});

test('a page that is not there is not found by any method', async () => {
  const { code, text } = await ask('FROB', '/nope');
  expect([code, text.trim()]).toEqual([404, '404 page not found']);
});

test('who may do nothing hears that first', async () => {
  const { code, body } = await ask('FROB', '/api/v1/pods', { 'impersonate-user': 'eve' });
  expect([code, pick(body, 'message')]).toEqual([
    403,
    'pods is forbidden: User "eve" cannot  resource "pods" in API group "" at the cluster scope',
  ]);
});

test('the next request is answered as any', async () => {
  await ask('FROB', '/api/v1/pods');
  expect((await api.get('/api/v1/namespaces/default')).code).toBe(200);
});
