/** What a definition must be: names that fit, one storage version, schemas whose rules a server can run, and paths that are paths. */
import { at, equal } from '../json.ts';
import { isDict, type SimObject } from '../types.ts';
import {
  denied,
  duplicate,
  type FieldError,
  immutable,
  invalid,
  required,
  unsupported,
} from '../validation/fielderror.ts';
import { dns1035, subdomain } from '../validation/names.ts';
import { checkConversion } from './conversion.ts';
import { checkDefaults } from './defaults.ts';
import { readFieldPath } from './fieldpath.ts';
import { checkOpenApi, isUnsupported } from './openapi.ts';
import type { CrdSpec, Schema, VersionSpec } from './structural.ts';
import { checkStructure } from './structure.ts';

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
/** Keys that the root of a schema may not have beside a status that is written by itself. */
const NOT_AT_ROOT = [
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'enum',
  'default',
  'maxProperties',
  'minProperties',
  'additionalProperties',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
];
const ROOT_FIELDS =
  '[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]';

function checkSchema(schema: Schema, status: boolean, field: string, unchanged: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (status && NOT_AT_ROOT.some((name) => (schema as Record<string, unknown>)[name] !== undefined))
    errors.push(
      invalid(
        field,
        schema,
        `only ${ROOT_FIELDS} fields are allowed at the root of the schema if the status subresource is enabled`,
      ),
    );
  if (schema.nullable) errors.push(denied(`${field}.nullable`, 'nullable cannot be true at the root'));
  const readable = !isUnsupported(schema);
  const structure = readable ? checkStructure(schema, field) : [];
  const defaults = readable && structure.length === 0 ? checkDefaults(schema, field) : [];
  const compiles = readable && structure.length === 0 && defaults.length === 0;
  return [...errors, ...structure, ...defaults, ...checkOpenApi(schema, field, compiles, unchanged)];
}

/** A path of names after dots, as a server takes it without looking closer. */
function simplePath(path: string, field: string): FieldError[] {
  return path.startsWith('.') ? [] : [invalid(field, path, 'must be a simple json path starting with .')];
}

function checkColumns(version: VersionSpec, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [at, column] of (version.additionalPrinterColumns ?? []).entries()) {
    const where = `${field}.additionalPrinterColumns[${at}]`;
    const types = `must be one of ${COLUMN_TYPES.join(',')}`;
    if (!column.name) errors.push(required(`${where}.name`));
    if (!column.type) errors.push(required(`${where}.type`, types));
    else if (!COLUMN_TYPES.includes(column.type)) errors.push(invalid(`${where}.type`, column.type, types));
    if (column.format && !COLUMN_FORMATS.includes(column.format))
      errors.push(invalid(`${where}.format`, column.format, `must be one of ${COLUMN_FORMATS.join(',')}`));
    if (!column.jsonPath) errors.push(required(`${where}.JSONPath`));
    else errors.push(...simplePath(column.jsonPath, `${where}.JSONPath`));
  }
  return errors;
}

function checkScale(version: VersionSpec, field: string): FieldError[] {
  const scale = version.subresources?.scale;
  if (!scale) return [];
  const errors: FieldError[] = [];
  const one = (name: 'specReplicasPath' | 'statusReplicasPath' | 'labelSelectorPath', under: string[]): void => {
    const where = `${field}.subresources.scale.${name}`;
    const path = scale[name];
    if (!path) {
      if (name !== 'labelSelectorPath') errors.push(required(where));
      return;
    }
    const wrong = simplePath(path, where);
    const places = under.length === 1 ? under[0] : `either ${under.join(' or ')}`;
    if (wrong.length > 0) errors.push(...wrong);
    else if (!under.some((start) => path.startsWith(`${start}.`)))
      errors.push(invalid(where, path, `should be a json path under ${places}`));
  };
  one('specReplicasPath', ['.spec']);
  one('statusReplicasPath', ['.status']);
  one('labelSelectorPath', ['.spec', '.status']);
  return errors;
}

function checkSelectable(version: VersionSpec, schema: Schema | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [at, { jsonPath }] of (version.selectableFields ?? []).entries()) {
    const where = `${field}.selectableFields[${at}].jsonPath`;
    if (!jsonPath) {
      errors.push(required(where));
      continue;
    }
    const path = readFieldPath(jsonPath, schema ?? {}, false);
    if (typeof path === 'string') {
      errors.push(invalid(where, jsonPath, `is an invalid path: ${path}`));
      continue;
    }
    if (path.names[0] === 'metadata') errors.push(invalid(where, jsonPath, 'must not point to fields in metadata'));
    if (!['string', 'boolean', 'integer'].includes(path.schema?.type ?? ''))
      errors.push(
        invalid(
          where,
          jsonPath,
          'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
        ),
      );
    if (seen.has(path.shown)) errors.push(duplicate(where, jsonPath));
    seen.add(path.shown);
  }
  if (seen.size > 8)
    errors.push({
      reason: 'FieldValueTooMany',
      field: `${field}.selectableFields`,
      message: `Too many: ${seen.size}: must have at most 8 items`,
    });
  return errors;
}

const printable = (text: string): number => [...text].findIndex((one) => /[^\P{C}]|[^\S ]/u.test(one));

function checkDeprecation({ deprecated, deprecationWarning: text }: VersionSpec, field: string): FieldError[] {
  const where = `${field}.deprecationWarning`;
  if (text === undefined || text === null) return [];
  if (!deprecated) return [invalid(where, text, 'can only be set for deprecated versions')];
  const problems: string[] = [];
  if (Buffer.byteLength(text) > 256) problems.push('must be <= 256 characters long');
  if (text === '') problems.push('must not be an empty string');
  const bad = printable(text);
  if (bad >= 0)
    problems.push(`must only contain printable UTF-8 characters; non-printable character found at index ${bad}`);
  return problems.map((one) => invalid(where, text, one));
}

/** What all versions have in common a server keeps, and names, once. */
function shared(versions: readonly VersionSpec[], name: keyof VersionSpec): boolean {
  return versions.every((version) => equal(version[name] ?? null, versions[0]![name] ?? null));
}

function checkVersions(spec: CrdSpec, old: CrdSpec | undefined): FieldError[] {
  const versions = spec.versions ?? [];
  const one = (name: keyof VersionSpec): boolean => versions.length > 0 && shared(versions, name);
  const [schemas, columns, subresources, selectable] = [
    one('schema'),
    one('additionalPrinterColumns'),
    one('subresources'),
    one('selectableFields'),
  ];
  const missing = versions.flatMap((version, at) =>
    version.schema?.openAPIV3Schema ? [] : [required(`spec.versions[${at}].schema.openAPIV3Schema`)],
  );
  const unchanged = (version: VersionSpec): boolean => {
    const before = old?.versions.find((one) => one.name === version.name);
    return before !== undefined && equal(before.schema, version.schema);
  };
  const schemaErrors = (version: VersionSpec, field: string, status: boolean): FieldError[] => {
    const schema = version.schema?.openAPIV3Schema;
    return schema ? checkSchema(schema, status, `${field}.openAPIV3Schema`, unchanged(version)) : [];
  };
  const errors = [...missing];
  for (const [at, version] of versions.entries()) {
    const field = `spec.versions[${at}]`;
    const problems = dns1035(version.name ?? '');
    if (problems.length > 0) errors.push(invalid(`${field}.name`, version.name, problems.join(',')));
    errors.push(...checkDeprecation(version, field));
    if (!schemas) errors.push(...schemaErrors(version, `${field}.schema`, version.subresources?.status !== undefined));
    if (!subresources) errors.push(...checkScale(version, field));
    if (!columns) errors.push(...checkColumns(version, field));
    if (!selectable) errors.push(...checkSelectable(version, version.schema?.openAPIV3Schema, field));
  }
  if (new Set(versions.map((version) => version.name)).size < versions.length)
    errors.push(invalid('spec.versions', versions, 'must contain unique version names'));
  if (versions.filter((version) => version.storage).length !== 1)
    errors.push(invalid('spec.versions', versions, 'must have exactly one version marked as storage version'));
  const first = versions[0];
  const problems = first ? dns1035(first.name ?? '') : [];
  if (problems.length > 0) errors.push(invalid('spec.version', first!.name, problems.join(',')));
  errors.push(...checkNames(spec));
  if (!first) return errors;
  if (schemas)
    errors.push(
      ...schemaErrors(
        first,
        'spec.validation',
        versions.some((version) => version.subresources?.status !== undefined),
      ),
    );
  if (subresources) errors.push(...checkScale(first, 'spec'));
  if (columns) errors.push(...checkColumns(first, 'spec'));
  if (selectable) errors.push(...checkSelectable(first, first.schema?.openAPIV3Schema, 'spec'));
  return errors;
}

function checkNames(spec: CrdSpec): FieldError[] {
  const names = spec.names ?? {};
  const errors: FieldError[] = [];
  const all = ['plural', 'singular', 'kind', 'listKind'] as const;
  for (const name of all) if (!names[name]) errors.push(required(`spec.names.${name}`));
  const check = (value: string, field: string, mixed = false): void => {
    const problems = value ? dns1035(mixed ? value.toLowerCase() : value) : [];
    if (problems.length === 0) return;
    const text = problems.join(',');
    errors.push(invalid(field, value, mixed ? `may have mixed case, but should otherwise match: ${text}` : text));
  };
  for (const name of all) check(names[name] ?? '', `spec.names.${name}`, name === 'kind' || name === 'listKind');
  for (const [at, name] of (names.shortNames ?? []).entries()) check(name, `spec.names.shortNames[${at}]`);
  if (names.kind && names.kind === names.listKind)
    errors.push(invalid('spec.names.listKind', names.listKind, 'kind and listKind may not be the same'));
  for (const [at, name] of (names.categories ?? []).entries()) check(name, `spec.names.categories[${at}]`);
  return errors;
}

/** Versions that objects may be stored in stay. */
function checkStored(object: SimObject, spec: CrdSpec): FieldError[] {
  const stored = at(object, 'status', 'storedVersions');
  const field = 'status.storedVersions';
  if (!Array.isArray(stored) || stored.length === 0)
    return [invalid(field, stored ?? null, 'must have at least one stored version')];
  const names = new Set(spec.versions.map((version) => version.name));
  return (stored as string[]).flatMap((name, at) =>
    names.has(name)
      ? []
      : [
          invalid(
            `${field}[${at}]`,
            name,
            `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
          ),
        ],
  );
}

/** Refusals of a CustomResourceDefinition, new or changed. */
export function checkDefinition(object: SimObject, old: SimObject | undefined): FieldError[] {
  const spec = (object.spec ?? {}) as CrdSpec;
  const errors: FieldError[] = [];
  const wanted = `${spec.names?.plural}.${spec.group}`;
  if (!old && object.metadata.name !== wanted)
    errors.push(invalid('metadata.name', object.metadata.name, 'must be spec.names.plural+"."+spec.group'));
  if (!spec.group) errors.push(required('spec.group'));
  else {
    const problems = subdomain(spec.group);
    if (problems.length > 0) errors.push(invalid('spec.group', spec.group, problems.join(',')));
    else if (!spec.group.includes('.'))
      errors.push(invalid('spec.group', spec.group, 'should be a domain with at least one dot'));
  }
  if (spec.scope !== 'Namespaced' && spec.scope !== 'Cluster')
    errors.push(spec.scope ? unsupported('spec.scope', spec.scope, ['Cluster', 'Namespaced']) : required('spec.scope'));
  const before = old?.spec as CrdSpec | undefined;
  errors.push(...checkVersions(spec, before), ...checkConversion(spec));
  if (old && before) {
    if (established(old)) {
      if (before.scope !== spec.scope) errors.push(immutable('spec.scope', spec.scope));
      if (before.names.kind !== spec.names.kind) errors.push(immutable('spec.names.kind', spec.names.kind));
    }
    if (before.group !== spec.group) errors.push(immutable('spec.group', spec.group));
    if (before.names.plural !== spec.names.plural) errors.push(immutable('spec.names.plural', spec.names.plural));
  }
  errors.push(...checkStored(object, spec));
  if (spec.preserveUnknownFields === true && before?.preserveUnknownFields !== true)
    errors.push(
      invalid(
        'spec.preserveUnknownFields',
        true,
        'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ),
    );
  return errors;
}

const established = (object: SimObject): boolean => {
  const conditions = at(object, 'status', 'conditions');
  return (
    Array.isArray(conditions) &&
    conditions.some((one) => isDict(one) && one.type === 'Established' && one.status === 'True')
  );
};
