/** What a client hears of a webhook that refuses, fails or is misused, in a server's words. */
import { ApiError, badRequest, internalError, type Status } from '../../errors.ts';
import { type Dict, isDict } from '../../types.ts';
import { textOf } from '../policy.ts';

/** A webhook that could not be asked, or gave no answer that can be used: its failurePolicy says what that means. */
export class WebhookFailure extends Error {}

export const failedCalling = (name: string, why: string): ApiError =>
  new ApiError(internalError(`failed calling webhook ${JSON.stringify(name)}: ${why}`));

export const noDryRun = (name: string): ApiError =>
  badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`);

export const noObject = (name: string): ApiError =>
  new ApiError(
    internalError(
      `admission webhook ${JSON.stringify(name)} attempted to modify the object, which is not supported for this operation`,
    ),
  );

/** What the webhook itself says: its code and reason, and its message behind the webhook's name. */
export function rejected(name: string, given: unknown): ApiError {
  const result: Dict = isDict(given) ? given : {};
  const code = typeof result.code === 'number' && result.code >= 400 ? result.code : 400;
  const why = textOf(result.message) || textOf(result.reason);
  const by = `admission webhook ${JSON.stringify(name)} denied the request`;
  return new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: isDict(result.metadata) ? (result.metadata as Status['metadata']) : {},
    status: 'Failure',
    message: why ? `${by}: ${why}` : `${by} without explanation`,
    ...(result.reason ? { reason: textOf(result.reason) } : {}),
    ...(isDict(result.details) ? { details: result.details as NonNullable<Status['details']> } : {}),
    code,
  });
}
