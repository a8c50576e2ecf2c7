/** What the functions that Kubernetes adds may cost, and those of texts and lists: most read what they are given once. */
import { fixed, LARGEST, NOTHING, plus, type Range, scaled, times, UNKNOWN } from './estimate.ts';
import type { Overload } from './functions.ts';
import type { Expr } from './tree.ts';
import { inner, same, type Type } from './type.ts';

/** A part of an expression, or what a list there holds. */
export interface Node {
  path: readonly string[];
  type: Type;
  size: Range | undefined;
  expr?: Expr;
}
export interface Estimate {
  cost: Range;
  size?: Range | undefined;
}

/** Of a character that is read, and of one of a pattern. */
export const TEXT = 0.1;
export const PATTERN = 0.25;
export const ONE = fixed(1);
const LONGEST_FORMAT = 128;
const ADDRESS: Range = { min: 4n, max: 16n };

function itemOf(list: Node): Node | undefined {
  if (list.type.params.length === 0) return undefined;
  return { path: list.path.length > 0 ? [...list.path, '@items'] : [], type: inner(list.type), size: undefined };
}

const NOMINAL = new Set(
  'masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast format.named sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub major minor patch getScheme getHostname getHost getPort getEscapedPath getQuery'.split(
    ' ',
  ),
);

const divided = (a: bigint, b: bigint): bigint => BigInt(Math.ceil(Number(a) / Number(b)));

/** How long a text can be, and how short, after every occurrence of one text has become another. */
function replaced(size: Range, from: Range, to: Range): Range {
  const more = (value: bigint): bigint => (value < LARGEST ? value + 1n : value);
  let count = NOTHING;
  let kept = NOTHING;
  if (from.min === 0n) {
    count = { ...count, max: more(size.max) };
    kept = { ...kept, max: size.max };
  } else if (to.max <= from.min) kept = { ...kept, max: size.max };
  else count = { ...count, max: divided(size.max, from.min) };
  if (from.max === 0n) {
    count = { ...count, min: more(size.min) };
    kept = { ...kept, min: size.min };
  } else if (from.max <= to.min) kept = { ...kept, min: size.min };
  else count = { ...count, min: divided(size.min, from.max) };
  return plus(times(count, to), kept);
}

/** Undefined where a function isn't one of these. */
export function functionCost(
  name: string,
  overload: Overload,
  target: Node | undefined,
  args: Node[],
  sized: (node: Node) => Range,
): Estimate | undefined {
  const of = (node: Node | undefined): Range => (node ? sized(node) : UNKNOWN);
  const walk = (node: Node | undefined, factor = TEXT): Range => scaled(of(node), factor);
  const compare = scaled(plus(ADDRESS, ADDRESS), TEXT);
  switch (name) {
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf': {
      if (!target) return undefined;
      const item = itemOf(target);
      if (!item) return { cost: walk(target) };
      const texts = item.type.kind === 'string' || item.type.kind === 'bytes';
      return { cost: times(of(target), texts ? plus(ONE, walk(item)) : ONE) };
    }
    case 'url':
      return { cost: walk(args[0]), size: of(args[0]) };
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim':
      return { cost: walk(target), size: of(target) };
    case 'replace':
      return { cost: walk(target, 2 * TEXT), size: replaced(of(target), of(args[0]), of(args[1])) };
    case 'split': {
      const limit = args[1]?.expr?.kind === 'literal' ? args[1].expr.value : undefined;
      const max = typeof limit === 'bigint' ? BigInt.asUintN(64, limit) : of(target).max;
      return { cost: walk(target, 2 * TEXT), size: { min: 0n, max } };
    }
    case 'join': {
      if (!target) return undefined;
      const count = of(target);
      const item = itemOf(target);
      let size = item ? times(count, of(item)) : NOTHING;
      const gaps: Range = { min: count.min > 0n ? count.min - 1n : 0n, max: count.max > 0n ? count.max - 1n : 0n };
      if (args[0]) size = plus(size, times(of(args[0]), gaps));
      return { cost: scaled(size, TEXT), size };
    }
    case 'find':
    case 'findAll': {
      const text = scaled(plus(of(target), ONE), TEXT);
      return { cost: times(text, scaled(of(args[0]), PATTERN)), size: { min: 0n, max: of(target).max } };
    }
    case 'ip':
      return { cost: target ? ONE : walk(args[0]) };
    case 'cidr':
    case 'isIP':
    case 'isCIDR':
    case 'quantity':
    case 'isQuantity':
    case 'semver':
    case 'isSemver':
      return { cost: walk(args[0]) };
    case 'ip.isCanonical':
      return { cost: walk(args[0], 2 * TEXT) };
    case 'containsIP':
    case 'containsCIDR': {
      const more = name === 'containsCIDR' ? plus(scaled(ADDRESS, TEXT), ONE) : NOTHING;
      const read = overload.id.endsWith('string') ? walk(args[0]) : NOTHING;
      return { cost: plus(compare, more, read) };
    }
    case 'validate':
      return { cost: scaled(walk(args[0]), LONGEST_FORMAT * PATTERN) };
    case 'sets.contains':
    case 'sets.intersects':
    case 'sets.equivalent':
      return { cost: plus(scaled(times(of(args[0]), of(args[1])), name.endsWith('equivalent') ? 2 : 1), ONE) };
    case '_==_':
      return equality(args);
    default:
      return NOMINAL.has(name) ? { cost: ONE } : undefined;
  }
}

function equality([left, right]: Node[]): Estimate | undefined {
  if (!left || !right || !same(left.type, right.type)) return undefined;
  switch (left.type.name) {
    case 'net.IP':
    case 'net.CIDR':
    case 'kubernetes.Quantity':
    case 'kubernetes.Semver':
      return { cost: ONE };
    case 'kubernetes.NamedFormat':
      return { cost: scaled({ min: 1n, max: 64n }, TEXT) };
    case 'kubernetes.URL':
      return { cost: scaled({ min: 1n, max: right.size?.max ?? 1n }, TEXT) };
    default:
      return undefined;
  }
}
