/** Starting a run, and going on with one: the two ways into the runner. */
import { randomInt } from 'node:crypto';
import { type KubeClient, KubeError } from '../kube/types.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Identity } from '../runtime/identity.ts';
import { NotBegun } from './contact.ts';
import type { Definition } from './definition.ts';
import type { RunEvents } from './events.ts';
import { execTarget } from './exec-target.ts';
import { RunHandle } from './handle.ts';
import { HolderWatch, takenFrom } from './holder.ts';
import { releaseLeft } from './job/release.ts';
import { jobTarget } from './job/target.ts';
import { type Journal, type Place, stepAt, targetAt } from './journal.ts';
import type { Leftovers } from './leftovers.ts';
import { notice } from './notice.ts';
import { requestSpec } from './plan.ts';
import type { Prepared } from './prepare.ts';
import { blockerOf, twinOf } from './queueing.ts';
import { type Ending, execute } from './runner.ts';
import { BrokenOff, Exists, type JournalStore, keyOf, type RunRef, type Stored, Unsealed } from './store.ts';
import { listRuns, type Stores } from './stores.ts';
import type { AttemptTarget } from './target.ts';
import type { Told } from './told.ts';

/** What an engine works with. */
export interface Engine {
  client: KubeClient;
  clock: Clock;
  identity: Identity;
  stores: JournalStore[];
  holders: HolderWatch;
  leftovers: Leftovers | undefined;
}

export const makeEngine = (
  client: KubeClient,
  clock: Clock,
  identity: Identity,
  { all, leftovers }: Pick<Stores, 'all'> & Partial<Pick<Stores, 'leftovers'>>,
): Engine => ({
  client,
  clock,
  identity,
  stores: [...all],
  holders: new HolderWatch(clock, identity),
  leftovers,
});

/** No vowels: no words; no l, 0 and 1: no doubt on the phone. */
const LETTERS = 'bcdfghjkmnpqrstvwxz2456789';

export function runName(definition: string): string {
  const tail = Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  const head = definition
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, 52)
    .replace(/^-+|-+$/g, '');
  return `${head || 'run'}-${tail}`;
}

/** What a journal holds of its definition. */
export const pinned = ({ name, digest, source, group, spec }: Definition): Journal['definition'] => ({
  name,
  digest,
  source,
  ...(group === '' ? {} : { group }),
  spec,
});

export function newJournal(prepared: Prepared, now: string): Journal {
  const { definition, cluster } = prepared;
  const { ref } = cluster;
  return {
    version: 1,
    definition: pinned(definition),
    cluster: {
      uid: ref.uid,
      namespace: ref.namespace,
      name: cluster.name,
      kind: ref.group ? `${ref.kind}.${ref.group}` : ref.kind,
    },
    parameters: prepared.parameters,
    effect: definition.effect,
    phase: 'Pending',
    message: '',
    createdAt: now,
    conditions: [],
    steps: prepared.steps,
    holder: null,
    verdicts: [],
  };
}

/** How the targets of a journal are reached. `readonly`: to follow only; nothing there is started, ended or removed. */
export function targetOf(
  engine: Pick<Engine, 'client' | 'clock' | 'leftovers'>,
  { ref, owner, unsealed }: Pick<Stored, 'ref' | 'owner' | 'unsealed'>,
  journal: Journal,
  place: Place,
  { readonly = false } = {},
): AttemptTarget {
  const step = stepAt(journal, place);
  const target = targetAt(journal, place);
  const { namespace, name: run } = ref;
  // The one way from a journal to a command. A Job's log is read by its name alone.
  if (unsealed && !(readonly && step.via === 'job')) throw new Unsealed({ ref, journal });
  if (step.via === 'exec') {
    const { instance: pod, uid, container, containerId } = target;
    return execTarget(engine.client, { namespace, pod, uid, container, containerId }, engine.leftovers);
  }
  const { instance, argv } = target;
  const { name, image = '', commandLength = 0, env } = step;
  const request = { namespace, run, step: name, instance, image, argv, commandLength, env, owner };
  return jobTarget(engine.client, request, engine.clock, readonly);
}

/** The run that has the cluster. Other stores may be closed to this user: what can't be seen can't be waited for. */
export async function blockerOfRun(
  engine: Engine,
  stored: Stored,
  fresh: boolean,
  signal: AbortSignal,
): Promise<Stored | undefined> {
  if (stored.journal?.effect === 'read') return undefined;
  const { namespace } = stored.ref;
  const cluster = stored.journal?.cluster.uid;
  const { runs } = await listRuns(engine.stores, namespace, { open: true, signal, ...(cluster ? { cluster } : {}) });
  return blockerOf(stored, runs, fresh);
}

/** The same operation is under way already, and nobody sees to it any more. */
export class Orphan extends Error {
  override readonly name = 'Orphan';
  readonly stored: Stored;
  constructor(stored: Stored) {
    super(`${stored.ref.name} is the same operation, left behind`);
    this.stored = stored;
  }
}

export interface LaunchOptions {
  /** A name of the caller's choosing: a run of that name that is there already is refused with Exists. */
  name?: string;
  events: RunEvents;
  told: Told;
  /** Instead of starting beside a run of the very same operation that its engine has left, throws it as an Orphan. */
  adoptTwin: boolean;
  /** Nobody watches the run for this engine: it does itself. */
  alone?: boolean;
  /** The run is kept; from now on it can be found by its name. */
  onKept?: (handle: RunHandle) => void;
}

/**
 * Starts a run of a plan in the first store that takes it. Rejects with NotBegun (it can't start, nothing was kept), Exists,
 * Orphan, or a KubeError, and nothing is left behind then; with BrokenOff where it is kept, and a command may have begun.
 */
export async function launch(
  engine: Engine,
  prepared: Prepared,
  stores: readonly JournalStore[],
  options: LaunchOptions,
  signal: AbortSignal,
): Promise<{ handle: RunHandle; ending: Ending }> {
  const { clock, identity } = engine;
  const { namespace } = prepared.cluster.ref;
  // A plan that was refused has steps without targets: it would run, and never end.
  const wrong = [...prepared.errors.map(({ message }) => message), ...prepared.refused][0];
  if (wrong !== undefined) throw new NotBegun(wrong);
  for (const [i, store] of stores.entries()) {
    for (;;) {
      const ref: RunRef = { group: store.group, namespace, name: options.name ?? runName(prepared.definition.name) };
      const journal = newJournal(prepared, new Date(clock.now()).toISOString());
      const handle = new RunHandle(ref, requestSpec(prepared), structuredClone(journal), undefined, {
        store,
        clock,
        identity,
        ...(options.events.onTrouble ? { onTrouble: options.events.onTrouble } : {}),
      });
      // The first contact leaves something where it was: a name that is taken is found before.
      if (options.name !== undefined && (await isTaken(store, ref, signal))) throw new Exists(options.name);
      const over = new AbortController();
      if (options.alone) void notice(engine.client, clock, handle, AbortSignal.any([signal, over.signal]));
      try {
        const ending = await execute(
          {
            handle,
            clock,
            from: null,
            fresh: true,
            told: options.told,
            events: options.events,
            targetFor: (of, place) => targetOf(engine, handle.stored ?? { ref: handle.ref }, of, place),
            blocker: async (_, fresh, asked) => {
              const { stored } = handle;
              if (!stored) return undefined;
              const blocker = await blockerOfRun(engine, stored, fresh, asked);
              if (blocker && fresh && options.adoptTwin && isOrphan(engine, stored, blocker)) {
                // Nothing of this run was sent: it goes as if it had never been.
                await store.remove(stored, asked);
                throw new Orphan(blocker);
              }
              if (fresh) options.onKept?.(handle);
              // While its own Job is on its way nobody waits for this; a run without one costs no request more.
              if (fresh && options.alone && handle.journal.steps.some(({ via }) => via === 'job'))
                void sweep(engine, namespace, AbortSignal.any([signal, over.signal]));
              return blocker?.ref.name;
            },
          },
          signal,
        );
        return { handle, ending };
      } catch (error) {
        if (error instanceof Orphan) throw error;
        if (handle.stored) throw new BrokenOff(handle.stored, error);
        if (error instanceof Exists && options.name === undefined) continue;
        // Not allowed there, or no longer kept there at all.
        const elsewhere = error instanceof KubeError && [403, 404].includes(error.status) && i + 1 < stores.length;
        if (!elsewhere) throw error;
        break;
      } finally {
        over.abort();
      }
    }
  }
  throw new Error('no store takes a run');
}

/** Jobs looked at by a run that goes by itself: the next one sees to more. */
const MOST = 10;

/** Who never opens a cockpit has nobody else to let go the Jobs of runs that ended in the middle of it. */
async function sweep({ client, clock, stores }: Engine, namespace: string, signal: AbortSignal): Promise<void> {
  // Whoever may not look at Jobs leaves them.
  await releaseLeft(client, clock, stores, namespace, signal, MOST).catch(() => {});
}

/** As far as it can be seen: what keeps the run says it for good. */
const isTaken = async (store: JournalStore, ref: RunRef, signal: AbortSignal): Promise<boolean> =>
  (await store.read(ref, signal).catch(() => undefined)) !== undefined;

function isOrphan(engine: Engine, mine: Stored, other: Stored): boolean {
  if (!other.journal || other.unsealed || twinOf(mine, [other]) === undefined) return false;
  return other.journal.phase !== 'Unknown' && engine.holders.look(keyOf(other), other.journal).hold !== 'alive';
}

export interface GoingOn {
  /** What to begin with where the store has none. */
  journal?: Journal | undefined;
  onHandle?: (handle: RunHandle) => void;
  /** Nothing is started. */
  settles?: boolean;
  /** This engine held it itself, and could not write any more. */
  again?: boolean;
}

/** Goes on with a run whose holder is gone, or that nobody holds. */
export async function goOn(
  engine: Engine,
  store: JournalStore,
  stored: Stored,
  events: RunEvents,
  told: Told,
  signal: AbortSignal,
  { journal = stored.journal, onHandle, settles = false, again = false }: GoingOn = {},
): Promise<{ handle: RunHandle; ending: Ending }> {
  if (!journal) throw new Error(`run ${stored.ref.name} has no journal`);
  if (stored.unsealed) throw new Unsealed(stored);
  const { clock, identity } = engine;
  const handle = new RunHandle(stored.ref, stored.spec, journal, stored, {
    store,
    clock,
    identity,
    settles,
    ...(events.onTrouble ? { onTrouble: events.onTrouble } : {}),
  });
  onHandle?.(handle);
  const hold = engine.holders.look(keyOf(stored), journal);
  const own = again && journal.holder?.identity === identity.identity ? journal.holder : null;
  const ending = await execute(
    {
      handle,
      clock,
      from: own ?? takenFrom(hold),
      fresh: false,
      settles,
      told,
      events,
      targetFor: (of, place) => targetOf(engine, handle.stored ?? { ref: handle.ref }, of, place),
      blocker: async (_, fresh, asked) =>
        handle.stored ? (await blockerOfRun(engine, handle.stored, fresh, asked))?.ref.name : undefined,
    },
    signal,
  );
  return { handle, ending };
}

/** Whether a run that waits may begin; asked before it is taken, so that waiting costs no writes. */
export async function isBlocked(engine: Engine, stored: Stored, signal: AbortSignal): Promise<string | undefined> {
  return (await blockerOfRun(engine, stored, false, signal))?.ref.name;
}
