/** What came with a 2xx, before anybody reads it as what was asked for: a gateway in between may say anything, and with any status. */
import { statusOf } from './errors.ts';
import { clean } from './sanitise.ts';
import { KubeError } from './types.ts';

interface HasMetadata {
  metadata: object;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function called(answer: unknown): string {
  if (answer === undefined) return 'nothing';
  if (answer === null) return 'null';
  if (Array.isArray(answer)) return 'an array';
  return typeof answer === 'object' ? 'an object' : `a ${typeof answer}`;
}

export function misshapen(asked: string, what: string): KubeError {
  return new KubeError(
    `${asked} was answered with ${what}; is it an API server, or does something stand before it that answers for it?`,
    { status: 200, reason: 'NotKubernetes' },
  );
}

/** An object of the API; throws where it is none. `asked`: method and path. */
export function objectIn(answer: unknown, asked: string): object {
  if (!isObject(answer)) throw misshapen(asked, `${called(answer)} where an object belongs`);
  return answer;
}

/** The code of a Status that says that the request failed, whatever the status of its answer. */
export function failureIn(answer: unknown): { code: number; body: string } | undefined {
  if (!isObject(answer) || answer.kind !== 'Status' || answer.status !== 'Failure') return undefined;
  const body = JSON.stringify(answer);
  if (statusOf(body) === undefined) return undefined;
  const { code } = answer;
  return { code: typeof code === 'number' && code >= 400 && code < 600 ? code : 500, body };
}

/**
 * A page of a list: throws where it is none, so that what is not a list never passes for an empty one. Go writes an empty one as null,
 * and protobuf leaves it out. `sound`: how many of its items have to be objects of the API.
 */
export function listIn<L extends object>(answer: L, path: string, sound: 'every' | 'some' = 'every'): L & HasMetadata {
  const asked = `GET ${path}`;
  const { kind, metadata, items } = objectIn(answer, asked) as { kind?: unknown; metadata?: unknown; items?: unknown };
  const what = typeof kind === 'string' ? `kind "${clean(kind, 60)}"` : 'an object';
  if (Array.isArray(items)) {
    if (items.length > 0 && !items[sound]((item) => isObject(item) && isObject(item.metadata)))
      throw misshapen(asked, `${what} with an item that has no metadata`);
  } else if ((items ?? null) !== null || !what.endsWith('List"'))
    throw misshapen(asked, `${what} without items where a list belongs`);
  return (isObject(metadata) ? answer : { ...answer, metadata: {} }) as L & HasMetadata;
}
