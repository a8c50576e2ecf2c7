import { GROUPS, VERSION } from '../../engine/api/types.ts';
import type { Estate } from '../../engine/inventory/estate.ts';
import { readAll, readCluster } from '../../engine/inventory/find.ts';
import type { InstanceRow } from '../../engine/protocol.ts';
import { Refusal } from '../exit.ts';
import { age } from './age.ts';
import { time } from './clusters.ts';
import type { Answer, Item, Kind, Place, Question } from './kind.ts';

function item(row: InstanceRow, estate: Estate, now: number): Item {
  const instance = estate.instance(row.uid)?.instance;
  return {
    name: `pod/${row.name}`,
    cells: [
      row.name,
      row.ready,
      row.status,
      row.role,
      String(row.restarts),
      age(row.createdAt, now),
      row.cluster,
      row.component,
      row.ip,
      row.node,
      row.containers.join(','),
    ],
    object: {
      apiVersion: `${GROUPS.own}/${VERSION}`,
      kind: 'Instance',
      metadata: { name: row.name, namespace: row.namespace, uid: row.uid, creationTimestamp: time(row.createdAt) },
      spec: { cluster: row.cluster, component: row.component, node: row.node },
      status: {
        role: row.role,
        roleClass: instance?.roleClass ?? '',
        health: row.health,
        ready: instance?.ready ?? false,
        phase: instance?.phase ?? '',
        status: row.status,
        restarts: row.restarts,
        ip: row.ip,
        containers: instance?.containers ?? [],
      },
    },
  };
}

async function readerOf({ client, providers }: Place, { namespace, cluster, selector }: Question) {
  if (cluster === undefined) return (await readAll(client, { namespace, pods: selector }, { providers })).reader;
  if (namespace === null) throw new Refusal('--cluster names one cluster, so it needs one namespace; leave -A out');
  if (selector !== undefined) throw new Refusal('use --cluster or -l, not both');
  return (await readCluster(client, { name: cluster, namespace }, { providers })).reader;
}

async function read(place: Place, question: Question): Promise<Answer> {
  const reader = await readerOf(place, question);
  reader.estate.flush();
  const rows = reader.estate
    .rows()
    .instances.filter((row) => question.name === undefined || row.name === question.name)
    .toSorted((a, b) => (`${a.namespace} ${a.name}` < `${b.namespace} ${b.name}` ? -1 : 1));
  const blind = reader.denied.some(({ resource }) => resource === 'pods');
  if (question.name !== undefined && rows.length === 0 && !blind) {
    throw new Refusal(`no instance "${question.name}" in namespace ${question.namespace}`);
  }
  const now = Date.now();
  return { items: rows.map((row) => item(row, reader.estate, now)), denied: reader.denied, blind };
}

export const instances: Kind = {
  names: ['instances', 'instance', 'pods', 'pod', 'po'],
  columns: [
    { title: 'NAME' },
    { title: 'READY' },
    { title: 'STATUS' },
    { title: 'ROLE' },
    { title: 'RESTARTS' },
    { title: 'AGE' },
    { title: 'CLUSTER' },
    { title: 'COMPONENT' },
    { title: 'IP', wide: true },
    { title: 'NODE', wide: true },
    { title: 'CONTAINERS', wide: true },
  ],
  read,
};
