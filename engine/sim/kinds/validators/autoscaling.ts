/** Autoscalers: what they scale, by which metrics, and how fast. */
import { quantityValue } from '../../schema/quantity.ts';
import { type Dict, isDict, type SimObject } from '../../types.ts';
import { dict, list, named, oneOf, text } from '../../validation/checks.ts';
import { denied, type FieldError, invalid, required } from '../../validation/fielderror.ts';
import { pathSegment } from '../../validation/names.ts';

/** Group and version; the core group has no controller that scales but the first one. */
function scaleVersion(version: string, kind: string): string {
  const parts = version.split('/');
  if (parts.length > 2) return `unexpected GroupVersion string: ${version}`;
  return parts.length < 2 && kind !== 'ReplicationController' ? 'apiVersion must specify API group' : '';
}

function reference(of: Dict, field: string): FieldError[] {
  return ['kind', 'name'].flatMap((name) =>
    text(of[name]) ? named(pathSegment, of[name], `${field}.${name}`) : [required(`${field}.${name}`)],
  );
}

function scaled(of: Dict, field: string): FieldError[] {
  const problem = scaleVersion(text(of.apiVersion), text(of.kind));
  return [...reference(of, field), ...(problem ? [invalid(`${field}.apiVersion`, text(of.apiVersion), problem)] : [])];
}

const VALUES = ['averageUtilization', 'averageValue', 'value'] as const;

interface Source {
  named?: 'name' | 'metric';
  container?: boolean;
  object?: boolean;
  /** Which values a target of it may have, what is said where it has none of them, and which name that bears. */
  values: readonly (typeof VALUES)[number][];
  none: string;
  noneAt: string;
  /** What is said where it has both. */
  both?: string;
}

const USE: Source = {
  named: 'name',
  values: ['averageUtilization', 'averageValue'],
  none: 'must set either a target raw value or a target utilization',
  noneAt: 'averageUtilization',
  both: 'may not set both a target raw value and a target utilization',
};

const SOURCES: Record<string, [field: string, source: Source]> = {
  ContainerResource: ['containerResource', { ...USE, container: true }],
  External: [
    'external',
    {
      named: 'metric',
      values: ['value', 'averageValue'],
      none: 'must set either a target value for metric or a per-pod target',
      noneAt: 'averageValue',
      both: 'may not set both a target value for metric and a per-pod target',
    },
  ],
  Object: [
    'object',
    {
      named: 'metric',
      object: true,
      values: ['value', 'averageValue'],
      none: 'must set either a target value or averageValue',
      noneAt: 'averageValue',
    },
  ],
  Pods: [
    'pods',
    {
      named: 'metric',
      values: ['averageValue'],
      none: 'must specify a positive target averageValue',
      noneAt: 'averageValue',
    },
  ],
  Resource: ['resource', USE],
};

function target(of: Dict, field: string, source: Source): FieldError[] {
  const errors: FieldError[] = [];
  const type = text(of.type);
  if (!type) errors.push(required(`${field}.type`, 'must specify a metric target type'));
  if (!['Utilization', 'Value', 'AverageValue'].includes(type))
    errors.push(invalid(`${field}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  for (const name of VALUES) {
    const value = of[name];
    if (value === undefined) continue;
    if (name === 'averageUtilization') {
      if (Number(value) < 1) errors.push(invalid(`${field}.${name}`, value, 'must be greater than 0'));
    } else if (quantityValue(String(value)) <= 0)
      errors.push(invalid(`${field}.${name}`, String(value), 'must be positive'));
  }
  const given = source.values.filter((name) => of[name] !== undefined);
  if (given.length === 0) errors.push(required(`${field}.${source.noneAt}`, source.none));
  if (given.length > 1 && source.both) errors.push(denied(`${field}.${given[1]!}`, source.both));
  return errors;
}

function metricName(of: Dict, field: string): FieldError[] {
  if (!text(of.name)) return [required(`${field}.name`, 'must specify a metric name')];
  return named(pathSegment, of.name, `${field}.name`);
}

function metric(of: Dict, field: string): FieldError[] {
  const type = text(of.type);
  const errors = type ? [] : [required(`${field}.type`, 'must specify a metric source type')];
  errors.push(...oneOf(of, field, 'type', Object.keys(SOURCES), true));
  const known = SOURCES[type];
  if (!known) return errors;
  const [own, source] = known;
  const given = of[own];
  if (!isDict(given)) errors.push(required(`${field}.${own}`, 'must populate information for the given metric source'));
  else {
    const at = `${field}.${own}`;
    if (source.container && !text(given.container))
      errors.push(required(`${at}.container`, 'must specify a container'));
    if (source.object) errors.push(...reference(dict(given.describedObject), `${at}.describedObject`));
    if (source.named === 'metric') errors.push(...metricName(dict(given.metric), `${at}.metric`));
    else if (!text(given.name)) errors.push(required(`${at}.name`, 'must specify a resource name'));
    errors.push(...target(dict(given.target), `${at}.target`, source));
  }
  for (const [other] of Object.values(SOURCES))
    if (other !== own && of[other] !== undefined)
      errors.push(denied(`${field}.${other}`, 'must populate the given metric source only'));
  return errors;
}

const MOST = { window: 3600, period: 1800 };

function between(value: unknown, least: number, most: number, field: string): FieldError[] {
  const amount = Number(value ?? 0);
  if (amount < least)
    return [
      invalid(field, amount, least === 0 ? 'must be greater than or equal to zero' : 'must be greater than zero'),
    ];
  return amount > most ? [invalid(field, amount, `must be less than or equal to ${most}`)] : [];
}

function scalingRules(of: Dict, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (of.stabilizationWindowSeconds !== undefined)
    errors.push(...between(of.stabilizationWindowSeconds, 0, MOST.window, `${field}.stabilizationWindowSeconds`));
  errors.push(...oneOf(of, field, 'selectPolicy', ['Disabled', 'Max', 'Min']));
  const policies = list(of.policies);
  if (policies.length === 0) errors.push(required(`${field}.policies`, 'must specify at least one Policy'));
  for (const [index, policy] of policies.entries()) {
    const at = `${field}.policies[${index}]`;
    errors.push(
      ...oneOf(policy, at, 'type', ['Percent', 'Pods'], true),
      ...between(policy.value, 1, Number.POSITIVE_INFINITY, `${at}.value`),
      ...between(policy.periodSeconds, 1, MOST.period, `${at}.periodSeconds`),
    );
  }
  return errors;
}

export function autoscaler(object: SimObject): FieldError[] {
  const spec = dict(object.spec);
  const errors: FieldError[] = [];
  const least = spec.minReplicas;
  const most = Number(spec.maxReplicas ?? 0);
  if (typeof least === 'number' && least < 1)
    errors.push(invalid('spec.minReplicas', least, 'must be greater than or equal to 1'));
  if (most < 1) errors.push(invalid('spec.maxReplicas', most, 'must be greater than 0'));
  if (typeof least === 'number' && most < least)
    errors.push(invalid('spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`'));
  errors.push(...scaled(dict(spec.scaleTargetRef), 'spec.scaleTargetRef'));
  const metrics = list(spec.metrics);
  for (const [index, one] of metrics.entries()) errors.push(...metric(one, `spec.metrics[${index}]`));
  if (least === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External'))
    errors.push(
      denied('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas'),
    );
  for (const way of ['scaleUp', 'scaleDown']) {
    const of = dict(spec.behavior)[way];
    if (isDict(of)) errors.push(...scalingRules(of, `spec.behavior.${way}`));
  }
  return errors;
}
