/** What the parser can't read, in the words of the grammar that a server uses. */
import type { ParseError } from '@marcbachmann/cel-js';
import type { Problem } from './tree.ts';

export const TOO_HIGH = 'max recursion depth exceeded';

const TOKEN = /^([A-Za-z_]\w*|0x[\da-fA-F]+u?|\d*\.?\d+([eE][+-]?\d+)?u?|'[^'\n]*'|"[^"\n]*"|==|!=|<=|>=|&&|\|\||.)/s;
/** Signs that only stand in pairs: with another beside them neither is read. */
const PAIRED = new Set(['=', '&', '|']);
/** What an operand begins with, and what else may stand after some opening brackets; in the grammar's order. */
const BEGINS = "[ ] { } ( ) . , - ! ? 'true' 'false' 'null' NUM_FLOAT NUM_INT NUM_UINT STRING BYTES IDENTIFIER".split(
  ' ',
);
const MORE: Record<string, string> = { list: '],?', map: '},?', index: '?', call: ')', '': '' };
const CLOSES: Record<string, string> = { RPAREN: ')', RBRACKET: ']', RBRACE: '}', COLON: ':' };

/** The word or sign that begins at an offset. */
function tokenAt(source: string, at: number): string {
  return TOKEN.exec(source.slice(at))?.[0] ?? '<EOF>';
}

/** What comes after the word or sign at an offset. */
const after = (source: string, at: number): string => source.slice(at + tokenAt(source, at).length).trimStart();

/** What an opening bracket begins: after an operand it is a call or an index. */
function opened(source: string, at: number): string {
  const operand = /[\w\])}'"]\s*$/.test(source.slice(0, at));
  const kinds: Record<string, string> = { '[': operand ? 'index' : 'list', '{': 'map', '(': operand ? 'call' : '' };
  return kinds[source[at] ?? ''] ?? '';
}

/** What the innermost bracket that is open at an offset begins. */
function within(source: string, end: number): string {
  const open: number[] = [];
  for (let at = 0; at < end; at += /\s/.test(source[at]!) ? 1 : tokenAt(source, at).length) {
    if ('([{'.includes(source[at]!)) open.push(at);
    else if (')]}'.includes(source[at]!)) open.pop();
  }
  return open.length > 0 ? opened(source, open.at(-1)!) : '';
}

function starts(source: string, at: number): string {
  const before = source.slice(0, at).trimEnd().length - 1;
  const more = MORE[opened(source, before)]!;
  const shown = BEGINS.filter((one) => !']}),?'.includes(one) || more.includes(one));
  return `{${shown.map((one) => (one.length === 1 ? `'${one}'` : one)).join(', ')}}`;
}

/** A problem, and how many characters the parser passes over to go on; none where it gives up. */
interface Found {
  problem: Problem;
  skip?: { at: number; length: number };
}

/** A sign is passed over where what follows it is what was wanted. */
function unwanted(source: string, at: number, wanted: string, follows: boolean): Found {
  const token = tokenAt(source, at);
  const text = `Syntax error: ${follows ? 'extraneous' : 'mismatched'} input '${token}' expecting ${wanted}`;
  return { problem: { at, text }, ...(follows ? { skip: { at, length: token.length } } : {}) };
}

/** No word stands after a dot. */
function nameless(source: string, at: number): Found {
  // Before a digit the dot is part of a number.
  if (/^\.\d/.test(source.slice(at - 1))) return unwanted(source, at - 1, '<EOF>', after(source, at - 1) === '');
  const token = tokenAt(source, at);
  if (/^(true|false|null)$/.test(token)) return unwanted(source, at, 'IDENTIFIER', false);
  const text = `Syntax error: no viable alternative at input '.${token === '<EOF>' ? '' : token}'`;
  const dot = source.slice(0, at).lastIndexOf('.');
  return { problem: { at, text }, ...(token === 'in' ? { skip: { at: dot, length: 1 } } : {}) };
}

/** A bracket or a colon is missing. */
function unclosed(source: string, at: number, wanted: string): Found {
  const end = at >= source.length;
  const kind = within(source, at);
  if ((wanted === ']' && kind === 'list') || wanted === '}')
    return unwanted(source, at, `{'${wanted}', ','}`, after(source, at).startsWith(wanted));
  if (wanted === ':' && end) return unwanted(source, at, "':'", false);
  return { problem: { at, text: `Syntax error: missing '${wanted}' at '${tokenAt(source, at)}'` } };
}

function unread(at: number, text: string): Found {
  return {
    problem: { at, text: `Syntax error: token recognition error at: '${text}'` },
    skip: { at, length: text.length },
  };
}

const restOfLine = (source: string, at: number): string => source.slice(at).split('\n')[0]!;

function find(source: string, error: Error): Found {
  const { code, node, summary } = error as ParseError;
  const at = node?.pos ?? 0;
  switch (code) {
    case 'invalid_macro_argument': {
      const what = /^(map|filter)\(/.test(summary) ? 'argument is not an identifier' : 'argument must be a simple name';
      return { problem: { at, text: what } };
    }
    case 'reserved_identifier':
      return { problem: { at, text: summary.replace('Reserved', 'reserved') } };
    case 'unexpected_token':
      return unwanted(source, at, starts(source, at), /^([[{(.\-!'"\d]|(?!in\b)[A-Za-z_])/.test(after(source, at)));
    case 'expected_token': {
      const wanted = /Expected (\w+)/.exec(summary)?.[1] ?? '';
      if (wanted === 'IDENTIFIER') return nameless(source, at);
      const sign = CLOSES[wanted];
      return sign ? unclosed(source, at, sign) : { problem: { at, text: `Syntax error: ${summary}` } };
    }
    case 'unexpected_character': {
      const length = unreadable(source, at);
      return length > 0
        ? unread(at, source.slice(at, at + length))
        : unwanted(source, at, '<EOF>', after(source, at) === '');
    }
    case 'unterminated_string': {
      const quote = at + Math.max(0, source.slice(at).search(/['"]/));
      return unread(quote, restOfLine(source, quote));
    }
    case 'unterminated_triple_quoted_string': {
      const quote = at + Math.max(0, source.slice(at).search(/['"]/)) + 2;
      return unread(quote, restOfLine(source, quote));
    }
    case 'limit_exceeded': {
      const step = source[at] === '.' || opened(source, at) === 'index';
      return { problem: { at: -1, text: step ? TOO_HIGH : 'expression recursion limit exceeded: 250' } };
    }
    default:
      return { problem: { at, text: `Syntax error: ${summary}` } };
  }
}

/** How many characters no token begins with. */
function unreadable(source: string, at: number): number {
  const sign = source[at] ?? '';
  if (PAIRED.has(sign)) return source[at + 1] === sign ? 0 : 2;
  return /[#$@`~^;\\]/.test(sign) ? 1 : 0;
}

/** Everything that can't be read: what is passed over is read as if it weren't there. */
export function syntaxProblems(source: string, error: Error, parse: (source: string) => unknown): Problem[] {
  const { problem, skip } = find(source, error);
  if (!skip) return [problem];
  const rest = source.slice(0, skip.at) + ' '.repeat(skip.length) + source.slice(skip.at + skip.length);
  const next = parse(rest);
  return [problem, ...(next instanceof Error ? syntaxProblems(rest, next, parse) : [])];
}
