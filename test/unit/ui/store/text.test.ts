import { expect, it } from 'vitest';
import { edit, FIELD_LIMIT, insert, textField } from '../../../../ui/store/text.ts';

const keys = (value: string, ...names: string[]) =>
  names.reduce((field, key) => edit(field, key) ?? field, textField(value));

it('edits as readline does', () => {
  expect(keys('one two', 'ctrl-w').value).toBe('one ');
  expect(keys('one two', 'home', 'delete').value).toBe('ne two');
  expect(keys('one', 'left', 'ctrl-k').value).toBe('on');
  expect(keys('one two', 'alt-b', 'ctrl-u').value).toBe('two');
  expect(keys('日本', 'left', 'backspace').value).toBe('本');
  expect(edit(textField('x'), 'f5')).toBeNull();
});

it('takes no more than a line of a form or a prompt may have, and then nothing at all', () => {
  const field = textField('a');
  expect([...insert(field, 'q'.repeat(60_000)).value]).toHaveLength(60_001);
  expect(insert(field, 'q'.repeat(200_000))).toBe(field);
  expect(insert(textField('q'.repeat(FIELD_LIMIT)), 'q').value).toHaveLength(FIELD_LIMIT);
});

it('takes a pasted newline as a space and no control character at all', () => {
  expect(insert(textField('a'), 'b\nc\x1b[2J\x07').value).toBe('ab c[2J');
  expect(insert({ value: 'ac', cursor: 1 }, 'b')).toEqual({ value: 'abc', cursor: 2 });
});
