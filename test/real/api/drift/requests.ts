/** Requests that a seed determines: writes of objects with something odd in them, all of them dry, and reads with odd words. */
import type { Asked } from '../../../conformance/server.ts';
import { mutate, type Tree } from './mutate.ts';
import type { Random } from './random.ts';
import type { Schemas } from './schema.ts';
import { valueFor } from './values.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Request extends Asked {
  method: Method;
  path: string;
}

/** An object both servers have. */
export interface Sample {
  apiVersion: string;
  kind: string;
  /** Where its kind is listed. */
  collection: string;
  body: Tree;
  /** Whether it is there to be changed and read. */
  present: boolean;
  /** Whether both servers have the same objects of its kind. */
  listed: boolean;
}

const PATCHES = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** A deletion with a body doesn't look at its query. */
function dry(body: string): string {
  if (body === 'null') return '';
  if (body === 'a: b') return 'dryRun: [All]\na: b';
  return body.startsWith('{') && body.endsWith('}')
    ? `{"dryRun":["All"]${body === '{}' ? '' : ','}${body.slice(1)}`
    : body;
}

/** Creations as often as all else of writes: they have no state to hide what is wrong with the object. */
const WAYS = ['create', 'create', 'create', 'update', 'patch', 'patch', 'read'] as const;
export type Way = (typeof WAYS)[number];

const nameOf = (sample: Sample): string => (sample.body.metadata as { name: string }).name;

export class Requests {
  private readonly schemas: Schemas;
  private readonly samples: readonly Sample[];
  private readonly present: readonly Sample[];
  private readonly random: Random;

  constructor(schemas: Schemas, samples: readonly Sample[], random: Random) {
    this.schemas = schemas;
    this.samples = samples;
    this.present = samples.filter((sample) => sample.present);
    this.random = random;
  }

  next(only: readonly Way[] = WAYS): Request {
    return this[this.random.pick(only)]();
  }

  private query(extra: Record<string, string> = {}): Record<string, string> {
    const { random } = this;
    const query: Record<string, string> = { dryRun: 'All', ...extra };
    if (random.chance(0.3)) query.fieldValidation = random.pick(['Strict', 'Warn', 'Ignore']);
    if (random.chance(0.1)) query.fieldManager = random.pick(['me', 'you', 'x'.repeat(129), 'ü']);
    if (random.chance(0.01)) query.dryRun = random.pick(['all', 'None', '']);
    return query;
  }

  private mutated(sample: Sample): Tree {
    const body = structuredClone(sample.body);
    const schema = this.schemas.kind(sample.apiVersion, sample.kind);
    for (let left = this.random.chance(0.3) ? 2 : 1; left > 0; left--) mutate(this.schemas, body, schema, this.random);
    return body;
  }

  create(): Request {
    const sample = this.random.pick(this.samples);
    const body = this.mutated(sample);
    const meta = body.metadata as Tree | null | undefined;
    // Of another name than the one that is there, unless the mutation is about that.
    if (meta && typeof meta === 'object' && meta.name === nameOf(sample) && !this.random.chance(0.05))
      meta.name = `${nameOf(sample)}-new`;
    return { method: 'POST', path: sample.collection, body, query: this.query() };
  }

  update(): Request {
    const sample = this.random.pick(this.present);
    return {
      method: 'PUT',
      path: `${sample.collection}/${nameOf(sample)}`,
      body: this.mutated(sample),
      query: this.query(),
    };
  }

  private fragment(sample: Sample): Tree {
    const body = this.mutated(sample);
    // Only the part that was changed, and at times some of the rest.
    for (const key of Object.keys(body))
      if (
        !['apiVersion', 'kind'].includes(key) &&
        JSON.stringify(body[key]) === JSON.stringify(sample.body[key]) &&
        this.random.chance(0.8)
      )
        delete body[key];
    return body;
  }

  patch(): Request {
    const { random } = this;
    const sample = random.pick(this.present);
    const path = `${sample.collection}/${nameOf(sample)}`;
    const kind = random.pick(['merge', 'strategic', 'json', 'apply'] as const);
    const type = PATCHES[kind];
    if (kind === 'json') return { method: 'PATCH', path, type, body: this.operations(sample), query: this.query() };
    const body = this.fragment(sample);
    if (kind !== 'apply') {
      delete body.apiVersion;
      delete body.kind;
      return { method: 'PATCH', path, type, body, query: this.query() };
    }
    body.metadata = { ...(body.metadata as Tree | undefined), name: nameOf(sample) };
    return {
      method: 'PATCH',
      path,
      type,
      body,
      query: this.query({
        fieldManager: random.pick(['one', 'two']),
        ...(random.chance(0.5) ? { force: 'true' } : {}),
      }),
    };
  }

  private operations(sample: Sample): unknown[] {
    const { random } = this;
    const schema = this.schemas.kind(sample.apiVersion, sample.kind);
    return Array.from({ length: 1 + random.below(2) }, () => {
      const steps: string[] = [];
      let here: unknown = sample.body;
      let at = this.schemas.resolve(schema).schema;
      let value: unknown = 'x';
      do {
        if (Array.isArray(here)) {
          const index = random.below(here.length + 1);
          steps.push(random.chance(0.1) ? '-' : String(index));
          here = here[index];
          value = valueFor(this.schemas, at.items, steps.at(-2) ?? '', random);
          at = this.schemas.resolve(at.items).schema;
        } else {
          const names = Object.keys(here && random.chance(0.6) ? (here as Tree) : (at.properties ?? { a: {} }));
          const name = names.length > 0 ? random.pick(names) : 'a';
          steps.push(name.replaceAll('~', '~0').replaceAll('/', '~1'));
          const next = at.properties?.[name] ?? at.additionalProperties;
          value = valueFor(this.schemas, next, name, random);
          here = typeof here === 'object' && here !== null ? (here as Tree)[name] : undefined;
          at = this.schemas.resolve(next).schema;
        }
      } while (typeof here === 'object' && here !== null && random.chance(0.75));
      const op = random.pick(['add', 'replace', 'remove', 'test', 'copy', 'add', 'replace']);
      const path = `/${steps.join('/')}`;
      if (op === 'remove') return { op, path };
      if (op === 'copy') return { op, from: random.pick(['/metadata/name', '/metadata/nope', path]), path };
      return { op, path, value };
    });
  }

  read(): Request {
    const { random } = this;
    const sample = random.pick(this.present);
    const named = !sample.listed || random.chance(0.3);
    const query: Record<string, string> = {};
    const SELECTORS = [
      'a',
      'a=b',
      'a==b',
      'a!=b',
      '!a',
      'a in (b)',
      'a in (b,c),x',
      'a notin ()',
      'a>1',
      'a<x',
      '=',
      'a=b=c',
      'a b',
      'a in b',
      ',',
      'a,',
      '(',
      'a=!',
      "a='b'",
      'A/b/c=d',
      'x.example/y',
      'a in ()',
    ];
    const FIELDS = [
      'metadata.name=s',
      'metadata.name!=s',
      'metadata.namespace=x',
      'metadata.uid=1',
      'spec.nodeName=',
      'status.phase=Running',
      'type=Opaque',
      'metadata.name',
      '=',
      'metadata.name=a,metadata.name=b',
      'metadata.name in (a)',
      'a\\=b=c',
      'involvedObject.name=x',
      'reason=R',
      'spec.replicas=1',
    ];
    if (random.chance(0.5)) query.labelSelector = random.pick(SELECTORS);
    if (random.chance(0.5)) query.fieldSelector = random.pick(FIELDS);
    if (random.chance(0.2)) query.limit = random.pick(['1', '0', '-1', 'x', '1.5', '99999999999999999999']);
    if (random.chance(0.15)) query.resourceVersion = random.pick(['0', 'x', '-1', '']);
    if (random.chance(0.15)) query.resourceVersionMatch = random.pick(['Exact', 'NotOlderThan', 'x', '']);
    if (random.chance(0.1))
      query.continue = random.pick(['x', '', 'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoiYSJ9', '{}', 'e30']);
    if (random.chance(0.05)) query.timeoutSeconds = random.pick(['1', 'x', '-1', '0']);
    if (random.chance(0.05)) query.sendInitialEvents = random.pick(['true', 'false', 'x']);
    if (random.chance(0.05)) query.watch = random.pick(['0', 'false', 'False']);
    if (random.chance(0.05)) query.pretty = random.pick(['true', '1', 'x']);
    if (random.chance(0.05)) query.foo = 'bar';
    const accept = random.chance(0.3)
      ? random.pick([
          'application/json;as=Table;v=v1;g=meta.k8s.io',
          'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
          'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
          'text/html',
          '*/*',
          'application/json;as=Table;v=v1beta1;g=meta.k8s.io',
          'application/json;as=Foo;v=v1;g=meta.k8s.io',
          'application/yaml',
          'application/json;q=0.5, application/yaml',
          'application/json;stream=watch',
          'x',
        ])
      : 'application/json';
    if (accept.includes('as=Table') && random.chance(0.5))
      query.includeObject = random.pick(['None', 'Metadata', 'Object', 'x']);
    let path = named
      ? `${sample.collection}/${random.pick([nameOf(sample), nameOf(sample), 'nope', 'A b'])}`
      : sample.collection;
    if (random.chance(0.1))
      path += random.pick([
        '/',
        '/status',
        '/scale',
        '/nope',
        '/status/x',
        '//',
        '/log',
        '/exec',
        '/eviction',
        '/token',
        '/proxy',
        '/binding',
        '/finalize',
        '/approval',
      ]);
    const method = random.chance(0.9) ? 'GET' : random.pick(['DELETE', 'PUT', 'PATCH', 'POST'] as const);
    if (method === 'GET') return { method, path, query, accept };
    const type = random.pick([
      'application/json',
      'text/plain',
      'application/merge-patch+json',
      'application/yaml',
      '',
    ]);
    const body = random.pick([
      '',
      '{',
      '{}',
      '[]',
      'null',
      '1',
      '"x"',
      '{"kind":"Pod"}',
      '{"a":1,"a":2}',
      '{} x',
      'a: b',
      '{"metadata":{"name":1}}',
      '{"apiVersion":"v1","kind":"DeleteOptions","foo":1}',
      '{"gracePeriodSeconds":-1}',
      '{"propagationPolicy":"x"}',
      '{"orphanDependents":true,"propagationPolicy":"Orphan"}',
      '{"preconditions":{"uid":"x"}}',
      '{"dryRun":["x"]}',
    ]);
    return { method, path, query: { ...query, dryRun: 'All' }, type, body: method === 'DELETE' ? dry(body) : body };
  }
}
