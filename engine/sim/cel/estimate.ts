/** Ranges of sizes and costs, which stop at the largest number that a server counts to. */

export interface Range {
  readonly min: bigint;
  readonly max: bigint;
}

export const LARGEST = 2n ** 64n - 1n;
export const UNKNOWN: Range = { min: 0n, max: LARGEST };
export const NOTHING: Range = { min: 0n, max: 0n };

const held = (value: bigint): bigint => (value > LARGEST ? LARGEST : value);

export const fixed = (value: number | bigint): Range => ({ min: BigInt(value), max: BigInt(value) });
export const plus = (...ranges: Range[]): Range => ({
  min: held(ranges.reduce((all, one) => all + one.min, 0n)),
  max: held(ranges.reduce((all, one) => all + one.max, 0n)),
});
export const times = (a: Range, b: Range): Range => ({ min: held(a.min * b.min), max: held(a.max * b.max) });

function scaledNumber(value: bigint, factor: number): bigint {
  const exact = Math.ceil(Number(value) * factor);
  return exact >= 2 ** 64 ? LARGEST : BigInt(exact);
}
/** Multiplied by a factor, and rounded up. */
export const scaled = (range: Range, factor: number): Range => ({
  min: scaledNumber(range.min, factor),
  max: scaledNumber(range.max, factor),
});
export const union = (a: Range, b: Range): Range => ({
  min: a.min < b.min ? a.min : b.min,
  max: a.max > b.max ? a.max : b.max,
});

/** The product of two numbers, or the largest. */
export const product = (a: bigint, b: bigint): bigint => held(a * b);
export const sum = (a: bigint, b: bigint): bigint => held(a + b);
