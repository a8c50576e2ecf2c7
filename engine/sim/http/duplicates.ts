/** What strict reading finds wrong with a text: keys that it has twice in one object (JSON.parse keeps the last and says nothing), and unknown ones. */
import { isDict } from '../types.ts';
import { unknownField } from '../verbs/input.ts';

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

interface Key {
  path: string;
  /** Whether its object has had it before. */
  again: boolean;
}

/** The keys of a JSON text in their order, where one is repeated; none where none is. `parsed` is what the text parses to. */
function keysWhereRepeated(text: string, parsed: unknown): Key[] {
  let keys = 0;
  for (const match of text.matchAll(STRING_OR_MARK)) if (match[1] !== undefined) keys++;
  if (keys === countKeys(parsed)) return [];
  const found: Key[] = [];
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
      found.push({ path: here(), again: top.seen.has(top.key) });
      top.seen.add(top.key);
    }
  }
  return found;
}

/** What strict reading finds wrong with a JSON text, in its order. `unknown` are the paths that its kind has no place for. */
export function problemsInJson(text: string, parsed: unknown, unknown: readonly string[]): string[] {
  const keys = keysWhereRepeated(text, parsed);
  const left = new Set(unknown);
  const found = new Set<string>();
  for (const { path, again } of keys) {
    if (left.delete(path)) found.add(unknownField(path));
    else if (again) found.add(`duplicate field ${JSON.stringify(path)}`);
  }
  return [...found, ...[...left].map(unknownField)];
}

const steps = (path: string): string[] => path.split(/[.[]/);

/** As the server's library puts the keys of what it has read as YAML. */
function byKeys(a: string, b: string): number {
  const [left, right] = [steps(a), steps(b)];
  const at = left.findIndex((step, index) => step !== right[index]);
  const [one = '', other = ''] = [left[at], right[at]];
  if (/^\d+\]$/.test(one) && /^\d+\]$/.test(other)) return Number.parseInt(one, 10) - Number.parseInt(other, 10);
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The same of a YAML text, where `repeated` is said of its keys. */
export const problemsInYaml = (repeated: readonly string[], unknown: readonly string[]): string[] => [
  ...(repeated.length > 0 ? [`yaml: unmarshal errors:\n  ${repeated.join('\n  ')}`] : []),
  ...[...unknown].sort(byKeys).map(unknownField),
];
