/**
 * Raw terminal input → keys and pastes. Pure: the owner of stdin feeds chunks and calls `expire` when `wait` milliseconds
 * have passed without another chunk. Replies of the terminal, mouse and focus reports are recognised and dropped, so that
 * an answer that arrives late over SSH is never typed into a field.
 */
export type Token =
  /** `key`: canonical name (`j`, `G`, `space`, `enter`, `ctrl-f`, `alt-x`, `shift-tab`, `f5`); `text`: what it types, or ''. */
  { t: 'key'; key: string; text: string } | { t: 'paste'; text: string };

export interface Tokenizer {
  push(chunk: string): Token[];
  /** No chunk came for `wait` milliseconds: what is pending is decided. */
  expire(): Token[];
  /** Milliseconds after which `expire` is due; 0: nothing pending. */
  readonly wait: number;
  /** The end of a paste is still to come. */
  readonly pasting: boolean;
}

const ESC = '\x1b';
const PASTE_END = '\x1b[201~';
const PASTE_LIMIT = 1 << 20;
/** A lone ESC is the key; anything longer is a sequence cut in two on the way and may take a network round trip. */
const WAIT_ESC = 30;
const WAIT_TAIL = 300;
const WAIT_PASTE = 5_000;

const FINALS: Record<string, string> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  E: 'center',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  S: 'f4',
  Z: 'shift-tab',
};
const TILDES: Record<string, string> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};
const SS3: Record<string, string> = { ...FINALS, R: 'f3', M: 'enter' };
const CONTROLS: Record<string, string> = {
  '\r': 'enter',
  // What was typed before we took the terminal came through its cooked mode, which makes an enter a new line.
  '\n': 'enter',
  '\t': 'tab',
  '\x7f': 'backspace',
  '\b': 'backspace',
  '\x00': 'ctrl-space',
  '\x1c': 'ctrl-\\',
  '\x1d': 'ctrl-]',
  '\x1e': 'ctrl-^',
  '\x1f': 'ctrl-_',
};

const key = (name: string, text = ''): Token => ({ t: 'key', key: name, text });

/** The key of one character that is not part of a sequence. */
function plain(char: string): Token | null {
  const named = CONTROLS[char];
  if (named) return key(named);
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x20) return key(`ctrl-${String.fromCharCode(code + 0x60)}`);
  if (code >= 0x80 && code < 0xa0) return null;
  return key(char === ' ' ? 'space' : char, char);
}

function modified(name: string, modifier: string | undefined): string {
  const bits = Math.max(0, Number(modifier ?? '1') - 1);
  return `${bits & 4 ? 'ctrl-' : ''}${bits & 2 ? 'alt-' : ''}${bits & 1 && name !== 'shift-tab' ? 'shift-' : ''}${name}`;
}

function csi(params: string, final: string): Token | null {
  // Private markers are replies (`?62;22c`), mouse (`<0;3;4M`) or modes, never keys.
  if (/[^0-9;]/.test(params)) return null;
  const [first = '', modifier] = params.split(';');
  if (final === '~') {
    const name = TILDES[first];
    return name ? key(modified(name, modifier)) : null;
  }
  if (final === 'u') {
    const code = Math.min(Number(first) || 0, 0x10ffff);
    // Kitty's codes for keys without a character lie in the private use area.
    if (code >= 0xe000 && code <= 0xf8ff) return null;
    const token = code === 27 ? key('esc') : plain(String.fromCodePoint(code));
    if (token?.t !== 'key') return token;
    const name = modified(token.key, modifier);
    return key(name, name === token.key ? token.text : '');
  }
  const name = FINALS[final];
  // `7;15R` is a cursor position and `8;24;80t` a window report; neither final is in the table.
  return name && (first === '' || first === '1') ? key(modified(name, modifier)) : null;
}

/** Control characters never come in by a paste; line ends become \n. */
function clean(text: string): string {
  return text
    .slice(0, PASTE_LIMIT)
    .replace(/\r\n?/g, '\n')
    .replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, '')
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');
}

/** Length of the complete sequence at the start of `s` (which begins with ESC), 0 when more is needed. */
function sequence(s: string): { length: number; token: Token | null } | null {
  const kind = s[1];
  if (kind === undefined) return null;
  if (kind === '[') {
    if (s[2] === '[') return s.length < 4 ? null : linuxConsole(s);
    if (s[2] === 'M') return s.length < 6 ? null : { length: 6, token: null };
    const match = /^\x1b\[([0-?]*)([ -/]*)([@-~])/.exec(s);
    if (match) {
      const [whole, params = '', middle, final = ''] = match;
      return { length: whole.length, token: middle ? null : csi(params, final) };
    }
    const whole = /^\x1b\[[0-?]*[ -/]*$/.test(s);
    // Not a control sequence after all: the ESC [ is dropped, what follows is read anew.
    return whole ? null : { length: 2, token: null };
  }
  if (kind === 'O') {
    const match = /^\x1bO([0-9]*)([@-~])/.exec(s);
    if (!match) return /^\x1bO[0-9]*$/.test(s) ? null : { length: 2, token: null };
    const name = SS3[match[2] ?? ''];
    return { length: match[0].length, token: name ? key(modified(name, match[1] || undefined)) : null };
  }
  if (kind === ']' || kind === 'P' || kind === '_' || kind === '^' || kind === 'X') {
    const end = /\x07|\x1b\\|\x9c/.exec(s.slice(2));
    return end ? { length: 2 + end.index + end[0].length, token: null } : null;
  }
  if (kind === ESC) return { length: 1, token: key('esc') };
  const char = String.fromCodePoint(s.codePointAt(1) ?? 0);
  const token = plain(char);
  return { length: 1 + char.length, token: token?.t === 'key' ? key(`alt-${token.key}`) : null };
}

function linuxConsole(s: string): { length: number; token: Token | null } {
  const n = (s.charCodeAt(3) ?? 0) - 64;
  return { length: 4, token: n >= 1 && n <= 5 ? key(`f${n}`) : null };
}

export function createTokenizer(): Tokenizer {
  let rest = '';
  let paste: string | null = null;

  function drain(): Token[] {
    const out: Token[] = [];
    while (rest !== '') {
      if (paste !== null) {
        const end = rest.indexOf(PASTE_END);
        if (end < 0) {
          // The end marker may be cut in two: its possible beginning stays in `rest`.
          const keep = Math.min(rest.length, PASTE_END.length - 1);
          if (paste.length < PASTE_LIMIT) paste += rest.slice(0, rest.length - keep);
          rest = rest.slice(rest.length - keep);
          return out;
        }
        out.push({ t: 'paste', text: clean(paste + rest.slice(0, end)) });
        rest = rest.slice(end + PASTE_END.length);
        paste = null;
        continue;
      }
      if (rest.startsWith('\x1b[200~')) {
        rest = rest.slice(6);
        paste = '';
        continue;
      }
      if (rest[0] === ESC) {
        const found = sequence(rest);
        if (!found) return out;
        if (found.token) out.push(found.token);
        rest = rest.slice(found.length);
        continue;
      }
      const char = String.fromCodePoint(rest.codePointAt(0) ?? 0);
      const token = plain(char);
      if (token) out.push(token);
      rest = rest.slice(char.length);
    }
    return out;
  }

  return {
    push(chunk) {
      rest += chunk;
      return drain();
    },
    expire() {
      if (paste !== null) {
        const text = clean(paste + rest);
        paste = null;
        rest = '';
        return [{ t: 'paste', text }];
      }
      const pending = rest;
      rest = '';
      if (pending === ESC) return [key('esc')];
      // ESC and one character is a key with Alt; anything longer was a reply that lost its end.
      return pending.length === 2 ? [key(`alt-${pending[1]}`)] : [];
    },
    get pasting() {
      return paste !== null;
    },
    get wait() {
      if (paste !== null) return WAIT_PASTE;
      return rest === '' ? 0 : rest === ESC ? WAIT_ESC : WAIT_TAIL;
    },
  };
}
