/** Whom a run waits for: who has the cluster, since when, and the way out where nobody comes to that run any more. */
import { HOLD_MS, type Hold } from './holder.ts';
import { isOver, type Journal } from './journal.ts';
import type { Engine } from './launch.ts';
import { adoptWith, beginWith, goOnWith, keyOf, type Stored } from './store.ts';

export function nobody(stored: Stored): string {
  if (!stored.journal) return `no engine has begun with it: ${beginWith(stored)}`;
  return `no engine executes it${stored.unsealed ? `, and this one only shows what it did not write: ${adoptWith(stored)}` : ''}`;
}

const endsWith = ({ ref }: Pick<Stored, 'ref'>): string => `opsdeck cancel ${ref.name} -n ${ref.namespace} ends it`;

export const waysOut = (stored: Pick<Stored, 'ref'>): string =>
  `${goOnWith(stored)} goes on with it, ${endsWith(stored)}`;

/** To the second: two machines hardly agree on more. */
const second = (time: string): string => time.replace(/\.\d+Z$/, 'Z');

export function takes({ ref, journal }: Stored): string {
  const since = journal?.startedAt ? ` since ${second(journal.startedAt)}` : '';
  return `waits for ${ref.name}, which has the cluster${since}`;
}

/** Who executed it, and the last sign of that; '' where nobody is known to have. */
export function leftBy(hold: Hold, { left }: Pick<Journal, 'left'>): string {
  const gone = hold.hold === 'dead' && !hold.holder.settles;
  const [who, at] = gone ? [hold.holder.identity, hold.holder.at] : [left?.by, left?.at];
  if (!who) return '';
  if (gone) return `${who}, which executed it, is gone${at ? `, last heard of at ${second(at)}` : ''}`;
  return `${who} executed it${at ? `, last heard of at ${second(at)}` : ''}, and nobody goes on with it`;
}

export function waitsFor(engine: Engine, blocker: Stored): string {
  const { ref, journal } = blocker;
  const waits = takes(blocker);
  if (journal?.phase === 'Unknown') {
    return `${waits}; its outcome is unknown: opsdeck resolve ${ref.name} -n ${ref.namespace} decides`;
  }
  if (!journal || isOver(journal)) return waits;
  const hold = engine.holders.look(keyOf(blocker), journal);
  const left = leftBy(hold, journal);
  if (hold.hold === 'alive') {
    const { identity, settles } = hold.holder;
    return `${waits}; ${settles ? `${left ? `${left}; ` : ''}${identity} waits for it too, and sees how it ends` : `${identity} executes it`}`;
  }
  if (blocker.unsealed) return `${waits}; ${left ? `${left}; ` : ''}${nobody(blocker)}`;
  if (journal.phase === 'Waiting')
    return `waits for ${ref.name}, which came before it; it is passed by if nobody goes on with it for ${HOLD_MS / 1000} s; ${endsWith(blocker)}`;
  return `${waits}; ${left || 'no engine executes it'}; ${waysOut(blocker)}`;
}
