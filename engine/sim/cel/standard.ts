/** Operators, conversions, times and optionals of standard CEL. */
import { matches } from '../../expr/regex.ts';
import { isDuration, isTimestamp, nanoseconds } from './literals.ts';
import type { Functions } from './runtime.ts';
import {
  equals,
  KeyedList,
  keyOf,
  Maybe,
  Moment,
  order,
  RuleError,
  SetList,
  Span,
  TypeValue,
  typeName,
  Uint,
} from './values.ts';

const MOST = 2n ** 63n;
const int = (value: bigint): bigint => {
  if (value >= MOST || value < -MOST) throw new RuleError('integer overflow');
  return value;
};
const divisor = (by: bigint, word: string): bigint => {
  if (by === 0n) throw new RuleError(`${word} by zero`);
  return by;
};
const conversion = (to: string): RuleError => new RuleError(`type conversion error from 'string' to '${to}'`);

/** In the shortest digits, with an exponent where Go writes one. */
export function shownDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  // JavaScript writes no exponent between these.
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function fromDouble(value: number, least: number, most: number, word: string): bigint {
  if (!(value > least && value < most)) throw new RuleError(`${word} overflow`);
  return BigInt(Math.trunc(value));
}

function parsed(text: string, shape: RegExp, to: string): bigint {
  if (!shape.test(text)) throw conversion(to);
  const value = BigInt(text.replace(/^\+/, ''));
  if (to === 'int' ? value >= MOST || value < -MOST : value >= 2n ** 64n) throw conversion(to);
  return value;
}

function toDouble(text: string): number {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?(inf(inity)?)$|^nan$/i.test(text)) throw conversion('double');
  if (/nan/i.test(text)) return Number.NaN;
  if (/inf/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

const TRUTHS: Record<string, boolean> = {
  ...Object.fromEntries(['1', 't', 'true', 'TRUE', 'True', 'T'].map((word) => [word, true])),
  ...Object.fromEntries(['0', 'f', 'false', 'FALSE', 'False', 'F'].map((word) => [word, false])),
};

const SECOND = 1_000_000_000n;
const toMoment = (text: string): Moment => {
  if (!isTimestamp(text)) throw conversion('google.protobuf.Timestamp');
  return Moment.read(text);
};
const toSpan = (text: string): Span => {
  if (!isDuration(text)) throw conversion('google.protobuf.Duration');
  return new Span(nanoseconds(text));
};

function union(a: unknown[], b: unknown[]): unknown[] {
  if (a instanceof SetList) {
    const made = SetList.from(a) as SetList;
    for (const item of b) if (!made.some((one) => equals(one, item))) made.push(item);
    return made;
  }
  if (a instanceof KeyedList) {
    const byKey = new Map([...a, ...b].map((item) => [a.keyOf(item), item]));
    const made = KeyedList.from(byKey.values()) as KeyedList;
    made.keyOf = a.keyOf;
    return made;
  }
  return [...a, ...b];
}

const zero = (value: unknown): boolean => {
  if (value === null || value === '' || value === 0n || value === 0 || value === false) return true;
  if (value instanceof Map) return value.size === 0;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Span) return value.ns === 0n;
  return (Array.isArray(value) || value instanceof Uint8Array) && value.length === 0;
};
const unwrap = (list: unknown[]): unknown[] =>
  list.flatMap((one) => (one instanceof Maybe && one.held ? [one.held.value] : []));

/** The moment as a date of a time zone: a name, or hours and minutes. */
function dateIn(moment: Moment, zone?: string): Date {
  const ms = Number(moment.second) * 1000;
  if (!zone) return new Date(ms);
  const [, sign = '', hours = '', minutes = ''] = /^([+-]?)(\d\d):(\d\d)$/.exec(zone) ?? [];
  if (hours) return new Date(ms + (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000);
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }).formatToParts(ms);
    const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
    return new Date(
      Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')),
    );
  } catch {
    throw new RuleError(`unknown time zone ${zone}`);
  }
}

const DATES: Record<string, (date: Date) => number> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDayOfYear: (date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000),
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDate: (date) => date.getUTCDate(),
  getDayOfWeek: (date) => date.getUTCDay(),
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
};
const LENGTHS: Record<string, bigint> = {
  getHours: 3600n * SECOND,
  getMinutes: 60n * SECOND,
  getSeconds: SECOND,
  getMilliseconds: 1_000_000n,
};

const times: Functions = {};
for (const [name, part] of Object.entries(DATES)) {
  const of = (moment: Moment, zone?: string): bigint => BigInt(part(dateIn(moment, zone)));
  times[`.${name} timestamp`] = of;
  times[`.${name} timestamp, string`] = of;
}
const millis = (moment: Moment): bigint => moment.beyond / 1_000_000n;
times['.getMilliseconds timestamp'] = millis;
times['.getMilliseconds timestamp, string'] = millis;
for (const [name, unit] of Object.entries(LENGTHS)) times[`.${name} duration`] = (span: Span) => span.ns / unit;

type Arithmetic = (a: bigint, b: bigint) => bigint;
const arithmetic = (name: string, ints: Arithmetic, doubles?: (a: number, b: number) => number): Functions => ({
  [`${name} int, int`]: (a: bigint, b: bigint) => int(ints(a, b)),
  [`${name} uint, uint`]: (a: Uint, b: Uint) => new Uint(ints(a.value, b.value)),
  ...(doubles ? { [`${name} double, double`]: doubles } : {}),
});

const size = (value: string | unknown[] | Map<unknown, unknown> | Uint8Array): bigint =>
  BigInt(typeof value === 'string' ? [...value].length : value instanceof Map ? value.size : value.length);

const isIn = (value: unknown, list: unknown[]): boolean => list.some((item) => equals(item, value));

function insert(map: Map<unknown, unknown>, key: unknown, value: unknown): void {
  const name = keyOf(key);
  if (map.has(name)) throw new RuleError(`insert failed: key ${String(name)} already exists`);
  map.set(name, value);
}

function search(text: string, pattern: string): boolean {
  try {
    return matches(pattern, text);
  } catch (error) {
    const why = String((error as Error).message);
    throw new RuleError(why.slice(Math.max(0, why.indexOf('error parsing'))));
  }
}

export const STANDARD: Functions = {
  ...times,
  ...arithmetic(
    '_+_',
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  ...arithmetic(
    '_-_',
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  ...arithmetic(
    '_*_',
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  ...arithmetic(
    '_/_',
    (a, b) => a / divisor(b, 'division'),
    (a, b) => a / b,
  ),
  ...arithmetic('_%_', (a, b) => a % divisor(b, 'modulus')),
  '_+_ string, string': (a: string, b: string) => a + b,
  '_+_ bytes, bytes': (a: Uint8Array, b: Uint8Array) => new Uint8Array([...a, ...b]),
  '_+_ list(A), list(A)': union,
  '_+_ duration, duration': (a: Span, b: Span) => new Span(a.ns + b.ns),
  '_+_ duration, timestamp': (a: Span, b: Moment) => new Moment(a.ns + b.ns, b.zone),
  '_+_ timestamp, duration': (a: Moment, b: Span) => new Moment(a.ns + b.ns, a.zone),
  '_-_ duration, duration': (a: Span, b: Span) => new Span(a.ns - b.ns),
  '_-_ timestamp, duration': (a: Moment, b: Span) => new Moment(a.ns - b.ns, a.zone),
  '_-_ timestamp, timestamp': (a: Moment, b: Moment) => new Span(a.ns - b.ns),
  '-_ int': (a: bigint) => int(-a),
  '-_ double': (a: number) => -a,
  '!_': (a: boolean) => !a,
  '_<_': (a: unknown, b: unknown) => order(a, b) < 0,
  '_<=_': (a: unknown, b: unknown) => order(a, b) <= 0,
  '_>_': (a: unknown, b: unknown) => order(a, b) > 0,
  '_>=_': (a: unknown, b: unknown) => order(a, b) >= 0,
  '@in A, list(A)': isIn,
  '@in A, map(A, B)': (key: unknown, map: Map<unknown, unknown>) => map.has(keyOf(key)),
  size,
  '.size': size,
  type: (value: unknown) => new TypeValue(typeName(value)),
  dyn: (value: unknown) => value,
  'bool bool': (value: boolean) => value,
  'bool string': (text: string) => {
    if (!Object.hasOwn(TRUTHS, text)) throw conversion('bool');
    return TRUTHS[text];
  },
  'bytes bytes': (value: Uint8Array) => value,
  'bytes string': (text: string) => new Uint8Array(Buffer.from(text)),
  'double double': (value: number) => value,
  'double int': Number,
  'double uint': ({ value }: Uint) => Number(value),
  'double string': toDouble,
  'int int': (value: bigint) => value,
  'int uint': ({ value }: Uint) => int(value),
  'int double': (value: number) => fromDouble(value, -(2 ** 63), 2 ** 63, 'integer'),
  'int string': (text: string) => parsed(text, /^[+-]?\d+$/, 'int'),
  'int duration': ({ ns }: Span) => ns,
  'int timestamp': (moment: Moment) => moment.second,
  'uint uint': (value: Uint) => value,
  'uint int': (value: bigint) => new Uint(value),
  'uint double': (value: number) => new Uint(fromDouble(value, -1, 2 ** 64, 'unsigned integer')),
  'uint string': (text: string) => new Uint(parsed(text, /^\d+$/, 'uint')),
  'string string': (text: string) => text,
  'string bytes': (value: Uint8Array) => {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(value);
    } catch {
      throw new RuleError('invalid UTF-8 in bytes, cannot convert to string');
    }
  },
  'string double': shownDouble,
  'string uint': ({ value }: Uint) => String(value),
  string: String,
  'duration duration': (span: Span) => span,
  'duration int': (ns: bigint) => new Span(ns),
  'duration string': toSpan,
  'timestamp timestamp': (moment: Moment) => moment,
  'timestamp int': (seconds: bigint) => new Moment(seconds * SECOND),
  'timestamp string': toMoment,
  matches: search,
  '.matches': search,
  'cel.@mapInsert map(K, V), K, V': (map: Map<unknown, unknown>, key: unknown, value: unknown) => {
    insert(map, key, value);
    return map;
  },
  'cel.@mapInsert map(K, V), map(K, V)': (map: Map<unknown, unknown>, more: Map<unknown, unknown>) => {
    for (const [key, value] of more) insert(map, key, value);
    return map;
  },
  'optional.of': Maybe.of,
  'optional.ofNonZeroValue': (value: unknown) => (zero(value) ? Maybe.NONE : Maybe.of(value)),
  'optional.none': () => Maybe.NONE,
  'optional.unwrap': unwrap,
  '.unwrapOpt': unwrap,
  '.value': (maybe: Maybe) => maybe.value,
  '.hasValue': (maybe: Maybe) => maybe.held !== undefined,
};
