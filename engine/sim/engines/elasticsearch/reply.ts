/** What the REST API answers: JSON as it writes it, errors with their causes. */

export interface Reply {
  status: number;
  /** JSON, unless it is text. */
  body: unknown;
  type?: 'text/plain; charset=UTF-8' | 'application/yaml';
  headers?: Record<string, string>;
}

/** Thrown to end a request with an error. */
export class Refused extends Error {
  readonly reply: Reply;
  constructor(reply: Reply) {
    super('refused');
    this.reply = reply;
  }
}

export const ok = (body: unknown, status = 200): Reply => ({ status, body });

export function failure(
  status: number,
  type: string,
  reason: string | null,
  more: Record<string, unknown> = {},
  cause?: Record<string, unknown>,
): Refused {
  const error = { type, reason, ...more };
  return new Refused({
    status,
    body: { error: { root_cause: [error], ...error, ...(cause && { caused_by: cause }) }, status },
  });
}

export const illegal = (reason: string, cause?: Record<string, unknown>): Refused =>
  failure(400, 'illegal_argument_exception', reason, {}, cause);

/** The searching APIs write its parts in another order. */
export function noSuchIndex(name: string, searching = false): Refused {
  const resource = { 'resource.type': 'index_or_alias', 'resource.id': name };
  const uuid = { index_uuid: '_na_' };
  return failure(404, 'index_not_found_exception', `no such index [${name}]`, {
    ...(searching ? { ...resource, ...uuid } : { ...uuid, ...resource }),
    index: name,
  });
}

export const wrongMethod = (uri: string, method: string, allowed: string): Reply =>
  ok(
    { error: `Incorrect HTTP method for uri [${uri}] and method [${method}], allowed: [${allowed}]`, status: 405 },
    405,
  );

/** What its JSON reader says about a text, and where. */
export function jsonFault(text: string): { at: number; reason: string; end: boolean } {
  const source = `(byte[])"${text}"; line: 1, column: `;
  const token = /^\s*(?!(?:null|true|false)\b)[A-Za-z_]\w*/.exec(text)?.[0];
  if (token !== undefined)
    return {
      at: token.length + 1,
      reason: `Unrecognized token '${token.trim()}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: ${source}${token.length + 1}]`,
      end: false,
    };
  try {
    JSON.parse(text);
  } catch (error) {
    const at = /position (\d+)/.exec((error as Error).message)?.[1];
    const stray = at === undefined ? undefined : text[Number(at)];
    if (stray !== undefined)
      return {
        at: Number(at) + 1,
        reason: `Unexpected character ('${stray}' (code ${stray.charCodeAt(0)})): was expecting double-quote to start field name\n at [Source: ${source}${Number(at) + 1}]`,
        end: false,
      };
  }
  const open = text.trim() === '{';
  return {
    at: text.length + 1,
    reason: open
      ? `Unexpected end-of-input: expected close marker for Object (start marker at [Source: ${source}1])\n at [Source: ${source}${text.length + 1}]`
      : `Unexpected end-of-input within/between Object entries\n at [Source: ${source}${text.length + 1}]`,
    end: true,
  };
}

export function parseBody(text: string): Record<string, unknown> {
  if (text === '') throw failure(400, 'parse_exception', 'request body is required');
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch {
    // Said below.
  }
  const { at, reason, end } = jsonFault(text);
  throw failure(
    400,
    'x_content_parse_exception',
    `[1:${at}] ${reason}`,
    {},
    {
      type: end ? 'json_e_o_f_exception' : 'json_parse_exception',
      reason,
    },
  );
}

/** `{"a":{"b":1}}` as `a.b`; null stays, to take a setting away. */
export function flatten(value: Record<string, unknown>, prefix = ''): Map<string, string | null> {
  const flat = new Map<string, string | null>();
  for (const [key, one] of Object.entries(value)) {
    const name = `${prefix}${key}`;
    if (typeof one === 'object' && one !== null && !Array.isArray(one))
      for (const [inner, got] of flatten(one as Record<string, unknown>, `${name}.`)) flat.set(inner, got);
    else flat.set(name, one === null ? null : Array.isArray(one) ? one.join(',') : String(one));
  }
  return flat;
}

export function nest(flat: Iterable<[string, string]>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [name, value] of flat) {
    const parts = name.split('.');
    let at = root;
    for (const part of parts.slice(0, -1)) {
      const next = at[part];
      at = at[part] = typeof next === 'object' && next !== null ? (next as Record<string, unknown>) : {};
    }
    at[parts.at(-1) ?? ''] = value;
  }
  return root;
}

/** `pretty`: a blank on both sides of the colon. */
export function pretty(value: unknown, indent = ''): string {
  const inner = `${indent}  `;
  if (Array.isArray(value))
    return value.length === 0 ? '[ ]' : `[\n${value.map((one) => inner + pretty(one, inner)).join(',\n')}\n${indent}]`;
  if (typeof value !== 'object' || value === null || value instanceof Verbatim) return compact(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return '{ }';
  return `{\n${entries.map(([key, one]) => `${inner}${JSON.stringify(key)} : ${pretty(one, inner)}`).join(',\n')}\n${indent}}`;
}

export function compact(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(compact).join(',')}]`;
  if (typeof value === 'object' && value !== null)
    return value instanceof Verbatim
      ? value.text
      : `{${Object.entries(value)
          .map(([key, one]) => `${JSON.stringify(key)}:${compact(one)}`)
          .join(',')}}`;
  return JSON.stringify(value);
}

/** Written as it is. */
export class Verbatim {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export const fraction = (value: number): Verbatim =>
  new Verbatim(Number.isInteger(value) ? value.toFixed(1) : String(value));

/** Only the parts that `filter_path` names. */
export function filtered(value: unknown, paths: readonly string[][]): unknown {
  if (Array.isArray(value)) return value.map((one) => filtered(one, paths));
  if (typeof value !== 'object' || value === null || value instanceof Verbatim) return value;
  const kept: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) {
    const rest = paths.filter(([first]) => first === key || first === '*').map((path) => path.slice(1));
    if (rest.length > 0) kept[key] = rest.some((path) => path.length === 0) ? one : filtered(one, rest);
  }
  return kept;
}
