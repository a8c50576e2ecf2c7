/** Resources inside of resources: each has a version, a kind and metadata like any other. */
import { DecodeError, decode } from '../schema/decode.ts';
import { META_TYPE, typeInfo } from '../schema/table.ts';
import { type Dict, isDict, type Meta } from '../types.ts';
import { type FieldError, invalid, required } from '../validation/fielderror.ts';
import { validateMeta } from '../validation/meta.ts';
import { dns1035, pathSegment } from '../validation/names.ts';
import { memberOf, type Schema } from './structural.ts';

const path = (field: string, key: string): string => (field ? `${field}.${key}` : key);

function versionErrors(value: unknown, field: string): FieldError[] {
  if (typeof value !== 'string') return [invalid(field, value, 'must be a string')];
  if (value === '') return [invalid(field, value, 'must not be empty')];
  return value.split('/').length > 2 ? [invalid(field, value, `unexpected GroupVersion string: ${value}`)] : [];
}

function kindErrors(value: unknown, field: string): FieldError[] {
  if (typeof value !== 'string') return [invalid(field, value, 'must be a string')];
  if (value === '') return [invalid(field, value, 'must not be empty')];
  const problems = dns1035(value.toLowerCase());
  if (problems.length === 0) return [];
  return [invalid(field, value, `may have mixed case, but should otherwise match: ${problems.join(',')}`)];
}

function resourceErrors(value: Record<string, unknown>, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ['apiVersion', 'kind']) if (!Object.hasOwn(value, name)) errors.push(required(path(field, name)));
  if (Object.hasOwn(value, 'apiVersion')) errors.push(...versionErrors(value.apiVersion, path(field, 'apiVersion')));
  if (Object.hasOwn(value, 'kind')) errors.push(...kindErrors(value.kind, path(field, 'kind')));
  if (isDict(value.metadata)) {
    const meta = value.metadata as unknown as Meta;
    // It may be without a name: one is made up, so that nothing is said of it.
    const named = { ...meta, name: meta.name || 'name' };
    const rules = { name: pathSegment, namespaced: false, custom: true };
    errors.push(...validateMeta(named, rules, path(field, 'metadata')));
  }
  return errors;
}

/** What is wrong with the resources inside a value. */
export function validateEmbedded(value: unknown, schema: Schema | undefined, field: string): FieldError[] {
  if (!schema) return [];
  if (Array.isArray(value)) return value.flatMap((item, at) => validateEmbedded(item, schema.items, `${field}[${at}]`));
  if (!isDict(value)) return [];
  const own = schema['x-kubernetes-embedded-resource'] ? resourceErrors(value, field) : [];
  const properties = schema.properties ?? {};
  return [
    ...own,
    ...Object.entries(value).flatMap(([key, member]) =>
      validateEmbedded(
        member,
        memberOf(schema, key),
        Object.hasOwn(properties, key) ? path(field, key) : `${field}[${key}]`,
      ),
    ),
  ];
}

/** Reads the metadata of one resource inside; what it doesn't know is dropped and named. */
function coerceOne(value: Dict, field: string, dropped: string[]): void {
  for (const name of ['apiVersion', 'kind'])
    if (Object.hasOwn(value, name) && typeof value[name] !== 'string')
      throw refused(invalid(path(field, name), value[name], 'must be a string'));
  const { metadata } = value;
  if (metadata === undefined) return;
  const where = path(field, 'metadata');
  if (!isDict(metadata)) {
    const shown = Array.isArray(metadata) ? 'array' : typeof metadata;
    throw refused(invalid(where, metadata, `json: cannot unmarshal ${shown} into Go value of type v1.ObjectMeta`));
  }
  try {
    const decoded = decode(typeInfo(META_TYPE), metadata, false);
    dropped.push(...decoded.unknown.map((name) => `${where}.${name}`));
    value.metadata = decoded.value;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw refused(invalid(where, sorted(metadata), error.message));
  }
}

const refused = ({ field, message }: FieldError): DecodeError => new DecodeError(`${field}: ${message}`);
const sorted = (value: Dict): Dict => Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));

/**
 * Gives the resources inside a value, in place, metadata that is metadata. Throws DecodeError where it isn't, unless the value is one that
 * was taken once.
 */
export function coerceEmbedded(
  value: unknown,
  schema: Schema | undefined,
  field: string,
  dropped: string[],
  lenient: boolean,
): void {
  if (!schema) return;
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) coerceEmbedded(item, schema.items, `${field}[${at}]`, dropped, lenient);
    return;
  }
  if (!isDict(value)) return;
  if (schema['x-kubernetes-embedded-resource'])
    try {
      coerceOne(value, field, dropped);
    } catch (error) {
      if (!lenient || !(error instanceof DecodeError)) throw error;
    }
  for (const [key, member] of Object.entries(value))
    coerceEmbedded(member, memberOf(schema, key), path(field, key), dropped, lenient);
}
