import { type Dict, isDict } from './types.ts';

/** Sets a key that may come from a request: `__proto__` becomes an ordinary own key instead of changing the prototype. */
export function setKey(target: Dict, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else target[key] = value;
}

/** A deep copy of JSON data. */
export function clone<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(clone) as T;
  // A spread makes all keys own ones, `__proto__` too: assigning to them is safe.
  const copy = { ...value } as Dict;
  for (const key in copy) {
    const item = copy[key];
    if (typeof item === 'object' && item !== null) copy[key] = clone(item);
  }
  return copy as T;
}

/** Deep equality of JSON data; a key with the value undefined counts as absent. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, at) => equal(item, b[at]));
  if (!isDict(a) || !isDict(b)) return false;
  let keys = 0;
  for (const key in a) {
    if (a[key] === undefined) continue;
    keys++;
    if (!equal(a[key], b[key])) return false;
    // Of what objects inherit only this looks like data.
    if (key === '__proto__' && !Object.hasOwn(b, key)) return false;
  }
  for (const key in b) if (b[key] !== undefined) keys--;
  return keys === 0;
}

/** The value at a path of keys, undefined where it ends early. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof step === 'number') here = Array.isArray(here) ? here[step] : undefined;
    else here = isDict(here) && Object.hasOwn(here, step) ? here[step] : undefined;
  }
  return here;
}

export const text = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value);

/** RFC 7386. Null removes; anything but an object replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isDict(patch)) return clone(patch);
  const result: Dict = {};
  if (isDict(target)) for (const key of Object.keys(target)) setKey(result, key, target[key]);
  for (const key of Object.keys(patch)) {
    if (patch[key] === null) delete result[key];
    else setKey(result, key, mergePatch(Object.hasOwn(result, key) ? result[key] : undefined, patch[key]));
  }
  return result;
}

/** JSON as Go writes it: fit to stand in a page. */
export const pageSafe = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
