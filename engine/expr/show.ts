/** Characters that a terminal acts on, or that reorder or hide others: JSON leaves most of them as they are. */
const TRICKY = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const LONGEST = 60;

/** JSON text whose every character can be drawn. */
export const drawn = (json: string): string =>
  json.replace(TRICKY, (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, '0')}`);

/** Any value as one short line of JSON, with nothing in it that a terminal would act on: for messages. */
export function show(value: unknown): string {
  const line = drawn(JSON.stringify(value) ?? String(value));
  if (line.length <= LONGEST) return line;
  const cut = line.slice(0, LONGEST - 1).replace(/\\u?[0-9a-f]{0,4}$|[\ud800-\udbff]$/, '');
  return typeof value === 'string' ? `${cut}…"` : `${cut}…`;
}
