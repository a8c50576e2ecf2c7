/** Texts written in an expression that can't be what they are given for: durations, times and patterns; and lists that mix types. */
import { regex } from '../../expr/regex.ts';
import type { Checked } from './check.ts';
import { formatProblem } from './format.ts';
import type { Expr, Problem } from './tree.ts';
import { same, show, type Type } from './type.ts';

const UNITS: Record<string, bigint> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** What a duration as Go writes them comes to. */
export function nanoseconds(text: string): bigint {
  let sum = 0n;
  for (const [, whole = '', part = '', unit = ''] of text.matchAll(/(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g)) {
    sum += BigInt(whole || 0) * UNITS[unit]!;
    if (part) sum += (BigInt(part) * UNITS[unit]!) / 10n ** BigInt(part.length);
  }
  return text.startsWith('-') ? -sum : sum;
}

/** As Go reads durations: `1h30m`, `-1.5s`, `0`. */
export function isDuration(text: string): boolean {
  const rest = text.replace(/^[-+]/, '');
  if (rest === '0') return true;
  return /^((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(rest) && nanoseconds(rest) < 2n ** 63n;
}

/** As RFC 3339 writes times, with a day that exists. */
export function isTimestamp(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)([.,]\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/.exec(text);
  if (!match) return false;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, ...number[]];
  const days = new Date(Date.UTC(2000 + (year % 400), month!, 0)).getUTCDate();
  return (
    year >= 1 && month! >= 1 && month! <= 12 && day! >= 1 && day! <= days && hour! < 24 && minute! < 60 && second! < 60
  );
}

const LITERALS: Record<string, (text: string) => boolean> = {
  duration: isDuration,
  timestamp: isTimestamp,
  matches: (text) => regex(text).ok,
};

function* parts(expr: Expr, inFormat = false): Generator<{ expr: Expr; inFormat: boolean }> {
  yield { expr, inFormat };
  const below: Expr[] = [];
  let formats = inFormat;
  switch (expr.kind) {
    case 'select':
      below.push(expr.operand);
      break;
    case 'call':
      formats ||= expr.name === 'format';
      below.push(...(expr.target ? [expr.target] : []), ...expr.args);
      break;
    case 'list':
      below.push(...expr.items);
      break;
    case 'map':
      below.push(...expr.entries.flat());
      break;
    case 'loop':
      below.push(expr.range, expr.init, expr.condition, expr.step, expr.result);
  }
  for (const one of below) yield* parts(one, formats);
}

/** The first that is of another type than the first. */
function mixed(items: readonly Expr[], checked: Checked, all: boolean): Problem[] {
  const typeOf = (one: Expr): Type => checked.types.get(one)!;
  const found: Problem[] = [];
  for (const one of items.slice(1)) {
    const [wanted, type] = [typeOf(items[0]!), typeOf(one)];
    if (same(wanted, type, false)) continue;
    found.push({ at: one.at, text: `expected type '${show(wanted)}' but found '${show(type)}'` });
    if (!all) break;
  }
  return found;
}

/** What is wrong with the literals of an expression whose types are right. */
export function checkLiterals(tree: Expr, checked: Checked): Problem[] {
  const found: Problem[] = [];
  for (const { expr, inFormat } of parts(tree)) {
    if (expr.kind === 'call') {
      const [literal] = expr.args;
      const rule = Object.hasOwn(LITERALS, expr.name) ? LITERALS[expr.name] : undefined;
      if (literal?.kind === 'literal' && typeof literal.value === 'string' && rule && !rule(literal.value))
        found.push({ at: literal.at, text: `invalid ${expr.name} argument` });
      const format = formatProblem(expr, checked);
      if (format) found.push(format);
    } else if (expr.kind === 'list' && !inFormat) found.push(...mixed(expr.items, checked, false));
    else if (expr.kind === 'map' && !inFormat)
      for (const side of [0, 1] as const)
        found.push(
          ...mixed(
            expr.entries.map((one) => one[side]),
            checked,
            true,
          ),
        );
  }
  return found;
}

/** Why a pattern that is searched for is none. */
export function badPattern(tree: Expr): string | undefined {
  for (const { expr } of parts(tree)) {
    if (expr.kind !== 'call' || !expr.target || !/^find(All)?$/.test(expr.name)) continue;
    const [pattern] = expr.args;
    if (pattern?.kind !== 'literal' || typeof pattern.value !== 'string') continue;
    const compiled = regex(pattern.value);
    if (!compiled.ok) return compiled.error.slice(compiled.error.indexOf('error parsing'));
  }
  return undefined;
}
