/** Durations as Go and Kubernetes write them: 1h30m, 90s, 1.5s, 250ms; also d for days. In milliseconds. */
import { fail, ok, type Result } from './result.ts';

const UNITS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const TERM = /(\d+(?:\.\d+)?|\.\d+)(ns|us|µs|ms|s|m|h|d)/y;
/** Beyond this a timer can't be set and a deadline means nothing. */
const LONGEST = 366 * 86_400_000;

export function parseDuration(text: string): Result<number> {
  const wrong = () => fail(`"${text}" is not a duration such as 30s, 5m, 1h30m or 250ms`);
  if (text === '0') return ok(0);
  if (text === '' || text.length > 64) return wrong();
  let sum = 0;
  for (TERM.lastIndex = 0; TERM.lastIndex < text.length; ) {
    const match = TERM.exec(text);
    if (!match) return wrong();
    sum += Number(match[1]) * UNITS[match[2]!]!;
  }
  return sum > LONGEST ? fail(`"${text}" is longer than a year`) : ok(sum);
}

/** The shortest usual form of a duration in milliseconds: 90000 → 1m30s, 250 → 250ms. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return milliseconds === 0 ? '0s' : `${Math.round(milliseconds)}ms`;
  const seconds = Math.round(milliseconds / 1000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  return parts
    .filter(([n]) => n > 0)
    .map(([n, unit]) => `${n}${unit}`)
    .join('');
}
