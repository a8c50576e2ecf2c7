/** Finds the type of every part of an expression, and says what doesn't fit in a server's words. */
import { escapedWord } from './declared.ts';
import { type Overload, overloadsOf, TYPE_NAMES } from './functions.ts';
import type { Call, Expr, Literal, Loop, Problem } from './tree.ts';
import {
  assignable,
  type Bindings,
  BOOL,
  BYTES,
  DOUBLE,
  DYN,
  ERROR,
  INT,
  isLoose,
  isOptional,
  listOf,
  mapOf,
  moreGeneral,
  NULL,
  optionalOf,
  param,
  STRING,
  same,
  show,
  substitute,
  type Type,
  UINT,
  unwrapped,
} from './type.ts';

/** What an expression may name, and the fields that objects have. */
export interface Scope {
  variables: ReadonlyMap<string, Type>;
  fieldsOf(struct: string): ReadonlyMap<string, Type> | undefined;
}

export interface Checked {
  problems: Problem[];
  types: Map<Expr, Type>;
  /** The overloads that each call may turn out to be. */
  overloads: Map<Expr, Overload[]>;
  /** The variables of the scope that are used. */
  used: Set<string>;
}

/** `a.b.c` where an expression is nothing else. */
function qualified(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.test) return undefined;
  const prefix = qualified(expr.operand);
  return prefix && `${prefix}.${expr.field}`;
}

function literalType(value: unknown): Type {
  if (value === null) return NULL;
  if (value instanceof Uint8Array) return BYTES;
  switch (typeof value) {
    case 'string':
      return STRING;
    case 'boolean':
      return BOOL;
    case 'bigint':
      return INT;
    case 'number':
      return DOUBLE;
    default:
      return UINT;
  }
}

class Checker implements Checked {
  readonly problems: Problem[] = [];
  readonly types = new Map<Expr, Type>();
  readonly overloads = new Map<Expr, Overload[]>();
  readonly used = new Set<string>();
  private bindings: Bindings = new Map();
  private free = 0;
  /** Variables of the loops around, the innermost last. */
  private readonly locals: Map<string, Type>[] = [];
  private readonly scope: Scope;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  private fail(at: number, text: string): Type {
    this.problems.push({ at, text });
    return ERROR;
  }

  private fits(from: readonly Type[], to: readonly Type[]): boolean {
    const made = assignable(this.bindings, from, to);
    if (made) this.bindings = made;
    return made !== undefined;
  }

  private fresh = (): Type => param(`_var${this.free++}`);
  private settled = (type: Type): Type => substitute(this.bindings, type, false);

  check(expr: Expr): Type {
    const type = this.typeOf(expr);
    this.types.set(expr, type);
    return type;
  }

  private typeOf(expr: Expr): Type {
    switch (expr.kind) {
      case 'literal':
        return literalType(expr.value);
      case 'ident':
        return this.named(expr.name) ?? this.undeclared(expr.at, expr.name);
      case 'select': {
        const name = expr.test ? undefined : qualified(expr);
        const known = name && this.named(name);
        if (known) return known;
        const { name: field, type } = this.field(expr.at, expr.operand, expr.field, false);
        expr.field = field;
        return expr.test ? BOOL : this.settled(type);
      }
      case 'call':
        return this.call(expr);
      case 'list': {
        let type: Type | undefined;
        for (const item of expr.items) type = this.joined(type, this.check(item));
        return listOf(type ?? this.fresh());
      }
      case 'map': {
        let [key, value]: (Type | undefined)[] = [];
        for (const [name, item] of expr.entries) {
          key = this.joined(key, this.check(name));
          value = this.joined(value, this.check(item));
        }
        return mapOf(key ?? this.fresh(), value ?? this.fresh());
      }
      case 'loop':
        return this.loop(expr);
    }
  }

  private joined(before: Type | undefined, type: Type): Type {
    if (!before) return type;
    return this.fits([before], [type]) ? moreGeneral(before, type) : DYN;
  }

  private named(name: string): Type | undefined {
    for (let at = this.locals.length - 1; at >= 0; at--) {
      const local = this.locals[at]!.get(name);
      if (local) return local;
    }
    const variable = this.scope.variables.get(name);
    if (variable) this.used.add(name);
    return variable ?? TYPE_NAMES.get(name);
  }

  private undeclared = (at: number, name: string): Type =>
    this.fail(at, `undeclared reference to '${name}' (in container '')`);

  /** The type of a field, and its name as the type has it. */
  private field(at: number, operand: Expr, given: string, optional: boolean): { name: string; type: Type } {
    let name = given;
    const holder = this.settled(this.check(operand));
    const target = unwrapped(holder);
    let type = DYN;
    if (target.kind === 'map') type = target.params[1]!;
    else if (target.kind === 'struct') {
      const fields = this.scope.fieldsOf(target.name);
      // The parser lets through those words of the language that aren't values or operators: they needn't be escaped.
      if (!fields?.has(name)) name = escapedWord(name);
      type = fields?.get(name) ?? this.fail(at, `undefined field '${given}'`);
    } else if (target.kind === 'param') this.fits([DYN], [target]);
    else if (!isLoose(target)) this.fail(at, `type '${show(target)}' does not support field selection`);
    return { name, type: optional || isOptional(holder) ? optionalOf(type) : type };
  }

  private call(expr: Call): Type {
    if (expr.name === '_?._') {
      const name = expr.args[1] as Literal;
      const found = this.field(expr.at, expr.args[0]!, String(name.value), true);
      name.value = found.name;
      return this.settled(found.type);
    }
    for (const one of expr.args) this.check(one);
    if (!expr.target) {
      const overloads = overloadsOf(expr.name);
      return overloads ? this.resolve(expr, expr.name, overloads) : this.undeclared(expr.at, expr.name);
    }
    const prefix = qualified(expr.target);
    const spaced = prefix && overloadsOf(`${prefix}.${expr.name}`);
    if (spaced) {
      expr.name = `${prefix}.${expr.name}`;
      delete expr.target;
      return this.resolve(expr, expr.name, spaced);
    }
    this.check(expr.target);
    const overloads = overloadsOf(expr.name);
    return overloads ? this.resolve(expr, expr.name, overloads) : this.undeclared(expr.at, expr.name);
  }

  private resolve(expr: Call, name: string, overloads: readonly Overload[]): Type {
    const given = [...(expr.target ? [expr.target] : []), ...expr.args].map((one) => this.types.get(one)!);
    if (name === '_&&_' || name === '_||_') {
      let right = true;
      for (const [index, type] of given.entries())
        if (!this.fits([type], [BOOL])) {
          right = false;
          this.fail(expr.args[index]!.at, `expected type 'bool' but found '${show(type)}'`);
        }
      this.overloads.set(expr, [...overloads]);
      return right ? BOOL : ERROR;
    }
    let result: Type | undefined;
    const matching: Overload[] = [];
    for (const overload of overloads) {
      if (overload.member !== (expr.target !== undefined)) continue;
      const own: Bindings = new Map();
      for (const parameter of parametersOf(overload)) own.set(parameter, this.fresh());
      if (
        !this.fits(
          given,
          overload.args.map((one) => substitute(own, one, false)),
        )
      )
        continue;
      matching.push(overload);
      const type = this.settled(substitute(own, overload.result, false));
      if (!result) result = type;
      else if (result.kind !== 'dyn' && !same(type, result)) result = DYN;
    }
    if (!result) {
      const shown = given.map((one) => show(substitute(this.bindings, one, true)));
      const receiver = expr.target ? `${shown.shift()}.` : '';
      return this.fail(
        expr.at,
        `found no matching overload for '${name}' applied to '${receiver}(${shown.join(', ')})'`,
      );
    }
    this.overloads.set(expr, matching);
    return result;
  }

  private loop(expr: Loop): Type {
    this.check(expr.range);
    const accu = this.check(expr.init);
    const range = this.settled(this.types.get(expr.range)!);
    const two = expr.vars.length === 2;
    let types: Type[];
    if (range.kind === 'list') types = two ? [INT, range.params[0]!] : [range.params[0]!];
    else if (range.kind === 'map') types = two ? [range.params[0]!, range.params[1]!] : [range.params[0]!];
    else if (isLoose(range) || range.kind === 'param') {
      this.fits([DYN], [range]);
      types = [DYN, DYN];
    } else {
      this.fail(
        expr.range.at,
        `expression of type '${show(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
      );
      types = [ERROR, ERROR];
    }
    this.locals.push(new Map([[expr.accu, accu]]));
    this.locals.push(new Map(expr.vars.map((name, at) => [name, types[at]!])));
    this.expect(expr.condition, BOOL);
    this.expect(expr.step, accu);
    this.locals.pop();
    const result = this.check(expr.result);
    this.locals.pop();
    return this.settled(result);
  }

  private expect(expr: Expr, type: Type): void {
    const found = this.check(expr);
    if (!this.fits([type], [found])) this.fail(expr.at, `expected type '${show(type)}' but found '${show(found)}'`);
  }

  /** Types without what was still open while they were found. */
  finish(): this {
    for (const [expr, type] of this.types) this.types.set(expr, substitute(this.bindings, type, true));
    return this;
  }
}

const parameters = new WeakMap<Overload, Set<string>>();

/** The names that stand for types in an overload. */
function parametersOf(overload: Overload): Set<string> {
  let names = parameters.get(overload);
  if (!names) {
    names = new Set();
    const collect = (type: Type): void => {
      if (type.kind === 'param') names!.add(type.name);
      type.params.forEach(collect);
    };
    [...overload.args, overload.result].forEach(collect);
    parameters.set(overload, names);
  }
  return names;
}

export function checkTypes(tree: Expr, scope: Scope): Checked {
  const checker = new Checker(scope);
  checker.check(tree);
  return checker.finish();
}
