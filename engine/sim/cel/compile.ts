/** A rule as a server compiles it when its definition is written: types, literals, the cost; and what is wrong in the server's words. */
import { type Checked, checkTypes, type Scope } from './check.ts';
import { badConstant } from './constants.ts';
import { mostCost } from './cost.ts';
import { type Declared, sizeAt, typesOf } from './declared.ts';
import { parse } from './environment.ts';
import { evaluate } from './evaluate.ts';
import { badPattern, checkLiterals } from './literals.ts';
import { syntaxProblems, TOO_HIGH } from './syntax.ts';
import { type Expr, HIGHEST, height, type Problem, treeOf } from './tree.ts';
import { ERROR, optionalOf, show, type Type } from './type.ts';
import { RuleError } from './values.ts';

export interface Compiled {
  /** What the server says; empty where nothing is wrong. */
  problem: string;
  /** Whether the expression is right but can't be made ready to run. */
  unready?: boolean;
  /** What the expression gives: `bool`, `string`. */
  type: string;
  usesOldSelf: boolean;
  /** The most that one evaluation costs. */
  cost: bigint;
  /** Undefined where something is wrong. Throws RuleError. */
  run?: (variables: Record<string, unknown>) => unknown;
}

const INVALID: Compiled = { problem: '', type: '', usesOldSelf: false, cost: 0n };

/** A problem with its place: line and column, the line, and a mark below. Wide characters have wide dots. */
function drawn(source: string, { at, text }: Problem): { line: number; column: number; shown: string } {
  // What is about the whole has no place.
  if (at < 0) return { line: -1, column: 0, shown: `ERROR: <input>:-1:0: ${text}` };
  const before = source.slice(0, at).split('\n');
  const line = before.length;
  const column = [...before.at(-1)!].length;
  const content = (source.split('\n')[line - 1] ?? '').replaceAll('\t', ' ');
  const points = [...content];
  const wide = (point: string | undefined): boolean => point !== undefined && point.charCodeAt(0) > 127;
  const dots = points.slice(0, column).map((point) => (wide(point) ? '．' : '.'));
  const mark = wide(points[column]) ? '＾' : '^';
  const shown = `ERROR: <input>:${line}:${column + 1}: ${text}\n | ${content}\n | ${dots.join('')}${mark}`;
  return { line, column, shown };
}

function report(source: string, problems: readonly Problem[]): string {
  const all = problems.map((problem) => drawn(source, problem));
  const most = 100;
  const shown = all
    .slice(0, most)
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map((one) => one.shown);
  return [...shown, ...(all.length > most ? [`${all.length - most} more errors were truncated`] : [])].join('\n');
}

interface Typed {
  tree: Expr;
  checked: Checked;
}

/** What is wrong with an expression, or what it is made of. */
function typed(source: string, scope: Scope): Typed | string {
  const parsed = parse(source);
  if (parsed instanceof Error) return report(source, syntaxProblems(source, parsed, parse));
  const { tree, problems } = treeOf(parsed);
  if (problems.length === 0 && height(tree) > HIGHEST) problems.push({ at: -1, text: TOO_HIGH });
  if (problems.length > 0) return report(source, problems);
  const checked = checkTypes(tree, scope);
  const wrong = checked.problems.length > 0 ? checked.problems : checkLiterals(tree, checked);
  return wrong.length > 0 ? report(source, wrong) : { tree, checked };
}

/** An expression over `self`, a value of the declared type, and `oldSelf`, which may be an optional. */
function typedRule(source: string, self: Declared, optionalOldSelf: boolean): Typed | string {
  const { type, structs } = typesOf(self, 'selfType1');
  const variables = new Map<string, Type>([
    ['self', type],
    ['oldSelf', optionalOldSelf ? optionalOf(type) : type],
  ]);
  return typed(source, { variables, fieldsOf: (name) => structs.get(name) });
}

export interface Expression {
  /** What the server says; empty where nothing is wrong. */
  problem: string;
  type: Type;
  /** Throws RuleError. */
  run(variables: Record<string, unknown>): unknown;
}

/** An expression over whatever the scope has. */
export function compileIn(source: string, scope: Scope): Expression {
  const found = typed(source, scope);
  const problem =
    typeof found === 'string' ? found : (badPattern(found.tree) ?? badConstant(found.tree, found.checked));
  if (typeof found === 'string' || problem)
    return {
      problem: problem ?? '',
      type: ERROR,
      run: () => {
        throw new RuleError(`compilation failed: ${problem}`);
      },
    };
  const { tree, checked } = found;
  return {
    problem: '',
    type: checked.types.get(tree) ?? ERROR,
    run: (variables) => evaluate(tree, checked, variables),
  };
}

function made(source: string, self: Declared, optionalOldSelf: boolean): Compiled {
  const found = typedRule(source, self, optionalOldSelf);
  if (typeof found === 'string') return { ...INVALID, problem: found };
  const { tree, checked } = found;
  const type = show(checked.types.get(tree)!);
  const unready = badPattern(tree) ?? badConstant(tree, checked);
  if (unready) return { ...INVALID, problem: unready, unready: true, type };
  return {
    problem: '',
    type,
    usesOldSelf: checked.used.has('oldSelf'),
    cost: mostCost(tree, checked, (path) => sizeAt(self, path)),
    run: (variables) => evaluate(tree, checked, variables),
  };
}

const compiled = new WeakMap<Declared, Map<string, Compiled>>();

/** Compiles once for each type. */
export function compile(source: string, self: Declared, optionalOldSelf: boolean): Compiled {
  let known = compiled.get(self);
  if (!known) {
    known = new Map();
    compiled.set(self, known);
  }
  const key = `${optionalOldSelf} ${source}`;
  let found = known.get(key);
  if (!found) {
    found = made(source, self, optionalOldSelf);
    known.set(key, found);
  }
  return found;
}
