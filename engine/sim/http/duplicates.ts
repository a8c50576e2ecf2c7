/** Keys that a JSON text has twice in one object. JSON.parse keeps the last and says nothing. */
import { isDict } from '../types.ts';

const STRING_OR_MARK = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\],]/g;

function countKeys(value: unknown): number {
  let count = 0;
  if (Array.isArray(value)) for (const item of value) count += typeof item === 'object' ? countKeys(item) : 0;
  else if (isDict(value))
    for (const key of Object.keys(value)) {
      const item = value[key];
      count += 1 + (typeof item === 'object' && item !== null ? countKeys(item) : 0);
    }
  return count;
}

/** Paths of repeated keys, as `data.a`. `parsed` is what the text parses to: where it has as many keys, there are none. */
export function duplicateFields(text: string, parsed: unknown): string[] {
  let keys = 0;
  for (const match of text.matchAll(STRING_OR_MARK)) if (match[1] !== undefined) keys++;
  if (keys === countKeys(parsed)) return [];
  const found: string[] = [];
  const stack: { seen: Set<string> | undefined; path: string; index: number; key: string }[] = [];
  const here = (): string => {
    const top = stack.at(-1);
    if (!top) return '';
    if (top.seen) return top.path ? `${top.path}.${top.key}` : top.key;
    return `${top.path}[${top.index}]`;
  };
  for (const match of text.matchAll(STRING_OR_MARK)) {
    const [mark] = match;
    const top = stack.at(-1);
    if (mark === '{' || mark === '[')
      stack.push({ seen: mark === '{' ? new Set() : undefined, path: here(), index: 0, key: '' });
    else if (mark === '}' || mark === ']') stack.pop();
    else if (mark === ',') {
      if (top && !top.seen) top.index++;
    } else if (match[1] !== undefined && top?.seen) {
      top.key = JSON.parse(mark.slice(0, mark.length - match[1].length)) as string;
      if (top.seen.has(top.key)) found.push(here());
      top.seen.add(top.key);
    }
  }
  return [...new Set(found)];
}
