import { clone } from '../json.ts';
import { type CustomRules, versionOrder } from '../resources/info.ts';
import { type Dict, isDict, type SimObject } from '../types.ts';
import { type FieldError, invalid } from '../validation/fielderror.ts';
import { validateByRules } from './cel.ts';
import { fillDefaults, prune } from './complete.ts';
import { coerceEmbedded, validateEmbedded } from './embedded.ts';
import { validateLists } from './lists.ts';
import { resourceNode } from './node.ts';
import { validateReplicas } from './replicas.ts';
import { type CrdSpec, type Schema, selectablePaths, type VersionSpec } from './structural.ts';
import { validateBySchema } from './validate.ts';

const UNCHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
/** Errors that leave nothing for a rule to look at. */
const BLOCKING = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const SPECIAL = new Set(['apiVersion', 'kind', 'metadata']);

/** The parts of an object that its schema is about. */
function content(object: SimObject): Dict {
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...rest } = object;
  return rest;
}

/** Metadata isn't checked by the schema but for what it says of names; it is always there, with kind and apiVersion. */
function withoutMetadata(schema: Schema): Schema {
  const properties = Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([name]) => !SPECIAL.has(name)));
  const required = schema.required?.filter((name) => !SPECIAL.has(name));
  return { ...schema, properties, ...(required ? { required } : {}) };
}

/** Of the metadata a rule sees the names only. */
const nameOf = ({ metadata }: SimObject): Dict => ({
  name: metadata.name,
  ...(metadata.generateName ? { generateName: metadata.generateName } : {}),
});

/** What the schemas of a definition make of writes to its resources. `since` is the store's revision when they began to hold. */
export function customRules(spec: CrdSpec, since: number): CustomRules {
  const versions = new Map<string, VersionSpec>(spec.versions.map((version) => [version.name, version]));
  const nodes = new Map<string, ReturnType<typeof resourceNode>>();
  const schemaOf = (version: string): Schema | undefined => versions.get(version)?.schema?.openAPIV3Schema;
  // Made once: what is found out about a schema is kept by it.
  const shapes = new Map<string, Schema | undefined>();
  const shapeOf = (version: string): Schema | undefined => {
    if (!shapes.has(version)) {
      const schema = schemaOf(version);
      shapes.set(version, schema && withoutMetadata(schema));
    }
    return shapes.get(version);
  };
  const { webhook } = spec.conversion?.strategy === 'Webhook' ? spec.conversion : {};
  return {
    since,
    ...(webhook
      ? {
          converter: {
            clientConfig: { ...webhook.clientConfig },
            reviews: webhook.conversionReviewVersions ?? [],
          },
        }
      : {}),
    complete(object, version, defaults, lenient = false) {
      const shape = shapeOf(version);
      if (!shape) return [];
      const dropped: string[] = [];
      const { apiVersion, kind, metadata } = object;
      const body = content(object);
      if (spec.preserveUnknownFields !== true) prune(body, shape, '', dropped);
      dropped.sort();
      coerceEmbedded(body, shape, '', dropped, lenient);
      if (defaults) fillDefaults(body, shape);
      for (const key of Object.keys(object)) if (!SPECIAL.has(key)) delete object[key];
      Object.assign(object, { apiVersion, kind, metadata }, body);
      return dropped;
    },
    validate(object, old, version, subresource, warn) {
      const shape = shapeOf(version);
      if (!shape) return [];
      const body = content(object);
      const before = old && content(old);
      const own =
        subresource === 'status'
          ? validateStatus(body.status, before?.status, shape)
          : validateBySchema(body, shape, '', before);
      const doubled = before && validateLists(before, shape).length > 0 ? [] : validateLists(body, shape);
      const errors = [
        ...own,
        ...validateReplicas(object, versions.get(version), subresource),
        ...validateEmbedded(body, shape, ''),
        ...doubled,
      ];
      const whole = (from: SimObject): Dict => ({
        ...content(from),
        apiVersion: from.apiVersion,
        kind: from.kind,
        metadata: nameOf(from),
      });
      if (errors.some((error) => BLOCKING.has(error.reason))) {
        if (hasRules(shape)) errors.push(invalid('<nil>', null, UNCHECKED));
        return errors;
      }
      const verdict = validateByRules(whole(object), old && whole(old), shape, '', true);
      for (const text of verdict.warnings) warn(text);
      return [...errors, ...verdict.errors];
    },
    node(version) {
      let node = nodes.get(version);
      if (!node) {
        node = resourceNode(schemaOf(version));
        nodes.set(version, node);
      }
      return node;
    },
    scale: (version) => versions.get(version)?.subresources?.scale,
    columns: (version) => versions.get(version)?.additionalPrinterColumns ?? [],
    selectable: (version) => selectablePaths(versions.get(version)),
    openapi: (version) =>
      clone((schemaOf(version) ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }) as Dict),
    warning(version) {
      const one = versions.get(version);
      if (!one?.deprecated) return undefined;
      if (one.deprecationWarning !== undefined) return one.deprecationWarning;
      const shown = (name: string): string => `${spec.group}/${name} ${spec.names.kind}`;
      const [newest] = spec.versions
        .filter(({ name, served, deprecated }) => served && !deprecated && versionOrder(name, version) < 0)
        .map(({ name }) => name)
        .sort(versionOrder);
      return `${shown(version)} is deprecated${newest ? `; use ${shown(newest)}` : ''}`;
    },
  };
}

/** A status that is written by itself is checked by itself. */
function validateStatus(status: unknown, old: unknown, schema: Schema): FieldError[] {
  const own = schema.properties?.status;
  if (!own || status === undefined) return [];
  return validateBySchema(status, own, '', old).map((error) => ({
    ...error,
    field: error.field && error.field !== '<nil>' ? `status.${error.field}` : 'status',
  }));
}

/** Whether any part of a schema has rules. */
function hasRules(schema: Schema): boolean {
  if (schema['x-kubernetes-validations']?.length) return true;
  const below = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items ? [schema.items] : []),
    ...(isDict(schema.additionalProperties) ? [schema.additionalProperties as Schema] : []),
  ];
  return below.some(hasRules);
}
