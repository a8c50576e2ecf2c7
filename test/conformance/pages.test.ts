import { describe, expect, test } from 'vitest';
import { recorded } from './recorded.ts';
import { openApi, pick } from './suite.ts';

const TOKEN = '/api/v1/namespaces/NS/serviceaccounts/default/token';
const tokenRequest = (spec: object) => ({ kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', spec });
const bound = (kind: string, apiVersion = 'v1') => tokenRequest({ boundObjectRef: { kind, apiVersion, name: 'nope' } });
const reviews = '/apis/authentication.k8s.io/v1';
const COMPONENTS = '/api/v1/componentstatuses';

recorded('pages of the server itself', 'pages.txt', [
  ...['livez', 'readyz', 'healthz'].map((kind) => ({ name: `${kind} in words`, path: `/${kind}?verbose` })),
  { name: 'a check left out', path: '/readyz?verbose&exclude=etcd' },
  { name: 'a check left out that there is not', path: '/livez?verbose&exclude=nope' },
  { name: 'a check left out, without words', path: '/livez?exclude=etcd&exclude=nope' },
  { name: 'one check', path: '/readyz/etcd' },
  { name: 'one check of a hook', path: '/healthz/poststarthook/rbac/bootstrap-roles' },
  { name: 'one check of another page', path: '/livez/shutdown' },
  { name: 'no such check', path: '/livez/nothing' },
  { name: 'ping', path: '/healthz/ping' },
  { name: 'no such page', path: '/swagger.json' },
  { name: 'one component', path: `${COMPONENTS}/scheduler` },
  { name: 'no such component', path: `${COMPONENTS}/nope` },
  { name: 'components may not be made', method: 'POST', path: COMPONENTS, body: {} },
  { name: 'whose token none is', method: 'POST', path: `${reviews}/tokenreviews`, body: { spec: {} } },
  {
    name: 'whose token a wrong one is',
    method: 'POST',
    path: `${reviews}/tokenreviews`,
    body: { spec: { token: 'x' } },
  },
  { name: 'token for too short', method: 'POST', path: TOKEN, body: tokenRequest({ expirationSeconds: 5 }) },
  { name: 'token for too long', method: 'POST', path: TOKEN, body: tokenRequest({ expirationSeconds: 5e9 }) },
  { name: 'token bound to no pod', method: 'POST', path: TOKEN, body: bound('Pod') },
  { name: 'token bound to no kind', method: 'POST', path: TOKEN, body: bound('Foo') },
  { name: 'token bound to a kind of a group', method: 'POST', path: TOKEN, body: bound('Deployment', 'apps/v1') },
  { name: 'token of nobody', method: 'POST', path: TOKEN.replace('default/', 'nope/'), body: tokenRequest({}) },
]);

describe('pages of the server itself that differ from server to server', () => {
  const api = openApi();

  test('names its paths, discovery and health among them', async () => {
    const { code, body } = await api.get('/');
    const paths = body.paths as string[];
    expect(code).toBe(200);
    expect(paths).toEqual([...paths].sort());
    const some =
      '/api /api/v1 /apis /apis/ /apis/apps /apis/apps/v1 /livez/etcd /readyz/shutdown /metrics /openapi/v3/ /version';
    expect(paths).toEqual(expect.arrayContaining(some.split(' ')));
  });

  // A real server lists them in the order of a map, another one each time.
  test('says of its components how they are', async () => {
    const { body, headers } = await api.get(COMPONENTS);
    expect(headers.warning).toBe('299 - "v1 ComponentStatus is deprecated in v1.19+"');
    const { kind, items } = body as { kind: string; items: { metadata: { name: string }; conditions: unknown[] }[] };
    const conditions = [{ type: 'Healthy', status: 'True', message: 'ok' }];
    expect(kind).toBe('ComponentStatusList');
    expect(items.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))).toEqual(
      ['controller-manager', 'etcd-0', 'scheduler'].map((name) => ({ metadata: { name }, conditions })),
    );
  });

  test('counts what it keeps', async () => {
    const { text, headers } = await api.get('/metrics', { accept: 'text/plain' });
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text).toMatch(/^# TYPE apiserver_storage_objects gauge$/m);
    expect(text).toMatch(/^apiserver_storage_objects\{.*resource="namespaces".*\} [1-9]\d*$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d/m);
  });

  test('says who signs tokens, with keys that fit them', async () => {
    const about = (await api.get('/.well-known/openid-configuration')).body;
    expect(Object.keys(about)).toEqual([
      'issuer',
      'jwks_uri',
      'response_types_supported',
      'subject_types_supported',
      'id_token_signing_alg_values_supported',
    ]);
    const made = await api.post('/api/v1/namespaces/default/serviceaccounts/default/token', { spec: {} });
    const [head = '', claims = '', signature = ''] = String(pick(made.body, 'status', 'token')).split('.');
    const { keys } = (await api.get('/openid/v1/jwks', { accept: 'application/jwk-set+json' })).body as {
      keys: (Record<string, string> & { kid: string })[];
    };
    const { kid, alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, string>;
    const jwk = keys.find((key) => key.kid === kid)!;
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('jwk', jwk as object, algorithm, false, ['verify']);
    const signed = Buffer.from(`${head}.${claims}`);
    expect(alg).toBe('RS256');
    expect(await crypto.subtle.verify(algorithm, key, Buffer.from(signature, 'base64url'), signed)).toBe(true);
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ iss: about.issuer });
  });
});
