/** What our CEL has beyond the standard: quantities, captures from text, JSON, and `matches` in RE2. */
import type { Environment } from '@marcbachmann/cel-js';
import { fromCel, toCel } from './cel-values.ts';
import { parseQuantity } from './quantity.ts';
import { captures, matches } from './regex.ts';

/** A quantity inside CEL; its methods are those of Kubernetes' own CEL library. */
class CelQuantity {
  readonly nano: bigint;
  constructor(nano: bigint) {
    this.nano = nano;
  }
  static of(text: string): CelQuantity {
    const quantity = parseQuantity(text);
    if (!quantity.ok) throw new RangeError(quantity.error);
    return new CelQuantity(quantity.value.nano);
  }
}

const NANO = 1_000_000_000n;
/** More captures than a person would look through; a hostile output must not fill the memory. */
const MANY = 10_000;

/** The parts of the library's syntax tree that a macro needs; it has no types of its own. */
interface Node {
  meta: { check: unknown; evaluate: unknown };
  clone(op: { name: string; check: unknown; evaluate: unknown }, args: unknown[]): Node;
}
interface MacroCall {
  ast: Node;
  receiver: Node;
  args: Node[];
}

export function registerLibrary(env: Environment): void {
  // The library's own `matches` is a JavaScript RegExp, which a hostile pattern can stall for hours. It can't be replaced,
  // but a macro of that name goes before it, for receivers of every type: each call becomes one of `matchesRe2`.
  env.registerFunction('bytes.matches(ast): dyn', ({ ast, receiver, args }: MacroCall) => ({
    callAst: ast.clone({ name: 'rcall', check: ast.meta.check, evaluate: ast.meta.evaluate }, [
      'matchesRe2',
      receiver,
      args,
    ]),
  }));
  env.registerFunction('string.matchesRe2(string): bool', (text: string, pattern: string) => matches(pattern, text));

  env.registerFunction(
    'regex(string, string): dyn',
    (text: string, pattern: string) => captures(pattern, text, 1)[0] ?? null,
  );
  env.registerFunction('regexAll(string, string): list<dyn>', (text: string, pattern: string) =>
    captures(pattern, text, MANY),
  );
  env.registerFunction('json(string): dyn', (text: string) => toCel(JSON.parse(text)));
  env.registerFunction('toJson(dyn): string', (value: unknown) => JSON.stringify(fromCel(value)));

  env.registerType('Quantity', { ctor: CelQuantity, fields: {} });
  env.registerFunction('quantity(string): Quantity', (text: string) => CelQuantity.of(text));
  env.registerFunction('isQuantity(string): bool', (text: string) => parseQuantity(text).ok);
  env.registerFunction('Quantity.isGreaterThan(Quantity): bool', (a: CelQuantity, b: CelQuantity) => a.nano > b.nano);
  env.registerFunction('Quantity.isLessThan(Quantity): bool', (a: CelQuantity, b: CelQuantity) => a.nano < b.nano);
  env.registerFunction('Quantity.compareTo(Quantity): int', (a: CelQuantity, b: CelQuantity) =>
    a.nano < b.nano ? -1n : a.nano > b.nano ? 1n : 0n,
  );
  env.registerFunction(
    'Quantity.add(Quantity): Quantity',
    (a: CelQuantity, b: CelQuantity) => new CelQuantity(a.nano + b.nano),
  );
  env.registerFunction(
    'Quantity.sub(Quantity): Quantity',
    (a: CelQuantity, b: CelQuantity) => new CelQuantity(a.nano - b.nano),
  );
  for (const [name, sign] of [
    ['add', 1n],
    ['sub', -1n],
  ] as const)
    env.registerFunction(
      `Quantity.${name}(int): Quantity`,
      (a: CelQuantity, b: bigint) => new CelQuantity(a.nano + sign * b * NANO),
    );
  const sign = (a: CelQuantity): bigint => (a.nano < 0n ? -1n : a.nano > 0n ? 1n : 0n);
  // Kubernetes has it as a function, its documentation as a method.
  env.registerFunction('sign(Quantity): int', sign);
  env.registerFunction('Quantity.sign(): int', sign);
  env.registerFunction('Quantity.isInteger(): bool', (a: CelQuantity) => a.nano % NANO === 0n);
  env.registerFunction('Quantity.asInteger(): int', (a: CelQuantity) => {
    if (a.nano % NANO !== 0n) throw new RangeError('the quantity is not a whole number');
    return a.nano / NANO;
  });
  env.registerFunction('Quantity.asApproximateFloat(): double', (a: CelQuantity) => Number(a.nano) / 1e9);
  env.registerOperator('Quantity == Quantity', (a: CelQuantity, b: CelQuantity) => a.nano === b.nano);
}
