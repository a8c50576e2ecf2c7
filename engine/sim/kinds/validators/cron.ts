/** Cron schedules: what is wrong with one, in the words of the real server's parser, and when it is due. */

interface Part {
  low: number;
  high: number;
  names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const PARTS: Part[] = [
  { low: 0, high: 59 },
  { low: 0, high: 23 },
  { low: 1, high: 31 },
  { low: 1, high: 12, names: MONTHS },
  { low: 0, high: 6, names: DAYS },
];
const DESCRIPTORS: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

class Wrong extends Error {}

function number(text: string, part: Part): number {
  const named = part.names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + part.low;
  if (!/^[+-]?\d+$/.test(text))
    throw new Wrong(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = Number(text);
  if (value < 0) throw new Wrong(`negative number (${value}) not allowed: ${text}`);
  return value;
}

function range(text: string, part: Part): number[] {
  const [span = '', stepText, ...more] = text.split('/');
  const [first = '', last, ...rest] = span.split('-');
  let start = part.low;
  let end = part.high;
  if (first !== '*' && first !== '?') {
    start = number(first, part);
    if (rest.length > 0) throw new Wrong(`too many hyphens: ${text}`);
    end = last === undefined ? start : number(last, part);
  }
  let step = 1;
  if (stepText !== undefined) {
    if (more.length > 0) throw new Wrong(`too many slashes: ${text}`);
    step = number(stepText, part);
    if (last === undefined && first !== '*' && first !== '?') end = part.high;
  }
  if (start < part.low) throw new Wrong(`beginning of range (${start}) below minimum (${part.low}): ${text}`);
  if (end > part.high) throw new Wrong(`end of range (${end}) above maximum (${part.high}): ${text}`);
  if (start > end) throw new Wrong(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  if (step === 0) throw new Wrong(`step of range should be a positive number: ${text}`);
  const values: number[] = [];
  for (let value = start; value <= end; value += step) values.push(value);
  return values;
}

/** Empty where nothing is wrong. */
export function cronProblem(schedule: string): string {
  const zone = /^(?:CRON_)?TZ=(\S*)\s*/.exec(schedule);
  const text = zone ? schedule.slice(zone[0].length) : schedule;
  if (text.startsWith('@')) {
    if (Object.hasOwn(DESCRIPTORS, text) || /^@every (\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return '';
    if (text.startsWith('@every '))
      return `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(text.slice(7))}`;
    return `unrecognized descriptor: ${text}`;
  }
  const fields = text.split(/\s+/).filter(Boolean);
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  try {
    for (const [index, field] of fields.entries())
      for (const one of field.split(',').filter(Boolean)) range(one, PARTS[index]!);
    return '';
  } catch (error) {
    if (error instanceof Wrong) return error.message;
    throw error;
  }
}

const MINUTE = 60_000;
const DAY = 86_400_000;
/** A schedule that isn't due within so long (the 30th of February) never is. */
const HORIZON = 5 * 366 * DAY;
const UNITS: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: MINUTE, h: 60 * MINUTE };

function zoneOffset(at: number, zone: string): number {
  if (zone === '' || /^(Etc\/)?UTC$/.test(zone)) return 0;
  const parts = new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(at);
  return Date.parse(`${parts.replace(' ', 'T')}Z`) - Math.floor(at / 1000) * 1000;
}

/** The next time after one, both in milliseconds, that a schedule without problems is due; undefined where it never is. */
export function nextDue(schedule: string, after: number, zone = ''): number | undefined {
  if (schedule.startsWith('@every ')) {
    let every = 0;
    for (const [, amount, unit] of schedule.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g))
      every += Number(amount) * UNITS[unit!]!;
    return Math.floor(after / 1000) * 1000 + Math.max(1000, Math.floor(every / 1000) * 1000);
  }
  const fields = (DESCRIPTORS[schedule] ?? schedule).split(/\s+/).filter(Boolean);
  const [minutes, hours, days, months, weekdays] = fields.map(
    (field, index) =>
      new Set(
        field
          .split(',')
          .filter(Boolean)
          .flatMap((one) => range(one, PARTS[index]!)),
      ),
  ) as [Set<number>, Set<number>, Set<number>, Set<number>, Set<number>];
  const free = [fields[2], fields[4]].some((field) => /^[*?]/.test(field!));
  let at = (Math.floor(after / MINUTE) + 1) * MINUTE;
  while (at < after + HORIZON) {
    const local = new Date(at + zoneOffset(at, zone));
    const [day, weekday] = [days.has(local.getUTCDate()), weekdays.has(local.getUTCDay())];
    if (!months.has(local.getUTCMonth() + 1) || !(free ? day && weekday : day || weekday))
      at += DAY - (local.getTime() % DAY);
    else if (!hours.has(local.getUTCHours())) at += (60 - local.getUTCMinutes()) * MINUTE;
    else if (!minutes.has(local.getUTCMinutes())) at += MINUTE;
    else return at;
  }
  return undefined;
}
