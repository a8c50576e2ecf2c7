/** What is typed after `/`, as in k9s: `rx`, `!rx` (not), `-f text` (fuzzy). */
import fuzzysort from 'fuzzysort';

export interface Filter {
  /** As typed, without the slash. */
  text: string;
  matches(haystack: string): boolean;
  /** Where the text stands in a line, for highlighting; null for inverse and fuzzy filters. */
  find(line: string): { start: number; length: number } | null;
  /** Why the text is taken literally, else ''. */
  note: string;
}

/** Below this fuzzysort's matches are letters scattered over the row. */
const FUZZY_THRESHOLD = 0.25;

/** null for an empty text. A text that is no regular expression is searched for literally. */
export function parseFilter(text: string): Filter | null {
  const typed = text.trim();
  if (typed === '' || typed === '!' || typed === '-f') return null;
  const fuzzy = /^-f\s+(.*)$/.exec(typed)?.[1];
  if (fuzzy !== undefined) {
    const matches = (haystack: string) => (fuzzysort.single(fuzzy, haystack)?.score ?? 0) >= FUZZY_THRESHOLD;
    return { text: typed, note: '', matches, find: () => null };
  }
  const not = typed.startsWith('!');
  const body = not ? typed.slice(1) : typed;
  let rx: RegExp;
  let note = '';
  try {
    rx = new RegExp(body, 'i');
  } catch {
    rx = new RegExp(body.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'i');
    note = 'not a regular expression: searched for as it is';
  }
  return {
    text: typed,
    note,
    matches: (haystack) => rx.test(haystack) !== not,
    find(line) {
      const match = not ? null : rx.exec(line);
      return match && match[0].length > 0 ? { start: match.index, length: match[0].length } : null;
    },
  };
}
