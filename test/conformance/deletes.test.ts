import { beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { openApi, pick } from './suite.ts';

const api = openApi();
let ns = '';
let maps = '';
beforeAll(async () => {
  ns = await api.namespace();
  maps = `/api/v1/namespaces/${ns}/configmaps`;
});

const uid = (body: unknown): string => String(pick(body, 'metadata', 'uid'));
const create = async (name: string, metadata: object = {}): Promise<string> =>
  uid((await api.post(maps, { metadata: { name, ...metadata } })).body);
const ownedBy = (name: string, owner: string, extra: object = {}): object => ({
  ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid: owner, ...extra }],
});
const code = async (name: string): Promise<number> => (await api.get(`${maps}/${name}`)).code;
const gone = (name: string): Promise<void> => eventually(async () => expect(await code(name)).toBe(404));

describe('finalizers', () => {
  test('hold an object that is deleted, until the last is taken away', async () => {
    await create('f', { finalizers: ['x.example/a', 'x.example/b'] });
    const marked = await api.delete(`${maps}/f`);
    expect(marked.code).toBe(200);
    expect(pick(marked.body, 'kind')).toBe('ConfigMap');
    expect(pick(marked.body, 'metadata', 'deletionTimestamp')).toMatch(/Z$/);
    expect(pick(marked.body, 'metadata', 'deletionGracePeriodSeconds')).toBe(0);
    const again = await api.delete(`${maps}/f`);
    expect(pick(again.body, 'metadata', 'deletionTimestamp')).toBe(pick(marked.body, 'metadata', 'deletionTimestamp'));
    const more = await api.patch(
      `${maps}/f`,
      { metadata: { finalizers: ['x.example/a', 'x.example/b', 'x.example/c'] } },
      'merge',
    );
    expect([more.code, pick(more.body, 'details', 'causes', 0, 'field')]).toEqual([422, 'metadata.finalizers']);
    expect(pick(more.body, 'message')).toContain(
      'no new finalizers can be added if the object is being deleted, found new finalizers []string{"x.example/c"}',
    );
    expect((await api.patch(`${maps}/f`, { metadata: { finalizers: ['x.example/a'] } }, 'merge')).code).toBe(200);
    expect(await code('f')).toBe(200);
    const last = await api.patch(`${maps}/f`, { metadata: { finalizers: [] } }, 'merge');
    expect([last.code, pick(last.body, 'kind')]).toEqual([200, 'ConfigMap']);
    expect(await code('f')).toBe(404);
  });

  test('are seen by a watch as a change and then a deletion', async () => {
    await create('fw', { finalizers: ['x.example/a'] });
    const { body } = await api.get(maps);
    const watch = await api.watch(maps, {
      query: { resourceVersion: String(pick(body, 'metadata', 'resourceVersion')) },
    });
    await api.delete(`${maps}/fw`);
    await api.patch(`${maps}/fw`, { metadata: { finalizers: null } }, 'merge');
    expect([(await watch.next())?.type, (await watch.next())?.type]).toEqual(['MODIFIED', 'DELETED']);
    watch.close();
  });

  test('of an unschedulable pod: it goes at once, with its grace unused', async () => {
    const spec = { schedulerName: 'none', containers: [{ name: 'c', image: 'x' }] };
    await api.post(`/api/v1/namespaces/${ns}/pods`, { metadata: { name: 'p' }, spec });
    const { code: status, body } = await api.delete(`/api/v1/namespaces/${ns}/pods/p`);
    expect([status, pick(body, 'kind')]).toEqual([200, 'Pod']);
    expect((await api.get(`/api/v1/namespaces/${ns}/pods/p`)).code).toBe(404);
  });

  test('a pod on a node gets its grace period', async () => {
    const pods = `/api/v1/namespaces/${ns}/pods`;
    const spec = {
      schedulerName: 'none',
      nodeName: 'no-such-node',
      terminationGracePeriodSeconds: 600,
      containers: [{ name: 'c', image: 'x' }],
    };
    await api.post(pods, { metadata: { name: 'g' }, spec });
    const { body } = await api.delete(`${pods}/g`);
    expect(pick(body, 'metadata', 'deletionGracePeriodSeconds')).toBe(600);
    expect(Date.parse(String(pick(body, 'metadata', 'deletionTimestamp'))) - Date.now()).toBeGreaterThan(500_000);
    expect(pick(body, 'metadata', 'generation')).toBe(2);
    const shorter = await api.delete(`${pods}/g`, { query: { gracePeriodSeconds: 300 } });
    expect(pick(shorter.body, 'metadata', 'deletionGracePeriodSeconds')).toBe(300);
    const longer = await api.delete(`${pods}/g`, { query: { gracePeriodSeconds: 900 } });
    expect(pick(longer.body, 'metadata', 'deletionGracePeriodSeconds')).toBe(300);
    await api.delete(`${pods}/g`, { query: { gracePeriodSeconds: 0 } });
    await eventually(async () => expect((await api.get(`${pods}/g`)).code).toBe(404));
  });
});

describe('owners', () => {
  test('take their dependents along', async () => {
    const owner = await create('o1');
    await create('o1-a', ownedBy('o1', owner));
    await create('o1-b', ownedBy('o1', owner));
    await api.delete(`${maps}/o1`);
    await gone('o1-a');
    await gone('o1-b');
  });

  test('take them along over generations', async () => {
    const owner = await create('g1');
    const child = await create('g2', ownedBy('g1', owner));
    await create('g3', ownedBy('g2', child));
    await api.delete(`${maps}/g1`, { query: { propagationPolicy: 'Background' } });
    await gone('g3');
  });

  test('leave them where they are to be orphaned', async () => {
    const owner = await create('o2');
    await create('o2-a', ownedBy('o2', owner));
    const { body } = await api.delete(`${maps}/o2`, { query: { propagationPolicy: 'Orphan' } });
    expect(pick(body, 'metadata', 'finalizers') ?? ['orphan']).toEqual(['orphan']);
    await gone('o2');
    const orphan = await api.get(`${maps}/o2-a`);
    expect([orphan.code, pick(orphan.body, 'metadata', 'ownerReferences')]).toEqual([200, undefined]);
  });

  test('wait for them in the foreground', async () => {
    const owner = await create('o3');
    await create('o3-a', { ...ownedBy('o3', owner, { blockOwnerDeletion: true }), finalizers: ['x.example/hold'] });
    const { code: status, body } = await api.delete(`${maps}/o3`, { query: { propagationPolicy: 'Foreground' } });
    expect([status, pick(body, 'metadata', 'finalizers')]).toEqual([200, ['foregroundDeletion']]);
    await eventually(async () =>
      expect(pick((await api.get(`${maps}/o3-a`)).body, 'metadata', 'deletionTimestamp')).toBeDefined(),
    );
    expect(await code('o3')).toBe(200);
    await api.patch(`${maps}/o3-a`, { metadata: { finalizers: null } }, 'merge');
    await gone('o3');
    await gone('o3-a');
  });

  test('don’t wait for those that don’t block', async () => {
    const owner = await create('o4');
    await create('o4-a', { ...ownedBy('o4', owner), finalizers: ['x.example/hold'] });
    await api.delete(`${maps}/o4`, { query: { propagationPolicy: 'Foreground' } });
    await gone('o4');
    await api.patch(`${maps}/o4-a`, { metadata: { finalizers: null } }, 'merge');
    await gone('o4-a');
  });

  test('that never were take nothing with them but what names them', async () => {
    await create('o5', ownedBy('no-such', '00000000-0000-0000-0000-000000000000'));
    await gone('o5');
  });

  test('of another uid are not the owner', async () => {
    await create('o6');
    await create('o6-a', ownedBy('o6', '00000000-0000-0000-0000-000000000001'));
    await gone('o6-a');
    expect(await code('o6')).toBe(200);
  });

  test('two: the one that is left keeps it', async () => {
    const one = await create('t1');
    const two = await create('t2');
    const references = [
      ...(ownedBy('t1', one) as { ownerReferences: object[] }).ownerReferences,
      ...(ownedBy('t2', two) as { ownerReferences: object[] }).ownerReferences,
    ];
    await create('t-a', { ownerReferences: references });
    await api.delete(`${maps}/t1`);
    await eventually(async () =>
      expect(pick((await api.get(`${maps}/t-a`)).body, 'metadata', 'ownerReferences')).toHaveLength(1),
    );
    await api.delete(`${maps}/t2`);
    await gone('t-a');
  });

  test('the uid must be the one the client knows', async () => {
    const owner = await create('u1');
    const wrong = await api.call('DELETE', `${maps}/u1`, { body: { preconditions: { uid: 'other' } } });
    expect(wrong.code).toBe(409);
    const right = await api.call('DELETE', `${maps}/u1`, { body: { preconditions: { uid: owner } } });
    expect(right.code).toBe(200);
  });
});

describe('collections', () => {
  test('are deleted by selector, and named in the answer', async () => {
    for (const name of ['c1', 'c2', 'c3']) await create(name, { labels: { group: name === 'c3' ? 'b' : 'a' } });
    const { code: status, body } = await api.delete(maps, { query: { labelSelector: 'group=a' } });
    expect(status).toBe(200);
    expect(pick(body, 'kind')).toBe('ConfigMapList');
    expect((pick(body, 'items') as { metadata: { name: string } }[]).map((item) => item.metadata.name)).toEqual([
      'c1',
      'c2',
    ]);
    expect([await code('c1'), await code('c2'), await code('c3')]).toEqual([404, 404, 200]);
  });

  test('are deleted a page at a time where a limit is given', async () => {
    for (const name of ['p1', 'p2', 'p3']) await create(name, { labels: { group: 'p' } });
    const { body } = await api.delete(maps, { query: { labelSelector: 'group=p', limit: 1 } });
    expect((pick(body, 'items') as object[]).length).toBe(1);
    expect(pick(body, 'metadata', 'continue')).toMatch(/./);
    expect([await code('p1'), await code('p2'), await code('p3')]).toEqual([404, 200, 200]);
  });

  test('of namespaces can’t be', async () => {
    expect((await api.delete('/api/v1/namespaces')).code).toBe(405);
  });

  test.each(['default', 'kube-system', 'kube-public'])('the namespace %s stays', async (name) => {
    const { code: status, body } = await api.delete(`/api/v1/namespaces/${name}`, { query: { dryRun: 'All' } });
    expect([status, pick(body, 'message'), pick(body, 'details')]).toEqual([
      403,
      `namespaces "${name}" is forbidden: this namespace may not be deleted`,
      { name, kind: 'namespaces' },
    ]);
  });
});

describe('namespaces', () => {
  test('are emptied, refuse what is new meanwhile, and go', async () => {
    const made = await api.post('/api/v1/namespaces', { metadata: { generateName: 'conf-end-' } });
    const name = String(pick(made.body, 'metadata', 'name'));
    const own = `/api/v1/namespaces/${name}/configmaps`;
    await api.post(own, { metadata: { name: 'held', finalizers: ['x.example/hold'] } });
    await api.post(own, { metadata: { name: 'free' } });
    const { code: status, body } = await api.delete(`/api/v1/namespaces/${name}`);
    expect([status, pick(body, 'kind'), pick(body, 'status', 'phase')]).toEqual([200, 'Namespace', 'Terminating']);
    const refused = await api.post(own, { metadata: { name: 'late' } });
    expect([refused.code, pick(refused.body, 'reason')]).toEqual([403, 'Forbidden']);
    expect(pick(refused.body, 'message')).toBe(
      `configmaps "late" is forbidden: unable to create new content in namespace ${name} because it is being terminated`,
    );
    expect(pick(refused.body, 'details', 'causes')).toEqual([
      { reason: 'NamespaceTerminating', message: `namespace ${name} is being terminated`, field: 'metadata.namespace' },
    ]);
    await eventually(async () => expect((await api.get(`${own}/free`)).code).toBe(404));
    const condition = async (type: string): Promise<unknown> => {
      const list = pick((await api.get(`/api/v1/namespaces/${name}`)).body, 'status', 'conditions') as
        | { type: string; status: string; message: string }[]
        | undefined;
      const found = list?.find((one) => one.type === type);
      return found && `${found.status}: ${found.message}`;
    };
    await eventually(async () =>
      expect(await condition('NamespaceFinalizersRemaining')).toBe(
        'True: Some content in the namespace has finalizers remaining: x.example/hold in 1 resource instances',
      ),
    );
    expect(await condition('NamespaceContentRemaining')).toBe(
      'True: Some resources are remaining: configmaps. has 1 resource instances',
    );
    await api.patch(`${own}/held`, { metadata: { finalizers: null } }, 'merge');
    await eventually(async () => expect((await api.get(`/api/v1/namespaces/${name}`)).code).toBe(404));
  });

  test('have a service account and the server’s certificate, and get them back', async () => {
    const account = `/api/v1/namespaces/${ns}/serviceaccounts/default`;
    await eventually(async () => expect((await api.get(account)).code).toBe(200));
    const first = uid((await api.get(account)).body);
    await api.delete(account);
    await eventually(async () =>
      expect([undefined, 'undefined', first]).not.toContain(uid((await api.get(account)).body)),
    );
    expect(pick((await api.get(`${maps}/kube-root-ca.crt`)).body, 'data', 'ca.crt')).toContain('BEGIN CERTIFICATE');
  });
});
