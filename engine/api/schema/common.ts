/** Pieces that several schemas share. */
import type { Schema } from './types.ts';

export const text = { type: 'string' } as const satisfies Schema;
export const texts = { type: 'array', items: text } as const satisfies Schema;
export const flag = { type: 'boolean' } as const satisfies Schema;
export const expression = { type: 'string', minLength: 1, description: 'A CEL expression.' } as const satisfies Schema;
export const count = { type: 'integer', format: 'int32', minimum: 0 } as const satisfies Schema;
export const quantity = { 'x-kubernetes-int-or-string': true } as const satisfies Schema;
export const time = { type: 'string', format: 'date-time' } as const satisfies Schema;

/** A field whose value is checked where it is used, not here. */
export const anything = { 'x-kubernetes-preserve-unknown-fields': true } as const satisfies Schema;

export const duration = {
  type: 'string',
  pattern: '^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+$',
  description: 'A duration such as 30s, 5m or 1h30m.',
} as const satisfies Schema;

const scalars = [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] as const satisfies Schema[];

export const scalar = {
  'x-kubernetes-preserve-unknown-fields': true,
  anyOf: scalars,
} as const satisfies Schema;

/** Text, number, true or false, or a list of these. */
export const parameterValue = {
  'x-kubernetes-preserve-unknown-fields': true,
  anyOf: [...scalars, { type: 'array', items: { 'x-kubernetes-preserve-unknown-fields': true, anyOf: scalars } }],
} as const satisfies Schema;

/** A name in `{{parameters.NAME}}`, on the command line and in the environment; or in `{{steps.NAME}}`. */
export const parameterName = {
  type: 'string',
  pattern: '^[A-Za-z_][A-Za-z0-9_-]{0,62}$',
  description: 'A name of letters, digits, - and _, not beginning with a digit, 63 at most.',
} as const satisfies Schema;
