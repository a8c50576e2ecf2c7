/** What the cursor is on, as the keys of every screen mean it. */
import type { ClusterRow, InstanceRow, Topic } from '../../engine/protocol.ts';
import { type App, clusterOf } from '../app.ts';
import { freshnessOf, isKnown } from '../store/data.ts';
import { locate } from '../store/list.ts';

/** Why there is no row to choose in the list of `topic`. */
export const nothing = (app: App, what: string, topic: Topic): string =>
  isKnown(freshnessOf(app.data.header.sources, topic))
    ? `There is no ${what} to choose.`
    : `There is no ${what} to choose yet: not all have been read.`;

/** The cluster that the shown screen is about, or one sentence why there is none. */
export function selectedCluster(app: App): ClusterRow | string {
  const view = app.top();
  switch (view.view) {
    case 'clusters': {
      const at = locate(view.list, app.lists.clusterRows(view));
      if (at.gone) return `${view.list.name} has gone: choose another row.`;
      return at.row ?? nothing(app, 'cluster', 'clusters');
    }
    case 'roles': {
      if (view.cluster !== null) return clusterOf(app, view.cluster, '');
      const row = selectedInstance(app);
      if (typeof row === 'string') return row;
      return row.cluster === '' ? `${row.name} belongs to no cluster.` : clusterOf(app, row.clusterUid, row.cluster);
    }
    case 'operations':
    case 'form':
      return clusterOf(app, view.cluster, view.clusterName);
    default:
      return 'Choose a cluster first: :clusters';
  }
}

export function selectedInstance(app: App): InstanceRow | string {
  const view = app.top();
  if (view.view !== 'roles') return 'Choose a pod first: :roles';
  const at = locate(view.list, app.lists.roleRows(view));
  if (at.gone) return `${view.list.name} has gone: choose another row.`;
  return at.row ?? nothing(app, 'pod', 'instances');
}

/** For keys that act on what `select` finds: their condition, and what runs `act` on it or says why there is nothing. */
export const keysOn = <R extends object>(select: (app: App) => R | string) => ({
  chosen: (app: App): true | string => {
    const row = select(app);
    return typeof row === 'string' ? row : true;
  },
  on: (act: (app: App, row: R) => void) => (app: App) => {
    const row = select(app);
    if (typeof row === 'string') app.say('warn', row);
    else act(app, row);
  },
});
