/** Times a command that runs to its end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { program } from '../kit/program.ts';
import { quantile } from './table.ts';
import { usage } from './usage.ts';

export interface CommandFigures {
  /** Median, seconds. */
  seconds: number;
  /** Highest resident memory seen in any run, MiB. */
  peak: number;
}

/** Runs each command in turn, `times` rounds, so that what else the machine does meets all of them alike. A failure is an error. */
export async function compare(
  commands: { file: string; args: string[]; env: Record<string, string> }[],
  times: number,
) {
  const taken = commands.map(() => [] as number[]);
  const peaks = commands.map(() => 0);
  for (let round = 0; round < times; round++) {
    for (const [i, { file, args, env }] of commands.entries()) {
      const began = performance.now();
      const running = program(file, args, { env });
      let ended = false;
      const done = running.done.then((outcome) => {
        ended = true;
        return { ...outcome, seconds: (performance.now() - began) / 1000 };
      });
      while (!ended) {
        peaks[i] = Math.max(peaks[i]!, usage(running.pid).peak);
        await Promise.race([done, sleep(20)]);
      }
      const { code, stderr, stdout, seconds } = await done;
      if (code !== 0)
        throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${(stderr || stdout).trim().slice(-300)}`);
      taken[i]!.push(seconds);
    }
  }
  return commands.map((_, i): CommandFigures => ({ seconds: quantile(taken[i]!, 0.5)!, peak: peaks[i]! }));
}
