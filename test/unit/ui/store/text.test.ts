import { expect, it } from 'vitest';
import { edit, insert, textField } from '../../../../ui/store/text.ts';

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

it('takes a pasted newline as a space and no control character at all', () => {
  expect(insert(textField('a'), 'b\nc\x1b[2J\x07').value).toBe('ab c[2J');
  expect(insert({ value: 'ac', cursor: 1 }, 'b')).toEqual({ value: 'abc', cursor: 2 });
});
