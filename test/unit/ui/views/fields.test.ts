import { expect, it } from 'vitest';
import type { FormField } from '../../../../engine/protocol.ts';
import { textField } from '../../../../ui/store/text.ts';
import {
  check,
  checkField,
  choicesOf,
  edited,
  errorOf,
  fieldsOf,
  labelOf,
  offerText,
  turn,
  typeInto,
  valuesOf,
} from '../../../../ui/views/fields.ts';

const spec = (part: Partial<FormField>): FormField => ({
  name: 'x',
  type: 'string',
  description: '',
  required: false,
  secret: false,
  hint: '',
  ...part,
});
const one = (part: Partial<FormField>) => fieldsOf([spec(part)])[0]!;

it('checks types, ranges, choices and what is required', () => {
  const n = spec({ type: 'integer', minimum: 1, maximum: 10 });
  expect(check(n, '5')).toBe('');
  expect(check(n, '')).toBe('');
  expect(check(n, '5.5')).toContain('whole number');
  expect(check(n, '1e3')).toContain('whole number');
  expect(check(n, '0')).toContain('at least 1');
  expect(check(n, '11')).toContain('at most 10');
  expect(check(spec({ type: 'number' }), '-2.5e3')).toBe('');
  expect(check(spec({ type: 'number' }), '0x10')).toContain('number');
  expect(check(spec({ type: 'boolean' }), 'yes')).toContain('true or false');
  expect(check(spec({ enum: ['a', 'b'] }), 'c')).toContain('a, b');
  expect(check(spec({ required: true }), '')).toContain('required');
  expect(check(spec({ required: true, default: 'd' }), '')).toBe('');
});

it('offers an empty choice only where nothing is wanted', () => {
  expect(choicesOf(one({ type: 'boolean' }))).toEqual(['', 'true', 'false']);
  expect(choicesOf(one({ type: 'boolean', default: 'false' }))).toEqual(['true', 'false']);
  expect(choicesOf(one({ enum: ['a'], required: true }))).toEqual(['a']);
  expect(choicesOf(one({}))).toBeNull();
});

it('turns through choices and finds them by letter, and types into the rest', () => {
  const colour = one({ enum: ['red', 'green', 'grey'], required: true });
  expect(turn(colour, 1).field.value).toBe('red');
  expect(turn(colour, -1).field.value).toBe('grey');
  expect(typeInto(colour, 'g').field.value).toBe('green');
  expect(typeInto(typeInto(colour, 'g'), 'g').field.value).toBe('grey');
  expect(typeInto(colour, 'z')).toBe(colour);
  expect(typeInto(one({}), 'a\nb').field.value).toBe('a b');
});

it('sends only what was given, and knows when something would be lost', () => {
  const fields = fieldsOf([spec({ name: 'a', default: '1' }), spec({ name: 'b' })]);
  expect(valuesOf(fields)).toEqual({ a: '1' });
  expect(edited(fields)).toBe(false);
  expect(edited([fields[0]!, typeInto(fields[1]!, 'x')])).toBe(true);
});

it('shows its own error before the engine’s', () => {
  const field = typeInto(one({ type: 'integer' }), 'x');
  expect(errorOf(field, [field], [{ field: 'x', message: 'too odd' }])).toContain('whole number');
  expect(errorOf(typeInto(one({}), 'x'), [], [{ field: 'x', message: 'too odd' }])).toBe('too odd');
});

const read = (values: string[]) => ({
  of: '',
  offer: { state: 'read' as const, from: 'a-0', rows: values.map((value, i) => ({ value, label: `a-${i} (${i})` })) },
});

it('turns through what was read, by label, passes over what it must differ from, and takes no other value', () => {
  const from = { ...one({ name: 'from', choices: { command: [], needs: [] } }), field: textField('bb1') };
  const to = {
    ...one({ name: 'to', choices: { command: [], needs: [] }, differsFrom: 'from', required: true }),
    offered: read(['bb1', 'bb2', 'c']),
  };
  expect(turn(to, 1, [from, to]).field.value).toBe('bb2');
  expect(labelOf(to, 'bb2')).toBe('a-1 (1)');
  // Typed letter by letter, or pasted whole.
  let typed = typeInto(to, 'b');
  for (const letter of 'b2') typed = typeInto(typed, letter);
  expect(typed.field.value).toBe('bb2');
  expect(typeInto(to, 'a-2').field.value).toBe('c');
  const with_ = (value: string) => ({ ...to, field: textField(value) });
  expect(checkField(with_('bb1'), [from, to])).toBe('must not be the same as from');
  expect(checkField(with_('zz'), [from, to])).toBe('is not among what a-0 names');
  expect(checkField(with_('bb2'), [from, to])).toBe('');
});

it('is typed where nothing could be read', () => {
  const failed = {
    ...one({ choices: { command: [], needs: [] } }),
    offered: { of: '', offer: { state: 'failed' as const, why: 'no' } },
  };
  expect(choicesOf(failed)).toBeNull();
  expect(checkField(typeInto(failed, 'zz'), [])).toBe('');
  expect(offerText(failed, '…')).toContain('no choices');
  expect(offerText({ ...failed, offered: { of: '', offer: null } }, '…')).toBe('reading the choices…');
});
