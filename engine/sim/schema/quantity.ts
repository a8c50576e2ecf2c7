import { parseQuantity } from '../../expr/index.ts';
import { remembering } from '../remember.ts';

const NANO = 1_000_000_000n;
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** Splits off factors: 3_000_000 by 1000 → [3, 2]. */
function reduce(value: bigint, base: bigint, most: number): [bigint, number] {
  let left = value;
  let power = 0;
  while (power < most && left % base === 0n) {
    left /= base;
    power++;
  }
  return [left, power];
}

/** A quantity as the API server writes it: 1000m → 1, 0.5 → 500m, 2048Mi → 2Gi. Undefined for what is none. */
export const canonicalQuantity = remembering((text): string | undefined => {
  const parsed = parseQuantity(text);
  if (!parsed.ok) return undefined;
  const { nano } = parsed.value;
  if (nano === 0n) return '0';
  const whole = nano / NANO;
  if (/[KMGTPE]i$/.test(text) && nano % NANO === 0n && (whole >= 1024n || whole <= -1024n)) {
    const [mantissa, power] = reduce(whole, 1024n, 6);
    return `${mantissa}${BINARY[power]}`;
  }
  const [mantissa, power] = reduce(nano, 1000n, 9);
  if (/[eE][+-]?\d+$/.test(text)) return power === 3 ? `${mantissa}` : `${mantissa}e${(power - 3) * 3}`;
  return `${mantissa}${DECIMAL[power]}`;
});

/** A quantity as a number, for comparisons; NaN for what is none. */
export const quantityValue = remembering((text): number => {
  const parsed = parseQuantity(text);
  return parsed.ok ? Number(parsed.value.nano) / 1e9 : Number.NaN;
});
