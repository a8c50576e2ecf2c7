/** Values on their way into CEL and out of it. */

/** An object that came out of JSON or YAML, not one of a class. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** JSON into CEL: whole numbers become ints. Values that aren't JSON (dates, CEL's own) pass as they are. */
export function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (!isPlain(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined && key !== '__proto__') copy[key] = toCel(member);
  }
  return copy;
}

/** CEL into JSON: ints become numbers (text beyond 2⁵³, never rounded), timestamps ISO text, maps objects. */
export function fromCel(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (Array.isArray(value)) return value.map(fromCel);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, v]) => [String(key), fromCel(v)]));
  if (!isPlain(value)) return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fromCel(member)]));
}
