/** A word that has to be typed before something is done: at a terminal, or on the command line of a script. */
import { createInterface } from 'node:readline';
import { Refusal } from '../exit.ts';
import { atTerminal, keyboard } from '../keyboard.ts';
import { safe } from '../tell.ts';

export interface Question {
  /** The word that means yes. */
  word: string;
  /** What `--confirm` has said. */
  given: string | undefined;
  /** Asked at a terminal. */
  prompt: string;
  /** What is not done without the word. */
  otherwise: string;
  /** How it is said without a terminal. */
  how: string;
  /** Shown before the question. */
  show?: () => void;
}

/** Resolves when the word was said; rejects with Refusal. */
export async function confirm({ word, given, prompt, otherwise, how, show }: Question): Promise<void> {
  if (given !== undefined) {
    if (given === word) return;
    throw new Refusal(`--confirm ${given} is not ${word}: ${otherwise}`);
  }
  if (!atTerminal()) throw new Refusal(how);
  const said = await keyboard(() => {
    show?.();
    return answer(prompt);
  });
  if (said.trim() !== word) throw new Refusal(`that is not ${word}: ${otherwise}`);
}

/** What is typed up to Enter; '' where the input ends. Ctrl-c ends the program as it always does. */
function answer(prompt: string): Promise<string> {
  // The terminal itself edits the line: it is in its normal mode.
  const lines = createInterface({ input: process.stdin, terminal: false });
  process.stderr.write(safe(prompt));
  return new Promise((resolve) => {
    lines.once('line', resolve).once('close', () => resolve(''));
  }).finally(() => lines.close()) as Promise<string>;
}
