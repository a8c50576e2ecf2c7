/** Signals of a program that has to end in order: a closed terminal sends more than one. */

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const;

/** Until the answer is called, a signal that nobody heeds any more does not end the program past what is still to be ended. */
export function holdSignals(): () => void {
  const hold = () => {};
  for (const name of SIGNALS) process.on(name, hold);
  return () => {
    for (const name of SIGNALS) process.off(name, hold);
  };
}
