/** The one way of text for people out of a command: whoever wrote what is in it, it moves no cursor and sets no mode. */
import { clean } from '../engine/kube/sanitise.ts';

/** Line by line, at any length. */
export const safe = (text: string): string =>
  text
    .split('\n')
    .map((line) => clean(line, Number.POSITIVE_INFINITY))
    .join('\n');

/** What was asked for. */
export const show = (text: string): void => {
  process.stdout.write(safe(text));
};

/** Everything else, a line at a time: progress, refusals, notes. */
export const say = (text: string): void => {
  process.stderr.write(`${safe(text)}\n`);
};
