/** Whose pods are whose: a controller takes in strays that its selector fits, and lets go of those it fits no more. */
import type { SimObject } from '../types.ts';
import type { Kit } from './controller.ts';
import { type LabelSelector, matches, ownerReference } from './template.ts';
import type { Sight, View } from './view.ts';

const selectorOf = (owner: SimObject): LabelSelector => (owner.spec as { selector?: LabelSelector }).selector ?? {};

/** The objects that are the owner's, once strays are in and others out. `fits` narrows which strays it may take. */
export function claimed(
  resource: string,
  owner: SimObject,
  kit: Kit,
  {
    selector = selectorOf(owner),
    fits = () => true,
  }: { selector?: LabelSelector; fits?: (object: SimObject) => boolean } = {},
): SimObject[] {
  const { uid = '', namespace = '', deletionTimestamp } = owner.metadata;
  const mine = kit.view.owned(resource, uid);
  if (deletionTimestamp) return mine;
  const kept = mine.filter((object) => {
    if (matches(selector, object.metadata.labels)) return true;
    const ownerReferences = (object.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
    kit.view.patch(resource, object, {
      metadata: { uid: object.metadata.uid, ownerReferences: ownerReferences.length > 0 ? ownerReferences : null },
    });
    return false;
  });
  for (const stray of kit.view.strays(resource, namespace)) {
    if (!matches(selector, stray.labels)) continue;
    const { object } = stray;
    if (object.metadata.deletionTimestamp || !fits(object)) continue;
    const ownerReferences = [...(object.metadata.ownerReferences ?? []), ownerReference(owner)];
    const taken = kit.view.patch(resource, object, { metadata: { uid: object.metadata.uid, ownerReferences } });
    if (taken) kept.push(taken);
  }
  return kept;
}

/** Of a stray that comes, changes or has just been let go: who would take it. */
export const takers =
  (resource: string, selector: (owner: SimObject) => LabelSelector = selectorOf) =>
  (stray: Sight, view: View): string[] => {
    if (stray.owners.some(({ controller }) => controller) || !view.some(resource, stray.namespace)) return [];
    return view
      .list(resource, stray.namespace)
      .filter((owner) => matches(selector(owner), stray.labels))
      .map((owner) => `${owner.metadata.namespace}/${owner.metadata.name}`);
  };
