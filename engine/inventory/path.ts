/** Reading values out of an object by a path of a provider document. */

type Step = { key: string } | 'every';

export class PathError extends Error {
  override readonly name = 'PathError';
}

const TOKEN = /\.?([A-Za-z0-9_$-]+|\*)|\[\*\]|\[(\d+)\]|\[(?:"([^"]*)"|'([^']*)')\]/y;

function parse(text: string): Step[] {
  const steps: Step[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) {
      throw new PathError(
        `the path ${JSON.stringify(text)} can't be read from character ${at + 1}: write a.b, a[*].b or a["x/y"]`,
      );
    }
    const [whole, name, index, quoted, single] = found;
    if (name === '*' || whole === '[*]') steps.push('every');
    else steps.push({ key: name ?? index ?? quoted ?? single ?? '' });
  }
  if (steps.length === 0) throw new PathError('a path is empty');
  return steps;
}

function walk(value: unknown, steps: readonly Step[], at: number, found: unknown[]): void {
  if (value === undefined || value === null) return;
  const step = steps[at];
  if (step === undefined) {
    found.push(value);
    return;
  }
  if (typeof value !== 'object') return;
  if (step === 'every') {
    for (const each of Array.isArray(value) ? value : Object.values(value)) walk(each, steps, at + 1, found);
  } else if (Object.hasOwn(value, step.key)) {
    walk((value as Record<string, unknown>)[step.key], steps, at + 1, found);
  }
}

/** All values that the path finds in an object; absent and null ones are left out. */
export type Reader = (root: unknown) => unknown[];

/** Throws PathError for a path that can't be read. */
export function path(text: string): Reader {
  const steps = parse(text);
  return (root) => {
    const found: unknown[] = [];
    walk(root, steps, 0, found);
    return found;
  };
}

/** The steps of a path, for those who write at it; wildcards are '*'. */
export const pathSteps = (text: string): string[] => parse(text).map((step) => (step === 'every' ? '*' : step.key));

/** A value as text; objects and lists have none. */
export function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
