/** Durations in the shortest form that still tells enough: `42s`, `4m`, `7h`, `41d`. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A short duration, and after how many milliseconds it will read differently. */
export function age(ms: number): { text: string; changesIn: number } {
  const span = Math.max(0, ms);
  const [unit, suffix] =
    span < MINUTE
      ? ([SECOND, 's'] as const)
      : span < HOUR
        ? ([MINUTE, 'm'] as const)
        : span < 2 * DAY
          ? ([HOUR, 'h'] as const)
          : ([DAY, 'd'] as const);
  return { text: `${Math.floor(span / unit)}${suffix}`, changesIn: unit - (span % unit) };
}

/** Of something that is being watched run: `00:41`, `1:02:03`. */
export function clock(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / SECOND);
  const two = (n: number) => String(n).padStart(2, '0');
  const h = Math.floor(seconds / 3600);
  return h > 0
    ? `${h}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
    : `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}

/** Of something that has ended: `0.3s`, `41s`, `4m10s`, `2h05m`. */
export function took(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 10 * SECOND) return `${(span / SECOND).toFixed(1)}s`;
  if (span < MINUTE) return `${Math.floor(span / SECOND)}s`;
  const two = (n: number) => String(n).padStart(2, '0');
  if (span < HOUR) return `${Math.floor(span / MINUTE)}m${two(Math.floor(span / SECOND) % 60)}s`;
  return `${Math.floor(span / HOUR)}h${two(Math.floor(span / MINUTE) % 60)}m`;
}

/** Wall clock of the user's own zone, `03:20:01`. */
export function timeOfDay(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
