/** Formats written in an expression, checked against the values that they are given: `"%d".format([self.size])`. */
import type { Checked } from './check.ts';
import type { Expr, Problem } from './tree.ts';
import type { Kind, Type } from './type.ts';

const STRINGS: Kind[] = [
  'list',
  'map',
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'timestamp',
  'bytes',
  'duration',
  'type',
  'null',
];
/** By its letter: the kinds of values that a clause takes, and what is said of others. */
const CLAUSES: Record<string, readonly [Kind[], string]> = {
  s: [
    STRINGS,
    'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  ],
  d: [['int', 'uint'], 'decimal clause can only be used on integers'],
  f: [['double', 'string'], 'fixed-point clause can only be used on doubles'],
  e: [['double', 'string'], 'scientific clause can only be used on doubles'],
  b: [['int', 'uint', 'bool'], 'only integers and bools can be formatted as binary'],
  x: [['int', 'uint', 'string', 'bytes'], 'only integers, byte buffers, and strings can be formatted as hex'],
  X: [['int', 'uint', 'string', 'bytes'], 'only integers, byte buffers, and strings can be formatted as hex'],
  o: [['int', 'uint'], 'octal clause can only be used on integers'],
};
const RUNTIME: Partial<Record<Kind, string>> = {
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
  null: 'null_type',
};

/** The part of a value that a clause doesn't take. */
function misfit(expr: Expr, kinds: Kind[], checked: Checked, deep: boolean): Expr | undefined {
  const type = checked.types.get(expr) as Type;
  if (type.kind !== 'dyn' && !kinds.includes(type.kind)) return expr;
  const below = !deep ? [] : expr.kind === 'list' ? expr.items : expr.kind === 'map' ? expr.entries.flat() : [];
  for (const one of below) {
    const found = misfit(one, kinds, checked, deep);
    if (found) return found;
  }
  return undefined;
}

function clauseProblem(letter: string, value: Expr, at: number, checked: Checked): Problem | undefined {
  const clause = Object.hasOwn(CLAUSES, letter) ? CLAUSES[letter] : undefined;
  if (!clause) return { at, text: `could not parse formatting clause: unrecognized formatting clause "${letter}"` };
  const [kinds, text] = clause;
  const wrong = misfit(value, kinds, checked, letter === 's');
  if (!wrong) return undefined;
  const type = checked.types.get(wrong) as Type;
  return { at: wrong.at, text: `error during formatting: ${text}, was given ${RUNTIME[type.kind] ?? type.name}` };
}

/** What is wrong with the format of a call, where both the format and its list of values are written out. */
export function formatProblem(expr: Expr, checked: Checked): Problem | undefined {
  if (expr.kind !== 'call' || expr.name !== 'format' || expr.target?.kind !== 'literal') return undefined;
  const [list] = expr.args;
  const format = expr.target.value;
  if (typeof format !== 'string' || list?.kind !== 'list') return undefined;
  const { at } = expr;
  let used = 0;
  for (let here = 0; here < format.length; here++) {
    if (format[here] !== '%') continue;
    if (format[here + 1] === '%') {
      here++;
      continue;
    }
    if (here + 1 >= format.length) return { at, text: 'unexpected end of string' };
    if (used >= list.items.length) return { at, text: `index ${used} out of range` };
    const [, precision = ''] = /^(\.\d+)?/.exec(format.slice(here + 1)) ?? [];
    here += precision.length + 1;
    const problem = clauseProblem(format[here] ?? '', list.items[used]!, at, checked);
    if (problem) return problem;
    used++;
  }
  if (list.items.length <= used) return undefined;
  return { at, text: `too many arguments supplied to string.format (expected ${used}, got ${list.items.length})` };
}
