/** Where a pod may run: affinities, spreads, tolerations, gates. */
import { type Dict, isDict } from '../types.ts';
import { dict, list, named, oneOf, text, validateSelector, words } from './checks.ts';
import { denied, duplicate, type FieldError, invalid, required, unsupported } from './fielderror.ts';
import { dnsLabel, labelValue, qualifiedName, subdomain } from './names.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateTolerations(tolerations: readonly Dict[], field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, one] of tolerations.entries()) {
    const at = `${field}[${index}]`;
    const [key, operator, effect, value] = [text(one.key), text(one.operator), text(one.effect), text(one.value)];
    if (key) errors.push(...named(qualifiedName, key, `${at}.key`));
    if (!key && operator !== 'Exists')
      errors.push(
        invalid(
          `${at}.operator`,
          operator,
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    if (one.tolerationSeconds !== undefined && effect !== 'NoExecute')
      errors.push(invalid(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    if (operator === 'Equal' || operator === '') {
      const problems = labelValue(value);
      if (problems.length > 0) errors.push(invalid(`${at}.operator`, value, problems.join(';')));
    } else if (operator !== 'Exists') errors.push(unsupported(`${at}.operator`, operator, ['Equal', 'Exists']));
    else if (value) errors.push(invalid(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'"));
    if (effect && !EFFECTS.includes(effect)) errors.push(unsupported(`${at}.effect`, effect, EFFECTS));
  }
  return errors;
}

const OPERATOR = 'not a valid selector operator';

interface Count {
  wrong: (count: number) => boolean;
  error: (field: string) => FieldError;
}
const SOME: Count = {
  wrong: (count) => count === 0,
  error: (field) => required(field, "must be specified when `operator` is 'In' or 'NotIn'"),
};
const NONE: Count = {
  wrong: (count) => count > 0,
  error: (field) => denied(field, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
};
const ONE: Count = {
  wrong: (count) => count !== 1,
  error: (field) => required(field, "must be specified single value when `operator` is 'Lt' or 'Gt'"),
};
const ONE_NAME: Count = {
  wrong: (count) => count !== 1,
  error: (field) =>
    required(field, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"),
};

/** How many values each operator wants. */
const BY_LABEL: Record<string, Count> = {
  In: SOME,
  NotIn: SOME,
  Exists: NONE,
  DoesNotExist: NONE,
  Gt: ONE,
  Lt: ONE,
};
const BY_FIELD: Record<string, Count> = { In: ONE_NAME, NotIn: ONE_NAME };

function counted(of: Dict, field: string, counts: Record<string, Count>): FieldError[] {
  const count = counts[text(of.operator)];
  if (!count) return [invalid(`${field}.operator`, text(of.operator), OPERATOR)];
  return count.wrong(words(of.values).length) ? [count.error(`${field}.values`)] : [];
}

const byLabel = (of: Dict, field: string): FieldError[] => [
  ...counted(of, field, BY_LABEL),
  ...named(qualifiedName, text(of.key), `${field}.key`),
  ...words(of.values).flatMap((value, index) => named(labelValue, value, `${field}.values[${index}]`)),
];

const byField = (of: Dict, field: string): FieldError[] => [
  ...counted(of, field, BY_FIELD),
  ...(of.key === 'metadata.name'
    ? words(of.values).flatMap((value, index) => named(subdomain, value, `${field}.values[${index}]`))
    : [invalid(`${field}.key`, text(of.key), 'not a valid field selector key')]),
];

const nodeTerm = (term: Dict, field: string): FieldError[] => [
  ...list(term.matchExpressions).flatMap((one, index) => byLabel(one, `${field}.matchExpressions[${index}]`)),
  ...list(term.matchFields).flatMap((one, index) => byField(one, `${field}.matchFields[${index}]`)),
];

function podTerm(term: Dict, field: string): FieldError[] {
  const errors = isDict(term.labelSelector) ? validateSelector(term.labelSelector, `${field}.labelSelector`) : [];
  if (isDict(term.namespaceSelector))
    errors.push(...validateSelector(term.namespaceSelector, `${field}.namespaceSelector`));
  for (const name of Array.isArray(term.namespaces) ? term.namespaces : [])
    errors.push(...named(dnsLabel, name, `${field}.namespace`));
  if (!text(term.topologyKey)) errors.push(required(`${field}.topologyKey`, 'can not be empty'));
  return [...errors, ...named(qualifiedName, text(term.topologyKey), `${field}.topologyKey`)];
}

const REQUIRED_TERMS = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED_TERMS = 'preferredDuringSchedulingIgnoredDuringExecution';

function weight(of: Dict, field: string): FieldError[] {
  const value = Number(of.weight ?? 0);
  return value < 1 || value > 100 ? [invalid(`${field}.weight`, value, 'must be in the range 1-100')] : [];
}

function nodeAffinity(of: Dict, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (isDict(of[REQUIRED_TERMS])) {
    const at = `${field}.${REQUIRED_TERMS}.nodeSelectorTerms`;
    const terms = list(of[REQUIRED_TERMS].nodeSelectorTerms);
    if (terms.length === 0) errors.push(required(at, 'must have at least one node selector term'));
    for (const [index, term] of terms.entries()) errors.push(...nodeTerm(term, `${at}[${index}]`));
  }
  for (const [index, weighted] of list(of[PREFERRED_TERMS]).entries()) {
    const at = `${field}.${PREFERRED_TERMS}[${index}]`;
    errors.push(...weight(weighted, at), ...nodeTerm(dict(weighted.preference), `${at}.preference`));
  }
  return errors;
}

export function validateAffinity(affinity: Dict, field: string): FieldError[] {
  const errors = nodeAffinity(dict(affinity.nodeAffinity), `${field}.nodeAffinity`);
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const of = dict(affinity[kind]);
    for (const [index, term] of list(of[REQUIRED_TERMS]).entries())
      errors.push(...podTerm(term, `${field}.${kind}.${REQUIRED_TERMS}[${index}]`));
    for (const [index, weighted] of list(of[PREFERRED_TERMS]).entries()) {
      const at = `${field}.${kind}.${PREFERRED_TERMS}[${index}]`;
      errors.push(...weight(weighted, at), ...podTerm(dict(weighted.podAffinityTerm), `${at}.podAffinityTerm`));
    }
  }
  return errors;
}

const POSITIVE = 'must be greater than zero';
const ANSWERS = ['DoNotSchedule', 'ScheduleAnyway'];

function spread(one: Dict, field: string, later: readonly Dict[]): FieldError[] {
  const [key, answer] = [text(one.topologyKey), text(one.whenUnsatisfiable)];
  const errors: FieldError[] = [];
  if (Number(one.maxSkew ?? 0) <= 0) errors.push(invalid(`${field}.maxSkew`, one.maxSkew ?? 0, POSITIVE));
  if (!key) errors.push(required(`${field}.topologyKey`, 'can not be empty'));
  errors.push(...oneOf(one, field, 'whenUnsatisfiable', ANSWERS, true));
  if (later.some((other) => other.topologyKey === key && other.whenUnsatisfiable === answer))
    errors.push(duplicate(`${field}.{topologyKey, whenUnsatisfiable}`, `{${key}, ${answer}}`));
  if (typeof one.minDomains === 'number') {
    if (one.minDomains <= 0) errors.push(invalid(`${field}.minDomains`, one.minDomains, POSITIVE));
    if (answer !== 'DoNotSchedule')
      errors.push(
        invalid(
          `${field}.minDomains`,
          one.minDomains,
          `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${answer}`,
        ),
      );
  }
  for (const name of ['nodeAffinityPolicy', 'nodeTaintsPolicy'])
    errors.push(...oneOf(one, field, name, ['Honor', 'Ignore']));
  const keys = words(one.matchLabelKeys);
  if (keys.length > 0 && !isDict(one.labelSelector))
    errors.push(denied(`${field}.matchLabelKeys`, 'must not be specified when labelSelector is not set'));
  else
    for (const [at, name] of keys.entries())
      errors.push(...named(qualifiedName, name, `${field}.matchLabelKeys[${at}]`));
  if (isDict(one.labelSelector)) errors.push(...validateSelector(one.labelSelector, `${field}.labelSelector`));
  return errors;
}

export const validateSpread = (constraints: readonly Dict[], field: string): FieldError[] =>
  constraints.flatMap((one, index) => spread(one, `${field}[${index}]`, constraints.slice(index + 1)));

/** What a pod waits for before it is placed, and before it counts as ready. */
export function validateGates(spec: Dict, field: string): FieldError[] {
  const errors = list(spec.readinessGates).flatMap((gate, index) =>
    named(qualifiedName, text(gate.conditionType), `${field}.readinessGates[${index}].conditionType`),
  );
  const names = new Set<string>();
  for (const [index, gate] of list(spec.schedulingGates).entries()) {
    const at = `${field}.schedulingGates[${index}]`;
    errors.push(...named(qualifiedName, text(gate.name), at));
    if (names.has(text(gate.name))) errors.push(duplicate(at, gate.name));
    names.add(text(gate.name));
  }
  return errors;
}
