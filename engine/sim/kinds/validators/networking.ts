/** Ingresses, their classes, network policies. */
import { BlockList } from 'node:net';
import type { Dict, SimObject } from '../../types.ts';
import {
  cidr,
  dict,
  domainPath,
  isAddress,
  isIPv4,
  list,
  named,
  oneOf,
  portNumber,
  portNumberOrName,
  text,
  validateSelector,
  words,
} from '../../validation/checks.ts';
import { denied, type FieldError, invalid, required } from '../../validation/fielderror.ts';
import { dns1035, dnsLabel, pathSegment, portName, subdomain, wildcardSubdomain } from '../../validation/names.ts';

const host = (value: string, field: string): FieldError[] =>
  named(value.includes('*') ? wildcardSubdomain : subdomain, value, field);

/** Kind and name of another object. */
function reference(of: Dict, field: string): FieldError[] {
  const errors = of.apiGroup === undefined ? [] : named(subdomain, of.apiGroup, `${field}.apiGroup`);
  for (const name of ['kind', 'name'])
    errors.push(
      ...(text(of[name]) ? named(pathSegment, of[name], `${field}.${name}`) : [required(`${field}.${name}`)]),
    );
  return errors;
}

function backend(of: Dict, field: string): FieldError[] {
  if (of.resource && of.service) return [invalid(field, '', 'cannot set both resource and service backends')];
  if (of.resource) return reference(dict(of.resource), `${field}.resource`);
  if (!of.service) return [invalid(field, '', 'resource or service backend is required')];
  const service = dict(of.service);
  const port = dict(service.port);
  const errors = text(service.name)
    ? named(dns1035, service.name, `${field}.service.name`)
    : [required(`${field}.service.name`)];
  if (text(port.name) && port.number) errors.push(invalid(field, '', 'cannot set both port name & port number'));
  else if (text(port.name)) errors.push(...named(portName, port.name, `${field}.service.port.name`));
  else if (port.number) errors.push(...portNumber(port.number, `${field}.service.port.number`));
  else errors.push(required(field, 'port name or number is required'));
  return errors;
}

const SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const SUFFIXES = ['/..', '/.'];

function httpPath(of: Dict, field: string): FieldError[] {
  if (of.pathType === undefined) return [required(`${field}.pathType`, 'pathType must be specified')];
  const path = text(of.path);
  const errors = oneOf(of, field, 'pathType', ['Exact', 'ImplementationSpecific', 'Prefix']);
  const exact = of.pathType === 'Exact' || of.pathType === 'Prefix';
  if (errors.length === 0) {
    if ((exact || path) && !path.startsWith('/'))
      errors.push(invalid(`${field}.path`, path, 'must be an absolute path'));
    if (exact && path) {
      for (const part of SEQUENCES)
        if (path.includes(part)) errors.push(invalid(`${field}.path`, path, `must not contain '${part}'`));
      for (const part of SUFFIXES)
        if (path.endsWith(part)) errors.push(invalid(`${field}.path`, path, `cannot end with '${part}'`));
    }
  }
  return [...errors, ...backend(dict(of.backend), `${field}.backend`)];
}

export function ingress(object: SimObject): FieldError[] {
  const spec = dict(object.spec);
  const rules = list(spec.rules);
  const errors: FieldError[] = [];
  if (rules.length === 0 && !spec.defaultBackend)
    errors.push(invalid('spec', null, 'either `defaultBackend` or `rules` must be specified'));
  if (spec.defaultBackend) errors.push(...backend(dict(spec.defaultBackend), 'spec.defaultBackend'));
  for (const [index, rule] of rules.entries()) {
    const field = `spec.rules[${index}]`;
    const name = text(rule.host);
    if (name && isAddress(name)) errors.push(invalid(`${field}.host`, name, 'must be a DNS name, not an IP address'));
    if (name) errors.push(...host(name, `${field}.host`));
    if (!rule.http) continue;
    const paths = list(dict(rule.http).paths);
    if (paths.length === 0) errors.push(required(`${field}.http.paths`));
    for (const [at, path] of paths.entries()) errors.push(...httpPath(path, `${field}.http.paths[${at}]`));
  }
  for (const [index, tls] of list(spec.tls).entries()) {
    for (const [at, name] of words(tls.hosts).entries()) errors.push(...host(name, `spec.tls[${index}].hosts[${at}]`));
    if (text(tls.secretName)) errors.push(...named(subdomain, tls.secretName, `spec.tls[${index}].secretName`));
  }
  if (spec.ingressClassName !== undefined)
    errors.push(...named(subdomain, spec.ingressClassName, 'spec.ingressClassName'));
  return errors;
}

export function ingressClass(object: SimObject, old: SimObject | undefined): FieldError[] {
  const spec = dict(object.spec);
  const errors: FieldError[] = [];
  if (old && dict(old.spec).controller !== spec.controller)
    errors.push(invalid('spec.controller', spec.controller ?? '', 'field is immutable'));
  errors.push(...domainPath(spec.controller, 'spec.controller', subdomain));
  if (!spec.parameters) return errors;
  const parameters = dict(spec.parameters);
  const field = 'spec.parameters';
  errors.push(...reference(parameters, field));
  if (parameters.scope === undefined) return [...errors, required(`${field}.scope`)];
  const scope = oneOf(parameters, field, 'scope', ['Cluster', 'Namespace']);
  if (scope.length > 0) return [...errors, ...scope];
  if (parameters.scope === 'Cluster' && parameters.namespace !== undefined)
    errors.push(denied(`${field}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  if (parameters.scope === 'Namespace') {
    if (parameters.namespace === undefined)
      errors.push(required(`${field}.namespace`, "`parameters.scope` is set to 'Namespace'"));
    else errors.push(...named(dnsLabel, parameters.namespace, `${field}.namespace`));
  }
  return errors;
}

function policyPort(of: Dict, field: string): FieldError[] {
  const errors = oneOf(of, field, 'protocol', ['TCP', 'UDP', 'SCTP']);
  const end = of.endPort;
  if (of.port === undefined) {
    if (end !== undefined)
      errors.push(invalid(`${field}.endPort`, end, 'may not be specified when `port` is not specified'));
  } else if (typeof of.port === 'number') {
    errors.push(...portNumber(of.port, `${field}.port`));
    if (typeof end === 'number') {
      if (end < of.port) errors.push(invalid(`${field}.endPort`, of.port, 'must be greater than or equal to `port`'));
      errors.push(...portNumber(end, `${field}.endPort`));
    }
  } else {
    if (end !== undefined)
      errors.push(invalid(`${field}.endPort`, end, 'may not be specified when `port` is non-numeric'));
    errors.push(...portNumberOrName(of.port, `${field}.port`));
  }
  return errors;
}

/** Whether one network is a part of another and less than it. */
function within(inner: string, outer: string): boolean {
  const [ip = '', bits = ''] = outer.split('/');
  const [part = '', more = ''] = inner.split('/');
  if (Number(more) <= Number(bits) || isIPv4(ip) !== isIPv4(part)) return false;
  const networks = new BlockList();
  const family = isIPv4(ip) ? 'ipv4' : 'ipv6';
  networks.addSubnet(ip, Number(bits), family);
  return networks.check(part, family);
}

function block(of: Dict, field: string): FieldError[] {
  const whole = text(of.cidr);
  if (!whole) return [required(`${field}.cidr`)];
  const errors = cidr(whole, `${field}.cidr`);
  if (errors.length > 0) return errors;
  return words(of.except).flatMap((one, index) => {
    const at = `${field}.except[${index}]`;
    const problems = cidr(one, at);
    if (problems.length > 0) return problems;
    return within(one, whole) ? [] : [invalid(at, one, 'must be a strict subset of `cidr`')];
  });
}

function peer(of: Dict, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const given = ['podSelector', 'namespaceSelector', 'ipBlock'].filter(
    (name) => of[name] !== undefined && of[name] !== null,
  );
  for (const name of given)
    errors.push(
      ...(name === 'ipBlock'
        ? block(dict(of[name]), `${field}.${name}`)
        : validateSelector(dict(of[name]), `${field}.${name}`)),
    );
  if (given.length === 0) errors.push(required(field, 'must specify a peer'));
  else if (given.length > 1 && of.ipBlock) errors.push(denied(field, 'may not specify both ipBlock and another peer'));
  return errors;
}

export function networkPolicy(object: SimObject): FieldError[] {
  const spec = dict(object.spec);
  const errors = validateSelector(dict(spec.podSelector), 'spec.podSelector');
  for (const [way, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const)
    for (const [index, rule] of list(spec[way]).entries()) {
      const field = `spec.${way}[${index}]`;
      for (const [at, port] of list(rule.ports).entries()) errors.push(...policyPort(port, `${field}.ports[${at}]`));
      for (const [at, one] of list(rule[peers]).entries()) errors.push(...peer(one, `${field}.${peers}[${at}]`));
    }
  const types = words(spec.policyTypes);
  if (types.length > 2)
    return [...errors, invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')];
  for (const [index, type] of types.entries())
    errors.push(...oneOf({ [`policyTypes[${index}]`]: type }, 'spec', `policyTypes[${index}]`, ['Ingress', 'Egress']));
  return errors;
}
