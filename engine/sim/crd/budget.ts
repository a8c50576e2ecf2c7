/** What the rules of one schema may cost together and each, estimated for the largest object that a request can carry. */
import { product, sum } from '../cel/estimate.ts';
import { denied, type FieldError } from '../validation/fielderror.ts';

const EACH = 10_000_000n;
const TOTAL = 100_000_000n;

function exceeds(what: string, cost: bigint, limit: bigint): string {
  const factor = Number(cost) / Number(limit);
  const shown = factor > 100 ? 'more than 100x' : `${factor.toFixed(factor < 1.5 ? 6 : 1)}x`;
  return `${what} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}

export class Budget {
  private total = 0n;
  private dearest: { field: string; cost: bigint }[] = [];
  /** Rules that were there before aren't refused for what they cost. */
  private readonly lenient: boolean;
  constructor(lenient: boolean) {
    this.lenient = lenient;
  }

  /** Counts an expression that may run so many times. */
  spend(field: string, what: string, cost: bigint, count: bigint): FieldError[] {
    const all = product(cost, count);
    this.total = sum(this.total, all);
    if (all >= TOTAL / 100n)
      this.dearest = [...this.dearest, { field, cost: all }]
        .sort((a, b) => (a.cost > b.cost ? -1 : a.cost < b.cost ? 1 : 0))
        .slice(0, 4);
    return all > EACH && !this.lenient ? [denied(field, exceeds(what, all, EACH))] : [];
  }

  /** The dearest rules of a schema whose rules cost too much together. */
  overall(field: string): FieldError[] {
    if (this.total <= TOTAL) return [];
    const text = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
    return [
      ...this.dearest.map((one) => denied(one.field, text)),
      denied(
        field,
        exceeds('x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema', this.total, TOTAL),
      ),
    ];
  }
}
