/** The columns of the list of clusters. */
import type { ClusterRow, RoleCount } from '../../engine/protocol.ts';
import type { Pen } from '../pen.ts';
import { type Column, field } from './columns.ts';
import { HEALTH, healthColumn } from './health.ts';

const LEADING = /^(primary|master|leader|controller)$/i;

/** `1 primary · 2 replica`, the leading role first; `3 pods` where no pod says what it is. */
function rolesText(roles: readonly RoleCount[], pen: Pen): string {
  if (roles.length === 0) return pen.glyphs.dash;
  const ordered = [...roles].sort((a, b) => Number(LEADING.test(b.role)) - Number(LEADING.test(a.role)));
  const none = (count: number) => (roles.length > 1 ? 'no role' : count === 1 ? 'pod' : 'pods');
  return ordered.map(({ role, count }) => `${count} ${role || none(count)}`).join(` ${pen.glyphs.dot} `);
}

export const clusterColumns: readonly Column<ClusterRow>[] = [
  healthColumn,
  field('namespace', { title: 'NAMESPACE', min: 9, width: 9, max: 24, rank: 2, cut: 'middle' }),
  field('name', { title: 'NAME', min: 13, width: 13, max: 40, rank: 1, cut: 'middle' }),
  field('operator', { title: 'OPERATOR', min: 10, width: 10, rank: 5 }),
  {
    id: 'roles',
    title: 'ROLES',
    min: 21,
    width: 21,
    max: 36,
    rank: 3,
    measure: (row) => row.roles.reduce((sum, r) => sum + (r.role.length || 7) + String(r.count).length + 4, -3),
    text: (row, pen) => rolesText(row.roles, pen),
  },
  field('phase', { title: 'PHASE', min: 12, width: 12, max: 20, rank: 8 }),
  field('version', { title: 'VERSION', min: 7, width: 7, max: 12, rank: 7 }),
  {
    id: 'age',
    title: 'AGE',
    min: 4,
    width: 4,
    rank: 4,
    align: 'right',
    text: (row, pen) => pen.age(row.createdAt),
    // The youngest first, as the ages read.
    sort: (row) => -row.createdAt,
  },
  {
    id: 'now',
    title: 'NOW',
    min: 12,
    width: 18,
    max: 18,
    grow: 1,
    rank: 2,
    measure: (row) => row.now.length,
    text: (row) => row.now,
    style: (row) => (row.health === 'bad' || row.health === 'warn' ? HEALTH[row.health].token : null),
  },
];

/** While pods are still to come, or may not be seen, a cluster without any is not one that has none. */
export function clusterColumnsWhile(pods: 'known' | 'coming' | 'unseen'): readonly Column<ClusterRow>[] {
  if (pods === 'known') return clusterColumns;
  const none = (pen: Pen) => (pods === 'coming' ? pen.glyphs.ellipsis : '?');
  return clusterColumns.map((column) =>
    column.id === 'roles'
      ? { ...column, text: (row, pen) => (row.roles.length > 0 ? rolesText(row.roles, pen) : none(pen)) }
      : column,
  );
}
