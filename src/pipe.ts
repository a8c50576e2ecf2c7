/** What becomes of a command whose output is no longer read, or has no room. */
import type { EventEmitter } from 'node:events';

type End = (why: string) => void;

const WORDS: Record<string, string> = {
  ENOSPC: 'no space left on device',
  EIO: 'input/output error',
  EBADF: 'it is closed',
};

/**
 * Calls `end` once when a stream of ours takes no more, and swallows what follows: a write that fails is told by an event, and
 * an event that nobody hears ends the program with a stack trace. `why` is '' where the reader has just read enough
 * (`opsdeck get … | head`), else one line.
 */
export function endWithReader(stream: EventEmitter, end: End): void {
  let ended = false;
  stream.on('error', ({ code = '', message }: NodeJS.ErrnoException) => {
    if (ended) return;
    ended = true;
    end(code === 'EPIPE' ? '' : `the output can't be written: ${WORDS[code] ?? message}`);
  });
}

/** Commands that must not just end; the last one counts. */
const heeding: End[] = [];

/** From now on `end` is told that stdout takes no more, instead of the program being ended. Returns how to give that up. */
export function heedOutput(end: End): () => void {
  heeding.push(end);
  return () => {
    const at = heeding.lastIndexOf(end);
    if (at >= 0) heeding.splice(at, 1);
  };
}

/** For the whole life of the program. */
export const watchOutput = (stdout: EventEmitter, otherwise: End): void =>
  endWithReader(stdout, (why) => (heeding.at(-1) ?? otherwise)(why));
