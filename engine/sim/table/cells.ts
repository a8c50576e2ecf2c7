import { at, text } from '../json.ts';
import { type Dict, isDict, type Labels, type SimObject } from '../types.ts';

/** A moment that a cell shows the age of; resolved when the table is made. `empty` is shown where there is none. */
export interface Age {
  since: number;
  /** Around the age: `3 (… ago)`. */
  before?: string;
  after?: string;
}

export type Cell = string | number | boolean | null | Age;
export type Cells = (object: SimObject) => Cell[];

export const UNKNOWN = '<unknown>';
export const NONE = '<none>';
export const UNSET = '<unset>';

export const dict = (value: unknown): Dict => (isDict(value) ? value : {});
export const list = (value: unknown): Dict[] => (Array.isArray(value) ? (value as Dict[]) : []);
export const count = (value: unknown): number => (typeof value === 'number' ? value : 0);
export const size = (value: unknown): number =>
  Array.isArray(value) ? value.length : isDict(value) ? Object.keys(value).length : 0;
export { at, text };

/** The age of an RFC 3339 time. */
export function age(time: unknown): Cell {
  const since = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(since) ? UNKNOWN : { since };
}

export const created = (object: SimObject): Cell => age(object.metadata.creationTimestamp);

export const containerCells = (containers: unknown): [names: string, images: string] => [
  list(containers)
    .map((one) => text(one.name))
    .join(','),
  list(containers)
    .map((one) => text(one.image))
    .join(','),
];

/** `a=b,c=d`, sorted; <none> where there are none. */
export function labelText(labels: unknown): string {
  const entries = Object.entries(dict(labels) as Labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, value]) => `${key}=${value}`).join(',') || NONE;
}

const OPERATORS: Record<string, string> = { In: 'in', NotIn: 'notin', Exists: '', DoesNotExist: '!' };

/** A label selector as kubectl would take it. */
export function selectorText(selector: unknown): string {
  if (!isDict(selector)) return NONE;
  const terms = Object.entries(dict(selector.matchLabels) as Labels).map(([key, value]) => ({
    key,
    text: `${key}=${value}`,
  }));
  for (const term of list(selector.matchExpressions)) {
    const key = text(term.key);
    const operator = OPERATORS[text(term.operator)] ?? '';
    const values = Array.isArray(term.values) ? [...(term.values as string[])].sort().join(',') : '';
    terms.push({ key, text: operator === '' ? key : operator === '!' ? `!${key}` : `${key} ${operator} (${values})` });
  }
  return (
    terms
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map((term) => term.text)
      .join(',') || NONE
  );
}

/** The first of a list, and how many more. */
export function withMore(items: readonly string[], most: number, all = items.length): string {
  const shown = items.slice(0, most).join(',');
  return all > most ? `${shown} + ${all - most} more...` : shown;
}

export const hasCondition = (object: SimObject, type: string): boolean =>
  list(at(object, 'status', 'conditions')).some((one) => one.type === type && one.status === 'True');
