import { entriesIn } from '../conversion/convert.ts';
import { badRequest, failure } from '../errors.ts';
import { goJsonError, parseJson } from '../gojson.ts';
import type { Kernel } from '../kernel.ts';
import { viewList, viewObject } from '../render.ts';
import type { Entry } from '../store/entry.ts';
import { isDict } from '../types.ts';
import { type FieldError, invalid, invalidObject, unsupported } from '../validation/fielderror.ts';
import { create } from '../verbs/create.ts';
import { answersObject, type DeleteOptions, remove } from '../verbs/delete.ts';
import { admit } from '../verbs/input.ts';
import { list } from '../verbs/list.ts';
import { type PatchType, patch } from '../verbs/patch.ts';
import { update } from '../verbs/update.ts';
import { finished, known } from '../work.ts';
import { mediaType, OPTIONS, parseApplied, parseBody, readBody } from './body.ts';
import { textOf } from './octets.ts';
import { deletionContext, isTrue, writeContext } from './options.ts';
import { integer, listOptions, pageOf, viewOf } from './reads.ts';
import { sendBytes, sendJson } from './reply.ts';
import type { Target } from './request.ts';
import type { Call } from './server.ts';

async function send(kernel: Kernel, call: Call, target: Target, code: number, entry: Entry): Promise<void> {
  const view = viewOf(call, target.info, false);
  view.check();
  const shown = await known(() => viewObject(kernel, target.info, target.version, entry, view));
  sendBytes(call, code, shown, view.type);
}

export async function answerCreate(kernel: Kernel, call: Call, target: Target): Promise<void> {
  const { info, namespace } = target;
  const context = writeContext(call, target, 'CreateOptions');
  const { data, problems } = parseBody(await readBody(call.request), mediaType(call.request), info.kind);
  const make = () => create(kernel, info, admit(info, data, namespace, context, problems), context);
  await send(kernel, call, target, 201, await finished(make));
}

export async function answerUpdate(kernel: Kernel, call: Call, target: Target): Promise<void> {
  const { info, namespace, name } = target;
  const context = writeContext(call, target, 'UpdateOptions');
  const { data, problems } = parseBody(await readBody(call.request), mediaType(call.request), info.kind);
  const read = () => admit(info, data, namespace, context, problems);
  const object = read();
  if (!object.metadata.name)
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (object.metadata.name !== name)
    throw badRequest(`the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`);
  let fresh: typeof object | undefined = object;
  const { entry, created } = await finished(() => {
    const own = fresh ?? read();
    fresh = undefined;
    return update(kernel, info, own, context);
  });
  await send(kernel, call, target, created ? 201 : 200, entry);
}

const PATCH_TYPES: Record<string, PatchType> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

function parsePatch(body: Buffer, type: PatchType): unknown {
  if (type === 'apply') return parseApplied(body);
  const text = textOf(body);
  try {
    return parseJson(text);
  } catch {
    throw badRequest(`${type === 'strategic' ? '' : 'error decoding patch: '}${goJsonError(text)}`);
  }
}

/** A patch of a type nobody knows is refused before anything else is looked at. */
export function checkPatchType(call: Call): void {
  if (!PATCH_TYPES[mediaType(call.request)])
    throw failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

export async function answerPatch(kernel: Kernel, call: Call, target: Target): Promise<void> {
  const { info, namespace, name } = target;
  const type = PATCH_TYPES[mediaType(call.request)];
  const accepted = Object.keys(PATCH_TYPES).filter((one) => !info.custom || PATCH_TYPES[one] !== 'strategic');
  if (!type || !accepted.some((one) => PATCH_TYPES[one] === type))
    throw failure(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
    );
  const context = writeContext(call, target, 'PatchOptions', type === 'apply');
  const body = await readBody(call.request);
  const change = {
    type,
    data: parsePatch(body, type),
    text: textOf(body),
    force: call.query.get('force') === 'true',
  };
  const { entry, created } = await finished(() => patch(kernel, info, namespace, name, change, context));
  await send(kernel, call, target, created ? 201 : 200, entry);
}

const POLICIES = ['Background', 'Foreground', 'Orphan'];

type GivenOptions = DeleteOptions & { dryRun?: string[] };

/** What a deletion says about itself: its body, or where it has none its query. */
async function deleteOptions(call: Call): Promise<GivenOptions> {
  const body = await readBody(call.request);
  const options = body.length > 0 ? optionsOf(body, mediaType(call.request)) : optionsOfQuery(call.query);
  const { propagationPolicy: policy, orphanDependents: orphan, dryRun = [] } = options;
  const errors: FieldError[] = [];
  if (orphan !== undefined && policy !== undefined)
    errors.push(invalid('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'));
  if (policy !== undefined && !POLICIES.includes(policy))
    errors.push(unsupported('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil']));
  if (dryRun.some((value) => value !== 'All')) errors.push(unsupported('dryRun', dryRun, ['All']));
  if (errors.length > 0) throw invalidObject('meta.k8s.io', 'DeleteOptions', '', errors);
  return options;
}

function optionsOf(body: Buffer, type: string): GivenOptions {
  const { data } = parseBody(body, type, OPTIONS);
  if (!isDict(data)) return {};
  const { kind, apiVersion, ...options } = data;
  const version = typeof apiVersion === 'string' && apiVersion ? apiVersion : 'meta.k8s.io/v1';
  if (typeof kind === 'string' && kind && kind !== 'DeleteOptions')
    throw badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(version)} in scheme "pkg/runtime/scheme.go:110"`,
    );
  return options as GivenOptions;
}

function optionsOfQuery(query: URLSearchParams): GivenOptions {
  const options: GivenOptions = {};
  const grace = query.get('gracePeriodSeconds');
  const policy = query.get('propagationPolicy');
  const orphan = query.get('orphanDependents');
  if (grace !== null) options.gracePeriodSeconds = integer(grace);
  if (policy !== null) options.propagationPolicy = policy as NonNullable<DeleteOptions['propagationPolicy']>;
  if (orphan !== null) options.orphanDependents = isTrue(orphan);
  if (query.has('dryRun')) options.dryRun = query.getAll('dryRun');
  return options;
}

export async function answerDelete(kernel: Kernel, call: Call, target: Target): Promise<void> {
  const { info, namespace, name } = target;
  const options = await deleteOptions(call);
  const context = deletionContext(call, target, options);
  const { entry, gone } = await finished(() => remove(kernel, info, namespace, name, options, context));
  const code = !gone && options.orphanDependents === false ? 202 : 200;
  if (!gone || answersObject(info)) {
    await send(kernel, call, target, code, entry);
    return;
  }
  sendJson(call, 200, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(info.group ? { group: info.group } : {}), kind: info.plural, uid: entry.uid },
  });
}

/** Deletes everything a list with the same selectors would name, and answers with that list. */
export async function answerDeleteCollection(kernel: Kernel, call: Call, target: Target): Promise<void> {
  const { info, version } = target;
  const { view, options: which } = listOptions(call, target, false);
  const options = await deleteOptions(call);
  const context = { ...deletionContext(call, target, options), nameless: true };
  const found = list(kernel.store, info, { ...which, resourceVersion: '', resourceVersionMatch: '' });
  const left: Entry[] = [];
  for (const { namespace, name } of found.entries)
    left.push((await finished(() => remove(kernel, info, namespace, name, options, context))).entry);
  view.check();
  const shown = await entriesIn(kernel, info, left, version);
  sendBytes(call, 200, viewList(kernel, info, version, pageOf(found), shown, view), view.type);
}
