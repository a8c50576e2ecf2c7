/** The lists that the engine keeps current, sorted and filtered for the screens. */
import type { ClusterRow, InstanceRow, RunRow } from '../../engine/protocol.ts';
import { clusterColumns } from '../rows/clusters.ts';
import { parseFilter } from '../rows/filter.ts';
import { HEALTH } from '../rows/health.ts';
import { instanceColumns } from '../rows/instances.ts';
import { runColumns } from '../rows/runs.ts';
import type { Data } from './data.ts';
import type { ClustersView, RolesView, RunsView } from './state.ts';
import { createListing, type Listing } from './table.ts';

export interface Listings {
  readonly clusters: Listing<ClusterRow>;
  readonly instances: Listing<InstanceRow>;
  readonly runs: Listing<RunRow>;
  clusterRows(view: ClustersView): readonly ClusterRow[];
  roleRows(view: RolesView): readonly InstanceRow[];
  runRows(view: RunsView): readonly RunRow[];
}

/** A function of one key, made once: listings tell "the same rows" by its identity. */
function remembered<F>(make: (key: string) => F): (key: string | null) => F | null {
  let last: { key: string; made: F } | null = null;
  return (key) => {
    if (key === null) return null;
    if (last?.key !== key) last = { key, made: make(key) };
    return last.made;
  };
}

export function createListings(data: Data): Listings {
  const clusters = createListing(
    data.clusters,
    clusterColumns,
    (row) => `${row.namespace}/${row.name}`,
    (row) =>
      [
        HEALTH[row.health].word,
        row.namespace,
        row.name,
        row.operator,
        row.phase,
        row.version,
        row.now,
        ...row.roles.map((r) => r.role),
        ...row.components,
      ].join(' '),
  );
  const instances = createListing(
    data.instances,
    instanceColumns,
    (row) => `${row.namespace}/${row.name}`,
    (row) =>
      [
        HEALTH[row.health].word,
        row.namespace,
        row.name,
        row.role,
        row.cluster,
        row.component,
        row.status,
        row.node,
        row.ip,
      ].join(' '),
  );
  const runs = createListing(
    data.runs,
    runColumns,
    (row) => `${row.namespace}/${row.name}`,
    (row) => [row.phase, row.name, row.cluster, row.definition, row.namespace, row.step, row.message].join(' '),
  );
  const ofCluster = remembered((uid) => (row: InstanceRow) => row.clusterUid === uid);
  const runsOf = remembered((key) => (row: RunRow) => `${row.namespace}/${row.cluster}` === key);
  return {
    clusters,
    instances,
    runs,
    clusterRows: (view) => clusters.rows(view.list.sort, parseFilter(view.list.filter)),
    roleRows: (view) => instances.rows(view.list.sort, parseFilter(view.list.filter), ofCluster(view.cluster)),
    runRows: (view) =>
      runs.rows(
        view.list.sort,
        parseFilter(view.list.filter),
        runsOf(view.cluster && `${view.cluster.namespace}/${view.cluster.name}`),
      ),
  };
}
