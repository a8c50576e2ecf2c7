/** The time before anything is started: whoever ends the program then is told that nothing goes on. */
import { EXIT } from '../exit.ts';
import { say } from '../tell.ts';

export const NOT_STARTED = 'nothing was started';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

let waiting = false;

/** Whether a run was asked for and nothing of it is begun. */
export const isBeforeStart = (): boolean => waiting;

const stop = () => {
  // At a terminal the keys that did it stand in the line.
  say(`${process.stderr.isTTY ? '\n' : ''}${NOT_STARTED}`);
  process.exit(EXIT.interrupted);
};

export function beforeStart(): void {
  waiting = true;
  for (const name of SIGNALS) process.on(name, stop);
}

/** From now on somebody else heeds the signals. */
export function heeded(): void {
  waiting = false;
  for (const name of SIGNALS) process.removeListener(name, stop);
}
