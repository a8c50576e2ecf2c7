/** What every write goes through before it is made: webhooks that change it, and then, once it is complete and valid, levels, policies and webhooks that refuse it. */
import { qualified } from '../errors.ts';
import { INSIDE } from '../inside.ts';
import { clone } from '../json.ts';
import type { Kernel, WriteContext } from '../kernel.ts';
import { behaviourOf } from '../kinds/behaviour.ts';
import type { SimObject } from '../types.ts';
import type { Work } from '../work.ts';
import { checkPolicies } from './admit.ts';
import type { Attempt } from './attempt.ts';
import { checkSecurity } from './security/index.ts';
import { mutateByWebhooks, validateByWebhooks } from './webhooks/dispatch.ts';
import { webhooksFor } from './webhooks/registered.ts';

export { attemptOf } from './attempt.ts';

/** A subresource that shows its object in another shape: a Scale. */
export interface Shape {
  show(object: SimObject): SimObject;
  /** Writes what was shown, and perhaps changed, to the object. */
  take(shown: SimObject, object: SimObject): void;
}

function isExempt({ info, operation }: Attempt, { admitted, user }: WriteContext): boolean {
  // Nobody can lock themselves out of the policies.
  if (admitted || info.group === 'admissionregistration.k8s.io') return true;
  // What controllers do is tried again where it is the making of a pod.
  return user === INSIDE && (operation !== 'CREATE' || info.storageKey !== 'pods');
}

/** Kinds that are completed before webhooks see them. */
const COMPLETED = new Set(['pods', 'persistentvolumeclaims', 'persistentvolumes']);

/** What the server itself adds to a new object before any webhook; its status stays as it was sent. */
function completed(
  kernel: Kernel,
  { info, operation, subresource }: Attempt,
  context: WriteContext,
  object: SimObject,
) {
  if (operation !== 'CREATE' || subresource || info.custom || !COMPLETED.has(qualified(info))) return object;
  const made = clone(object);
  const { status } = made;
  behaviourOf(info).rules.prepare?.(made, { kernel, info, context, old: undefined });
  if (status === undefined) delete made.status;
  else made.status = status;
  return made;
}

/** The object of a write as the webhooks leave it. */
export function* mutated(kernel: Kernel, attempt: Attempt, context: WriteContext, shape?: Shape): Work<SimObject> {
  const object = attempt.object as SimObject;
  if (webhooksFor(kernel, 'mutating', attempt).length === 0 || isExempt(attempt, context)) return object;
  if (shape) {
    const shown = { ...attempt, object: shape.show(object), old: attempt.old && shape.show(attempt.old) };
    const left = yield* mutateByWebhooks(kernel, shown, context.warn);
    if (left && left !== shown.object) shape.take(left, object);
    return object;
  }
  const complete = (one: SimObject) => completed(kernel, attempt, context, one);
  const whole = { ...attempt, object: attempt.object && complete(object) };
  return (yield* mutateByWebhooks(kernel, whole, context.warn, complete)) as SimObject;
}

/** Refuses a write that the namespace's level, a policy or a webhook denies. */
export function* checked(kernel: Kernel, attempt: Attempt, context: WriteContext, shape?: Shape): Work<void> {
  if (isExempt(attempt, context)) return;
  const { object, old } = attempt;
  if (!shape) checkSecurity(kernel, attempt, context.warn);
  const shown = shape ? { ...attempt, object: object && shape.show(object), old: old && shape.show(old) } : attempt;
  checkPolicies(kernel, shown, context.warn);
  yield* validateByWebhooks(kernel, shown, context.warn);
}
