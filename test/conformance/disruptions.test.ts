/** Evictions under a disruption budget, and the scale of sets that have pods. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { Golden, normalise } from './golden.ts';
import { podOf, reaches, STARTS_MS, stays } from './pods.ts';
import type { Answer } from './server.ts';
import { openLive, pick } from './suite.ts';

const api = openLive();
const golden = new Golden('disruptions.txt');
let ns = '';
let pods = '';
let budgets = '';
beforeAll(async () => {
  ns = await api.namespace();
  pods = `/api/v1/namespaces/${ns}/pods`;
  budgets = `/apis/policy/v1/namespaces/${ns}/poddisruptionbudgets`;
});
afterAll(() => golden.save());

function same(name: string, answer: Answer): void {
  const made = { code: answer.code, body: JSON.parse(normalise(answer.text, ns)) as unknown };
  expect(made).toEqual(golden.expected(name, made));
}

describe('eviction', () => {
  const evict = (name: string, more: object = {}) =>
    api.post(`${pods}/${name}/eviction`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name, namespace: ns },
      ...more,
    });
  const allows = (name: string, count: number) =>
    eventually(async () => {
      const { body } = await api.get(`${budgets}/${name}`);
      expect(pick(body, 'status', 'disruptionsAllowed')).toBe(count);
      expect(pick(body, 'status', 'observedGeneration')).toBe(pick(body, 'metadata', 'generation'));
    }, STARTS_MS);

  beforeAll(async () => {
    const names = ['a', 'b', 'c'];
    for (const name of names) await api.post(pods, podOf(name, stays(), { labels: { app: 'kept' } }));
    await Promise.all(names.map((name) => reaches(api, `${pods}/${name}`, 'Running')));
    await api.post(budgets, {
      metadata: { name: 'kept' },
      spec: { minAvailable: 3, selector: { matchLabels: { app: 'kept' } } },
    });
    await allows('kept', 0);
  }, STARTS_MS * 2);

  test('that would break the budget is refused, with its cause', async () => same('refused', await evict('a')));

  test('and leaves the pod', async () => {
    const { body } = await api.get(`${pods}/a`);
    expect(pick(body, 'metadata', 'deletionTimestamp')).toBeUndefined();
  });

  test('dry, that would break it, is refused too', async () =>
    same('refused dry', await evict('a', { deleteOptions: { dryRun: ['All'] } })));

  test('dry is allowed, and takes nothing', async () => {
    await api.patch(`${budgets}/kept`, { spec: { minAvailable: 2 } }, 'merge');
    await allows('kept', 1);
    same('dry', await evict('a', { deleteOptions: { dryRun: ['All'] } }));
    await allows('kept', 1);
  });

  test('that the budget allows goes, and uses it up at once', async () => {
    same('allowed', await evict('a'));
    same('next', await evict('b'));
    await eventually(async () => expect((await api.get(`${pods}/a`)).code).toBe(404), STARTS_MS);
    const { body } = await api.get(`${budgets}/kept`);
    expect(pick(body, 'status', 'disruptionsAllowed')).toBe(0);
  });

  test('under two budgets is refused, whatever they allow', async () => {
    await api.patch(`${budgets}/kept`, { spec: { minAvailable: 0 } }, 'merge');
    await api.post(budgets, {
      metadata: { name: 'second' },
      spec: { maxUnavailable: '100%', selector: { matchLabels: { app: 'kept' } } },
    });
    await allows('kept', 2);
    same('two budgets', await evict('b'));
  });

  test('without a budget goes, unless the pod is another than was meant', async () => {
    for (const name of ['kept', 'second']) await api.delete(`${budgets}/${name}`);
    const other = { deleteOptions: { preconditions: { resourceVersion: '1' } } };
    await eventually(async () => same('conflict', await evict('b', other)));
    expect((await evict('b')).code).toBe(201);
  });
});

describe('the scale of a set', () => {
  const apps = () => `/apis/apps/v1/namespaces/${ns}`;
  const template = {
    metadata: { labels: { app: 'scaled' } },
    spec: { ...podOf('', stays()).spec, restartPolicy: 'Always' },
  };

  test.each([
    ['deployments', 'Deployment'],
    ['statefulsets', 'StatefulSet'],
    ['replicasets', 'ReplicaSet'],
  ])(
    '%s',
    async (plural, kind) => {
      const at = `${apps()}/${plural}/s`;
      const selector = { matchLabels: { app: 'scaled', kind } };
      const labels = selector.matchLabels;
      const made = await api.post(`${apps()}/${plural}`, {
        kind,
        apiVersion: 'apps/v1',
        metadata: { name: 's' },
        spec: { replicas: 1, selector, template: { ...template, metadata: { labels } } },
      });
      expect(made.code).toBe(201);
      const counts = async () => {
        const { body } = await api.get(`${at}/scale`);
        return [pick(body, 'spec', 'replicas') ?? 0, pick(body, 'status', 'replicas')];
      };
      await eventually(async () => expect(await counts()).toEqual([1, 1]), STARTS_MS);
      same(`${plural} read`, await api.get(`${at}/scale`));
      const put = (metadata: object, replicas: number) =>
        api.put(`${at}/scale`, { kind: 'Scale', apiVersion: 'autoscaling/v1', metadata, spec: { replicas } });
      same(`${plural} put, too old`, await put({ name: 's', namespace: ns, resourceVersion: '1' }, 2));
      same(`${plural} put, below nothing`, await put({ name: 's', namespace: ns }, -1));
      same(`${plural} put, of another name`, await put({ name: 'other', namespace: ns }, 2));
      const raised = await put({ name: 's', namespace: ns }, 2);
      expect([raised.code, pick(raised.body, 'spec', 'replicas')]).toEqual([200, 2]);
      await eventually(async () => expect(await counts()).toEqual([2, 2]), STARTS_MS);
      const lowered = await api.patch(`${at}/scale`, { spec: { replicas: 0 } }, 'merge');
      expect([lowered.code, lowered.body.spec]).toEqual([200, {}]);
      await eventually(async () => expect(await counts()).toEqual([0, 0]), STARTS_MS);
      const { body } = await api.get(at);
      expect([pick(body, 'spec', 'replicas'), pick(body, 'metadata', 'generation')]).toEqual([0, 3]);
    },
    STARTS_MS * 3,
  );
});
