/** The columns of the list of runs. */
import type { RunRow } from '../../engine/protocol.ts';
import { took } from './age.ts';
import { type Column, field } from './columns.ts';
import { PHASE } from './health.ts';

const SECOND = 1_000;

/** Of a run that went well nothing is left to say; the only step of an operation goes by the name that stands there already. */
function nowOf({ phase, step, definition, message }: RunRow): string {
  if (phase === 'Succeed') return '';
  const lead = step === definition ? '' : step;
  return lead && message ? `${lead}: ${message}` : message || step;
}

export const runColumns: readonly Column<RunRow>[] = [
  {
    id: 'phase',
    title: 'PHASE',
    min: 10,
    width: 10,
    rank: 0,
    text: (row) => row.phase,
    style: (row) => PHASE[row.phase].token,
    sort: (row) => PHASE[row.phase].rank,
  },
  field('name', { title: 'RUN', min: 16, width: 20, max: 44, rank: 1, cut: 'middle' }),
  field('cluster', { title: 'CLUSTER', min: 12, width: 13, max: 32, rank: 2, cut: 'middle' }),
  field('definition', { title: 'OPERATION', min: 14, width: 14, max: 28, rank: 7 }),
  field('namespace', { title: 'NAMESPACE', min: 9, width: 9, max: 20, rank: 8, cut: 'middle' }),
  {
    id: 'started',
    title: 'AGE',
    min: 4,
    width: 4,
    rank: 3,
    align: 'right',
    text: (row, pen) => pen.age(row.createdAt),
    sort: (row) => row.createdAt,
  },
  {
    id: 'took',
    title: 'TOOK',
    min: 6,
    width: 6,
    rank: 4,
    align: 'right',
    text: (row, pen) => {
      if (row.startedAt === undefined) return pen.glyphs.dash;
      if (row.finishedAt === undefined) {
        pen.changesIn(SECOND - ((pen.now - row.startedAt) % SECOND));
        return took(pen.now - row.startedAt).replace(/\.\d+s$/, 's');
      }
      return took(row.finishedAt - row.startedAt);
    },
    sort: (row) => (row.finishedAt ?? Number.MAX_SAFE_INTEGER) - (row.startedAt ?? 0),
  },
  {
    id: 'now',
    title: 'NOW',
    min: 12,
    width: 16,
    grow: 1,
    rank: 5,
    text: nowOf,
    style: (row) => (row.phase === 'Failed' || row.phase === 'Unknown' ? 'error' : null),
  },
];
