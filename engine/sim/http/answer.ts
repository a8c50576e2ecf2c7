/** What answers a request about one object, and the object that such a request may bring. */
import { badRequest } from '../errors.ts';
import type { Kernel } from '../kernel.ts';
import { type Dict, isDict } from '../types.ts';
import { mediaType, parseBody, readBody } from './body.ts';
import type { Target } from './request.ts';
import type { Call } from './server.ts';

export type Answer = (kernel: Kernel, call: Call, target: Target) => void | Promise<void>;

export async function bodyOf(call: Call, kind: string): Promise<Dict> {
  const { data } = parseBody(await readBody(call.request), mediaType(call.request), kind);
  if (!isDict(data)) throw badRequest(`the object provided is unrecognized (must be of type ${kind})`);
  if (data.kind !== undefined && data.kind !== kind)
    throw badRequest(
      `${String(data.kind)} in version ${JSON.stringify(String(data.apiVersion ?? ''))} cannot be handled as a ${kind}`,
    );
  return data;
}
