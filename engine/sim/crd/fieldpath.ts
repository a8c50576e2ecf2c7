/** Paths of fields as rules and selectable fields give them: `.a.b`, `.map['key']`. */
import { isDict } from '../types.ts';
import type { Schema } from './structural.ts';

export interface FieldPath {
  /** As errors show it. */
  shown: string;
  names: string[];
  schema: Schema | undefined;
}

const ESCAPES: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '\\': '\\',
};

/** Follows a path through a schema; a string says why it can't be. */
export function readFieldPath(path: string, root: Schema, brackets = true): FieldPath | string {
  const tokens = path.match(/'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]]+/gs) ?? [];
  let schema: Schema | undefined = root;
  let shown = '';
  const names: string[] = [];
  const follow = (name: string): string | undefined => {
    const named = schema?.properties && Object.keys(schema.properties).length > 0;
    if (!named && schema?.additionalProperties === undefined) return 'does not refer to a valid field';
    if (named && !Object.hasOwn(schema!.properties!, name)) return 'does not refer to a valid field';
    shown += named ? (shown ? `.${name}` : name) : `[${name}]`;
    names.push(name);
    const values = schema!.additionalProperties;
    schema = named ? schema!.properties![name] : isDict(values) ? (values as Schema) : undefined;
    return undefined;
  };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    let why: string | undefined;
    if (token === '.') {
      const name = tokens[++at];
      why = name === undefined ? 'unexpected end of JSON path' : follow(name);
    } else if (token === '[') {
      if (!brackets) return 'array notation is not allowed';
      const key = tokens[++at];
      if (key === undefined) return 'unexpected end of JSON path';
      if (!/^'.*'$/s.test(key)) return `expected single quoted string but got ${key}`;
      why = follow(key.slice(1, -1).replace(/\\(.)/g, (all, code: string) => ESCAPES[code] ?? all));
      const end = tokens[++at];
      if (!why && end !== ']') return end === undefined ? 'unexpected end of JSON path' : `expected ] but got ${end}`;
    } else why = `expected [ or . but got: ${token}`;
    if (why) return why;
  }
  return { shown, names, schema };
}
