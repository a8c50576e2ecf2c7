/** A terminal's screen as an SVG, colours and all: for the README and for reviewers. Deterministic, so that it can be compared. */
import type { Terminal } from '@xterm/headless';

const CELL = { width: 8.4, height: 17 };
const PAD = 14;
/** The 16 colours, dark and light ground. */
const PALETTES = {
  dark: {
    ground: '#16181d',
    ink: '#d6d9de',
    colours: [
      '#2e3440',
      '#e06c75',
      '#98c379',
      '#e5c07b',
      '#61afef',
      '#c678dd',
      '#56b6c2',
      '#d6d9de',
      '#5c6370',
      '#ff7b85',
      '#b5e890',
      '#ffd98e',
      '#82c4ff',
      '#dd9bf0',
      '#7fd5e0',
      '#ffffff',
    ],
  },
  light: {
    ground: '#fbfbf8',
    ink: '#24272d',
    colours: [
      '#24272d',
      '#b3261e',
      '#2e7d32',
      '#8a6100',
      '#1f5fbf',
      '#8e24aa',
      '#00707c',
      '#5f6368',
      '#5f6368',
      '#c62828',
      '#388e3c',
      '#a87400',
      '#2a75e0',
      '#a13bbd',
      '#00838f',
      '#24272d',
    ],
  },
};

interface Run {
  x: number;
  /** Columns, which are more than characters where some are wide. */
  cells: number;
  text: string;
  fill: string;
  ground: string | null;
  bold: boolean;
  dim: boolean;
  underline: boolean;
}

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** Neighbouring cells of one look, as one piece of text. */
function runsOf(term: Terminal, y: number, palette: (typeof PALETTES)['dark']): Run[] {
  const row = term.buffer.active.getLine(term.buffer.active.viewportY + y);
  const runs: Run[] = [];
  if (!row) return runs;
  for (let x = 0; x < term.cols; x++) {
    const cell = row.getCell(x);
    if (!cell || cell.getWidth() === 0) continue;
    const colour = cell.isFgDefault() ? palette.ink : (palette.colours[cell.getFgColor()] ?? palette.ink);
    const inverse = cell.isInverse() !== 0;
    const look = {
      fill: inverse ? palette.ground : colour,
      ground: inverse ? colour : null,
      bold: cell.isBold() !== 0,
      dim: cell.isDim() !== 0,
      underline: cell.isUnderline() !== 0,
    };
    const text = cell.getChars() || ' ';
    const last = runs.at(-1);
    if (last && (Object.keys(look) as (keyof typeof look)[]).every((k) => last[k] === look[k])) {
      last.text += text;
      last.cells += cell.getWidth();
    } else runs.push({ x, text, cells: cell.getWidth(), ...look });
  }
  return runs;
}

const px = (n: number) => String(Math.round(n * 10) / 10);

export function toSvg(term: Terminal, theme: keyof typeof PALETTES = 'dark'): string {
  const palette = PALETTES[theme];
  const width = term.cols * CELL.width + 2 * PAD;
  const height = term.rows * CELL.height + 2 * PAD;
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${px(width)}" height="${px(height)}" viewBox="0 0 ${px(width)} ${px(height)}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">`,
    `<rect width="100%" height="100%" rx="8" fill="${palette.ground}"/>`,
  ];
  for (let y = 0; y < term.rows; y++) {
    const top = PAD + y * CELL.height;
    for (const run of runsOf(term, y, palette)) {
      const left = PAD + run.x * CELL.width;
      const length = run.cells * CELL.width;
      if (run.ground)
        out.push(
          `<rect x="${px(left)}" y="${px(top)}" width="${px(length)}" height="${CELL.height}" fill="${run.ground}"/>`,
        );
      if (run.text.trim() === '') continue;
      const look = [
        `fill="${run.fill}"`,
        run.bold ? 'font-weight="bold"' : '',
        run.dim ? 'opacity="0.6"' : '',
        run.underline ? 'text-decoration="underline"' : '',
      ].filter((a) => a !== '');
      // The width is given, so that any monospace font lines up.
      out.push(
        `<text x="${px(left)}" y="${px(top + 13)}" textLength="${px(length)}" xml:space="preserve" ${look.join(' ')}>${escaped(run.text)}</text>`,
      );
    }
  }
  out.push('</svg>');
  return out.join('\n');
}
