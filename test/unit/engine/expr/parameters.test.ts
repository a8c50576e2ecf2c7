import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParameterDefinition } from '../../../../engine/api/types.ts';
import {
  coerceParameter,
  parameterHint,
  parameterType,
  resolveParameters,
} from '../../../../engine/expr/parameters.ts';

const slots: ParameterDefinition = {
  name: 'slots',
  value: 1024,
  schema: { type: 'integer', minimum: 1, maximum: 16384 },
};

describe('parameters', () => {
  it('takes the type of the default where there is no schema', () => {
    expect(parameterType({ name: 'a', value: 1024 })).toBe('integer');
    expect(parameterType({ name: 'a', value: 0.5 })).toBe('number');
    expect(parameterType({ name: 'a', value: ['x'] })).toBe('array');
    expect(parameterType({ name: 'a' })).toBe('string');
    expect(coerceParameter({ name: 'a', value: 1024 }, 'x')).toMatchObject({ ok: false });
  });

  it.each<[ParameterDefinition, string]>([
    [slots, '1..16384'],
    [{ name: 'a', schema: { type: 'integer' } }, 'a whole number'],
    [{ name: 'a', schema: { minimum: 1, type: 'number' } }, 'at least 1'],
    [{ name: 'a', schema: { enum: ['x', 'y'] } }, 'one of x, y'],
    [{ name: 'a', value: true }, 'true or false'],
    [{ name: 'a', schema: { type: 'string', format: 'quantity' } }, 'a quantity such as 500m or 2Gi'],
    [
      { name: 'a', schema: { type: 'array', minItems: 1, items: { type: 'integer', minimum: 0 } } },
      'at least 1 items, each at least 0',
    ],
    [{ name: 'a' }, ''],
  ])('hints %j as %s', (definition, hint) => {
    expect(parameterHint(definition)).toBe(hint);
  });

  it.each<[ParameterDefinition, unknown, unknown]>([
    [slots, '2048', 2048],
    [slots, ' 7 ', 7],
    [slots, '-0', 'outside 1..16384'],
    [slots, '16385', 'outside 1..16384'],
    [slots, '1e3', 'not a whole number (1..16384)'],
    [slots, '0x10', 'not a whole number'],
    [slots, '12345678901234567890', 'not a whole number'],
    [slots, '', 'not a whole number'],
    [{ name: 'a', schema: { type: 'string' } }, 5, '5'],
    [{ name: 'a', schema: { pattern: '^[a-z]+$' } }, 'ab\n', 'does not match'],
    [{ name: 'a', schema: { pattern: '(?=x)' } }, 'x', 'not a regular expression'],
    [{ name: 'a', schema: { enum: ['redis', 'kafka'] } }, 'rediss', 'did you mean "redis"?'],
    [{ name: 'a', schema: { enum: [1, 2], type: 'integer' } }, '2', 2],
    [{ name: 'a', schema: { type: 'string', maxLength: 2 } }, 'abc', '3 characters'],
    [{ name: 'a', schema: { type: 'string', format: 'duration' } }, '5 minutes', 'not a duration'],
    [{ name: 'a' }, 'x\0y', 'NUL'],
    [{ name: 'a', value: false }, 'yes', true],
    [{ name: 'a', schema: { type: 'array', items: { type: 'integer' } } }, '5, 6', [5, 6]],
    [{ name: 'a', schema: { type: 'array' } }, '["a,b","c"]', ['a,b', 'c']],
    [{ name: 'a', schema: { type: 'array', items: { type: 'integer' } } }, '5,x', 'item 2: "x" is not a whole number'],
    [{ name: 'a', schema: { type: 'array', minItems: 1 } }, '', '0 items, not at least 1'],
    [{ name: 'a', schema: { type: 'array' } }, '[1', 'is not a list'],
    [{ name: 'a', schema: { type: 'array' } }, [{}], 'item 1'],
    [{ name: 'a', schema: { type: 'array' } }, ['x\0'], 'NUL'],
  ])('%j given %j: %j', (definition, given, expected) => {
    const result = coerceParameter(definition, given);
    if (result.ok) expect(result.value).toEqual(expected);
    else expect(result.error).toContain(expected);
  });

  it('never throws, and what it accepts it accepts again unchanged', () => {
    const schema = fc.record(
      {
        type: fc.constantFrom('string', 'integer', 'number', 'boolean', 'array'),
        minimum: fc.integer(),
        maxLength: fc.nat(),
        format: fc.constantFrom('quantity', 'duration'),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(schema, fc.oneof(fc.string(), fc.jsonValue()), (s, given) => {
        const definition = { name: 'x', schema: s } as ParameterDefinition;
        const first = coerceParameter(definition, given);
        if (first.ok) expect(coerceParameter(definition, first.value)).toEqual(first);
        else expect(first.error).not.toContain('\n');
      }),
    );
  });

  it('resolves defaults and overrides, and lists all that is wrong', () => {
    const definitions = [slots, { name: 'node', required: true }, { name: 'note' }];
    expect(resolveParameters(definitions, [{ name: 'node', value: 'a' }])).toEqual({
      values: { slots: 1024, node: 'a', note: undefined },
      errors: [],
    });
    expect(
      resolveParameters(definitions, [
        { name: 'slot', value: 1 },
        { name: 'slots', value: '0' },
      ]).errors,
    ).toEqual([
      { field: 'slot', message: 'no such parameter; did you mean "slots"?' },
      { field: 'slots', message: '0 is outside 1..16384' },
      { field: 'node', message: 'a value is required' },
    ]);
    expect(resolveParameters([], [{ name: '__proto__', value: 'x' }]).errors).toHaveLength(1);
  });
});
