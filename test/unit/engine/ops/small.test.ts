/** The small parts: who comes first, who is alive, what is kept of an output, where a definition is found. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Resource } from '../../../../engine/kube/types.ts';
import { KubeError } from '../../../../engine/kube/types.ts';
import {
  catalogFor,
  clusterDefinitions,
  definitionOfText,
  definitionsFor,
  findDefinition,
  type Want,
} from '../../../../engine/ops/definitions.ts';
import { fitted } from '../../../../engine/ops/fitted.ts';
import { HOLD_MS, HolderWatch, takenFrom } from '../../../../engine/ops/holder.ts';
import type { Journal } from '../../../../engine/ops/journal.ts';
import { Output, TAIL_BYTES } from '../../../../engine/ops/output.ts';
import { blockerOf, twinOf } from '../../../../engine/ops/queueing.ts';
import type { Stored } from '../../../../engine/ops/store.ts';
import { passBy } from '../../../../engine/ops/transitions.ts';
import { rowOf } from '../../../../engine/ops/view.ts';
import { ManualClock } from '../../../../engine/runtime/clock.ts';
import { isDead, thisProcess } from '../../../../engine/runtime/identity.ts';
import { journalOf, SEED } from './things.ts';

describe('a run waits', () => {
  const run = (
    name: string,
    second: number,
    phase: 'Pending' | 'Waiting' | 'Running' | 'Succeed' | 'Unknown',
    more = {},
  ): Stored => ({
    ref: { group: '', namespace: 'ns', name },
    kept: 'configmap',
    uid: name,
    version: '1',
    createdAt: `2026-01-01T00:00:0${second}Z`,
    spec: { clusterRef: 'c' },
    journal: { ...journalOf({}), phase, ...more },
  });
  const blocker = (mine: Stored, others: Stored[], fresh = false) => blockerOf(mine, others, fresh)?.ref.name;

  test('for what holds the cluster, and for those that came before it', () => {
    const mine = run('m', 5, 'Waiting');
    expect(blocker(mine, [mine])).toBeUndefined();
    expect(blocker(mine, [run('later', 6, 'Running')])).toBe('later');
    expect(blocker(mine, [run('asked', 1, 'Unknown')])).toBe('asked');
    expect(blocker(mine, [run('earlier', 4, 'Waiting')])).toBe('earlier');
    expect(blocker(mine, [run('later', 6, 'Waiting')])).toBeUndefined();
    expect(blocker(mine, [run('over', 1, 'Succeed')])).toBeUndefined();
    expect(blocker(mine, [run('a', 5, 'Waiting')])).toBe('a');
  });

  test('never for a read, another cluster, or what another program has begun', () => {
    const mine = run('m', 5, 'Waiting');
    expect(blocker(mine, [run('r', 1, 'Running', { effect: 'read' })])).toBeUndefined();
    expect(blocker(run('m', 5, 'Waiting', { effect: 'read' }), [run('r', 1, 'Running')])).toBeUndefined();
    const other = { ...journalOf({}).cluster, uid: 'other' };
    expect(blocker(mine, [run('o', 1, 'Running', { cluster: other })])).toBeUndefined();
    expect(blocker(mine, [{ ...run('f', 1, 'Running'), journal: undefined, unreadable: true }])).toBeUndefined();
  });

  test('of two that are made at the same time at least one; of many that wait exactly one goes', () => {
    const a = run('a', 1, 'Running');
    const b = run('b', 1, 'Running');
    expect([blocker(a, [a, b], true), blocker(b, [a, b], true)]).toEqual(['b', 'a']);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.nat(9), fc.nat(30)), { minLength: 1, maxLength: 8, selector: ([, n]) => n }),
        (all) => {
          const runs = all.map(([second, n]) => run(`r${n}`, second, 'Waiting'));
          expect(runs.filter((one) => blocker(one, runs) === undefined)).toHaveLength(1);
        },
      ),
    );
  });

  test('never for one that was passed by, unless its engine has woken and may begin', () => {
    const left = run('left', 1, 'Waiting', { passed: { at: '', by: 'm' } });
    const holder = { identity: 'x', host: 'h', pid: 1, started: '', epoch: 1, beat: 0 };
    const woken = run('left', 1, 'Waiting', { passed: { at: '', by: 'm' }, holder });
    const mine = run('m', 5, 'Waiting');
    const anew = run('n', 6, 'Running');
    expect([blocker(mine, [left, mine]), blocker(anew, [left, anew], true)]).toEqual([undefined, undefined]);
    // It looks for others once it is held: it sees what was there before, and what comes then sees it held.
    expect([blocker(woken, [woken, mine]), blocker(woken, [woken, run('z', 9, 'Waiting')])]).toEqual(['m', 'z']);
    expect([blocker(mine, [woken, mine]), blocker(anew, [woken, anew], true)]).toEqual([undefined, 'left']);
    const other = run('other', 2, 'Waiting', { passed: { at: '', by: 'm' }, holder });
    expect([blocker(woken, [other, woken]), blocker(other, [other, woken])]).toEqual(['other', 'left']);
    expect(blocker(woken, [left])).toBeUndefined();
  });

  test('of one that wakes while it is passed by, who passes it and a new one two never have the cluster', () => {
    const holder = { identity: 'x', host: 'h', pid: 1, started: '', epoch: 1, beat: 0 };
    const play = (order: readonly string[]) => {
      const runs = new Map([run('left', 1, 'Waiting'), run('mine', 2, 'Waiting')].map((one) => [one.uid, one]));
      const change = (name: string, more: Partial<Journal>) => {
        const one = runs.get(name)!;
        runs.set(name, { ...one, journal: { ...one.journal!, ...more } });
      };
      const sent = new Set<string>();
      let most = 0;
      const found = new Map<string, string | undefined>();
      const look = (name: string, fresh = false) =>
        found.set(name, blocker(runs.get(name)!, [...runs.values()], fresh));
      const begin = (name: string) => {
        if (found.get(name) !== undefined) return change(name, { phase: 'Waiting', holder: null });
        change(name, { phase: 'Running', holder });
        sent.add(name);
        most = Math.max(most, sent.size);
      };
      const doing: Record<string, (() => unknown)[]> = {
        left: [() => change('left', { holder }), () => look('left'), () => begin('left')],
        mine: [
          () => {
            const { journal } = runs.get('left')!;
            if (journal?.phase === 'Waiting' && !journal.holder) change('left', passBy('mine', '')(journal));
          },
          () => change('mine', { holder }),
          () => look('mine'),
          () => begin('mine'),
          () => {
            if (sent.delete('mine') || found.get('mine') !== undefined)
              change('mine', { phase: 'Succeed', holder: null });
          },
        ],
        anew: [
          () => runs.set('anew', run('anew', 3, 'Running', { holder })),
          () => look('anew', true),
          () => begin('anew'),
        ],
      };
      for (const name of order) doing[name]!.shift()!();
      return most;
    };
    const orders = (left: string[]): string[][] =>
      left.length === 0
        ? [[]]
        : [...new Set(left)].flatMap((name) => {
            const rest = [...left];
            rest.splice(rest.indexOf(name), 1);
            return orders(rest).map((order) => [name, ...order]);
          });
    const all = orders(['left', 'left', 'left', 'mine', 'mine', 'mine', 'mine', 'mine', 'anew', 'anew', 'anew']);
    expect(all.filter((order) => play(order) > 1)).toEqual([]);
  });

  test('a twin is the same definition with the same values on the same cluster', () => {
    const mine = run('m', 5, 'Running');
    expect(twinOf(mine, [mine, run('t', 1, 'Running')])?.ref.name).toBe('t');
    expect(twinOf(mine, [run('t', 1, 'Running', { parameters: [{ name: 'x', value: 1 }] })])).toBeUndefined();
    expect(twinOf(mine, [run('t', 1, 'Succeed')])).toBeUndefined();
  });
});

describe('a holder', () => {
  const here = { identity: 'me', host: 'here', pid: 999_999_999, started: '' };
  const holder = (beat: number, more = {}) => ({
    holder: { identity: 'you', host: 'there', pid: 1, started: '', epoch: 3, beat, ...more },
  });

  test('of another machine is gone when it was watched and gave no sign for a while, whatever its clock says', async () => {
    const clock = new ManualClock();
    const watch = new HolderWatch(clock, here);
    for (let beat = 0; beat < 5; beat++) {
      expect(watch.look('k', holder(beat)).hold).toBe('alive');
      await clock.advance(HOLD_MS - 1);
      clock.jump(86_400_000);
      expect(watch.look('k', holder(beat)).hold).toBe('alive');
    }
    await clock.advance(1);
    const dead = watch.look('k', holder(4));
    expect(dead.hold).toBe('dead');
    expect(takenFrom(dead)).toEqual({ epoch: 3, beat: 4 });
    expect(watch.look('k', { holder: null })).toEqual({ hold: 'free' });
  });

  test('of this machine is gone as soon as its process is; its number may be another’s by now', () => {
    const me = thisProcess();
    expect(isDead(me, me)).toBe(false);
    expect(isDead({ ...me, pid: 2 ** 22 + 1 }, me)).toBe(true);
    expect(isDead({ ...me, host: 'elsewhere', pid: 2 ** 22 + 1 }, me)).toBe(false);
    if (me.started !== '') expect(isDead({ ...me, started: '1' }, me)).toBe(true);
  });
});

describe('an output', () => {
  test('is lines that may be drawn, whatever the pieces, and a bounded tail with everything counted', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 20 }), (cuts) => {
        const text = 'first\nzwei über\u001b[31m rot\u001b[0m\r\n\nlast without end';
        const bytes = Buffer.from(text);
        const seen: string[] = [];
        const output = new Output(({ text: line }) => seen.push(line));
        const edges = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
        for (const [i, end] of edges.slice(1).entries()) output.push('out', bytes.subarray(edges[i], end));
        output.end();
        expect(seen).toEqual(['first', 'zwei über rot', '', 'last without end']);
        expect(output.tail()).toMatchObject({ outBytes: bytes.length, errBytes: 0, dropped: 0 });
      }),
    );
    const output = new Output();
    for (let i = 0; i < 5000; i++) output.push('out', Buffer.from(`line number ${i}\n`));
    const { lines, dropped } = output.tail();
    expect(lines.length + dropped).toBe(5000);
    expect(lines.at(-1)?.text).toBe('line number 4999');
    expect(JSON.stringify(lines).length).toBeLessThan(TAIL_BYTES * 1.5);
  });

  test('its last words are what the error output said last, else the output', () => {
    const output = new Output();
    output.push('out', Buffer.from('working\n\n'));
    expect(output.lastWords()).toBe('working');
    output.push('err', Buffer.from('ERR no such node\n'));
    output.push('out', Buffer.from('more\n'));
    expect(output.lastWords()).toBe('ERR no such node');
  });
});

test('a journal of very many outputs fits its object: the oldest are cut, and what is cut is counted', () => {
  const lines = Array.from({ length: 200 }, (_, i) => ({
    stream: 'out' as const,
    text: `${i} ${'\u0001"'.repeat(20)}`,
  }));
  const journal = journalOf({ targets: 120 });
  for (const target of journal.steps[0]!.targets) {
    target.attempts.push({
      n: 1,
      phase: 'Succeeded',
      intendedAt: '',
      message: '',
      output: { lines, dropped: 3, outBytes: 1, errBytes: 0 },
    });
  }
  const outputs = fitted(journal).steps[0]!.targets.map((target) => target.attempts[0]!.output!);
  expect(JSON.stringify(outputs).length).toBeLessThan(600 * 1024);
  for (const output of outputs) expect(output.lines.length + output.dropped).toBe(203);
  expect(outputs.at(-1)?.lines).toHaveLength(200);
  expect(outputs[0]?.lines.length).toBeLessThan(20);
  const small = journalOf({});
  expect(fitted(small)).toBe(small);
});

test('a run is as old as its request, however late it was begun with', () => {
  const ref = { group: 'opsdeck.dev', namespace: 'default', name: 'r' };
  const at = (createdAt: string, begun: string) => {
    const journal = { ...journalOf({}), createdAt: begun };
    const stored = { ref, kept: 'opsrequest', uid: 'u', version: '1', createdAt, spec: { clusterRef: 'c' }, journal };
    return rowOf(stored as unknown as Stored).createdAt;
  };
  const [early, late] = ['2026-01-01T00:00:00Z', '2026-01-01T00:05:00.000Z'];
  expect(at(early, late)).toBe(Date.parse(early));
  // Brought here from another cluster, or kept by a file that knows no time of its own.
  expect(at(late, early)).toBe(Date.parse(early));
  expect(at('', late)).toBe(Date.parse(late));
  expect(at(early, '')).toBe(Date.parse(early));
});

describe('a definition', () => {
  const resource = (group: string): Resource => ({
    group,
    version: 'v1alpha1',
    plural: 'opsdefinitions',
    kind: 'OpsDefinition',
    namespaced: false,
    verbs: [],
  });
  const client = (objects: Record<string, object>, groups = ['opsdeck.dev', 'opendbaas.infracreate.com']) => ({
    resources: async () => groups.map(resource),
    request: async <T>(path: string): Promise<T> => {
      const found = objects[path.replace('/apis/', '').replace('/v1alpha1/opsdefinitions', '')];
      if (found) return found as T;
      if (path.endsWith('opsdefinitions')) {
        const group = path.split('/')[2];
        return {
          items: Object.keys(objects).flatMap((key) => (key.startsWith(`${group}/`) ? [objects[key]] : [])),
        } as T;
      }
      throw new KubeError('not found', { status: 404, reason: 'NotFound' });
    },
  });
  const object = (name: string, word: string) => ({
    apiVersion: 'opsdeck.dev/v1alpha1',
    kind: 'OpsDefinition',
    metadata: { name },
    spec: { description: word, strategies: { container: { command: ['true'] } } },
  });
  const plain = { provider: 'plain' };

  const found = async (c: ReturnType<typeof client>, name: string, want: Want = {}) => {
    const result = await findDefinition(c, name, plain, want);
    if (!result.ok) return result.error;
    const { source, description, namesake } = result.value;
    return `${source} ${description}${namesake ? ', one of two' : ''}`;
  };

  test('whose kind was installed a moment ago is found all the same', async () => {
    const base = client({ 'opsdeck.dev/x': object('x', 'own') });
    const stale = {
      ...base,
      resources: async ({ fresh = false }: { fresh?: boolean } = {}) => (fresh ? base.resources() : []),
    };
    expect(await found(stale, 'x')).toBe('cluster own');
  });

  test('of two groups is the one of the group that is meant; without a word neither is run', async () => {
    const [ours, seeds] = ['opsdeck.dev', 'opendbaas.infracreate.com'];
    const both = client({ [`${ours}/x`]: object('x', 'own'), [`${seeds}/x`]: object('x', 'seed') });
    const say = `x is an OpsDefinition of ${ours} and of ${seeds}, and they are not the same`;
    const ways = `${say}; say which: --source ${ours} or --source ${seeds}`;
    expect(await found(both, 'x')).toBe(ways);
    expect(await found(both, 'x', { source: 'cluster' })).toBe(ways);
    for (const [group, word] of [
      [ours, 'own'],
      [seeds, 'seed'],
    ] as const) {
      expect(await found(both, 'x', { source: 'cluster', group })).toBe(`cluster ${word}, one of two`);
      expect(await found(both, 'x', { first: 'cluster', group })).toBe(`cluster ${word}, one of two`);
      expect(await found(both, 'x', { first: 'catalog', group })).toBe(`cluster ${word}, one of two`);
    }
    // A request of a third group, of which there are no definitions.
    expect(await found(both, 'x', { first: 'cluster', group: 'dbaas.kubeblocks.io' })).toContain(`${say}; a request`);
    const other = client({ [`${ours}/x`]: object('x', 'own') });
    expect(await found(other, 'x', { first: 'cluster', group: seeds })).toBe('cluster own');
    expect(await found(other, 'x', { source: 'cluster', group: seeds })).toBe(`no operation "x" of ${seeds}`);
    const same = client({ [`${ours}/x`]: object('x', 'own'), [`${seeds}/x`]: object('x', 'own') });
    expect(await found(same, 'x')).toBe('cluster own');
    expect(await definitionsFor((await clusterDefinitions(both)).found, { provider: 'none' })).toMatchObject([
      { description: 'own', group: ours },
      { description: 'seed', group: seeds },
    ]);
    const broken = client({ [`${ours}/x`]: { ...object('x', ''), spec: {} }, [`${seeds}/x`]: object('x', 'seed') });
    expect(await found(broken, 'x')).toMatch(
      /and that of opsdeck.dev can't be used \(.*\); say which: --source open\S+$/,
    );
    expect(await found(broken, 'x', { first: 'cluster', group: ours })).toContain('needs strategies or steps');
    // With the shipped one they are three.
    const three = client({
      [`${ours}/redis-reshard`]: object('redis-reshard', 'own'),
      [`${seeds}/redis-reshard`]: object('redis-reshard', 'seed'),
    });
    expect(await found(three, 'redis-reshard')).toContain(
      `; say which: --source ${ours} or --source ${seeds} or --source shipped`,
    );
    expect(await found(three, 'redis-reshard', { source: 'cluster' })).toMatch(/own|--source \S+ or --source \S+$/);
  });

  test('that may not be read in the group that is meant is not taken from the other', async () => {
    const two = client({ 'opsdeck.dev/x': object('x', 'own') });
    const closed = {
      ...two,
      request: async <T>(path: string): Promise<T> => {
        if (path.includes('opendbaas')) throw new KubeError('you may not get it', { status: 403, reason: 'Forbidden' });
        return two.request<T>(path);
      },
    };
    const seeds = { first: 'cluster', group: 'opendbaas.infracreate.com' } as const;
    expect(await found(closed, 'x', seeds)).toBe('you may not get it');
    expect(await found(closed, 'x', { first: 'cluster', group: 'opsdeck.dev' })).toBe('cluster own');
  });

  test('of the cluster or the catalog, with the nearest name', async () => {
    expect(await found(client({}), 'redis-reshard')).toMatch(/^catalog /);
    expect(await found(client({}, []), 'redis-reshrad')).toContain('did you mean "redis-reshard"?');
    const broken = client({
      'opsdeck.dev/x': { ...object('x', ''), spec: { strategies: { container: { command: 'true' } } } },
    });
    expect(await found(broken, 'x')).toContain('spec.strategies.container.command');
  });

  test('a name that is two operations runs neither, unless it is said which', async () => {
    const two = client({ 'opsdeck.dev/redis-reshard': object('redis-reshard', 'own') });
    expect(await found(two, 'redis-reshard')).toMatch(/not the same; say which: --source cluster or --source shipped$/);
    expect(await found(two, 'redis-reshard', { source: 'cluster' })).toBe('cluster own, one of two');
    expect(await found(two, 'redis-reshard', { source: 'catalog' })).toMatch(/^catalog .*, one of two$/);
    // An OpsRequest's reference is to an object of the cluster; its type is the provider's operation.
    expect(await found(two, 'redis-reshard', { first: 'cluster' })).toBe('cluster own, one of two');
    expect(await found(two, 'redis-reshard', { first: 'catalog' })).toMatch(/^catalog /);
    expect(await found(client({}), 'redis-reshard', { first: 'cluster' })).toMatch(/^catalog /);
    expect(await found(client({}), 'redis-reshard', { source: 'cluster' })).toBe(
      'no operation "redis-reshard" of the cluster\'s own',
    );
    expect(await found(client({ 'opsdeck.dev/x': object('x', 'own') }), 'x', { source: 'catalog' })).toMatch(
      /^no operation "x" that is shipped/,
    );
    const broken = client({ 'opsdeck.dev/redis-reshard': { ...object('redis-reshard', ''), spec: {} } });
    expect(await found(broken, 'redis-reshard')).toMatch(/can't be used \(.*\); say which: --source shipped$/);
    expect(await found(broken, 'redis-reshard', { first: 'cluster' })).toContain('needs strategies or steps');
  });

  test('the same one in both is one', async () => {
    const [shipped] = await catalogFor('plain');
    const { name, spec } = shipped!;
    const copy = client({ [`opsdeck.dev/${name}`]: { ...object(name, ''), spec } });
    expect(await found(copy, name)).toMatch(/^cluster .*[^o]$/);
    expect(await definitionsFor((await clusterDefinitions(copy)).found, plain)).toHaveLength(2);
  });

  test('what was shown is what is found, or nothing', async () => {
    const two = client({ 'opsdeck.dev/redis-reshard': object('redis-reshard', 'own') });
    const own = await findDefinition(two, 'redis-reshard', plain, { source: 'cluster' });
    const shipped = await findDefinition(two, 'redis-reshard', plain, { source: 'catalog' });
    if (!own.ok || !shipped.ok) throw new Error('not found');
    expect(await found(two, 'redis-reshard', { digest: own.value.digest })).toMatch(/^cluster/);
    expect(await found(two, 'redis-reshard', { digest: shipped.value.digest })).toMatch(/^catalog/);
    const changed = client({ 'opsdeck.dev/redis-reshard': object('redis-reshard', 'other') });
    expect(await found(changed, 'redis-reshard', { digest: own.value.digest })).toContain('changed since it was shown');
    const gone = client({});
    expect(await found(gone, 'x', { digest: own.value.digest })).toBe('x is no longer in the cluster');
    const broken = client({ 'opsdeck.dev/x': { ...object('x', ''), spec: {} } });
    expect(await found(broken, 'x', { digest: own.value.digest })).toContain("can't be used now");
  });

  test('of a file: the only one, or the one that is named', async () => {
    const said = async (text: string, name?: string) => {
      const result = await definitionOfText(text, name);
      return result.ok ? result.value.name : result.error;
    };
    expect(await said(SEED)).toBe('redis-reshard');
    expect(await said(`${SEED}\n---\n${SEED.replace('name: redis-reshard', 'name: other')}`)).toContain(
      'name one of redis-reshard, other',
    );
    expect(await said(`${SEED}\n---\n${SEED.replace('name: redis-reshard', 'name: other')}`, 'other')).toBe('other');
    expect(await said(SEED, 'redis-reshrad')).toContain('did you mean "redis-reshard"?');
    expect(await said('kind: Pod\n')).toMatch(/line 1|no OpsDefinition/);
    expect(await said('a: [')).toContain('not YAML');
    expect(await said('')).toContain('no OpsDefinition');
    expect(await said(SEED.replace('retryTimes: 3', 'retryTimes: many'))).toMatch(/^line \d+: .*retryTimes/);
  });
});
