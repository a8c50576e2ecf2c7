/** Staying with a run until it is over: following while another engine executes it, going on with it when that one is gone. */
import { KubeError } from '../kube/types.ts';
import { sleep } from '../runtime/clock.ts';
import type { RunEvents } from './events.ts';
import { follow } from './follow.ts';
import { HOLD_MS } from './holder.ts';
import { insist, passes } from './insist.ts';
import { isOver, isToBegin, isUnplanned } from './journal.ts';
import { blockerOfRun, type Engine, goOn } from './launch.ts';
import { notice } from './notice.ts';
import { Settler } from './settle.ts';
import { type JournalStore, keyOf, type Stored } from './store.ts';
import type { Told } from './told.ts';
import { Front, nameBlocker, passLeft } from './waiting.ts';
import { nobody, waitsFor } from './whom.ts';
import { witness } from './witness.ts';

export interface AttendOptions {
  store: JournalStore;
  stored: Stored;
  events: RunEvents;
  told: Told;
  /** Whether this engine may take the run when nobody holds it. */
  executes: boolean;
  /** Why this engine, which has begun it, could not write its journal any more. */
  unwritable?: string;
  /** One line each time something changes that the log doesn't say: who executes it, what it waits for. */
  onStand?: (text: string) => void;
}

/** `unwritten`: the journal can't be written, and does not hold what was `saw` where it runs. */
export type Attended =
  | { end: 'over' | 'unknown' | 'stopped'; stored: Stored }
  | { end: 'unwritten'; stored: Stored; why: string; saw: string }
  | { end: 'vanished'; why: string };

/** Milliseconds between looks at a run that waits for another. */
const WAIT = 2000;

export async function attend(engine: Engine, options: AttendOptions, signal: AbortSignal): Promise<Attended> {
  const { store, events, told } = options;
  const key = keyOf(options.stored);
  let { stored } = options;
  let capable = options.executes;
  const { ref } = stored;
  let stand = '';
  const front = new Front();
  const settler = new Settler(engine, events.onTrouble);
  const say = (text: string) => {
    if (text !== '' && text !== stand) options.onStand?.(text);
    stand = text;
  };
  let heard = engine.clock.monotonic();
  /** Of what could not be read nothing is claimed: neither that somebody is gone, nor that nobody is. */
  const unheard = (error: unknown) => {
    if (!passes(error)) return;
    engine.holders.blind();
    front.forget();
    if (engine.clock.monotonic() - heard < HOLD_MS) return;
    const why = error instanceof KubeError && error.status === 0 ? 'is not reachable' : 'does not answer as it should';
    say(`the API server ${why}: whether somebody executes it can't be told`);
  };
  const ask = async <T>(question: () => Promise<T>, until = signal): Promise<T> => {
    try {
      const answer = await question();
      heard = engine.clock.monotonic();
      return answer;
    } catch (error) {
      if (!until.aborted) unheard(error);
      throw error;
    }
  };
  const read = (until: AbortSignal) => ask(() => store.read(ref, until), until);
  const asked = <T>(question: () => Promise<T>) =>
    insist(() => ask(question), { clock: engine.clock, signal, onTrouble: events.onTrouble }).catch(
      (error: unknown) => {
        if (!signal.aborted) throw error;
        return undefined;
      },
    );
  /** Who executes it, as it was read just now. */
  const sayWho = (seen: Stored) => {
    const hold = seen.journal && engine.holders.look(key, seen.journal);
    // A journal that was changed under this very engine still names it.
    const other = hold?.hold === 'alive' && !(seen.unsealed && hold.holder.identity === engine.identity.identity);
    say(other ? `${hold.holder.identity} executes it` : awaited(seen) ? seen.journal!.message : nobody(seen));
  };
  let { unwritable } = options;
  let saw: string | undefined;
  let again = false;
  for (;;) {
    if (unwritable !== undefined) {
      say(`its journal can't be written (${unwritable}); it is followed where it runs`);
      saw = await witness(engine, stored, told, events, signal);
      if (signal.aborted) return { end: 'stopped', stored };
      unwritable = undefined;
      again = true;
      const now = await asked(() => store.read(ref, signal).catch(unlessDenied(stored)));
      if (signal.aborted) return { end: 'stopped', stored };
      if (!now) return { end: 'vanished', why: `run ${ref.name} was deleted` };
      stored = now;
    }
    const { journal } = stored;
    const looked = journal && engine.holders.look(key, journal);
    // Nobody else in this process executes it.
    const hold = again && journal?.holder?.identity === engine.identity.identity ? undefined : looked;
    const settled = journal && (isOver(journal) || journal.phase === 'Unknown');
    const executes = capable && !stored.unsealed;
    if (settled || hold?.hold === 'alive' || !executes || !journal || awaited(stored)) {
      if (!settled) sayWho(stored);
      const enough = (seen: Stored) => {
        if (stands(engine, seen, executes)) return true;
        sayWho(seen);
        return false;
      };
      const last = await follow(engine, read, stored, told, events, enough, signal);
      if (!last) return { end: 'vanished', why: `run ${stored.ref.name} was deleted` };
      stored = last;
      if (signal.aborted) return { end: 'stopped', stored };
      if (stored.journal && isOver(stored.journal)) return { end: 'over', stored };
      if (stored.journal?.phase === 'Unknown') return { end: 'unknown', stored };
      continue;
    }
    if (isToBegin(journal) && !stored.cancel) {
      const waiting = stored;
      const blocker = await asked(() => blockerOfRun(engine, waiting, false, signal));
      if (signal.aborted) return { end: 'stopped', stored };
      if (blocker !== undefined) {
        if (await passLeft(engine, front, waiting, blocker, signal)) {
          const { ref: left } = blocker;
          say(
            `passes by ${left.name}, which nobody went on with: opsdeck cancel ${left.name} -n ${left.namespace} ends it`,
          );
          continue;
        }
        const settled = await settler.settle(blocker, say, signal);
        if (signal.aborted) return { end: 'stopped', stored };
        if (settled) continue;
        say(waitsFor(engine, blocker));
        stored = await nameBlocker(engine, store, waiting, blocker.ref.name, signal);
        await sleep(engine.clock, WAIT, signal);
        const next = await asked(() => store.read(ref, signal));
        if (signal.aborted) return { end: 'stopped', stored };
        if (!next) return { end: 'vanished', why: `run ${stored.ref.name} was deleted` };
        stored = next;
        continue;
      }
    }
    if (hold?.hold === 'dead') say(`${hold.holder.identity}, which executed it, is gone; going on with it`);
    const over = new AbortController();
    const goes = await goOn(engine, store, stored, events, told, signal, {
      again,
      onHandle: (mine) => void notice(engine.client, engine.clock, mine, AbortSignal.any([signal, over.signal])),
    })
      .catch((error: unknown) => {
        if (!(error instanceof KubeError) || signal.aborted) throw error;
        return error;
      })
      .finally(() => over.abort());
    if (goes instanceof KubeError) {
      if (saw !== undefined) return { end: 'unwritten', stored, why: goes.message, saw };
      unwritable = goes.message;
      continue;
    }
    const { handle, ending } = goes;
    saw = undefined;
    stored = handle.stored ?? stored;
    switch (ending.ending) {
      case 'over':
      case 'unknown':
      case 'stopped':
        return { end: ending.ending, stored };
      case 'vanished':
        return { end: 'vanished', why: ending.why };
      case 'incapable':
        say(ending.why);
        capable = false;
        break;
      default:
        break;
    }
  }
}

/** What was read last is what there is where nothing more may be read. */
const unlessDenied = (stored: Stored) => (error: unknown) => {
  if (error instanceof KubeError && error.status === 403) return stored;
  throw error;
};

/** It can't be planned yet: that is seen to by an engine that takes requests. */
const awaited = ({ journal, cancel }: Stored): boolean => journal !== undefined && isUnplanned(journal) && !cancel;

/** Whether there is something else to do than to follow. */
function stands(engine: Engine, stored: Stored, executes: boolean): boolean {
  const { journal } = stored;
  if (!journal || awaited(stored)) return false;
  if (isOver(journal) || journal.phase === 'Unknown') return true;
  return executes && !stored.unsealed && engine.holders.look(keyOf(stored), journal).hold !== 'alive';
}
