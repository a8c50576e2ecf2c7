/** What clients may keep of discovery and of the OpenAPI documents, and how they ask whether it is still the same. */
import { describe, expect, test } from 'vitest';
import { CRDS, crd, underSpec, version } from './crd.ts';
import { eventually } from './eventually.ts';
import type { Answer } from './server.ts';
import { openApi } from './suite.ts';

const api = openApi();
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const V2 = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
const APPS = '/openapi/v3/apis/apps/v1';

const etagOf = ({ headers }: Answer): string => String(headers.etag ?? '');
const ifOther = (etag: string): { headers: Record<string, string> } => ({ headers: { 'if-none-match': etag } });
async function byHash(): Promise<string> {
  const { body } = await api.get('/openapi/v3');
  return (body.paths as Record<string, { serverRelativeURL: string }>)['apis/apps/v1']!.serverRelativeURL;
}

describe('what clients may keep', () => {
  test.for(['/api', '/apis'])('%s, aggregated', async (path) => {
    const first = await api.get(path, { accept: AGGREGATED });
    expect(etagOf(first)).toMatch(/^"[0-9A-F]{128}"$/);
    expect(first.headers).toMatchObject({ 'cache-control': 'public', vary: 'Accept' });
    const again = await api.get(path, { accept: AGGREGATED, ...ifOther(etagOf(first)) });
    expect([again.code, again.text, etagOf(again)]).toEqual([304, '', etagOf(first)]);
    expect((await api.get(path, { accept: AGGREGATED, ...ifOther('"other"') })).code).toBe(200);
  });

  test('discovery that is not aggregated is not kept', async () => {
    const { headers } = await api.get('/apis');
    expect(headers).toMatchObject({ 'cache-control': 'no-cache, private' });
    expect(headers.etag).toBeUndefined();
  });

  test('another resource makes discovery another', async () => {
    const ns = await api.namespace();
    const before = etagOf(await api.get('/apis', { accept: AGGREGATED }));
    api.cleanup(() => api.delete(`${CRDS}/kepts.${ns}.example.com`));
    const definition = crd(`${ns}.example.com`, 'kepts', 'Kept', [version(underSpec({}))]);
    expect((await api.post(CRDS, definition)).code).toBe(201);
    await eventually(async () => {
      const { code } = await api.get('/apis', { accept: AGGREGATED, ...ifOther(before) });
      expect(code).toBe(200);
    });
  });

  test('a group version by its hash, for a year', async () => {
    const path = await byHash();
    const { code, headers, ...answer } = await api.get(path);
    expect(code).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'public, immutable', vary: 'Accept' });
    expect(etagOf({ code, headers, ...answer })).toBe(JSON.stringify(path.slice(path.indexOf('=') + 1)));
    expect(String(headers.expires)).toMatch(/ UTC$/);
    expect(Date.parse(String(headers.expires)) - Date.now()).toBeGreaterThan(360 * 86_400_000);
  });

  test('a group version without its hash, as long as it is asked for', async () => {
    const first = await api.get(APPS);
    expect(first.headers).toMatchObject({ 'cache-control': 'no-cache, private', vary: 'Accept' });
    expect(`${APPS}?hash=${JSON.parse(etagOf(first))}`).toBe(await byHash());
    expect((await api.get(APPS, ifOther(etagOf(first)))).code).toBe(304);
  });

  test('a group version by another hash is elsewhere', async () => {
    const { code, headers } = await api.get(`${APPS}?hash=0`);
    expect([code, headers.location]).toEqual([301, await byHash()]);
  });

  test('the whole document, in both forms under one name', async () => {
    const first = await api.get('/openapi/v2');
    expect(first.headers).toMatchObject({ 'cache-control': 'no-cache, private', vary: 'Accept-Encoding, Accept' });
    const etag = etagOf(first);
    expect(etag).toMatch(/^"[0-9A-F]{128}"$/);
    for (const [accept, known] of [
      ['application/json', etag],
      ['application/json', `"other", W/${etag}`],
      ['application/json', '*'],
      [V2, etag],
    ] as const)
      expect([known, (await api.get('/openapi/v2', { accept, ...ifOther(known) })).code]).toEqual([known, 304]);
    expect((await api.get('/openapi/v2', ifOther('"other"'))).code).toBe(200);
  });
});
