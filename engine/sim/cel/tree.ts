/**
 * An expression as a server's checker sees it: operators are calls, macros are written out as loops, and each part has the place at which
 * messages point. Made from the syntax tree of the library that runs rules.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import { Uint } from './values.ts';

interface Base {
  /** Offset into the source. */
  readonly at: number;
}
export type Literal = Base & { kind: 'literal'; value: unknown };
export type Ident = Base & { kind: 'ident'; name: string };
export type Select = Base & { kind: 'select'; operand: Expr; field: string; test: boolean };
export type Call = Base & { kind: 'call'; name: string; target?: Expr; args: Expr[] };
export type ListLiteral = Base & { kind: 'list'; items: Expr[] };
export type MapLiteral = Base & { kind: 'map'; entries: [Expr, Expr][] };
export type Loop = Base & {
  kind: 'loop';
  range: Expr;
  vars: string[];
  accu: string;
  init: Expr;
  condition: Expr;
  step: Expr;
  result: Expr;
};
export type Expr = Literal | Ident | Select | Call | ListLiteral | MapLiteral | Loop;

export interface Problem {
  at: number;
  text: string;
}

const ACCU = '@result';
/** The name of a loop's variable that nothing can use. */
export const UNUSED = '#unused';

/** The first offset that is neither space, comment nor a closing bracket that ended what was before. */
function skip(source: string, from: number): number {
  let at = from;
  for (;;) {
    if (/[\s)]/.test(source[at] ?? '')) at++;
    else if (source.startsWith('//', at)) {
      const end = source.indexOf('\n', at);
      at = end < 0 ? source.length : end;
    } else return at;
  }
}

/** Where the bracket of a call of this name opens; the name follows `from`, after a dot where there is one. */
function bracket(source: string, from: number, name: string): number {
  let at = skip(source, from);
  if (source[at] === '.') at = skip(source, at + 1);
  return skip(source, at + name.length);
}

const literal = (at: number, value: unknown): Literal => ({ kind: 'literal', at, value });
const ident = (at: number, name: string): Ident => ({ kind: 'ident', at, name });
const call = (at: number, name: string, ...args: Expr[]): Call => ({ kind: 'call', at, name, args });
const member = (at: number, name: string, target: Expr, ...args: Expr[]): Call => ({
  kind: 'call',
  at,
  name,
  target,
  args,
});
const list = (at: number, ...items: Expr[]): ListLiteral => ({ kind: 'list', at, items });

/** Writes out a macro; throws a problem where its arguments don't fit, undefined where it isn't one after all. */
type Macro = (at: number, target: Expr, args: Expr[]) => Expr | undefined;

class Misfit extends Error {
  readonly problem: Problem;
  constructor(at: number, text: string) {
    super(text);
    this.problem = { at, text };
  }
}

function simpleName(expr: Expr | undefined, text: string): string {
  if (expr?.kind === 'ident') return expr.name;
  throw new Misfit(expr?.at ?? 0, text);
}

const NAME = 'argument must be a simple name';

/** The loop's variables, then its other arguments. */
function variables(args: Expr[], count: number, text: string): [string[], Expr[]] {
  const names = args.slice(0, count).map((one) => simpleName(one, text));
  if (names.length === 2 && names[0] === names[1])
    throw new Misfit(args[1]!.at, `duplicate variable name: ${names[0]}`);
  return [names, args.slice(count)];
}

const LOGIC: Record<string, (at: number, test: Expr) => Pick<Loop, 'init' | 'condition' | 'step' | 'result'>> = {
  all: (at, test) => ({
    init: literal(at, true),
    condition: call(at, '@not_strictly_false', ident(at, ACCU)),
    step: call(at, '_&&_', ident(at, ACCU), test),
    result: ident(at, ACCU),
  }),
  exists: (at, test) => ({
    init: literal(at, false),
    condition: call(at, '@not_strictly_false', call(at, '!_', ident(at, ACCU))),
    step: call(at, '_||_', ident(at, ACCU), test),
    result: ident(at, ACCU),
  }),
  one: (at, test) => ({
    init: literal(at, 0n),
    condition: literal(at, true),
    step: call(at, '_?_:_', test, call(at, '_+_', ident(at, ACCU), literal(at, 1n)), ident(at, ACCU)),
    result: call(at, '_==_', ident(at, ACCU), literal(at, 1n)),
  }),
};

const quantifier =
  (kind: string, count: number): Macro =>
  (at, range, args) => {
    const [vars, [test]] = variables(args, count, NAME);
    return { kind: 'loop', at, range, vars, accu: ACCU, ...LOGIC[kind]!(at, test!) };
  };

/** A loop that collects; `add` is the step for one element. */
const collector =
  (
    count: number,
    init: (at: number) => Expr,
    add: (at: number, vars: string[], made: Expr) => Expr,
    text: string,
  ): Macro =>
  (at, range, args) => {
    const [vars, [filter, made]] = variables(args, count, text);
    const step = add(at, vars, made ?? filter!);
    return {
      kind: 'loop',
      at,
      range,
      vars,
      accu: ACCU,
      init: init(at),
      condition: literal(at, true),
      step: made ? call(at, '_?_:_', filter!, step, ident(at, ACCU)) : step,
      result: ident(at, ACCU),
    };
  };

const emptyMap = (at: number): MapLiteral => ({ kind: 'map', at, entries: [] });
const append = (at: number, _: string[], made: Expr): Expr => call(at, '_+_', ident(at, ACCU), list(at, made));
const insert = (at: number, vars: string[], made: Expr): Expr =>
  call(at, 'cel.@mapInsert', ident(at, ACCU), ident(at, vars[0]!), made);
const merge = (at: number, _: string[], made: Expr): Expr => call(at, 'cel.@mapInsert', ident(at, ACCU), made);
const toList = collector(1, list, append, 'argument is not an identifier');

const filter: Macro = (at, range, [name, test]) => toList(at, range, [name!, test!, name!]);

/** A name for a value: a loop that never runs. */
const bound = (at: number, name: string, init: Expr, result: Expr): Loop => ({
  kind: 'loop',
  at,
  range: list(at),
  vars: [UNUSED],
  accu: name,
  init,
  condition: literal(at, false),
  step: ident(at, name),
  result,
});

const optional =
  (macro: string, wrap: (at: number, made: Expr) => Expr): Macro =>
  (at, target, [name, made]) => {
    const variable = simpleName(name, `${macro}() variable name must be a simple identifier`);
    const value = bound(at, variable, member(at, 'value', target), made!);
    return call(at, '_?_:_', member(at, 'hasValue', target), wrap(at, value), call(at, 'optional.none'));
  };

/** By name and count of arguments. */
const MACROS: Record<string, Macro> = {
  all2: quantifier('all', 1),
  exists2: quantifier('exists', 1),
  exists_one2: quantifier('one', 1),
  all3: quantifier('all', 2),
  exists3: quantifier('exists', 2),
  exists_one3: quantifier('one', 2),
  existsOne3: quantifier('one', 2),
  map2: toList,
  map3: toList,
  filter2: filter,
  transformList3: collector(2, list, append, NAME),
  transformList4: collector(2, list, append, NAME),
  transformMap3: collector(2, emptyMap, insert, NAME),
  transformMap4: collector(2, emptyMap, insert, NAME),
  transformMapEntry3: collector(2, emptyMap, merge, NAME),
  transformMapEntry4: collector(2, emptyMap, merge, NAME),
  optMap2: optional('optMap', (at, made) => call(at, 'optional.of', made)),
  optFlatMap2: optional('optFlatMap', (_, made) => made),
};

function ofMember(node: ASTNode & { op: 'rcall' }, problems: Problem[]): Expr {
  const [name, receiver, rest] = node.args;
  const target = convert(receiver, problems);
  const args = rest.map((one) => convert(one, problems));
  const at = bracket(node.input, receiver.end, name);
  const macro = Object.hasOwn(MACROS, `${name}${args.length}`) ? MACROS[`${name}${args.length}`] : undefined;
  try {
    return macro?.(at, target, args) ?? member(at, name, target, ...args);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    problems.push(error.problem);
    return literal(at, false);
  }
}

function ofCall(node: ASTNode & { op: 'call' }, problems: Problem[]): Expr {
  const [name, rest] = node.args;
  const args = rest.map((one) => convert(one, problems));
  const at = skip(node.input, node.start + name.length);
  if (name !== 'has' || args.length !== 1) return call(at, name, ...args);
  const tested = args[0]!;
  if (tested.kind === 'select' && !tested.test) return { ...tested, at, test: true };
  problems.push({ at: tested.at, text: 'invalid argument to has() macro' });
  return literal(at, false);
}

/** Signs beside each other take each other away: of many at most one is left. */
function unary(node: ASTNode, name: string, problems: Problem[]): Expr {
  let count = 0;
  let inner = node;
  for (; inner.op === name && inner.start === node.start + count; inner = inner.args as ASTNode) count++;
  const argument = convert(inner, problems);
  if (count % 2 === 0) return argument;
  const signed =
    argument.kind === 'literal' && (typeof argument.value === 'bigint' || typeof argument.value === 'number');
  const sign = name === '-_' && count === 1 && signed && /^-\s*$/.test(node.input.slice(node.start, argument.at));
  if (!sign) return call(node.start, name, argument);
  // The least integer has no positive one beside it.
  const wrong = problems.at(-1);
  if (wrong?.text === NO_INT && wrong.at === argument.at) {
    problems.pop();
    if ((argument.value as bigint) > 2n ** 63n) problems.push({ at: node.start, text: NO_INT });
  }
  return literal(node.start, -(argument.value as number));
}

const NO_INT = 'invalid int literal';

/** Unsigned numbers are a class of the library's. */
const ofLibrary = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
    ? new Uint(BigInt(String(value)))
    : value;

function convert(node: ASTNode, problems: Problem[]): Expr {
  const { input } = node;
  const below = (one: ASTNode): Expr => convert(one, problems);
  switch (node.op) {
    case 'value':
      if (typeof node.args === 'bigint' && node.args >= 2n ** 63n) problems.push({ at: node.start, text: NO_INT });
      return literal(node.start, ofLibrary(node.args));
    case 'id':
      return ident(node.start, node.args);
    case '.':
      return {
        kind: 'select',
        at: skip(input, node.args[0].end),
        operand: below(node.args[0]),
        field: node.args[1],
        test: false,
      };
    case '.?': {
      const at = skip(input, node.args[0].end);
      return call(at, '_?._', below(node.args[0]), literal(node.pos, node.args[1]));
    }
    case '[]':
    case '[?]':
      return call(
        skip(input, node.args[0].end),
        node.op === '[]' ? '_[_]' : '_[?_]',
        below(node.args[0]),
        below(node.args[1]),
      );
    case 'call':
      return ofCall(node, problems);
    case 'rcall':
      return ofMember(node, problems);
    case 'list':
      return list(node.start, ...node.args.map(below));
    case 'map':
      return { kind: 'map', at: node.start, entries: node.args.map(([key, value]) => [below(key), below(value)]) };
    case '?:':
      return call(skip(input, node.args[0].end), '_?_:_', ...node.args.map(below));
    case '!_':
    case '-_':
      return unary(node, node.op, problems);
    default: {
      const [left, right] = node.args;
      return call(skip(input, left.end), node.op === 'in' ? '@in' : `_${node.op}_`, below(left), below(right));
    }
  }
}

/** What a syntax tree says, and which macros were called with what they can't take. */
export function treeOf(ast: ASTNode): { tree: Expr; problems: Problem[] } {
  const problems: Problem[] = [];
  return { tree: convert(ast, problems), problems };
}

/** The parts of an expression in the order in which a server makes them ready. */
export function below(expr: Expr): Expr[] {
  switch (expr.kind) {
    case 'select':
      return [expr.operand];
    case 'call':
      return [...(expr.target ? [expr.target] : []), ...expr.args];
    case 'list':
      return expr.items;
    case 'map':
      return expr.entries.flat();
    case 'loop':
      return [expr.init, expr.range, expr.condition, expr.step, expr.result];
    default:
      return [];
  }
}

/** The highest tree that a server looks at. */
export const HIGHEST = 251;

/** The operands of a chain of one logical operator, which is no higher for being long. */
function operands(expr: Expr, name: string): Expr[] {
  const found: Expr[] = [];
  let here = expr;
  for (; here.kind === 'call' && here.name === name; here = here.args[0]!) found.push(here.args[1]!);
  return [here, ...found];
}

export function height(expr: Expr): number {
  if (expr.kind === 'call' && (expr.name === '_&&_' || expr.name === '_||_')) {
    const parts = operands(expr, expr.name);
    return Math.ceil(Math.log2(parts.length)) + Math.max(...parts.map(height));
  }
  return 1 + Math.max(0, ...below(expr).map(height));
}
