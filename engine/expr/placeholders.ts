/**
 * Placeholders in the texts of a definition. `{{HOST}}` and `{{parameters.NAME}}` are matched literally first, so that a
 * name with a dash works; elsewhere a placeholder is a dotted path. A text that is wholly `{{ … }}` and no path is a CEL
 * expression. `{{'…'}}` stands for its quoted text, braces included. A value is put inside the one text that names it: the
 * result of a text is always exactly one text, so no value can change the number of elements of an argv.
 */
import type { ParameterValue } from '../api/types.ts';
import { suggestion } from './nearest.ts';
import { fail, ok, type Result } from './result.ts';
import { show } from './show.ts';

export type Part =
  | { kind: 'text'; text: string }
  | { kind: 'host' }
  | { kind: 'parameter'; name: string }
  | { kind: 'path'; path: string[] };

export type Template = { kind: 'parts'; parts: Part[] } | { kind: 'cel'; expression: string };

/** What placeholders may name. A parameter that is declared but has no value is present as undefined. */
export interface Scope {
  /** Address of the target; absent where there is none (in a form, say). */
  host?: string;
  parameters: Readonly<Record<string, ParameterValue | undefined>>;
  /** Roots of dotted paths: item, steps, STDIN, … */
  values?: Readonly<Record<string, unknown>>;
  /** Evaluates CEL; absent where expressions aren't available yet. May throw. */
  evaluate?: (expression: string) => unknown;
}

// Each alternative stops at the next brace pair or quote, so that a long hostile text is still read in one pass.
const PLACEHOLDER = /\{\{\s*'([^']*)'\s*\}\}|\{\{\s*"([^"]*)"\s*\}\}|\{\{((?:(?!\{\{|\}\}).)*)\}\}/gs;
const PATH = /^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/;
const PARAMETER = 'parameters.';

function partOf(body: string): Part | undefined {
  if (body === 'HOST') return { kind: 'host' };
  if (body.startsWith(PARAMETER) && body.length > PARAMETER.length)
    return { kind: 'parameter', name: body.slice(PARAMETER.length) };
  return PATH.test(body) ? { kind: 'path', path: body.split('.') } : undefined;
}

/** What stands between the braces of a text that is wholly `{{ … }}`, unless the literal rule explains it. */
function wholeExpression(text: string): string | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{{') || !trimmed.endsWith('}}') || trimmed.length < 4) return undefined;
  const body = trimmed.slice(2, -2);
  const close = body.indexOf('}}');
  if (close >= 0 && close < body.lastIndexOf('{{')) return undefined;
  if (/^\{\{\s*('[^']*'|"[^"]*")\s*\}\}./s.test(trimmed)) return undefined;
  const expression = body.trim();
  return PATH.test(expression) || /^('[^']*'|"[^"]*")$/.test(expression) ? undefined : expression;
}

/** Splits a text into its parts. Fails on a `{{` that is no placeholder. */
export function parseTemplate(text: string): Result<Template> {
  if (!text.includes('{{')) return ok({ kind: 'parts', parts: text === '' ? [] : [{ kind: 'text', text }] });
  const expression = wholeExpression(text);
  if (expression === '') return fail('"{{}}" is empty');
  if (expression !== undefined) return ok({ kind: 'cel', expression });
  const parts: Part[] = [];
  let end = 0;
  const literal = (piece: string) => {
    if (piece !== '') parts.push({ kind: 'text', text: piece });
    return piece.includes('{{');
  };
  for (const match of text.matchAll(PLACEHOLDER)) {
    const stray = literal(text.slice(end, match.index));
    if (stray) return fail(`"{{" without "}}" in ${show(text)}; write {{'{{'}} for the braces themselves`);
    end = match.index + match[0].length;
    const quoted = match[1] ?? match[2];
    if (quoted !== undefined) {
      literal(quoted);
      continue;
    }
    const body = (match[3] ?? '').trim();
    const part = partOf(body);
    if (!part) {
      return fail(
        `"{{${body}}}" is no placeholder; inside a text only {{HOST}}, {{parameters.NAME}} and dotted paths are, and {{'…'}} for text with braces`,
      );
    }
    parts.push(part);
  }
  if (literal(text.slice(end)))
    return fail(`"{{" without "}}" in ${show(text)}; write {{'{{'}} for the braces themselves`);
  return ok({ kind: 'parts', parts });
}

/** The names of the parameters that a text's placeholders use; those inside a CEL expression are not looked at. */
export function usedParameters(text: string): string[] {
  const template = parseTemplate(text);
  if (!template.ok || template.value.kind !== 'parts') return [];
  return template.value.parts.flatMap((part) => (part.kind === 'parameter' ? [part.name] : []));
}

/** A value as the text that stands for it: lists comma-joined, whole numbers never in exponent form. */
export function textOf(value: unknown): Result<string> {
  if (Array.isArray(value)) {
    const texts: string[] = [];
    for (const item of value) {
      if (typeof item === 'object' && item !== null) return fail('a list of objects has no text; use toJson(…)');
      const text = textOf(item);
      if (!text.ok) return text;
      texts.push(text.value);
    }
    return ok(texts.join(','));
  }
  switch (typeof value) {
    case 'string':
      return value.includes('\0') ? fail('it holds a NUL character') : ok(value);
    case 'number':
      return ok(Number.isInteger(value) ? BigInt(value).toString() : String(value));
    case 'bigint':
    case 'boolean':
      return ok(String(value));
    default:
      if (value instanceof Date) return ok(value.toISOString());
      return fail(value === undefined || value === null ? 'it has no value' : 'an object has no text; use toJson(…)');
  }
}

const own = (object: object, key: string): unknown =>
  Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;

function lookUp(part: Part, scope: Scope): Result<unknown> {
  switch (part.kind) {
    case 'text':
      return ok(part.text);
    case 'host':
      return scope.host === undefined ? fail('{{HOST}} has no address here') : ok(scope.host);
    case 'parameter': {
      if (!Object.hasOwn(scope.parameters, part.name)) {
        const path = part.name.split('.');
        if (path.length > 1 && Object.hasOwn(scope.parameters, path[0]!)) {
          return fail(`{{parameters.${part.name}}}: parameter "${path[0]}" has no fields`);
        }
        return fail(
          `{{parameters.${part.name}}}: no such parameter${suggestion(part.name, Object.keys(scope.parameters))}`,
        );
      }
      const value = scope.parameters[part.name];
      return value === undefined ? fail(`parameter "${part.name}" has no value`) : ok(value);
    }
    case 'path': {
      const roots = scope.values ?? {};
      const dotted = part.path.join('.');
      const [root, ...rest] = part.path as [string, ...string[]];
      if (!Object.hasOwn(roots, root)) {
        const known = ['HOST', ...Object.keys(scope.parameters).map((p) => `parameters.${p}`), ...Object.keys(roots)];
        return fail(`{{${dotted}}}: nothing has that name${suggestion(dotted, known)}`);
      }
      let at: unknown = roots[root];
      for (const key of rest) {
        if (typeof at !== 'object' || at === null) return fail(`{{${dotted}}}: there is no "${key}"`);
        const next = own(at, key);
        if (next === undefined) return fail(`{{${dotted}}}: no "${key}"${suggestion(key, Object.keys(at))}`);
        at = next;
      }
      return ok(at);
    }
  }
}

/** One rendered text, with the pieces that came from values: offsets into `text`, and the placeholder's own name. */
export interface Rendered {
  text: string;
  values: { start: number; end: number; name: string; parameter?: string }[];
}

const nameOf = (part: Part) =>
  part.kind === 'parameter' ? `parameters.${part.name}` : part.kind === 'path' ? part.path.join('.') : 'HOST';

export function renderParts(text: string, scope: Scope): Result<Rendered> {
  const template = parseTemplate(text);
  if (!template.ok) return template;
  const rendered: Rendered = { text: '', values: [] };
  const add = (value: unknown, name: string, parameter?: string): string | undefined => {
    const piece = textOf(value);
    if (!piece.ok) return `{{${name}}}: ${piece.error}`;
    const start = rendered.text.length;
    rendered.text += piece.value;
    rendered.values.push({ start, end: rendered.text.length, name, ...(parameter === undefined ? {} : { parameter }) });
    return undefined;
  };
  if (template.value.kind === 'cel') {
    const { expression } = template.value;
    if (!scope.evaluate) return fail(`{{ ${expression} }} is an expression; expressions can't be used here`);
    try {
      const error = add(scope.evaluate(expression), expression);
      return error === undefined ? ok(rendered) : fail(error);
    } catch (error) {
      return fail(`{{ ${expression} }}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
    }
  }
  for (const part of template.value.parts) {
    if (part.kind === 'text') {
      rendered.text += part.text;
      continue;
    }
    const value = lookUp(part, scope);
    if (!value.ok) return value;
    const error = add(value.value, nameOf(part), part.kind === 'parameter' ? part.name : undefined);
    if (error !== undefined) return fail(error);
  }
  return ok(rendered);
}

/** A text with its placeholders replaced. Errors name the placeholder and the nearest known name. */
export function render(text: string, scope: Scope): Result<string> {
  const rendered = renderParts(text, scope);
  return rendered.ok ? ok(rendered.value.text) : rendered;
}
