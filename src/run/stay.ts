/** Commands on a run that is there: finding it, and staying with it until it is over. */
import { suggestion } from '../../engine/expr/index.ts';
import type { KubeClient } from '../../engine/kube/types.ts';
import { attend } from '../../engine/ops/attend.ts';
import { document } from '../../engine/ops/document.ts';
import type { RunEvents } from '../../engine/ops/events.ts';
import { type Engine, makeEngine } from '../../engine/ops/launch.ts';
import { BrokenOff, type JournalStore, type Stored } from '../../engine/ops/store.ts';
import { findRun, listRuns, openStores } from '../../engine/ops/stores.ts';
import { Told } from '../../engine/ops/told.ts';
import { giveUp } from '../../engine/ops/waiting.ts';
import { systemClock } from '../../engine/runtime/clock.ts';
import { thisProcess } from '../../engine/runtime/identity.ts';
import { EXIT, type ExitCode, Refusal } from '../exit.ts';
import type { GlobalOptions } from '../options.ts';
import { say } from '../tell.ts';
import { print } from './document.ts';
import { events, exitCodeOf, interruption, unwritten, verdict } from './story.ts';

export interface StayOptions extends GlobalOptions {
  output?: 'text' | 'json' | 'yaml';
  /** The run was made here: who leaves it while it waits gives it up, for nobody else would begin it at a known time. */
  made?: boolean;
  /** Why the engine that made it could not write its journal any more. */
  unwritable?: string;
}

/** What this process has told of the run already is not told again, nor whose it is. */
export interface Narration {
  told: Told;
  events: RunEvents;
}

export interface FoundRun {
  engine: Engine;
  store: JournalStore;
  stored: Stored;
}

export async function openRun(client: KubeClient, name: string): Promise<FoundRun> {
  const { namespace } = client.target;
  const stores = await openStores({ client });
  const found = await findRun(stores.all, namespace, name);
  if (found) return { ...found, engine: makeEngine(client, systemClock, thisProcess(), stores) };
  const { runs, denied } = await listRuns(stores.all, namespace);
  const known = runs.map((run) => run.ref.name);
  const unseen = denied.length > 0 ? ` (${denied[0]})` : '';
  throw new Refusal(`no run "${name}" in namespace ${namespace}${unseen}${suggestion(name, known)}`);
}

/** Follows the run to its end, or goes on with it where its engine is gone. Resolves with the verdict as exit code. */
export async function stay(
  { engine, store, stored }: FoundRun,
  options: StayOptions,
  telling?: Narration,
): Promise<ExitCode> {
  if (stored.unreadable) {
    throw new Refusal(
      `the status of ${stored.ref.name} was not written by opsdeck; kubectl describe shows it`,
      EXIT.unknown,
    );
  }
  const { output = 'text' } = options;
  const { signal, dispose } = interruption();
  try {
    const { name } = stored.ref;
    const attended = await attend(
      engine,
      {
        store,
        stored,
        ...(telling ?? { told: new Told(), events: events({ quiet: output !== 'text' }) }),
        executes: !options.readonly,
        ...(options.unwritable === undefined ? {} : { unwritable: options.unwritable }),
        onStand: (text) => say(`${name}: ${text}`),
      },
      signal,
    ).catch((error: unknown) => {
      throw new Refusal(new BrokenOff(stored, error).message, EXIT.unknown);
    });
    if (attended.end === 'vanished') throw new Refusal(`${attended.why}; what it had started may go on`, EXIT.unknown);
    if (attended.end === 'unwritten') {
      say(unwritten(attended));
      if (output !== 'text') await print(document(attended.stored), output);
      return EXIT.unknown;
    }
    const given = attended.end === 'stopped' && options.made ? await giveUp(engine, store, attended.stored) : undefined;
    say(given ? `${name}: nothing was started; the run is cancelled` : verdict(attended.stored, attended.end));
    if (output !== 'text') await print(document(given ?? attended.stored), output);
    return attended.end === 'stopped' ? EXIT.interrupted : exitCodeOf(attended.stored);
  } finally {
    dispose();
  }
}

export function oneNamespace(options: GlobalOptions): void {
  if (options.allNamespaces) throw new Refusal('a run is in one namespace; use -n instead of -A');
}
