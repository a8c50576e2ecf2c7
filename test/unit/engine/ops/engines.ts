/** Engines over a World: each a process of its own as far as the protocol can see. */
import type { OpsRequestSpec } from '../../../../engine/api/types.ts';
import type { RunEvents } from '../../../../engine/ops/events.ts';
import { execTarget } from '../../../../engine/ops/exec-target.ts';
import { RunHandle } from '../../../../engine/ops/handle.ts';
import { stepAt, targetAt } from '../../../../engine/ops/journal.ts';
import type { Leftovers } from '../../../../engine/ops/leftovers.ts';
import { type Ending, execute } from '../../../../engine/ops/runner.ts';
import { configMapStore } from '../../../../engine/ops/store-configmap.ts';
import { Told } from '../../../../engine/ops/told.ts';
import { systemClock } from '../../../../engine/runtime/clock.ts';
import { journalOf } from './things.ts';
import type { World } from './world.ts';

export interface EngineOptions {
  name?: string;
  argv?: string[];
  targets?: number;
  retryTimes?: number;
  events?: RunEvents;
  /** Adopts what is in the store instead of making a run. */
  adopt?: boolean;
  blocker?: string;
  patience?: number;
  beat?: number;
  leftovers?: Leftovers;
  /** The run's name; there may be one after another. */
  run?: string;
}

const SPEC: OpsRequestSpec = { clusterRef: 'c', opsDefinitionRef: 'op' };

/** Milliseconds short enough for tests. */
const TIMING = { beat: 60_000, markRunning: 60_000, patience: 60_000, retry: { base: 5, cap: 20 } };

export async function engine(world: World, options: EngineOptions = {}) {
  const REF = { group: '', namespace: 'data', name: options.run ?? 'run-1' };
  const dead = new AbortController();
  const stop = new AbortController();
  const client = world.client(dead.signal);
  const store = configMapStore(client, world.seals);
  const { name = 'one', targets = 1, retryTimes = 0, argv = ['true'] } = options;
  const identity = { identity: name, host: name, pid: 1, started: '' };
  const stored = options.adopt ? await store.read(REF) : undefined;
  const fresh = journalOf({ targets, retryTimes });
  for (const target of fresh.steps[0]!.targets) {
    target.argv = argv;
    target.containerId = world.pods.get(target.instance)?.containerId ?? '';
  }
  const handle = new RunHandle(REF, SPEC, stored?.journal ?? fresh, stored, {
    store,
    clock: systemClock,
    identity,
    random: () => 0,
  });
  const lines: string[] = [];
  const raw: Buffer[] = [];
  const holder = stored?.journal?.holder;
  const run = (): Promise<Ending> =>
    execute(
      {
        handle,
        clock: systemClock,
        from: holder ? { epoch: holder.epoch, beat: holder.beat } : null,
        fresh: !options.adopt,
        told: new Told(),
        blocker: async () => options.blocker,
        targetFor: (journal, place) => {
          stepAt(journal, place);
          const { instance, uid, container, containerId } = targetAt(journal, place);
          return execTarget(
            client,
            { namespace: 'data', pod: instance, uid, container, containerId },
            options.leftovers,
          );
        },
        events: {
          onLine: (stream, text) => lines.push(`${stream} ${text}`),
          onRaw: (stream, bytes) => {
            if (stream === 'out') raw.push(Buffer.from(bytes));
          },
          ...options.events,
        },
        timing: { ...TIMING, beat: options.beat ?? TIMING.beat, patience: options.patience ?? TIMING.patience },
        random: () => 0,
      },
      stop.signal,
    );
  return {
    handle,
    store,
    run,
    lines,
    out: () => Buffer.concat(raw).toString(),
    /** As by kill -9. */
    kill: () => dead.abort(),
    stop: () => stop.abort(),
    journal: async () => (await configMapStore(world.client(), world.seals).read(REF))?.journal,
  };
}
