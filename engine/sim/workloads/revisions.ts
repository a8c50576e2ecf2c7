/** ControllerRevisions: the templates that a StatefulSet or DaemonSet has had, numbered in the order in which they last came. */
import { equal } from '../json.ts';
import type { SimObject } from '../types.ts';
import type { Kit } from './controller.ts';
import { ownerReference, type PodTemplate, templateHash } from './template.ts';

const REVISIONS = 'controllerrevisions.apps';

export interface Revision extends SimObject {
  revision: number;
  data: { spec: { template: PodTemplate } };
}

export const revisionsOf = (set: SimObject, kit: Kit): Revision[] =>
  (kit.view.owned(REVISIONS, set.metadata.uid ?? '') as Revision[]).sort((a, b) => a.revision - b.revision);

/** The revision of the present template: the one that has it, or a new one. One that comes back becomes the newest again, so that history and undo see it as such. */
export function presentRevision(
  set: SimObject,
  template: PodTemplate,
  known: readonly Revision[],
  kit: Kit,
  label: string,
): Revision {
  const data = { spec: { template: { ...template, $patch: 'replace' } } };
  const same = known.findLast((revision) => equal(revision.data, data));
  const last = known.at(-1);
  if (same === last && same) return same;
  const revision = (last?.revision ?? 0) + 1;
  if (same) return (kit.view.patch(REVISIONS, same, { revision }) as Revision | undefined) ?? same;
  const hash = templateHash(data);
  return kit.view.create(REVISIONS, {
    metadata: {
      name: `${set.metadata.name}-${hash}`,
      namespace: set.metadata.namespace,
      labels: { ...template.metadata?.labels, [label]: hash },
      ...(set.metadata.annotations ? { annotations: set.metadata.annotations } : {}),
      ownerReferences: [ownerReference(set)],
    },
    data,
    revision,
  }) as Revision;
}

/** Forgets the oldest of those that nothing uses. */
export function pruneRevisions(
  known: readonly Revision[],
  inUse: (revision: Revision) => boolean,
  limit: number,
  kit: Kit,
): void {
  const unused = known.filter((revision) => !inUse(revision));
  for (const revision of unused.slice(0, Math.max(0, unused.length - limit))) kit.view.delete(REVISIONS, revision);
}
