/** Prints what was measured as lines of a table. */

export interface Row {
  what: string;
  /** The goal as words, e.g. "<= 0.2 s". */
  goal: string;
  ours: string;
  /** Figure and name of the peer; empty when none was measured. */
  peer: string;
  /** Above 1 we need less, or do more. */
  ratio?: number | undefined;
  /** A count or a size over its goal fails the run; a time never does. */
  fails?: boolean;
}

const WIDTHS = [52, 14, 16, 26, 8] as const;
let headed = false;

function line(cells: string[]): string {
  return `${cells.map((cell, i) => cell.padEnd(WIDTHS[i]!)).join(' ')}`.trimEnd();
}

export function print(rows: Row[]): void {
  if (!headed) process.stdout.write(`${line(['what', 'to reach', 'opsdeck', 'peer', 'ratio'])}\n`);
  headed = true;
  for (const { what, goal, ours, peer, ratio, fails } of rows) {
    const times = ratio === undefined || !Number.isFinite(ratio) ? '' : `${ratio.toFixed(ratio < 10 ? 1 : 0)}x`;
    process.stdout.write(`${line([what, goal, fails ? `${ours} OVER` : ours, peer, times])}\n`);
  }
}

/** One measured quantity beside a peer's: `limit` and both figures in the same unit. Of `more` is better where it says so. */
export function row(
  what: string,
  unit: string,
  limit: number | undefined,
  ours: number | undefined,
  peer?: { name: string; value: number | undefined },
  { digits = 2, counts = false, more = false }: { digits?: number; counts?: boolean; more?: boolean } = {},
): Row {
  const say = (value: number | undefined) => (value === undefined ? 'none' : `${value.toFixed(digits)} ${unit}`);
  return {
    what,
    goal: limit === undefined ? '' : `${more ? '>=' : '<='} ${limit} ${unit}`,
    ours: say(ours),
    peer: peer ? `${say(peer.value)} ${peer.name}` : '',
    ratio: ours && peer?.value ? (more ? ours / peer.value : peer.value / ours) : undefined,
    fails: counts && limit !== undefined && (ours === undefined || ours > limit),
  };
}

/** The value below which the part q (0…1) of the values lies. */
export function quantile(values: number[], q: number): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))];
}
