/** Cells of the core and networking kinds. */

import type { SimObject } from '../types.ts';
import {
  age,
  at,
  type Cell,
  type Cells,
  count,
  created,
  dict,
  labelText,
  list,
  NONE,
  selectorText,
  size,
  text,
  UNKNOWN,
  UNSET,
  withMore,
} from './cells.ts';
import { podCells } from './pods.ts';

const LB_WIDTH = 16;

function balancer(object: SimObject): string {
  const names = list(at(object, 'status', 'loadBalancer', 'ingress')).map((one) => text(one.ip) || text(one.hostname));
  const joined = [...new Set(names.filter(Boolean))].sort().join(',');
  return joined.length > LB_WIDTH ? `${joined.slice(0, LB_WIDTH - 3)}...` : joined;
}

function externalAddress(service: SimObject): string {
  const spec = dict(service.spec);
  const own = Array.isArray(spec.externalIPs) ? (spec.externalIPs as string[]) : [];
  if (spec.type === 'ExternalName') return text(spec.externalName);
  if (spec.type === 'LoadBalancer') return [balancer(service), ...own].filter(Boolean).join(',') || '<pending>';
  return own.join(',') || NONE;
}

const ports = (service: SimObject): string =>
  list(at(service, 'spec', 'ports'))
    .map((port) => `${port.port}${port.nodePort ? `:${port.nodePort}` : ''}/${port.protocol}`)
    .join(',') || NONE;

const MODES: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

const modes = (given: unknown): string =>
  Object.keys(MODES)
    .filter((mode) => Array.isArray(given) && given.includes(mode))
    .map((mode) => MODES[mode])
    .join(',');

const phase = (object: SimObject): string =>
  object.metadata.deletionTimestamp ? 'Terminating' : text(at(object, 'status', 'phase'));

const claim: Cells = (object) => {
  const spec = dict(object.spec);
  const bound = Boolean(spec.volumeName);
  return [
    object.metadata.name,
    phase(object),
    text(spec.volumeName),
    bound ? text(at(object, 'status', 'capacity', 'storage')) || '0' : '',
    bound ? modes(at(object, 'status', 'accessModes')) : '',
    text(spec.storageClassName),
    text(spec.volumeAttributesClassName) || UNSET,
    created(object),
    text(spec.volumeMode) || UNSET,
  ];
};

const volume: Cells = (object) => {
  const spec = dict(object.spec);
  const ref = dict(spec.claimRef);
  return [
    object.metadata.name,
    text(at(spec, 'capacity', 'storage')) || '0',
    modes(spec.accessModes),
    text(spec.persistentVolumeReclaimPolicy),
    phase(object),
    spec.claimRef ? `${text(ref.namespace)}/${text(ref.name)}` : '',
    text(spec.storageClassName),
    text(spec.volumeAttributesClassName) || UNSET,
    text(at(object, 'status', 'reason')),
    created(object),
    text(spec.volumeMode) || UNSET,
  ];
};

const ROLE = 'node-role.kubernetes.io/';

const node: Cells = (object) => {
  const status = dict(object.status);
  const info = dict(status.nodeInfo);
  const ready = list(status.conditions).find((one) => one.type === 'Ready');
  const words = [ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown'];
  if (at(object, 'spec', 'unschedulable') === true) words.push('SchedulingDisabled');
  const roles = Object.entries(object.metadata.labels ?? {}).flatMap(([key, value]) =>
    key.startsWith(ROLE) && key.length > ROLE.length
      ? [key.slice(ROLE.length)]
      : key === 'kubernetes.io/role' && value
        ? [value]
        : [],
  );
  const address = (type: string): string =>
    text(list(status.addresses).find((one) => one.type === type)?.address) || NONE;
  return [
    object.metadata.name,
    words.join(','),
    [...new Set(roles)].sort().join(',') || NONE,
    created(object),
    text(info.kubeletVersion),
    address('InternalIP'),
    address('ExternalIP'),
    text(info.osImage) || UNKNOWN,
    text(info.kernelVersion) || UNKNOWN,
    text(info.containerRuntimeVersion) || UNKNOWN,
  ];
};

/** Core events and those of events.k8s.io are stored alike. */
const event: Cells = (object) => {
  const about = dict(object.involvedObject);
  const source = dict(object.source);
  const series = dict(object.series);
  const first: Cell = object.firstTimestamp ? age(object.firstTimestamp) : age(object.eventTime);
  const last: Cell = object.series
    ? age(series.lastObservedTime)
    : object.lastTimestamp
      ? age(object.lastTimestamp)
      : first;
  const kind = text(about.kind).toLowerCase();
  const component = text(source.component) || text(object.reportingComponent);
  const host = text(source.host) || text(object.reportingInstance);
  return [
    last,
    text(object.type),
    text(object.reason),
    about.name ? `${kind}/${text(about.name)}` : kind,
    text(about.fieldPath),
    host ? `${component}, ${host}` : component,
    text(object.message).trim(),
    first,
    object.series ? count(series.count) : count(object.count) || 1,
    object.metadata.name,
  ];
};

function endpoints(object: SimObject): string {
  const subsets = list(object.subsets);
  const found = subsets.flatMap((subset) => {
    const addresses = list(subset.addresses).map((one) => text(one.ip));
    const all = list(subset.ports);
    return all.length === 0
      ? addresses
      : all.flatMap((port) => addresses.map((ip) => `${ip.includes(':') ? `[${ip}]` : ip}:${port.port}`));
  });
  return subsets.length === 0 ? NONE : withMore(found, 3);
}

const slice: Cells = (object) => {
  const numbers = list(object.ports).map((port) =>
    port.port === undefined ? text(port.name) || '*' : String(port.port),
  );
  const addresses = list(object.endpoints).flatMap((one) =>
    Array.isArray(one.addresses) ? (one.addresses as string[]) : [],
  );
  const shown = (items: string[]): string => (items.length === 0 ? UNSET : withMore(items, 3));
  return [object.metadata.name, text(object.addressType), shown(numbers), shown(addresses), created(object)];
};

function quota(object: SimObject): [string, string] {
  const hard = dict(at(object, 'status', 'hard'));
  const used = dict(at(object, 'status', 'used'));
  const texts: [string[], string[]] = [[], []];
  for (const name of Object.keys(hard).sort())
    texts[name.startsWith('limits.') ? 1 : 0].push(`${name}: ${text(used[name]) || '0'}/${text(hard[name])}`);
  return [texts[0].join(', '), texts[1].join(', ')];
}

const hosts = (object: SimObject): string => {
  const rules = list(at(object, 'spec', 'rules'));
  const named = rules.map((rule) => text(rule.host)).filter(Boolean);
  return named.length === 0 ? '*' : withMore(named, 3, named.length > 3 ? rules.length : named.length);
};

export const CORE_CELLS: Record<string, Cells> = {
  pods: podCells,
  nodes: node,
  events: event,
  'events.events.k8s.io': event,
  persistentvolumeclaims: claim,
  persistentvolumes: volume,
  configmaps: (object) => [object.metadata.name, size(object.data) + size(object.binaryData), created(object)],
  secrets: (object) => [object.metadata.name, text(object.type), size(object.data), created(object)],
  serviceaccounts: (object) => [object.metadata.name, size(object.secrets), created(object)],
  namespaces: (object) => [object.metadata.name, text(at(object, 'status', 'phase')), created(object)],
  endpoints: (object) => [object.metadata.name, endpoints(object), created(object)],
  resourcequotas: (object) => [object.metadata.name, ...quota(object), created(object)],
  services: (object) => [
    object.metadata.name,
    text(at(object, 'spec', 'type')),
    text(at(object, 'spec', 'clusterIP')) || NONE,
    externalAddress(object),
    ports(object),
    created(object),
    labelText(at(object, 'spec', 'selector')),
  ],
  'endpointslices.discovery.k8s.io': slice,
  'ingresses.networking.k8s.io': (object) => [
    object.metadata.name,
    text(at(object, 'spec', 'ingressClassName')) || NONE,
    hosts(object),
    balancer(object),
    list(at(object, 'spec', 'tls')).length > 0 ? '80, 443' : '80',
    created(object),
  ],
  'ingressclasses.networking.k8s.io': (object) => {
    const parameters = dict(at(object, 'spec', 'parameters'));
    const group = parameters.apiGroup ? `.${text(parameters.apiGroup)}` : '';
    return [
      object.metadata.name,
      text(at(object, 'spec', 'controller')),
      parameters.kind ? `${text(parameters.kind)}${group}/${text(parameters.name)}` : NONE,
      created(object),
    ];
  },
  'networkpolicies.networking.k8s.io': (object) => [
    object.metadata.name,
    selectorText(at(object, 'spec', 'podSelector')),
    created(object),
  ],
};
