/** Variables of a container: one by one, and all that an object has. */
import { type Dict, isDict } from '../types.ts';
import { dict, named, text } from './checks.ts';
import { type FieldError, invalid, required, unsupported } from './fielderror.ts';
import { configKey, subdomain } from './names.ts';

const SOURCES = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`';
const TWO_SOURCES = 'may not have more than one field specified at a time';
const FIELD_PATHS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const RESOURCES = ['limits', 'requests'].flatMap((part) =>
  ['cpu', 'ephemeral-storage', 'memory'].map((name) => `${part}.${name}`),
);

function fieldRef(of: Dict, field: string): FieldError[] {
  const path = text(of.fieldPath);
  if (!text(of.apiVersion)) return [required(`${field}.apiVersion`)];
  if (!path) return [required(`${field}.fieldPath`)];
  if (/^metadata\.(labels|annotations)\['.*'\]$/.test(path)) return [];
  if (FIELD_PATHS.includes(path)) return [];
  return /^(metadata|spec|status)\./.test(path)
    ? [unsupported(`${field}.fieldPath`, path, FIELD_PATHS)]
    : [invalid(`${field}.fieldPath`, path, `error converting fieldPath: field label not supported: ${path}`)];
}

function resourceRef(of: Dict, field: string): FieldError[] {
  const resource = text(of.resource);
  if (!resource) return [required(`${field}.resource`)];
  return RESOURCES.includes(resource) || /^(limits|requests)\.hugepages-/.test(resource)
    ? []
    : [unsupported(`${field}.resource`, resource, RESOURCES)];
}

const keyRef = (of: Dict, field: string): FieldError[] => [
  ...(text(of.name) ? [] : [required(`${field}.name`)]),
  ...(text(of.key) ? named(configKey, of.key, `${field}.key`) : [required(`${field}.key`)]),
];

const REFERENCES: Record<string, (of: Dict, field: string) => FieldError[]> = {
  fieldRef,
  resourceFieldRef: resourceRef,
  configMapKeyRef: keyRef,
  secretKeyRef: keyRef,
};

/** A relaxed name: any printed ASCII letter but the sign between it and its value. */
const variableName = (name: string): string[] =>
  /^[ -<>-~]+$/.test(name)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];

export function validateEnv(env: Dict[], field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, one] of env.entries()) {
    const at = `${field}[${index}]`;
    if (!text(one.name)) errors.push(required(`${at}.name`));
    else errors.push(...named(variableName, one.name, `${at}.name`));
    if (!isDict(one.valueFrom)) continue;
    const from = one.valueFrom;
    const where = `${at}.valueFrom`;
    for (const [name, check] of Object.entries(REFERENCES))
      if (from[name]) errors.push(...check(dict(from[name]), `${where}.${name}`));
    const sources = Object.keys(from).length;
    if (sources === 0) errors.push(invalid(where, '', SOURCES));
    else if (text(one.value)) errors.push(invalid(where, '', 'may not be specified when `value` is not empty'));
    else if (sources > 1) errors.push(invalid(where, '', TWO_SOURCES));
  }
  return errors;
}

export function validateEnvFrom(sources: Dict[], field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, one] of sources.entries()) {
    const at = `${field}[${index}]`;
    if (text(one.prefix)) errors.push(...named(variableName, one.prefix, `${at}.prefix`));
    const given = ['configMapRef', 'secretRef'].filter((name) => isDict(one[name]));
    for (const ref of given) {
      const name = text(dict(one[ref]).name);
      errors.push(...(name ? named(subdomain, name, `${at}.${ref}.name`) : [required(`${at}.${ref}.name`)]));
    }
    if (given.length === 0) errors.push(invalid(field, '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (given.length > 1) errors.push(invalid(field, '', TWO_SOURCES));
  }
  return errors;
}
