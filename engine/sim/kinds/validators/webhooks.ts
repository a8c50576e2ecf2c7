/** Configurations of admission webhooks. */
import { webhookConditions } from '../../admission/policy.ts';
import { show } from '../../cel/type.ts';
import type { Dict, SimObject } from '../../types.ts';
import { dict, list, oneOf, text, validateSelector, words } from '../../validation/checks.ts';
import { type ClientConfig, clientErrors } from '../../validation/client.ts';
import { duplicate, type FieldError, invalid, required, tooMany, unsupported } from '../../validation/fielderror.ts';
import { qualifiedName, subdomain } from '../../validation/names.ts';
import { REVIEWS, reviewErrors } from '../../validation/reviews.ts';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const NO_REVIEW = `must specify one of ${REVIEWS.join(', ')}`;
const SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];

function fullName(name: string, field: string): FieldError[] {
  if (!name) return [required(field)];
  const wrong = subdomain(name);
  if (wrong.length > 0) return [invalid(field, name, wrong.join(','))];
  return name.split('.').length < 3
    ? [invalid(field, name, 'should be a domain with at least three segments separated by dots')]
    : [];
}

/** A list of words of which `*` stands alone. */
function wildcards(values: readonly string[], field: string, what: string): FieldError[] {
  if (values.length === 0) return [required(field)];
  return values.length > 1 && values.includes('*')
    ? [invalid(field, values, `if '*' is present, must not specify other ${what}`)]
    : [];
}

function resourceErrors(resources: readonly string[], field: string): FieldError[] {
  if (resources.length === 0) return [required(field)];
  const errors: FieldError[] = [];
  const everyPart = new Set<string>();
  const everywhere = new Set<string>();
  let plain = false;
  for (const [at, resource] of resources.entries()) {
    const where = `${field}[${at}]`;
    if (!resource) {
      errors.push(required(where));
      continue;
    }
    const slash = resource.indexOf('/');
    if (slash < 0) {
      plain = resource !== '*';
      continue;
    }
    const [name, part] = [resource.slice(0, slash), resource.slice(slash + 1)];
    if (everyPart.has(name))
      errors.push(invalid(where, resource, `if '${name}/*' is present, must not specify ${resource}`));
    if (everywhere.has(part))
      errors.push(invalid(where, resource, `if '*/${part}' is present, must not specify ${resource}`));
    if (part === '*') everyPart.add(name);
    if (name === '*') everywhere.add(part);
  }
  if (resources.length > 1 && resources.includes('*/*'))
    errors.push(invalid(field, resources, "if '*/*' is present, must not specify other resources"));
  if (resources.includes('*') && plain)
    errors.push(invalid(field, resources, "if '*' is present, must not specify other resources without subresources"));
  return errors;
}

function ruleErrors(rule: Dict, field: string): FieldError[] {
  const [operations, versions] = [words(rule.operations), words(rule.apiVersions)];
  return [
    ...wildcards(operations, `${field}.operations`, 'operations'),
    ...operations.flatMap((one, at) =>
      OPERATIONS.includes(one) ? [] : [unsupported(`${field}.operations[${at}]`, one, OPERATIONS)],
    ),
    ...wildcards(words(rule.apiGroups), `${field}.apiGroups`, 'API groups'),
    ...wildcards(versions, `${field}.apiVersions`, 'API versions'),
    ...versions.flatMap((one, at) => (one ? [] : [required(`${field}.apiVersions[${at}]`)])),
    ...resourceErrors(words(rule.resources), `${field}.resources`),
    ...oneOf(rule, field, 'scope', SCOPES),
  ];
}

function conditionErrors(given: unknown, field: string): FieldError[] {
  const conditions = list(given);
  const made = webhookConditions(given);
  const errors = conditions.length > 64 ? [tooMany(field, conditions.length, 64)] : [];
  const names = new Set<string>();
  for (const [at, condition] of conditions.entries()) {
    const where = `${field}[${at}]`;
    const { source = '', expression } = made[at] ?? {};
    if (!source || !expression) errors.push(required(`${where}.expression`));
    else if (expression.problem)
      errors.push(invalid(`${where}.expression`, source, `compilation failed: ${expression.problem}`));
    else if (show(expression.type) !== 'bool')
      errors.push(invalid(`${where}.expression`, source, `must evaluate to bool but got ${show(expression.type)}`));
    const name = text(condition.name);
    if (!name) errors.push(required(`${where}.name`));
    else errors.push(...qualifiedName(name).map((problem) => invalid(`${where}.name`, name, problem)));
    if (name && names.has(name)) errors.push(duplicate(`${where}.name`, name));
    names.add(name);
  }
  return errors;
}

const selector = (hook: Dict, field: string, name: string): FieldError[] =>
  hook[name] ? validateSelector(dict(hook[name]), `${field}.${name}`) : [];

function hookErrors(hook: Dict, field: string): FieldError[] {
  const { sideEffects, timeoutSeconds: timeout } = hook;
  const late = typeof timeout === 'number' && (timeout < 1 || timeout > 30);
  return [
    ...fullName(text(hook.name), `${field}.name`),
    ...list(hook.rules).flatMap((rule, at) => ruleErrors(rule, `${field}.rules[${at}]`)),
    ...oneOf(hook, field, 'failurePolicy', ['Fail', 'Ignore']),
    ...oneOf(hook, field, 'matchPolicy', ['Equivalent', 'Exact']),
    ...(sideEffects === undefined || sideEffects === null
      ? [required(`${field}.sideEffects`, `must specify one of ${SIDE_EFFECTS.join(', ')}`)]
      : oneOf(hook, field, 'sideEffects', SIDE_EFFECTS)),
    ...(late
      ? [invalid(`${field}.timeoutSeconds`, timeout, 'the timeout value must be between 1 and 30 seconds')]
      : []),
    ...selector(hook, field, 'namespaceSelector'),
    ...selector(hook, field, 'objectSelector'),
    ...oneOf(hook, field, 'reinvocationPolicy', ['IfNeeded', 'Never']),
    ...clientErrors(dict(hook.clientConfig) as ClientConfig, `${field}.clientConfig`),
    ...conditionErrors(hook.matchConditions, `${field}.matchConditions`),
    ...reviewErrors(words(hook.admissionReviewVersions), `${field}.admissionReviewVersions`, NO_REVIEW),
  ];
}

export function webhookConfiguration({ webhooks }: SimObject): FieldError[] {
  const names = new Set<string>();
  return list(webhooks).flatMap((hook, at) => {
    const errors = hookErrors(hook, `webhooks[${at}]`);
    const name = text(hook.name);
    if (name && names.has(name)) errors.push(duplicate(`webhooks[${at}].name`, name));
    names.add(name);
    return errors;
  });
}
