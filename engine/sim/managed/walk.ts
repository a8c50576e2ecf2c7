/** Walks over values by their node: which fields they hold, how two differ, merging, and removing by path. */
import { equal, setKey } from '../json.ts';
import { type Dict, isDict } from '../types.ts';
import { FieldSet, pathText } from './fieldset.ts';
import { type Node, resolve, UNTYPED } from './node.ts';

/** A list can't be merged: a key is missing or twice there. */
export class ListKeyError extends Error {}

export interface Comparison {
  added: FieldSet;
  modified: FieldSet;
  removed: FieldSet;
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === undefined || value === null;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

const scalarText = (value: unknown): string => JSON.stringify(value) ?? 'null';

/** The step that names an item of an associative list; undefined where one of its keys is missing. */
function itemStep(node: Node, item: unknown): string | undefined {
  if (node.kind === 'set') return `v:${scalarText(item)}`;
  if (node.kind !== 'keyed' || !isDict(item)) return undefined;
  const keys: Dict = {};
  for (const key of node.keys.length > 1 ? node.keys.toSorted() : node.keys) {
    const value = item[key] ?? node.defaults[key];
    if (value === undefined || value === null) return undefined;
    keys[key] = value;
  }
  return `k:${JSON.stringify(keys)}`;
}

interface Items {
  /** The items that have a step, and their steps. */
  items: unknown[];
  steps: string[];
  values: Map<string, unknown[]>;
}

/** `strict` is the list's path for messages; undefined lets unsound lists pass. */
function index(node: Node, list: unknown, strict: string | undefined): Items {
  const steps: string[] = [];
  const items: unknown[] = [];
  const values = new Map<string, unknown[]>();
  for (const [at, item] of (Array.isArray(list) ? list : []).entries()) {
    const step = itemStep(node, item);
    if (step === undefined) {
      if (strict !== undefined)
        throw new ListKeyError(
          `${strict}: element ${at}: associative list with keys has an element that omits key field ${JSON.stringify(node.kind === 'keyed' ? (node.keys.find((key) => !isDict(item) || item[key] === undefined) ?? '') : '')} (and doesn't have default value)`,
        );
      continue;
    }
    const same = values.get(step);
    if (same) {
      if (strict !== undefined) throw new ListKeyError(`${strict}: duplicate entries for key ${pathText([step])}`);
      same.push(item);
    } else values.set(step, [item]);
    steps.push(step);
    items.push(item);
  }
  return { items, steps, values };
}

const itemNode = (node: Node): Node => (node.kind === 'keyed' ? node.of() : { kind: 'scalar' });

function childNode(node: Node, key: string): Node {
  if (node.kind === 'map') return node.of();
  return (node.kind === 'struct' && node.field(key)) || UNTYPED;
}

const isLeaf = (node: Node): boolean => node.kind === 'scalar' || node.kind === 'atomic';
const isList = (node: Node): boolean => node.kind === 'set' || node.kind === 'keyed';

/** Adds the paths of a value to the set. With a path (of the value, `` at the root), lists whose items can't be told apart are refused. */
export function collect(node: Node, value: unknown, into: FieldSet, path?: string): void {
  const kind = resolve(node, value);
  if (isList(kind)) {
    const { values } = index(kind, value, path);
    for (const [step, items] of values) {
      if (items.length === 1) collectChild(itemNode(kind), items[0], into, step, path);
      into.members.add(step);
    }
  } else if (!isLeaf(kind) && isDict(value)) {
    for (const key of Object.keys(value)) {
      const item = value[key];
      if (item === undefined) continue;
      collectChild(childNode(kind, key), item, into, `f:${key}`, path);
      const named = kind.kind === 'struct' && kind.field(key) !== undefined;
      if (!named || item === null || (isDict(item) && Object.keys(item).length === 0)) into.members.add(`f:${key}`);
    }
  }
}

function collectChild(node: Node, value: unknown, into: FieldSet, step: string, path: string | undefined): void {
  const kind = resolve(node, value);
  if (isLeaf(kind)) {
    into.members.add(step);
    return;
  }
  const below = new FieldSet();
  collect(kind, value, below, path === undefined ? undefined : path + pathText([step]));
  if (!below.empty) into.children.set(step, below);
}

const BELOW = (): Comparison => ({ added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() });
const NOTHING = new FieldSet();
/** Where there was nothing before, nothing can differ or be missing. */
const ADDED = (): Comparison => ({ added: new FieldSet(), modified: NOTHING, removed: NOTHING });

function compareAt(node: Node, left: unknown, right: unknown, into: Comparison, step: string): void {
  if (left === right) return;
  const kind = resolve(node, right === undefined || right === null ? left : right);
  const leaf = isLeaf(kind) || (isEmpty(left) && isEmpty(right));
  if (leaf) {
    if (left === undefined) into.added.members.add(step);
    else if (right === undefined) into.removed.members.add(step);
    else if (!equal(left, right)) into.modified.members.add(step);
    return;
  }
  // What is the same makes no sets: that is most of an object in most writes.
  if (equal(left, right)) return;
  const below = left === undefined ? ADDED() : BELOW();
  compare(kind, left, right, below);
  if (!below.added.empty) into.added.children.set(step, below.added);
  if (!below.modified.empty) into.modified.children.set(step, below.modified);
  if (!below.removed.empty) into.removed.children.set(step, below.removed);
  if (left === undefined) into.added.members.add(step);
  else if (right === undefined) into.removed.members.add(step);
}

/** What differs below a node, by path. */
export function compare(node: Node, left: unknown, right: unknown, into: Comparison = BELOW()): Comparison {
  const kind = resolve(node, right ?? left);
  if (isList(kind)) {
    const a = index(kind, left, undefined);
    const b = index(kind, right, undefined);
    for (const step of new Set([...a.steps, ...b.steps])) {
      const from = a.values.get(step);
      const to = b.values.get(step);
      if ((from?.length ?? 0) > 1 || (to?.length ?? 0) > 1) compareAt({ kind: 'atomic' }, from, to, into, step);
      else compareAt(itemNode(kind), from?.[0], to?.[0], into, step);
    }
    return into;
  }
  const a = isDict(left) ? left : {};
  const b = isDict(right) ? right : {};
  for (const key of Object.keys(a))
    if (a[key] !== b[key]) compareAt(childNode(kind, key), a[key], b[key], into, `f:${key}`);
  for (const key of Object.keys(b))
    if (!Object.hasOwn(a, key)) compareAt(childNode(kind, key), undefined, b[key], into, `f:${key}`);
  return into;
}

/** The right value laid over the left; what the right doesn't mention stays. */
export function merge(node: Node, left: unknown, right: unknown): unknown {
  if (right === undefined) return left;
  const kind = resolve(node, right);
  if (isLeaf(kind) || left === undefined || (isEmpty(left) && isEmpty(right))) {
    return right;
  }
  if (isList(kind)) return mergeList(kind, left, right);
  const a = isDict(left) ? left : {};
  const b = isDict(right) ? right : {};
  const result: Dict = {};
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const merged = merge(
      childNode(kind, key),
      Object.hasOwn(a, key) ? a[key] : undefined,
      Object.hasOwn(b, key) ? b[key] : undefined,
    );
    if (merged !== undefined) setKey(result, key, merged);
  }
  return result;
}

/** Items of the right in their order; those only the left has keep their place between them. */
function mergeList(node: Node, left: unknown, right: unknown): unknown[] {
  const a = index(node, left, undefined);
  const b = index(node, right, undefined);
  const shared = b.steps.filter((step) => a.values.has(step));
  const merged = new Set<string>();
  const result: unknown[] = [];
  let nextShared = shared.shift();
  const take = (step: string): void => {
    const own = a.values.get(step);
    result.push(merge(itemNode(node), own?.length === 1 ? own[0] : undefined, b.values.get(step)?.[0]));
    merged.add(step);
    if (step === nextShared) nextShared = shared.shift();
  };
  let l = 0;
  let r = 0;
  while (l < a.steps.length || r < b.steps.length) {
    const mine = a.steps[l];
    const theirs = b.steps[r];
    if (mine !== undefined && theirs !== undefined) {
      if (mine === theirs) {
        take(mine);
        l++;
        r++;
        continue;
      }
      if (b.values.has(mine) && nextShared !== undefined && nextShared !== mine) {
        l++;
        continue;
      }
    }
    if (mine !== undefined) {
      if (!b.values.has(mine)) {
        result.push(a.items[l]);
        l++;
        continue;
      }
      if (merged.has(mine)) l++;
    }
    if (theirs !== undefined) {
      take(theirs);
      r++;
    }
  }
  return result;
}

/** The value without the paths of the set; undefined where nothing of it stays. */
export function removePaths(node: Node, value: unknown, set: FieldSet): unknown {
  const kind = resolve(node, value);
  if (kind.kind === 'scalar') return value;
  if (kind.kind === 'atomic' || isEmpty(value)) return undefined;
  if (isList(kind)) {
    const kept: unknown[] = [];
    for (const item of value as unknown[]) {
      const step = itemStep(kind, item);
      if (step !== undefined && set.members.has(step)) continue;
      const below = step === undefined ? undefined : set.children.get(step);
      kept.push(below && !below.empty ? (removePaths(itemNode(kind), item, below) ?? null) : item);
    }
    return kept.length > 0 ? kept : undefined;
  }
  const result: Dict = {};
  const object = value as Dict;
  for (const key of Object.keys(object)) {
    const step = `f:${key}`;
    if (set.members.has(step)) continue;
    const below = set.children.get(step);
    const item = below && !below.empty ? removePaths(childNode(kind, key), object[key], below) : object[key];
    setKey(result, key, item ?? null);
  }
  return Object.keys(result).length > 0 ? result : undefined;
}

/** The set with every named field on the way to a member as a member too, so that removing takes the emptied parents along. */
export function withParents(node: Node, set: FieldSet): FieldSet {
  const result = new FieldSet();
  for (const member of set.members) result.members.add(member);
  for (const [step, child] of set.children) {
    const key = step.slice(2);
    const named = step.startsWith('f:') && node.kind === 'struct' && node.field(key) !== undefined;
    if (named) result.members.add(step);
    const below = step.startsWith('f:') ? childNode(node, key) : itemNode(node);
    result.children.set(step, withParents(below, child));
  }
  return result;
}
