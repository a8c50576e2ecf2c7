import { describe, expect, it } from 'vitest';
import { makeCluster } from '../../../../../engine/sim/cluster.ts';
import { type Asked, Faults } from '../../../../../engine/sim/faults/faults.ts';
import { checkRule, describeRule, EFFECTS, FIELDS, type RawRule } from '../../../../../engine/sim/faults/rule.ts';

const cluster = makeCluster();
const fresh = () => new Faults(cluster.kernel);
const asked = (
  verb: string,
  resource: string,
  more: Partial<{ namespace: string; name: string; sub: string }> = {},
) => {
  const info = cluster.kernel.registry.get(resource);
  const { namespace = 'default', name = 'one', sub = '' } = more;
  return {
    verb,
    path: '/x',
    user: { name: 'admin', groups: [] },
    request: { headers: { 'user-agent': 'opsdeck/1' } },
    target: { info, namespace, name, subresource: sub },
  } satisfies Asked;
};

describe('a fault that makes no sense is refused in one sentence', () => {
  it.each<[RawRule, RegExp]>([
    [{}, /^say what is to happen; there is: error, drop,/],
    [{ do: 'eror' }, /^there is no fault "eror"; did you mean "error"\?$/],
    [{ do: 'constructor' }, /^there is no fault "constructor"/],
    [{ do: 'error' }, /^error needs "status"/],
    [{ do: 'error', status: 200 }, /^status 200 is no error: 400 to 599$/],
    [{ do: 'error', status: 'x' }, /^status "x" is not a whole number$/],
    [{ do: 'error', status: 500, verbs: 'get' }, /^a fault has no field "verbs"; did you mean "verb"\?$/],
    [{ do: 'error', status: 500, verb: 'pach' }, /^there is no verb "pach"; did you mean "patch"\?$/],
    [{ do: 'drop', status: 500 }, /^"status" means nothing to drop, which takes afterEffect$/],
    [{ do: 'repeat-events', ms: 5 }, /^"ms" means nothing to repeat-events$/],
    [{ do: 'delay', ms: 'soon' }, /^ms "soon" is not a duration such as 30s or 250ms$/],
    [{ do: 'drop', times: 0 }, /^times 0 would never strike$/],
    [{ do: 'drop', probability: 2 }, /^probability 2 is not a number from 0 to 1$/],
    [{ do: 'drop', resource: 'configmap' }, /^this cluster has no resource "configmap"; did you mean "configmaps"\?$/],
    [{ do: 'drop', resource: 'pods/exce' }, /^pods have no "exce"; did you mean "exec"\?$/],
    [{ do: 'drop', label: '(((' }, /^label "\(\(\(" is no selector: found '\(', /],
    [{ do: 'drop', label: 'a in (' }, /^label "a in \(" is no selector: /],
    [{ do: 'crash-pod' }, /^say which pod/],
    [{ do: 'crash-pod', pod: 'default/none' }, /^no pod default\/none runs here$/],
    [{ do: 'crash-node', node: 'none' }, /^there is no node "none" here$/],
  ])('%j', (rule, said) => {
    expect(() => fresh().add(rule)).toThrow(said);
  });

  it('durations may be written, lists too, and a rule says what it is', () => {
    const rule = checkRule({ do: 'delay', ms: '1m30s', verb: 'get,list', resource: ['pods', 'nodes'], times: '3' });
    expect(rule).toEqual({ do: 'delay', ms: 90_000, verb: ['get', 'list'], resource: ['pods', 'nodes'], times: 3 });
    expect(describeRule(rule)).toBe('delay verb=get,list resource=pods,nodes times=3 ms=90000');
    expect(checkRule({ do: 'clock-jump', ms: '-1h' })).toEqual({ do: 'clock-jump', ms: -3_600_000 });
  });

  it('every field of an effect is one that is known', () => {
    for (const { fields } of Object.values(EFFECTS))
      for (const field of fields) expect(Object.keys(FIELDS)).toContain(field.replace('!', ''));
  });
});

describe('a fault strikes', () => {
  it('what it names and nothing else; the object itself is not its subresources', () => {
    const faults = fresh();
    faults.add({ do: 'drop', verb: 'patch', resource: 'configmaps', name: 'cart-*' });
    expect(faults.request(asked('patch', 'configmaps', { name: 'cart-1' }))).toHaveLength(1);
    for (const other of [
      asked('patch', 'configmaps', { name: 'my-cart' }),
      asked('update', 'configmaps', { name: 'cart-1' }),
      asked('patch', 'secrets', { name: 'cart-1' }),
      { ...asked('patch', 'configmaps'), target: undefined },
    ])
      expect(faults.request(other)).toBeUndefined();
    faults.clear();
    faults.add({ do: 'drop', resource: 'pods' });
    expect(faults.request(asked('get', 'pods', { sub: 'exec' }))).toBeUndefined();
    faults.add({ do: 'drop', resource: '*/exec', user: 'adm*', agent: 'opsdeck/*' });
    expect(faults.request(asked('get', 'pods', { sub: 'exec' }))).toHaveLength(1);
    expect(
      faults.request({ ...asked('get', 'pods', { sub: 'exec' }), user: { name: 'eve', groups: [] } }),
    ).toBeUndefined();
  });

  it('as often as it says, and counts', () => {
    const faults = fresh();
    const id = faults.add({ do: 'drop', resource: 'pods', skip: 1, every: 2, times: 2 });
    const struck = Array.from({ length: 9 }, () => faults.request(asked('get', 'pods')) !== undefined);
    expect(struck).toEqual([false, false, true, false, true, false, false, false, false]);
    expect(faults.list()).toEqual([{ id, text: 'drop resource=pods skip=1 every=2 times=2', hits: 2, spent: true }]);
    expect(faults.hits(id)).toBe(2);
  });

  it('by chance the same each time, no longer than it lasts, and not once it is taken back', () => {
    const series = () => {
      const faults = fresh();
      faults.add({ do: 'drop', resource: 'pods', probability: 0.5 });
      return Array.from({ length: 40 }, () => (faults.request(asked('get', 'pods')) ? 1 : 0));
    };
    expect(series()).toEqual(series());
    expect(series().reduce<number>((sum, one) => sum + one, 0)).toBeGreaterThan(10);
    const faults = fresh();
    faults.add({ id: 'brief', do: 'drop', lasts: 0 });
    expect(faults.request(asked('get', 'pods'))).toBeUndefined();
    expect(faults.list()).toMatchObject([{ id: 'brief', hits: 0, spent: true }]);
    faults.clear();
    faults.add({ id: 'one', do: 'drop' });
    faults.add({ id: 'one', do: 'hang' });
    expect(faults.list().map(({ text }) => text)).toEqual(['hang']);
    expect([faults.remove('one'), faults.remove('one')]).toEqual([true, false]);
    expect(faults.request(asked('get', 'pods'))).toBeUndefined();
  });

  it('by the label of the object as it is', () => {
    cluster.create('configmaps', { metadata: { name: 'tagged', namespace: 'default', labels: { app: 'cart' } } });
    const faults = fresh();
    faults.add({ do: 'drop', label: 'app=cart' });
    expect(faults.request(asked('get', 'configmaps', { name: 'tagged' }))).toHaveLength(1);
    expect(faults.request(asked('get', 'configmaps', { name: 'other' }))).toBeUndefined();
  });
});
