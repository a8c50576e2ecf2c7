import { metaNode, type Node, UNTYPED } from '../managed/node.ts';
import { memberOf, type Schema, valuesOf } from './structural.ts';

const SCALAR: Node = { kind: 'scalar' };
const ATOMIC: Node = { kind: 'atomic' };

function listNode(schema: Schema): Node {
  const type = schema['x-kubernetes-list-type'];
  if (type === 'set') return { kind: 'set' };
  if (type !== 'map' || !schema.items) return ATOMIC;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const defaults: Record<string, unknown> = {};
  for (const key of keys) {
    const value = schema.items.properties?.[key]?.default;
    if (value !== undefined) defaults[key] = value;
  }
  const { items } = schema;
  return { kind: 'keyed', keys, defaults, of: () => schemaNode(items) };
}

/** How a part of a custom resource is owned. */
function schemaNode(schema: Schema): Node {
  if (schema['x-kubernetes-int-or-string']) return SCALAR;
  if (schema.type === 'array') return listNode(schema);
  if (schema.type !== 'object') return schema.type ? SCALAR : UNTYPED;
  if (schema['x-kubernetes-map-type'] === 'atomic') return ATOMIC;
  const values = valuesOf(schema);
  if (!schema.properties && values) return { kind: 'map', of: () => schemaNode(values) };
  if (!schema.properties && (schema['x-kubernetes-preserve-unknown-fields'] || schema.additionalProperties === true))
    return UNTYPED;
  const fields = new Map<string, Node>();
  return {
    kind: 'struct',
    field(name) {
      const known = fields.get(name);
      const member = known ? undefined : memberOf(schema, name);
      const node = member && schemaNode(member);
      if (node) fields.set(name, node);
      return known ?? node;
    },
  };
}

/** A whole custom resource: its schema, and metadata as any object's. */
export function resourceNode(schema: Schema | undefined): Node {
  const body = schema ? schemaNode(schema) : UNTYPED;
  return {
    kind: 'struct',
    field: (name) => (name === 'metadata' ? metaNode() : body.kind === 'struct' ? body.field(name) : UNTYPED),
  };
}
