/** Functions on texts and lists. Positions are those of characters, not of halves of them. */
import { regex } from '../../expr/regex.ts';
import type { Functions } from './runtime.ts';
import { shownDouble } from './standard.ts';
import { equals, kindOf, Maybe, order, RuleError, Span, Uint } from './values.ts';

const outOfRange = (at: bigint | number): RuleError => new RuleError(`index out of range: ${at}`);

function find(text: string, pattern: string, most: number): string[] {
  const compiled = regex(pattern);
  if (!compiled.ok)
    throw new RuleError(`Illegal regex: ${compiled.error.slice(compiled.error.indexOf('error parsing'))}`);
  const matcher = compiled.value.matcher(text);
  const found: string[] = [];
  while (found.length < most && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

/** Negative is all. */
const upTo = (count: bigint): number => (count < 0n ? Number.POSITIVE_INFINITY : Number(count));

function replace(text: string, from: string, to: string, most = -1n): string {
  const limit = upTo(most);
  const parts = from === '' ? ['', ...text] : text.split(from);
  let made = parts[0] ?? '';
  for (const [at, part] of parts.slice(1).entries()) made += (at < limit ? to : from) + part;
  return from === '' && parts.length - 1 < limit ? made + to : made;
}

function split(text: string, separator: string, most = -1n): string[] {
  if (most === 0n) return [];
  const parts = separator === '' ? [...text] : text.split(separator);
  const limit = upTo(most);
  return parts.length <= limit ? parts : [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}

/** Where a text begins in another, in characters, at or after one; -1 where it doesn't. */
function indexOf(text: string, part: string, from = 0n): bigint {
  const points = [...text];
  if (from < 0n || from > BigInt(points.length)) throw outOfRange(from);
  if (part === '') return from;
  const wanted = [...part];
  for (let at = Number(from); at + wanted.length <= points.length; at++)
    if (wanted.every((point, next) => points[at + next] === point)) return BigInt(at);
  return -1n;
}

function lastIndexOf(text: string, part: string, from?: bigint): bigint {
  const points = [...text];
  const wanted = [...part];
  if (from !== undefined && (from < 0n || from > BigInt(points.length))) throw outOfRange(from);
  if (part === '') return from ?? BigInt(points.length);
  for (let at = Math.min(Number(from ?? points.length), points.length - wanted.length); at >= 0; at--)
    if (wanted.every((point, next) => points[at + next] === point)) return BigInt(at);
  return -1n;
}

function substring(text: string, from: bigint, to?: bigint): string {
  const points = [...text];
  const end = to ?? BigInt(points.length);
  if (from < 0n || from > BigInt(points.length)) throw outOfRange(from);
  if (to !== undefined && (to < 0n || to > BigInt(points.length))) throw outOfRange(to);
  if (from > end) throw new RuleError(`invalid substring range. start: ${from}, end: ${end}`);
  return points.slice(Number(from), Number(end)).join('');
}

const ESCAPES: Record<string, string> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};
const quote = (text: string): string => `"${text.replace(/[\x07\b\f\n\r\t\v\\"]/g, (sign) => ESCAPES[sign] ?? sign)}"`;

/** A value inside a list or map, as `%s` writes these. */
function nested(value: unknown): string {
  const kind = kindOf(value);
  if (kind === 'string') return JSON.stringify(value);
  if (kind === 'bytes') return `b${JSON.stringify(shown(value))}`;
  if (kind === 'timestamp' || kind === 'duration') return `${kind}(${JSON.stringify(String(value))})`;
  return kind === 'double' ? (value as number).toFixed(6) : shown(value);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(nested).join(', ')}]`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value instanceof Uint) return String(value.value);
  if (typeof value === 'number') return shownDouble(value);
  if (!(value instanceof Map)) return kindOf(value) === 'type' ? (value as { name: string }).name : String(value);
  const written = [...value].map(([key, one]) => [nested(key), nested(one)] as const);
  const sorted = written.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${sorted.map(([key, one]) => `${key}:${one}`).join(', ')}}`;
}

const grouped = (text: string): string =>
  text.replace(/^(-?)(\d+)/, (_, sign: string, whole: string) => sign + whole.replace(/\B(?=(\d{3})+$)/g, ','));
/** Halves become even, as in Go. */
function fixed(value: number, places: number): string {
  const exact = value.toFixed(100);
  const end = exact.length - 100 + places;
  const kept = places === 0 ? exact.slice(0, end - 1) : exact.slice(0, end);
  return /^50*$/.test(exact.slice(end)) && /[02468]$/.test(kept) ? kept : value.toFixed(places);
}
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
/** With six places, whatever is asked for: so does a server. */
function scientific(value: number): string {
  const [digits, exponent = '+0'] = value.toExponential(6).split('e');
  const power = [...exponent.slice(1).padStart(2, '0')].map((digit) => SUPERSCRIPTS[Number(digit)]).join('');
  return `${digits}×10${exponent.startsWith('-') ? '⁻' : ''}${power}`;
}

const BASES: Record<string, number> = { d: 10, b: 2, o: 8, x: 16, X: 16 };
const WORDS: Record<string, string> = {
  d: 'decimal clause can only be used on integers',
  f: 'fixed-point clause can only be used on doubles',
  e: 'scientific clause can only be used on doubles',
  b: 'only integers and bools can be formatted as binary',
  x: 'only integers, byte buffers, and strings can be formatted as hex',
  X: 'only integers, byte buffers, and strings can be formatted as hex',
  o: 'octal clause can only be used on integers',
};

function clause(verb: string, places: number, value: unknown): string {
  if (verb === 's') return shown(value);
  if (typeof value === 'number' && verb === 'f') return grouped(fixed(value, places));
  if (typeof value === 'number' && verb === 'e') return scientific(value);
  const base = BASES[verb];
  const whole = value instanceof Uint ? value.value : value;
  if (base && typeof whole === 'bigint')
    return verb === 'X' ? whole.toString(base).toUpperCase() : whole.toString(base);
  if (verb === 'b' && typeof value === 'boolean') return value ? '1' : '0';
  if (base === 16 && (typeof value === 'string' || value instanceof Uint8Array)) {
    const hex = Buffer.from(value as string).toString('hex');
    return verb === 'X' ? hex.toUpperCase() : hex;
  }
  throw new RuleError(`error during formatting: ${WORDS[verb]}, was given ${kindOf(value)}`);
}

function format(text: string, args: unknown[]): string {
  let next = 0;
  return text.replace(/%(?:(%)|(?:\.(\d+))?([a-zA-Z]))/g, (_, percent?: string, digits?: string, verb = '') => {
    if (percent) return '%';
    if (next >= args.length) throw new RuleError(`index ${next} out of range`);
    if (verb !== 's' && !Object.hasOwn(WORDS, verb))
      throw new RuleError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
    return clause(verb, Math.min(Number(digits ?? 6), 100), args[next++]);
  });
}

/** The item that stands before or after all others. */
function extreme(list: unknown[], name: string, sign: number): unknown {
  if (list.length === 0) throw new RuleError(`${name} called on empty list`);
  return list.reduce((best, item) => (sign * order(item, best) < 0 ? item : best));
}

const has = (list: unknown[], value: unknown): boolean => list.some((item) => equals(item, value));
const within = (list: unknown[], part: unknown[]): boolean => part.every((item) => has(list, item));

export const TEXTS: Functions = {
  '.contains': (text: string, part: string) => text.includes(part),
  '.startsWith': (text: string, part: string) => text.startsWith(part),
  '.endsWith': (text: string, part: string) => text.endsWith(part),
  '.charAt': (text: string, at: bigint) => {
    const points = [...text];
    if (at < 0n || at > BigInt(points.length)) throw outOfRange(at);
    return points[Number(at)] ?? '';
  },
  '.indexOf': indexOf,
  '.lastIndexOf': lastIndexOf,
  '.indexOf list(A), A': (list: unknown[], value: unknown) => BigInt(list.findIndex((item) => equals(item, value))),
  '.lastIndexOf list(A), A': (list: unknown[], value: unknown) =>
    BigInt(list.findLastIndex((item) => equals(item, value))),
  '.lowerAscii': (text: string) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase()),
  '.upperAscii': (text: string) => text.replace(/[a-z]+/g, (part) => part.toUpperCase()),
  '.replace': replace,
  '.split': split,
  '.substring': substring,
  '.trim': (text: string) => text.trim(),
  '.join': (list: string[], separator = '') => list.join(separator),
  '.format': format,
  'strings.quote': quote,
  '.find': (text: string, pattern: string) => find(text, pattern, 1)[0] ?? '',
  '.findAll': (text: string, pattern: string, most = -1n) => find(text, pattern, upTo(most)),
  '.isSorted': (list: unknown[]) => list.every((item, at) => at === 0 || order(list[at - 1], item) <= 0),
  '.min': (list: unknown[]) => extreme(list, 'min', 1),
  '.max': (list: unknown[]) => extreme(list, 'max', -1),
  '.sum list(int)': (list: bigint[]) => list.reduce((all, one) => all + one, 0n),
  '.sum list(uint)': (list: Uint[]) => new Uint(list.reduce((all, one) => all + one.value, 0n)),
  '.sum list(double)': (list: number[]) => list.reduce((all, one) => all + one, 0),
  '.sum list(duration)': (list: Span[]) => new Span(list.reduce((all, one) => all + one.ns, 0n)),
  '.first': (list: unknown[]) => (list.length > 0 ? Maybe.of(list[0]) : Maybe.NONE),
  '.last': (list: unknown[]) => (list.length > 0 ? Maybe.of(list.at(-1)) : Maybe.NONE),
  'sets.contains': within,
  'sets.equivalent': (a: unknown[], b: unknown[]) => within(a, b) && within(b, a),
  'sets.intersects': (a: unknown[], b: unknown[]) => a.some((item) => has(b, item)),
};
