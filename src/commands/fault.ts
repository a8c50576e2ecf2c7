/** `opsdeck demo fault`: has a running demo fail on purpose. What it may be told is data (engine/sim/faults/rule.ts). */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { kubeconfigPaths } from '../../engine/kube/kubeconfig.ts';
import { type Asked, type RunningDemo, runningDemos } from '../../engine/sim/estate/control.ts';
import { EFFECTS, FIELDS } from '../../engine/sim/faults/rule.ts';
import { EXIT, type ExitCode, Refusal } from '../exit.ts';
import type { GlobalOptions } from '../options.ts';
import { say, show } from '../tell.ts';

type FaultOptions = Partial<Record<keyof typeof FIELDS, string | boolean>> & Pick<GlobalOptions, 'kubeconfig'>;

export async function fault([what, id]: string[], options: FaultOptions): Promise<ExitCode> {
  const tell = (asked: Asked) => tellDemo(asked, options.kubeconfig);
  if (what === 'list') return tell({ ask: 'faults' });
  if (what === 'clear') return tell({ ask: 'clear', ...(id === undefined ? {} : { id }) });
  if (id !== undefined) throw new Refusal(`"${id}" is one word too many; an id goes with: opsdeck demo fault clear ID`);
  if (what === undefined && options.status === undefined)
    throw new Refusal(`say what is to happen: ${Object.keys(EFFECTS).join(', ')}, list or clear; --help explains them`);
  const given = Object.fromEntries(
    Object.keys(FIELDS).flatMap((field) => {
      const value = options[field as keyof FaultOptions];
      return value === undefined ? [] : [[field, value]];
    }),
  );
  return tell({ ask: 'fault', rule: { do: what ?? 'error', ...given } });
}

/** Asks the demo that is meant and prints its answer; on stderr, whose it is. */
export async function tellDemo(asked: Asked, kubeconfig: string | undefined): Promise<ExitCode> {
  const demo = meant(await runningDemos(), kubeconfig);
  const answer = await demo.ask(asked);
  if (!answer) throw new Refusal(`the demo of ${demo.kubeconfig} has just ended`);
  if (!answer.ok) throw new Refusal(answer.text);
  show(`${answer.text}\n`);
  say(`in the demo of ${demo.kubeconfig}`);
  return EXIT.ok;
}

/** The demo whose kubeconfig is given; by KUBECONFIG, which may name a cluster that is no demo; or the only one. */
function meant(demos: readonly RunningDemo[], explicit: string | undefined): RunningDemo {
  const [only, ...others] = demos;
  if (!only) throw new Refusal('no demo of yours is running; start one with: opsdeck demo');
  const files = kubeconfigPaths(explicit, process.env).map(realPath);
  const named = demos.find(({ kubeconfig }) => files.includes(realPath(kubeconfig)));
  if (named) return named;
  const all = demos.map(({ kubeconfig }) => kubeconfig).join(', ');
  if (explicit) throw new Refusal(`${explicit} is not the kubeconfig of a running demo; there is: ${all}`);
  if (others.length > 0)
    throw new Refusal(`${demos.length} demos of yours are running; say which with --kubeconfig: ${all}`);
  return only;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
