import { describe, expect, it } from 'vitest';
import { cel } from '../../../../engine/expr/cel.ts';

const run = async (source: string, values: Record<string, unknown> = {}) => {
  const program = (await cel()).compile(source);
  const result = program.ok ? program.value.evaluate(values) : program;
  return result.ok ? result.value : `error: ${result.error}`;
};

describe('cel', () => {
  it.each<[string, Record<string, unknown>, unknown]>([
    ['status.ready + 1 == 4', { status: { ready: 3 } }, true],
    ['status.ready', { status: { ready: 3 } }, 3],
    ['status.?phase.orValue("?")', { status: {} }, '?'],
    ['has(status.phase)', { status: {} }, false],
    ['pods.all(p, p.ready == p.want)', { pods: [{ ready: 1, want: 1 }] }, true],
    ['pods.map(p, p.n * 2)', { pods: [{ n: 1 }, { n: 2 }] }, [2, 4]],
    ['text.matches("^(a+)+$")', { text: `${'a'.repeat(2000)}!` }, false],
    ['names.filter(x, x.matches("^b"))', { names: ['a', 'b'] }, ['b']],
    [
      String.raw`regexAll(stdout, r'(?m)^(?P<id>\d+)\s+(?P<db>\S+)').map(r, r.id)`,
      { stdout: '1 a\n22 b' },
      ['1', '22'],
    ],
    [String.raw`regex(stdout, r'(?s)from (\{.*?\}) to')`, { stdout: 'x from {"a":\n1} to {' }, '{"a":\n1}'],
    ['regex(stdout, "zzz") == null', { stdout: 'abc' }, true],
    [`json(stdout).a[1] + 1`, { stdout: '{"a":[1,2]}' }, 3],
    [
      'toJson({"version": dyn(1), "topics": dyn(topics.map(t, {"topic": t}))})',
      { topics: ['x'] },
      '{"version":1,"topics":[{"topic":"x"}]}',
    ],
    ['quantity(a).isGreaterThan(quantity("1000Mi"))', { a: '1Gi' }, true],
    ['quantity("1500m").add(quantity("0.5")).asInteger()', {}, 2],
    ['isQuantity("x") || isQuantity("5Gi")', {}, true],
    ['timestamp(a) < now', { a: '2020-01-01T00:00:00Z', now: new Date('2026-01-01') }, true],
    ['now', { now: new Date(0) }, '1970-01-01T00:00:00.000Z'],
    ['9007199254740993', {}, '9007199254740993'],
    ['{"a": 1.5, "b": [true, null]}', {}, { a: 1.5, b: [true, null] }],
  ])('%s', async (source, values, expected) => {
    expect(await run(source, values)).toEqual(expected);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['1 +', {}, 'Unexpected token'],
    ['status.phase', { status: {} }, 'No such key: phase'],
    ['nothing.x', {}, 'Unknown variable: nothing'],
    ['text.matches("(")', { text: 'a' }, 'not a regular expression (RE2)'],
    ['quantity("5 Gi").sign()', {}, 'is not a quantity'],
    ['json("{")', {}, 'JSON'],
    ['quantity("1m").asInteger()', {}, 'not a whole number'],
    [`${'('.repeat(300)}1${')'.repeat(300)}`, {}, 'depth'],
    [`[${'1,'.repeat(600)}1]`, {}, 'list'],
  ])('%s fails in one line', async (source, values, error) => {
    const result = await run(source, values);
    expect(result).toMatch(/^error: [^\n]+$/);
    expect(String(result).toLowerCase()).toContain(error.toLowerCase());
  });

  it('knows only the declared variables, so that a misspelt one fails before it is used', async () => {
    const declared = await cel(['spec']);
    expect(declared.compile('spec.a == 1')).toMatchObject({ ok: true });
    expect(declared.compile('spce.a == 1')).toEqual({ ok: false, error: 'Unknown variable: spce' });
    expect(await cel(['spec'])).toBe(declared);
  });

  it('can’t be reached through the prototype of a value', async () => {
    expect(await run('a.constructor', { a: {} })).toMatch(/^error/);
    expect(await run('a.__proto__', { a: JSON.parse('{"__proto__":{"x":1}}') })).toMatch(/^error/);
  });
});
