/** The types of CEL expressions, as a server's checker knows them, and how they unify. */

export type Kind =
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'int'
  | 'list'
  | 'map'
  | 'null'
  | 'opaque'
  | 'param'
  | 'string'
  | 'struct'
  | 'timestamp'
  | 'type'
  | 'uint';

export interface Type {
  readonly kind: Kind;
  /** As messages show it, without parameters. Of structs it is what tells them apart. */
  readonly name: string;
  readonly params: readonly Type[];
}

const simple = (kind: Kind, name: string = kind): Type => ({ kind, name, params: [] });

export const BOOL = simple('bool');
export const BYTES = simple('bytes');
export const DOUBLE = simple('double');
export const DURATION = simple('duration');
export const DYN = simple('dyn');
export const ERROR = simple('error', '!error!');
export const INT = simple('int');
export const NULL = simple('null');
export const STRING = simple('string');
export const TIMESTAMP = simple('timestamp');
export const UINT = simple('uint');

export const param = (name: string): Type => simple('param', name);
export const struct = (name: string): Type => simple('struct', name);
export const listOf = (item: Type): Type => ({ kind: 'list', name: 'list', params: [item] });
export const mapOf = (key: Type, value: Type): Type => ({ kind: 'map', name: 'map', params: [key, value] });
export const typeOf = (type: Type): Type => ({ kind: 'type', name: 'type', params: [type] });
export const opaque = (name: string, ...params: Type[]): Type => ({ kind: 'opaque', name, params });
const OPTIONAL = 'optional_type';
export const optionalOf = (type: Type): Type => opaque(OPTIONAL, type);

export const inner = (type: Type): Type => type.params[0] ?? DYN;
export const isOptional = (type: Type): boolean => type.kind === 'opaque' && type.name === OPTIONAL;
export const unwrapped = (type: Type): Type => (isOptional(type) ? inner(type) : type);
export const isLoose = (type: Type): boolean => type.kind === 'dyn' || type.kind === 'error';

export function show(type: Type): string {
  return type.params.length > 0 ? `${type.name}(${type.params.map(show).join(', ')})` : type.name;
}

/** Whether two types are one; names of parameters count only where `strict`. */
export function same(a: Type, b: Type, strict = true): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || a.params.length !== b.params.length) return false;
  if ((strict || a.kind !== 'param') && a.name !== b.name) return false;
  return a.params.every((one, at) => same(one, b.params[at]!, strict));
}

/** What the parameters of functions have been bound to so far. */
export type Bindings = Map<string, Type>;

export function substitute(bindings: Bindings, type: Type, loose: boolean): Type {
  if (type.kind === 'param') {
    const bound = bindings.get(type.name);
    if (bound) return substitute(bindings, bound, loose);
    return loose ? DYN : type;
  }
  if (type.params.length === 0) return type;
  return { ...type, params: type.params.map((one) => substitute(bindings, one, loose)) };
}

function lessSpecific(a: Type, b: Type): boolean {
  if (a.kind === 'dyn' || a.kind === 'param') return true;
  if (b.kind === 'dyn' || b.kind === 'param' || a.kind !== b.kind) return false;
  if (a.kind === 'type') return true;
  if (a.kind === 'opaque' && (a.name !== b.name || a.params.length !== b.params.length)) return false;
  if (a.params.length > 0) return a.params.every((one, at) => lessSpecific(one, b.params[at]!));
  return same(a, b);
}

export const moreGeneral = (a: Type, b: Type): Type => (lessSpecific(a, b) ? a : b);

function absentIn(bindings: Bindings, type: Type, within: Type): boolean {
  if (same(type, within)) return false;
  if (within.kind === 'param') {
    const bound = bindings.get(within.name);
    return !bound || absentIn(bindings, type, bound);
  }
  return within.params.every((one) => absentIn(bindings, type, one));
}

/** Whether a type can stand for a parameter, and whether something stands for it already. */
function stands(bindings: Bindings, type: Type, parameter: Type): { valid: boolean; bound: boolean } {
  if (same(type, parameter)) return { valid: true, bound: true };
  const before = bindings.get(parameter.name);
  if (before) {
    if (same(type, before)) return { valid: true, bound: true };
    if (!unify(bindings, type, before)) return { valid: false, bound: true };
    const wider = moreGeneral(type, before);
    if (absentIn(bindings, parameter, wider)) bindings.set(parameter.name, wider);
    return { valid: true, bound: true };
  }
  const valid = absentIn(bindings, parameter, type);
  if (valid) bindings.set(parameter.name, type);
  return { valid, bound: false };
}

const NULLABLE = new Set<Kind>(['opaque', 'struct', 'duration', 'timestamp', 'null']);

function unify(bindings: Bindings, a: Type, b: Type): boolean {
  if (b.kind === 'param') {
    const { valid, bound } = stands(bindings, a, b);
    if (valid) return true;
    if (bound) return false;
  }
  if (a.kind === 'param') return stands(bindings, b, a).valid;
  if (isLoose(a) || isLoose(b)) return true;
  if (a.kind === 'null') return NULLABLE.has(b.kind);
  if (b.kind === 'null') return NULLABLE.has(a.kind);
  if (a.kind !== b.kind) return false;
  if (a.kind === 'type') return true;
  return (
    a.name === b.name &&
    a.params.length === b.params.length &&
    a.params.every((one, at) => unify(bindings, one, b.params[at]!))
  );
}

/** The bindings under which values of the first types can be given for the second, undefined where they can't. */
export function assignable(bindings: Bindings, from: readonly Type[], to: readonly Type[]): Bindings | undefined {
  if (from.length !== to.length) return undefined;
  const tried = new Map(bindings);
  return from.every((one, at) => unify(tried, one, to[at]!)) ? tried : undefined;
}
