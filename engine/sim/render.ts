/** From stored entries to the bytes of an answer, without parsing where nothing must change. */

import { entryIn } from './conversion/convert.ts';
import type { Kernel } from './kernel.ts';
import { sameShape } from './kinds/convert.ts';
import { apiVersionOf, type ResourceInfo } from './resources/info.ts';
import { type Entry, prefixOf } from './store/entry.ts';
import { bodyOf } from './store/store.ts';
import { type IncludeObject, partialText, tableText } from './table/index.ts';
import { inVersion } from './verbs/common.ts';

const OPEN = Buffer.from('{');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']}');

const prefixes = new Map<string, Buffer>();

/** `{"kind":…,"apiVersion":…,` as bytes. */
export function head(kind: string, apiVersion: string): Buffer {
  const key = `${apiVersion}/${kind}`;
  let bytes = prefixes.get(key);
  if (!bytes) {
    bytes = Buffer.from(prefixOf(kind, apiVersion));
    prefixes.set(key, bytes);
  }
  return bytes;
}

/** The entry's text behind kind and apiVersion, in a version. */
export function bodyIn(kernel: Kernel, info: ResourceInfo, version: string, entry: Entry): Buffer {
  if (sameShape(info, version, entry)) return entry.body;
  return bodyOf(inVersion(kernel, info, entry, version)).body;
}

export const objectText = (kernel: Kernel, info: ResourceInfo, version: string, entry: Entry): string =>
  Buffer.concat(objectChunks(kernel, info, version, entry)).toString('utf8');

/** One object in one version. */
export const objectChunks = (kernel: Kernel, info: ResourceInfo, version: string, entry: Entry): Buffer[] => [
  head(info.kind, apiVersionOf(info.group, version)),
  bodyIn(kernel, info, version, entry),
];

export interface ListMeta {
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
}

/** How an answer is to look: see Form. */
export interface View {
  as: 'object' | 'table' | 'partial' | 'partialList';
  metaVersion: string;
  include: IncludeObject;
}

/** One object as it was asked for. Throws Unknown where a webhook must be asked. */
export function viewObject(kernel: Kernel, info: ResourceInfo, version: string, stored: Entry, view: View): Buffer[] {
  const entry = entryIn(kernel, info, stored, version);
  if (view.as === 'object') return objectChunks(kernel, info, version, entry);
  if (view.as === 'partial') return [Buffer.from(partialText(view.metaVersion, entry))];
  const table = { ...view, withColumns: true };
  return [
    Buffer.from(
      tableText(kernel, info, version, { resourceVersion: String(entry.rev) }, [entry], table, (one) =>
        objectText(kernel, info, version, one),
      ),
    ),
  ];
}

/** A whole list as it was asked for. */
export function viewList(
  kernel: Kernel,
  info: ResourceInfo,
  version: string,
  meta: ListMeta,
  entries: readonly Entry[],
  view: View,
): Buffer[] {
  if (view.as === 'object') return listChunks(kernel, info, version, meta, entries);
  if (view.as === 'table')
    return [
      Buffer.from(
        tableText(kernel, info, version, meta, entries, { ...view, withColumns: true }, (one) =>
          objectText(kernel, info, version, one),
        ),
      ),
    ];
  const items = entries.map((entry) => partialText(view.metaVersion, entry)).join(',');
  return [
    Buffer.from(
      `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/${view.metaVersion}","metadata":${JSON.stringify(meta)},"items":[${items}]}`,
    ),
  ];
}

/** A whole list. Built-in kinds leave kind and apiVersion out of the items. */
function listChunks(
  kernel: Kernel,
  info: ResourceInfo,
  version: string,
  meta: ListMeta,
  entries: readonly Entry[],
): Buffer[] {
  const apiVersion = apiVersionOf(info.group, version);
  const chunks: Buffer[] = [
    Buffer.from(
      `${prefixOf(info.listKind, apiVersion)}"metadata":${JSON.stringify(info.custom ? { continue: '', ...meta } : meta)},"items":[`,
    ),
  ];
  const open = info.custom ? head(info.kind, apiVersion) : OPEN;
  for (const [index, entry] of entries.entries()) {
    if (index > 0) chunks.push(COMMA);
    chunks.push(open, bodyIn(kernel, info, version, entry));
  }
  chunks.push(CLOSE);
  return chunks;
}
