/** What a webhook that converts is asked, and what its answer is worth. */
import { clone, equal } from '../json.ts';
import { type Dict, isDict, type Labels, type SimObject } from '../types.ts';
import { validateAnnotations, validateLabels } from '../validation/meta.ts';

const GROUP = 'apiextensions.k8s.io';
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export interface Question {
  uid: string;
  version: string;
  review: Dict;
}

export function question(
  uid: string,
  reviews: readonly string[],
  object: SimObject,
  desiredAPIVersion: string,
): Question {
  const version = reviews.find((one) => one === 'v1' || one === 'v1beta1');
  if (!version) throw new Error('no supported conversion review versions');
  return {
    uid,
    version,
    review: {
      kind: 'ConversionReview',
      apiVersion: `${GROUP}/${version}`,
      request: { uid, desiredAPIVersion, objects: [object] },
      response: { uid: '', convertedObjects: null, result: { metadata: {} } },
    },
  };
}

/** Throws an Error with a server's words where the answer is none to the question. */
export function answered({ uid, version }: Question, answer: Dict): unknown[] {
  const [kind, apiVersion] = [text(answer.kind), text(answer.apiVersion)];
  checkKind(version, kind, apiVersion);
  const { response } = answer;
  const strict = version === 'v1';
  if (strict && (!kind || !apiVersion))
    throw new Error(`expected webhook response of ${GROUP}/v1, Kind=ConversionReview, got /, Kind=`);
  if (!isDict(response)) throw new Error('no response provided');
  if (strict && response.uid !== uid)
    throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(text(response.uid))}`);
  const result = isDict(response.result) ? response.result : {};
  if (result.status !== 'Success')
    throw new Error(text(result.message) || `response.result.status was '${text(result.status)}', not 'Success'`);
  return Array.isArray(response.convertedObjects) ? response.convertedObjects : [];
}

function checkKind(version: string, kind: string, apiVersion: string): void {
  if (!kind || !apiVersion || (kind === 'ConversionReview' && apiVersion === `${GROUP}/${version}`)) return;
  const other = version === 'v1' ? 'v1beta1' : 'v1';
  if (kind === 'ConversionReview' && apiVersion === `${GROUP}/${other}`)
    throw new Error(`converting (${other}.ConversionReview) to (${version}.ConversionReview): unknown conversion`);
  throw new Error(
    `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:110"`,
  );
}

/** What a Go program says of a value that is no object; undefined where it is one. */
export function noObject(made: unknown): string | undefined {
  if (isDict(made)) return undefined;
  if (made === null) return 'unexpected end of JSON input';
  const kind = Array.isArray(made) ? 'array' : typeof made === 'boolean' ? 'bool' : typeof made;
  return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
}

/** Why a converted object can't stand for the original; undefined where it can. */
export function misfit(original: SimObject, made: Dict, apiVersion: string): string | undefined {
  if (made.apiVersion !== apiVersion)
    return `invalid object at index 0: invalid groupVersion (expected ${apiVersion}, received ${text(made.apiVersion)})`;
  if (made.kind !== original.kind)
    return `invalid object at index 0: invalid kind (expected ${original.kind}, received ${text(made.kind)})`;
  const meta = isDict(made.metadata) ? made.metadata : {};
  const own = original.metadata as unknown as Dict;
  const other = (['name', 'namespace', 'uid'] as const).find((key) => text(meta[key]) !== text(own[key]));
  const title = other === 'uid' ? 'UID' : other;
  if (other) return `invalid object: must have the same ${title}: ${text(own[other])} != ${text(meta[other])}`;
  return undefined;
}

/** The converted object with the original's metadata but for labels and annotations. Throws an Error with a server's words. */
export function withMetadata(original: SimObject, made: Dict): SimObject {
  const given = made.metadata as Dict;
  const metadata = clone(original.metadata) as unknown as Dict;
  for (const key of ['labels', 'annotations'] as const) {
    const value = given[key];
    if (value === undefined || value === null) {
      delete metadata[key];
      continue;
    }
    if (!isDict(value)) throw new Error(`invalid metadata.${key} of type ${goType(value)} in converted object`);
    for (const [name, one] of Object.entries(value))
      if (typeof one !== 'string')
        throw new Error(`metadata.${key}[${name}] must be a string, but is ${goType(one)} in converted object`);
    if (!equal(value, metadata[key] ?? {})) {
      const errors =
        key === 'labels'
          ? validateLabels(value as Labels, 'metadata.labels')
          : validateAnnotations(value as Labels, 'metadata.annotation');
      const said = errors.map(({ field, message }) => `${field}: ${message}`);
      if (said.length > 0) throw new Error(said.length === 1 ? said[0] : `[${said.join(', ')}]`);
    }
    metadata[key] = value;
  }
  return { ...made, metadata } as unknown as SimObject;
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (isDict(value)) return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}
