/** Which failed pods of a Job count, and when the Job has succeeded. */
import type { Dict } from '../../types.ts';
import { dict, list, nonNegative, oneOf, text } from '../../validation/checks.ts';
import { duplicate, type FieldError, invalid, required, tooMany } from '../../validation/fielderror.ts';
import { qualifiedName } from '../../validation/names.ts';

const MOST = { rules: 20, patterns: 20, values: 255 };

const atMost = (most: number, given: readonly unknown[], field: string): FieldError[] =>
  given.length > most ? [tooMany(field, given.length, most)] : [];

function exitCodes(codes: Dict, field: string, names: readonly string[]): FieldError[] {
  const values = Array.isArray(codes.values) ? (codes.values as number[]) : [];
  const errors = oneOf(codes, field, 'operator', ['In', 'NotIn'], true);
  if (codes.containerName !== undefined && !names.includes(text(codes.containerName)))
    errors.push(
      invalid(
        `${field}.containerName`,
        codes.containerName,
        'must be one of the container or initContainer names in the pod template',
      ),
    );
  const at = `${field}.values`;
  if (values.length === 0) return [...errors, invalid(at, values, 'at least one value is required')];
  const tooLong = atMost(MOST.values, values, at);
  if (tooLong.length > 0) return [...errors, ...tooLong];
  const seen = new Set<number>();
  for (const [index, value] of values.entries()) {
    if (value === 0 && codes.operator === 'In')
      errors.push(invalid(`${at}[${index}]`, value, 'must not be 0 for the In operator'));
    if (seen.has(value)) errors.push(duplicate(`${at}[${index}]`, value));
    seen.add(value);
  }
  if (values.some((value, index) => index > 0 && value < values[index - 1]!))
    errors.push(invalid(at, values, 'must be ordered'));
  return errors;
}

function conditions(patterns: Dict[], field: string): FieldError[] {
  const tooLong = atMost(MOST.patterns, patterns, field);
  if (tooLong.length > 0) return tooLong;
  return patterns.flatMap((pattern, index) => [
    ...qualifiedName(text(pattern.type)).map((problem) =>
      invalid(`${field}[${index}].type`, text(pattern.type), problem),
    ),
    ...oneOf(pattern, `${field}[${index}]`, 'status', ['False', 'True', 'Unknown'], true),
  ]);
}

export function failurePolicy(spec: Dict, field: string): FieldError[] {
  const template = dict(dict(spec.template).spec);
  const names = [...list(template.containers), ...list(template.initContainers)].map((one) => text(one.name));
  const rules = list(dict(spec.podFailurePolicy).rules);
  const errors = atMost(MOST.rules, rules, `${field}.rules`);
  if (errors.length > 0) return errors;
  for (const [index, rule] of rules.entries()) {
    const where = `${field}.rules[${index}]`;
    if (rule.action === undefined || rule.action === '')
      errors.push(required(`${where}.action`, 'valid values: ["Count" "FailIndex" "FailJob" "Ignore"]'));
    else {
      if (rule.action === 'FailIndex' && spec.backoffLimitPerIndex === undefined)
        errors.push(invalid(`${where}.action`, rule.action, 'requires the backoffLimitPerIndex to be set'));
      errors.push(...oneOf(rule, where, 'action', ['Count', 'FailIndex', 'FailJob', 'Ignore']));
    }
    const codes = rule.onExitCodes === undefined ? undefined : dict(rule.onExitCodes);
    const patterns = list(rule.onPodConditions);
    if (codes && patterns.length > 0)
      errors.push(invalid(where, 'specifying both OnExitCodes and OnPodConditions is not supported', ''));
    if (!codes && patterns.length === 0)
      errors.push(invalid(where, 'specifying one of OnExitCodes and OnPodConditions is required', ''));
    if (codes) errors.push(...exitCodes(codes, `${where}.onExitCodes`, names));
    errors.push(...conditions(patterns, `${where}.onPodConditions`));
  }
  return errors;
}

/** The indexes that a text like `0,2-4` names, counted; or what is wrong with it. */
function countIndexes(given: string, completions: number): number | string {
  let [count, last] = [0, -1];
  if (given === '') return 0;
  for (const interval of given.split(',')) {
    const parts = interval.split('-');
    if (parts.length > 2)
      return `the fragment ${JSON.stringify(interval)} violates the requirement that an index interval can have at most two parts separated by '-'`;
    for (const [nth, part] of parts.entries()) {
      if (!/^[+]?\d+$/.test(part)) return `cannot convert string to integer for index: ${JSON.stringify(part)}`;
      const index = Number(part);
      if ((last >= 0 || nth > 0) && index <= last) return `non-increasing order, previous: ${last}, current: ${index}`;
      if (index >= completions) return `too large index: ${JSON.stringify(part)}`;
      count += nth === 0 ? 1 : index - last;
      last = index;
    }
  }
  return count;
}

function successRule(rule: Dict, field: string, completions: number): FieldError[] {
  if (rule.succeededCount === undefined && rule.succeededIndexes === undefined)
    return [required(field, 'at least one of succeededCount or succeededIndexes must be specified')];
  const errors: FieldError[] = [];
  let named = completions;
  if (rule.succeededIndexes !== undefined) {
    const counted = countIndexes(text(rule.succeededIndexes), completions);
    if (typeof counted === 'number') named = counted;
    else
      errors.push(
        invalid(`${field}.succeededIndexes`, rule.succeededIndexes, `error parsing succeededIndexes: ${counted}`),
      );
  }
  const count = rule.succeededCount;
  if (typeof count !== 'number') return errors;
  const at = `${field}.succeededCount`;
  errors.push(...nonNegative(rule, field, 'succeededCount'));
  if (count > completions)
    errors.push(
      invalid(at, count, `must be less than or equal to ${completions} (the number of specified completions)`),
    );
  if (rule.succeededIndexes !== undefined && errors.length === 0 && count > named)
    errors.push(
      invalid(
        at,
        count,
        `must be less than or equal to ${named} (the number of indexes in the specified succeededIndexes field)`,
      ),
    );
  return errors;
}

export function successPolicy(spec: Dict, field: string): FieldError[] {
  const rules = list(dict(spec.successPolicy).rules);
  if (spec.completionMode !== 'Indexed')
    return [
      invalid(
        field,
        {
          Rules: rules.map((rule) => ({
            SucceededIndexes: rule.succeededIndexes ?? null,
            SucceededCount: rule.succeededCount ?? null,
          })),
        },
        'requires indexed completion mode',
      ),
    ];
  if (rules.length === 0)
    return [required(`${field}.rules`, 'at least one rules must be specified when the successPolicy is specified')];
  const tooLong = atMost(MOST.rules, rules, `${field}.rules`);
  if (tooLong.length > 0) return tooLong;
  return rules.flatMap((rule, index) => successRule(rule, `${field}.rules[${index}]`, Number(spec.completions ?? 0)));
}
