/** What a rule may cost at most, counted as a server counts: sizes come from the bounds of the schema, and loops multiply. */
import type { Checked } from './check.ts';
import { fixed, LARGEST, NOTHING, plus, type Range, scaled, times, UNKNOWN, union } from './estimate.ts';
import { type Estimate, functionCost, type Node, ONE, PATTERN, TEXT } from './functioncost.ts';
import type { Overload } from './functions.ts';
import { type Call, type Expr, type Loop, UNUSED } from './tree.ts';
import { DYN, inner, isOptional, type Type } from './type.ts';

/** How large the value at a path of fields can be; undefined where nothing is declared there. */
export type SizeOf = (path: readonly string[]) => Range | undefined;

/** The sizes of what a container holds. */
interface Entries {
  list: boolean;
  key: Range;
  value: Range;
}
interface Local {
  path: readonly string[];
  size: Range | undefined;
  entries: Entries | undefined;
}
const SCALARS = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint']);

const isScalar = (type: Type): boolean => SCALARS.has(type.kind) || (isOptional(type) && isScalar(inner(type)));

const united = (a: Entries | undefined, b: Entries | undefined): Entries | undefined =>
  a && b && { list: a.list, key: union(a.key, b.key), value: union(a.value, b.value) };

function literalSize(expr: Expr): Range | undefined {
  if (expr.kind === 'list') return fixed(expr.items.length);
  if (expr.kind === 'map') return fixed(expr.entries.length);
  if (expr.kind !== 'literal') return undefined;
  if (typeof expr.value === 'string') return fixed([...expr.value].length);
  return fixed(expr.value instanceof Uint8Array ? expr.value.length : 1);
}

class Estimator {
  private readonly sizes = new Map<Expr, Range>();
  private readonly entries = new Map<Expr, Entries>();
  private readonly paths = new Map<Expr, readonly string[]>();
  private readonly locals = new Map<string, Local[]>();
  private readonly checked: Checked;
  private readonly declared: SizeOf;

  constructor(checked: Checked, declared: SizeOf) {
    this.checked = checked;
    this.declared = declared;
  }

  private local = (expr: Expr): Local | undefined =>
    expr.kind === 'ident' ? this.locals.get(expr.name)?.at(-1) : undefined;
  private typeOf = (expr: Expr): Type => this.checked.types.get(expr) ?? DYN;
  private pathOf = (expr: Expr): readonly string[] => this.local(expr)?.path ?? this.paths.get(expr) ?? [];
  private entriesOf = (expr: Expr): Entries | undefined => this.entries.get(expr) ?? this.local(expr)?.entries;

  /** The first of a path is a variable, whichever. */
  private bySchema = (path: readonly string[]): Range | undefined =>
    path.length > 0 ? this.declared(path.slice(1)) : undefined;

  private sizeOf(expr: Expr): Range | undefined {
    const known = this.sizes.get(expr) ?? literalSize(expr);
    if (known) return known;
    const declared = this.bySchema(this.pathOf(expr));
    if (declared) {
      this.sizes.set(expr, declared);
      return declared;
    }
    return isScalar(this.typeOf(expr)) ? ONE : this.local(expr)?.size;
  }

  private node(expr: Expr): Node {
    const path = this.pathOf(expr);
    return { path: path[0] === '@result' ? [] : path, type: this.typeOf(expr), size: this.sizeOf(expr), expr };
  }

  private push(name: string, local: Local): void {
    const stack = this.locals.get(name) ?? [];
    stack.push(local);
    this.locals.set(name, stack);
  }

  cost(expr: Expr): Range {
    switch (expr.kind) {
      case 'literal':
        return NOTHING;
      case 'ident':
        this.paths.set(expr, this.local(expr)?.path ?? [expr.name]);
        return ONE;
      case 'select': {
        const cost = this.cost(expr.operand);
        if (expr.test) return cost;
        this.paths.set(expr, [...this.pathOf(expr.operand), expr.field]);
        return ['map', 'struct', 'param'].includes(this.typeOf(expr.operand).kind) ? plus(cost, ONE) : cost;
      }
      case 'list': {
        const costs = expr.items.map((one) => this.cost(one));
        this.entries.set(expr, { list: true, key: ONE, value: this.spread(expr.items) });
        return plus(...costs, fixed(10));
      }
      case 'map': {
        const costs = expr.entries.flat().map((one) => this.cost(one));
        const [key, value] = [0, 1].map((at) => this.spread(expr.entries.map((one) => one[at]!)));
        this.entries.set(expr, { list: false, key: key!, value: value! });
        return plus(...costs, fixed(30));
      }
      case 'loop':
        return expr.vars[0] === UNUSED ? this.binding(expr) : this.loop(expr);
      case 'call':
        return this.call(expr);
    }
  }

  private spread = (items: readonly Expr[]): Range =>
    items.map((one) => this.sizeOf(one) ?? UNKNOWN).reduce(union, { min: items.length > 0 ? LARGEST : 0n, max: 0n });

  private binding(expr: Loop): Range {
    const before = plus(this.cost(expr.range), this.cost(expr.init));
    this.push(expr.accu, {
      path: this.pathOf(expr.init),
      size: this.sizeOf(expr.init),
      entries: this.entriesOf(expr.init),
    });
    const cost = plus(before, this.cost(expr.result));
    this.locals.get(expr.accu)!.pop();
    this.carry(expr, expr.result);
    return cost;
  }

  private carry(to: Expr, from: Expr): void {
    const [size, entries] = [this.sizeOf(from), this.entriesOf(from)];
    if (size) this.sizes.set(to, size);
    if (entries) this.entries.set(to, entries);
  }

  private loop(expr: Loop): Range {
    const before = plus(this.cost(expr.range), this.cost(expr.init));
    this.push(expr.accu, {
      path: this.pathOf(expr.init),
      size: this.sizeOf(expr.init),
      entries: this.entriesOf(expr.init),
    });
    const entries = this.entriesOf(expr.range);
    const isList = entries?.list ?? this.typeOf(expr.range).kind === 'list';
    const path = this.pathOf(expr.range);
    const value: Local = { path: [...path, isList ? '@items' : '@values'], size: entries?.value, entries: undefined };
    const key: Local = { path: [...path, isList ? '@indices' : '@keys'], size: entries?.key, entries: undefined };
    const given = expr.vars.length === 2 ? [key, value] : [isList ? value : key];
    for (const [at, name] of expr.vars.entries()) this.push(name, given[at]!);
    const each = plus(this.cost(expr.condition), this.cost(expr.step));
    for (const name of expr.vars) this.locals.get(name)!.pop();
    const after = this.cost(expr.result);
    this.locals.get(expr.accu)!.pop();
    const count = this.sizeOf(expr.range) ?? UNKNOWN;
    if (expr.init.kind === 'literal') this.sizes.set(expr, this.sizeOf(expr.init) ?? ONE);
    else {
      this.sizes.set(expr, count);
      const made = this.entriesOf(expr.step);
      if (made) this.entries.set(expr, made);
    }
    return plus(before, after, times(count, each));
  }

  private call(expr: Call): Range {
    if (expr.name === 'dyn' && !expr.target) {
      const cost = plus(ONE, this.cost(expr.args[0]!));
      this.carry(expr, expr.args[0]!);
      return cost;
    }
    const costs = expr.args.map((one) => this.cost(one));
    const args = expr.args.map((one) => this.node(one));
    if (expr.name === '_?._') return plus(ONE, ...costs);
    const overloads = this.checked.overloads.get(expr) ?? [];
    if (overloads.length === 0) return NOTHING;
    const before = expr.target ? this.cost(expr.target) : NOTHING;
    const target = expr.target && this.node(expr.target);
    let cost: Range = { min: LARGEST, max: 0n };
    let size: Range | undefined;
    for (const overload of overloads) {
      const one = this.estimate(expr, overload, target, args, costs);
      cost = union(cost, one.cost);
      if (one.size) size = size ? union(size, one.size) : one.size;
      const part = { '_[_] list(A), int': '@items', '_[_] map(A, B), A': '@values' }[overload.id];
      if (part) {
        size = this.entriesOf(expr.args[0]!)?.value;
        this.paths.set(expr, [...this.pathOf(expr.args[0]!), part]);
      }
      size ??= this.sizeOf(expr);
    }
    if (size) this.sizes.set(expr, size);
    return plus(before, cost);
  }

  private sized = (node: Node): Range => node.size ?? this.bySchema(node.path) ?? UNKNOWN;

  private estimate(expr: Call, overload: Overload, target: Node | undefined, args: Node[], costs: Range[]): Estimate {
    const library = functionCost(expr.name, overload, target, args, this.sized);
    if (library) return { ...library, cost: plus(library.cost, ...costs) };
    const own = this.core(expr, overload, target, args, costs);
    return own ?? { cost: plus(ONE, ...costs) };
  }

  /** The functions of the standard whose cost grows with what they are given. */
  private core(
    expr: Call,
    { id }: Overload,
    target: Node | undefined,
    args: Node[],
    costs: Range[],
  ): Estimate | undefined {
    const size = (at: number): Range => args[at]?.size ?? UNKNOWN;
    const walk = (range: Range): Range => plus(scaled(range, TEXT), ...costs);
    switch (id) {
      case '.format string, list(dyn)':
        return { cost: walk(target?.size ?? UNKNOWN) };
      case 'bytes string':
        return { cost: walk(size(0)), size: { min: size(0).min, max: (size(0).max * 4n) & LARGEST } };
      case 'string bytes':
        return { cost: walk(size(0)), size: { min: size(0).min / 4n, max: size(0).max } };
      case '.startsWith string, string':
      case '.endsWith string, string':
        return { cost: walk(size(0)) };
      case '@in A, list(A)':
        return { cost: plus(size(1), ...costs) };
      case '.matches string, string': {
        const text = scaled(plus(target?.size ?? UNKNOWN, ONE), TEXT);
        return { cost: plus(times(text, scaled(size(0), PATTERN)), ...costs) };
      }
      case '.contains string, string': {
        const text = scaled(target?.size ?? UNKNOWN, TEXT);
        return { cost: plus(times(text, scaled(size(0), TEXT)), ...costs) };
      }
      case '_&&_ bool, bool':
      case '_||_ bool, bool':
        return { cost: { min: costs[0]!.min, max: plus(costs[0]!, costs[1]!).max } };
      case '_?_:_ bool, A, A': {
        const entries = united(this.entriesOf(expr.args[1]!), this.entriesOf(expr.args[2]!));
        if (entries) this.entries.set(expr, entries);
        return { cost: plus(costs[0]!, union(costs[1]!, costs[2]!)), size: union(size(1), size(2)) };
      }
      case '_+_ string, string':
      case '_+_ bytes, bytes':
      case '_+_ list(A), list(A)': {
        const both = plus(size(0), size(1));
        const entries = united(this.entriesOf(expr.args[0]!), this.entriesOf(expr.args[1]!));
        if (entries) this.entries.set(expr, entries);
        return { cost: id.includes('list') ? plus(ONE, ...costs) : walk(both), size: both };
      }
    }
    const compared = /^_(==|!=)_ A, A$|^_[<>]=?_ (string, string|bytes, bytes)$/.test(id);
    if (!compared) return undefined;
    const max = size(0).max < size(1).max ? size(0).max : size(1).max;
    return { cost: walk({ min: max > 0n ? 1n : 0n, max }) };
  }
}

/** The most that one evaluation of a checked expression costs. */
export const mostCost = (tree: Expr, checked: Checked, sizeOf: SizeOf): bigint =>
  new Estimator(checked, sizeOf).cost(tree).max;
