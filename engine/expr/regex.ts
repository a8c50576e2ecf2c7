/** Regular expressions of definitions and schemas, in RE2: linear time whatever the pattern, as in the API server. */
import { RE2JS } from 're2js';
import { fail, ok, type Result } from './result.ts';

const compiled = new Map<string, Result<RE2JS>>();

/** Compiles once. Fails on what RE2 leaves out (look-around, back-references) and on bad syntax. */
export function regex(pattern: string): Result<RE2JS> {
  const known = compiled.get(pattern);
  if (known) return known;
  let result: Result<RE2JS>;
  try {
    result = ok(RE2JS.compile(pattern));
  } catch (error) {
    result = fail(`"${pattern}" is not a regular expression (RE2): ${error instanceof Error ? error.message : error}`);
  }
  if (compiled.size > 1000) compiled.clear();
  compiled.set(pattern, result);
  return result;
}

/** Whether the pattern is found anywhere in the text. Throws on a bad pattern: check it with `regex` first. */
export function matches(pattern: string, text: string): boolean {
  const re = regex(pattern);
  if (!re.ok) throw new SyntaxError(re.error);
  return re.value.matcher(text).find();
}

/** What one match captured: its named groups as a map, else its first group, else the whole match. */
export type Capture = string | null | Record<string, string | null>;

/** Up to `limit` captures, in order. Throws on a bad pattern. */
export function captures(pattern: string, text: string, limit: number): Capture[] {
  const re = regex(pattern);
  if (!re.ok) throw new SyntaxError(re.error);
  const names = Object.keys(re.value.namedGroups());
  const matcher = re.value.matcher(text);
  const found: Capture[] = [];
  while (found.length < limit && matcher.find()) {
    if (names.length > 0) found.push(Object.fromEntries(names.map((name) => [name, matcher.group(name)])));
    else found.push(matcher.group(matcher.groupCount() > 0 ? 1 : 0));
  }
  return found;
}
