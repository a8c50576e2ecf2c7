/** An object as a webhook's patch leaves it: read again, completed by its kind's defaults, and without what its kind doesn't know. */
import { applyPatch, type Operation, Pointer } from 'rfc6902';
import { ApiError, internalError } from '../../errors.ts';
import { goJsonError, parseJson } from '../../gojson.ts';
import { clone } from '../../json.ts';
import { cutToVersion } from '../../kinds/convert.ts';
import { decodeObject } from '../../kinds/schema.ts';
import { apiVersionOf } from '../../resources/info.ts';
import { DecodeError, decode } from '../../schema/decode.ts';
import { typeOfKind } from '../../schema/table.ts';
import { type Dict, isDict, type SimObject } from '../../types.ts';
import type { Attempt, Kind } from '../attempt.ts';
import { noObject, WebhookFailure } from './refusals.ts';
import type { Webhook } from './registered.ts';
import type { Verdict } from './reviews.ts';

interface Matched {
  version: string;
  kind: Kind;
  /** The object as the webhook was shown it. */
  object: SimObject | undefined;
}

const internal = (why: string): ApiError => new ApiError(internalError(why));

/** Undefined where the patch does nothing. Where somebody else converts, it is left in the version that the webhook was shown. */
export function patchedBy(
  hook: Webhook,
  attempt: Attempt,
  matched: Matched,
  { patch, patchType }: Verdict,
): SimObject | undefined {
  if (patch === '') return undefined;
  const operations = operationsOf(patch);
  if (operations.length === 0) return undefined;
  const { object, info, kind } = attempt;
  if (!object) throw noObject(hook.name);
  if (patchType !== 'JSONPatch') throw new WebhookFailure(`unsupported patch type ${JSON.stringify(patchType)}`);
  const own = kind.kind === info.kind;
  const { group, version } = matched.kind;
  const changed = applied(
    { ...clone(matched.object ?? object), kind: matched.kind.kind, apiVersion: apiVersionOf(group, version) },
    operations,
  );
  const read = decoded(attempt, matched, changed);
  // Whose the fields are is the server's to say.
  const { managedFields } = object.metadata ?? {};
  if (managedFields) read.metadata.managedFields = managedFields;
  return own && !info.custom?.converter ? cutToVersion(info, read, attempt.version) : read;
}

function operationsOf(patch: string): Dict[] {
  const undecodable = (why: string): Error =>
    new WebhookFailure(`received undecodable patch in webhook response: ${why}`);
  let read: unknown;
  try {
    read = parseJson(patch);
  } catch {
    throw undecodable(goJsonError(patch));
  }
  if (read === null) return [];
  if (!Array.isArray(read))
    throw undecodable(
      `json: cannot unmarshal ${isDict(read) ? 'object' : typeof read} into Go value of type jsonpatch.Patch`,
    );
  return read.filter(isDict);
}

interface Step {
  op: string;
  path: string;
  from?: string;
}

/** As a server's library does it, which is lenient in other places than a client's patch is. */
function applied(target: Dict, operations: readonly Dict[]): Dict {
  for (const operation of operations) {
    const [error] = applyPatch(target, [operation as unknown as Operation]);
    if (!error) continue;
    const { op, path } = operation as unknown as Step;
    const lenient = { replace: { ...operation, op: 'add' }, copy: { op: 'add', path, value: null } }[op];
    if (error.name === 'MissingError' && lenient && !applyPatch(target, [lenient as unknown as Operation])[0]) continue;
    throw internal(problem(target, error.name, operation));
  }
  return target;
}

function problem(target: Dict, kind: string, operation: Dict): string {
  const { op, path, from } = operation as unknown as Step;
  if (kind === 'TestError') return `testing value ${path} failed: test failed`;
  if (kind !== 'MissingError') return `Unexpected kind: ${op}`;
  const gone = op === 'move' && from !== undefined ? from : path;
  const slash = gone.lastIndexOf('/');
  const [parent, key] = [gone.slice(0, slash), gone.slice(slash + 1)];
  const holder = parent === '' ? target : Pointer.fromJSON(parent).get(target);
  if (!['remove', 'move'].includes(op) || holder === undefined)
    return `${op} operation does not apply: doc is missing path: ${JSON.stringify(path)}: missing value`;
  const where = `error in ${op} for path: '${op === 'move' ? key : path}'`;
  return Array.isArray(holder)
    ? `${where}: Unable to access invalid index: ${key}: invalid index referenced`
    : `${where}: Unable to remove nonexistent key: ${key}: missing value`;
}

function decoded({ info, kind }: Attempt, matched: Matched, data: Dict): SimObject {
  try {
    if (kind.kind === info.kind) return decodeObject(info, matched.version, data).object;
    const { group, version } = matched.kind;
    const type = typeOfKind(group, version, matched.kind.kind);
    if (!type) return data as unknown as SimObject;
    return { kind: data.kind, apiVersion: data.apiVersion, ...decode(type, data).value } as SimObject;
  } catch (error) {
    if (error instanceof DecodeError) throw internal(error.message);
    throw error;
  }
}
