import { GROUPS, VERSION } from '../../engine/api/types.ts';
import { document } from '../../engine/ops/document.ts';
import { isOver } from '../../engine/ops/journal.ts';
import type { Stored } from '../../engine/ops/store.ts';
import { findRun, listRuns, openStores } from '../../engine/ops/stores.ts';
import { rowOf } from '../../engine/ops/view.ts';
import { waysOut } from '../../engine/ops/whom.ts';
import { Refusal } from '../exit.ts';
import { age } from './age.ts';
import type { Answer, Item, Kind, Place, Question } from './kind.ts';

/** What it waited for has ended, and nobody has gone on with it yet: whoever waits with it does so within moments. */
const isFree = ({ journal, ref }: Stored, runs: readonly Stored[]): boolean =>
  journal?.phase === 'Waiting' &&
  runs.some(
    (other) =>
      other.ref.name === journal.blockedBy &&
      other.ref.namespace === ref.namespace &&
      other.journal !== undefined &&
      isOver(other.journal),
  );

function item(stored: Stored, now: number, free = false): Item {
  const row = rowOf(stored);
  const over = free
    ? `${row.blockedBy}, which it waited for, is over; if nobody goes on with it: ${waysOut(stored)}`
    : '';
  return {
    name: `opsrequest.${stored.ref.group || GROUPS.own}/${row.name}`,
    cells: [
      row.name,
      row.definition,
      row.cluster,
      row.phase,
      age(row.createdAt, now),
      over || row.message,
      row.step,
      row.kept,
      row.holder,
    ],
    object: { apiVersion: `${GROUPS.own}/${VERSION}`, kind: 'OpsRequest', ...document(stored) } as Item['object'],
  };
}

async function read({ client }: Place, question: Question): Promise<Answer> {
  if (question.selector !== undefined)
    throw new Refusal('runs are kept in several places, so -l has no meaning; use --cluster');
  const stores = (await openStores({ client })).all;
  const now = Date.now();
  if (question.name !== undefined && question.namespace !== null) {
    const found = await findRun(stores, question.namespace, question.name);
    if (!found)
      throw new Refusal(`no run "${question.name}" in namespace ${question.namespace}; opsdeck get runs lists them`);
    return { items: [item(found.stored, now)], denied: [], blind: false };
  }
  const { runs, denied } = await listRuns(stores, question.namespace);
  const items = runs
    .filter((run) => question.cluster === undefined || rowOf(run).cluster === question.cluster)
    .toSorted((a, b) =>
      a.createdAt === b.createdAt ? (a.ref.name < b.ref.name ? -1 : 1) : a.createdAt < b.createdAt ? -1 : 1,
    )
    .map((run) => item(run, now, isFree(run, runs)));
  const said = denied.map((why) => ({
    verb: 'list' as const,
    resource: 'opsrequests',
    namespace: question.namespace,
    why,
  }));
  return { items, denied: said, blind: items.length === 0 && denied.length >= stores.length - 1 && denied.length > 0 };
}

export const runs: Kind = {
  names: ['runs', 'run', 'opsrequests', 'opsrequest'],
  columns: [
    { title: 'NAME' },
    { title: 'DEFINITION' },
    { title: 'CLUSTER' },
    { title: 'PHASE' },
    { title: 'AGE' },
    { title: 'MESSAGE' },
    { title: 'STEP', wide: true },
    { title: 'KEPT', wide: true },
    { title: 'HOLDER', wide: true },
  ],
  read,
};
