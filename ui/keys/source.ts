/** The one owner of stdin: raw mode on and off, bytes → tokens. Nothing else reads the terminal. */
import type { Token } from './tokenizer.ts';
import { createTokenizer } from './tokenizer.ts';

/** What is needed of a terminal's input. */
export interface TerminalInput {
  setRawMode?(on: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  on(event: 'data', listener: (chunk: string) => void): unknown;
  on(event: 'end' | 'close' | 'error', listener: () => void): unknown;
  off(event: 'data', listener: (chunk: string) => void): unknown;
  off(event: 'end' | 'close' | 'error', listener: () => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

export interface KeySource {
  /** Takes the terminal: raw mode, keys flow. */
  open(): void;
  /** Gives it back in cooked mode; a pending half sequence is forgotten. */
  close(): void;
}

/** `gone` is called once when the terminal has gone away (a dropped link). */
export function createKeySource(input: TerminalInput, onToken: (token: Token) => void, gone: () => void): KeySource {
  let tokenizer = createTokenizer();
  let timer: NodeJS.Timeout | undefined;
  let open = false;

  const deliver = (tokens: Token[]) => {
    for (const token of tokens) {
      // A key may have closed the source (suspend, quit): what was typed after it is not ours to act on.
      if (!open) return;
      onToken(token);
    }
  };
  const arm = () => {
    clearTimeout(timer);
    timer = undefined;
    if (open && tokenizer.wait > 0)
      timer = setTimeout(() => {
        deliver(tokenizer.expire());
        arm();
      }, tokenizer.wait);
  };
  const onData = (chunk: string) => {
    deliver(tokenizer.push(chunk));
    arm();
  };
  const onGone = () => {
    if (open) gone();
  };

  return {
    open() {
      if (open) return;
      open = true;
      tokenizer = createTokenizer();
      input.setEncoding('utf8');
      input.setRawMode?.(true);
      input.on('data', onData);
      for (const event of ['end', 'close', 'error'] as const) input.on(event, onGone);
      input.resume();
    },
    close() {
      if (!open) return;
      open = false;
      clearTimeout(timer);
      input.off('data', onData);
      input.pause();
      try {
        input.setRawMode?.(false);
      } catch {
        // The terminal has gone: there is no mode to restore.
      }
      // The error listener stays for a dead terminal's late EIO, which would otherwise end the process with a stack.
      for (const event of ['end', 'close'] as const) input.off(event, onGone);
    },
  };
}
