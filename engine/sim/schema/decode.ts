/** Request data to a built-in kind's canonical form: what the real server's decoding into Go types and writing out again does to it. */
import { setKey } from '../json.ts';
import { remembering } from '../remember.ts';
import { type Dict, isDict } from '../types.ts';
import { defaultsOf } from './defaults.ts';
import { canonicalQuantity } from './quantity.ts';
import { type Field, isByValue, type Scalar, type TypeInfo, type TypeRef, typeInfo } from './table.ts';

export interface DecodeResult {
  value: Dict;
  /** Paths of fields that the type doesn't have: `spec.foo`. */
  unknown: string[];
}

/** The data doesn't fit the type; the message is in the real server's words. */
export class DecodeError extends Error {
  /** What was wanted and what was there, where the kinds of value differ. */
  wanted = '';
  found = '';
}

interface State {
  unknown: string[];
  defaults: boolean;
}

const GO_SCALAR: Record<Scalar, string> = {
  s: 'string',
  b: 'bool',
  i: 'int32',
  l: 'int64',
  f: 'float64',
  y: '[]uint8',
  t: 'string',
  u: 'string',
  d: 'string',
  q: 'resource.Quantity',
  o: 'intstr.IntOrString',
  x: 'runtime.RawExtension',
};

function goType(type: TypeRef): string {
  if (type.kind === 'scalar') return GO_SCALAR[type.code];
  if (type.kind === 'list') return `[]${goType(type.of)}`;
  if (type.kind === 'map') return `map[string]${goType(type.of)}`;
  return type.name.split('.').slice(-2).join('.');
}

const jsonType = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'object' ? 'object' : typeof value;
};

/** Where a value is, for messages: the struct that has the field, and the path from the object's root. */
interface Place {
  struct: string;
  path: string;
  /** The same with the keys of maps, which messages of unknown fields have; absent where no map is around. */
  keyed?: string;
}

/** A step further into a value; in a map `key` is set beside an empty step. */
function stepped(place: Place, struct: string, step: string, key?: string): Place {
  const { path, keyed } = place;
  if (keyed === undefined && key === undefined) return { struct, path: path + step };
  return { struct, path: path + step, keyed: `${keyed ?? path}${step}${key === undefined ? '' : `.${key}`}` };
}

function mismatch(value: unknown, type: TypeRef, place: Place): DecodeError {
  const shown = jsonType(value);
  const struct = place.struct.split('.').at(-1) ?? '';
  const named = place.path === 'metadata.uid' || /\buid$/.test(place.path) ? 'types.UID' : goType(type);
  const where = place.path === '' ? 'value' : `struct field ${struct}.${place.path.replace(/\[\d+\]/g, '')}`;
  const error = new DecodeError(`json: cannot unmarshal ${shown} into Go ${where} of type ${named}`);
  error.found = shown === 'number' && !Number.isInteger(value) ? 'float64' : shown;
  error.wanted = type.kind === 'scalar' ? goType(type) : type.kind === 'list' ? 'slice' : type.kind;
  return error;
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)([.,]\d+)?([Zz]|[+-]\d\d:\d\d)$/;
/** What Go's layout has at each place, to name the first that doesn't fit. */
const LAYOUT: [RegExp, string][] = [
  [/^\d{4}/, '2006'],
  [/^-/, '-'],
  [/^\d\d/, '01'],
  [/^-/, '-'],
  [/^\d\d/, '02'],
  [/^T/, 'T'],
  [/^\d\d/, '15'],
  [/^:/, ':'],
  [/^\d\d/, '04'],
  [/^:/, ':'],
  [/^\d\d/, '05'],
  [/^([.,]\d+)?(Z|[+-]\d\d:\d\d)/, 'Z07:00'],
];

function badTime(text: string): DecodeError {
  const shown = JSON.stringify(text);
  const [, , month, day, hour, minute, second] = TIME.exec(text) ?? [];
  if (month !== undefined) {
    const ranges: [string, boolean][] = [
      ['month', Number(month) < 1 || Number(month) > 12],
      ['hour', Number(hour) > 23],
      ['minute', Number(minute) > 59],
      ['second', Number(second) > 59],
      ['day', Number(day) < 1 || Number(day) > 28],
    ];
    return new DecodeError(`parsing time ${shown}: ${ranges.find(([, wrong]) => wrong)?.[0] ?? 'day'} out of range`);
  }
  let rest = text;
  for (const [pattern, layout] of LAYOUT) {
    const found = pattern.exec(rest);
    if (!found)
      return new DecodeError(
        `parsing time ${shown} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(layout)}`,
      );
    rest = rest.slice(found[0].length);
  }
  return new DecodeError(`parsing time ${shown}: extra text: ${JSON.stringify(rest)}`);
}

function parseTime(text: string): number {
  const match = TIME.exec(text);
  const ms = match ? Date.parse(text.toUpperCase().replace(',', '.')) : Number.NaN;
  if (Number.isNaN(ms)) throw badTime(text);
  return ms;
}

const wholeSeconds = remembering((text) => `${new Date(parseTime(text)).toISOString().slice(0, 19)}Z`);

function decodeMicro(text: string): string {
  if (!/\.\d{6}\D/.test(text) && TIME.test(text)) {
    const rest = /[.Z+-][^.]*$/i.exec(text.slice(19))?.[0] ?? '';
    throw new DecodeError(
      `parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05.000000Z07:00": cannot parse ${JSON.stringify(rest)} as ".000000"`,
    );
  }
  const seconds = new Date(parseTime(text)).toISOString().slice(0, 19);
  const fraction = /[.,](\d+)/.exec(text)?.[1] ?? '';
  return `${seconds}.${fraction.padEnd(6, '0').slice(0, 6)}Z`;
}

/** Where base64 text is wrong; -1 where it isn't. A last group that is cut short is wrong where it begins. */
function badBase64(text: string): number {
  const bad = /[^A-Za-z0-9+/\r\n=]|=(?=[^=])|={3}/.exec(text);
  if (bad) return bad.index;
  const length = text.replace(/[\r\n]/g, '').length;
  return length % 4 === 0 ? -1 : text.length - (length % 4);
}

const QUANTITY_ERROR = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function decodeScalar(code: Scalar, value: unknown, type: TypeRef, place: Place): unknown {
  switch (code) {
    case 's':
      if (typeof value === 'string') return value;
      break;
    case 'b':
      if (typeof value === 'boolean') return value;
      break;
    case 'i':
    case 'l':
      if (typeof value === 'number') {
        if (Number.isInteger(value) && (code === 'l' || (value >= -2147483648 && value <= 2147483647))) return value;
        const error = new DecodeError(
          `json: cannot unmarshal number ${value} into Go struct field ${place.struct.split('.').at(-1)}.${place.path} of type ${goType(type)}`,
        );
        if (!Number.isInteger(value)) Object.assign(error, { wanted: goType(type), found: 'float64' });
        throw error;
      }
      break;
    case 'f':
      if (typeof value === 'number') return value;
      break;
    case 'y':
      if (typeof value === 'string') {
        const wrong = badBase64(value);
        if (wrong >= 0) throw new DecodeError(`illegal base64 data at input byte ${wrong}`);
        return value;
      }
      break;
    case 't':
      if (typeof value === 'string') return wholeSeconds(value);
      break;
    case 'u':
      if (typeof value === 'string') return decodeMicro(value);
      break;
    case 'd':
      if (typeof value === 'string') return value;
      break;
    case 'q': {
      if (typeof value !== 'string' && typeof value !== 'number') break;
      const canonical = canonicalQuantity(String(value));
      if (canonical === undefined) throw new DecodeError(QUANTITY_ERROR);
      return canonical;
    }
    case 'o':
      if (typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value))) return value;
      break;
    default:
      return value;
  }
  throw mismatch(value, type, place);
}

function decodeRef(type: TypeRef, value: unknown, place: Place, state: State): unknown {
  switch (type.kind) {
    case 'scalar':
      return decodeScalar(type.code, value, type, place);
    case 'struct':
      return decodeStruct(typeInfo(type.name), value, place, state);
    case 'list': {
      if (!Array.isArray(value)) throw mismatch(value, type, place);
      return value.map((item, index) =>
        item === null || item === undefined
          ? zero(type.of, state)
          : decodeRef(type.of, item, stepped(place, place.struct, `[${index}]`), state),
      );
    }
    default: {
      if (!isDict(value)) throw mismatch(value, type, place);
      const map: Dict = {};
      for (const key of Object.keys(value)) {
        const item = value[key];
        const where = type.of.kind === 'scalar' ? place : stepped(place, place.struct, '', key);
        setKey(map, key, item === null ? zero(type.of, state) : decodeRef(type.of, item, where, state));
      }
      return map;
    }
  }
}

/** What Go writes for a value that was never set. */
function zero(type: TypeRef, state: State): unknown {
  if (type.kind === 'struct') return decodeStruct(typeInfo(type.name), {}, { struct: type.name, path: '' }, state);
  if (type.kind !== 'scalar') return null;
  if (type.code === 's') return '';
  if (type.code === 'b') return false;
  if (type.code === 'q') return '0';
  if (type.code === 'd') return '0s';
  return 'ilfo'.includes(type.code) ? 0 : null;
}

/** Whether an empty value that is given stays: a quantity or int-or-string of zero is written, as any struct is. */
const isKept = ({ always, pointer, type }: Field): boolean =>
  always || pointer || type.kind === 'struct' || isByValue(type) || (type.kind === 'scalar' && type.code === 'x');

/** Whether a value is its own decoded form: most are, wherever they stand. */
const isPlain = (type: TypeRef, value: unknown): boolean =>
  type.kind === 'scalar' &&
  ((type.code === 's' && typeof value === 'string') || (type.code === 'b' && typeof value === 'boolean'));

function isEmpty(value: unknown): boolean {
  if (value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (!isDict(value)) return false;
  for (const _ in value) return false;
  return true;
}

function decodeStruct(type: TypeInfo, value: unknown, place: Place, state: State, before?: Dict): Dict {
  if (!isDict(value)) throw mismatch(value, { kind: 'struct', name: type.name }, place);
  const result: Dict = {};
  let seen = 0;
  for (const field of type.list) {
    const given = value[field.name];
    if (given !== undefined) seen++;
    if (given === undefined || given === null) {
      if (field.zeroed) result[field.name] = zero(field.type, state);
      continue;
    }
    let decoded: unknown = given;
    // The outermost is its writer's own; what is inside is shared, and read only.
    if (before && before[field.name] === given && isDict(given)) decoded = { ...given };
    else if (!isPlain(field.type, given)) {
      const where = stepped(place, type.name, place.path ? `.${field.name}` : field.name);
      decoded = decodeRef(field.type, given, where, state);
    }
    if (!isEmpty(decoded) || isKept(field)) result[field.name] = decoded;
  }
  const keys = Object.keys(value);
  if (keys.length > seen)
    for (const key of keys)
      if (!type.fields.has(key)) {
        // Objects inside others (claims of a StatefulSet) name their kind too.
        const typeMeta = (key === 'kind' || key === 'apiVersion') && type.fields.has('metadata');
        if (!typeMeta) state.unknown.push(place.path ? `${place.keyed ?? place.path}.${key}` : key);
        else if (place.path !== '' && type.name === 'core.v1.PersistentVolumeClaim') result[key] = value[key];
      }
  if (state.defaults) defaulting(type.name)?.(result);
  return result;
}

const rules = new Map<string, ReturnType<typeof defaultsOf> | null>();

function defaulting(type: string): ReturnType<typeof defaultsOf> | null {
  let rule = rules.get(type);
  if (rule === undefined) {
    rule = defaultsOf(type) ?? null;
    rules.set(type, rule);
  }
  return rule;
}

/** Paths in the order in which the data has them. */
function ordered(paths: readonly string[], data: unknown): string[] {
  const left = new Set(paths);
  const found: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) for (const [at, item] of value.entries()) walk(item, `${path}[${at}]`);
    else if (isDict(value))
      for (const [key, member] of Object.entries(value)) {
        const where = path ? `${path}.${key}` : key;
        if (left.delete(where)) found.push(where);
        else walk(member, where);
      }
  };
  walk(data, '');
  return [...found, ...left];
}

/**
 * Decodes a whole object; kind and apiVersion are left to the caller. `defaults` fills in what the server fills in. Of `before`, which was
 * decoded once, unchanged parts are taken over: in most writes that is most of an object. Throws DecodeError.
 */
export function decode(type: TypeInfo, data: unknown, defaults = true, before?: Dict): DecodeResult {
  const state: State = { unknown: [], defaults };
  const value = decodeStruct(type, data, { struct: type.name, path: '' }, state, before);
  const { unknown } = state;
  return { value, unknown: unknown.length > 1 ? ordered(unknown, data) : unknown };
}
