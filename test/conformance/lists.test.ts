import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REAL } from './connection.ts';
import type { WatchEvent } from './stream.ts';
import { openApi, pick } from './suite.ts';

const api = openApi();
let ns = '';
let maps = '';
beforeAll(async () => {
  ns = await api.namespace();
  maps = `/api/v1/namespaces/${ns}/configmaps`;
  for (let i = 0; i < 7; i++)
    await api.post(maps, {
      metadata: { name: `m${i}`, labels: { set: i % 2 ? 'odd' : 'even', n: String(i) } },
      data: { i: String(i) },
    });
});
afterAll(() => {});

const ours = { labelSelector: 'set' };
const names = (body: unknown): string[] =>
  (pick(body, 'items') as { metadata: { name: string } }[]).map((item) => item.metadata.name);
const rv = (body: unknown): string => String(pick(body, 'metadata', 'resourceVersion'));
const token = (body: unknown): string => String(pick(body, 'metadata', 'continue') ?? '');
const shown = (event: WatchEvent | undefined): string =>
  `${event?.type} ${String(pick(event?.object, 'metadata', 'name'))}`;
const create = (name: string, labels: Record<string, string> = { set: 'w' }) =>
  api.post(maps, { metadata: { name, labels } });

describe('lists', () => {
  test('are sorted, and built-in items have no kind', async () => {
    const { body } = await api.get(maps, { query: ours });
    expect(names(body)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6']);
    expect(pick(body, 'kind')).toBe('ConfigMapList');
    expect(pick(body, 'items', 0, 'kind')).toBeUndefined();
    expect(Number(rv(body))).toBeGreaterThan(0);
  });

  test.for([
    ['set=odd', ['m1', 'm3', 'm5']],
    ['set==odd', ['m1', 'm3', 'm5']],
    ['set!=odd,set', ['m0', 'm2', 'm4', 'm6']],
    ['n in (1,2)', ['m1', 'm2']],
    ['n in (1,2),set=odd', ['m1']],
    ['set,n notin (1,2,3)', ['m0', 'm4', 'm5', 'm6']],
    ['set,!n', []],
    ['n>4', ['m5', 'm6']],
    ['n<1', ['m0']],
  ] as const)('label selector %s', async ([selector, wanted]) => {
    expect(names((await api.get(maps, { query: { labelSelector: selector } })).body)).toEqual(wanted);
  });

  test.for([
    ['metadata.name=m3', ['m3']],
    ['metadata.name!=m3', ['m0', 'm1', 'm2', 'm4', 'm5', 'm6']],
    ['metadata.namespace=NS', ['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6']],
    ['metadata.namespace=other', []],
  ] as const)('field selector %s', async ([selector, wanted]) => {
    const query = { ...ours, fieldSelector: selector.replace('NS', ns) };
    expect(names((await api.get(maps, { query })).body)).toEqual(wanted);
  });

  test('come in pages of one revision', async () => {
    const first = await api.get(maps, { query: { limit: 3 } });
    await create('m9', { set: 'late' });
    await api.patch(`${maps}/m4`, { data: { i: 'changed' } }, 'merge');
    await api.delete(`${maps}/m6`);
    const second = await api.get(maps, { query: { limit: 3, continue: token(first.body) } });
    const third = await api.get(maps, { query: { limit: 30, continue: token(second.body) } });
    const all = [first, second, third].flatMap(({ body }) => names(body));
    expect(all).toEqual(['kube-root-ca.crt', 'm0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6']);
    expect(pick(second.body, 'items', 2, 'data', 'i')).toBe('4');
    expect([rv(second.body), rv(third.body)]).toEqual([rv(first.body), rv(first.body)]);
    expect(pick(first.body, 'metadata', 'remainingItemCount')).toBe(5);
    expect(token(third.body)).toBe('');
    expect(names((await api.get(maps, { query: ours })).body)).toContain('m9');
  });

  test('pages with a selector don’t say how many are left', async () => {
    const { body } = await api.get(maps, { query: { limit: 1, labelSelector: 'set=even' } });
    expect(names(body)).toHaveLength(1);
    expect(token(body)).not.toBe('');
    expect(pick(body, 'metadata', 'remainingItemCount')).toBeUndefined();
  });

  test('a page that ends the list has no token', async () => {
    const { body } = await api.get(maps, { query: { limit: 2, labelSelector: 'n in (0,1)' } });
    expect(names(body)).toEqual(['m0', 'm1']);
    expect(token(await api.get(maps, { query: { limit: 500 } }).then((one) => one.body))).toBe('');
  });

  test('show the past where it is asked for exactly', async () => {
    const before = rv((await api.get(maps)).body);
    await create('past');
    await api.delete(`${maps}/past`);
    await create('later');
    const exact = await api.get(maps, { query: { resourceVersion: before, resourceVersionMatch: 'Exact' } });
    expect(rv(exact.body)).toBe(before);
    expect(names(exact.body)).not.toContain('later');
    const newer = await api.get(maps, { query: { resourceVersion: before, resourceVersionMatch: 'NotOlderThan' } });
    expect(names(newer.body)).toContain('later');
    const any = await api.get(maps, { query: { resourceVersion: '0' } });
    expect(any.code).toBe(200);
    await api.delete(`${maps}/later`);
  });

  test('with a limit and a version are of that version', async () => {
    const before = rv((await api.get(maps)).body);
    await create('zz-new');
    const { body } = await api.get(maps, { query: { resourceVersion: before, limit: 100 } });
    expect([rv(body), names(body).includes('zz-new')]).toEqual([before, false]);
    await api.delete(`${maps}/zz-new`);
  });

  test('refuse a version that isn’t reached yet', async () => {
    const { code, body } = await api.get(maps, { query: { resourceVersion: '999999999' } });
    expect([code, pick(body, 'reason'), pick(body, 'details', 'retryAfterSeconds')]).toEqual([504, 'Timeout', 1]);
    expect(pick(body, 'message')).toMatch(/^Timeout: Too large resource version: 999999999, current: \d+$/);
    expect(pick(body, 'details', 'causes')).toEqual([
      { reason: 'ResourceVersionTooLarge', message: 'Too large resource version' },
    ]);
  });

  test('of all namespaces name theirs', async () => {
    const { body } = await api.get('/api/v1/configmaps', {
      query: { fieldSelector: `metadata.namespace=${ns}`, labelSelector: 'n=1' },
    });
    expect(pick(body, 'items', 0, 'metadata', 'namespace')).toBe(ns);
    expect(names(body)).toEqual(['m1']);
  });

  test('of a namespace that is not there are empty', async () => {
    const { code, body } = await api.get('/api/v1/namespaces/no-such-namespace/configmaps');
    expect([code, names(body)]).toEqual([200, []]);
  });
});

describe('watches', () => {
  test('without a version begin with what is there', async () => {
    const watch = await api.watch(maps, { query: { labelSelector: 'n in (0,1)' } });
    expect(watch.code).toBe(200);
    expect(watch.headers['content-type']).toBe('application/json');
    expect([shown(await watch.next()), shown(await watch.next())]).toEqual(['ADDED m0', 'ADDED m1']);
    watch.close();
  });

  test('from a version tell only what follows, in order, with the whole object', async () => {
    const { body } = await api.get(maps);
    const watch = await api.watch(maps, { query: { resourceVersion: rv(body) } });
    const made = await create('w1');
    const patched = await api.patch(`${maps}/w1`, { data: { a: 'b' } }, 'merge');
    await api.delete(`${maps}/w1`);
    const [added, modified, deleted] = [await watch.next(), await watch.next(), await watch.next()];
    expect([shown(added), shown(modified), shown(deleted)]).toEqual(['ADDED w1', 'MODIFIED w1', 'DELETED w1']);
    expect(added?.object).toEqual(made.body);
    expect(modified?.object).toEqual(patched.body);
    expect(pick(deleted?.object, 'data')).toEqual({ a: 'b' });
    expect(Number(rv(deleted?.object))).toBeGreaterThan(Number(rv(modified?.object)));
    watch.close();
  });

  test('see an object enter and leave a selector', async () => {
    const { body } = await api.get(maps);
    const watch = await api.watch(maps, { query: { resourceVersion: rv(body), labelSelector: 'here=yes' } });
    await create('t1', { here: 'no' });
    await api.patch(`${maps}/t1`, { metadata: { labels: { here: 'yes' } } }, 'merge');
    await api.patch(`${maps}/t1`, { data: { x: '1' } }, 'merge');
    const left = await api.patch(`${maps}/t1`, { metadata: { labels: { here: 'no' } }, data: { x: '2' } }, 'merge');
    const events = await watch.until((event) => event.type === 'DELETED');
    expect(events.map(shown)).toEqual(['ADDED t1', 'MODIFIED t1', 'DELETED t1']);
    // What it was when it was last seen, under the version of the change.
    expect(pick(events[2]?.object, 'data', 'x')).toBe('1');
    expect(pick(events[2]?.object, 'metadata', 'labels', 'here')).toBe('yes');
    expect(rv(events[2]?.object)).toBe(rv(left.body));
    await api.delete(`${maps}/t1`);
    watch.close();
  });

  test('of one name', async () => {
    const { body } = await api.get(maps);
    const watch = await api.watch(maps, { query: { resourceVersion: rv(body), fieldSelector: 'metadata.name=f1' } });
    await create('f0');
    await create('f1');
    expect(shown(await watch.next())).toBe('ADDED f1');
    watch.close();
    // Without a selector, a named object is got and not watched.
    expect((await api.get(`${maps}/f1`, { query: { watch: 1 } })).body).toMatchObject({
      kind: 'ConfigMap',
      metadata: { name: 'f1' },
    });
  });

  test('under the old path', async () => {
    const watch = await api.watch(`/api/v1/watch/namespaces/${ns}/configmaps/m0`, { query: {} });
    expect(shown(await watch.next())).toBe('ADDED m0');
    watch.close();
  });

  test('of all namespaces', async () => {
    const { body } = await api.get('/api/v1/configmaps');
    const watch = await api.watch('/api/v1/configmaps', {
      query: { resourceVersion: rv(body), labelSelector: 'set=all' },
    });
    await create('all', { set: 'all' });
    const event = await watch.next();
    expect([shown(event), pick(event?.object, 'metadata', 'namespace')]).toEqual(['ADDED all', ns]);
    watch.close();
  });

  test('stream the initial state and mark its end', async () => {
    const query = {
      sendInitialEvents: true,
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: true,
      labelSelector: 'n in (0,1)',
    };
    const watch = await api.watch(maps, { query });
    const events = await watch.until((event) => event.type === 'BOOKMARK');
    expect(events.map((event) => event.type)).toEqual(['ADDED', 'ADDED', 'BOOKMARK']);
    const mark = events[2]?.object;
    expect(pick(mark, 'metadata', 'annotations')).toEqual({ 'k8s.io/initial-events-end': 'true' });
    expect([pick(mark, 'kind'), pick(mark, 'apiVersion')]).toEqual(['ConfigMap', 'v1']);
    expect(Object.keys(pick(mark, 'metadata') as object).sort()).toEqual(['annotations', 'resourceVersion']);
    await api.patch(`${maps}/m0`, { data: { after: 'mark' } }, 'merge');
    expect(shown(await watch.next())).toBe('MODIFIED m0');
    watch.close();
  });

  test('of pods have bookmarks with an empty spec', async () => {
    const query = { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true };
    const watch = await api.watch(`/api/v1/namespaces/${ns}/pods`, { query });
    const mark = await watch.next();
    expect(mark?.type).toBe('BOOKMARK');
    expect(pick(mark?.object, 'spec')).toEqual({ containers: null });
    expect(pick(mark?.object, 'status')).toEqual({});
    watch.close();
  });

  test('end by themselves after their time, with a bookmark', async () => {
    const query = { timeoutSeconds: 2, allowWatchBookmarks: true, resourceVersion: rv((await api.get(maps)).body) };
    const watch = await api.watch(maps, { query });
    const started = Date.now();
    const seen: string[] = [];
    for (let event = await watch.next(); event; event = await watch.next()) seen.push(event.type);
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(seen.every((type) => type === 'BOOKMARK')).toBe(true);
  });

  test('of a version that is forgotten get 410 in the stream', async () => {
    const old = rv((await api.get(maps)).body);
    if (REAL) {
      // A real server forgets after minutes; what it says then is known from version 1, which it has never had for a new kind.
      return;
    }
    await create('compact');
    api.sim?.cluster.compact();
    const watch = await api.watch(maps, { query: { resourceVersion: old } });
    const event = await watch.next();
    expect(event?.type).toBe('ERROR');
    expect(event?.object).toMatchObject({ kind: 'Status', status: 'Failure', reason: 'Expired', code: 410 });
    expect(pick(event?.object, 'message')).toMatch(/^too old resource version: \d+ \(\d+\)$/);
    const page = await api.get(maps, { query: { resourceVersion: old, resourceVersionMatch: 'Exact' } });
    expect([page.code, pick(page.body, 'reason')]).toEqual([410, 'Expired']);
  });

  test('a page of a forgotten version names a way on', async () => {
    if (!api.sim) return;
    const first = await api.get(maps, { query: { limit: 2 } });
    await create('compact2');
    api.sim.cluster.compact();
    const next = await api.get(maps, { query: { limit: 2, continue: token(first.body) } });
    expect([next.code, pick(next.body, 'reason')]).toEqual([410, 'Expired']);
    expect(pick(next.body, 'message')).toContain('The provided continue parameter is too old');
    const rest = await api.get(maps, { query: { continue: token(next.body) } });
    expect(rest.code).toBe(200);
    expect(names(rest.body)).toContain('compact2');
    expect(names(rest.body)).not.toContain(names(first.body)[0]);
  });
});
