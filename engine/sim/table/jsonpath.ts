/** The JSONPath of printer columns: names, indexes, wildcards and filters by a field. */
import { isDict } from '../types.ts';

type Step =
  | { kind: 'name'; name: string }
  | { kind: 'index'; index: number }
  | { kind: 'all' }
  | { kind: 'filter'; path: Step[]; op: string; value: unknown };

const TOKEN =
  /\.((?:\\.|[^.[\]\\])+)|\[(\*|-?\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[\?\(@((?:[^()"']|"[^"]*"|'[^']*')*?)\s*(==|!=|>=|<=|>|<)\s*("[^"]*"|'[^']*'|[^)\s]+)\s*\)\]/gy;

function literal(text: string): unknown {
  if (/^["']/.test(text)) return text.slice(1, -1);
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

const known = new Map<string, Step[]>();

/** Undefined where the path can't be read. */
export function parsePath(path: string): Step[] | undefined {
  const kept = known.get(path);
  if (kept) return kept;
  const inner = path.replace(/^\{(.*)\}$/, '$1').replace(/^\$/, '');
  const text = inner.startsWith('.') || inner.startsWith('[') ? inner : `.${inner}`;
  const steps: Step[] = [];
  // A filter's own path is parsed in between: each parse has its own place.
  const token = new RegExp(TOKEN.source, 'y');
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (!match) return undefined;
    const [, name, index, single, double, field, op = '', value = ''] = match;
    if (name !== undefined)
      steps.push(name === '*' ? { kind: 'all' } : { kind: 'name', name: name.replace(/\\(.)/g, '$1') });
    else if (index === '*') steps.push({ kind: 'all' });
    else if (index !== undefined) steps.push({ kind: 'index', index: Number(index) });
    else if (single !== undefined || double !== undefined)
      steps.push({ kind: 'name', name: (single ?? double ?? '').replace(/\\(.)/g, '$1') });
    else {
      const below = (field ?? '').trim() === '' ? [] : parsePath((field ?? '').trim());
      if (!below) return undefined;
      steps.push({ kind: 'filter', path: below, op, value: literal(value) });
    }
  }
  known.set(path, steps);
  return steps;
}

function holds(left: unknown, op: string, right: unknown): boolean {
  if (op === '==') return left === right;
  if (op === '!=') return left !== right;
  if (typeof left !== typeof right) return false;
  const [a, b] = [left as number, right as number];
  return op === '>' ? a > b : op === '<' ? a < b : op === '>=' ? a >= b : a <= b;
}

function follow(value: unknown, step: Step): unknown[] {
  switch (step.kind) {
    case 'name':
      return isDict(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case 'index': {
      const item = Array.isArray(value) ? value.at(step.index) : undefined;
      return item === undefined ? [] : [item];
    }
    case 'all':
      return Array.isArray(value) ? value : isDict(value) ? Object.values(value) : [];
    default:
      return (Array.isArray(value) ? value : []).filter((item) =>
        holds(evaluate(item, step.path)[0], step.op, step.value),
      );
  }
}

/** Every value the path finds. */
export function evaluate(value: unknown, steps: readonly Step[]): unknown[] {
  let found: unknown[] = [value];
  for (const step of steps) found = found.flatMap((one) => follow(one, step));
  return found;
}
