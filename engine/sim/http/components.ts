/** ComponentStatuses: kept nowhere, asked of the components when somebody looks. Here they are well as long as anything answers. */
import { notFound } from '../errors.ts';
import type { Answer } from './answer.ts';
import { negotiate } from './negotiate.ts';
import { sendJson } from './reply.ts';

const NAMES = ['etcd-0', 'controller-manager', 'scheduler'];
const COLUMNS = ['Name', 'Status', 'Message', 'Error'];

const component = (name: string) => ({
  metadata: { name },
  conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
});

export const answerComponents: Answer = (_kernel, call, { name }) => {
  // Its own storage names the kind in another way.
  if (name && !NAMES.includes(name)) throw notFound({ group: '', plural: 'componentstatus' }, name);
  const names = name ? [name] : NAMES;
  if (negotiate(call.request.headers.accept, false).as === 'table')
    sendJson(call, 200, {
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: {},
      columnDefinitions: COLUMNS.map((column) => ({
        name: column,
        type: 'string',
        format: column === 'Name' ? 'name' : '',
        description: '',
        priority: 0,
      })),
      rows: names.map((one) => ({
        cells: [one, 'Healthy', 'ok', ''],
        object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: one } },
      })),
    });
  else if (name) sendJson(call, 200, { kind: 'ComponentStatus', apiVersion: 'v1', ...component(name) });
  else
    sendJson(call, 200, { kind: 'ComponentStatusList', apiVersion: 'v1', metadata: {}, items: names.map(component) });
};
