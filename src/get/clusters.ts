import { GROUPS, VERSION } from '../../engine/api/types.ts';
import { kindOf } from '../../engine/inventory/assemble.ts';
import { type Listing, readAll, readCluster } from '../../engine/inventory/find.ts';
import type { Cluster } from '../../engine/inventory/model.ts';
import type { ClusterRow } from '../../engine/protocol.ts';
import { age } from './age.ts';
import type { Answer, Item, Kind, Place, Question } from './kind.ts';

export const time = (at: number): string | undefined => (at === 0 ? undefined : new Date(at).toISOString());

function item(cluster: Cluster, row: ClusterRow, now: number): Item {
  const { ref } = cluster;
  const apiVersion = ref.group === '' ? ref.version : `${ref.group}/${ref.version}`;
  return {
    name: `${kindOf(ref).toLowerCase()}/${cluster.name}`,
    cells: [
      row.name,
      row.health,
      row.operator,
      row.roles.map(({ role, count }) => `${count} ${role || (row.roles.length > 1 ? 'no role' : 'pods')}`).join(', '),
      row.version,
      age(row.createdAt, now),
      row.now,
      row.kind,
      row.phase,
      row.components.join(','),
    ],
    object: {
      apiVersion: `${GROUPS.own}/${VERSION}`,
      kind: 'Cluster',
      metadata: {
        name: cluster.name,
        namespace: ref.namespace,
        uid: ref.uid,
        creationTimestamp: time(cluster.createdAt),
      },
      spec: { provider: cluster.provider, object: { apiVersion, kind: ref.kind, name: ref.name } },
      status: {
        health: row.health,
        phase: row.phase,
        now: row.now,
        reasons: row.reasons,
        version: row.version,
        definitions: cluster.definitions,
        roles: Object.fromEntries(row.roles.flatMap(({ role, count }) => (role === '' ? [] : [[role, count]]))),
        components: cluster.components,
        services: cluster.services,
        volumes: cluster.volumes,
      },
    },
  };
}

/** The reader's clusters by namespace and name, each with its row. */
export function clustersOf({ reader }: Pick<Listing, 'reader'>): { cluster: Cluster; row: ClusterRow }[] {
  reader.estate.flush();
  const rows = new Map(reader.estate.rows().clusters.map((row) => [row.uid, row]));
  return reader.estate
    .clusters()
    .flatMap((cluster) => {
      const row = rows.get(cluster.ref.uid);
      return row === undefined ? [] : [{ cluster, row }];
    })
    .toSorted((a, b) => {
      const [x, y] = [a, b].map(({ cluster: { ref, name } }) => `${ref.namespace} ${name} ${ref.kind}`);
      return (x ?? '') < (y ?? '') ? -1 : 1;
    });
}

async function read({ client, providers }: Place, question: Question): Promise<Answer> {
  const options = { providers, claims: true, services: question.whole };
  const name = question.name ?? question.cluster;
  const now = Date.now();
  if (name !== undefined && question.namespace !== null) {
    const { reader, cluster } = await readCluster(client, { name, namespace: question.namespace }, options);
    const found = clustersOf({ reader }).filter((each) => each.cluster.ref.uid === cluster.ref.uid);
    return { items: found.map((each) => item(each.cluster, each.row, now)), denied: reader.denied, blind: false };
  }
  const scope = { namespace: question.namespace, labelSelector: question.selector };
  const listing = await readAll(client, scope, options);
  const items = clustersOf(listing).map((each) => item(each.cluster, each.row, now));
  const kinds = new Set(listing.reader.sources.map(({ group, plural }) => `${plural}.${group}`));
  const unread = listing.denied.filter(({ resource }) => kinds.has(resource));
  return { items, denied: listing.denied, blind: items.length === 0 && unread.length === kinds.size };
}

export const clusters: Kind = {
  names: ['clusters', 'cluster'],
  columns: [
    { title: 'NAME' },
    { title: 'HEALTH' },
    { title: 'OPERATOR' },
    { title: 'ROLES' },
    { title: 'VERSION' },
    { title: 'AGE' },
    { title: 'NOW' },
    { title: 'KIND', wide: true },
    { title: 'PHASE', wide: true },
    { title: 'COMPONENTS', wide: true },
  ],
  read,
};
