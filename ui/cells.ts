/** A row of a frame as its cells, and the bytes that make the row on the screen another one: only what changed is written. */

interface Style {
  /** '' as the terminal has it by itself. */
  fg: string;
  bg: string;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  inverse: boolean;
  strike: boolean;
}

const PLAIN: Style = {
  fg: '',
  bg: '',
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
  strike: false,
};

/** Each style once, so that equal ones are the same. */
const styles = new Map<string, Style>([[Object.values(PLAIN).join(), PLAIN]]);
function one(style: Style): Style {
  const key = Object.values(style).join();
  const known = styles.get(key);
  if (!known) styles.set(key, style);
  return known ?? style;
}

interface Cells {
  chars: string[];
  styles: Style[];
}

const ON: Record<string, Partial<Style>> = {
  0: PLAIN,
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
  39: { fg: '' },
  49: { bg: '' },
};

/** Undefined where it says what is not known here. */
function styled(before: Style, sgr: string): Style | undefined {
  const next = { ...before };
  const codes = sgr === '' ? ['0'] : sgr.split(';');
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    const n = Number(code);
    const on = ON[code];
    if (on) Object.assign(next, on);
    else if (code === '38' || code === '48') {
      const length = codes[i + 1] === '5' ? 3 : codes[i + 1] === '2' ? 5 : 0;
      if (length === 0 || i + length > codes.length) return undefined;
      next[code === '38' ? 'fg' : 'bg'] = codes.slice(i, i + length).join(';');
      i += length - 1;
    } else if ((n >= 30 && n <= 37) || (n >= 90 && n <= 97)) next.fg = code;
    else if ((n >= 40 && n <= 47) || (n >= 100 && n <= 107)) next.bg = code;
    else return undefined;
  }
  return one(next);
}

/** Of every terminal one cell wide: whatever else there is may be another width there than it is here. */
const isNarrow = (code: number): boolean =>
  (code >= 0x20 && code < 0x7f) ||
  (code >= 0xa1 && code < 0x250 && code !== 0xad) ||
  (code >= 0x2010 && code <= 0x2027) ||
  (code >= 0x2190 && code <= 0x2193) ||
  (code >= 0x2500 && code <= 0x259f) ||
  (code >= 0x25b2 && code <= 0x25c6);

const SGR = /\u001b\[([\d;]*)m/y;

function cellsOf(row: string): Cells | undefined {
  const cells: Cells = { chars: [], styles: [] };
  let style = PLAIN;
  for (let at = 0; at < row.length; ) {
    const code = row.charCodeAt(at);
    if (code === 0x1b) {
      SGR.lastIndex = at;
      const found = SGR.exec(row);
      const next = found ? styled(style, found[1]!) : undefined;
      if (!found || !next) return undefined;
      style = next;
      at += found[0].length;
    } else {
      if (!isNarrow(code)) return undefined;
      cells.chars.push(row[at]!);
      cells.styles.push(style);
      at++;
    }
  }
  while (cells.chars.at(-1) === ' ' && cells.styles.at(-1) === PLAIN) {
    cells.chars.pop();
    cells.styles.pop();
  }
  return cells;
}

const codesOf = ({ fg, bg, bold, dim, italic, underline, inverse, strike }: Style): string[] => [
  ...(bold ? ['1'] : []),
  ...(dim ? ['2'] : []),
  ...(italic ? ['3'] : []),
  ...(underline ? ['4'] : []),
  ...(inverse ? ['7'] : []),
  ...(strike ? ['9'] : []),
  ...(fg === '' ? [] : [fg]),
  ...(bg === '' ? [] : [bg]),
];

function turn(from: Style, to: Style): string {
  if (from === to) return '';
  if (to === PLAIN) return '\u001b[m';
  const fresh = ['0', ...codesOf(to)].join(';');
  const grows = codesOf(from).every((code) => codesOf(to).includes(code));
  const added = codesOf(to).filter((code) => !codesOf(from).includes(code));
  return `\u001b[${grows ? added.join(';') : fresh}m`;
}

/** So many unchanged cells cost less to write again than to jump over. */
const NEAR = 4;

/**
 * What turns the row `before` into `after`, from any column of it and in the terminal's own style, which it also ends in;
 * undefined where a cell's width or style is not known for sure.
 */
export function rowUpdate(before: string, after: string, columns: number): string | undefined {
  const old = cellsOf(before);
  const next = cellsOf(after);
  if (!old || !next || old.chars.length > columns || next.chars.length > columns) return undefined;
  const width = next.chars.length;
  const differs = (x: number) => old.chars[x] !== next.chars[x] || old.styles[x] !== next.styles[x];
  let out = '';
  let style = PLAIN;
  let at = -1;
  for (let x = 0; x < width; x++) {
    if (!differs(x)) continue;
    let from = x;
    if (at >= 0 && x - at <= NEAR) from = at;
    else out += x === 0 ? '\r' : `\u001b[${x + 1}G`;
    for (let i = from; i <= x; i++) {
      out += turn(style, next.styles[i]!) + next.chars[i]!;
      style = next.styles[i]!;
    }
    at = x + 1;
  }
  if (old.chars.length > width) {
    if (at !== width) out += width === 0 ? '\r' : `\u001b[${width + 1}G`;
    out += `${turn(style, PLAIN)}\u001b[K`;
    style = PLAIN;
  }
  return out + turn(style, PLAIN);
}
