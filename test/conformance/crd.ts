/** Definitions of custom resources as the cases send them. */
export const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** `more` is of the definition's spec, and comes last. */
export const crd = (
  group: string,
  plural: string,
  kind: string,
  versions: readonly object[],
  more: object = {},
): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  spec: { group, scope: 'Namespaced', names: { plural, kind }, versions, ...more },
});

/** The stored version, v1 unless `more` has another name. */
export const version = (openAPIV3Schema: object, more: object = {}): object => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema },
  ...more,
});

/** A schema with these properties under `spec`. */
export const underSpec = (properties: object, more: object = {}): object => ({
  type: 'object',
  properties: { spec: { type: 'object', properties, ...more } },
});
