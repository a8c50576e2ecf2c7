import { failure } from '../errors.ts';

export type Encoding = 'json' | 'yaml' | 'protobuf';

/** In which form an answer is wanted. */
export interface Form {
  as: 'object' | 'table' | 'partial' | 'partialList';
  /** Of meta.k8s.io, for the forms that are its kinds. */
  metaVersion: string;
  encoding: Encoding;
}

const TYPES = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
const STREAMS = ', application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';

const ENCODINGS = new Map<string, Encoding>([
  ['application/json', 'json'],
  ['*/*', 'json'],
  ['application/*', 'json'],
  ['application/yaml', 'yaml'],
  ['application/vnd.kubernetes.protobuf', 'protobuf'],
]);

const KINDS: Record<string, Form['as']> = {
  Table: 'table',
  PartialObjectMetadata: 'partial',
  PartialObjectMetadataList: 'partialList',
};

const notAcceptable = (message: string): Error => failure(406, 'NotAcceptable', message);

interface Clause {
  type: string;
  parameters: string[];
}

const quality = ({ parameters }: Clause): number =>
  Number(parameters.find((one) => one.startsWith('q='))?.slice(2) ?? '1');

/** An Accept header's media types, the most wanted first. */
const clauses = (accept: string): Clause[] =>
  accept
    .split(',')
    .map((clause) => {
      const [type = '', ...parameters] = clause.split(';').map((part) => part.trim());
      return { type, parameters };
    })
    .sort((one, other) => quality(other) - quality(one));

/** How an answer that has one form only, such as an error, is written. */
export function encodingOf(accept: string | undefined): Encoding {
  const type = accept === undefined ? '' : clauses(accept).find((clause) => ENCODINGS.has(clause.type))?.type;
  return ENCODINGS.get(type ?? '') ?? 'json';
}

/** 406 where the header names no media type of this server. Of a list's address changes can be streamed too. */
export function checkAccept(accept: string | undefined, isList: boolean): void {
  if (!accept || clauses(accept).some(({ type }) => ENCODINGS.has(type))) return;
  const what = `406: Not Acceptable\n\nAvailable representations: ${TYPES}${isList ? STREAMS : ''}`;
  throw failure(406, 'NotAcceptable', what, {});
}

export const CONTENT_TYPE: Record<Encoding, string> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};

/**
 * The first form of an Accept header that can be answered; 406 where there is none. Custom resources have no protobuf, but their metadata
 * alone has; Tables have none. A list is kept as JSON, and is protobuf only for those who can't read that: making it takes a hundred times as
 * long.
 */
export function negotiate(accept: string | undefined, custom: boolean, isList = false): Form {
  if (!accept) return { as: 'object', metaVersion: 'v1', encoding: 'json' };
  const wanted = clauses(accept);
  const readsJson = wanted.some(({ type, parameters }) => type === 'application/json' && parameters.length === 0);
  for (const { type, parameters } of wanted) {
    const encoding = ENCODINGS.get(type);
    if (!encoding) continue;
    const given = new Map(parameters.map((parameter) => parameter.split('=', 2) as [string, string]));
    const as = given.get('as');
    if (as === undefined) {
      if (encoding === 'protobuf' && (custom || (isList && readsJson))) continue;
      return { as: 'object', metaVersion: 'v1', encoding };
    }
    const version = given.get('v') ?? '';
    const kind = KINDS[as];
    if (kind === 'table' && encoding === 'protobuf') continue;
    if (kind && given.get('g') === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1'))
      return { as: kind, metaVersion: version, encoding };
  }
  throw notAcceptable(`only the following media types are accepted: ${TYPES}`);
}

/** A list can't be answered as one object's metadata, nor the other way round. */
export function checkForm(form: Form, isList: boolean, goType: string): void {
  if (form.as === 'partial' && isList)
    throw notAcceptable(`you requested PartialObjectMetadata, but the requested object is a list (${goType})`);
  if (form.as === 'partialList' && !isList)
    throw notAcceptable(`you requested PartialObjectMetadataList, but the requested object is not a list (${goType})`);
}
