/** What a server works out once, while it makes a rule ready to run: conversions of constants. */
import type { Checked } from './check.ts';
import { evaluate } from './evaluate.ts';
import { below, type Expr } from './tree.ts';
import { RuleError } from './values.ts';

const CONVERSIONS = new Set([
  'bool',
  'bytes',
  'double',
  'duration',
  'dyn',
  'int',
  'string',
  'timestamp',
  'type',
  'uint',
]);

/** Whether an expression is a constant; throws RuleError where some part is one that can't be converted. */
function constant(expr: Expr, checked: Checked): boolean {
  if (expr.kind === 'literal') return true;
  const fixed = below(expr).map((one) => constant(one, checked));
  if (expr.kind !== 'call' || expr.target || !CONVERSIONS.has(expr.name) || !fixed.every(Boolean)) return false;
  evaluate(expr, checked, {});
  return true;
}

/** Why a rule whose types are right can't be made ready: a constant that isn't what it is converted to. */
export function badConstant(tree: Expr, checked: Checked): string | undefined {
  try {
    constant(tree, checked);
    return undefined;
  } catch (error) {
    if (error instanceof RuleError) return error.message;
    throw error;
  }
}
