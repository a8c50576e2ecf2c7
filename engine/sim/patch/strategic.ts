/** Strategic merge patch: lists merged by the keys their type names, and the $patch, $retainKeys, $setElementOrder and $deleteFromPrimitiveList directives. */
import { failure } from '../errors.ts';
import { clone, equal, setKey } from '../json.ts';
import { type Field, type TypeInfo, type TypeRef, typeInfo } from '../schema/table.ts';
import { type Dict, isDict } from '../types.ts';

const DIRECTIVE = '$patch';
const RETAIN = '$retainKeys';
const ORDER = '$setElementOrder/';
const DELETE_PRIMITIVES = '$deleteFromPrimitiveList/';

/** A map's values are of one type; a struct's fields have theirs. */
interface Shape {
  struct: TypeInfo | undefined;
  values: TypeRef | undefined;
}

const shapeOf = (type: TypeRef | undefined): Shape => ({
  struct: type?.kind === 'struct' ? typeInfo(type.name) : undefined,
  values: type?.kind === 'map' ? type.of : undefined,
});

/** A value that is new to the object: without nulls and directives. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !(isDict(item) && item[DIRECTIVE] === 'delete')).map(plain);
  if (!isDict(value)) return value;
  const result: Dict = {};
  for (const key of Object.keys(value)) {
    if (
      value[key] === null ||
      key === DIRECTIVE ||
      key === RETAIN ||
      key.startsWith(ORDER) ||
      key.startsWith(DELETE_PRIMITIVES)
    )
      continue;
    setKey(result, key, plain(value[key]));
  }
  return result;
}

/** An object the way Go prints a map. */
function goMap(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`;
  if (!isDict(value)) return value === null ? '<nil>' : String(value);
  return `map[${Object.keys(value)
    .sort()
    .map((key) => `${key}:${goMap(value[key])}`)
    .join(' ')}]`;
}

const sameItem = (a: unknown, b: unknown, key: string): boolean =>
  key ? isDict(a) && isDict(b) && equal(a[key], b[key]) : equal(a, b);
const indexIn = (list: readonly unknown[], item: unknown, key: string): number =>
  list.findIndex((one) => sameItem(one, item, key));

/** Puts listed items in the order asked for; the others keep their place among them. */
function reorder(
  merged: readonly unknown[],
  order: readonly unknown[],
  before: readonly unknown[],
  key: string,
): unknown[] {
  const listed = merged
    .filter((item) => indexIn(order, item, key) >= 0)
    .sort((a, b) => indexIn(order, a, key) - indexIn(order, b, key));
  const others = merged.filter((item) => indexIn(order, item, key) < 0);
  const result: unknown[] = [];
  while (others.length > 0 || listed.length > 0) {
    const [left, right] = [others[0], listed[0]];
    if (right === undefined) result.push(others.shift());
    else if (left === undefined) result.push(listed.shift());
    else {
      const a = indexIn(before, left, key);
      const b = indexIn(before, right, key);
      result.push(a >= 0 && b >= 0 && a < b ? others.shift() : listed.shift());
    }
  }
  return result;
}

function mergeObjects(
  original: readonly unknown[],
  patch: readonly unknown[],
  key: string,
  type: TypeRef | undefined,
): unknown[] {
  if (patch.some((item) => isDict(item) && item[DIRECTIVE] === 'replace'))
    return patch.filter((item) => !(isDict(item) && item[DIRECTIVE] === 'replace')).map(plain);
  const result = [...original];
  for (const item of patch) {
    if (!isDict(item)) throw failure(500, '', 'merging lists cannot require mixed types');
    if (item[key] === undefined)
      throw failure(500, '', `map: ${goMap(item)} does not contain declared merge key: ${key}`);
    const at = indexIn(result, item, key);
    if (item[DIRECTIVE] === 'delete') {
      if (at >= 0) result.splice(at, 1);
    } else if (at >= 0) result[at] = mergeMap(result[at] as Dict, item, shapeOf(type));
    else result.push(plain(item));
  }
  // What the patch names comes in its order, and before what only the object has where nothing says otherwise.
  return reorder(result, patch, original, key);
}

function mergeList(original: readonly unknown[], patch: readonly unknown[], field: Field): unknown[] {
  const type = field.type.kind === 'list' ? field.type.of : undefined;
  const key = field.patch?.key ?? '';
  if (key) return mergeObjects(original, patch, key, type);
  const result = [...original];
  for (const item of patch) if (indexIn(result, item, '') < 0) result.push(item);
  return reorder(result, patch, original, '');
}

function mergeField(before: unknown, change: unknown, field: Field | undefined, type: TypeRef | undefined): unknown {
  if (isDict(before) && isDict(change))
    return field?.patch?.replace ? plain(change) : mergeMap(before, change, shapeOf(type));
  if (Array.isArray(before) && Array.isArray(change) && field?.patch?.merge) return mergeList(before, change, field);
  return plain(change);
}

/** Applies what concerns a list but stands beside it under a key of its own. */
function applyListDirectives(result: Dict, patch: Dict, shape: Shape, original: Dict): void {
  for (const key of Object.keys(patch)) {
    const order = key.startsWith(ORDER);
    if (!order && !key.startsWith(DELETE_PRIMITIVES)) continue;
    const name = key.slice(key.indexOf('/') + 1);
    const items = patch[key];
    const list = result[name];
    if (!Array.isArray(items) || !Array.isArray(list)) continue;
    const mergeKey = shape.struct?.fields.get(name)?.patch?.key ?? '';
    if (order) result[name] = reorder(list, items, Array.isArray(original[name]) ? original[name] : [], mergeKey);
    else result[name] = list.filter((item) => indexIn(items, item, '') < 0);
  }
}

function mergeMap(original: Dict, patch: Dict, shape: Shape): Dict {
  const directive = patch[DIRECTIVE];
  if (directive === 'replace') return plain(patch) as Dict;
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge')
    throw failure(500, '', `unknown patch type: ${String(directive)} in map: ${goMap(patch)}`);
  const result: Dict = {};
  const retain = patch[RETAIN];
  for (const key of Object.keys(original))
    if (!Array.isArray(retain) || retain.includes(key)) setKey(result, key, original[key]);
  for (const key of Object.keys(patch)) {
    if (key === DIRECTIVE || key === RETAIN || key.startsWith(ORDER) || key.startsWith(DELETE_PRIMITIVES)) continue;
    const change = patch[key];
    if (change === null) delete result[key];
    else {
      const field = shape.struct?.fields.get(key);
      const type = field?.type ?? shape.values;
      setKey(
        result,
        key,
        Object.hasOwn(result, key) && result[key] !== null
          ? mergeField(result[key], change, field, type)
          : plain(change),
      );
    }
  }
  applyListDirectives(result, patch, shape, original);
  return result;
}

/** The patched object; the original is left as it is. */
export const strategicMerge = (original: Dict, patch: Dict, type: TypeInfo): Dict =>
  clone(mergeMap(original, patch, { struct: type, values: undefined }));
