/** Methods that no resource has, of a name or none: who asks is looked at first. */
import { expect, test } from 'vitest';
import { openApi, pick, REAL } from './suite.ts';

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

test('the version is read, and nothing else', async () => {
  for (const method of ['FROB', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
    const { code, body } = await ask(method, '/version');
    expect([method, code, body.reason, body.message]).toEqual([
      method,
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
    ]);
  }
  expect((await ask('HEAD', '/version')).code).toBe(405);
  expect((await ask('GET', '/version')).code).toBe(200);
});

test('warnings are a header each', async () => {
  const { code, headers } = await api.post(
    '/api/v1/namespaces/default/configmaps',
    { metadata: { name: 'a' }, one: 1, two: 2 },
    { query: { dryRun: 'All', fieldValidation: 'Warn' } },
  );
  const words = ['299 - "unknown field \\"one\\""', '299 - "unknown field \\"two\\""'];
  // HTTP/2, which a real server speaks here, hands them over as one.
  expect([code, headers.warning]).toEqual([201, REAL ? words.join(', ') : words]);
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
