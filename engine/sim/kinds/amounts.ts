/** Sums of quantities by the names of what they are of. */
import { parseQuantity } from '../../expr/index.ts';
import { at } from '../json.ts';
import { canonicalQuantity } from '../schema/quantity.ts';
import { type Dict, isDict } from '../types.ts';

/** Billionths, and whether it was written in powers of 1024. */
export interface Amount {
  nano: bigint;
  binary: boolean;
}
export type Amounts = Map<string, Amount>;

const ONE = 1_000_000_000n;

export const dict = (value: unknown): Dict => (isDict(value) ? value : {});
export const dicts = (value: unknown): Dict[] => (Array.isArray(value) ? value.filter(isDict) : []);
export const number = (n: number): Amount => ({ nano: ONE * BigInt(n), binary: false });

export function amountOf(text: unknown): Amount {
  const parsed = parseQuantity(String(text));
  return { nano: parsed.ok ? parsed.value.nano : 0n, binary: /[KMGTPE]i$/.test(String(text)) };
}

export function add(amounts: Amounts, name: string, { nano, binary }: Amount): void {
  const known = amounts.get(name);
  amounts.set(name, { nano: (known?.nano ?? 0n) + nano, binary: binary || known?.binary === true });
}

export function shown({ nano, binary }: Amount): string {
  const whole = nano / ONE;
  const text = nano % ONE !== 0n ? `${nano}n` : binary && whole % 1024n === 0n ? `${whole / 1024n}Ki` : `${whole}`;
  return canonicalQuantity(text) ?? '0';
}

/** What a pod asks for: all its containers together, or the most that those before them need at one time; or what it says itself. */
export function podAmounts(spec: Dict, part: 'requests' | 'limits'): Amounts {
  const sum: Amounts = new Map();
  const sidecars: Amounts = new Map();
  const before: Amounts = new Map();
  const of = (holder: Dict) => Object.entries(dict(at(holder, 'resources', part)));
  const keepMost = (amounts: Amounts, name: string, amount: Amount) => {
    if (amount.nano > (amounts.get(name)?.nano ?? -1n)) amounts.set(name, amount);
  };
  for (const container of dicts(spec.containers))
    for (const [name, value] of of(container)) add(sum, name, amountOf(value));
  for (const container of dicts(spec.initContainers))
    for (const [name, value] of of(container)) {
      const amount = amountOf(value);
      if (container.restartPolicy === 'Always') {
        add(sum, name, amount);
        add(sidecars, name, amount);
        keepMost(before, name, sidecars.get(name)!);
      } else keepMost(before, name, { nano: amount.nano + (sidecars.get(name)?.nano ?? 0n), binary: amount.binary });
    }
  for (const [name, amount] of before) keepMost(sum, name, amount);
  for (const [name, value] of of(spec)) sum.set(name, amountOf(value));
  return sum;
}
