/** Every pod and what it is at the moment: flat, over all clusters or of one. */
import type { App } from '../app.ts';
import { SCROLLING } from '../keys/contexts.ts';
import type { Pen } from '../pen.ts';
import { counted, emptyText, freshnessPart } from '../rows/freshness.ts';
import { HEALTH } from '../rows/health.ts';
import { instanceColumns } from '../rows/instances.ts';
import { freshnessOf, isKnown } from '../store/data.ts';
import { locate } from '../store/list.ts';
import { open, type RolesView } from '../store/state.ts';
import { openLogs } from './choose.ts';
import { clusterKeys } from './clusters.ts';
import { labelled, warningLines, warningsTopic } from './detail.ts';
import { moveListDetail, paintListDetail } from './list-detail.ts';
import { scoped, toggleDetail, whereText } from './lists.ts';
import { keysOn, selectedInstance } from './selection.ts';
import { showYaml } from './text.ts';
import type { View } from './view.ts';

function detailLines(app: App, view: RolesView, columns: number, pen: Pen): string[] {
  const at = locate(view.list, app.lists.roleRows(view));
  if (at.gone) return [`  ${pen.safe(view.list.name)} is no longer there. Choose another row.`];
  const row = at.row;
  if (!row) return [];
  const cluster = app.data.clusters.byUid.get(row.clusterUid);
  const token = row.health === 'bad' ? 'bad' : row.health === 'warn' ? 'warn' : null;
  const lines = [
    ...labelled(
      'status',
      `${HEALTH[row.health].word}, ${row.status}, ${row.ready} ready, ${counted(row.restarts, 'restart')}`,
      columns,
      pen,
      token,
    ),
    ...labelled('role', `${row.role || 'none'} in ${row.component || 'no component'}`, columns, pen),
  ];
  if (cluster)
    lines.push(
      ...labelled(
        'cluster',
        `${cluster.name}: ${HEALTH[cluster.health].word}, ${cluster.phase}${cluster.now ? `, ${cluster.now}` : ''}`,
        columns,
        pen,
      ),
    );
  lines.push(...warningLines(app.data.warnings(`warnings:instance/${row.uid}`), columns, pen));
  lines.push(...labelled('node', `${row.node || 'none yet'}   address ${row.ip || 'none yet'}`, columns, pen));
  lines.push(...labelled('containers', row.containers.join(', ') || 'none', columns, pen));
  for (const v of cluster?.volumes ?? [])
    if (v.instance === row.name) lines.push(...labelled('volume', `${v.name} ${v.capacity} ${v.phase}`, columns, pen));
  return lines;
}

const paint: View<RolesView>['paint'] = (view, app, pen, panes) => {
  const rows = app.lists.roleRows(view);
  const fresh = freshnessOf(app.data.header.sources, 'instances');
  const cluster = view.cluster === null ? undefined : app.data.clusters.byUid.get(view.cluster);
  const total = view.cluster === null ? app.lists.instances.total : app.data.members(view.cluster).length;
  const columns = scoped(instanceColumns, app).filter((c) => view.cluster === null || c.id !== 'cluster');
  return paintListDetail(
    view,
    {
      title: view.cluster === null ? 'Pods' : `Pods of ${cluster?.name ?? 'a cluster that has gone'}`,
      right: [`by ${view.list.sort.id}`, freshnessPart(fresh, pen).text].join('  '),
      columns,
      longest: app.lists.instances.longest(),
      rows,
      total,
      known: isKnown(fresh),
      empty:
        total > 0
          ? [`None of ${total} pods matches /${view.list.filter}`]
          : emptyText(fresh, 'pods', whereText(app), app.data.header),
    },
    { lines: (columns, pen) => detailLines(app, view, columns, pen) },
    panes,
    pen,
  );
};

const { chosen, on: onInstance } = keysOn(selectedInstance);

export const rolesView: View<RolesView> = {
  arrangement: 'list',
  contexts: () => ['roles', 'list', ...SCROLLING],
  topics: (view, app) => warningsTopic(view, app, 'instance', locate(view.list, app.lists.roleRows(view)).row),
  rows: (view, app) => app.lists.roleRows(view),
  move: (view, app, step) => moveListDetail(view, app, step, (columns, pen) => detailLines(app, view, columns, pen)),
  paint,
  bindings: [
    {
      id: 'roles.logs',
      keys: ['l', 'enter'],
      context: 'roles',
      hint: 'logs',
      description: 'log of this pod',
      rank: 10,
      when: chosen,
      run: onInstance((app, row) => openLogs(app, row.namespace, [row])),
    },
    ...clusterKeys('roles'),
    {
      id: 'roles.owner',
      keys: ['J'],
      context: 'roles',
      hint: 'cluster',
      description: 'the cluster that this pod belongs to',
      rank: 40,
      when: (app) => {
        const row = selectedInstance(app);
        if (typeof row === 'string') return row;
        return row.cluster === '' ? `${row.name} belongs to no cluster.` : true;
      },
      run: onInstance((app, row) => {
        const view = open.clusters();
        app.open({ ...view, list: { ...view.list, uid: row.clusterUid, name: row.cluster } });
      }),
    },
    {
      id: 'roles.describe',
      keys: ['d'],
      context: 'roles',
      hint: 'describe',
      description: 'the detail on the whole screen',
      rank: 60,
      when: chosen,
      run: toggleDetail,
    },
    {
      id: 'roles.yaml',
      keys: ['y'],
      context: 'roles',
      hint: 'yaml',
      description: 'the pod as YAML',
      rank: 70,
      when: chosen,
      run: onInstance((app, row) => showYaml(app, 'instance', row.uid, `${row.namespace}/${row.name}`)),
    },
  ],
};
