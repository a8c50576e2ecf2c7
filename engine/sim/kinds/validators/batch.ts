/** Jobs and CronJobs. */
import { at, equal } from '../../json.ts';
import type { Dict, SimObject } from '../../types.ts';
import {
  dict,
  domainPath,
  list,
  nonNegative,
  oneOf,
  selectorMatches,
  text,
  validateSelector,
  validateTemplateMeta,
} from '../../validation/checks.ts';
import { type FieldError, immutable, invalid, required, unsupported } from '../../validation/fielderror.ts';
import { subdomain } from '../../validation/names.ts';
import { validatePodSpec } from '../../validation/podspec.ts';
import { cronProblem } from './cron.ts';
import { failurePolicy, successPolicy } from './jobpolicies.ts';

const MANY_COMPLETIONS = 100_000;

function failedIndexes(spec: Dict, field: string): FieldError[] {
  const { completions, maxFailedIndexes: most } = spec;
  if (spec.completionMode !== 'Indexed' || spec.backoffLimitPerIndex === undefined || typeof completions !== 'number')
    return [];
  const at = `${field}.maxFailedIndexes`;
  if (typeof most === 'number' && most > completions)
    return [invalid(at, most, 'must be less than or equal to completions')];
  return completions > MANY_COMPLETIONS && most === undefined
    ? [required(at, `must be specified when completions is above ${MANY_COMPLETIONS}`)]
    : [];
}

function jobSpec(spec: Dict, field: string): FieldError[] {
  const at = (name: string): string => `${field}.${name}`;
  const errors = nonNegative(
    spec,
    field,
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  );
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    errors.push(required(at('backoffLimitPerIndex'), 'when maxFailedIndexes is specified'));
  if (spec.managedBy !== undefined) errors.push(...domainPath(spec.managedBy, at('managedBy'), subdomain));
  errors.push(...oneOf(spec, field, 'completionMode', ['NonIndexed', 'Indexed']));
  if (spec.completionMode === 'Indexed') {
    if (spec.completions === undefined) errors.push(required(at('completions'), 'when completion mode is Indexed'));
    if (Number(spec.parallelism) > 100_000)
      errors.push(
        invalid(
          at('parallelism'),
          spec.parallelism,
          'must be less than or equal to 100000 when completion mode is Indexed',
        ),
      );
  } else if (spec.completionMode === undefined || spec.completionMode === 'NonIndexed')
    for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes'])
      if (spec[name] !== undefined) errors.push(invalid(at(name), spec[name], 'requires indexed completion mode'));
  errors.push(...failedIndexes(spec, field));
  if (spec.podFailurePolicy !== undefined) errors.push(...failurePolicy(spec, at('podFailurePolicy')));
  if (spec.successPolicy !== undefined) errors.push(...successPolicy(spec, at('successPolicy')));
  if (
    spec.podFailurePolicy !== undefined &&
    spec.podReplacementPolicy !== undefined &&
    spec.podReplacementPolicy !== 'Failed'
  )
    errors.push(unsupported(at('podReplacementPolicy'), spec.podReplacementPolicy, ['Failed']));
  else errors.push(...oneOf(spec, field, 'podReplacementPolicy', ['Failed', 'TerminatingOrFailed']));
  const template = dict(spec.template);
  const pod = dict(template.spec);
  const restart = at('template.spec.restartPolicy');
  errors.push(...validateTemplateMeta(template, at('template')), ...validatePodSpec(pod, at('template.spec')));
  const policy = text(pod.restartPolicy);
  if (policy === 'Always' || policy === '') errors.push(required(restart, 'valid values: "OnFailure", "Never"'));
  else if (policy !== 'OnFailure' && policy !== 'Never')
    errors.push(unsupported(restart, policy, ['OnFailure', 'Never']));
  else if (spec.podFailurePolicy !== undefined && policy !== 'Never')
    errors.push(invalid(restart, policy, 'only "Never" is supported when podFailurePolicy is specified'));
  return errors;
}

const FIXED = [
  'completions',
  'selector',
  'template',
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
];

const CONTROLLER = 'batch.kubernetes.io/controller-uid';

export function job(object: SimObject, old: SimObject | undefined): FieldError[] {
  const spec = dict(object.spec);
  const errors = jobSpec(spec, 'spec');
  const labels = at(spec, 'template', 'metadata', 'labels');
  if (spec.selector === undefined) errors.push(required('spec.selector'));
  else errors.push(...validateSelector(dict(spec.selector), 'spec.selector'));
  if (!old && spec.manualSelector !== true && at(spec, 'selector', 'matchLabels', CONTROLLER) === object.metadata.uid) {
    const { matchLabels, matchExpressions } = dict(spec.selector);
    if (Object.keys(dict(matchLabels)).length > 1 || list(matchExpressions).length > 0)
      errors.push(invalid('spec.selector', spec.selector, '`selector` not auto-generated'));
  }
  if (spec.selector === undefined || !selectorMatches(dict(spec.selector), dict(labels) as Record<string, string>))
    errors.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  if (!old) return errors;
  const suspended = at(old, 'spec', 'suspend') === true && spec.suspend === true;
  for (const name of FIXED) {
    if (name === 'template' && suspended) continue;
    if (equal(spec[name], at(old, 'spec', name))) continue;
    if (name !== 'completions' || spec.completionMode !== 'Indexed') errors.push(immutable(`spec.${name}`, spec[name]));
    else if (spec.completions !== spec.parallelism)
      errors.push(
        invalid('spec.completions', spec.completions, 'can only be modified in tandem with spec.parallelism'),
      );
  }
  return errors;
}

export function cronJob(object: SimObject, old: SimObject | undefined): FieldError[] {
  const spec = dict(object.spec);
  const schedule = text(spec.schedule);
  const errors: FieldError[] = [];
  if (!schedule) errors.push(required('spec.schedule'));
  else {
    const problem = cronProblem(schedule);
    if (problem) errors.push(invalid('spec.schedule', schedule, problem));
    if (schedule.includes('TZ') && !text(at(old, 'spec', 'schedule')).includes('TZ'))
      errors.push(
        invalid('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'),
      );
  }
  errors.push(...nonNegative(spec, 'spec', 'startingDeadlineSeconds'));
  if (spec.timeZone !== undefined) errors.push(...timeZone(text(spec.timeZone)));
  errors.push(...oneOf(spec, 'spec', 'concurrencyPolicy', ['Allow', 'Forbid', 'Replace']));
  const template = dict(spec.jobTemplate);
  errors.push(...jobSpec(dict(template.spec), 'spec.jobTemplate.spec'));
  if (at(template, 'spec', 'manualSelector') === true)
    errors.push(unsupported('spec.jobTemplate.spec.manualSelector', true, ['nil', 'false']));
  errors.push(...nonNegative(spec, 'spec', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'));
  if (object.metadata.name && object.metadata.name.length > 52)
    errors.push(invalid('metadata.name', object.metadata.name, 'must be no more than 52 characters'));
  return errors;
}

function timeZone(name: string): FieldError[] {
  if (!name) return [invalid('spec.timeZone', '', 'timeZone must be nil or non-empty string')];
  if (/^local$/i.test(name))
    return [
      invalid(
        'spec.timeZone',
        name,
        'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
      ),
    ];
  return isZone(name) ? [] : [invalid('spec.timeZone', name, `unknown time zone ${name}`)];
}

const ZONES = new Set(Intl.supportedValuesOf('timeZone'));

/** A zone's name is written as it is listed; older names stand beside it, as their own files. */
function isZone(name: string): boolean {
  if (ZONES.has(name)) return true;
  if (!/^[A-Z]/.test(name) || /(^|[/_])[a-z]{4,}/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
