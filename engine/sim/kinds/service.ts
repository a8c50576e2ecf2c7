import { equal } from '../json.ts';
import type { Kernel } from '../kernel.ts';
import { type Dict, isDict, type SimObject } from '../types.ts';
import { isAddress, text, words } from '../validation/checks.ts';
import { invalid, invalidObject } from '../validation/fielderror.ts';
import type { Preparing } from './behaviour.ts';

const RANGE = { all: '10.96.0.0/16', prefix: '10.96.' };
const NODE_PORTS = { first: 30000, last: 32767 };

interface Taken {
  addresses: Set<string>;
  ports: Set<number>;
}

/** What the other Services use. */
function taken(kernel: Kernel, info: Preparing['info'], own: string): Taken {
  const addresses = new Set<string>();
  const ports = new Set<number>();
  const { keys, get } = kernel.store.collection(info.storageKey).live();
  for (const key of keys) {
    const entry = get(key);
    if (!entry || entry.uid === own) continue;
    const spec = kernel.store.object(info, entry).spec as Dict;
    if (typeof spec.clusterIP === 'string') addresses.add(spec.clusterIP);
    for (const port of (spec.ports ?? []) as Dict[]) if (typeof port.nodePort === 'number') ports.add(port.nodePort);
  }
  return { addresses, ports };
}

/** The first free address of 10.96.0.0/16, from a start that spreads names. */
function freeAddress(used: Set<string>, seed: string): string {
  let at = 0;
  for (const letter of seed) at = (at * 31 + letter.charCodeAt(0)) & 0xffff;
  for (let step = 0; step < 0xffff; step++) {
    const n = (at + step) & 0xffff;
    const address = `10.96.${n >> 8}.${n & 0xff}`;
    if ((n & 0xff) !== 0 && (n & 0xff) !== 255 && n > 10 && !used.has(address)) return address;
  }
  return '';
}

function freePort(used: Set<number>): number {
  for (let port = NODE_PORTS.first; port <= NODE_PORTS.last; port++)
    if (!used.has(port)) {
      used.add(port);
      return port;
    }
  return 0;
}

const refuse = (service: SimObject, ...error: Parameters<typeof invalid>): never => {
  throw invalidObject('', 'Service', service.metadata.name, [invalid(...error)]);
};

/** An address of elsewhere; a text that is none is for the checks. */
function refuseForeign(service: SimObject, spec: Dict, dryRun: boolean): void {
  const ip = text(spec.clusterIP);
  if (isAddress(ip) && !ip.startsWith(RANGE.prefix))
    refuse(
      service,
      'spec.clusterIPs',
      [ip],
      `failed to allocate IP ${ip}: ${dryRun ? `the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${RANGE.all}` : 'the provided network does not match the current range'}`,
    );
}

/** The cluster has addresses of one family. That an address in use is of another is for the checks to say. */
function refuseFamilies(service: SimObject, spec: Dict, isNew: boolean): void {
  for (const [index, family] of words(spec.ipFamilies).entries())
    if (isNew && family === 'IPv6')
      refuse(service, `spec.ipFamilies[${index}]`, family, 'not configured on this cluster');
  if (spec.ipFamilyPolicy === 'RequireDualStack')
    refuse(
      service,
      'spec.ipFamilyPolicy',
      spec.ipFamilyPolicy,
      'this cluster is not configured for dual-stack services',
    );
}

function refusePort(service: SimObject, port: Dict, index: number, before: Dict | undefined): void {
  const { nodePort } = port;
  if (typeof nodePort !== 'number' || nodePort === 0 || nodePort === before?.nodePort) return;
  if (nodePort < NODE_PORTS.first || nodePort > NODE_PORTS.last)
    refuse(
      service,
      `spec.ports[${index}].nodePort`,
      nodePort,
      `provided port is not in the valid range. The range of valid ports is ${NODE_PORTS.first}-${NODE_PORTS.last}`,
    );
}

const isOutside = ({ type }: Dict): boolean => type === 'NodePort' || type === 'LoadBalancer';

/** What the type of before needed goes with it, unless the request says something of its own about it. */
function dropOfType(spec: Dict, before: Dict): void {
  const drop = (...names: string[]): void => {
    for (const name of names) if (equal(spec[name], before[name])) delete spec[name];
  };
  if (before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer')
    drop('allocateLoadBalancerNodePorts', 'loadBalancerClass', 'healthCheckNodePort');
  if (!isOutside(before) || isOutside(spec)) return;
  if (words(spec.externalIPs).length === 0) drop('externalTrafficPolicy', 'healthCheckNodePort');
  const taken = ((before.ports ?? []) as Dict[]).map((port) => port.nodePort);
  for (const port of (spec.ports ?? []) as Dict[]) if (taken.includes(port.nodePort)) delete port.nodePort;
}

/** Gives a Service its addresses and node ports, and takes back what its type no longer has. */
export function prepareService(service: SimObject, { kernel, info, context, old }: Preparing): void {
  if (context.subresource) return;
  const spec = isDict(service.spec) ? service.spec : {};
  const before = (old?.spec ?? {}) as Dict;
  if (!old) service.status = { loadBalancer: {} };
  else dropOfType(spec, before);
  // What is no address of the cluster's is for the checks to refuse.
  if (spec.clusterIP && spec.clusterIPs === undefined) spec.clusterIPs = [spec.clusterIP];
  if (spec.type === 'ExternalName') {
    if (!old && text(spec.clusterIP)) return;
    for (const name of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy'])
      delete spec[name];
    return;
  }
  const used = taken(kernel, info, service.metadata.uid ?? '');
  if (before.clusterIP && !spec.clusterIP && before.type !== 'ExternalName') spec.clusterIP = before.clusterIP;
  if (!spec.clusterIP)
    spec.clusterIP = freeAddress(used.addresses, `${service.metadata.namespace}/${service.metadata.name}`);
  else if (spec.clusterIP !== 'None' && used.addresses.has(String(spec.clusterIP)))
    throw invalidObject('', 'Service', service.metadata.name, [
      invalid(
        'spec.clusterIPs',
        [spec.clusterIP],
        `failed to allocate IP ${spec.clusterIP}: provided IP is already allocated`,
      ),
    ]);
  if (!old) refuseForeign(service, spec, context.dryRun);
  spec.clusterIPs = [spec.clusterIP];
  // What has no address and no selector could be of either family.
  const either =
    spec.clusterIP === 'None' && (spec.selector === undefined || Object.keys(spec.selector as Dict).length === 0);
  if (!either) refuseFamilies(service, spec, !old);
  spec.ipFamilies ??= either ? ['IPv4', 'IPv6'] : ['IPv4'];
  spec.ipFamilyPolicy ??= either ? 'RequireDualStack' : 'SingleStack';
  const outside = isOutside(spec);
  const oldPorts = (before.ports ?? []) as Dict[];
  for (const [index, port] of ((spec.ports ?? []) as Dict[]).entries()) {
    if (!outside) continue;
    const same = oldPorts.find((one) => one.port === port.port && one.protocol === port.protocol);
    port.nodePort ??= same?.nodePort;
    if (!context.dryRun) refusePort(service, port, index, same);
    if (port.nodePort === undefined && (spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false))
      port.nodePort = freePort(used.ports);
    else if (typeof port.nodePort === 'number' && used.ports.has(port.nodePort))
      throw invalidObject('', 'Service', service.metadata.name, [
        invalid(`spec.ports[${index}].nodePort`, port.nodePort, 'provided port is already allocated'),
      ]);
  }
  service.spec = spec;
}
