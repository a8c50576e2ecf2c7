import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Schema } from '../../../../../engine/api/schema/types.ts';
import { violations } from '../../../../../engine/api/schema/violations.ts';
import { words } from '../../../../../engine/api/schema/words.ts';

const say = (schema: Schema, value: unknown) => violations(schema, value).map(words);

/** Schemas of every keyword that both sides know, small enough that values often fit. */
const { schema: schemas } = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record(
      {
        type: fc.constant('string' as const),
        minLength: fc.nat(3),
        maxLength: fc.nat(4),
        pattern: fc.constantFrom('^a', 'b$', '[0-9]+'),
        enum: fc.constant(['a', 'b']),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record(
      {
        type: fc.constantFrom('integer' as const, 'number' as const),
        minimum: fc.integer({ min: -3, max: 3 }),
        maximum: fc.integer({ min: -3, max: 3 }),
        multipleOf: fc.constantFrom(2, 3),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record({ type: fc.constant('boolean' as const) }),
    fc.record(
      {
        type: fc.constant('array' as const),
        items: tie('schema'),
        minItems: fc.nat(2),
        maxItems: fc.nat(3),
        uniqueItems: fc.boolean(),
      },
      { requiredKeys: ['type', 'items'] },
    ),
    fc.record(
      {
        type: fc.constant('object' as const),
        properties: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('schema')),
        required: fc.uniqueArray(fc.constantFrom('a', 'b')),
        maxProperties: fc.nat(3),
        not: fc.constant({ required: ['c'] }),
        anyOf: fc.constant([{ required: ['a'] }, { required: ['b'] }]),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record(
      { type: fc.constant('object' as const), additionalProperties: tie('schema'), minProperties: fc.nat(2) },
      { requiredKeys: ['type', 'additionalProperties'] },
    ),
  ),
}));

const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('a', 'b', 'ab', '1', '', '😀', 0, 1, 2, -3, 1.5, true, false, null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value')),
  ),
}));

/** Values that mostly fit, so that both answers are common. */
function near(schema: Schema): fc.Arbitrary<unknown> {
  const fitting = (): fc.Arbitrary<unknown> => {
    switch (schema.type) {
      case 'string':
        return fc.constantFrom('a', 'b', 'ab', 'a1', 'aab', '', '😀b');
      case 'integer':
      case 'number':
        return fc.oneof(fc.integer({ min: -4, max: 4 }), fc.constant(0.5));
      case 'boolean':
        return fc.boolean();
      case 'array':
        return fc.array(near(schema.items ?? {}), { maxLength: 3 });
      default: {
        const { properties, additionalProperties: rest } = schema;
        if (typeof rest === 'object') return fc.dictionary(fc.constantFrom('a', 'b', 'c'), near(rest));
        return fc.record(
          {
            a: fc.constant(1),
            b: fc.constant(1),
            ...Object.fromEntries(Object.entries(properties ?? {}).map(([name, child]) => [name, near(child)])),
          },
          { requiredKeys: ['a'] },
        );
      }
    }
  };
  return fc.oneof({ weight: 9, arbitrary: fitting() }, { weight: 1, arbitrary: values });
}

describe('violations', () => {
  it('accepts what ajv accepts', () => {
    const ajv = new Ajv({ strict: false, unicodeRegExp: false });
    const seen = { accepted: 0, refused: 0 };
    const cases = schemas.chain((schema) =>
      fc.tuple(fc.constant(schema), fc.array(near(schema), { minLength: 8, maxLength: 8 })),
    );
    fc.assert(
      fc.property(cases, ([schema, examples]) => {
        const theirs = ajv.compile(schema);
        for (const value of JSON.parse(JSON.stringify(examples))) {
          const ours = violations(schema, value, { unknown: 'ignore' }).length === 0;
          seen[ours ? 'accepted' : 'refused']++;
          expect({ schema, value, ours }).toEqual({ schema, value, ours: theirs(value) });
        }
        ajv.removeSchema(schema);
      }),
      { numRuns: 80 },
    );
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(60);
  });

  it('finds a list entry with the keys of another', () => {
    const list: Schema = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', properties: { name: { type: 'string' }, v: { type: 'integer' } } },
    };
    expect(say(list, [{ name: 'a' }, { name: 'b' }, { name: 'a', v: 1 }])).toEqual([
      '[2]: has the same name as entry 1; each may be there once',
    ]);
  });

  it.each<[Schema, unknown, string[]]>([
    [
      { type: 'string', enum: ['string', 'integer'] },
      'strnig',
      ['the document: "strnig" is not allowed; use one of string, integer (did you mean string?)'],
    ],
    [
      { type: 'object', properties: { container: {}, a: {} } },
      { conatiner: 1 },
      ['conatiner: unknown field; did you mean "container"?'],
    ],
    [
      { type: 'object', properties: { a: { type: 'array' } } },
      { a: null },
      ['a: has no value; give a list, or leave the field out'],
    ],
    [
      { type: 'object', required: ['x'], properties: { x: { type: 'string', enum: ['p', 'q'] } } },
      {},
      ['x: missing; it is required: one of p, q'],
    ],
    [{ type: 'integer', maximum: 100 }, 200, ['the document: 200 is too large; use at most 100']],
    [{ type: 'integer' }, '3', ['the document: "3" is not allowed; use a whole number']],
    [{ 'x-kubernetes-int-or-string': true }, 1.5, ['the document: 1.5 is not allowed; use a whole number or text']],
    [
      { type: 'string', format: 'date-time' },
      '2026-02-30 10:00',
      ['the document: "2026-02-30 10:00" is not a time such as 2026-01-31T12:00:00Z'],
    ],
    [{ type: 'string', nullable: true }, null, []],
    [
      { type: 'object', additionalProperties: { type: 'integer' } },
      { 'a.b/c': 'x' },
      ['["a.b/c"]: "x" is not allowed; use a whole number'],
    ],
    [{ type: 'object', properties: { a: {} }, 'x-kubernetes-preserve-unknown-fields': true }, { b: 1 }, []],
  ])('%j says of %j: %j', (schema, value, lines) => {
    expect(say(schema, value)).toEqual(lines);
  });

  it('complains about the alternative that was meant', () => {
    const source: Schema = {
      'x-kubernetes-preserve-unknown-fields': true,
      anyOf: [
        { type: 'string' },
        { type: 'object', required: ['const'], properties: { const: { type: 'string' } } },
        { type: 'object', required: ['expr'], properties: { expr: { type: 'string' } } },
      ],
    };
    expect(say(source, 'a')).toEqual([]);
    expect(say(source, { expr: 'x' })).toEqual([]);
    expect(say(source, 5)).toEqual(['the document: 5 is not allowed; use text or an object']);
    expect(say(source, null)).toEqual(['the document: has no value; give text or an object, or leave the field out']);
    expect(say(source, { expr: 5 })).toEqual(['expr: 5 is not allowed; use text']);
    expect(say(source, { exp: 'x' })).toEqual(['the document: needs const or expr']);
  });

  it('shows nothing that a terminal acts on, on one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (text, json) => {
        for (const line of [
          ...say({ type: 'integer' }, text),
          ...say({ type: 'boolean' }, json),
          ...say({ type: 'object', properties: {} }, { [text]: 1 }),
        ]) {
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        }
      }),
      { examples: [['\u{e0020}', null]] },
    );
  });
});
