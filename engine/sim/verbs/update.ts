import { attemptOf, checked, mutated, type Shape } from '../admission/chain.ts';
import { rawInOther, storedForm } from '../conversion/convert.ts';
import { conflict, failure, MODIFIED, notFound } from '../errors.ts';
import { at, equal } from '../json.ts';
import type { Kernel, WriteContext } from '../kernel.ts';
import { behaviourOf, withStatus } from '../kinds/behaviour.ts';
import { declares } from '../kinds/convert.ts';
import { checkLimits } from '../kinds/limits.ts';
import { checkQuota } from '../kinds/quota.ts';
import { nodeOf } from '../kinds/schema.ts';
import type { Elsewhere } from '../managed/elsewhere.ts';
import { trackUpdate } from '../managed/manager.ts';
import { apiVersionOf, type ResourceInfo } from '../resources/info.ts';
import type { Entry } from '../store/entry.ts';
import type { Meta, SimObject } from '../types.ts';
import { invalid, invalidObject } from '../validation/fielderror.ts';
import { validateMeta, validateMetaUpdate } from '../validation/meta.ts';
import { Overtaken, type Work } from '../work.ts';
import { inVersion, managerInfo, specOf } from './common.ts';
import { create } from './create.ts';
import { setNamespace, warnOfFinalizers } from './input.ts';

export interface Written {
  entry: Entry;
  /** False where the write was a no-op and the revision stayed. */
  changed: boolean;
  created: boolean;
}

/** Times and ids that are the server's: a client may leave them out, and can't change them. */
function carryOver(meta: Meta, old: Meta): void {
  if (!meta.uid && old.uid) meta.uid = old.uid;
  if (old.creationTimestamp) meta.creationTimestamp = old.creationTimestamp;
  if (old.deletionTimestamp) meta.deletionTimestamp = old.deletionTimestamp;
  if (old.deletionGracePeriodSeconds !== undefined) meta.deletionGracePeriodSeconds ??= old.deletionGracePeriodSeconds;
  if (old.generation === undefined) delete meta.generation;
  else meta.generation = old.generation;
}

/** The object must be what the client has seen, where it says what that was. */
function checkVersion(
  info: ResourceInfo,
  meta: Meta,
  entry: Entry,
  unconditional: boolean,
  patched: boolean,
  dryRun: boolean,
): void {
  if (!patched && meta.uid && meta.uid !== entry.uid)
    throw conflict(
      info,
      meta.name,
      `StorageError: invalid object, Code: 4, Key: ${dryRun ? '' : '/registry'}/${info.plural}/${entry.key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${meta.uid}, UID in object meta: ${entry.uid}`,
    );
  if (!meta.resourceVersion || meta.resourceVersion === '0') {
    if (unconditional) return;
    throw invalidObject(info.group, info.plural, meta.name, [
      invalid('metadata.resourceVersion', 0, 'must be specified for an update'),
    ]);
  }
  if (!/^\d+$/.test(meta.resourceVersion))
    throw failure(500, '', `strconv.ParseUint: parsing ${JSON.stringify(meta.resourceVersion)}: invalid syntax`);
  if (meta.resourceVersion !== String(entry.rev)) throw conflict(info, meta.name, MODIFIED);
}

export interface UpdateOptions {
  /** False where apply has set the owners. */
  tracked?: boolean;
  /** Patches are made against what is there now, whatever version the client knew. */
  fromPatch?: boolean;
  /** How admission sees the object. */
  shape?: Shape;
}

/** Other versions under which fields of an object are owned. */
function ownedElsewhere(info: ResourceInfo, { metadata }: SimObject, version: string): string[] {
  const owned = new Set((metadata.managedFields ?? []).map(({ apiVersion }) => apiVersion));
  return info.versions.filter((one) => one !== version && owned.has(apiVersionOf(info.group, one)));
}

/** A write in the versions that a webhook converts it to and that have owners; undefined where one lacks a field. */
export function* seenElsewhere(
  kernel: Kernel,
  info: ResourceInfo,
  old: SimObject,
  next: SimObject,
  version: string,
): Work<Map<string, Elsewhere> | undefined> {
  const seen = new Map<string, Elsewhere>();
  if (!info.custom?.converter) return seen;
  for (const other of ownedElsewhere(info, old, version)) {
    const live = yield* rawInOther(kernel, info, old, other);
    const changed = yield* rawInOther(kernel, info, next, other);
    if (!declares(info, live, other) || !declares(info, changed, other)) return undefined;
    seen.set(apiVersionOf(info.group, other), { node: nodeOf(info, other), live, next: changed });
  }
  return seen;
}

/** Owners under a version that lacks a field of the object can't be compared with the change: of such an object all are forgotten. */
function* track(
  kernel: Kernel,
  info: ResourceInfo,
  old: SimObject,
  next: SimObject,
  context: WriteContext,
): Work<void> {
  const { version } = context;
  const elsewhere = yield* seenElsewhere(kernel, info, old, next, version);
  trackUpdate(nodeOf(info, version), old, next, managerInfo(kernel, info, context, 'Update'), elsewhere);
  const others = info.custom?.converter ? [] : ownedElsewhere(info, old, version);
  const lacking = others.some((one) => !declares(info, old, one) || !declares(info, next, one));
  if (!elsewhere || lacking) delete next.metadata.managedFields;
}

/** Throws what is wrong with an object that is complete, as a change of the old one. */
function judge(info: ResourceInfo, next: SimObject, old: SimObject, respec: boolean, context: WriteContext): void {
  const behaviour = behaviourOf(info);
  const { version, subresource, warn } = context;
  const meta = next.metadata;
  const frozen = validateMetaUpdate(meta, old.metadata);
  const errors = [
    ...validateMeta(meta, { name: behaviour.name, namespaced: info.namespaced, custom: info.custom !== undefined }),
    // Kinds check their metadata once more than the server does for all.
    ...frozen,
    ...frozen,
    ...(respec || !subresource ? (behaviour.rules.validate?.(next, old, subresource) ?? []) : []),
    ...(subresource === 'status' ? (behaviour.rules.validateStatus?.(next, old) ?? []) : []),
    ...(info.custom?.validate(next, old, version, subresource, warn) ?? []),
  ];
  if (errors.length > 0) throw invalidObject(behaviour.errorGroup, info.kind, meta.name, errors);
  if (!subresource) for (const text of behaviour.rules.warn?.(next, old) ?? []) warn(text);
  if (info.custom && !subresource) warnOfFinalizers(next, old, context);
}

/** Replaces an object by one in the context's version, kept by reference. With a subresource only that part of it counts. */
export function* update(
  kernel: Kernel,
  info: ResourceInfo,
  given: SimObject,
  context: WriteContext,
  options: UpdateOptions = {},
): Work<Written> {
  const behaviour = behaviourOf(info);
  const { version } = context;
  const { name, namespace = '' } = given.metadata;
  const entry = kernel.store.entry(info, namespace, name);
  if (!entry) {
    if (!behaviour.createOnUpdate || context.subresource || options.fromPatch) throw notFound(info, name);
    return { entry: yield* create(kernel, info, given, context), changed: true, created: true };
  }
  const patched = options.fromPatch === true;
  checkVersion(info, given.metadata, entry, behaviour.unconditional || patched, patched, context.dryRun);
  const old = inVersion(kernel, info, entry, version);
  if (options.tracked !== false) yield* track(kernel, info, old, given, context);
  const attempt = attemptOf(info, given, old, context);
  const object = yield* mutated(kernel, attempt, context, options.shape);
  if (object !== given) setNamespace(info, object, namespace);
  let next = object;
  if (context.subresource === 'status') next = withStatus(info, object, old);
  else if (!context.subresource && !behaviour.keepsStatus) {
    if (old.status === undefined) delete next.status;
    else next.status = old.status;
  }
  const meta = next.metadata;
  carryOver(meta, old.metadata);
  meta.resourceVersion = String(entry.rev);
  behaviour.rules.prepare?.(next, { kernel, info, context, old });
  const respec = !equal(specOf(info, next), specOf(info, old));
  if (
    behaviour.generation &&
    behaviour.regenerates &&
    old.metadata.generation !== undefined &&
    context.subresource !== 'status' &&
    respec
  )
    meta.generation = old.metadata.generation + 1;
  if (!kernel.trusting) judge(info, next, old, respec, context);
  if (!context.subresource) checkLimits(kernel, info, next, old);
  attempt.object = next;
  yield* checked(kernel, attempt, context, options.shape);
  const settled = (): void => {
    if (kernel.store.entry(info, namespace, name) !== entry) throw new Overtaken();
  };
  settled();
  if (!context.subresource) checkQuota(kernel, info, next, old);
  if (equal(next, old)) return { entry, changed: false, created: false };
  const stored = yield* storedForm(kernel, info, next);
  settled();
  if (context.dryRun) return { entry: kernel.store.preview(info, stored), changed: true, created: false };
  return {
    entry: finishes(next) ? kernel.store.remove(info, namespace, name, stored)! : kernel.store.put(info, stored),
    changed: true,
    created: false,
  };
}

/** Whether nothing holds a deleted object any more: the write that takes the last finalizer away deletes it. */
const finishes = ({ kind, metadata, spec }: SimObject): boolean => {
  if (metadata.deletionTimestamp === undefined || (metadata.finalizers ?? []).length > 0) return false;
  if ((metadata.deletionGracePeriodSeconds ?? 0) > 0) return false;
  return kind !== 'Namespace' || ((at(spec, 'finalizers') as string[] | undefined) ?? []).length === 0;
};
