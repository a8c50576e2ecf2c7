/** The schema of custom resources, as a CRD gives it. */
import { at } from '../json.ts';
import type { PrinterColumn } from '../resources/info.ts';
import { type Dict, isDict } from '../types.ts';
import type { ClientConfig } from '../validation/client.ts';

export interface CelRule {
  rule: string;
  message?: string;
  messageExpression?: string;
  reason?: string;
  fieldPath?: string;
  optionalOldSelf?: boolean;
}

/** One node of a structural schema; the fields keep the names they have in a CRD. */
export interface Schema {
  type?: string;
  format?: string;
  nullable?: boolean;
  default?: unknown;
  enum?: unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minProperties?: number;
  maxProperties?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  not?: Schema;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-validations'?: CelRule[];
}

export interface VersionSpec {
  name: string;
  served: boolean;
  storage: boolean;
  deprecated?: boolean;
  deprecationWarning?: string;
  schema?: { openAPIV3Schema?: Schema };
  subresources?: {
    status?: object;
    scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string };
  };
  additionalPrinterColumns?: PrinterColumn[];
  selectableFields?: { jsonPath: string }[];
}

/** The fields of a version's objects that selectors may name. */
export const selectablePaths = (version: VersionSpec | undefined): string[] =>
  (version?.selectableFields ?? []).map(({ jsonPath }) => jsonPath.replace(/^\./, ''));

export interface CrdSpec {
  group: string;
  scope: 'Namespaced' | 'Cluster';
  names: {
    plural: string;
    singular: string;
    kind: string;
    listKind: string;
    shortNames?: string[];
    categories?: string[];
  };
  versions: VersionSpec[];
  preserveUnknownFields?: boolean;
  conversion?: { strategy?: string; webhook?: { clientConfig?: ClientConfig; conversionReviewVersions?: string[] } };
}

/** The schema of additional properties, where it is one. */
export const valuesOf = (schema: Schema): Schema | undefined =>
  isDict(schema.additionalProperties) ? (schema.additionalProperties as Schema) : undefined;

/** Every schema that stands in a schema. */
export const partsOf = (schema: Schema): Schema[] => [
  ...Object.values(schema.properties ?? {}),
  ...(schema.items ? [schema.items] : []),
  ...(valuesOf(schema) ? [valuesOf(schema)!] : []),
  ...(schema.not ? [schema.not] : []),
  ...[schema.allOf, schema.anyOf, schema.oneOf].flatMap((list) => list ?? []),
];

/** The schema of a member of an object; undefined where the object's doesn't know it. */
export function memberOf(schema: Schema, key: string): Schema | undefined {
  const own = schema.properties;
  if (own && Object.hasOwn(own, key)) return own[key];
  return valuesOf(schema);
}

export const specOfCrd = (definition: Dict): CrdSpec => at(definition, 'spec') as CrdSpec;
