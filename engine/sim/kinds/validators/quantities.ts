/** Quotas, limits, and the amounts that containers ask for: names of resources and their values. */
import { quantityValue } from '../../schema/quantity.ts';
import type { SimObject } from '../../types.ts';
import { dict, list, text } from '../../validation/checks.ts';
import { CONTAINER, QUOTA, resourceName, resourceValue, STANDARD } from '../../validation/quantities.ts';

const LIMIT_TYPES = new Set(['Pod', 'Container', 'PersistentVolumeClaim']);

import { denied, duplicate, type FieldError, invalid, required } from '../../validation/fielderror.ts';
import { qualifiedName } from '../../validation/names.ts';

export function resourceQuota(object: SimObject): FieldError[] {
  const spec = dict(object.spec);
  const names = Object.keys(dict(spec.hard));
  return [
    ...Object.entries(dict(spec.hard)).flatMap(([name, value]) => [
      ...resourceName(name, `spec.hard[${name}]`, QUOTA, 'quota'),
      ...resourceValue(name, value, `spec.hard[${name}]`),
    ]),
    ...quotaScopes(spec.scopes, names),
    ...(spec.scopeSelector === undefined ? [] : scopeSelector(dict(spec.scopeSelector), spec.scopes, names)),
  ];
}

const POD_AMOUNTS = /^(pods|((requests|limits)\.)?(cpu|memory))$/;
/** What a quota of a scope can count. */
const COUNTED: Record<string, RegExp> = {
  Terminating: POD_AMOUNTS,
  NotTerminating: POD_AMOUNTS,
  BestEffort: /^pods$/,
  NotBestEffort: POD_AMOUNTS,
  PriorityClass: POD_AMOUNTS,
  CrossNamespacePodAffinity: POD_AMOUNTS,
  VolumeAttributesClass: /^(persistentvolumeclaims|requests\.storage)$/,
};
const OPPOSED = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;
const VALUELESS = /^((Not)?(BestEffort|Terminating)|CrossNamespacePodAffinity)$/;

/** How many of what is counted no quota of the scope can count. */
const uncountable = (scope: string, names: readonly string[]): string[] =>
  names.filter((name) => !name.includes('/') && COUNTED[scope] && !COUNTED[scope].test(name));

const opposed = (scopes: readonly string[]) => OPPOSED.filter((pair) => pair.every((one) => scopes.includes(one)));

function quotaScopes(given: unknown, names: readonly string[]): FieldError[] {
  const scopes = Array.isArray(given) ? given.map(String) : [];
  const wrong = (why: string) => invalid('spec.scopes', given, why);
  return [
    ...scopes.flatMap((scope) => [
      ...(COUNTED[scope] ? [] : [wrong('unsupported scope')]),
      ...uncountable(scope, names).map(() => wrong('unsupported scope applied to resource')),
    ]),
    ...opposed(scopes).map(() => wrong('conflicting scopes')),
  ];
}

function scopeSelector(selector: Record<string, unknown>, scopes: unknown, names: readonly string[]): FieldError[] {
  const at = 'spec.scopeSelector.matchExpressions';
  const rules = list(selector.matchExpressions);
  return [
    ...rules.flatMap((rule): FieldError[] => {
      const scope = text(rule.scopeName);
      const operator = text(rule.operator);
      const values = Array.isArray(rule.values) ? rule.values : [];
      const errors = COUNTED[scope] ? [] : [invalid(`${at}.scopeName`, scope, 'unsupported scope')];
      for (const _ of uncountable(scope, names))
        errors.push(invalid(at, selector, 'unsupported scope applied to resource'));
      if (VALUELESS.test(scope) && operator !== 'Exists')
        errors.push(
          invalid(
            `${at}.operator`,
            operator,
            "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
          ),
        );
      if (operator === 'In' || operator === 'NotIn') {
        if (values.length === 0)
          errors.push(
            required(
              `${at}.values`,
              "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
            ),
          );
      } else if (operator === 'Exists' || operator === 'DoesNotExist') {
        if (values.length > 0)
          errors.push(
            invalid(
              `${at}.values`,
              values,
              "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
            ),
          );
      } else errors.push(invalid(`${at}.operator`, operator, 'not a valid selector operator'));
      return errors;
    }),
    ...opposed(rules.map((rule) => text(rule.scopeName))).map(() => invalid(at, scopes, 'conflicting scopes')),
  ];
}

const LIMIT_PARTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'];
/** Which of two must not be above the other, and what is then said about which. */
const ORDER: [low: string, high: string, at: string, value: string, say: (low: string, high: string) => string][] = [
  ['min', 'max', 'min', 'min', (low, high) => `min value ${low} is greater than max value ${high}`],
  [
    'min',
    'defaultRequest',
    'defaultRequest',
    'defaultRequest',
    (low, high) => `min value ${low} is greater than default request value ${high}`,
  ],
  [
    'defaultRequest',
    'max',
    'defaultRequest',
    'defaultRequest',
    (low, high) => `default request value ${low} is greater than max value ${high}`,
  ],
  [
    'defaultRequest',
    'default',
    'defaultRequest',
    'defaultRequest',
    (low, high) => `default request value ${low} is greater than default limit value ${high}`,
  ],
  ['min', 'default', 'default', 'min', (low, high) => `min value ${low} is greater than default value ${high}`],
  ['default', 'max', 'default', 'max', (low, high) => `default value ${low} is greater than max value ${high}`],
];

export function limitRange(object: SimObject): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, limit] of list(dict(object.spec).limits).entries()) {
    const field = `spec.limits[${index}]`;
    const type = text(limit.type);
    const problems = qualifiedName(type);
    errors.push(...problems.map((problem) => invalid(`${field}.type`, type, problem)));
    if (problems.length === 0 && !type.includes('/') && !LIMIT_TYPES.has(type))
      errors.push(invalid(`${field}.type`, type, 'must be a standard limit type or fully qualified'));
    if (seen.has(type)) errors.push(duplicate(`${field}.type`, type));
    seen.add(type);
    const parts = Object.fromEntries(LIMIT_PARTS.map((part) => [part, dict(limit[part])]));
    const keys = new Set<string>();
    for (const part of LIMIT_PARTS) {
      if (type === 'Pod' && part.startsWith('default')) {
        if (Object.keys(parts[part]!).length > 0)
          errors.push(denied(`${field}.${part}`, "may not be specified when `type` is 'Pod'"));
        parts[part] = {};
        continue;
      }
      for (const name of Object.keys(parts[part]!)) {
        keys.add(name);
        errors.push(
          ...(type === 'Pod' || type === 'Container'
            ? resourceName(name, `${field}.${part}[${name}]`, CONTAINER, 'containers')
            : resourceName(name, `${field}.${part}[${name}]`, STANDARD, 'containers')),
        );
      }
    }
    if (type === 'PersistentVolumeClaim' && parts.min!.storage === undefined && parts.max!.storage === undefined)
      errors.push(
        required(`${field}.limits`, 'either minimum or maximum storage value is required, but neither was provided'),
      );
    for (const key of keys) {
      for (const [low, high, at, value, say] of ORDER) {
        const [one, other] = [parts[low]![key], parts[high]![key]];
        if (one === undefined || other === undefined) continue;
        if (quantityValue(String(one)) > quantityValue(String(other)))
          errors.push(invalid(`${field}.${at}[${key}]`, String(parts[value]![key]), say(String(one), String(other))));
      }
      const ratio = parts.maxLimitRequestRatio![key];
      if (ratio !== undefined && quantityValue(String(ratio)) < 1)
        errors.push(
          invalid(`${field}.maxLimitRequestRatio[${key}]`, String(ratio), `ratio ${String(ratio)} is less than 1`),
        );
      const [low, high] = [parts.min![key], parts.max![key]].map((one) => quantityValue(String(one ?? '')));
      if (ratio !== undefined && low! > 0 && high! > 0 && quantityValue(String(ratio)) > high! / low!)
        errors.push(
          invalid(
            `${field}.maxLimitRequestRatio[${key}]`,
            String(ratio),
            `ratio ${String(ratio)} is greater than max/min = ${(high! / low!).toFixed(6)}`,
          ),
        );
    }
  }
  return errors;
}
