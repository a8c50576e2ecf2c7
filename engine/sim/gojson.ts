/** What Go's scanner says about a text that is no JSON. */

const SPACE = ' \t\r\n';
/**
 * Levels of nesting a text may have. Go stops at 10,000; what walks objects here calls itself for each level, and with more of them would
 * run out of stack in the midst of a write.
 */
const DEPTH = 1000;
export const TOO_DEEP = "invalid character '[' exceeded max depth";
const END = 'unexpected end of JSON input';

/** As Go prints a letter in single quotes. */
function quoted(letter: string): string {
  if (letter === "'") return `'\\''`;
  if (letter === '"') return `'"'`;
  return `'${JSON.stringify(letter).slice(1, -1)}'`;
}

class Wrong extends Error {}

class Scanner {
  private readonly text: string;
  private at = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  check(): void {
    this.value('looking for beginning of value');
    this.space();
    if (this.at < this.text.length) this.fail('after top-level value');
  }

  private fail(context: string): never {
    const letter = String.fromCodePoint(this.text.codePointAt(this.at) ?? 0);
    throw new Wrong(this.at >= this.text.length ? END : `invalid character ${quoted(letter)} ${context}`);
  }

  private space(): void {
    while (this.at < this.text.length && SPACE.includes(this.text[this.at]!)) this.at++;
  }

  private value(context: string): void {
    this.space();
    const letter = this.text[this.at] ?? '';
    if (letter === '{' || letter === '[') {
      this.depth++;
      if (this.depth > DEPTH) this.fail('exceeded max depth');
      if (letter === '{') this.object();
      else this.array();
      this.depth--;
    } else if (letter === '"') this.string();
    else if (letter === 't') this.literal('true');
    else if (letter === 'f') this.literal('false');
    else if (letter === 'n') this.literal('null');
    else if (/[-\d]/.test(letter)) this.number();
    else this.fail(context);
  }

  private literal(word: string): void {
    this.at++;
    for (const letter of word.slice(1)) {
      if (this.text[this.at] !== letter) this.fail(`in literal ${word} (expecting ${quoted(letter)})`);
      this.at++;
    }
  }

  private digits(context: string): void {
    if (!/\d/.test(this.text[this.at] ?? '')) this.fail(context);
    while (/\d/.test(this.text[this.at] ?? '')) this.at++;
  }

  private number(): void {
    if (this.text[this.at] === '-') this.at++;
    if (this.text[this.at] === '0') this.at++;
    else this.digits('in numeric literal');
    if (this.text[this.at] === '.') {
      this.at++;
      this.digits('after decimal point in numeric literal');
    }
    if (/[eE]/.test(this.text[this.at] ?? '')) {
      this.at++;
      if (/[-+]/.test(this.text[this.at] ?? '')) this.at++;
      this.digits('in exponent of numeric literal');
    }
  }

  private string(): void {
    for (this.at++; this.text[this.at] !== '"'; this.at++) {
      const letter = this.text[this.at] ?? '';
      if (letter < ' ') this.fail('in string literal');
      if (letter !== '\\') continue;
      this.at++;
      const code = this.text[this.at] ?? '';
      if (code === 'u') {
        for (let left = 4; left > 0; left--) {
          this.at++;
          if (!/[0-9a-fA-F]/.test(this.text[this.at] ?? '')) this.fail('in \\u hexadecimal character escape');
        }
      } else if (code === '' || !'bfnrt\\/"'.includes(code)) this.fail('in string escape code');
    }
    this.at++;
  }

  private object(): void {
    this.at++;
    this.space();
    if (this.text[this.at] === '}') {
      this.at++;
      return;
    }
    for (;;) {
      this.space();
      if (this.text[this.at] !== '"') this.fail('looking for beginning of object key string');
      this.string();
      this.space();
      if (this.text[this.at] !== ':') this.fail('after object key');
      this.at++;
      this.value('looking for beginning of value');
      this.space();
      if (this.text[this.at] === '}') break;
      if (this.text[this.at] !== ',') this.fail('after object key:value pair');
      this.at++;
    }
    this.at++;
  }

  private array(): void {
    this.at++;
    this.space();
    if (this.text[this.at] === ']') {
      this.at++;
      return;
    }
    for (;;) {
      this.value('looking for beginning of value');
      this.space();
      if (this.text[this.at] === ']') break;
      if (this.text[this.at] !== ',') this.fail('after array element');
      this.at++;
    }
    this.at++;
  }
}

export function goJsonError(text: string): string {
  try {
    new Scanner(text).check();
  } catch (error) {
    if (error instanceof Wrong) return error.message;
    throw error;
  }
  return END;
}

const STRING_OR_BRACKET = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;

/** Whether a text nests deeper than is taken. */
export function exceedsDepth(text: string): boolean {
  let depth = 0;
  for (const [mark] of text.matchAll(STRING_OR_BRACKET)) {
    if (mark === '{' || mark === '[') depth++;
    else if (mark === '}' || mark === ']') depth--;
    if (depth > DEPTH) return true;
  }
  return false;
}

/** As JSON.parse, which takes any depth; throws for what goJsonError has words for. */
export function parseJson(text: string): unknown {
  const data: unknown = JSON.parse(text);
  if (exceedsDepth(text)) throw new Wrong(goJsonError(text));
  return data;
}
