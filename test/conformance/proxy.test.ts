/** Requests to ports of pods and Services through the API server, where nothing answers them as it should. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { Golden, normalise } from './golden.ts';
import { podOf, reaches, STARTS_MS, stays } from './pods.ts';
import { openLive, pick } from './suite.ts';

const api = openLive();
const golden = new Golden('proxy.txt');
let ns = '';
beforeAll(async () => {
  ns = await api.namespace();
  const base = `/api/v1/namespaces/${ns}`;
  const server = podOf('redis', '', { labels: { app: 'redis' } });
  Object.assign(server.spec.containers[0] ?? {}, { command: ['redis-server', '--protected-mode', 'no'] });
  const quiet = podOf('p', stays(), { labels: { app: 'p' } });
  Object.assign(quiet.spec.containers[0] ?? {}, { ports: [{ containerPort: 81 }] });
  const service = (name: string, app: string, ports: object[]) =>
    api.post(`${base}/services`, { metadata: { name }, spec: { selector: { app }, ports } });
  await Promise.all([
    api.post(`${base}/pods`, server),
    api.post(`${base}/pods`, quiet),
    service('two', 'redis', [
      { name: 'redis', port: 80, targetPort: 6379 },
      { name: 'other', port: 81 },
    ]),
    service('one', 'p', [{ port: 80 }]),
    service('empty', 'nobody', [{ port: 80 }]),
  ]);
  await Promise.all([reaches(api, `${base}/pods/redis`, 'Running'), reaches(api, `${base}/pods/p`, 'Running')]);
  for (const name of ['one', 'two'])
    await eventually(async () => {
      const { body } = await api.get(`${base}/endpoints/${name}`);
      expect(pick(body, 'subsets', 0, 'addresses', 0, 'ip')).toBeTruthy();
    });
}, STARTS_MS * 2);
afterAll(() => golden.save());

test.each([
  'pods/p/proxy',
  'pods/p/proxy?a=b',
  'pods/p/proxy/',
  'pods/p:82/proxy/a/b',
  'pods/http:p:82/proxy/',
  'pods/https:p:82/proxy/',
  'pods/ftp:p:82/proxy/',
  'pods/a:b:c:d/proxy/',
  'pods/none/proxy/',
  'pods/none:80/proxy/',
  'pods/redis:6379/proxy/x',
  'services/one/proxy/',
  'services/one:80/proxy/',
  'services/one:81/proxy/',
  'services/two/proxy/',
  'services/two:80/proxy/x',
  'services/two:redis/proxy/x',
  'services/two:other/proxy/',
  'services/two:none/proxy/',
  'services/empty/proxy/',
  'services/none/proxy/',
])('%s', async (path) => {
  const { code, text, headers } = await api.get(`/api/v1/namespaces/${ns}/${path}`);
  const body = normalise(text, ns).replace(/\b\d+\.\d+\.\d+\.\d+\b/g, 'IP');
  const made = { code, body, location: normalise(String(headers.location ?? ''), ns) };
  expect(made).toEqual(golden.expected(path, made));
});
