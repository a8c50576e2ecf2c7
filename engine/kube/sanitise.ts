/**
 * The one place where text of a cluster enters the model: names, messages, events, logs, captured output. What comes out
 * moves no cursor, sets no mode, and has no characters that hide or reorder others. It never has a line break.
 */

export interface Sanitised {
  text: string;
  /** Characters left out, replaced, or cut off at the end. */
  removed: number;
}

/** Longer lines are cut. */
export const MAX_LINE = 8192;
const TAB = 8;
/** More marks than this on one character are not a language but an attack on the rows above and below. */
const MAX_MARKS = 4;

/** Characters that are drawn by name, as ranges: they reorder what stands beside them, or take no room. */
const HIDDEN: readonly (readonly [number, number])[] = [
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];
const CONTROLS: readonly (readonly [number, number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xd800, 0xdfff],
];

/** True of text that the scanner has to look at; all else passes as it is, which is the fast path of nearly every line. */
const SUSPECT = new RegExp(
  `[${[...CONTROLS, ...HIDDEN].map(([from, to]) => `\\u{${from.toString(16)}}-\\u{${to.toString(16)}}`).join('')}]|\\p{M}{2}`,
  'u',
);

const hidden = (point: number) => point >= 0xad && HIDDEN.some(([from, to]) => point >= from && point <= to);
const MARK = /\p{M}/u;
const EMOJI = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}#*0-9]/u;

const name = (point: number) => `<U+${point.toString(16).toUpperCase().padStart(4, '0')}>`;

/** One line of foreign text, made safe to draw. Line breaks inside become spaces, a carriage return keeps the last segment. */
export function sanitise(raw: string, max = MAX_LINE): Sanitised {
  if (raw.length <= max && !SUSPECT.test(raw)) return { text: raw, removed: 0 };
  // Endless input is cut before it is scanned, so that the work per line is bounded; escapes can make the result shorter.
  const scanned = raw.length > max * 4 ? raw.slice(0, max * 4) : raw;
  const line = lastSegment(scanned);
  const drawn = draw(line);
  let removed = drawn.removed + (scanned.length - line.length) + (raw.length - scanned.length);
  if (raw.endsWith('\r') && raw.length === scanned.length) removed--;
  let { text } = drawn;
  if (text.length > max) {
    const cut = isHighSurrogate(text, max - 1) ? max - 1 : max;
    removed += text.length - cut;
    text = `${text.slice(0, cut)}…`;
  }
  return { text, removed };
}

/** As `sanitise`, the text alone. */
export function clean(raw: string, max = MAX_LINE): string {
  return sanitise(raw, max).text;
}

/** Foreign text of several lines (YAML, a captured output), line by line. */
export function cleanText(raw: string): string {
  return raw
    .split('\n')
    .map((line) => clean(line))
    .join('\n');
}

const isHighSurrogate = (text: string, at: number) => (text.charCodeAt(at) & 0xfc00) === 0xd800;

/** A progress bar overwrites its line: what stands after the last carriage return is what a terminal would show. */
function lastSegment(raw: string): string {
  if (!raw.includes('\r')) return raw;
  const end = raw.endsWith('\r') ? raw.length - 1 : raw.length;
  const from = raw.lastIndexOf('\r', end - 1);
  return raw.slice(end === 0 ? 0 : from + 1, end);
}

function draw(line: string): Sanitised {
  const out: string[] = [];
  let removed = 0;
  let column = 0;
  let marks = 0;
  let before = '';
  for (let at = 0; at < line.length; ) {
    const point = line.codePointAt(at)!;
    const size = point > 0xffff ? 2 : 1;
    if (point === 0x1b || (point >= 0x80 && point <= 0x9f)) {
      const end = escapeEnd(line, at);
      removed += end - at;
      at = end;
      continue;
    }
    at += size;
    if (point === 0x09) {
      const spaces = TAB - (column % TAB);
      out.push(' '.repeat(spaces));
      column += spaces;
      before = ' ';
    } else if (point === 0x0a || point === 0x0b || point === 0x0c) {
      out.push(' ');
      column++;
      before = ' ';
    } else if (point < 0x20 || point === 0x7f) {
      removed++;
    } else if (point >= 0xd800 && point <= 0xdfff) {
      out.push('\ufffd');
      column++;
      removed++;
      before = '\ufffd';
    } else {
      const char = line.slice(at - size, at);
      if (hidden(point)) {
        // Emoji joiners and selectors: terminals disagree on the width of what they make, so the parts stand alone.
        if ((point === 0xfe0f || point === 0xfe0e || point === 0x200d) && EMOJI.test(before)) {
          removed++;
          continue;
        }
        const shown = name(point);
        out.push(shown);
        column += shown.length;
        removed++;
        before = '>';
      } else if (MARK.test(char)) {
        if (++marks > MAX_MARKS) removed += size;
        else out.push(char);
        continue;
      } else {
        out.push(char);
        column++;
        before = char;
      }
    }
    marks = 0;
  }
  return { text: out.join(''), removed };
}

/** Where the escape sequence that begins at `at` ends. One that never ends takes the rest of the line. */
function escapeEnd(line: string, at: number): number {
  const first = line.charCodeAt(at);
  const is7bit = first === 0x1b;
  const kind = is7bit ? line.charCodeAt(at + 1) : first - 0x40;
  const body = at + (is7bit ? 2 : 1);
  if (Number.isNaN(kind)) return line.length;
  if (kind === 0x5b) return csiEnd(line, body);
  // DCS, SOS, OSC, PM, APC: strings up to a terminator.
  if (kind === 0x50 || kind === 0x58 || kind === 0x5d || kind === 0x5e || kind === 0x5f) return stringEnd(line, body);
  if (!is7bit) return body;
  // ESC, intermediates, one final character.
  let end = at + 1;
  while (end < line.length && line.charCodeAt(end) >= 0x20 && line.charCodeAt(end) <= 0x2f) end++;
  const final = line.charCodeAt(end);
  return final >= 0x30 && final <= 0x7e ? end + 1 : end;
}

function csiEnd(line: string, from: number): number {
  for (let at = from; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code >= 0x40 && code <= 0x7e) return at + 1;
    // Anything but parameters and intermediates breaks the sequence off; the character itself is looked at again.
    if (code < 0x20 || code > 0x3f) return at;
  }
  return line.length;
}

function stringEnd(line: string, from: number): number {
  for (let at = from; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === 0x07 || code === 0x9c) return at + 1;
    if (code === 0x1b) return line.charCodeAt(at + 1) === 0x5c ? at + 2 : at;
    if (code === 0x18 || code === 0x1a) return at + 1;
  }
  return line.length;
}
