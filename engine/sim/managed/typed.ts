/** What of an applied configuration is of another type than its field's, in the words of what merges it on a real server. */
import { quoteMap } from '../patch/quote.ts';
import { type Scalar, type TypeInfo, type TypeRef, typeInfo } from '../schema/table.ts';
import { type Dict, isDict } from '../types.ts';

/** As Go's %#v prints it. */
function source(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(source).join(', ')}}`;
  if (!isDict(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${source(value[key])}`);
  return `map[string]interface {}{${members.join(', ')}}`;
}

/** As Go's %T prints it. */
function typeName(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (isDict(value)) return 'map[string]interface {}';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

const WORDS = 'sdy';
const NUMBERS = 'ilf';

/** Times, quantities and the like may be anything here; they are looked at when they are read. */
function scalarProblem(code: Scalar, value: unknown): string | undefined {
  if (WORDS.includes(code) && typeof value !== 'string')
    return `expected string, got &value.valueUnstructured{Value:${source(value)}}`;
  if (code === 'b' && typeof value !== 'boolean') return `expected boolean, got &{${quoteMap(value)}}`;
  if (NUMBERS.includes(code) && typeof value !== 'number')
    return `expected numeric (int or float), got ${typeName(value)}`;
  return undefined;
}

/** How an item's path names it: by its keys, where the list has any and the item has them. */
function itemPath(keys: readonly string[] | undefined, item: unknown, index: number): string {
  if (!keys || !isDict(item) || keys.some((key) => item[key] === undefined)) return `[${index}]`;
  return `[${[...keys]
    .sort()
    .map((key) => `${key}=${JSON.stringify(item[key])}`)
    .join(',')}]`;
}

function problemsIn(type: TypeRef, value: unknown, path: string, keys: readonly string[] | undefined): string[] {
  if (value === null || value === undefined) return [];
  switch (type.kind) {
    case 'scalar': {
      const problem = scalarProblem(type.code, value);
      return problem ? [`${path}: ${problem}`] : [];
    }
    case 'list':
      if (!Array.isArray(value)) return [`${path}: expected list, got &{${quoteMap(value)}}`];
      return value.flatMap((item, index) => problemsIn(type.of, item, path + itemPath(keys, item, index), undefined));
    case 'map':
      if (!isDict(value)) return [`${path}: expected map, got &{${quoteMap(value)}}`];
      return Object.keys(value).flatMap((key) => problemsIn(type.of, value[key], `${path}.${key}`, undefined));
    default:
      if (!isDict(value)) return [`${path}: expected map, got &{${quoteMap(value)}}`];
      return fieldProblems(typeInfo(type.name), value, path);
  }
}

const fieldProblems = (type: TypeInfo, value: Dict, path: string): string[] =>
  type.list.flatMap(({ name, type: of, list }) =>
    problemsIn(of, value[name], `${path}.${name}`, Array.isArray(list) ? list : undefined),
  );

/** Empty where all fits. */
export function mistyped(type: TypeInfo, data: Dict): string {
  const problems = fieldProblems(type, data, '');
  return problems.length > 1 ? `errors:\n${problems.map((one) => `  ${one}`).join('\n')}` : (problems[0] ?? '');
}
