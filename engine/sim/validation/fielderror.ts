import { type ApiError, failure, type StatusCause } from '../errors.ts';
import { pageSafe } from '../json.ts';
import { isDict } from '../types.ts';

/** One thing that is wrong with an object: which field, and why, in the server's words. */
export interface FieldError {
  reason: string;
  field: string;
  message: string;
}

const BELL: Record<string, string> = { '07': '\\a', '0b': '\\v' };

/** As Go quotes a text: control characters by a letter or two digits. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(/\\\\|\\u00([01][0-9a-f])/g, (found, code?: string) =>
    code === undefined ? found : (BELL[code] ?? `\\x${code}`),
  );

/** A value as messages show it. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return quoted(value);
  return isDict(value) || Array.isArray(value) ? pageSafe(JSON.stringify(value)) : String(value);
}

const withDetail = (text: string, detail: string): string => (detail ? `${text}: ${detail}` : text);

export const required = (field: string, detail = ''): FieldError => ({
  reason: 'FieldValueRequired',
  field,
  message: withDetail('Required value', detail),
});

export const invalid = (field: string, value: unknown, detail: string): FieldError => ({
  reason: 'FieldValueInvalid',
  field,
  message: withDetail(`Invalid value: ${shown(value)}`, detail),
});

export const unsupported = (field: string, value: unknown, supported: readonly string[]): FieldError => ({
  reason: 'FieldValueNotSupported',
  field,
  message: `Unsupported value: ${shown(value)}${supported.length > 0 ? `: supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}` : ''}`,
});

export const duplicate = (field: string, value: unknown): FieldError => ({
  reason: 'FieldValueDuplicate',
  field,
  message: `Duplicate value: ${shown(value)}`,
});

export const missing = (field: string, value: unknown): FieldError => ({
  reason: 'FieldValueNotFound',
  field,
  message: `Not found: ${shown(value)}`,
});

export const denied = (field: string, detail: string): FieldError => ({
  reason: 'FieldValueForbidden',
  field,
  message: withDetail('Forbidden', detail),
});

export const tooLong = (field: string, limit: number): FieldError => ({
  reason: 'FieldValueTooLong',
  field,
  message: `Too long: may not be more than ${limit} bytes`,
});

export const tooMany = (field: string, given: number, most: number): FieldError => ({
  reason: 'FieldValueTooMany',
  field,
  message: `Too many: ${given}: must have at most ${most} items`,
});

export const immutable = (field: string, value: unknown): FieldError => invalid(field, value, 'field is immutable');

/** 422: the kind's name, every error once, each as a cause. */
export function invalidObject(group: string, kind: string, name: string, errors: readonly FieldError[]): ApiError {
  const texts: string[] = [];
  const causes: StatusCause[] = [];
  for (const { reason, field, message } of errors) {
    const text = `${field}: ${message}`;
    if (!texts.includes(text)) texts.push(text);
    causes.push({ reason, message, field });
  }
  const what = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const qualified = group ? `${kind}.${group}` : kind;
  return failure(422, 'Invalid', `${qualified} ${JSON.stringify(name)} is invalid: ${what}`, {
    ...(name ? { name } : {}),
    ...(group ? { group } : {}),
    ...(kind ? { kind } : {}),
    causes,
  });
}
