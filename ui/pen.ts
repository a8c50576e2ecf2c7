/** What every painter draws with: the theme, the glyphs of the terminal's character set, and ages that know when they change. */
import { age } from './rows/age.ts';
import { type Cut, cut, fill, safe, width, wrap, wrapWords } from './rows/fit.ts';
import type { StyleToken, Theme } from './theme.ts';

export interface Glyphs {
  rule: string;
  heavy: string;
  dot: string;
  ellipsis: string;
  dash: string;
  times: string;
}

const UNICODE: Glyphs = { rule: '─', heavy: '═', dot: '·', ellipsis: '…', dash: '–', times: '×' };
const ASCII: Glyphs = { rule: '-', heavy: '=', dot: '|', ellipsis: '~', dash: '-', times: 'x' };
/** How punctuation reads where the terminal has only ASCII; every other character becomes `?`. */
const TRANSLITERATION: Record<string, string> = {
  '…': '...',
  '·': '|',
  '–': '-',
  '—': '-',
  '×': 'x',
  '→': '->',
  '←': '<-',
  '≤': '<=',
  '≥': '>=',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '─': '-',
  '═': '=',
};

const MINUTE = 60_000;

export interface Pen {
  readonly glyphs: Glyphs;
  /** Epoch milliseconds of this picture. */
  readonly now: number;
  style(token: StyleToken, text: string): string;
  /** Untrusted text in characters this terminal can show. */
  safe(text: string): string;
  cut(text: string, columns: number, where?: Cut): string;
  fill(text: string, columns: number, align?: 'left' | 'right', where?: Cut): string;
  wrap(text: string, columns: number): string[];
  wrapWords(text: string, columns: number): string[];
  /** Age of a moment; '' for an unknown one. Notes when it will read differently. */
  age(at: number): string;
  /** Says that this picture reads differently in `ms` milliseconds. */
  changesIn(ms: number): void;
  /** Earliest moment at which this picture reads differently; Infinity: never by itself. */
  readonly next: number;
}

export function createPen(theme: Theme, ascii: boolean, now: number): Pen {
  const glyphs = ascii ? ASCII : UNICODE;
  const shown = ascii ? (text: string) => safe(text).replace(/[^\x20-\x7e]/gu, (c) => TRANSLITERATION[c] ?? '?') : safe;
  let next = Number.POSITIVE_INFINITY;
  const pen: Pen = {
    glyphs,
    now,
    style: theme.style,
    safe: shown,
    cut: (text, columns, where = 'end') => cut(shown(text), columns, where, glyphs.ellipsis),
    fill: (text, columns, align = 'left', where = 'end') => fill(shown(text), columns, align, where, glyphs.ellipsis),
    wrap: (text, columns) => wrap(shown(text), columns),
    wrapWords: (text, columns) => wrapWords(shown(text), columns),
    age(at) {
      if (!at) return '';
      const { text, changesIn } = age(now - at);
      // Seconds tick as they pass; coarser ages all change together on the minute, or every row would cost a frame of its own.
      const due = now + changesIn;
      next = Math.min(next, text.endsWith('s') ? due : Math.ceil(due / MINUTE) * MINUTE);
      return text;
    },
    changesIn(ms) {
      next = Math.min(next, now + ms);
    },
    get next() {
      return next;
    },
  };
  return pen;
}

/** One part of a line that is put together from styled parts. */
export interface Part {
  text: string;
  token?: StyleToken;
}

export type RuleKind = 'plain' | 'focused' | 'danger';

/** A pane's top rule: `── title ──────── right ──`. `right` gives way first, then the title is cut. */
export function rule(pen: Pen, columns: number, kind: RuleKind, title: string, right = ''): string {
  const glyph = kind === 'danger' ? pen.glyphs.heavy : pen.glyphs.rule;
  const token: StyleToken = kind === 'danger' ? 'ruleDanger' : kind === 'focused' ? 'ruleFocused' : 'rule';
  const name = pen.cut(title, columns - 6, 'middle');
  const room = columns - width(name) - 4;
  const aside = right === '' || room < 12 ? '' : pen.cut(right, room - 6, 'middle');
  const tail = aside === '' ? 0 : width(aside) + 2 + 2;
  const middle = Math.max(0, columns - 2 - (width(name) + 2) - tail);
  return (
    pen.style(token, glyph.repeat(2)) +
    pen.style(kind === 'plain' ? 'title' : kind === 'danger' ? 'ruleDanger' : 'titleFocused', ` ${name} `) +
    (aside === ''
      ? pen.style(token, glyph.repeat(middle))
      : `${pen.style(token, glyph.repeat(middle))} ${aside} ${pen.style(token, glyph.repeat(2))}`)
  );
}

/** The hint bar: as many hints as fit, the first ones first; the last one (the menu of all) always. */
export function hintBar(pen: Pen, hints: readonly { key: string; hint: string }[], columns: number): string {
  const size = (h: { key: string; hint: string }) => width(h.key) + 1 + width(h.hint) + 2;
  const last = hints.at(-1);
  const shown: { key: string; hint: string }[] = [];
  let left = columns - 1 - (last ? size(last) : 0);
  for (const hint of hints.slice(0, -1)) {
    if (size(hint) > left) continue;
    left -= size(hint);
    shown.push(hint);
  }
  if (last) shown.push(last);
  return ` ${shown.map((h) => `${pen.style('key', h.key)} ${h.hint}`).join('  ')}`;
}
