/** A definition from a file or the standard input. */
import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import type { Definition } from '../../engine/ops/definition.ts';
import { definitionOfText } from '../../engine/ops/definitions.ts';
import { Refusal } from '../exit.ts';
import { whyUnreadable } from './unreadable.ts';

export async function readDefinitionFile(file: string, name: string | undefined): Promise<Definition> {
  const shown = file === '-' ? 'stdin' : file;
  let text: string;
  try {
    text = file === '-' ? await readAll(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new Refusal(`${shown}: ${whyUnreadable(error)}`);
  }
  const read = await definitionOfText(text, name);
  if (!read.ok) throw new Refusal(`${shown}: ${read.error}`);
  return read.value;
}
