/** The fields of a form: typed, checked on the spot, and again as a whole by the engine. Pure. */
import type { FieldError, FormField } from '../../engine/protocol.ts';
import type { FieldState } from '../store/state.ts';
import { insert, textField } from '../store/text.ts';

/** What a field offers to choose from; null for one that is typed, or whose values could not be read. */
export function choicesOf({ spec, offered }: Pick<FieldState, 'spec' | 'offered'>): string[] | null {
  // A list is typed, even one of known words: it takes several of them.
  if (spec.type === 'array') return null;
  const read = offered?.offer?.state === 'read' ? offered.offer.rows.map((row) => row.value) : null;
  const values = spec.enum ?? (spec.type === 'boolean' ? ['true', 'false'] : read);
  if (!values) return null;
  return spec.required || spec.default !== undefined ? values : ['', ...values];
}

/** How a value reads: by the label that it is offered with. */
export function labelOf({ offered }: Pick<FieldState, 'offered'>, value: string): string {
  const row = offered?.offer?.state === 'read' ? offered.offer.rows.find((r) => r.value === value) : undefined;
  return row?.label || value;
}

/** Where the values of a field come from, in a few words; '' where it says nothing. */
export function offerText({ spec, offered }: Pick<FieldState, 'spec' | 'offered'>, ellipsis: string): string {
  if (!spec.choices || !offered) return '';
  const { offer } = offered;
  if (offer === null) return `reading the choices${ellipsis}`;
  return offer.state === 'read' ? `from ${offer.from}` : 'type it: no choices';
}

/** The values that a field's choices are read with. */
export const askedWith = (spec: FormField, fields: readonly FieldState[]): string =>
  JSON.stringify(
    (spec.choices?.needs ?? []).map((name) => fields.find((f) => f.spec.name === name)?.field.value ?? ''),
  );

export const fieldsOf = (parameters: readonly FormField[]): FieldState[] =>
  parameters.map((spec) => ({ spec, field: textField(spec.default ?? ''), touched: false }));

/** The values to send: what is left empty is left to the definition's default. */
export function valuesOf(fields: readonly FieldState[]): Record<string, string> {
  const out: Record<string, string> = {};
  for (const { spec, field } of fields) if (field.value !== '') out[spec.name] = field.value;
  return out;
}

/** True when something was typed that leaving would lose. */
export const edited = (fields: readonly FieldState[]): boolean =>
  fields.some(({ spec, field }) => field.value !== (spec.default ?? ''));

const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** One sentence on what is wrong with a value, '' when nothing that can be told here. Patterns are the engine's business. */
export function check(spec: FormField, value: string): string {
  if (value === '') return spec.required && spec.default === undefined ? 'is required' : '';
  if (spec.type !== 'array' && spec.enum && !spec.enum.includes(value)) return `must be one of ${spec.enum.join(', ')}`;
  if (spec.type === 'boolean' && value !== 'true' && value !== 'false') return 'must be true or false';
  if (spec.type === 'integer' && !INTEGER.test(value)) return 'must be a whole number';
  if (spec.type === 'number' && !NUMBER.test(value)) return 'must be a number';
  if (spec.type === 'integer' || spec.type === 'number') {
    const n = Number(value);
    if (spec.minimum !== undefined && n < spec.minimum) return `must be at least ${spec.minimum}`;
    if (spec.maximum !== undefined && n > spec.maximum) return `must be at most ${spec.maximum}`;
  }
  return '';
}

/** One sentence on what is wrong with a field among the others, '' when nothing that can be told here. */
export function checkField(state: FieldState, fields: readonly FieldState[]): string {
  const { spec, field, offered } = state;
  const own = check(spec, field.value);
  if (own !== '' || field.value === '') return own;
  const other = fields.find((f) => f.spec.name === spec.differsFrom);
  if (other && other.field.value === field.value) return `must not be the same as ${spec.differsFrom}`;
  const { offer } = offered ?? {};
  if (offer?.state === 'read' && spec.type !== 'array' && !offer.rows.some((row) => row.value === field.value))
    return `is not among what ${offer.from} names`;
  return '';
}

/** What is said under a field: its own error first, else the engine's for the value it was asked about. */
export function errorOf(state: FieldState, fields: readonly FieldState[], errors: readonly FieldError[]): string {
  return checkField(state, fields) || (errors.find((e) => e.field === state.spec.name)?.message ?? '');
}

/** The next or previous choice, round the end; the one that must not be taken is passed over. */
export function turn(state: FieldState, direction: 1 | -1, fields: readonly FieldState[] = []): FieldState {
  const not = fields.find((f) => f.spec.name === state.spec.differsFrom)?.field.value;
  const choices = choicesOf(state)?.filter((c) => c === '' || c !== not || c === state.field.value);
  if (!choices || choices.length === 0) return state;
  const at = choices.indexOf(state.field.value);
  const next = at < 0 ? (direction > 0 ? 0 : choices.length - 1) : (at + direction + choices.length) % choices.length;
  return { ...state, touched: true, typed: '', field: textField(choices[next] ?? '') };
}

/**
 * What typing does to a field: text, or on a choice the one whose value or label begins with what was typed so far, else the
 * next one that begins with what was typed now.
 */
export function typeInto(state: FieldState, text: string): FieldState {
  const choices = choicesOf(state);
  if (!choices) return { ...state, touched: true, field: insert(state.field, text) };
  const at = choices.indexOf(state.field.value);
  const find = (from: number, typed: string) => {
    const begins = (of: string) => of.toLowerCase().startsWith(typed.toLowerCase());
    const ordered = [...choices.slice(Math.max(0, from)), ...choices.slice(0, Math.max(0, from))];
    return ordered.find((c) => c !== '' && (begins(c) || begins(labelOf(state, c))));
  };
  const longer = (state.typed ?? '') + text;
  const whole = state.typed ? find(at, longer) : undefined;
  const hit = whole ?? find(at + 1, text);
  if (hit === undefined) return state;
  return { ...state, touched: true, typed: whole === undefined ? text : longer, field: textField(hit) };
}
