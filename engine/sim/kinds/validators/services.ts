/** Services, Endpoints, EndpointSlices. */
import type { Dict, Labels, SimObject } from '../../types.ts';
import {
  address,
  cidr,
  dict,
  isAddress,
  isIPv4,
  isIPv6,
  label,
  list,
  named,
  oneOf,
  PORT_RANGE,
  PROTOCOLS,
  portNumber,
  portNumberOrName,
  text,
  words,
} from '../../validation/checks.ts';
import {
  denied,
  duplicate,
  type FieldError,
  immutable,
  invalid,
  required,
  unsupported,
} from '../../validation/fielderror.ts';
import { validateLabels } from '../../validation/meta.ts';
import { dnsLabel, qualifiedName, subdomain } from '../../validation/names.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const LOAD_BALANCER_ONLY = ['allocateLoadBalancerNodePorts', 'loadBalancerClass'];

function servicePort(port: Dict, field: string, nameNeeded: boolean, names: Set<string>): FieldError[] {
  const errors: FieldError[] = [];
  const name = text(port.name);
  if (nameNeeded && !name) errors.push(required(`${field}.name`));
  else if (name) {
    errors.push(...label(name, `${field}.name`));
    if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
    names.add(name);
  }
  errors.push(...portNumber(port.port, `${field}.port`), ...oneOf(port, field, 'protocol', PROTOCOLS, true));
  errors.push(...portNumberOrName(port.targetPort, `${field}.targetPort`));
  if (port.appProtocol !== undefined) errors.push(...named(qualifiedName, port.appProtocol, `${field}.appProtocol`));
  return errors;
}

/** As the server's own structure prints itself. */
const printed = (port: Dict): Dict => ({
  Name: '',
  Protocol: port.protocol,
  AppProtocol: null,
  Port: port.port,
  TargetPort: 0,
  NodePort: 0,
});

function affinity(spec: Dict): FieldError[] {
  const errors = oneOf(spec, 'spec', 'sessionAffinity', ['ClientIP', 'None'], true);
  const config = spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP') {
    const seconds = dict(dict(config).clientIP).timeoutSeconds;
    if (typeof seconds === 'number' && (seconds <= 0 || seconds > 86_400))
      errors.push(
        invalid(
          'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
          seconds,
          'must be greater than 0 and less than 86400',
        ),
      );
  } else if (spec.sessionAffinity === 'None' && config !== undefined)
    errors.push(denied('spec.sessionAffinityConfig', 'must not be set when session affinity is None'));
  return errors;
}

export function service(object: SimObject, old: SimObject | undefined): FieldError[] {
  const spec = dict(object.spec);
  const type = text(spec.type);
  const ports = list(spec.ports);
  const errors: FieldError[] = [];
  if (ports.length === 0 && spec.clusterIP !== 'None' && type !== 'ExternalName') errors.push(required('spec.ports'));
  if (type === 'ExternalName') {
    const name = text(spec.externalName);
    if (text(spec.clusterIP)) errors.push(denied('spec.clusterIPs', 'may not be set for ExternalName services'));
    errors.push(
      ...(name ? named(subdomain, name.replace(/\.$/, ''), 'spec.externalName') : [required('spec.externalName')]),
    );
  }
  const names = new Set<string>();
  for (const [index, port] of ports.entries())
    errors.push(...servicePort(port, `spec.ports[${index}]`, ports.length > 1, names));
  errors.push(...validateLabels(spec.selector as Labels | undefined, 'spec.selector'), ...affinity(spec));
  errors.push(...families(spec));
  for (const [index, ip] of words(spec.externalIPs).entries()) {
    const field = `spec.externalIPs[${index}]`;
    errors.push(...(isAddress(ip) ? endpointAddress(ip, field) : address(ip, field)));
  }
  errors.push(...oneOf(spec, 'spec', 'type', TYPES, true));
  const inside = type === 'ClusterIP' || type === 'ExternalName';
  const seen = new Set<string>();
  const nodePorts = new Set<string>();
  for (const [index, port] of ports.entries()) {
    if (inside && port.nodePort)
      errors.push(denied(`spec.ports[${index}].nodePort`, `may not be used when \`type\` is '${type}'`));
    const node = `${String(port.protocol)}/${String(port.nodePort)}`;
    if (port.nodePort && nodePorts.has(node)) errors.push(duplicate(`spec.ports[${index}].nodePort`, port.nodePort));
    nodePorts.add(node);
    const key = `${String(port.protocol)}/${String(port.port)}`;
    if (seen.has(key)) errors.push(duplicate(`spec.ports[${index}]`, printed(port)));
    seen.add(key);
  }
  for (const name of LOAD_BALANCER_ONLY)
    if (type !== 'LoadBalancer' && spec[name] !== undefined)
      errors.push(denied(`spec.${name}`, "may only be used when `type` is 'LoadBalancer'"));
  if (text(spec.loadBalancerClass))
    errors.push(...named(qualifiedName, spec.loadBalancerClass, 'spec.loadBalancerClass'));
  errors.push(...sources(spec, type), ...traffic(spec, type));
  const before = dict(old?.spec);
  if (
    before.clusterIP &&
    spec.clusterIP &&
    before.clusterIP !== spec.clusterIP &&
    before.type !== 'ExternalName' &&
    type !== 'ExternalName'
  )
    errors.push(invalid('spec.clusterIPs[0]', spec.clusterIPs, 'may not change once set'));
  return errors;
}

const FAMILIES = ['IPv4', 'IPv6'];

function families(spec: Dict): FieldError[] {
  const errors = oneOf(spec, 'spec', 'ipFamilyPolicy', ['PreferDualStack', 'RequireDualStack', 'SingleStack']);
  const seen = new Set<string>();
  for (const [index, family] of words(spec.ipFamilies).entries()) {
    const field = `spec.ipFamilies[${index}]`;
    if (!FAMILIES.includes(family)) errors.push(unsupported(field, family, FAMILIES));
    if (seen.has(family)) errors.push(duplicate(field, family));
    seen.add(family);
  }
  for (const [index, ip] of words(spec.clusterIPs).entries()) {
    if (ip === 'None' || ip === '') continue;
    const field = `spec.clusterIPs[${index}]`;
    errors.push(...address(ip, field));
    const family = words(spec.ipFamilies)[index];
    if (isAddress(ip) && family && FAMILIES.includes(family) && (family === 'IPv4') !== isIPv4(ip))
      errors.push(invalid(field, ip, `expected an ${family} value as indicated by \`ipFamilies[${index}]\``));
  }
  return errors;
}

/** From where a balancer takes what it is sent. */
function sources(spec: Dict, type: string): FieldError[] {
  const ranges = words(spec.loadBalancerSourceRanges);
  const field = 'spec.LoadBalancerSourceRanges';
  if (ranges.length > 0 && type !== 'LoadBalancer')
    return [denied(field, "may only be used when `type` is 'LoadBalancer'")];
  return ranges.flatMap((range, index) => cidr(range.trim(), `${field}[${index}]`));
}

const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];

function traffic(spec: Dict, type: string): FieldError[] {
  const errors: FieldError[] = [];
  const outside = type === 'LoadBalancer' || type === 'NodePort' || words(spec.externalIPs).length > 0;
  if (spec.externalTrafficPolicy !== undefined) {
    if (outside) errors.push(...oneOf(spec, 'spec', 'externalTrafficPolicy', ['Cluster', 'Local']));
    else
      errors.push(
        invalid(
          'spec.externalTrafficPolicy',
          spec.externalTrafficPolicy,
          'may only be set for externally-accessible services',
        ),
      );
  }
  if (spec.healthCheckNodePort && !(type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local'))
    errors.push(
      invalid(
        'spec.healthCheckNodePort',
        spec.healthCheckNodePort,
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ),
    );
  return [
    ...errors,
    ...oneOf(spec, 'spec', 'internalTrafficPolicy', ['Cluster', 'Local']),
    ...oneOf(spec, 'spec', 'trafficDistribution', DISTRIBUTIONS),
  ];
}

/** Addresses that no endpoint may have. */
const SPECIAL: [RegExp, string][] = [
  [/^(0\.0\.0\.0|::)$/, 'may not be unspecified (0.0.0.0 or ::)'],
  [/^(127\.|::1$)/, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  [/^(169\.254\.|fe80:)/i, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  [/^224\.0\.0\.|^ff02:/i, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
];

const MUST_BE_ADDRESS = 'must be a valid IP address';

function endpointAddress(ip: string, field: string): FieldError[] {
  const special = SPECIAL.find(([pattern]) => pattern.test(ip));
  return special ? [invalid(field, ip, special[1])] : [];
}

export function endpoints(object: SimObject): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, subset] of list(object.subsets).entries()) {
    const field = `subsets[${index}]`;
    const [ready, unready, ports] = [list(subset.addresses), list(subset.notReadyAddresses), list(subset.ports)];
    if (ready.length === 0 && unready.length === 0)
      errors.push(required(field, 'must specify `addresses` or `notReadyAddresses`'));
    for (const [part, addresses] of [
      ['addresses', ready],
      ['notReadyAddresses', unready],
    ] as const)
      for (const [at, one] of addresses.entries()) {
        const where = `${field}.${part}[${at}]`;
        errors.push(...address(one.ip, `${where}.ip`));
        if (text(one.hostname)) errors.push(...label(one.hostname, `${where}.hostname`));
        if (one.nodeName !== undefined) errors.push(...named(subdomain, one.nodeName, `${where}.nodeName`));
        const ip = text(one.ip);
        errors.push(
          ...(isAddress(ip) ? endpointAddress(ip, `${where}.ip`) : [invalid(`${where}.ip`, ip, MUST_BE_ADDRESS)]),
        );
      }
    for (const [at, port] of ports.entries()) {
      const where = `${field}.ports[${at}]`;
      if (ports.length > 1 && !text(port.name)) errors.push(required(`${where}.name`));
      else if (text(port.name)) errors.push(...named(dnsLabel, port.name, `${where}.name`));
      errors.push(...portNumber(port.port, `${where}.port`), ...oneOf(port, where, 'protocol', PROTOCOLS, true));
      if (port.appProtocol !== undefined)
        errors.push(...named(qualifiedName, port.appProtocol, `${where}.appProtocol`));
    }
  }
  return errors;
}

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];

export function endpointSlice(object: SimObject, old: SimObject | undefined): FieldError[] {
  const type = text(object.addressType);
  const errors: FieldError[] = [];
  if (old && old.addressType !== object.addressType) errors.push(immutable('addressType', object.addressType ?? ''));
  if (!type) errors.push(required('addressType'));
  else if (!ADDRESS_TYPES.includes(type)) errors.push(unsupported('addressType', type, ADDRESS_TYPES));
  for (const [index, endpoint] of list(object.endpoints).entries()) {
    const field = `endpoints[${index}]`;
    const addresses = words(endpoint.addresses);
    if (addresses.length === 0) errors.push(required(`${field}.addresses`, 'must contain at least 1 address'));
    for (const [at, one] of addresses.entries()) {
      const where = `${field}.addresses[${at}]`;
      if (type === 'IPv4') {
        if (!isIPv4(one)) errors.push(...notOf(one, where, 'must be an IPv4 address'));
        errors.push(...endpointAddress(one, where));
      } else if (type === 'IPv6') {
        if (!isIPv6(one)) errors.push(...notOf(one, where, 'must be an IPv6 address'));
        errors.push(...endpointAddress(one, where));
      } else if (type === 'FQDN') errors.push(...named(subdomain, one, where));
    }
    if (endpoint.nodeName !== undefined) errors.push(...named(subdomain, endpoint.nodeName, `${field}.nodeName`));
    if (endpoint.hostname !== undefined) errors.push(...label(endpoint.hostname, `${field}.hostname`));
  }
  const names = new Set<string>();
  for (const [index, port] of list(object.ports).entries()) {
    const field = `ports[${index}]`;
    const name = text(port.name);
    if (name) errors.push(...label(name, `${field}.name`));
    if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
    names.add(name);
    errors.push(...oneOf(port, field, 'protocol', PROTOCOLS, true));
    if (port.port !== undefined && portNumber(port.port, '').length > 0)
      errors.push(invalid(`${field}.port`, port.port, PORT_RANGE));
    if (port.appProtocol !== undefined) errors.push(...named(qualifiedName, port.appProtocol, `${field}.appProtocol`));
  }
  return errors;
}

const notOf = (value: string, field: string, why: string): FieldError[] =>
  isIPv4(value) || isIPv6(value)
    ? [invalid(field, value, why)]
    : [invalid(field, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
