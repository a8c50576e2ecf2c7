/** How long ago, in at most four characters or so, as kubectl's AGE column says it. */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** Up to `below`: so many of `unit`, and of `rest` what is left where that is more than nothing. */
const STEPS: { below: number; unit: number; word: string; rest?: { unit: number; word: string } }[] = [
  { below: 2 * MINUTE, unit: SECOND, word: 's' },
  { below: 10 * MINUTE, unit: MINUTE, word: 'm', rest: { unit: SECOND, word: 's' } },
  { below: 3 * HOUR, unit: MINUTE, word: 'm' },
  { below: 8 * HOUR, unit: HOUR, word: 'h', rest: { unit: MINUTE, word: 'm' } },
  { below: 2 * DAY, unit: HOUR, word: 'h' },
  { below: 8 * DAY, unit: DAY, word: 'd', rest: { unit: HOUR, word: 'h' } },
  { below: 2 * YEAR, unit: DAY, word: 'd' },
  { below: 8 * YEAR, unit: YEAR, word: 'y', rest: { unit: DAY, word: 'd' } },
  { below: Number.POSITIVE_INFINITY, unit: YEAR, word: 'y' },
];

/** Epoch milliseconds; 0 is not known. A time to come is 0 s ago: clocks differ. */
export function age(at: number, now: number): string {
  if (at === 0) return '<unknown>';
  const span = Math.max(0, now - at);
  const step = STEPS.find(({ below }) => span < below) as (typeof STEPS)[number];
  const rest = step.rest === undefined ? 0 : Math.floor((span % step.unit) / step.rest.unit);
  return `${Math.floor(span / step.unit)}${step.word}${rest > 0 ? `${rest}${step.rest?.word}` : ''}`;
}
