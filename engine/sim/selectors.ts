/** Label and field selectors in the query-string form. */
import { badRequest } from './errors.ts';
import type { Labels } from './types.ts';
import { labelValue, qualifiedName } from './validation/names.ts';

export type LabelTerm =
  | { key: string; op: 'in' | 'notin'; values: Set<string> }
  | { key: string; op: 'exists' | 'absent' }
  | { key: string; op: 'gt' | 'lt'; value: number };

export interface FieldTerm {
  field: string;
  value: string;
  equal: boolean;
}

/** What a selector's text is made of. A word may also be `in` or `notin`, where a value is expected. */
const SYMBOLS = ['==', '!=', '=', '!', '>', '<', '(', ')', ','];
const SPECIAL = '=!><(),';
const OPERATORS = new Set(['in', 'notin', '=', '==', '!=', '>', '<']);

interface Token {
  text: string;
  kind: 'word' | 'symbol' | 'end';
}

function tokens(selector: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  for (;;) {
    while (at < selector.length && ' \t\r\n'.includes(selector[at]!)) at++;
    if (at >= selector.length) break;
    const symbol = SYMBOLS.find((one) => selector.startsWith(one, at));
    if (symbol) found.push({ text: symbol, kind: 'symbol' });
    const start = at;
    if (symbol) at += symbol.length;
    else {
      while (at < selector.length && !` \t\r\n${SPECIAL}`.includes(selector[at]!)) at++;
      found.push({ text: selector.slice(start, at), kind: 'word' });
    }
  }
  return found;
}

const END: Token = { text: '', kind: 'end' };
const complaints = (problems: string[]): string => problems.join('; ');

class LabelParser {
  private readonly list: Token[];
  private here = 0;

  constructor(selector: string) {
    this.list = tokens(selector);
  }

  private look = (): Token => this.list[this.here] ?? END;
  private take = (): Token => this.list[this.here++] ?? END;
  private ends = (): boolean => this.look().kind === 'end' || this.look().text === ',';

  parse(): LabelTerm[] {
    const terms: LabelTerm[] = [];
    for (;;) {
      const token = this.look();
      if (token.kind === 'end') return terms;
      if (token.kind !== 'word' && token.text !== '!')
        throw badRequest(`found '${token.text}', expected: !, identifier, or 'end of string'`);
      terms.push(this.term());
      const after = this.take();
      if (after.kind === 'end') return terms;
      if (after.text !== ',') throw badRequest(`found '${after.text}', expected: ',' or 'end of string'`);
      const next = this.look();
      if (next.kind !== 'word' && next.text !== '!')
        throw badRequest(`found '${next.text}', expected: identifier after ','`);
    }
  }

  private fail(message: string): never {
    throw badRequest(`unable to parse requirement: ${message}`);
  }

  private term(): LabelTerm {
    const absent = this.look().text === '!';
    if (absent) this.take();
    const word = this.take();
    const key = word.text;
    if (word.kind !== 'word') this.fail(`found '${key}', expected: identifier`);
    const wrong = qualifiedName(key);
    if (wrong.length > 0) this.fail(`<nil>: Invalid value: ${JSON.stringify(key)}: ${complaints(wrong)}`);
    if (absent) return { key, op: 'absent' };
    if (this.ends()) return { key, op: 'exists' };
    const { text: op } = this.take();
    if (!OPERATORS.has(op)) this.fail(`found '${op}', expected: in, notin, =, ==, !=, gt, lt`);
    const values = op === 'in' || op === 'notin' ? this.values() : [this.value()];
    return this.requirement(key, op, [...new Set(values)].sort());
  }

  private requirement(key: string, op: string, values: string[]): LabelTerm {
    const problems: string[] = [];
    const number = op === '>' || op === '<';
    if (number && !/^[+-]?\d+$/.test(values[0]!))
      problems.push(
        `values[0]: Invalid value: ${JSON.stringify(values[0])}: for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    for (const [index, value] of values.entries()) {
      const wrong = labelValue(value);
      if (wrong.length > 0)
        problems.push(`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${complaints(wrong)}`);
    }
    if (problems.length > 0) this.fail(problems.length > 1 ? `[${problems.join(', ')}]` : problems[0]!);
    if (number) return { key, op: op === '>' ? 'gt' : 'lt', value: Number(values[0]) };
    return { key, op: op === 'notin' || op === '!=' ? 'notin' : 'in', values: new Set(values) };
  }

  private value(): string {
    if (this.ends()) return '';
    const token = this.take();
    if (token.kind !== 'word') this.fail(`found '${token.text}', expected: identifier`);
    return token.text;
  }

  /** `(a,b)`: two commas, or one beside a bracket, have an empty value between them. */
  private values(): string[] {
    const open = this.take();
    if (open.text !== '(') this.fail(`found '${open.text}' expected: '('`);
    const first = this.look();
    if (first.text === ')') {
      this.take();
      return [''];
    }
    if (first.kind !== 'word' && first.text !== ',')
      this.fail(`found '${first.text}', expected: ',', ')' or identifier`);
    const values: string[] = [];
    for (;;) {
      const token = this.take();
      if (token.kind === 'word') {
        values.push(token.text);
        const next = this.look();
        if (next.text === ')') break;
        if (next.text !== ',') this.fail(`found '${next.text}', expected: ',' or ')'`);
      } else if (token.text === ',') {
        if (values.length === 0) values.push('');
        const next = this.look();
        if (next.text === ')') {
          values.push('');
          break;
        }
        if (next.text === ',') {
          this.take();
          values.push('');
        }
      } else this.fail(`found '${token.text}', expected: ',', or identifier`);
    }
    this.take();
    return values;
  }
}

/** Parses `a=b,c in (d,e),!f,g>1`. Refuses with 400 in the server's words. */
export const parseLabelSelector = (selector: string): LabelTerm[] => new LabelParser(selector).parse();

export function matchesLabels(terms: readonly LabelTerm[], labels: Labels | undefined): boolean {
  for (const term of terms) {
    const has = labels !== undefined && Object.hasOwn(labels, term.key);
    const value = has ? labels[term.key]! : '';
    switch (term.op) {
      case 'in':
        if (!has || !term.values.has(value)) return false;
        break;
      case 'notin':
        if (has && term.values.has(value)) return false;
        break;
      case 'exists':
        if (!has) return false;
        break;
      case 'absent':
        if (has) return false;
        break;
      default: {
        const number = Number(value);
        if (!has || !Number.isInteger(number) || (term.op === 'gt' ? number <= term.value : number >= term.value))
          return false;
      }
    }
  }
  return true;
}

/** Cuts a field selector at the commas that are not escaped. */
const fieldParts = (selector: string): string[] =>
  selector.split(/(?<!(?<!\\)(?:\\\\)*\\),/).filter((part) => part !== '');

function unescaped(value: string): string {
  const wrong = /\\(?![\\,=])./.exec(value) ?? /\\$/.exec(value.replace(/\\[\\,=]/g, ''));
  if (wrong) throw badRequest(`invalid field selector: invalid escape sequence: ${wrong[0]}`);
  const plain = value.replace(/\\[\\,=]/g, '');
  if (plain.includes('=')) throw badRequest('invalid field selector: unescaped character in value: 61');
  return value.replace(/\\([\\,=])/g, '$1');
}

/** Parses `a=b,c!=d`; `\,`, `\=` and `\\` are escapes in values. Whether there are such fields is not asked. */
export function parseFieldSelector(selector: string): FieldTerm[] {
  const terms = fieldParts(selector).map((part) => {
    const match = /^(.*?)(!=|==|=)(.*)$/s.exec(part);
    if (!match) throw badRequest(`invalid selector: '${selector}'; can't understand '${part}'`);
    return { field: match[1]!, value: unescaped(match[3]!), equal: match[2] !== '!=' };
  });
  // Nothing equals nothing.
  return terms.filter(({ field, value }) => field !== '' || value !== '');
}
