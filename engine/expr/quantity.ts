/** Kubernetes quantities (100m, 1.5Gi, 3e2), exactly: a BigInt of nano units, so that sums and comparisons never round. */
import { fail, ok, type Result } from './result.ts';

export interface Quantity {
  /** Value × 10⁹. */
  nano: bigint;
  /** As written. */
  text: string;
}

const NANO = 1_000_000_000n;
const DECIMAL: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Record<string, number> = { Ki: 1, Mi: 2, Gi: 3, Ti: 4, Pi: 5, Ei: 6 };
const SHAPE = /^([+-]?)(\d{0,40})(?:\.(\d{0,40}))?(?:([eE])([+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i)?)$/;

/** Rounds up what is smaller than a nano, as the API server does. */
function scale(digits: bigint, numerator: bigint, denominator: bigint): bigint {
  const product = digits * numerator;
  return product % denominator === 0n ? product / denominator : product / denominator + 1n;
}

export function parseQuantity(text: string): Result<Quantity> {
  const match = SHAPE.exec(text);
  const [, sign = '', whole = '', fraction = '', , exponent, suffix = ''] = match ?? [];
  if (!match || whole + fraction === '') return fail(`"${text}" is not a quantity such as 500m, 2, 1.5Gi or 10G`);
  const digits = BigInt(whole + fraction);
  const places = 10n ** BigInt(fraction.length);
  let nano: bigint;
  if (suffix in BINARY) nano = scale(digits * NANO, 1024n ** BigInt(BINARY[suffix]!), places);
  else {
    const power = exponent === undefined ? DECIMAL[suffix]! : Number(exponent);
    nano =
      power >= 0
        ? scale(digits * NANO, 10n ** BigInt(power), places)
        : scale(digits * NANO, 1n, places * 10n ** BigInt(-power));
  }
  return ok({ nano: sign === '-' ? -nano : nano, text });
}

/** Negative, zero or positive, as for sort. Throws on a text that is no quantity. */
export function compareQuantities(a: string, b: string): number {
  const [x, y] = [parseQuantity(a), parseQuantity(b)];
  if (!x.ok) throw new RangeError(x.error);
  if (!y.ok) throw new RangeError(y.error);
  return x.value.nano < y.value.nano ? -1 : x.value.nano > y.value.nano ? 1 : 0;
}
