/** A one-line text field: value and cursor, as pure steps. Values are code points, so that no key splits a character. */
export interface TextField {
  value: string;
  /** In code points. */
  cursor: number;
}

export const textField = (value = ''): TextField => ({ value, cursor: [...value].length });

/** What came by a paste or a key is one line without control characters. */
const oneLine = (text: string) => text.replace(/[\n\t]+/g, ' ').replace(/[\x00-\x1f\x7f-\x9f]/g, '');

/** Code points that a field may have: far more than anybody types, and little enough to edit at every key. */
export const FIELD_LIMIT = 65_536;

/** The field itself where the text has no room in it: a value that was cut could mean something else. */
export function insert(field: TextField, text: string): TextField {
  const added = [...oneLine(text)];
  const chars = [...field.value];
  if (added.length > 0 && chars.length + added.length > FIELD_LIMIT) return field;
  const value = [...chars.slice(0, field.cursor), ...added, ...chars.slice(field.cursor)].join('');
  return { value, cursor: field.cursor + added.length };
}

/** Editing keys as readline has them; null for a key that edits nothing. */
export function edit(field: TextField, key: string): TextField | null {
  const chars = [...field.value];
  const { cursor } = field;
  const at = (n: number): TextField => ({ value: field.value, cursor: Math.max(0, Math.min(chars.length, n)) });
  const cut = (from: number, to: number): TextField => ({
    value: [...chars.slice(0, from), ...chars.slice(to)].join(''),
    cursor: from,
  });
  switch (key) {
    case 'left':
    case 'ctrl-b':
      return at(cursor - 1);
    case 'right':
    case 'ctrl-f':
      return at(cursor + 1);
    case 'home':
    case 'ctrl-a':
      return at(0);
    case 'end':
    case 'ctrl-e':
      return at(chars.length);
    case 'backspace':
      return cursor > 0 ? cut(cursor - 1, cursor) : field;
    case 'delete':
    case 'ctrl-d':
      return cursor < chars.length ? cut(cursor, cursor + 1) : field;
    case 'ctrl-u':
      return cut(0, cursor);
    case 'ctrl-k':
      return cut(cursor, chars.length);
    case 'ctrl-w':
    case 'alt-backspace': {
      let from = cursor;
      while (from > 0 && chars[from - 1] === ' ') from--;
      while (from > 0 && chars[from - 1] !== ' ') from--;
      return cut(from, cursor);
    }
    case 'alt-b':
    case 'ctrl-left': {
      let to = cursor;
      while (to > 0 && chars[to - 1] === ' ') to--;
      while (to > 0 && chars[to - 1] !== ' ') to--;
      return at(to);
    }
    case 'alt-f':
    case 'ctrl-right': {
      let to = cursor;
      while (to < chars.length && chars[to] === ' ') to++;
      while (to < chars.length && chars[to] !== ' ') to++;
      return at(to);
    }
    default:
      return null;
  }
}
