/** `opsdeck demo`: the cockpit on an embedded, simulated cluster; nothing else is needed. */

import { constants } from 'node:os';
import { BREAKS } from '../../engine/sim/estate/breakages.ts';
import { RESHARDED } from '../../engine/sim/estate/clusters.ts';
import type { Rehearsal } from '../../ui/views/rehearsal.ts';
import { type DemoHost, startDemoWorker } from '../demo-host.ts';
import { EXIT, type ExitCode, Refusal } from '../exit.ts';
import { say, show } from '../tell.ts';
import { type CockpitFlags, cockpit } from './cockpit.ts';
import { tellDemo } from './fault.ts';

interface DemoOptions extends CockpitFlags {
  serve?: boolean;
  empty?: boolean;
  port?: string;
  size?: string;
  cluster?: string;
}

const SIZE = {
  least: 1000,
  most: 100_000,
  complaint: '--size takes a number of pods from 1000 to 100k: 10000, 50k, 100k',
};

export async function demo([action, what]: string[], options: DemoOptions): Promise<ExitCode> {
  if (action === 'break') return breakIt(what, options);
  if (action !== undefined)
    throw new Refusal(`demo ${action} is unknown; there are: opsdeck demo break, opsdeck demo fault`);
  const screen = !options.serve && process.stdin.isTTY === true && process.stdout.isTTY === true;
  const unguard = guard();
  // Loaded while the cluster comes up in its own thread.
  if (screen) void import('../../ui/start.tsx');
  const host = await startDemoWorker({
    live: screen && !options.readonly,
    empty: options.empty ?? false,
    ...(options.port === undefined
      ? {}
      : { port: number(options.port, /^\d{1,5}$/, 65_535, '--port takes a number up to 65535') }),
    ...(options.size === undefined
      ? {}
      : { size: number(options.size, /^\d{1,7}k?$/, SIZE.most, SIZE.complaint, SIZE.least) }),
  });
  try {
    if (options.serve) return await serve(host);
    const flags = { ...options, kubeconfig: host.kubeconfig };
    if (screen) return await cockpit([], { ...flags, allNamespaces: options.namespace === undefined }, rehearsal(host));
    return await story(host, flags);
  } finally {
    await host.stop();
    unguard();
  }
}

/**
 * A signal that nobody heeds would end the program without its last words, and leave the private directory and what runs there. Where
 * somebody does, this does nothing.
 */
function guard(): () => void {
  const undo = (['SIGHUP', 'SIGINT', 'SIGTERM'] as const).map((signal) => {
    const end = () => {
      if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
    };
    process.on(signal, end);
    return () => process.off(signal, end);
  });
  return () => {
    for (const off of undo) off();
  };
}

/** What the cockpit says and offers on a demo. */
const rehearsal = (host: DemoHost): Rehearsal => ({
  notice: 'A simulated cluster; its containers run here, as you, in a private directory.',
  choices: Object.entries(BREAKS).map(([name, description]) => ({ name, description })),
  run: (name, cluster) => host.strike(name, cluster),
  died: host.died,
});

function number(text: string, form: RegExp, most: number, complaint: string, least = 0): number {
  const value = Number.parseInt(text, 10) * (text.endsWith('k') ? 1000 : 1);
  if (!form.test(text) || value < least || value > most) throw new Refusal(complaint);
  return value;
}

async function serve(host: DemoHost): Promise<ExitCode> {
  const stopped = new Promise<undefined>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(undefined));
  });
  show(`${host.kubeconfig}\n`);
  say(
    'a simulated cluster, served on this machine only until this program is stopped; what runs in its containers runs as you, in a private directory',
  );
  const why = await Promise.race([stopped, host.died]);
  if (why !== undefined) throw new Refusal(`the embedded cluster has failed: ${why}`, EXIT.failed);
  return EXIT.ok;
}

/** Without a terminal: one operation, carried out by the real engine, and what it says. */
async function story(host: DemoHost, flags: CockpitFlags & { kubeconfig: string }): Promise<ExitCode> {
  if (!host.reshard) throw new Refusal('an empty demo has nothing to show without a terminal; use --serve');
  say(
    `a simulated cluster; without a terminal one operation is run on it: slots of the redis cluster ${RESHARDED.namespace}/${RESHARDED.cluster} move from one master to another`,
  );
  const { run } = await import('./run.ts');
  return run(['redis-reshard'], {
    ...flags,
    namespace: RESHARDED.namespace,
    cluster: RESHARDED.cluster,
    param: [`from=${host.reshard.from}`, `to=${host.reshard.to}`, 'cluster-slots=16'],
    output: 'text',
  });
}

async function breakIt(what: string | undefined, { cluster, kubeconfig }: DemoOptions): Promise<ExitCode> {
  if (what === undefined || !(what in BREAKS)) {
    const known = Object.entries(BREAKS).map(([name, text]) => `  ${name.padEnd(14)}${text}`);
    throw new Refusal(
      `${what === undefined ? 'say what to break' : `${what} is unknown`}; there is:\n${known.join('\n')}`,
    );
  }
  return tellDemo({ ask: 'break', name: what, ...(cluster === undefined ? {} : { cluster }) }, kubeconfig);
}
