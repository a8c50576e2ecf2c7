import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, digest } from '../../../../engine/expr/digest.ts';
import { formatDuration, parseDuration } from '../../../../engine/expr/duration.ts';
import { envNames } from '../../../../engine/expr/environment.ts';
import { nearest, suggestion } from '../../../../engine/expr/nearest.ts';
import { compareQuantities, parseQuantity } from '../../../../engine/expr/quantity.ts';
import { captures, matches, regex } from '../../../../engine/expr/regex.ts';
import { show } from '../../../../engine/expr/show.ts';

describe('quantities', () => {
  it.each<[string, bigint]>([
    ['0', 0n],
    ['1', 10n ** 9n],
    ['100m', 10n ** 8n],
    ['1.5Gi', 1_610_612_736n * 10n ** 9n],
    ['0.1', 10n ** 8n],
    ['-2k', -2000n * 10n ** 9n],
    ['+.5', 5n * 10n ** 8n],
    ['1e3', 1000n * 10n ** 9n],
    ['1E', 10n ** 27n],
    ['1E-3', 10n ** 6n],
    ['1Ei', 2n ** 60n * 10n ** 9n],
    ['1n', 1n],
    ['0.1n', 1n],
    ['9007199254740993', 9_007_199_254_740_993n * 10n ** 9n],
  ])('%s', (text, nano) => {
    expect(parseQuantity(text)).toEqual({ ok: true, value: { nano, text } });
  });

  it.each(['', '.', 'Gi', '1gi', '1 Gi', '1KB', '0x1', '1e', '1e3Gi', 'NaN', '１', '1e9999', `${'9'.repeat(41)}`])(
    '%j is none',
    (text) => {
      expect(parseQuantity(text)).toMatchObject({ ok: false });
    },
  );

  it('order as their values do', () => {
    expect(['1Gi', '1G', '500m', '2', '1024Mi'].toSorted(compareQuantities)).toEqual([
      '500m',
      '2',
      '1G',
      '1Gi',
      '1024Mi',
    ]);
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: -1e6, max: 1e6 }), (a, b) => {
        expect(Math.sign(compareQuantities(`${a}m`, `${b}m`))).toBe(Math.sign(a - b));
      }),
    );
  });
});

describe('durations', () => {
  it.each<[string, number]>([
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['250ms', 250],
    ['2d', 172_800_000],
    ['0', 0],
    ['100us', 0.1],
  ])('%s', (text, ms) => {
    const parsed = parseDuration(text);
    expect(parsed.ok && parsed.value).toBeCloseTo(ms);
  });
  it.each(['', '5', 's', '5 m', '-5s', '1h 30m', '5min', '1e3s', '367d', '9'.repeat(65)])('%j is none', (text) => {
    expect(parseDuration(text)).toMatchObject({ ok: false });
  });
  it('are written as they are read', () => {
    expect([90_000, 250, 0, 86_400_000, 3_661_000].map(formatDuration)).toEqual([
      '1m30s',
      '250ms',
      '0s',
      '1d',
      '1h1m1s',
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds * 1000))).toEqual({ ok: true, value: seconds * 1000 });
      }),
    );
  });
});

describe('digests', () => {
  it('do not depend on the order of keys, and do on everything else', () => {
    expect(canonicalJson({ b: [1, null, undefined], a: { d: 'é"', c: undefined } })).toBe(
      '{"a":{"d":"é\\""},"b":[1,null,null]}',
    );
    expect(digest({ a: 1, b: 2 })).toBe(digest({ b: 2, a: 1 }));
    expect(digest({ a: [1, 2] })).not.toBe(digest({ a: [2, 1] }));
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(canonicalJson(plain))).toEqual(plain);
      }),
    );
  });
  it('are what sha256sum says', () => {
    const sum = execFileSync('sha256sum', { input: '{"a":1}', encoding: 'utf8' }).split(' ')[0];
    expect(digest({ a: 1 })).toBe(`sha256:${sum}`);
  });
  it.each([[Number.NaN], [[Number.POSITIVE_INFINITY]], [() => 0], [{ a: 1n }]])('refuse %s', (value) => {
    expect(() => digest(value)).toThrow(TypeError);
  });
});

describe('nearest', () => {
  it.each<[string, string[], string | undefined]>([
    ['redis-reshrad', ['redis-reshard', 'kafka'], 'redis-reshard'],
    ['Restart', ['restart'], 'restart'],
    ['x', ['y', 'z'], 'y'],
    ['abc', ['xyz'], undefined],
    ['retry', ['retryTimes', 'container'], 'retryTimes'],
    ['cluster', ['clusterRef', 'clusterOps'], undefined],
    ['', ['a'], 'a'],
    ['a'.repeat(500), ['a'.repeat(500)], undefined],
  ])('%s of %j: %s', (word, known, expected) => {
    expect(nearest(word, known)).toBe(expected);
  });
  it('lists what there is when nothing is near', () => {
    expect(suggestion('zzzzzz', ['a', 'b'])).toBe('; known: a, b');
    expect(suggestion('zzzzzz', 'abcdefghij')).toBe('; known: a, b, c, d, e, f, g, h, and 2 more');
    expect(suggestion('zzzzzz', [])).toBe('');
  });
});

describe('regular expressions', () => {
  it('answer a hostile pattern in no time', () => {
    const started = performance.now();
    expect(matches('^(a+)+$', `${'a'.repeat(5000)}!`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
  it('capture named groups, the first group, or the whole match', () => {
    expect(captures('(?P<k>\\w)=(?P<v>\\w)?', 'a=1 b=', 9)).toEqual([
      { k: 'a', v: '1' },
      { k: 'b', v: null },
    ]);
    expect(captures('x(.)', 'xaxb', 9)).toEqual(['a', 'b']);
    expect(captures('x.', 'xaxb', 1)).toEqual(['xa']);
    expect(captures('', 'ab', 9).length).toBeLessThanOrEqual(3);
  });
  it('say what RE2 leaves out', () => {
    expect(regex('(?=a)')).toMatchObject({ ok: false, error: expect.stringContaining('(RE2)') });
  });
});

it('environment names collide by name only when they are the same', () => {
  expect(envNames(['a', 'b-c', 'nodeId'])).toEqual({
    ok: true,
    value: new Map([
      ['a', 'OPS_A'],
      ['b-c', 'OPS_B_C'],
      ['nodeId', 'OPS_NODEID'],
    ]),
  });
  expect(envNames(['nodeId', 'nodeID'])).toMatchObject({ ok: false });
});

it('shows a value on one line without anything that a terminal acts on', () => {
  expect(show('a\u001b[2J\u009b\u202e\n')).toBe('"a\\u001b[2J\\u009b\\u202e\\n"');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(show(text)).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{2,60}$/u);
    }),
  );
});
