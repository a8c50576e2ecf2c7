import { equal } from '../json.ts';
import type { PodSpec } from '../node/status.ts';
import type { Labels, SimObject } from '../types.ts';
import type { Controller, Kit } from './controller.ts';
import { isDone, isReady, ownerReference, statusOf } from './template.ts';

interface ServiceSpec {
  selector?: Record<string, string>;
  clusterIP?: string;
  publishNotReadyAddresses?: boolean;
  ports?: { name?: string; port: number; protocol?: string; targetPort?: number | string; appProtocol?: string }[];
}

const NAME = 'kubernetes.io/service-name';

const selects = (service: SimObject, labels: Labels): boolean => {
  const wanted = Object.entries((service.spec as unknown as ServiceSpec)?.selector ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
};

/** Keeps one EndpointSlice for each Service with a selector, and an object of the older kind that says the same. */
export const endpoints: Controller = {
  name: 'endpoint-slice-controller',
  resource: 'services',
  kind: 'Service',
  owns: ['endpointslices.discovery.k8s.io'],
  also: {
    pods: (pod, view) =>
      view
        .list('services', pod.namespace)
        .filter((service) => selects(service, pod.labels))
        .map((service) => `${service.metadata.namespace}/${service.metadata.name}`),
  },
  sync(service, kit) {
    if (service.metadata.deletionTimestamp) return;
    const spec = service.spec as unknown as ServiceSpec;
    if (!spec.selector || Object.keys(spec.selector).length === 0) return;
    const pods = [...kit.view.sights('pods', service.metadata.namespace ?? '')]
      .filter((pod) => selects(service, pod.labels))
      .map((pod) => pod.object);
    const members = pods
      .filter((pod) => statusOf(pod).podIP && !isDone(pod))
      .map((pod) => endpointOf(service, spec, pod));
    // A port that no container has the name of is left out.
    const ports = (spec.ports ?? []).map((port) => portOf(port, pods)).filter((port) => port !== undefined);
    const shown = members.length > 0 && ports.length > 0 ? ports : null;
    write(service, spec, kit, members.length > 0 ? members : null, shown);
    const reached = ports.length > 0 || (spec.ports ?? []).length === 0;
    writeOlder(service, spec, kit, reached ? members : [], ports);
  },
  gone(namespace, name, { view }) {
    const older = view.get('endpoints', namespace, name);
    if (older?.metadata.labels?.[MANAGED] === MANAGER) view.delete('endpoints', older);
  },
};

interface Member {
  addresses: (string | undefined)[];
  conditions: { ready: boolean; serving: boolean; terminating: boolean };
  hostname?: string;
  nodeName: string | undefined;
  targetRef: object;
}

interface Port {
  name: string;
  port: number;
  protocol: string;
  appProtocol?: string;
}

const MANAGED = 'endpoints.kubernetes.io/managed-by';
const MANAGER = 'endpoint-controller';

function writeOlder(service: SimObject, spec: ServiceSpec, kit: Kit, members: readonly Member[], ports: Port[]): void {
  const addresses = (ready: boolean) =>
    members
      .filter(({ conditions }) => conditions.ready === ready && !conditions.terminating)
      .map(({ addresses: [ip], hostname, nodeName, targetRef }) => ({
        ip,
        ...(hostname ? { hostname } : {}),
        nodeName,
        targetRef,
      }))
      .sort((a, b) => ((a.ip ?? '') < (b.ip ?? '') ? -1 : 1));
  const [yes, no] = [addresses(true), addresses(false)];
  const subset = {
    ...(yes.length > 0 ? { addresses: yes } : {}),
    ...(no.length > 0 ? { notReadyAddresses: no } : {}),
    ports: ports.map(({ name, ...port }) => (name ? { name, ...port } : port)),
  };
  const subsets = yes.length + no.length > 0 ? [subset] : undefined;
  const { namespace = '', name } = service.metadata;
  const known = kit.view.get('endpoints', namespace, name);
  if (known && equal(known.subsets, subsets)) return;
  const metadata = {
    name,
    namespace,
    labels: {
      ...service.metadata.labels,
      [MANAGED]: MANAGER,
      ...(spec.clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {}),
    },
    annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': kit.now },
  };
  if (known)
    kit.view.update('endpoints', { ...known, metadata: { ...known.metadata, ...metadata }, subsets } as SimObject);
  else kit.view.create('endpoints', { metadata, ...(subsets ? { subsets } : {}) });
}

function endpointOf(service: SimObject, spec: ServiceSpec, pod: SimObject): Member {
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const serving = isReady(pod);
  const { hostname, subdomain, nodeName } = pod.spec as unknown as PodSpec;
  return {
    addresses: [statusOf(pod).podIP],
    conditions: { ready: spec.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating },
    ...(hostname && subdomain === service.metadata.name ? { hostname } : {}),
    nodeName,
    targetRef: { kind: 'Pod', name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid },
  };
}

function portOf(port: NonNullable<ServiceSpec['ports']>[number], pods: SimObject[]): Port | undefined {
  const named = (name: string) =>
    pods
      .flatMap(
        (pod) =>
          (pod.spec as unknown as { containers: { ports?: { name?: string; containerPort: number }[] }[] }).containers,
      )
      .flatMap((container) => container.ports ?? [])
      .find((one) => one.name === name)?.containerPort;
  const target = port.targetPort ?? port.port;
  const number = typeof target === 'string' ? named(target) : target;
  if (number === undefined) return undefined;
  return {
    name: port.name ?? '',
    port: number,
    protocol: port.protocol ?? 'TCP',
    ...(port.appProtocol ? { appProtocol: port.appProtocol } : {}),
  };
}

function write(
  service: SimObject,
  spec: ServiceSpec,
  kit: Kit,
  members: object[] | null,
  ports: object[] | null,
): void {
  const slice = kit.view.owned('endpointslices.discovery.k8s.io', service.metadata.uid ?? '')[0] as
    | (SimObject & { endpoints: unknown; ports: unknown })
    | undefined;
  if (slice && equal(slice.endpoints, members) && equal(slice.ports, ports)) return;
  const annotations = { 'endpoints.kubernetes.io/last-change-trigger-time': kit.now };
  if (slice) {
    const metadata = { ...slice.metadata, annotations: { ...slice.metadata.annotations, ...annotations } };
    kit.view.update('endpointslices.discovery.k8s.io', { ...slice, metadata, endpoints: members, ports } as SimObject);
    return;
  }
  kit.view.create('endpointslices.discovery.k8s.io', {
    metadata: {
      generateName: `${service.metadata.name}-`,
      namespace: service.metadata.namespace,
      annotations,
      labels: {
        ...service.metadata.labels,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        [NAME]: service.metadata.name,
        ...(spec.clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {}),
      },
      ownerReferences: [ownerReference(service)],
    },
    addressType: 'IPv4',
    endpoints: members,
    ports,
  });
}
