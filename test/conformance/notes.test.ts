/** kubectl's own note of an applied configuration, where the server keeps it. */
import { expect, test } from 'vitest';
import { openApi, pick } from './suite.ts';

const api = openApi();

test('the note of what was applied last is fit to stand in a page', async () => {
  const ns = await api.namespace();
  const note = 'kubectl.kubernetes.io/last-applied-configuration';
  const path = `/api/v1/namespaces/${ns}/configmaps`;
  await api.post(path, { metadata: { name: 'a', annotations: { [note]: '{}' } }, data: { a: 'b' } });
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: '<x> & y' } };
  const query = { fieldManager: 'kubectl', force: true };
  const { body } = await api.patch(`${path}/a`, config, 'apply', { query });
  expect(pick(body, 'metadata', 'annotations', note)).toBe(
    '{"apiVersion":"v1","data":{"a":"\\u003cx\\u003e \\u0026 y"},"kind":"ConfigMap","metadata":{"name":"a"}}\n',
  );
});
