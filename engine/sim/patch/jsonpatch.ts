import { applyPatch, type Operation } from 'rfc6902';
import { badRequest, failure } from '../errors.ts';
import { clone } from '../json.ts';
import { isDict } from '../types.ts';

const MAX_OPERATIONS = 10_000;

const rejected = (): Error =>
  failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {});

/** The real server's paths begin at their first slash, whatever stands before it. */
function rooted(path: string): string {
  if (path === '') return path;
  if (!path.includes('/')) throw rejected();
  return path.slice(path.indexOf('/'));
}

/** RFC 6902. A malformed patch is 400, one that doesn't fit the object 422. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch))
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    );
  if (patch.length > MAX_OPERATIONS)
    throw failure(
      413,
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`,
    );
  const result = clone(target);
  for (const given of patch) {
    if (!isDict(given)) throw badRequest('error decoding patch: an operation must be an object');
    const operation = { ...given };
    for (const name of ['path', 'from']) if (typeof given[name] === 'string') operation[name] = rooted(given[name]);
    let [error] = applyPatch(result, [operation as unknown as Operation]);
    // The real server's replace adds what isn't there, as long as there is an object to add it to.
    if (error?.name === 'MissingError' && operation.op === 'replace')
      [error] = applyPatch(result, [{ ...operation, op: 'add' } as unknown as Operation]);
    // Nor does its copy mind that there is nothing to copy.
    if (error?.name === 'MissingError' && operation.op === 'copy')
      [error] = applyPatch(result, [{ op: 'add', path: operation.path, value: null } as Operation]);
    if (error) throw rejected();
  }
  return result;
}
