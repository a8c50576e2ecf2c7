/** A violation as one line for a person: where, the value, what is allowed. */
import { nearest, suggestion } from '../../expr/nearest.ts';
import { show } from '../../expr/show.ts';
import type { Schema } from './types.ts';
import { pathText } from './types.ts';
import type { Violation } from './violations.ts';

const NOUNS: Record<string, string> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  'integer or string': 'a whole number or text',
};

const list = (words: readonly string[], last = 'or'): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;

const FORMAT_NOUNS: Record<string, string> = {
  'date-time': 'a time such as 2026-01-31T12:00:00Z',
  date: 'a date such as 2026-01-31',
  int32: 'between -2147483648 and 2147483647',
  int64: 'a 64-bit number',
};

/** A description as the end of a sentence. */
const lower = (text: string) => text[0]!.toLowerCase() + text.slice(1).replace(/\.$/, '');

const plural = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;

function wanted(schema: Schema | undefined): string {
  if (schema?.enum) return `: one of ${schema.enum.join(', ')}`;
  const noun = schema?.type && NOUNS[schema.type];
  return noun ? `: ${noun}` : '';
}

function sentence(v: Violation): string {
  const value = show(v.value);
  switch (v.rule) {
    case 'type': {
      const allowed = list(v.allowed.map((type) => NOUNS[type] ?? type));
      return v.value === null || v.value === undefined
        ? `has no value; give ${allowed}, or leave the field out`
        : `${value} is not allowed; use ${allowed}`;
    }
    case 'required':
      return `missing; it is required${wanted(v.schema)}`;
    case 'unknown':
      return `unknown field${suggestion(v.field, v.known).replace('; known:', '; here are allowed:')}`;
    case 'enum': {
      const allowed = v.allowed.map(String);
      const near = typeof v.value === 'string' ? nearest(v.value, allowed) : undefined;
      return `${value} is not allowed; use one of ${allowed.join(', ')}${near ? ` (did you mean ${near}?)` : ''}`;
    }
    case 'pattern':
      return v.description
        ? `${value} is not ${lower(v.description)}`
        : `${value} is not allowed; it must match ${v.pattern}`;
    case 'format':
      return `${value} is not ${FORMAT_NOUNS[v.format] ?? `of format ${v.format}`}`;
    case 'minimum':
      return `${value} is too small; use ${v.exclusive ? 'more than' : 'at least'} ${v.limit}`;
    case 'maximum':
      return `${value} is too large; use ${v.exclusive ? 'less than' : 'at most'} ${v.limit}`;
    case 'multipleOf':
      return `${value} is not a multiple of ${v.limit}`;
    case 'minLength':
      return v.limit === 1
        ? 'is empty; give some text'
        : `${value} is too short; use at least ${plural(v.limit, 'character')}`;
    case 'maxLength':
      return `${value} is too long; use at most ${plural(v.limit, 'character')}`;
    case 'minItems':
    case 'minProperties':
      return `has too few entries; give at least ${v.limit}`;
    case 'maxItems':
    case 'maxProperties':
      return `has too many entries; give at most ${v.limit}`;
    case 'duplicate':
      return v.keys.length > 0
        ? `has the same ${v.keys.join(' and ')} as entry ${v.first + 1}; each may be there once`
        : `${value} is there twice; each may be there once`;
    case 'anyOf':
    case 'oneOf': {
      const choices = v.fields.map((fields) => list(fields, 'and')).filter((text) => text !== '');
      return choices.length > 0
        ? `needs ${v.rule === 'oneOf' ? 'exactly one of ' : ''}${list(choices)}`
        : `${value} fits none of the allowed forms`;
    }
    case 'not':
      return `${value} is not allowed`;
  }
}

/** `spec.parameters[0].schema.type: "strnig" is not allowed; use one of string, …`. */
export const words = (violation: Violation): string =>
  `${pathText(violation.path) || 'the document'}: ${sentence(violation)}`;
