/** The keyboard of a command: one at a time reads it, a question or a login plugin. */

/** Whether somebody is there to be asked. */
export const atTerminal = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

let free: Promise<unknown> = Promise.resolve();

/** Runs `use` once nobody else reads the keyboard. */
export function keyboard<T>(use: () => Promise<T>): Promise<T> {
  const used = free.then(use);
  free = used.catch(() => {});
  return used;
}
