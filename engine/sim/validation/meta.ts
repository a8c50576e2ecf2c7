/** metadata: names, labels, annotations, owners, finalizers, and what an update must not change. */
import { equal } from '../json.ts';
import type { Labels, Meta } from '../types.ts';
import { denied, type FieldError, immutable, invalid, required, tooLong } from './fielderror.ts';
import { labelValue, type NameRule, qualifiedName } from './names.ts';

const ANNOTATIONS_LIMIT = 256 * 1024;
const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

export function validateLabels(labels: Labels | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    errors.push(...qualifiedName(key).map((text) => invalid(field, key, text)));
    errors.push(...labelValue(value).map((text) => invalid(field, value, text)));
  }
  return errors;
}

export function validateAnnotations(annotations: Labels | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    errors.push(...qualifiedName(key.toLowerCase()).map((text) => invalid(field, key, text)));
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > ANNOTATIONS_LIMIT) errors.push(tooLong(field, ANNOTATIONS_LIMIT));
  return errors;
}

function validateOwners(meta: Meta, field: string): FieldError[] {
  const errors: FieldError[] = [];
  let controller = '';
  for (const owner of meta.ownerReferences ?? []) {
    if (!owner.apiVersion)
      errors.push(invalid(`${field}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty'));
    if (!owner.kind) errors.push(invalid(`${field}.kind`, owner.kind ?? '', 'must not be empty'));
    if (!owner.name) errors.push(invalid(`${field}.name`, owner.name ?? '', 'must not be empty'));
    if (!owner.uid) errors.push(invalid(`${field}.uid`, owner.uid ?? '', 'must not be empty'));
    if (owner.controller !== true) continue;
    if (controller)
      errors.push(
        invalid(
          field,
          meta.ownerReferences,
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${owner.name}`,
        ),
      );
    else controller = owner.name;
  }
  return errors;
}

function validateFinalizers(finalizers: readonly string[], field: string, custom: boolean): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of finalizers) errors.push(...qualifiedName(name).map((text) => invalid(field, name, text)));
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion'))
    errors.push(invalid(field, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  if (!custom)
    for (const [index, name] of finalizers.entries())
      if (!name.includes('/') && !STANDARD_FINALIZERS.has(name))
        errors.push(
          invalid(`${field}[${index}]`, name, 'name is neither a standard finalizer name nor is it fully qualified'),
        );
  return errors;
}

export interface MetaRules {
  name: NameRule;
  namespaced: boolean;
  /** Custom resources only warn about unqualified finalizers. */
  custom: boolean;
}

/** `base` is where the metadata stands. */
export function validateMeta(meta: Meta, rules: MetaRules, base = 'metadata'): FieldError[] {
  const errors: FieldError[] = [];
  const field = (name: string): string => `${base}.${name}`;
  if (meta.generateName)
    errors.push(
      ...rules.name(meta.generateName, true).map((text) => invalid(field('generateName'), meta.generateName, text)),
    );
  if (!meta.name) errors.push(required(field('name'), 'name or generateName is required'));
  else errors.push(...rules.name(meta.name).map((text) => invalid(field('name'), meta.name, text)));
  if (rules.namespaced && !meta.namespace) errors.push(required(field('namespace')));
  errors.push(
    ...validateLabels(meta.labels, field('labels')),
    ...validateAnnotations(meta.annotations, field('annotations')),
    ...validateOwners(meta, field('ownerReferences')),
    ...validateFinalizers(meta.finalizers ?? [], field('finalizers'), rules.custom),
  );
  return errors;
}

const listed = (names: readonly string[]): string =>
  `[]string{${names.map((name) => JSON.stringify(name)).join(', ')}}`;

/** What an update of the metadata must leave alone. Absent times and uids have been taken from the old object before. */
export function validateMetaUpdate(meta: Meta, old: Meta): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of [
    'name',
    'namespace',
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ] as const)
    if (!equal(meta[name], old[name])) errors.push(immutable(`metadata.${name}`, meta[name]));
  if (old.deletionTimestamp) {
    const added = (meta.finalizers ?? []).filter((name) => !(old.finalizers ?? []).includes(name));
    if (added.length > 0)
      errors.unshift(
        denied(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers ${listed(added)}`,
        ),
      );
  }
  errors.push(
    ...validateLabels(meta.labels, 'metadata.labels'),
    ...validateAnnotations(meta.annotations, 'metadata.annotations'),
    ...validateOwners(meta, 'metadata.ownerReferences'),
  );
  return errors;
}
