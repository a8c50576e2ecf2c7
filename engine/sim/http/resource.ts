/** The verbs on resources as HTTP. */
import { notAllowed, notFound, pageNotFound, qualified } from '../errors.ts';
import type { Kernel } from '../kernel.ts';
import { isReview } from '../rbac/reviews.ts';
import { authorize } from '../rbac/rules.ts';
import { hasSubresource } from '../resources/info.ts';
import type { Answer } from './answer.ts';
import { answerComponents } from './components.ts';
import { checkAccept } from './negotiate.ts';
import { answerGet, answerList, answerWatch } from './reads.ts';
import type { Target } from './request.ts';
import { answerReview } from './reviews.ts';
import type { Call } from './server.ts';
import { ELSEWHERE, postBinding, SUBRESOURCE_ANSWERS } from './subresources.ts';
import {
  answerCreate,
  answerDelete,
  answerDeleteCollection,
  answerPatch,
  answerUpdate,
  checkPatchType,
} from './writes.ts';

const ANSWERS: Record<string, Answer> = {
  get: answerGet,
  list: answerList,
  watch: answerWatch,
  create: answerCreate,
  update: answerUpdate,
  patch: answerPatch,
  delete: answerDelete,
  deletecollection: answerDeleteCollection,
};

/** Resources whose every use is warned of. */
const DEPRECATED: Record<string, string> = {
  endpoints: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  componentstatuses: 'v1 ComponentStatus is deprecated in v1.19+',
};

/** Subresources that are the object itself, of which a write changes a part. */
const PARTS = new Set(['status', 'finalize', 'ephemeralcontainers', 'resize', 'approval']);

/** Verbs that go with a name, and those that go without. */
function fits(call: Call, { info, namespace, name, subresource }: Target): boolean {
  if (call.method === 'HEAD' && subresource !== 'proxy') return false;
  if (subresource) return info.subresources.find((sub) => sub.name === subresource)?.verbs.includes(call.verb) ?? false;
  if (!info.verbs.includes(call.verb)) return false;
  const everywhere = info.namespaced && !namespace;
  if (everywhere) return call.verb === 'list' || call.verb === 'watch';
  if (call.verb === 'create') return name === '';
  return call.verb === 'update' || call.verb === 'patch' ? name !== '' : true;
}

function answerFor(call: Call, { info, subresource }: Target): Answer | undefined {
  if (call.verb === 'create' && !subresource && isReview(info)) return answerReview;
  if (qualified(info) === 'componentstatuses') return answerComponents;
  if (qualified(info) === 'bindings') return postBinding;
  if (!subresource) return ANSWERS[call.verb];
  const key = `${subresource}/${call.verb}`;
  const own = SUBRESOURCE_ANSWERS[`${qualified(info)}/${key}`] ?? SUBRESOURCE_ANSWERS[`*/${key}`];
  return own ?? (PARTS.has(subresource) ? ANSWERS[call.verb] : ELSEWHERE[subresource]);
}

/** Whether the caller may; a refusal is the 403 of a real server. */
export function authorizeTarget(
  kernel: Kernel,
  call: Call,
  { info, group, namespace, name, subresource }: Target,
): void {
  authorize(kernel, call.user, { verb: call.verb, group, resource: info.plural, subresource, namespace, name });
}

export async function answerResource(kernel: Kernel, call: Call, target: Target): Promise<void> {
  authorizeTarget(kernel, call, target);
  if (target.subresource && !hasSubresource(target.info, target.subresource))
    throw target.info.custom ? notFound(target.info, target.name) : pageNotFound();
  const answer = answerFor(call, target);
  if (!answer || !fits(call, target)) throw notAllowed();
  checkAccept(call.request.headers.accept, call.verb === 'list' || call.verb === 'watch');
  if (call.verb === 'patch') checkPatchType(call);
  const warning = target.info.custom?.warning(target.version) ?? DEPRECATED[qualified(target.info)];
  if (warning) call.warnings.push(warning);
  await answer(kernel, call, target);
}
