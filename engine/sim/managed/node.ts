/** How parts of an object are owned and merged: made of the type table for built-in kinds, of a schema for custom ones. */
import { type Field, META_TYPE, type TypeInfo, type TypeRef, typeInfo } from '../schema/table.ts';

export type Node =
  | { kind: 'scalar' }
  /** A list or object with one owner for the whole. */
  | { kind: 'atomic' }
  /** Nothing is known: objects are maps, lists atomic. */
  | { kind: 'untyped' }
  | { kind: 'map'; of: () => Node }
  | { kind: 'struct'; field: (name: string) => Node | undefined }
  | { kind: 'set' }
  /** A list whose items are told apart by some of their fields. `defaults` stand for keys an item leaves out. */
  | { kind: 'keyed'; keys: readonly string[]; defaults: Readonly<Record<string, unknown>>; of: () => Node };

const SCALAR: Node = { kind: 'scalar' };
const ATOMIC: Node = { kind: 'atomic' };
export const UNTYPED: Node = { kind: 'untyped' };

const structs = new Map<string, Node>();

function keyed(keys: readonly string[], of: TypeRef): Node {
  const defaults: Record<string, unknown> = {};
  if (of.kind === 'struct')
    for (const key of keys) {
      const field = typeInfo(of.name).fields.get(key);
      // A key that is always written stands for its zero where it isn't given.
      const zero = field?.always && field.type.kind === 'scalar' ? (field.type.code === 's' ? '' : 0) : undefined;
      const value = field?.default ?? zero;
      if (value !== undefined) defaults[key] = value;
    }
  return { kind: 'keyed', keys, defaults, of: () => refNode(of) };
}

function refNode(type: TypeRef): Node {
  if (type.kind === 'struct') return typeNode(typeInfo(type.name));
  if (type.kind === 'map') return { kind: 'map', of: () => refNode(type.of) };
  if (type.kind === 'list') return ATOMIC;
  return type.code === 'x' ? ATOMIC : SCALAR;
}

function fieldNode(field: Field): Node {
  if (field.list === 'atomic') return ATOMIC;
  if (field.type.kind !== 'list') return refNode(field.type);
  if (field.list === 'set') return { kind: 'set' };
  return field.list ? keyed(field.list, field.type.of) : ATOMIC;
}

/** A type of the built-in table. */
export function typeNode(type: TypeInfo): Node {
  if (type.atomic) return ATOMIC;
  const known = structs.get(type.name);
  if (known) return known;
  const fields = new Map<string, Node>();
  const node: Node = {
    kind: 'struct',
    field(name) {
      let child = fields.get(name);
      const field = child ? undefined : type.fields.get(name);
      if (field) {
        child = fieldNode(field);
        fields.set(name, child);
      }
      return child;
    },
  };
  structs.set(type.name, node);
  return node;
}

/** metadata of any object. */
export const metaNode = (): Node => typeNode(typeInfo(META_TYPE));

/** What an untyped value is handled as. */
export function resolve(node: Node, value: unknown): Node {
  if (node.kind !== 'untyped') return node;
  if (Array.isArray(value)) return ATOMIC;
  return typeof value === 'object' && value !== null ? { kind: 'map', of: () => UNTYPED } : SCALAR;
}
