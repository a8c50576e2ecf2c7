/** `opsdeck` without a command: the cockpit on the screen, the engine in its worker thread. */
import type { Rehearsal } from '../../ui/views/rehearsal.ts';
import { EXIT, type ExitCode, Refusal } from '../exit.ts';
import type { GlobalOptions } from '../options.ts';
import { holdSignals } from '../signals.ts';
import { say } from '../tell.ts';
import { startEngineWorker } from '../worker-host.ts';

export interface CockpitFlags extends GlobalOptions {
  theme?: string;
  command?: string;
  ascii?: boolean;
  color?: boolean;
}

export async function cockpit(_positional: string[], flags: CockpitFlags, rehearsal?: Rehearsal): Promise<ExitCode> {
  const { stdin, stdout, env } = process;
  const use = 'use: opsdeck get clusters, opsdeck run …, opsdeck --help';
  if (!stdin.isTTY || !stdout.isTTY) throw new Refusal(`the cockpit needs a terminal; without one ${use}`);
  if (env.TERM === 'dumb') throw new Refusal(`TERM=dumb says that this terminal can’t show a full screen; ${use}`);
  const { theme, command, ascii, color, ...scope } = flags;
  // Before the screen's libraries come to life: the engine's do so beside them, on another processor.
  const engine = startEngineWorker({ ...scope, env: { ...env } });
  let release = () => {};
  try {
    const { startCockpit } = await import('../../ui/start.tsx');
    release = holdSignals();
    const { code, farewell } = await startCockpit({
      port: engine.port,
      stdin,
      stdout,
      env,
      options: {
        ...(theme === undefined ? {} : { theme }),
        ...(command === undefined ? {} : { command }),
        ascii: ascii ?? false,
        color: color ?? true,
        readonly: flags.readonly ?? false,
        ...(rehearsal === undefined ? {} : { rehearsal }),
      },
    });
    for (const line of farewell) say(line);
    return code as ExitCode;
  } catch (error) {
    throw new Refusal(error instanceof Error ? error.message : String(error), EXIT.usage);
  } finally {
    await engine.stop();
    release();
  }
}
