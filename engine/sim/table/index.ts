/** Tables as kubectl shows them, and objects cut to their metadata. Reads entries, touches nothing else. */
import { qualified } from '../errors.ts';
import type { Kernel } from '../kernel.ts';
import type { PrinterColumn, ResourceInfo } from '../resources/info.ts';
import type { Entry } from '../store/entry.ts';
import type { SimObject } from '../types.ts';
import { inVersion } from '../verbs/common.ts';
import { type Age, age, type Cell, created, text } from './cells.ts';
import { type Column, columnsOf } from './columns.ts';
import { CORE_CELLS } from './core.ts';
import { humanDuration } from './duration.ts';
import { evaluate, parsePath } from './jsonpath.ts';
import { podConditions } from './pods.ts';
import { WORKLOAD_CELLS } from './workloads.ts';

export type IncludeObject = 'Metadata' | 'None' | 'Object';

const NAME: Column = { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 };
const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

const customColumns = (info: ResourceInfo, version: string): PrinterColumn[] => {
  const columns = info.custom?.columns(version) ?? [];
  return columns.length > 0 ? columns : [AGE];
};

function tableColumns(info: ResourceInfo, version: string): Column[] {
  if (!info.custom) return columnsOf(qualified(info));
  return [
    NAME,
    ...customColumns(info, version).map(({ name, type, format = '', description = '', priority = 0 }) => ({
      name,
      type,
      format,
      description,
      priority,
    })),
  ];
}

function customCell(object: SimObject, column: PrinterColumn): Cell {
  const steps = parsePath(column.jsonPath);
  const found = steps ? evaluate(object, steps) : [];
  const [value] = found;
  if (value === undefined || value === null) return null;
  if (column.type === 'date') return age(value);
  if (column.type === 'integer') return typeof value === 'number' ? Math.trunc(value) : null;
  if (column.type === 'number') return typeof value === 'number' ? value : null;
  if (column.type === 'boolean') return typeof value === 'boolean' ? value : null;
  return found.map((one) => (typeof one === 'object' ? JSON.stringify(one) : text(one))).join(' ');
}

function makeCells(info: ResourceInfo, version: string, object: SimObject): Cell[] {
  if (info.custom)
    return [object.metadata.name, ...customColumns(info, version).map((column) => customCell(object, column))];
  const resource = qualified(info);
  const cells = CORE_CELLS[resource] ?? WORKLOAD_CELLS[resource];
  if (cells) return cells(object);
  // Kinds whose columns are known but not their cells show the age and leave the rest empty.
  const columns = columnsOf(resource);
  return columns.map(({ name, type }) => {
    if (name === 'Name') return object.metadata.name;
    if (name === 'Created At') return object.metadata.creationTimestamp ?? null;
    if (name === 'Age') return created(object);
    return type === 'integer' ? 0 : type === 'boolean' ? false : '';
  });
}

/** A row's text up to its object: pieces between the ages, which are all that changes while the object doesn't. */
type Pieces = (string | Age)[];

/** Of entries already shown. Not of custom resources: their columns differ between versions and change with their definition. */
const kept = new WeakMap<Entry, Pieces>();

function piecesOf(kernel: Kernel, info: ResourceInfo, version: string, entry: Entry): Pieces {
  const known = kept.get(entry);
  if (known) return known;
  // Events are stored in one shape and shown alike, whichever group they are asked for in.
  const object = info.custom ? inVersion(kernel, info, entry, version) : kernel.store.object(info, entry);
  const pieces: Pieces = [];
  let text = '{"cells":[';
  for (const [at, cell] of makeCells(info, version, object).entries()) {
    if (at > 0) text += ',';
    if (isAge(cell)) {
      pieces.push(text, cell);
      text = '';
    } else text += JSON.stringify(cell);
  }
  text += ']';
  if (info.plural === 'pods' && !info.custom) {
    const conditions = podConditions(object);
    if (conditions) text += `,"conditions":${JSON.stringify(conditions)}`;
  }
  pieces.push(`${text},"object":`);
  if (!info.custom) kept.set(entry, pieces);
  return pieces;
}

const isAge = (cell: Cell): cell is Age => typeof cell === 'object' && cell !== null;

const ageText = ({ since, before = '', after = '' }: Age, now: number): string =>
  JSON.stringify(`${before}${humanDuration(now - since)}${after}`);

export interface TableOptions {
  /** Of the group meta.k8s.io: v1 or v1beta1. */
  metaVersion: string;
  include: IncludeObject;
  /** Left out (null) in all events of a watch but its first. */
  withColumns: boolean;
}

/** `"metadata":{…}` of an entry, without parsing it. */
const metadataBytes = (entry: Entry): Buffer => entry.body.subarray(0, entry.metaEnd);

/** An object's metadata as an object of its own. */
export const partialText = (metaVersion: string, entry: Entry): string =>
  `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/${metaVersion}",${metadataBytes(entry).toString('utf8')}}`;

function rowText(
  kernel: Kernel,
  info: ResourceInfo,
  version: string,
  entry: Entry,
  options: TableOptions,
  objectText: () => string,
): string {
  const now = kernel.clock.now();
  let text = '';
  for (const piece of piecesOf(kernel, info, version, entry))
    text += typeof piece === 'string' ? piece : ageText(piece, now);
  const object =
    options.include === 'None'
      ? 'null'
      : options.include === 'Object'
        ? objectText()
        : partialText(options.metaVersion, entry);
  return `${text}${object}}`;
}

/** A Table with a row for each entry. `objectText` gives an entry's whole object. */
export function tableText(
  kernel: Kernel,
  info: ResourceInfo,
  version: string,
  metadata: object,
  entries: readonly Entry[],
  options: TableOptions,
  objectText: (entry: Entry) => string,
): string {
  const columns = options.withColumns ? JSON.stringify(tableColumns(info, version)) : 'null';
  const rows = entries.map((entry) => rowText(kernel, info, version, entry, options, () => objectText(entry)));
  return `{"kind":"Table","apiVersion":"meta.k8s.io/${options.metaVersion}","metadata":${JSON.stringify(metadata)},"columnDefinitions":${columns},"rows":[${rows.join(',')}]}`;
}

/** The row of a bookmark: nothing but its metadata. */
export function bookmarkTable(info: ResourceInfo, version: string, metadata: object, options: TableOptions): string {
  const cells = tableColumns(info, version).map(({ name, type }) =>
    name === 'Age' ? '<unknown>' : type === 'integer' ? 0 : '',
  );
  const object =
    options.include === 'None'
      ? null
      : { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${options.metaVersion}`, metadata };
  const table = {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.metaVersion}`,
    metadata: { resourceVersion: (metadata as { resourceVersion: string }).resourceVersion },
    columnDefinitions: null,
    rows: [{ cells, object }],
  };
  return JSON.stringify(table);
}
