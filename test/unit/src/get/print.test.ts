import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import type { Item, Kind } from '../../../../src/get/kind.ts';
import { document, rowsOf, table } from '../../../../src/get/print.ts';

const item = (name: string, ...cells: string[]): Item => ({
  name: `thing/${name}`,
  cells: [name, ...cells],
  object: { kind: 'Thing', apiVersion: 'v1', metadata: { name, namespace: 'prod' }, b: [{ z: 1, a: 2 }] },
});
const kind: Kind = {
  names: ['things'],
  columns: [{ title: 'NAME' }, { title: 'ROLE' }, { title: 'NODE', wide: true }],
  read: async () => ({ items: [], denied: [], blind: false }),
};

test('columns are as wide as their widest cell, empty ones say so, nothing trails', () => {
  const rows = rowsOf(kind, [item('a', 'primary', 'n'), item('数据库', '', 'n')], {
    wide: false,
    namespaces: true,
    headers: true,
  });
  expect(table(rows, stringWidth)).toBe(
    'NAMESPACE   NAME     ROLE\nprod        a        primary\nprod        数据库   <none>\n',
  );
});

test('wide columns and headers are asked for', () => {
  const rows = rowsOf(kind, [item('a', 'primary', 'n1')], { wide: true, namespaces: false, headers: false });
  expect(table(rows, stringWidth)).toBe('a   primary   n1\n');
});

test('one named object stands alone, otherwise there is a List; keys are in order', () => {
  const answer = { items: [item('a', '')], denied: [], blind: false };
  expect(JSON.stringify(document(answer, true))).toBe(
    '{"apiVersion":"v1","b":[{"a":2,"z":1}],"kind":"Thing","metadata":{"name":"a","namespace":"prod"}}',
  );
  expect(document(answer, false)).toMatchObject({ apiVersion: 'v1', kind: 'List', items: [{ kind: 'Thing' }] });
  expect(document({ ...answer, items: [] }, true)).toMatchObject({ kind: 'List', items: [] });
});

test('a cell is one line that moves no cursor, and as wide as it is drawn', () => {
  const rows = [
    ['evil \x1b[2J\x1b]0;pwned\x07\u202etxet', 'a\nb'],
    ['x', 'y'],
  ];
  expect(table(rows, stringWidth)).toBe('evil <U+202E>txet   a b\nx                   y\n');
});
