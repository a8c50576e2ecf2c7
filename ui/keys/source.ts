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
  /**
   * As `close`, for good: the rest of a paste that is under way is thrown away first, for a shell would execute it. After a
   * crash so is all that comes until nothing does.
   */
  shut(crashed: boolean): Promise<void>;
}

/** So long nothing came: nothing more is on its way. The end of a paste may take a network round trip. */
const QUIET_MS = 200;
const QUIET_PASTE_MS = 1_000;
/** Somebody who types on, or a paste without an end, must not keep the terminal. */
const SHUT_MS = 10_000;

/** `gone` is called once when the terminal has gone away (a dropped link). */
export function createKeySource(input: TerminalInput, onToken: (token: Token) => void, gone: () => void): KeySource {
  let tokenizer = createTokenizer();
  let timer: NodeJS.Timeout | undefined;
  let open = false;
  let lost = false;

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
    lost = true;
    if (open) gone();
  };
  /** Reads on and keeps nothing, until what is on its way has come. */
  const rest = (crashed: boolean) =>
    new Promise<void>((resolve) => {
      let quiet: NodeJS.Timeout;
      const done = () => {
        clearTimeout(quiet);
        clearTimeout(limit);
        input.off('data', drop);
        for (const event of ['end', 'close'] as const) input.off(event, done);
        resolve();
      };
      const wait = () => {
        clearTimeout(quiet);
        quiet = setTimeout(done, tokenizer.pasting ? QUIET_PASTE_MS : QUIET_MS);
      };
      const drop = (chunk: string) => {
        tokenizer.push(chunk);
        if (crashed || tokenizer.pasting) wait();
        else done();
      };
      const limit = setTimeout(done, SHUT_MS);
      input.on('data', drop);
      for (const event of ['end', 'close'] as const) input.on(event, done);
      wait();
    });

  const close = () => {
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
    close,
    async shut(crashed) {
      if (open && !lost && (crashed || tokenizer.pasting)) {
        clearTimeout(timer);
        input.off('data', onData);
        await rest(crashed);
      }
      close();
    },
  };
}
