/** Runs a checked expression. Errors of logical operators and quantifiers count only where the rest doesn't decide. */
import type { Checked } from './check.ts';
import type { Overload } from './functions.ts';
import { FUNCTIONS } from './runtime.ts';
import type { Call, Expr, Loop } from './tree.ts';
import type { Kind, Type } from './type.ts';
import { equals, keyOf, kindOf, Maybe, noOverload, RuleError, TypeValue, typeName } from './values.ts';

interface Scope {
  name: string;
  value: unknown;
  around: Scope | undefined;
}

const ACCU = '@result';
const RESOLVED = new Set<Kind>(['dyn', 'param']);

/** Whether a value is of a type, as far as can be seen without looking into it. */
function fits(value: unknown, type: Type): boolean {
  if (RESOLVED.has(type.kind)) return true;
  if (type.kind === 'struct' || type.kind === 'opaque') return typeName(value) === type.name;
  return kindOf(value) === type.kind;
}

/** The member of a map, or a missing one. */
function member(holder: unknown, key: unknown): { value: unknown } | undefined {
  if (holder instanceof Map) {
    const name = keyOf(key);
    return holder.has(name) ? { value: holder.get(name) } : undefined;
  }
  if (!Array.isArray(holder)) throw noOverload();
  const at = typeof key === 'number' && Number.isInteger(key) ? BigInt(key) : key;
  if (typeof at !== 'bigint') throw noOverload();
  return at >= 0n && at < BigInt(holder.length) ? { value: holder[Number(at)] } : undefined;
}

const missing = (holder: unknown, key: unknown): RuleError =>
  new RuleError(Array.isArray(holder) ? `index out of bounds: ${key}` : `no such key: ${String(keyOf(key))}`);

class Evaluator {
  private readonly checked: Checked;
  constructor(checked: Checked) {
    this.checked = checked;
  }

  run(expr: Expr, scope: Scope | undefined): unknown {
    switch (expr.kind) {
      case 'literal':
        return expr.value;
      case 'ident':
        return this.named(expr.name, scope);
      case 'select':
        return this.select(expr, scope);
      case 'list':
        return expr.items.map((item) => this.run(item, scope));
      case 'map': {
        const map = new Map<unknown, unknown>();
        for (const [key, value] of expr.entries) map.set(keyOf(this.run(key, scope)), this.run(value, scope));
        return map;
      }
      case 'loop':
        return this.loop(expr, scope);
      case 'call':
        return this.call(expr, scope);
    }
  }

  private named(name: string, scope: Scope | undefined): unknown {
    for (let here = scope; here; here = here.around)
      if (here.name === name) {
        if (here.value instanceof RuleError) throw here.value;
        return here.value;
      }
    return new TypeValue(name);
  }

  private select(expr: Expr & { kind: 'select' }, scope: Scope | undefined): unknown {
    // A name with dots may be that of a variable or a type.
    if (!expr.test && this.checked.types.has(expr) && !this.checked.types.has(expr.operand))
      return this.named(dotted(expr), scope);
    const holder = this.run(expr.operand, scope);
    if (holder instanceof Maybe) {
      const found = holder.held && member(holder.held.value, expr.field);
      if (expr.test) return found !== undefined;
      return found ? Maybe.of(found.value) : Maybe.NONE;
    }
    if (!(holder instanceof Map)) throw noOverload();
    const found = member(holder, expr.field);
    if (expr.test) return found !== undefined;
    if (!found) throw missing(holder, expr.field);
    return found.value;
  }

  private call(expr: Call, scope: Scope | undefined): unknown {
    const { name, args } = expr;
    switch (name) {
      case '_&&_':
      case '_||_':
        return this.logic(args[0]!, args[1]!, name === '_||_', scope);
      case '_?_:_': {
        const test = this.run(args[0]!, scope);
        if (typeof test !== 'boolean') throw noOverload();
        return this.run(args[test ? 1 : 2]!, scope);
      }
      case '@not_strictly_false':
        try {
          return this.run(args[0]!, scope) !== false;
        } catch {
          return true;
        }
      case 'or':
      case 'orValue': {
        const first = this.run(expr.target!, scope);
        if (!(first instanceof Maybe)) throw noOverload();
        if (first.held) return name === 'or' ? first : first.held.value;
        return this.run(args[0]!, scope);
      }
      case '_[_]':
      case '_[?_]':
      case '_?._':
        return this.part(this.run(args[0]!, scope), this.run(args[1]!, scope), name !== '_[_]');
      case '_==_':
        return equals(this.run(args[0]!, scope), this.run(args[1]!, scope));
      case '_!=_':
        return !equals(this.run(args[0]!, scope), this.run(args[1]!, scope));
    }
    const values = [...(expr.target ? [expr.target] : []), ...args].map((one) => this.run(one, scope));
    // What a loop collects is nobody else's: it grows in place.
    const [first] = args;
    if (name === '_+_' && first?.kind === 'ident' && first.name === ACCU && Array.isArray(values[0])) {
      values[0].push(...(values[1] as unknown[]));
      return values[0];
    }
    return this.apply(this.checked.overloads.get(expr) ?? [], values);
  }

  private apply(overloads: readonly Overload[], values: unknown[]): unknown {
    const fitting = overloads.find((one) => one.args.every((type, at) => fits(values[at], type)));
    if (!fitting) throw noOverload();
    const made = FUNCTIONS[fitting.id] ?? FUNCTIONS[fitting.id.slice(0, fitting.id.indexOf(' '))];
    if (!made) throw noOverload();
    return made(...values);
  }

  private part(holder: unknown, key: unknown, optional: boolean): unknown {
    if (holder instanceof Maybe) {
      const found = holder.held && member(holder.held.value, key);
      return found ? Maybe.of(found.value) : Maybe.NONE;
    }
    const found = member(holder, key);
    if (optional) return found ? Maybe.of(found.value) : Maybe.NONE;
    if (!found) throw missing(holder, key);
    return found.value;
  }

  private logic(left: Expr, right: Expr, decides: boolean, scope: Scope | undefined): boolean {
    const value = (expr: Expr): boolean | RuleError => {
      try {
        const made = this.run(expr, scope);
        return typeof made === 'boolean' ? made : noOverload();
      } catch (error) {
        if (error instanceof RuleError) return error;
        throw error;
      }
    };
    const a = value(left);
    if (a === decides) return decides;
    const b = value(right);
    if (b === decides) return decides;
    if (a instanceof RuleError) throw a;
    if (b instanceof RuleError) throw b;
    return !decides;
  }

  private loop(expr: Loop, around: Scope | undefined): unknown {
    const range = this.run(expr.range, around);
    const accu: Scope = { name: expr.accu, value: undefined, around };
    const hold = (make: () => unknown): void => {
      try {
        accu.value = make();
      } catch (error) {
        if (!(error instanceof RuleError)) throw error;
        accu.value = error;
      }
    };
    hold(() => this.run(expr.init, around));
    for (const values of pairs(range, expr.vars.length === 2)) {
      if (this.run(expr.condition, accu) !== true) break;
      let scope: Scope = accu;
      for (const [at, name] of expr.vars.entries()) scope = { name, value: values[at], around: scope };
      hold(() => this.run(expr.step, scope));
    }
    return this.run(expr.result, accu);
  }
}

function* pairs(range: unknown, two: boolean): Generator<unknown[]> {
  if (Array.isArray(range)) for (const [at, item] of range.entries()) yield two ? [BigInt(at), item] : [item];
  else if (range instanceof Map) for (const [key, value] of range) yield two ? [key, value] : [key];
  else throw noOverload();
}

const dotted = (expr: Expr): string =>
  expr.kind === 'select' ? `${dotted(expr.operand)}.${expr.field}` : expr.kind === 'ident' ? expr.name : '';

/** The value of an expression under these variables. Throws RuleError. */
export function evaluate(tree: Expr, checked: Checked, variables: Record<string, unknown>): unknown {
  let scope: Scope | undefined;
  for (const [name, value] of Object.entries(variables)) scope = { name, value, around: scope };
  return new Evaluator(checked).run(tree, scope);
}
