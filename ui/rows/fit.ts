/** Text → exactly so many terminal columns, before Ink sees it. Printable ASCII takes the fast path. */
import stringWidth from 'string-width';
import { isSteady } from './steady.ts';

const ASCII = /^[\x20-\x7e]*$/;
const MARK = '\ufffd';
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Controls, bidi controls and invisible characters could move the cursor or reorder a line; each becomes one visible mark. */
const UNSAFE =
  /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
/** Emoji whose width terminals disagree on: variation selector 16, joiner families, flags, keycaps, skin tones. */
const UNSTEADY = /[\ufe00-\ufe0f]|\u200d|\u20e3|\p{Regional_Indicator}|\p{Emoji_Modifier}/u;

export type Cut = 'middle' | 'end';

/** Characters without surprises; ASCII text is returned as it is. A cluster that terminals may draw wider than two columns is one mark. */
export function safe(text: string): string {
  if (isSteady(text)) return text;
  let out = '';
  for (const { segment } of segmenter.segment(text.replace(/[\t\r\n]+/g, ' ').replace(UNSAFE, MARK)))
    out += UNSTEADY.test(segment) || stringWidth(segment) > 2 || swallows(segment) ? MARK : segment;
  return out;
}

/** Some marks are one cluster with whatever follows them, a column's padding too, which is narrower then than it was counted. */
const swallows = (segment: string): boolean =>
  segmenter.segment(`${segment} `).containing(segment.length)?.index !== segment.length;

/** Terminal columns of a text that is `safe`. */
export function width(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

function take(graphemes: string[], columns: number, fromEnd: boolean): string {
  let used = 0;
  const taken: string[] = [];
  for (let i = 0; i < graphemes.length; i++) {
    const grapheme = graphemes[fromEnd ? graphemes.length - 1 - i : i] ?? '';
    const w = width(grapheme);
    if (used + w > columns) break;
    used += w;
    taken.push(grapheme);
  }
  return (fromEnd ? taken.reverse() : taken).join('');
}

/** At most `columns` wide. `ellipsis` (one column) stands for what was left out; in names it stands in the middle. */
export function cut(text: string, columns: number, where: Cut = 'end', ellipsis = '…'): string {
  if (columns <= 0) return '';
  const ascii = ASCII.test(text);
  const shown = ascii ? text : safe(text);
  if ((ascii ? shown.length : width(shown)) <= columns) return shown;
  if (columns === 1) return ellipsis;
  const tail = where === 'middle' ? Math.floor((columns - 1) / 2) : 0;
  const head = columns - 1 - tail;
  if (ascii) return shown.slice(0, head) + ellipsis + (tail ? shown.slice(-tail) : '');
  const graphemes = Array.from(segmenter.segment(shown), (s) => s.segment);
  return take(graphemes, head, false) + ellipsis + (tail ? take(graphemes, tail, true) : '');
}

/** Exactly `columns` wide: cut or padded. */
export function fill(
  text: string,
  columns: number,
  align: 'left' | 'right' = 'left',
  where: Cut = 'end',
  ellipsis = '…',
): string {
  const shown = cut(text, columns, where, ellipsis);
  const pad = ' '.repeat(Math.max(0, columns - width(shown)));
  return align === 'left' ? shown + pad : pad + shown;
}

/** Hard wrap into pieces of at most `columns`; an empty text is one empty piece. */
export function wrap(text: string, columns: number): string[] {
  const shown = safe(text);
  if (columns <= 0) return [''];
  if (ASCII.test(shown)) {
    if (shown.length <= columns) return [shown];
    const out: string[] = [];
    for (let i = 0; i < shown.length; i += columns) out.push(shown.slice(i, i + columns));
    return out;
  }
  const out: string[] = [];
  let line = '';
  let used = 0;
  for (const { segment } of segmenter.segment(shown)) {
    const w = width(segment);
    if (used + w > columns && line !== '') {
      out.push(line);
      line = '';
      used = 0;
    }
    line += segment;
    used += w;
  }
  out.push(line);
  return out;
}

/** Wraps at spaces where it can; for sentences, where `wrap` is for logs and commands. */
export function wrapWords(text: string, columns: number): string[] {
  const out: string[] = [];
  let line = '';
  for (const word of safe(text).split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (width(joined) <= columns) {
      line = joined;
      continue;
    }
    if (line !== '') out.push(line);
    const pieces = wrap(word, columns);
    out.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  out.push(line);
  return out;
}
