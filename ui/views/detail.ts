/** The detail of one cluster: why it is not well first, then its members, services and volumes. */
import type { ClusterRow, Health, InstanceRow, Topic } from '../../engine/protocol.ts';
import type { App } from '../app.ts';
import type { Pen } from '../pen.ts';
import { width } from '../rows/fit.ts';
import { HEALTH } from '../rows/health.ts';
import type { Warnings } from '../store/data.ts';
import type { ClustersView, RolesView } from '../store/state.ts';

const longest = (texts: string[], most: number) => Math.min(most, Math.max(0, ...texts.map((t) => width(t))));

/** Labelled text, wrapped under itself. */
export function labelled(
  label: string,
  text: string,
  columns: number,
  pen: Pen,
  token: 'bad' | 'warn' | null = null,
): string[] {
  const lead = `  ${label} `;
  const pieces = pen.wrapWords(text, Math.max(10, columns - lead.length));
  return pieces.map((piece, i) => {
    const shown = token ? pen.style(token, piece) : piece;
    return i === 0 ? `  ${pen.style('muted', label)} ${shown}` : `${' '.repeat(lead.length)}${shown}`;
  });
}

function memberLines(members: readonly InstanceRow[], columns: number, pen: Pen): string[] {
  const name = longest(
    members.map((m) => m.name),
    Math.max(16, Math.floor(columns * 0.35)),
  );
  const role = longest(
    members.map((m) => m.role || '–'),
    14,
  );
  const node = longest(
    members.map((m) => m.node),
    22,
  );
  const manyComponents = new Set(members.map((m) => m.component)).size > 1;
  return members.map((m) => {
    const { token, word } = HEALTH[m.health];
    const parts = [
      pen.style(token, word) + ' '.repeat(5 - width(word)),
      pen.fill(m.name, name, 'left', 'middle'),
      pen.fill(m.role || pen.glyphs.dash, role),
      pen.fill(m.ready, 5, 'right'),
      pen.fill(m.node, node, 'left', 'middle'),
    ];
    const used = 2 + 5 + name + role + 5 + node + 5;
    const rest = [
      m.status,
      m.restarts > 0 ? `${m.restarts} ${m.restarts === 1 ? 'restart' : 'restarts'}` : '',
      manyComponents ? m.component : '',
    ]
      .filter((t) => t !== '')
      .join(` ${pen.glyphs.dot} `);
    return `  ${parts.join(' ')} ${pen.cut(rest, Math.max(0, columns - used))}`.trimEnd();
  });
}

/** Asked for where a detail is open, or of what is not well: of the rest nobody wants to know in passing. */
export const warningsTopic = (
  view: ClustersView | RolesView,
  app: App,
  kind: 'cluster' | 'instance',
  row: { uid: string; health: Health } | null,
): Topic[] => {
  if (!row || app.top().id !== view.id) return [];
  const open = view.focus === 'detail' || view.zoom === 'detail';
  const unwell = row.health === 'bad' || row.health === 'warn' || row.health === 'unknown';
  return open || unwell ? [`warnings:${kind}/${row.uid}`] : [];
};

/** Something that is warned of again and again would tick all the time: within a minute is near enough. */
function warnedAge(at: number, pen: Pen): string {
  const left = at + 60_000 - pen.now;
  if (at === 0 || left <= 0) return pen.age(at) || '?';
  pen.changesIn(left);
  return '<1m';
}

/** What Kubernetes warns of, each with its age and how often. */
export function warningLines(warnings: Warnings | undefined, columns: number, pen: Pen): string[] {
  if (!warnings) return [];
  const lines = warnings.rows.flatMap(({ at, reason, object, message, count }) => {
    const times = count > 1 ? ` (${pen.glyphs.times}${count})` : '';
    return labelled(
      'warning',
      `${warnedAge(at, pen)} ago ${reason} ${object}: ${message}${times}`,
      columns,
      pen,
      'warn',
    );
  });
  if (lines.length === 0 && warnings.error === '')
    return labelled('warnings', 'none in the events of Kubernetes', columns, pen);
  return warnings.error === '' ? lines : [...lines, ...labelled('warnings', warnings.error, columns, pen)];
}

/** Every line of the detail; the pane scrolls over them. */
export function clusterDetail(
  row: ClusterRow,
  members: readonly InstanceRow[],
  /** What is said in the place of members. */
  none: string,
  warnings: Warnings | undefined,
  columns: number,
  pen: Pen,
): string[] {
  const lines: string[] = [];
  const token = row.health === 'bad' ? 'bad' : row.health === 'warn' ? 'warn' : null;
  const label =
    row.health === 'bad' || row.health === 'warn' || row.health === 'unknown'
      ? `why ${HEALTH[row.health].word}:`
      : 'now:';
  for (const reason of row.reasons) lines.push(...labelled(label, reason, columns, pen, token));
  lines.push(...memberLines(members, columns, pen));
  if (members.length === 0) lines.push(pen.style('muted', `  ${none}`));
  lines.push(...warningLines(warnings, columns, pen));
  for (const s of row.services)
    lines.push(...labelled('service', `${s.name} ${s.role ? `(${s.role}) ` : ''}${s.address}`, columns, pen));
  for (const v of row.volumes)
    lines.push(...labelled('volume', `${v.name} ${v.capacity} ${v.phase} on ${v.instance}`, columns, pen));
  lines.push(...labelled('kind', `${row.kind}, phase ${row.phase || 'unknown'}`, columns, pen));
  return lines;
}
