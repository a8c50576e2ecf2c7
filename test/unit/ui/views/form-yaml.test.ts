import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FormField } from '../../../../engine/protocol.ts';
import { textField } from '../../../../ui/store/text.ts';
import { formToYaml, yamlToValues } from '../../../../ui/views/form-yaml.ts';

const state = (name: string, type: FormField['type'], value: string, more: Partial<FormField> = {}) => ({
  spec: { name, type, description: '', required: false, secret: false, hint: '', ...more },
  field: textField(value),
  touched: false,
});

it('gives back what was in the form, whatever was', () => {
  const line = fc.string({ unit: 'grapheme' }).filter((text) => !/[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]/.test(text));
  fc.assert(
    fc.property(line, line, fc.bigInt(), (text, about, number) => {
      const fields = [
        state('from', 'string', text, { description: about }),
        state('no', 'integer', String(number)),
        state('on', 'boolean', 'true'),
      ];
      expect(yamlToValues(formToYaml(`x ${about}`, fields), fields)).toEqual({
        values: { from: text, no: String(number), on: 'true' },
      });
    }),
    { examples: [['\u00a0', '', 0n]] },
  );
});

it('takes lists, nothing for no value, and no change for an empty text', () => {
  const fields = [state('nodes', 'array', 'a,b'), state('from', 'string', 'x')];
  expect(yamlToValues('nodes: [c, d]\nfrom:', fields)).toEqual({ values: { nodes: 'c,d', from: '' } });
  expect(yamlToValues('nodes: ["c,d", e]', fields)).toEqual({ values: { nodes: '["c,d","e"]' } });
  expect(yamlToValues('# all of it\n', fields)).toBeNull();
});

it.each([
  ['- a', 'not made of NAME: VALUE lines'],
  ['from: {a: b}', 'from is not one plain value'],
  ['from: [a]', 'from is not one plain value'],
  ['from: |\n  a\n  b\n', 'line end'],
  ['from: a\nfrom: b', 'line 2'],
  ['to: x', 'there is no field "to"'],
])('%j is refused: %s', (text, why) => {
  expect(yamlToValues(text, [state('from', 'string', '')])).toEqual({ error: expect.stringContaining(why) });
});
