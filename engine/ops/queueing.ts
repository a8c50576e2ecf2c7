/** Runs that change a cluster take it in the order of their arrival; reads take nothing. */
import { isOver, isToBegin } from './journal.ts';
import { keyOf, type Stored } from './store.ts';

const precedes = (a: Stored, b: Stored): boolean =>
  a.createdAt === b.createdAt ? keyOf(a) < keyOf(b) : a.createdAt < b.createdAt;

const sameCluster = (a: Stored, b: Stored): boolean =>
  a.ref.namespace === b.ref.namespace &&
  (a.journal && b.journal ? a.journal.cluster.uid === b.journal.cluster.uid : a.spec.clusterRef === b.spec.clusterRef);

export const waits = ({ journal }: Stored): boolean => !journal || isToBegin(journal);

const isPassed = ({ journal }: Stored): boolean => journal?.passed !== undefined;

/**
 * The run that `mine` has to wait for. `fresh`: mine was made with its intent in it a moment ago; then any other that is open
 * comes first. That closes the race of two that are made at the same time: each is in the store before its engine looks for
 * others, so at least one of them sees the other.
 */
export function blockerOf(mine: Stored, others: readonly Stored[], fresh: boolean): Stored | undefined {
  if (mine.journal?.effect === 'read') return undefined;
  const open = others.filter(
    (other) =>
      keyOf(other) !== keyOf(mine) &&
      // What another program has begun is its own matter, and nobody here would see its end.
      !other.unreadable &&
      !(other.journal && isOver(other.journal)) &&
      other.journal?.effect !== 'read' &&
      sameCluster(mine, other),
  );
  const blocking = open.filter((other) => {
    if (!waits(other)) return true;
    // One of two that were passed by, or one that was and a new one: each takes its run before it looks for others.
    if (isPassed(other)) return other.journal?.holder !== null && (fresh || isPassed(mine));
    return fresh || isPassed(mine) || precedes(other, mine);
  });
  return blocking.sort((a, b) => Number(waits(a)) - Number(waits(b)) || (precedes(a, b) ? -1 : 1))[0];
}

/** An open run of the very same operation: definition, cluster and values. */
export function twinOf(mine: Stored, others: readonly Stored[]): Stored | undefined {
  const { journal } = mine;
  const values = JSON.stringify(journal?.parameters);
  return others.find(
    (other) =>
      keyOf(other) !== keyOf(mine) &&
      other.journal !== undefined &&
      !isOver(other.journal) &&
      other.journal.definition.digest === journal?.definition.digest &&
      other.journal.cluster.uid === journal.cluster.uid &&
      JSON.stringify(other.journal.parameters) === values,
  );
}
