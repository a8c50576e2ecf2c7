import type { Node } from '../managed/node.ts';
import type { StoredKind } from '../store/store.ts';
import type { SimObject } from '../types.ts';
import type { FieldError } from '../validation/fielderror.ts';

export interface SubresourceInfo {
  name: string;
  kind: string;
  group: string;
  version: string;
  verbs: string[];
}

/** What a custom resource's definition adds to its writes, by version. */
export interface CustomRules {
  /** The store's revision when these rules began to hold: what is older is completed when it is read. */
  since: number;
  /** What clients of a version are warned of. */
  warning(version: string): string | undefined;
  /**
   * Drops what the schema doesn't have and fills in defaults, in place; the answer names the dropped fields. Throws DecodeError where a
   * resource inside has no true metadata, unless `lenient`.
   */
  complete(object: SimObject, version: string, defaults: boolean, lenient?: boolean): string[];
  /** `warn` is told what is forgiven because it was wrong before. */
  validate(
    object: SimObject,
    old: SimObject | undefined,
    version: string,
    subresource: string,
    warn: (text: string) => void,
  ): FieldError[];
  node(version: string): Node;
  /** Paths of the scale subresource, where it has one. */
  scale(
    version: string,
  ): { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string } | undefined;
  columns(version: string): PrinterColumn[];
  /** Fields that a selector may name. */
  selectable(version: string): string[];
  /** Who converts between the versions, where they don't all have one shape. */
  converter?: Converter;
  /** The schema as clients are told it. */
  openapi(version: string): Record<string, unknown>;
}

/** A webhook that converts. */
export interface Converter {
  clientConfig: Record<string, unknown>;
  /** The versions of reviews that it understands, the best first. */
  reviews: readonly string[];
}

export interface PrinterColumn {
  name: string;
  type: string;
  format?: string;
  description?: string;
  priority?: number;
  jsonPath: string;
}

/** One resource: what discovery says of it and how it is stored. Behaviour by kind is in engine/sim/kinds. */
export interface ResourceInfo extends StoredKind {
  group: string;
  plural: string;
  singular: string;
  kind: string;
  listKind: string;
  namespaced: boolean;
  shortNames: string[];
  categories: string[];
  verbs: string[];
  /** Served versions, the preferred one first. */
  versions: string[];
  storageVersion: string;
  subresources: SubresourceInfo[];
  /** Absent for built-in kinds. */
  custom?: CustomRules;
}

export const apiVersionOf = (group: string, version: string): string => (group ? `${group}/${version}` : version);

export const hasSubresource = (info: ResourceInfo, name: string): boolean =>
  info.subresources.some((subresource) => subresource.name === name);

/** v2 before v1, v1 before v1beta2, v1beta1 before v1alpha1, anything else last and by name. */
export function versionOrder(a: string, b: string): number {
  const rank = (name: string): [number, number, number] => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(name);
    if (!match) return [0, 0, 0];
    return [match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1, Number(match[1]), Number(match[3] ?? 0)];
  };
  const [x, y] = [rank(a), rank(b)];
  for (const at of [0, 1, 2] as const) if (x[at] !== y[at]) return y[at] - x[at];
  return a < b ? -1 : a > b ? 1 : 0;
}
