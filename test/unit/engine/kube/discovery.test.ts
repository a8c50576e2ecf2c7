import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Discovered, discover } from '../../../../engine/kube/discovery.ts';
import { cacheFolder, fileShelf, type Kept, keepResources, shelfFor } from '../../../../engine/kube/discovery-cache.ts';
import { KubeError, type RequestOptions, type Resource } from '../../../../engine/kube/types.ts';
import { connectionTo } from './server.ts';

const resource = (group: string, plural: string): Resource => ({
  group,
  version: 'v1',
  plural,
  kind: plural,
  namespaced: true,
  verbs: ['list'],
});
const failure = (status: number, reason: string) => new KubeError(reason, { status, reason });

/** A server that answers each path with a value, or throws it. */
function server(answers: Record<string, unknown>) {
  const asked: { path: string; accept: string }[] = [];
  return {
    asked,
    async request<T>(path: string, options: RequestOptions = {}): Promise<T> {
      asked.push({ path, accept: options.accept ?? '' });
      const answer = answers[path] ?? failure(404, 'NotFound');
      if (answer instanceof Error) throw answer;
      return answer as T;
    },
  };
}
const aggregated = (...items: object[]) => ({ kind: 'APIGroupDiscoveryList', items });
const item = (name: string, plural: string, more = {}) => ({
  metadata: name === '' ? {} : { name },
  versions: [
    {
      version: 'v1',
      resources: [
        { resource: plural, responseKind: { kind: plural }, scope: 'Namespaced', verbs: ['list'], subresources: [{}] },
      ],
      ...more,
    },
  ],
});

describe('discovery', () => {
  it('takes two requests where the server aggregates, the core group first', async () => {
    const api = server({
      '/api': aggregated(item('', 'pods')),
      '/apis': aggregated(item('apps', 'deployments'), item('batch', 'jobs')),
    });
    expect(await discover(api)).toEqual({
      resources: [resource('', 'pods'), resource('apps', 'deployments'), resource('batch', 'jobs')],
      whole: true,
    });
    expect(api.asked.map(({ path }) => path)).toEqual(['/api', '/apis']);
    expect(api.asked[0]?.accept).toMatch(/^application\/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,/);
  });

  it('is not whole while the server behind a group is down, and says what is there', async () => {
    const stale = { metadata: { name: 'metrics.k8s.io' }, versions: [{ version: 'v1beta1', freshness: 'Stale' }] };
    const api = server({ '/api': aggregated(item('', 'pods')), '/apis': aggregated(stale, item('batch', 'jobs')) });
    expect(await discover(api)).toEqual({ resources: [resource('', 'pods'), resource('batch', 'jobs')], whole: false });
  });

  it('asks older servers group by group, their preferred versions first; one that fails hides no other', async () => {
    const list = (name: string) => ({
      resources: [
        { name, kind: name, namespaced: true, verbs: ['list'] },
        { name: `${name}/status`, kind: name, namespaced: true, verbs: ['get'] },
      ],
    });
    const group = (name: string, ...versions: string[]) => ({
      name,
      versions: versions.map((version) => ({ version })),
      preferredVersion: { version: versions.at(-1) },
    });
    const api = server({
      '/api': { kind: 'APIVersions', versions: ['v1'] },
      '/apis': { kind: 'APIGroupList', groups: [group('a', 'v1beta1', 'v1'), group('down', 'v1')] },
      '/api/v1': list('pods'),
      '/apis/a/v1': list('new'),
      '/apis/a/v1beta1': list('old'),
      '/apis/down/v1': failure(503, 'ServiceUnavailable'),
    });
    const { resources, whole } = await discover(api);
    expect(resources.map((each) => `${each.version}/${each.plural}`)).toEqual(['v1/pods', 'v1/new', 'v1beta1/old']);
    expect(whole).toBe(false);
  });

  it('fails as a whole where the API server itself does: kinds must not seem to be gone', async () => {
    const down = failure(503, 'ServiceUnavailable');
    await expect(discover(server({ '/api': aggregated(item('', 'pods')), '/apis': down }))).rejects.toBe(down);
    const groups = { kind: 'APIGroupList', groups: [{ name: 'a', versions: [{ version: 'v1' }] }] };
    const cut = new KubeError('cut', { status: 0, reason: 'Connection' });
    const api = server({ '/api': aggregated(), '/apis': groups, '/apis/a/v1': cut });
    await expect(discover(api)).rejects.toBe(cut);
  });

  it.each([[null], [{}], [[]], [{ kind: 'Pod' }]])('fails where it is answered with %j', async (answer) => {
    const read = discover({ request: async <T>() => answer as T });
    await expect(read).rejects.toMatchObject({ name: 'KubeError', message: expect.stringMatching(/^GET \/api/) });
  });

  it.each([
    [{ kind: 'APIGroupDiscoveryList' }],
    [{ kind: 'APIGroupList', groups: null }],
    [{ kind: 'APIGroupDiscoveryList', items: [{}] }],
  ])('reads nothing from %j', async (answer) => {
    const read = await discover({ request: async <T>() => answer as T });
    expect(read.resources).toEqual([]);
  });
});

describe('what was discovered', () => {
  const PODS = resource('', 'pods');
  const THINGS = resource('x.io', 'things');

  function world(shelved?: Kept) {
    const state = { now: 1_000_000, asked: 0, served: [PODS], whole: true, shelved, fails: false };
    const read = async (): Promise<Discovered> => {
      state.asked++;
      if (state.fails) throw failure(503, 'ServiceUnavailable');
      return { resources: state.served, whole: state.whole };
    };
    const shelf = {
      read: async () => state.shelved,
      write: async (kept: Kept) => {
        state.shelved = kept;
      },
    };
    return { state, resources: keepResources(read, shelf, () => state.now) };
  }
  const having = (each: Resource) => each.plural === 'things';

  it('is asked once by all who ask at the same time, and again after ten minutes', async () => {
    const { state, resources } = world();
    await Promise.all([resources(), resources({ fresh: true }), resources()]);
    expect(state.asked).toBe(1);
    state.now += 9 * 60_000;
    await resources();
    expect(state.asked).toBe(1);
    state.now += 60_000;
    await resources();
    expect(state.asked).toBe(2);
    await resources({ fresh: true });
    expect(state.asked).toBe(3);
  });

  it('is taken from an earlier command only by who can do with it', async () => {
    const { state, resources } = world({ at: 900_000, resources: [THINGS] });
    expect(await resources({ cached: true })).toEqual([THINGS]);
    expect(state.asked).toBe(0);
    expect(await resources()).toEqual([PODS]);
    expect(await resources({ cached: true })).toEqual([PODS]);
    expect(state.asked).toBe(1);
    expect(state.shelved).toEqual({ at: 1_000_000, resources: [PODS] });
  });

  it('of more than ten minutes ago, or of the future, counts for nothing', async () => {
    for (const at of [1_000_000 - 600_000, 1_000_001]) {
      const { resources } = world({ at, resources: [THINGS] });
      expect(await resources({ cached: true })).toEqual([PODS]);
    }
  });

  it('is asked for again where something is missing in it, once', async () => {
    const { state, resources } = world({ at: 900_000, resources: [PODS] });
    state.served = [PODS, THINGS];
    expect(await resources({ cached: true, having })).toEqual([PODS, THINGS]);
    expect(state.asked).toBe(1);
    state.served = [];
    await resources({ fresh: true });
    expect(await resources({ cached: true, having })).toEqual([]);
    expect(state.asked).toBe(2);
    state.now += 6_000;
    state.served = [THINGS];
    expect(await resources({ having })).toEqual([THINGS]);
  });

  it('is not left for later commands while a group is missing', async () => {
    const { state, resources } = world();
    state.whole = false;
    await resources();
    expect(state.shelved).toBeUndefined();
  });

  it('is asked for again after a failure; who gave up leaves the others their answer', async () => {
    const { state, resources } = world();
    state.fails = true;
    await expect(resources()).rejects.toThrow('ServiceUnavailable');
    state.fails = false;
    const controller = new AbortController();
    const gaveUp = resources({ signal: controller.signal });
    const other = resources();
    controller.abort();
    await expect(gaveUp).rejects.toMatchObject({ reason: 'Aborted' });
    expect(await other).toEqual([PODS]);
  });
});

describe('the shelf on disk', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shelf-'));
  });
  afterEach(() => {
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true });
  });
  const kept = { at: 5, resources: [resource('', 'pods')] };

  it('gives back what was put there, for its owner only, and leaves nothing else behind', async () => {
    const place = join(folder, 'new', 'discovery');
    await Promise.all([1, 2, 3].map(() => fileShelf(place, 'a.json').write(kept)));
    expect(await fileShelf(place, 'a.json').read()).toEqual(kept);
    expect(readdirSync(place)).toEqual(['a.json']);
    expect([statSync(place).mode & 0o777, statSync(join(place, 'a.json')).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  it.each([
    ['nothing', ''],
    ['half a file', '{"format":1,"at":5,"resources":[{"gro'],
    ['another format', '{"format":2,"at":5,"resources":[]}'],
    ['no list', '{"format":1,"at":5,"resources":{}}'],
    ['no time', '{"format":1,"resources":[]}'],
    ['other things', '{"format":1,"at":5,"resources":[{"group":7}]}'],
    ['null', 'null'],
    ['a null in the list', '{"format":1,"at":5,"resources":[null]}'],
  ])('holds nothing where the file has %s', async (_, content) => {
    writeFileSync(join(folder, 'a.json'), content);
    expect(await fileShelf(folder, 'a.json').read()).toBeUndefined();
  });

  it('fails nobody where it cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    const shelf = fileShelf(join(folder, 'file', 'below'), 'a.json');
    await shelf.write(kept);
    expect(await shelf.read()).toBeUndefined();
  });

  it('is one for each server, authority and person, and none for a server on this machine', async () => {
    const env = { XDG_CACHE_HOME: folder };
    const at = (host: string, more = {}) => {
      const connection = connectionTo(443, true, more);
      const server = `https://${host}`;
      return { ...connection, url: new URL(server), target: { ...connection.target, server } };
    };
    const as = { user: 'bob', uid: '', groups: [], extra: {} };
    const places = [
      at('a.example'),
      at('b.example'),
      at('a.example', { ca: 'x' }),
      at('a.example', { impersonate: as }),
    ];
    for (const place of [...places, places[0]!]) await shelfFor(place, env)?.write(kept);
    expect(readdirSync(cacheFolder(env)!)).toHaveLength(4);
    expect(shelfFor(at('127.0.0.1:1'), env)).toBeUndefined();
    expect(shelfFor(at('a.example'), {})).toBeUndefined();
    expect(cacheFolder({ HOME: '/h' })).toBe('/h/.cache/opsdeck/discovery');
  });
});
