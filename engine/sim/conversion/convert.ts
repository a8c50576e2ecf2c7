/**
 * Custom resources whose versions a webhook converts. What is stored is asked about once for each version, as a server's watch cache does:
 * who needs it before throws Unknown, and begins again with the answer.
 */
import { postReview } from '../admission/webhooks/call.ts';
import { placeOf } from '../admission/webhooks/place.ts';
import { failure } from '../errors.ts';
import type { Kernel } from '../kernel.ts';
import { asVersion, completed, toStored } from '../kinds/convert.ts';
import { apiVersionOf, type CustomRules, type ResourceInfo } from '../resources/info.ts';
import type { Entry } from '../store/entry.ts';
import { bodyOf } from '../store/store.ts';
import type { Dict, SimObject } from '../types.ts';
import { awaited, known, Unknown, type Work } from '../work.ts';
import { answered, misfit, noObject, question, withMetadata } from './review.ts';

/** Seconds that a webhook has. */
const PATIENCE = 30;

interface Converted {
  object: SimObject;
  entry: Entry;
}

/** By definition: another one converts otherwise. */
const made = new WeakMap<CustomRules, WeakMap<Entry, Map<string, Converted>>>();

function kept(custom: CustomRules, entry: Entry): Map<string, Converted> {
  let entries = made.get(custom);
  if (!entries) {
    entries = new WeakMap();
    made.set(custom, entries);
  }
  let versions = entries.get(entry);
  if (!versions) {
    versions = new Map();
    entries.set(entry, versions);
  }
  return versions;
}

/** Whether a webhook stands between an object's stored form and a version. */
export const isForeign = (info: ResourceInfo, version: string): boolean =>
  info.custom?.converter !== undefined && version !== info.storageVersion;

/** Forgets what was answered: the next reader asks anew. */
export function forget({ custom }: ResourceInfo, entry: Entry): void {
  if (custom?.converter) made.get(custom)?.delete(entry);
}

/** A stored object in a foreign version. Throws Unknown. */
export function foreign(kernel: Kernel, info: ResourceInfo, entry: Entry, version: string): Converted {
  const versions = kept(info.custom!, entry);
  const before = versions.get(version);
  if (before) return before;
  throw new Unknown(async () => {
    const stored = completed(info, kernel.store.object(info, entry), entry);
    const object = await asked(kernel, info, stored, version);
    const converted = { object, entry: { ...entry, ...bodyOf(object), shape: version } };
    versions.set(version, converted);
    kept(info.custom!, converted.entry).set(version, converted);
  });
}

/** An entry as a version shows it: itself where no webhook is concerned. Throws Unknown. */
export const entryIn = (kernel: Kernel, info: ResourceInfo, entry: Entry, version: string): Entry =>
  isForeign(info, version) && entry.shape !== version ? foreign(kernel, info, entry, version).entry : entry;

/** All of them, asked about one after the other. */
export async function entriesIn(
  kernel: Kernel,
  info: ResourceInfo,
  entries: readonly Entry[],
  version: string,
): Promise<readonly Entry[]> {
  if (!isForeign(info, version)) return entries;
  const shown: Entry[] = [];
  for (const entry of entries) shown.push(await known(() => entryIn(kernel, info, entry, version)));
  return shown;
}

/** An object that isn't stored in another version. */
export function* inOther(kernel: Kernel, info: ResourceInfo, object: SimObject, version: string): Work<SimObject> {
  const apiVersion = apiVersionOf(info.group, version);
  if (!info.custom?.converter || object.apiVersion === apiVersion) return asVersion(info, object, version);
  return yield* awaited(() => asked(kernel, info, object, version));
}

/** The same with all that the webhook says, whether the version has a place for it or not. */
export const rawInOther = (kernel: Kernel, info: ResourceInfo, object: SimObject, version: string): Work<SimObject> =>
  awaited(() => asked(kernel, info, object, version, false));

/** As it is stored. */
export function* storedForm(kernel: Kernel, info: ResourceInfo, object: SimObject): Work<SimObject> {
  if (!info.custom?.converter) return toStored(info, object);
  const stored = yield* inOther(kernel, info, object, info.storageVersion);
  if (stored !== object) info.custom.complete(stored, info.storageVersion, true, true);
  return stored;
}

async function asked(
  kernel: Kernel,
  info: ResourceInfo,
  object: SimObject,
  version: string,
  cut = true,
): Promise<SimObject> {
  const { clientConfig, reviews } = info.custom!.converter!;
  const apiVersion = apiVersionOf(info.group, version);
  const about = `conversion webhook for ${object.apiVersion}, Kind=${object.kind}`;
  const wrong = (why: string): Error => failure(500, '', `${about} ${why}`);
  let objects: unknown[];
  try {
    const sent = question(kernel.uid(), reviews, object, apiVersion);
    objects = answered(sent, await postReview(placeOf(kernel, clientConfig as Dict, PATIENCE), sent.review, PATIENCE));
  } catch (error) {
    throw wrong(`failed: ${(error as Error).message}`);
  }
  if (objects.length !== 1) throw wrong(`returned ${objects.length} objects, expected 1`);
  const none = noObject(objects[0]);
  if (none) throw failure(500, '', none);
  const converted = objects[0] as Dict;
  const why = misfit(object, converted, apiVersion);
  if (why) throw wrong(`returned ${why}`);
  let whole: SimObject;
  try {
    whole = withMetadata(object, converted);
  } catch (error) {
    throw wrong(`returned invalid metadata: ${(error as Error).message}`);
  }
  if (cut) info.custom!.complete(whole, version, false, true);
  return whole;
}
