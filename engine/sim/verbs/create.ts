import { attemptOf, checked, mutated } from '../admission/chain.ts';
import { storedForm } from '../conversion/convert.ts';
import { alreadyExists, failure } from '../errors.ts';
import { type Kernel, timestamp, type WriteContext } from '../kernel.ts';
import { behaviourOf } from '../kinds/behaviour.ts';
import { checkLimits } from '../kinds/limits.ts';
import { checkQuota } from '../kinds/quota.ts';
import { emptyObject, initialStatus, nodeOf } from '../kinds/schema.ts';
import { trackUpdate } from '../managed/manager.ts';
import type { ResourceInfo } from '../resources/info.ts';
import type { Entry } from '../store/entry.ts';
import type { Dict, SimObject } from '../types.ts';
import { invalidObject } from '../validation/fielderror.ts';
import { validateMeta } from '../validation/meta.ts';
import type { Work } from '../work.ts';
import { checkNamespace, managerInfo } from './common.ts';
import { setNamespace, warnOfFinalizers } from './input.ts';

/** What only the server writes. */
const SYSTEM_FIELDS = ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink'];
const NAME_ATTEMPTS = 8;
const PREFIX_LIMIT = 58;

/** A name from generateName that isn't taken; after eight that are, the last one. */
function generatedName(kernel: Kernel, info: ResourceInfo, object: SimObject): string {
  const prefix = (object.metadata.generateName ?? '').slice(0, PREFIX_LIMIT);
  let name = '';
  for (let attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
    name = `${prefix}${kernel.suffix()}`;
    if (!kernel.store.entry(info, object.metadata.namespace ?? '', name)) break;
  }
  return name;
}

/** Throws what is wrong with a new object that is complete. */
function judge(info: ResourceInfo, object: SimObject, context: WriteContext): void {
  const behaviour = behaviourOf(info);
  const { version, warn } = context;
  const { metadata } = object;
  const meta = validateMeta(metadata, {
    name: behaviour.name,
    namespaced: info.namespaced,
    custom: info.custom !== undefined,
  });
  const own = [
    ...(behaviour.rules.validate?.(object, undefined) ?? []),
    ...(info.custom?.validate(object, undefined, version, '', warn) ?? []),
  ];
  // Events look at their metadata only when all else is right.
  const errors = behaviour.metaLast && own.length > 0 ? own : [...meta, ...own];
  if (errors.length > 0) throw invalidObject(behaviour.errorGroup, info.kind, metadata.name ?? '', errors);
  for (const text of behaviour.rules.warn?.(object, undefined) ?? []) warn(text);
  if (info.custom) warnOfFinalizers(object, undefined, context);
}

/** Writes a new object, given in the context's version; it is kept by reference. `tracked` is false where apply has set the owners. */
export function* create(
  kernel: Kernel,
  info: ResourceInfo,
  given: SimObject,
  context: WriteContext,
  tracked = true,
): Work<Entry> {
  const namespace = given.metadata.namespace ?? '';
  const behaviour = behaviourOf(info);
  const { version } = context;
  checkNamespace(kernel, info, namespace, given.metadata.name ?? '');
  for (const field of SYSTEM_FIELDS) delete (given.metadata as unknown as Dict)[field];
  if (tracked)
    trackUpdate(nodeOf(info, version), emptyObject(info, version), given, managerInfo(kernel, info, context, 'Update'));
  const attempt = attemptOf(info, given, undefined, context);
  const object = yield* mutated(kernel, attempt, context);
  if (object !== given) setNamespace(info, object, namespace);
  const { metadata } = object;
  if (!metadata.name && metadata.generateName) metadata.name = generatedName(kernel, info, object);
  metadata.uid = kernel.uid();
  metadata.creationTimestamp = timestamp(kernel);
  if (behaviour.generation) metadata.generation = 1;
  if (!behaviour.keepsStatus) {
    const status = initialStatus(info, version);
    if (status === undefined) delete object.status;
    else object.status = status;
  }
  behaviour.rules.prepare?.(object, { kernel, info, context, old: undefined });
  if (!kernel.trusting) judge(info, object, context);
  checkLimits(kernel, info, object);
  attempt.object = object;
  attempt.name = metadata.name;
  yield* checked(kernel, attempt, context);
  const stored = yield* storedForm(kernel, info, object);
  checkNamespace(kernel, info, namespace, metadata.name);
  checkQuota(kernel, info, object);
  if (kernel.store.entry(info, namespace, metadata.name)) throw alreadyExists(info, metadata.name);
  // The storage says this, and a dry run doesn't come so far.
  if (metadata.resourceVersion && !context.dryRun)
    throw failure(500, '', 'resourceVersion should not be set on objects to be created');
  return context.dryRun ? kernel.store.preview(info, stored) : kernel.store.put(info, stored);
}
