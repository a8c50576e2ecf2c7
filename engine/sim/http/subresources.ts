/** Subresources that aren't parts of their object: scale, eviction, binding, namespace finalizing. */
import { badRequest, failure } from '../errors.ts';
import { at, clone, mergePatch } from '../json.ts';
import type { Kernel, WriteContext } from '../kernel.ts';
import { jsonPatch } from '../patch/jsonpatch.ts';
import { objectChunks } from '../render.ts';
import { DecodeError, decode } from '../schema/decode.ts';
import { typeInfo } from '../schema/table.ts';
import { type Dict, isDict } from '../types.ts';
import { invalid, invalidObject } from '../validation/fielderror.ts';
import { current, inVersion } from '../verbs/common.ts';
import type { DeleteOptions } from '../verbs/delete.ts';
import { evict } from '../verbs/evict.ts';
import { readScale, scaleTable, writeScale } from '../verbs/scale.ts';
import { update } from '../verbs/update.ts';
import { atOnce, done, finished, known } from '../work.ts';
import { admitConnect, admitPosted } from './admitted.ts';
import { type Answer, bodyOf } from './answer.ts';
import { mediaType, parseBody, readBody } from './body.ts';
import { writeContext } from './options.ts';
import { answerLog } from './podLog.ts';
import { viewOf } from './reads.ts';
import { answerProxy } from './remote/proxy.ts';
import { sendBytes, sendJson } from './reply.ts';
import type { Target } from './request.ts';
import type { Call } from './server.ts';
import { postToken } from './tokens.ts';

const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

const getScale: Answer = async (kernel, call, { info, version, namespace, name }) => {
  const scale = await known(() => readScale(kernel, info, version, current(kernel, info, namespace, name)));
  const view = viewOf(call, info, false);
  sendJson(call, 200, view.as === 'table' ? scaleTable(scale, kernel.clock.now(), view.metaVersion) : scale);
};

async function answerScale(
  kernel: Kernel,
  call: Call,
  { info, version, namespace, name }: Target,
  scale: Dict,
  context: WriteContext,
): Promise<void> {
  const entry = await finished(() => writeScale(kernel, info, namespace, name, scale, context));
  sendJson(call, 200, await known(() => readScale(kernel, info, version, entry)));
}

/** The data of a Scale; throws what `wrong` makes of the reason why it is none. */
function checked(data: Dict, wrong: (why: string) => Error): Dict {
  try {
    decode(typeInfo('autoscaling.v1.Scale'), data, false);
  } catch (error) {
    throw error instanceof DecodeError ? wrong(error.message) : error;
  }
  return data;
}

const putScale: Answer = async (kernel, call, target) => {
  const context = writeContext(call, target, 'UpdateOptions');
  // What a real server says for custom resources is about itself.
  const wrong = (why: string): Error =>
    badRequest(
      target.info.custom
        ? 'no kind is registered for the type v1.Scale in scheme "pkg/runtime/scheme.go:110"'
        : `Scale in version "v1" cannot be handled as a Scale: ${why}`,
    );
  await answerScale(kernel, call, target, checked(await bodyOf(call, 'Scale'), wrong), context);
};

const patchScale: Answer = async (kernel, call, target) => {
  const type = mediaType(call.request);
  const context = writeContext(call, target, 'PatchOptions', type === 'application/apply-patch+yaml');
  const body = (await readBody(call.request)).toString('utf8');
  const { info, version, namespace, name } = target;
  const old = await known(() => readScale(kernel, info, version, current(kernel, info, namespace, name)));
  const data = parseBody(
    Buffer.from(body),
    type.endsWith('yaml') ? 'application/yaml' : 'application/json',
    'Scale',
  ).data;
  const made = (type === 'application/json-patch+json' ? jsonPatch(old, data) : mergePatch(old, data)) as Dict;
  const { apiVersion, kind, ...rest } = made;
  const text = JSON.stringify({ apiVersion, kind, ...rest });
  const wrong = (why: string): Error => invalidObject('', '', '', [invalid('patch', text, why)]);
  await answerScale(kernel, call, target, checked(made, wrong), context);
};

const postEviction: Answer = async (kernel, call, target) => {
  const context = writeContext(call, target, 'CreateOptions');
  const sent = await bodyOf(call, 'Eviction');
  const given = isDict(sent.metadata) ? sent.metadata.name : undefined;
  if (given !== undefined && given !== target.name)
    throw badRequest(`name in URL does not match name in Eviction object`);
  const eviction = await admitPosted(kernel, target, sent, context);
  const options = (isDict(eviction.deleteOptions) ? eviction.deleteOptions : {}) as DeleteOptions & {
    dryRun?: string[];
  };
  const dryRun = context.dryRun || (options.dryRun ?? []).includes('All');
  evict(kernel, target.info, target.namespace, target.name, options, { ...context, dryRun });
  sendJson(call, 201, SUCCESS);
};

/** A scheduler's decision. */
export const postBinding: Answer = async (kernel, call, target) => {
  const context = writeContext(call, target, 'CreateOptions');
  const binding = await admitPosted(kernel, target, await bodyOf(call, 'Binding'), context);
  const node = isDict(binding.target) ? binding.target.name : undefined;
  const { namespace } = target;
  // As a resource of its own it says itself whose it is.
  const info = kernel.registry.get('pods');
  const name = target.name || String(isDict(binding.metadata) ? (binding.metadata.name ?? '') : '');
  const pod = clone(inVersion(kernel, info, current(kernel, info, namespace, name), target.version));
  const spec = pod.spec as Dict;
  if (spec.nodeName)
    throw failure(
      409,
      'Conflict',
      `Operation cannot be fulfilled on pods/binding ${JSON.stringify(name)}: pod ${name} is already assigned to node ${JSON.stringify(spec.nodeName)}`,
      { name, kind: 'pods/binding' },
    );
  spec.nodeName = node;
  atOnce(update(kernel, info, pod, { ...context, subresource: '', admitted: true }, { fromPatch: true }));
  sendJson(call, 201, SUCCESS);
};

/** Takes what holds a namespace that goes away. */
const putFinalize: Answer = async (kernel, call, target) => {
  const context = writeContext(call, target, 'UpdateOptions');
  const sent = await bodyOf(call, 'Namespace');
  const { entry } = await finished(() => {
    const old = inVersion(kernel, target.info, current(kernel, target.info, '', target.name), target.version);
    const next = clone(old);
    next.spec = isDict(sent.spec) ? clone(sent.spec) : {};
    return update(kernel, target.info, next, context, { fromPatch: true });
  });
  sendBytes(call, 200, objectChunks(kernel, target.info, target.version, entry));
};

/** `resource/subresource/verb`, or with * for every resource. */
export const SUBRESOURCE_ANSWERS: Record<string, Answer> = {
  '*/scale/get': getScale,
  '*/scale/update': putScale,
  '*/scale/patch': patchScale,
  'pods/log/get': answerLog,
  'pods/eviction/create': postEviction,
  'pods/binding/create': postBinding,
  'serviceaccounts/token/create': postToken,
  'namespaces/finalize/update': putFinalize,
};

/** A node is reached by its kubelet, and there is none of a kind that answers. */
const nodeProxy: Answer = (kernel, _call, { info, namespace, name }) => {
  current(kernel, info, namespace, name);
  throw badRequest('address not allowed');
};

/** Streams that a plain request can't be. */
const upgraded: Answer = (kernel, _call, { info, version, namespace, name }) => {
  const pod = inVersion(kernel, info, current(kernel, info, namespace, name), version);
  if (!at(pod, 'spec', 'nodeName')) throw badRequest(`pod ${name} does not have a host assigned`);
  throw badRequest('Upgrade request required');
};

const connected =
  (answer: Answer): Answer =>
  async (kernel, call, target) => {
    await done(admitConnect(kernel, call, target));
    await answer(kernel, call, target);
  };

/** Subresources that lead away from this server. */
export const ELSEWHERE: Record<string, Answer> = {
  proxy: connected((kernel, call, target) =>
    (target.info.plural === 'nodes' ? nodeProxy : answerProxy)(kernel, call, target),
  ),
  exec: connected(upgraded),
  attach: connected(upgraded),
  portforward: connected(upgraded),
};
