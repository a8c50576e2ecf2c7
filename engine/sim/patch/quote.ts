/**
 * A patched object as a refusal quotes it. The real server's patching sorts the keys of what it has opened on its way and leaves the rest as
 * it was; a strategic patch is quoted itself, as Go prints a map.
 */
import { type Dict, isDict } from '../types.ts';

const escaped = (text: string): string =>
  text.replace(/[<>&]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);
const asIs = (value: unknown): string => escaped(JSON.stringify(value));

const object = (keys: readonly string[], text: (key: string) => string): string =>
  `{${[...keys]
    .sort()
    .map((key) => `${asIs(key)}:${text(key)}`)
    .join(',')}}`;

/** What a merge patch adds: sorted all through, without its nulls. */
function added(value: unknown): string {
  if (Array.isArray(value))
    return `[${value
      .filter((item) => item !== null)
      .map(added)
      .join(',')}]`;
  if (!isDict(value)) return asIs(value);
  return object(
    Object.keys(value).filter((key) => value[key] !== null),
    (key) => added(value[key]),
  );
}

export function quoteMerged(old: unknown, patch: unknown): string {
  if (!isDict(patch)) return added(patch);
  if (!isDict(old)) return added(patch);
  const kept = Object.keys(old).filter((key) => patch[key] !== null);
  const fresh = Object.keys(patch).filter((key) => patch[key] !== null && !Object.hasOwn(old, key));
  return object([...kept, ...fresh], (key) => {
    if (!Object.hasOwn(patch, key)) return asIs(old[key]);
    return Object.hasOwn(old, key) ? quoteMerged(old[key], patch[key]) : added(patch[key]);
  });
}

/** `result` is what the operations have made, its untouched parts in their old order. */
export function quoteChanged(result: unknown, operations: unknown): string {
  const opened = new Set(['']);
  for (const one of Array.isArray(operations) ? operations : []) {
    for (const path of isDict(one) ? [one.path, one.from] : []) {
      const steps = typeof path === 'string' ? path.split('/') : [];
      for (let length = 2; length < steps.length; length++) opened.add(steps.slice(0, length).join('/'));
    }
    // What is put there is as it was sent.
    const put = isDict(one) && one.op !== 'test' ? String(one.path) : undefined;
    if (put) for (const path of opened) if (path === put || path.startsWith(`${put}/`)) opened.delete(path);
  }
  const text = (value: unknown, path: string): string => {
    if (!opened.has(path)) return asIs(value);
    if (Array.isArray(value)) return `[${value.map((item, index) => text(item, `${path}/${index}`)).join(',')}]`;
    if (!isDict(value)) return asIs(value);
    return object(Object.keys(value), (key) =>
      text(value[key], `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    );
  };
  return text(result, '');
}

/** As Go prints a map: `map[a:1 b:[x y]]`. */
export function quoteMap(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(quoteMap).join(' ')}]`;
  if (!isDict(value)) return String(value);
  const dict = value as Dict;
  return `map[${Object.keys(dict)
    .sort()
    .map((key) => `${key}:${quoteMap(dict[key])}`)
    .join(' ')}]`;
}
