/** Field selectors of the built-in kinds beyond metadata.name and metadata.namespace: label → path. */
import { at, text } from '../json.ts';
import type { Labels, SimObject } from '../types.ts';

type Path = string[];

const p = (path: string): Path => path.split('.');

const REFERENCE = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

const SELECTABLE: Record<string, Record<string, Path>> = {
  pods: {
    'spec.nodeName': p('spec.nodeName'),
    'spec.restartPolicy': p('spec.restartPolicy'),
    'spec.schedulerName': p('spec.schedulerName'),
    'spec.serviceAccountName': p('spec.serviceAccountName'),
    'spec.hostNetwork': p('spec.hostNetwork'),
    'status.phase': p('status.phase'),
    'status.podIP': p('status.podIP'),
    'status.podIPs': p('status.podIP'),
    'status.nominatedNodeName': p('status.nominatedNodeName'),
  },
  events: {
    ...Object.fromEntries(REFERENCE.map((name) => [`involvedObject.${name}`, ['involvedObject', name]])),
    reason: p('reason'),
    reportingComponent: p('reportingComponent'),
    source: p('source.component'),
    type: p('type'),
  },
  namespaces: { 'status.phase': p('status.phase') },
  nodes: { 'spec.unschedulable': p('spec.unschedulable') },
  secrets: { type: p('type') },
  services: { 'spec.clusterIP': p('spec.clusterIP'), 'spec.type': p('spec.type') },
  replicationcontrollers: { 'status.replicas': p('status.replicas') },
  'jobs.batch': { 'status.successful': p('status.succeeded') },
  'certificatesigningrequests.certificates.k8s.io': { 'spec.signerName': p('spec.signerName') },
};

/** What an absent value reads as, where it isn't empty. */
const ABSENT: Record<string, string> = {
  'spec.hostNetwork': 'false',
  'spec.unschedulable': 'false',
  'status.replicas': '0',
  'status.successful': '0',
};

/** Where objects are shown under newer names than they are kept under: new → old. */
const RENAMED: Record<string, Record<string, string>> = {
  'events.events.k8s.io': {
    ...Object.fromEntries(REFERENCE.map((name) => [`regarding.${name}`, `involvedObject.${name}`])),
    reason: 'reason',
    reportingController: 'reportingComponent',
    type: 'type',
  },
};

export const selectableNames = (resource: string): string[] =>
  Object.keys(RENAMED[resource] ?? SELECTABLE[resource] ?? {});

/** The name that a selectable field of the resource is kept under. */
export const keptName = (resource: string, field: string): string => RENAMED[resource]?.[field] ?? field;

export function selectableOf(resource: string): ((object: SimObject) => Labels) | undefined {
  const table = SELECTABLE[resource];
  if (!table) return undefined;
  const rows = Object.entries(table);
  return (object) => {
    const values: Labels = {};
    for (const [name, path] of rows) {
      const value = at(object, ...path);
      values[name] = value === undefined ? (ABSENT[name] ?? '') : text(value);
    }
    return values;
  };
}
