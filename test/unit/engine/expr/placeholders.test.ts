import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTemplate, render, type Scope, textOf, usedParameters } from '../../../../engine/expr/placeholders.ts';

const scope: Scope = {
  host: '10.0.0.7',
  parameters: { 'cluster-slots': 1024, list: ['a', 'b', 3], empty: undefined, on: true, big: 1e21 },
  values: { item: { id: 7, 'owner-id': 'x' }, STDIN: '/run/in', steps: { a: { out: null } } },
};

describe('render', () => {
  it.each<[string, string]>([
    ['plain', 'plain'],
    ['', ''],
    ['{{HOST}}:{{parameters.cluster-slots}}', '10.0.0.7:1024'],
    ['{{ HOST }}', '10.0.0.7'],
    ['{{parameters.list}}', 'a,b,3'],
    ['{{parameters.on}}', 'true'],
    ['{{parameters.big}}', '1000000000000000000000'],
    ['{{item.id}}/{{item.owner-id}}/{{STDIN}}', '7/x//run/in'],
    ["{{'{{'}}.Name}}", '{{.Name}}'],
    ['{{ "{{x}}" }}', '{{x}}'],
    ['}} {', '}} {'],
  ])('%j is %j', (text, expected) => {
    expect(render(text, scope)).toEqual({ ok: true, value: expected });
  });

  it.each<[string, string]>([
    ['{{parameters.slots}}', '{{parameters.slots}}: no such parameter'],
    ['{{parameters.lst}}', 'did you mean "list"?'],
    ['{{parameters.list.x}}', 'parameter "list" has no fields'],
    ['{{parameters.empty}}', 'parameter "empty" has no value'],
    ['{{hots}}', '{{hots}}: nothing has that name; did you mean "HOST"?'],
    ['{{item.idd}}', 'no "idd"; did you mean "id"?'],
    ['{{item.id.x}}', 'there is no "x"'],
    ['{{steps.a.out}}', 'has no value'],
    ['{{item}}', 'an object has no text'],
    ['{{item.constructor}}', 'no "constructor"'],
    ['{{constructor}}', 'nothing has that name'],
    ['{{__proto__.x}}', 'nothing has that name'],
    ['{{}}', 'is empty'],
    ['x {{ 1 + 1 }}', 'is no placeholder'],
    ['a {{b', 'without "}}"'],
    ['{{ 1 + 1 }}', "expressions can't be used here"],
  ])('%j fails: %s', (text, error) => {
    expect(render(text, scope)).toEqual({ ok: false, error: expect.stringContaining(error) });
  });

  it('has no host in a form', () => {
    expect(render('{{HOST}}', { parameters: {} })).toMatchObject({ ok: false });
  });

  it('leaves a whole expression to CEL and puts what it says as text', () => {
    const text = '{{ toJson({"a": {"b": 1}}) }}';
    expect(parseTemplate(text)).toEqual({ ok: true, value: { kind: 'cel', expression: 'toJson({"a": {"b": 1}})' } });
    expect(render(text, { parameters: {}, evaluate: () => ['x', 1] })).toEqual({ ok: true, value: 'x,1' });
    const failing = () => {
      throw new Error('first\nsecond');
    };
    expect(render(text, { parameters: {}, evaluate: failing })).toMatchObject({
      error: expect.stringMatching(/: first$/),
    });
    expect(parseTemplate('{{ a }} {{ b }}')).toMatchObject({ value: { kind: 'parts' } });
  });

  it('never reads a value again: braces in it stay as they are', () => {
    fc.assert(
      fc.property(
        fc.string().filter((s) => !s.includes('\0')),
        (x) => {
          expect(render('<{{parameters.x}}>', { parameters: { x } })).toEqual({ ok: true, value: `<${x}>` });
        },
      ),
    );
    expect(render('{{parameters.x}}', { host: 'h', parameters: { x: '{{HOST}}' } })).toEqual({
      ok: true,
      value: '{{HOST}}',
    });
  });

  it('reads a long hostile text in one pass', () => {
    const started = performance.now();
    for (const text of [
      '{{ '.repeat(20_000),
      `{{${' '.repeat(50_000)}`,
      "{{'".repeat(20_000),
      `${'{{a}}'.repeat(20_000)}{{`,
    ])
      parseTemplate(text);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

it('names the parameters that a text uses', () => {
  expect(usedParameters('{{parameters.a}} {{HOST}} {{parameters.b-c}}')).toEqual(['a', 'b-c']);
});

it('has no text for what has none', () => {
  expect(textOf({})).toMatchObject({ ok: false });
  expect(textOf(['a', {}])).toMatchObject({ ok: false });
  expect(textOf('a\0')).toMatchObject({ ok: false });
  expect(textOf(new Date(0))).toEqual({ ok: true, value: '1970-01-01T00:00:00.000Z' });
});
