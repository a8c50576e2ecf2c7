/** Warning events about a cluster or one of its instances, the newest first: read when asked for, never kept. */

import { pagesOf } from '../kube/pages.ts';
import { clean } from '../kube/sanitise.ts';
import { type KubeClient, KubeError } from '../kube/types.ts';
import type { WarningRow } from '../protocol.ts';
import type { Cluster, Instance } from './model.ts';

interface EventObject {
  reason?: string;
  message?: string;
  count?: number;
  series?: { count?: number; lastObservedTime?: string };
  lastTimestamp?: string | null;
  eventTime?: string | null;
  metadata: { uid?: string; creationTimestamp?: string };
  involvedObject?: { name?: string };
}

/** Told of them. */
const MOST = 10;
/** A server has no index over events: of a namespace full of them only so many pages are read. */
const PAGE = 500;
const PAGES = 4;

/** Names of the objects whose events are the cluster's: its own, its components' workloads, its pods, its volumes. */
export const namesOfCluster = ({ name, ref, components, volumes }: Cluster): Set<string> =>
  new Set([
    name,
    ref.name,
    ...components.flatMap((component) => [
      `${ref.name}-${component.name}`,
      ...component.instances.map((instance) => instance.name),
    ]),
    ...volumes.map((volume) => volume.name),
  ]);

/** An instance's: its pod's and its volumes'. */
export const namesOfInstance = ({ name }: Instance, cluster: Cluster | undefined): Set<string> =>
  new Set([
    name,
    ...(cluster?.volumes ?? []).filter((volume) => volume.instance === name).map((volume) => volume.name),
  ]);

export interface Warnings {
  rows: WarningRow[];
  /** Why they can't be read, or that not all were; ''. */
  error: string;
}

export async function readWarnings(
  client: Pick<KubeClient, 'request'>,
  namespace: string,
  names: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<Warnings> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
  const found: WarningRow[] = [];
  let pages = 0;
  let more = false;
  try {
    const options = { query: { fieldSelector: 'type=Warning', limit: PAGE }, dropManagedFields: true, signal };
    for await (const { items = [], metadata } of pagesOf<EventObject>(client, path, options)) {
      for (const event of items) if (names.has(event.involvedObject?.name ?? '')) found.push(rowOf(event));
      more = Boolean(metadata?.continue);
      if (++pages === PAGES) break;
    }
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    return { rows: [], error: clean(`not known: ${error.message}`) };
  }
  const rows = found.sort((a, b) => b.at - a.at).slice(0, MOST);
  return { rows, error: more ? `of the first ${PAGE * PAGES} warnings of ${namespace} only` : '' };
}

function rowOf({
  reason,
  message,
  count,
  series,
  lastTimestamp,
  eventTime,
  metadata,
  involvedObject,
}: EventObject): WarningRow {
  const at = series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';
  return {
    at: Date.parse(at) || 0,
    reason: clean(reason ?? ''),
    object: clean(involvedObject?.name ?? ''),
    message: clean(message ?? ''),
    count: series?.count ?? count ?? 1,
  };
}
