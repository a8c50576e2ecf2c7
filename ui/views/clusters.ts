/** The first screen: every cluster, the worst on top, and why the chosen one is as it is. */
import type { ClusterRow } from '../../engine/protocol.ts';
import { type App, isActive } from '../app.ts';
import type { Binding } from '../keys/bindings.ts';
import { SCROLLING } from '../keys/contexts.ts';
import type { Pen } from '../pen.ts';
import { clusterColumnsWhile } from '../rows/clusters.ts';
import { emptyText, freshnessPart } from '../rows/freshness.ts';
import { freshnessOf, isKnown } from '../store/data.ts';
import { locate } from '../store/list.ts';
import { type ClustersView, open } from '../store/state.ts';
import { openLogs } from './choose.ts';
import { clusterDetail, warningsTopic } from './detail.ts';
import { moveListDetail, paintListDetail } from './list-detail.ts';
import { scoped, toggleDetail, whereText } from './lists.ts';
import { keysOn, selectedCluster } from './selection.ts';
import { showYaml } from './text.ts';
import type { View } from './view.ts';

const { chosen, on: onCluster } = keysOn(selectedCluster);

/** Keys that act on the cluster under the cursor; the screen of pods has them too. */
export const clusterKeys = (context: 'clusters' | 'roles'): Binding[] => [
  {
    id: `${context}.operations`,
    keys: ['o'],
    context,
    hint: 'operations',
    description: 'operations for this cluster',
    rank: 20,
    when: chosen,
    run: onCluster((app, cluster) => app.open(open.operations(cluster.uid, cluster.name))),
  },
  {
    id: `${context}.runs`,
    keys: ['r'],
    context,
    hint: 'runs',
    description: 'runs on this cluster',
    rank: 30,
    when: chosen,
    run: onCluster((app, { namespace, name }) => app.open(open.runs({ namespace, name }))),
  },
];

const podsFreshness = (app: App) => freshnessOf(app.data.header.sources, 'instances');
const podsText = (app: App, pen: Pen) => freshnessPart(podsFreshness(app), pen).text;

function podsKnown(app: App): 'known' | 'coming' | 'unseen' {
  const fresh = podsFreshness(app);
  return isKnown(fresh) ? 'known' : fresh === null || fresh.state === 'syncing' ? 'coming' : 'unseen';
}

function detailLines(app: App, view: ClustersView, columns: number, pen: Pen): string[] {
  const at = locate(view.list, app.lists.clusterRows(view));
  if (at.gone) return [`  ${pen.safe(view.list.name)} is no longer there. Choose another row.`];
  if (!at.row) return [];
  const members = app.data.members(at.row.uid);
  const none = podsKnown(app) === 'known' ? 'no pods known' : `pods: ${podsText(app, pen)}`;
  const warnings = app.data.warnings(`warnings:cluster/${at.row.uid}`);
  return clusterDetail(at.row, members, none, warnings, columns, pen);
}

const paint: View<ClustersView>['paint'] = (view, app, pen, panes) => {
  const rows = app.lists.clusterRows(view);
  const fresh = freshnessOf(app.data.header.sources, 'clusters');
  const state = freshnessPart(fresh, pen);
  const total = app.lists.clusters.total;
  const at = locate(view.list, rows);
  return paintListDetail(
    view,
    {
      title: 'Clusters',
      right: [`by ${view.list.sort.id}`, state.text].join('  '),
      columns: scoped(clusterColumnsWhile(podsKnown(app)), app),
      longest: app.lists.clusters.longest(),
      rows,
      total,
      known: isKnown(fresh),
      empty:
        total > 0
          ? [`None of ${total} clusters matches /${view.list.filter}`]
          : emptyText(fresh, 'clusters', whereText(app), app.data.header),
    },
    { lines: (columns, pen) => detailLines(app, view, columns, pen), right: runningOn(app, at.row) },
    panes,
    pen,
  );
};

/** Names the run that has the cluster now. */
function runningOn(app: App, cluster: ClusterRow | null): string {
  if (!cluster) return '';
  for (const run of app.data.runs.byUid.values())
    if (run.cluster === cluster.name && run.namespace === cluster.namespace && isActive(run))
      return `${run.phase}: ${run.name}`;
  return '';
}

export const clustersView: View<ClustersView> = {
  arrangement: 'list',
  contexts: () => ['clusters', 'list', ...SCROLLING],
  move: (view, app, step) => moveListDetail(view, app, step, (columns, pen) => detailLines(app, view, columns, pen)),
  topics: (view, app) => warningsTopic(view, app, 'cluster', locate(view.list, app.lists.clusterRows(view)).row),
  rows: (view, app) => app.lists.clusterRows(view),
  paint,
  bindings: [
    {
      id: 'clusters.open',
      keys: ['enter'],
      context: 'clusters',
      hint: 'open',
      description: 'the pods of this cluster, with their roles',
      rank: 10,
      when: chosen,
      run: onCluster((app, cluster) => app.open(open.roles(cluster.uid))),
    },
    ...clusterKeys('clusters'),
    {
      id: 'clusters.logs',
      keys: ['l'],
      context: 'clusters',
      hint: 'logs',
      description: 'log of one of its pods',
      rank: 40,
      when: chosen,
      run: onCluster((app, cluster) => openLogs(app, cluster.namespace, app.data.members(cluster.uid))),
    },
    {
      id: 'clusters.primaries',
      keys: ['p'],
      context: 'clusters',
      hint: 'primaries',
      description: 'the primary of every cluster',
      rank: 50,
      run: (app) => app.open(open.roles(null, 'primary|master|leader')),
    },
    {
      id: 'clusters.describe',
      keys: ['d'],
      context: 'clusters',
      hint: 'describe',
      description: 'the detail on the whole screen',
      rank: 60,
      when: chosen,
      run: toggleDetail,
    },
    {
      id: 'clusters.yaml',
      keys: ['y'],
      context: 'clusters',
      hint: 'yaml',
      description: 'the object as YAML, secrets left out',
      rank: 70,
      when: chosen,
      run: onCluster((app, cluster) => showYaml(app, 'cluster', cluster.uid, `${cluster.namespace}/${cluster.name}`)),
    },
  ],
};
