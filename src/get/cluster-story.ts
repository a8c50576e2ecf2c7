/** One cluster as a person reads it: how it is and why, its members, what belongs to it, and the warnings of the last hour. */
import { readCluster } from '../../engine/inventory/find.ts';
import type { Cluster } from '../../engine/inventory/model.ts';
import { namesOfCluster, readWarnings } from '../../engine/inventory/warnings.ts';
import { drawable } from '../../engine/ops/view.ts';
import type { ClusterRow, InstanceRow } from '../../engine/protocol.ts';
import { age } from './age.ts';
import { clustersOf } from './clusters.ts';
import type { Place } from './kind.ts';

/** Warnings about the cluster's own object, its pods and its volumes, the newest first; or why they can't be read. */
async function warnings({ client }: Place, cluster: Cluster, now: number): Promise<string[]> {
  const { rows, error } = await readWarnings(client, cluster.ref.namespace, namesOfCluster(cluster));
  const lines = rows.map(
    ({ at, reason, object, message, count }) =>
      `${age(at, now)} ago  ${reason} ${object}: ${message}${count > 1 ? ` (×${count})` : ''}`,
  );
  return error === '' ? lines : [...lines, error];
}

export async function clusterStory(place: Place, query: { name: string; namespace: string }): Promise<string> {
  const { reader, cluster } = await readCluster(place.client, query, {
    providers: place.providers,
    claims: true,
    services: true,
  });
  const row = clustersOf({ reader }).find((each) => each.cluster.ref.uid === cluster.ref.uid)?.row as ClusterRow;
  const members: InstanceRow[] = reader.estate.rows().instances.filter(({ clusterUid }) => clusterUid === row.uid);
  members.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  const now = Date.now();
  const events = await warnings(place, cluster, now);
  return text(drawable({ row, members, events, denied: reader.denied.map(({ why }) => why) }), now);
}

interface Told {
  row: ClusterRow;
  members: InstanceRow[];
  events: string[];
  denied: string[];
}

function text({ row, members, events, denied }: Told, now: number): string {
  const lines = [`${row.name}: ${row.health}${row.now ? `, ${row.now}` : ''}`];
  const field = (name: string, value: string) => value && lines.push(`  ${name.padEnd(11)} ${value}`);
  const list = (title: string, items: string[]) =>
    items.length > 0 && lines.push(title, ...items.map((item) => `  ${item}`));
  for (const reason of row.reasons) field('why', reason);
  field('kind', `${row.kind} (${row.operator}), phase ${row.phase || 'unknown'}`);
  field('namespace', row.namespace);
  field('version', row.version);
  field('age', age(row.createdAt, now));
  const column = (of: (member: InstanceRow) => string) => Math.max(0, ...members.map((member) => of(member).length));
  const [name, role, node] = [column((m) => m.name), column((m) => m.role || '-'), column((m) => m.node)];
  const member = (m: InstanceRow) =>
    [
      m.health.padEnd(7),
      m.name.padEnd(name),
      (m.role || '-').padEnd(role),
      m.ready.padStart(5),
      m.node.padEnd(node),
      m.ip,
      m.status,
      m.restarts > 0 ? `${m.restarts} restarts` : '',
    ]
      .join(' ')
      .trimEnd();
  list('instances', members.map(member));
  list(
    'services',
    row.services.map((s) => `${s.name}${s.role ? ` (${s.role})` : ''} ${s.address}`),
  );
  list(
    'volumes',
    row.volumes.map((v) => `${v.name} ${v.capacity} ${v.phase}${v.instance ? ` on ${v.instance}` : ''}`),
  );
  list('warnings', events);
  list('not seen', denied);
  return `${lines.join('\n')}\n`;
}
