/** Hash slots: which key is where, and how ranges of them are written. */

export const SLOTS = 16384;

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

/** A non-empty `{tag}` decides alone. */
export function keySlot(key: string): number {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open + 1);
  return crc16(Buffer.from(close > open + 1 ? key.slice(open + 1, close) : key)) % SLOTS;
}

/** Ascending slots as inclusive ranges. */
export function rangesOf(slots: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const slot of slots) {
    const last = ranges.at(-1);
    if (last && last[1] === slot - 1) last[1] = slot;
    else ranges.push([slot, slot]);
  }
  return ranges;
}

/** `0-5460 10923`, as `cluster nodes` has them. */
export const plainRanges = (slots: readonly number[]): string =>
  rangesOf(slots)
    .map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`))
    .join(' ');

/** `[0-5460],[10923]`, as redis-cli prints them. */
export const bracketRanges = (slots: readonly number[]): string =>
  rangesOf(slots)
    .map(([from, to]) => (from === to ? `[${from}]` : `[${from}-${to}]`))
    .join(',');
