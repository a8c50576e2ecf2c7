/** OpenAPI schemas of the served kinds, made of the type table. Without descriptions: these are other people's sentences. */
import type { ResourceInfo } from '../resources/info.ts';
import { type Field, type TypeRef, typeInfo, typeOfKind } from '../schema/table.ts';
import type { Dict } from '../types.ts';

const LONG: [string, string][] = [
  ['meta.v1.', 'io.k8s.apimachinery.pkg.apis.meta.v1.'],
  ['apiextensions.v1.', 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.'],
  ['apiregistration.v1.', 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.'],
];
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

function longName(name: string): string {
  for (const [short, long] of LONG) if (name.startsWith(short)) return long + name.slice(short.length);
  return `io.k8s.api.${name}`;
}

const either = (...types: string[]): Dict => ({ oneOf: types.map((type) => ({ type })) });

/** Scalars that have a definition of their own; v2 can't say that a value has one of two types. */
const SPECIAL: Record<string, [name: string, v2: Dict, v3?: Dict]> = {
  t: [`${META}.Time`, { type: 'string', format: 'date-time' }],
  u: [`${META}.MicroTime`, { type: 'string', format: 'date-time' }],
  q: ['io.k8s.apimachinery.pkg.api.resource.Quantity', { type: 'string' }, either('string', 'number')],
  o: [
    'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    { type: 'string', format: 'int-or-string' },
    { format: 'int-or-string', ...either('integer', 'string') },
  ],
};

/** Fields of any JSON that have a definition of their own. */
const ANY: Record<string, string> = {
  fieldsV1: `${META}.FieldsV1`,
  data: 'io.k8s.apimachinery.pkg.runtime.RawExtension',
  parameters: 'io.k8s.apimachinery.pkg.runtime.RawExtension',
};

const PLAIN: Record<string, Dict> = {
  s: { type: 'string' },
  b: { type: 'boolean' },
  i: { type: 'integer', format: 'int32' },
  l: { type: 'integer', format: 'int64' },
  f: { type: 'number', format: 'double' },
  y: { type: 'string', format: 'byte' },
  d: { type: 'string' },
  x: { type: 'object' },
};

/** Where references point, and how: v3 wraps a reference that has anything beside it. */
export interface Dialect {
  prefix: string;
  v3: boolean;
}

export const V2: Dialect = { prefix: '#/definitions/', v3: false };
export const V3: Dialect = { prefix: '#/components/schemas/', v3: true };

/** Collects definitions while schemas are made. */
export class Definitions {
  readonly made: Record<string, Dict> = {};
  private readonly dialect: Dialect;

  constructor(dialect: Dialect) {
    this.dialect = dialect;
  }

  reference(name: string): Dict {
    return { $ref: `${this.dialect.prefix}${name}` };
  }

  private named(name: string, schema: () => Dict): Dict {
    if (!this.made[name]) {
      this.made[name] = {};
      this.made[name] = schema();
    }
    return this.reference(name);
  }

  type(type: TypeRef): Dict {
    if (type.kind === 'list') return { type: 'array', items: this.type(type.of) };
    if (type.kind === 'map') return { type: 'object', additionalProperties: this.type(type.of) };
    if (type.kind === 'struct') return this.struct(type.name);
    const special = SPECIAL[type.code];
    if (!special) return { ...PLAIN[type.code] };
    const [name, v2, v3 = v2] = special;
    return this.named(name, () => (this.dialect.v3 ? v3 : v2));
  }

  struct(name: string): Dict {
    return this.named(longName(name), () => {
      const info = typeInfo(name);
      const properties: Dict = {};
      const required: string[] = [];
      for (const field of info.fields.values()) {
        properties[field.name] = this.field(field);
        if (field.required) required.push(field.name);
      }
      return {
        type: 'object',
        ...(required.length > 0 ? { required } : {}),
        properties,
        ...(info.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
      };
    });
  }

  private field(field: Field): Dict {
    const extra: Dict = {};
    if (field.list === 'atomic')
      extra[field.type.kind === 'list' ? 'x-kubernetes-list-type' : 'x-kubernetes-map-type'] = 'atomic';
    else if (field.list === 'set') extra['x-kubernetes-list-type'] = 'set';
    else if (field.list) {
      extra['x-kubernetes-list-type'] = 'map';
      extra['x-kubernetes-list-map-keys'] = field.list;
    }
    const { patch } = field;
    if (patch) {
      const strategies = [
        ...(patch.merge ? ['merge'] : []),
        ...(patch.retainKeys ? ['retainKeys'] : []),
        ...(patch.replace ? ['replace'] : []),
      ];
      extra['x-kubernetes-patch-strategy'] = strategies.join(',');
      if (patch.key) extra['x-kubernetes-patch-merge-key'] = patch.key;
    }
    if (field.default !== undefined && this.dialect.v3) extra.default = field.default;
    const any = field.type.kind === 'scalar' && field.type.code === 'x' ? ANY[field.name] : undefined;
    const schema = any ? this.named(any, () => ({ type: 'object' })) : this.type(field.type);
    if (field.enum) {
      if (field.type.kind === 'list') schema.items = { type: 'string', enum: field.enum };
      else extra.enum = field.enum;
    }
    if (schema.$ref === undefined || Object.keys(extra).length === 0) return { ...schema, ...extra };
    return this.dialect.v3 ? { allOf: [schema], ...extra } : { ...schema, ...extra };
  }

  /** A served kind and its list. */
  kind(info: ResourceInfo, version: string): string {
    const gvk = (kind: string) => [{ group: info.group, version, kind }];
    const own = {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
    };
    const name = kindName(info, version);
    const type = info.custom ? undefined : typeOfKind(info.group, version, info.kind);
    if (type) {
      this.struct(type.name);
      const made = this.made[name]!;
      this.made[name] = {
        ...made,
        properties: { ...own, ...(made.properties as Dict) },
        'x-kubernetes-group-version-kind': gvk(info.kind),
      };
    } else {
      const schema = info.custom?.openapi(version) ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
      const properties = {
        ...((schema.properties as Dict | undefined) ?? {}),
        ...own,
        metadata: this.struct('meta.v1.ObjectMeta'),
      };
      this.made[name] = { ...schema, properties, 'x-kubernetes-group-version-kind': gvk(info.kind) };
    }
    if (info.verbs.includes('list')) {
      const metadata = this.struct('meta.v1.ListMeta');
      this.made[`${name.slice(0, -info.kind.length)}${info.listKind}`] = {
        type: 'object',
        required: ['items'],
        properties: { ...own, items: { type: 'array', items: this.reference(name) }, metadata },
        'x-kubernetes-group-version-kind': gvk(info.listKind),
      };
    }
    return name;
  }
}

/** The name of a kind's definition. */
function kindName(info: ResourceInfo, version: string): string {
  const type = info.custom ? undefined : typeOfKind(info.group, version, info.kind);
  if (type) return longName(type.name);
  return `${info.group.split('.').reverse().join('.')}.${version}.${info.kind}`;
}
