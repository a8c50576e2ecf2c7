/**
 * Parameters: from the text of a form or a flag, or the value of a document, to a typed value. The type is the schema's,
 * else that of the default (the seed's form), else string.
 */
import type { ParameterAssignment, ParameterDefinition, ParameterSchema, ParameterValue } from '../api/types.ts';
import { parseDuration } from './duration.ts';
import { suggestion } from './nearest.ts';
import { parseQuantity } from './quantity.ts';
import { regex } from './regex.ts';
import { fail, ok, type Result } from './result.ts';
import { show } from './show.ts';

export type ParameterType = NonNullable<ParameterSchema['type']>;
type Scalar = string | number | boolean;

const typeOfValue = (value: unknown): ParameterType =>
  Array.isArray(value)
    ? 'array'
    : typeof value === 'boolean'
      ? 'boolean'
      : typeof value === 'number'
        ? Number.isInteger(value)
          ? 'integer'
          : 'number'
        : 'string';

const typeOf = (schema: ParameterSchema | undefined, value?: unknown): ParameterType =>
  schema?.type ?? typeOfValue(schema?.enum?.[0] ?? value);

/** The schema of its value; a list of choices is all there is. */
export function valueSchema({
  schema,
  choices,
}: Pick<ParameterDefinition, 'schema' | 'choices'>): ParameterSchema | undefined {
  if (!Array.isArray(choices)) return schema;
  if (schema?.type === 'array') return { ...schema, items: { ...schema.items, enum: schema.items?.enum ?? choices } };
  return { ...schema, enum: schema?.enum ?? choices };
}

export const parameterType = (definition: ParameterDefinition): ParameterType =>
  typeOf(valueSchema(definition), definition.value);

const range = (low: number | undefined, high: number | undefined): string =>
  low !== undefined && high !== undefined
    ? low === high
      ? `${low}`
      : `${low}..${high}`
    : low !== undefined
      ? `at least ${low}`
      : high !== undefined
        ? `at most ${high}`
        : '';

const FORMATS: Record<string, string> = {
  quantity: 'a quantity such as 500m or 2Gi',
  duration: 'a duration such as 30s or 1h30m',
};

const NOUNS: Record<ParameterType, string> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
};

/** What fits a schema, in a few words: `1..16384`, `one of a, b`, `1..3 items, each matching ^[a-z]+$`. */
function describe(schema: ParameterSchema | undefined, type: ParameterType): string {
  if (schema?.enum) return `one of ${schema.enum.join(', ')}`;
  const parts: string[] = [];
  const bounds = range(schema?.minimum, schema?.maximum);
  if (type === 'integer' || type === 'number') parts.push(bounds || NOUNS[type]);
  if (type === 'boolean') parts.push(NOUNS.boolean);
  if (type === 'string') {
    if (schema?.format && FORMATS[schema.format]) parts.push(FORMATS[schema.format]!);
    const length = range(schema?.minLength, schema?.maxLength);
    if (length) parts.push(`${length} characters`);
    if (schema?.pattern) parts.push(`matching ${schema.pattern}`);
  }
  if (type === 'array') {
    const count = range(schema?.minItems, schema?.maxItems);
    if (count) parts.push(count === '1' ? '1 item' : `${count} items`);
    const each = describe(schema?.items, typeOf(schema?.items));
    parts.push(parts.length > 0 && each ? `each ${each}` : each ? `comma-separated, each ${each}` : 'comma-separated');
  }
  return parts.join(', ');
}

/** What a form shows beside the field; '' when any text will do. */
export const parameterHint = (definition: ParameterDefinition): string =>
  describe(valueSchema(definition), parameterType(definition));

function scalar(type: ParameterType, value: unknown): Result<Scalar> {
  const wrong = () => fail(`${show(value)} is not ${NOUNS[type]}`);
  switch (type) {
    case 'integer': {
      if (typeof value === 'string' ? !/^[+-]?\d{1,16}$/.test(value.trim()) : typeof value !== 'number') return wrong();
      const number = Number(value);
      if (!Number.isInteger(number)) return wrong();
      return Number.isSafeInteger(number) ? ok(number === 0 ? 0 : number) : fail(`${show(value)} is too large`);
    }
    case 'number': {
      const shape = /^[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?$/;
      if (typeof value === 'string' ? !shape.test(value.trim()) : typeof value !== 'number') return wrong();
      const number = Number(value);
      return Number.isFinite(number) ? ok(number === 0 ? 0 : number) : fail(`${show(value)} is too large`);
    }
    case 'boolean': {
      const words: Record<string, boolean> = { true: true, false: false, yes: true, no: false };
      if (typeof value === 'boolean') return ok(value);
      const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
      return Object.hasOwn(words, word) ? ok(words[word]!) : wrong();
    }
    default:
      if (typeof value === 'object' || value === undefined) return fail(`${show(value)} is not ${NOUNS.string}`);
      if (String(value).includes('\0')) return fail('a NUL character can’t be passed to a command');
      return ok(String(value));
  }
}

function fits(schema: ParameterSchema, value: Scalar): string | undefined {
  if (schema.enum && !schema.enum.some((allowed) => String(allowed) === String(value))) {
    const all = schema.enum.map(String);
    return `${show(value)} is not one of ${all.join(', ')}${suggestion(String(value), all).replace(/^; known.*/, '')}`;
  }
  if (typeof value === 'number') {
    const { minimum, maximum } = schema;
    const low = minimum !== undefined && value < minimum;
    if (low || (maximum !== undefined && value > maximum)) return `${value} is outside ${range(minimum, maximum)}`;
  }
  if (typeof value !== 'string') return undefined;
  const length = [...value].length;
  const { minLength, maxLength, pattern, format } = schema;
  if (length < (minLength ?? 0) || length > (maxLength ?? Number.POSITIVE_INFINITY)) {
    return `${show(value)} has ${length} characters, not ${range(minLength, maxLength)}`;
  }
  if (pattern !== undefined) {
    const re = regex(pattern);
    if (!re.ok) return re.error;
    if (!re.value.matcher(value).find()) return `${show(value)} does not match ${pattern}`;
  }
  const parsed =
    format === 'quantity' ? parseQuantity(value) : format === 'duration' ? parseDuration(value) : undefined;
  return parsed && !parsed.ok ? parsed.error : undefined;
}

function items(text: string): Result<unknown[]> {
  const trimmed = text.trim();
  if (!trimmed.startsWith('[')) return ok(trimmed === '' ? [] : trimmed.split(',').map((item) => item.trim()));
  try {
    return ok(JSON.parse(trimmed));
  } catch {
    return fail(`${show(text)} is not a list; write a,b,c or ["a","b","c"]`);
  }
}

/** A typed value that satisfies the definition's schema; text is converted (a form, `-p`, or a quoted number in YAML). */
export function coerceParameter(definition: ParameterDefinition, given: unknown): Result<ParameterValue> {
  const schema = valueSchema(definition) ?? {};
  const type = parameterType(definition);
  if (type !== 'array') {
    const value = scalar(type, given);
    if (!value.ok) {
      const hint = parameterHint(definition);
      return hint && hint !== NOUNS[type] ? fail(`${value.error} (${hint})`) : value;
    }
    const wrong = fits(schema, value.value);
    return wrong === undefined ? value : fail(wrong);
  }
  const list = typeof given === 'string' ? items(given) : ok(Array.isArray(given) ? given : [given]);
  if (!list.ok) return list;
  const sample = Array.isArray(definition.value) ? definition.value[0] : undefined;
  const itemType = typeOf(schema.items, schema.items ? undefined : sample);
  if (itemType === 'array') return fail('a list of lists is not supported');
  const values: Scalar[] = [];
  for (const [i, item] of list.value.entries()) {
    const value = scalar(itemType, item);
    const wrong = value.ok ? fits(schema.items ?? {}, value.value) : value.error;
    if (!value.ok || wrong !== undefined) return fail(`item ${i + 1}: ${wrong}`);
    values.push(value.value);
  }
  const { minItems, maxItems } = schema;
  if (values.length < (minItems ?? 0) || values.length > (maxItems ?? Number.POSITIVE_INFINITY)) {
    return fail(`${values.length} items, not ${range(minItems, maxItems)}`);
  }
  return ok(values);
}

export interface ResolvedParameters {
  /** Every declared parameter: its given value, else its default, else undefined. */
  values: Record<string, ParameterValue | undefined>;
  /** All that is wrong, by parameter; nothing may run while it isn't empty. */
  errors: { field: string; message: string }[];
}

/** Defaults and overrides of one run. Unknown, repeated and missing parameters are errors. */
export function resolveParameters(
  definitions: readonly ParameterDefinition[],
  assignments: readonly ParameterAssignment[],
): ResolvedParameters {
  const values: ResolvedParameters['values'] = Object.create(null);
  const errors: ResolvedParameters['errors'] = [];
  const given = new Map<string, unknown>();
  const names = definitions.map((definition) => definition.name);
  for (const { name, value } of assignments) {
    if (!names.includes(name)) errors.push({ field: name, message: `no such parameter${suggestion(name, names)}` });
    else if (given.has(name)) errors.push({ field: name, message: 'given twice' });
    else if (value !== undefined) given.set(name, value);
  }
  for (const definition of definitions) {
    const { name, required } = definition;
    const value = given.get(name) ?? definition.value;
    values[name] = undefined;
    if (value === undefined || (required && value === '')) {
      if (required) errors.push({ field: name, message: `a value is required${hintAfter(definition)}` });
      continue;
    }
    const typed = coerceParameter(definition, value);
    if (typed.ok) values[name] = typed.value;
    else errors.push({ field: name, message: typed.error });
  }
  for (const { name, differsFrom } of definitions) {
    const value = differsFrom === undefined ? undefined : values[name];
    // Texts are compared: a list is another object each time it is read.
    if (value !== undefined && JSON.stringify(value) === JSON.stringify(values[differsFrom ?? '']))
      errors.push({ field: name, message: `must not be the same as ${differsFrom}` });
  }
  return { values, errors };
}

const hintAfter = (definition: ParameterDefinition) => {
  const hint = parameterHint(definition);
  return hint ? `: ${hint}` : '';
};
