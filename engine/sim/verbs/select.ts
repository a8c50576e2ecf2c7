import { badRequest, qualified } from '../errors.ts';
import type { ResourceInfo } from '../resources/info.ts';
import { keptName, selectableNames } from '../resources/selectable.ts';
import { type FieldTerm, type LabelTerm, matchesLabels, parseFieldSelector, parseLabelSelector } from '../selectors.ts';
import type { Entry } from '../store/entry.ts';

/** Which objects of a resource a list, a watch or a collection delete is about. */
export interface Selection {
  /** Empty: every namespace. */
  namespace: string;
  /** One object's name, from the path or a field selector; empty: all. */
  name: string;
  labels: LabelTerm[];
  fields: FieldTerm[];
}

export const everything = (namespace = ''): Selection => ({ namespace, name: '', labels: [], fields: [] });

/** Kinds without fields of their own answer in other words. */
function unknownField(info: ResourceInfo, version: string, field: string): string {
  if (info.kind === 'Job' && info.group === 'batch')
    return `field label ${JSON.stringify(field)} not supported for Job`;
  if (selectable(info, version).length > 0 || info.custom) return `field label not supported: ${field}`;
  return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

export function makeSelection(
  info: ResourceInfo,
  namespace: string,
  labelSelector: string,
  fieldSelector: string,
  name = '',
): Selection {
  return selectionFrom(info, info.storageVersion, namespace, parseSelectors(labelSelector, fieldSelector), name);
}

type Parsed = Pick<Selection, 'labels' | 'fields'>;

/** Reads both; what is wrong with their form comes before the question which fields there are. */
export const parseSelectors = (labelSelector: string, fieldSelector: string): Parsed => ({
  labels: labelSelector ? parseLabelSelector(labelSelector) : [],
  fields: fieldSelector ? parseFieldSelector(fieldSelector) : [],
});

export function selectionFrom(
  info: ResourceInfo,
  version: string,
  namespace: string,
  { labels, fields }: Parsed,
  name = '',
): Selection {
  const known = new Set(['metadata.name', 'metadata.namespace', ...selectable(info, version)]);
  for (const { field } of fields) if (!known.has(field)) throw badRequest(unknownField(info, version, field));
  const byName = fields.find((term) => term.field === 'metadata.name' && term.equal);
  if (name && fields.length > 0 && byName?.value !== name)
    throw badRequest("fieldSelector metadata.name doesn't match requested name");
  const kept = fields.map((term) => ({ ...term, field: keptName(qualified(info), term.field) }));
  return { namespace, name: name || byName?.value || '', labels, fields: kept };
}

const selectable = (info: ResourceInfo, version: string): string[] =>
  info.custom?.selectable(version) ?? selectableNames(qualified(info));

export const isRestricted = (selection: Selection): boolean =>
  selection.labels.length > 0 || selection.fields.length > 0;

function fieldValue(entry: Entry, field: string): string {
  if (field === 'metadata.name') return entry.name;
  if (field === 'metadata.namespace') return entry.namespace;
  return entry.fields?.[field] ?? '';
}

export function selects(selection: Selection, entry: Entry): boolean {
  if (selection.namespace && entry.namespace !== selection.namespace) return false;
  if (selection.name && entry.name !== selection.name) return false;
  for (const term of selection.fields) if ((fieldValue(entry, term.field) === term.value) !== term.equal) return false;
  return selection.labels.length === 0 || matchesLabels(selection.labels, entry.labels);
}
