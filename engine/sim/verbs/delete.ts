import { attemptOf, checked, mutated } from '../admission/chain.ts';
import { conflict, forbidden, qualified } from '../errors.ts';
import { at, clone } from '../json.ts';
import { type Kernel, timestamp, type WriteContext } from '../kernel.ts';
import type { ResourceInfo } from '../resources/info.ts';
import type { Entry } from '../store/entry.ts';
import { type Dict, isDict, type SimObject } from '../types.ts';
import { Overtaken, type Work } from '../work.ts';
import { current, inVersion } from './common.ts';

export interface Preconditions {
  uid?: string;
  resourceVersion?: string;
}

export interface DeleteOptions {
  preconditions?: Preconditions;
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  /** The older form of propagationPolicy. */
  orphanDependents?: boolean;
}

export interface Deleted {
  entry: Entry;
  /** False where it is only marked. */
  gone: boolean;
}

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';
const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

/** Kinds whose dependents stay unless the request says otherwise. */
const ORPHANED_BY_DEFAULT = new Set(['jobs.batch', 'replicationcontrollers']);

/** The server answers the deletion of these with the object, of the others with a Status. */
const RETURNED = new Set([
  'pods',
  'services',
  'serviceaccounts',
  'persistentvolumeclaims',
  'persistentvolumes',
  'podtemplates',
  'resourcequotas',
  'namespaces',
  'storageclasses.storage.k8s.io',
  'csidrivers.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
  'volumeattributesclasses.storage.k8s.io',
  'resourceclaims.resource.k8s.io',
  'resourceclaimtemplates.resource.k8s.io',
  'resourceslices.resource.k8s.io',
  'deviceclasses.resource.k8s.io',
]);

export const answersObject = (info: ResourceInfo): boolean => !info.custom && RETURNED.has(qualified(info));

function checkPreconditions(info: ResourceInfo, entry: Entry, asked: Preconditions | undefined): void {
  const about = { group: info.group, plural: info.kind };
  if (asked?.uid && asked.uid !== entry.uid)
    throw conflict(
      about,
      entry.name,
      `the UID in the precondition (${asked.uid}) does not match the UID in record (${entry.uid}). The object might have been deleted and then recreated`,
    );
  if (asked?.resourceVersion && asked.resourceVersion !== String(entry.rev))
    throw conflict(
      about,
      entry.name,
      `the ResourceVersion in the precondition (${asked.resourceVersion}) does not match the ResourceVersion in record (${entry.rev}). The object might have been modified`,
    );
}

/** Seconds that a pod may go on; 0 deletes it at once. */
function gracePeriod(info: ResourceInfo, object: SimObject, asked: number | undefined): number {
  if (qualified(info) !== 'pods') return 0;
  const spec = isDict(object.spec) ? object.spec : {};
  const phase = at(object, 'status', 'phase');
  if (!spec.nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
  const own = typeof spec.terminationGracePeriodSeconds === 'number' ? spec.terminationGracePeriodSeconds : 30;
  const wanted = asked ?? own;
  return wanted < 0 ? 1 : wanted;
}

/** The finalizers that carry the propagation policy to the garbage collector. */
function withPropagation(info: ResourceInfo, finalizers: readonly string[], options: DeleteOptions): string[] {
  let policy = options.propagationPolicy;
  if (!policy && options.orphanDependents !== undefined) policy = options.orphanDependents ? 'Orphan' : 'Background';
  if (
    !policy &&
    !finalizers.includes(ORPHAN) &&
    !finalizers.includes(FOREGROUND) &&
    ORPHANED_BY_DEFAULT.has(qualified(info))
  )
    policy = 'Orphan';
  if (!policy) return [...finalizers];
  const kept = finalizers.filter((name) => name !== ORPHAN && name !== FOREGROUND);
  if (policy === 'Orphan') kept.push(ORPHAN);
  if (policy === 'Foreground') kept.push(FOREGROUND);
  return kept;
}

/** Without them a cluster is none. */
const LASTING = ['default', 'kube-system', 'kube-public'];

/** Deletes at once where nothing holds the object, else marks it as being deleted. */
export function* remove(
  kernel: Kernel,
  info: ResourceInfo,
  namespace: string,
  name: string,
  options: DeleteOptions,
  context: WriteContext,
): Work<Deleted> {
  if (info.plural === 'namespaces' && info.group === '' && LASTING.includes(name))
    throw forbidden(info, name, 'this namespace may not be deleted');
  const entry = current(kernel, info, namespace, name);
  checkPreconditions(info, entry, options.preconditions);
  const old = kernel.store.object(info, entry);
  const attempt = attemptOf(info, undefined, inVersion(kernel, info, entry, context.version), context);
  yield* mutated(kernel, attempt, context);
  yield* checked(kernel, attempt, context);
  if (kernel.store.entry(info, namespace, name) !== entry) throw new Overtaken();
  if (qualified(info) === 'jobs.batch' && !options.propagationPolicy && options.orphanDependents === undefined)
    context.warn(
      'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
    );
  const finalizers = withPropagation(info, old.metadata.finalizers ?? [], options);
  // A definition goes after the resources it describes.
  const definition = qualified(info) === DEFINITIONS;
  if (definition && !old.metadata.deletionTimestamp && !finalizers.includes(CLEANUP)) finalizers.push(CLEANUP);
  const held = finalizers.length > 0 || namespaceHeld(info, old);
  const grace = gracePeriod(info, old, options.gracePeriodSeconds);
  if (!held && grace === 0) {
    if (context.dryRun) return { entry, gone: true };
    // Pods are told to go even where they go at once.
    const told = qualified(info) === 'pods' ? marked(kernel, info, old, finalizers, grace, options) : undefined;
    if (told) kernel.store.put(info, told);
    return { entry: kernel.store.remove(info, namespace, name) ?? entry, gone: true };
  }
  const next = marked(kernel, info, old, finalizers, grace, options);
  if (!next) return { entry, gone: false };
  if (context.dryRun) return { entry: kernel.store.preview(info, next), gone: false };
  return { entry: kernel.store.put(info, next), gone: false };
}

/** A definition says first that it will go. */
function terminating(kernel: Kernel, status: unknown): Dict {
  const before = isDict(status) ? status : {};
  const conditions = Array.isArray(before.conditions) ? before.conditions : [];
  const condition = {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: timestamp(kernel),
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  return { ...before, conditions: [...conditions, condition] };
}

const namespaceHeld = (info: ResourceInfo, object: SimObject): boolean =>
  qualified(info) === 'namespaces' && ((at(object, 'spec', 'finalizers') as string[] | undefined) ?? []).length > 0;

/** The object as being deleted; undefined where it already is, and in no greater hurry. */
function marked(
  kernel: Kernel,
  info: ResourceInfo,
  old: SimObject,
  finalizers: string[],
  grace: number,
  options: DeleteOptions,
): SimObject | undefined {
  const next = clone(old);
  const meta = next.metadata;
  if (finalizers.length > 0) meta.finalizers = finalizers;
  else delete meta.finalizers;
  if (!meta.deletionTimestamp) {
    meta.deletionTimestamp = timestamp(kernel, grace * 1000);
    if (qualified(info) !== DEFINITIONS) {
      meta.deletionGracePeriodSeconds = grace;
      if (meta.generation !== undefined) meta.generation++;
    }
    if (qualified(info) === DEFINITIONS) next.status = terminating(kernel, next.status);
    if (qualified(info) === 'namespaces') next.status = { ...((next.status ?? {}) as Dict), phase: 'Terminating' };
    return next;
  }
  const left = meta.deletionGracePeriodSeconds ?? 0;
  const shorter = options.gracePeriodSeconds !== undefined && grace < left;
  if (shorter) {
    meta.deletionTimestamp = timestamp(kernel, grace * 1000);
    meta.deletionGracePeriodSeconds = grace;
  }
  const same = JSON.stringify(finalizers) === JSON.stringify(old.metadata.finalizers ?? []);
  return shorter || !same ? next : undefined;
}
