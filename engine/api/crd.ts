/** CustomResourceDefinitions, made from the table of kinds. */
import { KINDS, type Kind } from './kinds.ts';
import type { Schema } from './schema/types.ts';
import { GROUPS, VERSION } from './types.ts';

export interface CustomResourceDefinition {
  apiVersion: 'apiextensions.k8s.io/v1';
  kind: 'CustomResourceDefinition';
  metadata: { name: string; labels: Record<string, string>; annotations: Record<string, string> };
  spec: object;
}

/** A schema as a CRD may hold it: without the `anyOf` of types, which only our own check understands. */
export function structural(schema: Schema): Schema {
  const { anyOf, properties, items, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(anyOf && schema.type !== undefined && { anyOf }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, structural(child)])),
    }),
    ...(items && { items: structural(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === 'object' ? structural(additionalProperties) : additionalProperties,
    }),
  };
}

function crd(kind: Kind, group: string, version: string): CustomResourceDefinition {
  const singular = kind.kind.toLowerCase();
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${kind.plural}.${group}`,
      labels: {
        'app.kubernetes.io/name': 'opsdeck',
        'app.kubernetes.io/part-of': 'opsdeck',
        'app.kubernetes.io/component': 'crds',
      },
      annotations: { 'opsdeck.dev/version': version },
    },
    spec: {
      group,
      scope: kind.scope,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular,
        ...(group === GROUPS.own && { shortNames: kind.shortNames }),
        categories: ['opsdeck'],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          ...(kind.status && { subresources: { status: {} } }),
          additionalPrinterColumns: kind.columns,
          schema: {
            openAPIV3Schema: structural({
              type: 'object',
              description: kind.description,
              required: ['spec'],
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec: kind.spec,
                ...(kind.status && { status: kind.status }),
              },
            }),
          },
        },
      ],
    },
  };
}

/** Every kind under every group of its own. `version` is the program's, kept as an annotation. */
export const customResourceDefinitions = (version: string): CustomResourceDefinition[] =>
  KINDS.flatMap((kind) => kind.groups.map((group) => crd(kind, group, version)));
