/**
 * Ink composes every cell of every frame anew, which at 160×48 takes longer than all else that a key asks for, although a key changes a
 * few rows. Here a row that is made of the same writes as in the last frame is the same text; only the others are composed, by Ink
 * itself. What is not made of single rows is left to Ink as a whole.
 */
import Output from '../node_modules/ink/build/output.js';

interface Clip {
  x1: number | undefined;
  x2: number | undefined;
  y1: number | undefined;
  y2: number | undefined;
}

type Operation =
  | { type: 'write'; x: number; y: number; text: string; transformers: ((line: string, index: number) => string)[] }
  | { type: 'clip'; clip: Clip }
  | { type: 'unclip' };

/** The parts of Ink's class that its types call private. */
interface Parts {
  operations: Operation[];
  width: number;
  height: number;
}

export type Composed = ReturnType<Output['get']>;

/** As Ink composes a frame, every cell of it. */
export const composeAll = Output.prototype.get;

/** Rows of the last frame: what each was made of, and what that came to. */
let kept: { made: string; text: string }[] = [];

const transformed = (write: Operation & { type: 'write' }): string =>
  write.transformers.reduce((line, transform) => transform(line, 0), write.text);

/** Moves a clip up by `y` rows. */
const raised = (clip: Clip, y: number): Clip => ({
  ...clip,
  y1: clip.y1 === undefined ? undefined : clip.y1 - y,
  y2: clip.y2 === undefined ? undefined : clip.y2 - y,
});

/** What a row is made of, for each row; undefined where a write goes over several rows. */
function rowsOf({ operations, width, height }: Parts): { made: string; operations: Operation[] }[] | undefined {
  const rows = Array.from({ length: height }, () => ({ made: `${width}`, operations: [] as Operation[] }));
  const clips: Clip[] = [];
  for (const operation of operations) {
    if (operation.type === 'clip') clips.push(operation.clip);
    else if (operation.type === 'unclip') clips.pop();
    else {
      const { x, y, text } = operation;
      if (text.includes('\n') || !Number.isInteger(y)) return undefined;
      const row = rows[y];
      if (!row) continue;
      const shown = transformed(operation);
      const within = clips.map((clip) => Object.values(raised(clip, y)).join()).join(';');
      row.made += `\n${x},${within},${shown.length}\n${shown}${shown === text ? '' : `\n${text}`}`;
      for (const clip of clips) row.operations.push({ type: 'clip', clip: raised(clip, y) });
      row.operations.push({ ...operation, y: 0 });
      for (const _ of clips) row.operations.push({ type: 'unclip' });
    }
  }
  return rows;
}

export function compose(this: Output): Composed {
  const parts = this as unknown as Parts;
  const rows = rowsOf(parts);
  if (!rows) return composeAll.call(this);
  kept = rows.map(({ made, operations }, y) => {
    const before = kept[y];
    if (before?.made === made) return before;
    const row = new Output({ width: parts.width, height: 1 });
    (row as unknown as Parts).operations.push(...operations);
    return { made, text: composeAll.call(row).output };
  });
  return { output: kept.map((row) => row.text).join('\n'), height: parts.height };
}

Output.prototype.get = compose;
