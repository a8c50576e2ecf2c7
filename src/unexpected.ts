/** What no command expects ends it with one line, as everything else does; the stack is kept where the cockpit keeps its own. */
import { crashLine, logCrash } from '../ui/crash.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { isBeforeStart, NOT_STARTED } from './run/early.ts';
import { say } from './tell.ts';

/** Says it. Of a run that was begun nobody knows then how it ends. */
export function unexpected(error: unknown, command: string | undefined): ExitCode {
  const line = crashLine(error, logCrash(error, process.env, Date.now()), 'that should not happen, please report it');
  const early = isBeforeStart();
  say(early ? `${line}; ${NOT_STARTED}` : line);
  if (early) return EXIT.usage;
  return command === 'run' ? EXIT.unknown : EXIT.failed;
}
