import type { IncomingMessage } from 'node:http';
import { badRequest, failure } from '../errors.ts';
import { exceedsDepth, goJsonError, parseJson, TOO_DEEP } from '../gojson.ts';
import { decodeProtobuf } from '../schema/protobuf.ts';
import { isDict } from '../types.ts';
import { type Problems, unknownFields } from '../verbs/input.ts';
import { problemsInJson, problemsInYaml } from './duplicates.ts';
import { octetProblem, textOf } from './octets.ts';
import { fromGoYaml } from './yaml.ts';

/** What the real server takes at most. */
const BODY_LIMIT = 3 * 1024 * 1024;

const early = new WeakMap<IncomingMessage, Promise<Buffer>>();

/** Takes the body before its request is carried out: that may be after its sender has gone. */
export function readEarly(request: IncomingMessage): void {
  const body = readBody(request);
  body.catch(() => {});
  early.set(request, body);
}

export function readBody(request: IncomingMessage): Promise<Buffer> {
  const read = early.get(request);
  if (read) return read;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      // The rest is read and dropped, so that the client gets the answer and not a broken connection.
      if (size <= BODY_LIMIT) chunks.push(chunk);
    });
    request.on('error', reject);
    request.on('end', () => {
      if (size > BODY_LIMIT)
        reject(failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_LIMIT}`));
      else resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    });
  });
}

export const mediaType = (request: IncomingMessage): string =>
  (request.headers['content-type'] || 'application/json').split(';')[0]!.trim().toLowerCase();

export const OPTIONS = 'DeleteOptions';

export interface ParsedBody {
  data: unknown;
  /** What strict reading finds wrong with the text, and with the paths that the kind has no place for. */
  problems: Problems;
}

/** How much of a body messages show. */
const SHOWN = 30;

/** A body as messages show it: as it is where it begins as an object would, else its bytes. */
function shownBody(body: Buffer): string {
  if (body.length === 0) return '<empty>';
  const start = body.subarray(0, SHOWN);
  return `${start.toString(body[0] === 0x7b ? 'utf8' : 'hex')}${body.length > SHOWN ? ' ...' : ''}`;
}

/** Options of a request are no object of a resource: what is wrong with them is said plainly, and as a fault of the server. */
const unrecognized = (kind: string, why: string, body: Buffer): Error =>
  kind === OPTIONS
    ? failure(500, '', why)
    : badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${shownBody(body)})`);

const goKind = (data: unknown): string =>
  Array.isArray(data) ? 'array' : typeof data === 'boolean' ? 'bool' : typeof data;

const NO_HEADER = "couldn't get version/kind; json parse error: ";

const noObject = (data: unknown): string =>
  `${NO_HEADER}json: cannot unmarshal ${goKind(data)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;

/** The first document; undefined where there is none. */
function parseYamlBody(body: Buffer, kind: string): { data?: unknown; repeated?: string[] } {
  const { data, problem, repeated } = readYaml(body);
  if (problem === TOO_DEEP) throw unrecognized(kind, `${NO_HEADER}${TOO_DEEP}`, body);
  if (problem) throw unrecognized(kind, `yaml: ${problem}`, body);
  return { data: data ?? undefined, ...(repeated ? { repeated } : {}) };
}

function readYaml(body: Buffer): ReturnType<typeof fromGoYaml> {
  const problem = octetProblem(body);
  if (problem) return { data: undefined, problem };
  const text = body.toString('utf8');
  // Most of them are JSON, which is YAML as well, quicker read, and may be nested deeper.
  try {
    return { data: parseJson(text), problem: '' };
  } catch (error) {
    if (!(error instanceof SyntaxError)) return { data: undefined, problem: TOO_DEEP };
  }
  const read = fromGoYaml(text);
  return !read.problem && exceedsDepth(JSON.stringify(read.data) ?? '') ? { data: undefined, problem: TOO_DEEP } : read;
}

/** What is applied; words of its own, as what it is about is read from it. */
export function parseApplied(body: Buffer): unknown {
  const { data, problem } = readYaml(body);
  if (problem === TOO_DEEP) throw badRequest(`error decoding YAML: ${TOO_DEEP}`);
  if (problem) throw badRequest(`error decoding YAML: error converting YAML to JSON: yaml: ${problem}`);
  if (data !== null && data !== undefined && !isDict(data))
    throw badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${goKind(data)} into Go value of type map[string]interface {}`,
    );
  return data ?? {};
}

/** Parses an object's body by its content type; 415 for one that isn't read here. `kind` is what the URL is about. */
export function parseBody(body: Buffer, type: string, kind: string): ParsedBody {
  if (type === 'application/json') {
    const text = textOf(body);
    let data: unknown;
    try {
      data = parseJson(text);
    } catch {
      throw unrecognized(kind, `${NO_HEADER}${goJsonError(text)}`, body);
    }
    if (data === null) return { data: {}, problems: unknownFields };
    if (!isDict(data)) throw unrecognized(kind, noObject(data), body);
    return { data, problems: (unknown) => problemsInJson(text, data, unknown) };
  }
  if (type === 'application/yaml') {
    const { data = {}, repeated } = parseYamlBody(body, kind);
    if (!isDict(data)) throw unrecognized(kind, noObject(data), body);
    return { data, problems: (unknown) => problemsInYaml(repeated ?? [], unknown) };
  }
  if (type === 'application/vnd.kubernetes.protobuf') {
    try {
      return { data: decodeProtobuf(body), problems: unknownFields };
    } catch (error) {
      throw unrecognized(kind, error instanceof Error ? error.message : '', body);
    }
  }
  throw failure(
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
}
