/** The values of CEL that JavaScript has no type for, and what is equal, before or after what. Ints are bigints, doubles numbers, maps Maps. */
import type { Kind } from './type.ts';

/** What a rule can't do, as a server says it. */
export class RuleError extends Error {}

export const noOverload = (): RuleError => new RuleError('no such overload');

export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    if (value < 0n || value >= 2n ** 64n) throw new RuleError('unsigned integer overflow');
    this.value = value;
  }
}

const SECOND = 1_000_000_000n;

/** A length of time in nanoseconds. */
export class Span {
  readonly ns: bigint;
  constructor(ns: bigint) {
    if (ns >= 2n ** 63n || ns < -(2n ** 63n)) throw new RuleError('duration overflow');
    this.ns = ns;
  }
  toString(): string {
    const sign = this.ns < 0n ? '-' : '';
    const ns = this.ns < 0n ? -this.ns : this.ns;
    return `${sign}${ns / SECOND}${fraction(ns % SECOND)}s`;
  }
}

const fraction = (ns: bigint): string => (ns === 0n ? '' : `.${String(ns).padStart(9, '0').replace(/0+$/, '')}`);

/** A moment in nanoseconds since 1970. */
export class Moment {
  readonly ns: bigint;
  /** Minutes from UTC, as it was written. */
  readonly zone: number;
  constructor(ns: bigint, zone = 0) {
    this.zone = zone;
    if (ns < -62_135_596_800n * SECOND || ns >= 253_402_300_800n * SECOND) throw new RuleError('timestamp overflow');
    this.ns = ns;
  }
  /** A text that was found to be a time. */
  static read(text: string): Moment {
    const [, whole = '', part = '', zone = ''] = /^(.{19})(?:[.,](\d+))?(.*)$/.exec(text.toUpperCase()) ?? [];
    const ms = BigInt(Date.parse(`${whole}${zone}`));
    const [, sign, hours = 0, minutes = 0] = /^([+-])(\d\d):(\d\d)$/.exec(zone) ?? [];
    const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
    return new Moment(ms * 1_000_000n + BigInt(part.slice(0, 9).padEnd(9, '0')), offset);
  }
  /** The second it lies in, as a date, and what is beyond. */
  get second(): bigint {
    return (this.ns - this.beyond) / SECOND;
  }
  get beyond(): bigint {
    return ((this.ns % SECOND) + SECOND) % SECOND;
  }
  toString(): string {
    const whole = new Date((Number(this.second) + this.zone * 60) * 1000).toISOString().slice(0, 19);
    const minutes = Math.abs(this.zone);
    const two = (part: number): string => String(part).padStart(2, '0');
    const zone = `${this.zone < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
    return `${whole}${fraction(this.beyond)}${minutes === 0 ? 'Z' : zone}`;
  }
}

export class TypeValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A value that may be there. */
export class Maybe {
  static readonly NONE = new Maybe();
  readonly held: { value: unknown } | undefined;
  private constructor(held?: { value: unknown }) {
    this.held = held;
  }
  static of(value: unknown): Maybe {
    return new Maybe({ value });
  }
  get value(): unknown {
    if (!this.held) throw new RuleError('optional.none() dereference');
    return this.held.value;
  }
}

/** Lists of the schema that are sets, or maps of items by their keys: their order means nothing. */
export class SetList extends Array<unknown> {}
export class KeyedList extends Array<unknown> {
  keyOf: (item: unknown) => string = String;
}

const CLASSES: readonly (readonly [new (...args: never[]) => object, Kind])[] = [
  [Map, 'map'],
  [Uint8Array, 'bytes'],
  [Uint, 'uint'],
  [Moment, 'timestamp'],
  [Span, 'duration'],
  [TypeValue, 'type'],
];

/** The kind of a value; what a library adds are structs and opaques, told apart by their classes. */
export function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  return CLASSES.find(([type]) => value instanceof type)?.[1] ?? 'opaque';
}

/** As maps keep a key: numbers that are equal are one. */
export function keyOf(key: unknown): unknown {
  if (key instanceof Uint) return key.value;
  return typeof key === 'number' && Number.isInteger(key) ? BigInt(key) : key;
}

const numeric = (value: unknown): number | bigint | undefined =>
  value instanceof Uint ? value.value : typeof value === 'number' || typeof value === 'bigint' ? value : undefined;

/** Values that a library adds say themselves what they equal. */
interface Comparable {
  equals(other: unknown): boolean;
}

function sameItems(a: unknown[], b: unknown[]): boolean {
  if (a.length !== b.length) return false;
  if (a instanceof SetList) return a.every((item) => b.some((other) => equals(item, other)));
  if (a instanceof KeyedList) {
    const byKey = new Map(b.map((item) => [a.keyOf(item), item]));
    return a.every((item) => byKey.has(a.keyOf(item)) && equals(item, byKey.get(a.keyOf(item))));
  }
  return a.every((item, at) => equals(item, b[at]));
}

export function equals(a: unknown, b: unknown): boolean {
  const [x, y] = [numeric(a), numeric(b)];
  // biome-ignore lint/suspicious/noDoubleEquals: an int and a double may be one number.
  if (x !== undefined && y !== undefined) return x == y;
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return b instanceof SetList ? sameItems(b, a) : sameItems(a, b);
  if (a instanceof Map && b instanceof Map)
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && equals(value, b.get(key)));
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  if ((a instanceof Span && b instanceof Span) || (a instanceof Moment && b instanceof Moment)) return a.ns === b.ns;
  if (a instanceof TypeValue && b instanceof TypeValue) return a.name === b.name;
  if (a instanceof Maybe && b instanceof Maybe)
    return a.held && b.held ? equals(a.held.value, b.held.value) : a.held === b.held;
  return typeof (a as Comparable | null)?.equals === 'function' && (a as Comparable).equals(b);
}

/** Negative where the first comes before the second; only of what has an order. */
export function order(a: unknown, b: unknown): number {
  const [x, y] = [numeric(a), numeric(b)];
  if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : 0;
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if ((a instanceof Span && b instanceof Span) || (a instanceof Moment && b instanceof Moment))
    return a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  throw noOverload();
}

const TYPE_NAMES: Partial<Record<Kind, string>> = {
  null: 'null_type',
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
};
export function typeName(value: unknown): string {
  if (value instanceof Maybe) return 'optional_type';
  const own = (value as { constructor: { celName?: string } } | null)?.constructor?.celName;
  if (own) return own;
  const kind = kindOf(value);
  return TYPE_NAMES[kind] ?? kind;
}
