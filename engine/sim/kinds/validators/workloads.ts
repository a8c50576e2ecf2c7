/** Deployments, ReplicaSets, StatefulSets, DaemonSets, controllers of the first days, templates, budgets. */
import { at, equal } from '../../json.ts';
import type { Dict, Labels, SimObject } from '../../types.ts';
import {
  amountOf,
  dict,
  intOrPercent,
  isEmpty,
  label,
  list,
  nonNegative,
  notOver100,
  oneOf,
  selectorIsValid,
  selectorMatches,
  text,
  validateSelector,
  validateTemplateMeta,
} from '../../validation/checks.ts';
import { denied, type FieldError, immutable, invalid, required, unsupported } from '../../validation/fielderror.ts';
import { validatePodSpec } from '../../validation/podspec.ts';
import { claimSpec } from './storage.ts';

type Validate = (object: SimObject, old: SimObject | undefined) => FieldError[];

/** A StatefulSet's claims become volumes of its pods. */
const claimNames = (spec: Dict): string[] =>
  list(spec.volumeClaimTemplates).map((claim) => String(dict(claim.metadata).name ?? ''));

const MISMATCH = '`selector` does not match template `labels`';

/** spec.selector and spec.template. A DaemonSet may lack a selector; nobody says why. */
function workload(object: SimObject, old: SimObject | undefined): FieldError[] {
  const spec = dict(object.spec);
  const selector = dict(spec.selector);
  const template = dict(spec.template);
  const labels = dict(dict(template.metadata).labels) as Labels;
  const errors = nonNegative(
    spec,
    'spec',
    'replicas',
    'minReadySeconds',
    'revisionHistoryLimit',
    'progressDeadlineSeconds',
  );
  const absent = spec.selector === null || spec.selector === undefined;
  if (absent && object.kind !== 'DaemonSet') errors.push(required('spec.selector'));
  if (!absent) {
    errors.push(...validateSelector(selector, 'spec.selector'));
    if (isEmpty(selector))
      errors.push(invalid('spec.selector', selector, `empty selector is invalid for ${object.kind.toLowerCase()}`));
  }
  const valid = absent || selectorIsValid(selector);
  if (!valid && object.kind !== 'DaemonSet')
    errors.push(invalid('spec.selector', spec.selector, object.kind === 'Deployment' ? 'invalid label selector' : ''));
  // No selector matches nothing, an empty one everything.
  if (valid && (absent || (!isEmpty(selector) && !selectorMatches(selector, labels))))
    errors.push(invalid('spec.template.metadata.labels', at(template, 'metadata', 'labels'), MISMATCH));
  // Where the selector is none, the template isn't looked at.
  if (valid || object.kind === 'DaemonSet') {
    errors.push(
      ...validateTemplateMeta(template, 'spec.template'),
      ...validatePodSpec(dict(template.spec), 'spec.template.spec', undefined, claimNames(spec)),
    );
    const policy = dict(template.spec).restartPolicy;
    if (policy !== 'Always') errors.push(unsupported('spec.template.spec.restartPolicy', policy ?? '', ['Always']));
  }
  if (at(template, 'spec', 'activeDeadlineSeconds') !== undefined)
    errors.push(
      denied('spec.template.spec.activeDeadlineSeconds', `activeDeadlineSeconds in ${object.kind} is not Supported`),
    );
  if (old && !equal(at(old, 'spec', 'selector'), spec.selector))
    errors.push(immutable('spec.selector', spec.selector ?? null));
  return errors;
}

export const replicaSet: Validate = (object, old) => workload(object, old);

export const deployment: Validate = (object, old) => {
  const errors = workload(object, old);
  const spec = dict(object.spec);
  const strategy = dict(spec.strategy);
  const field = 'spec.strategy.rollingUpdate';
  if (strategy.type === 'Recreate') {
    if (strategy.rollingUpdate !== undefined)
      errors.push(denied(field, "may not be specified when strategy `type` is 'Recreate'"));
  } else if (strategy.type === 'RollingUpdate') {
    const { maxUnavailable, maxSurge } = dict(strategy.rollingUpdate);
    errors.push(
      ...intOrPercent(maxUnavailable, `${field}.maxUnavailable`),
      ...intOrPercent(maxSurge, `${field}.maxSurge`),
    );
    if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0)
      errors.push(invalid(`${field}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
    errors.push(...notOver100(maxUnavailable, `${field}.maxUnavailable`));
  } else
    errors.push(
      unsupported('spec.strategy', { Type: strategy.type, RollingUpdate: null }, ['Recreate', 'RollingUpdate']),
    );
  if (
    typeof spec.progressDeadlineSeconds === 'number' &&
    spec.progressDeadlineSeconds <= Number(spec.minReadySeconds ?? 0)
  )
    errors.push(
      invalid('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds, 'must be greater than minReadySeconds'),
    );
  return errors;
};

export const deploymentStatus: Validate = (object) => {
  const status = dict(object.status);
  const errors = nonNegative(
    status,
    'status',
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
    'collisionCount',
  );
  const count = (name: string): number => Number(status[name] ?? 0);
  const above = (name: string, most: string, said: string): FieldError[] =>
    count(name) > count(most) ? [invalid(`status.${name}`, count(name), `cannot be greater than ${said}`)] : [];
  return [
    ...errors,
    ...['updatedReplicas', 'readyReplicas', 'availableReplicas'].flatMap((name) =>
      above(name, 'replicas', 'status.replicas'),
    ),
    ...above('availableReplicas', 'readyReplicas', 'readyReplicas'),
  ];
};

export const daemonSet: Validate = (object, old) => {
  const errors = workload(object, old);
  const strategy = dict(dict(object.spec).updateStrategy);
  const field = 'spec.updateStrategy.rollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    const { maxUnavailable, maxSurge } = dict(strategy.rollingUpdate);
    errors.push(
      ...intOrPercent(maxUnavailable, `${field}.maxUnavailable`),
      ...intOrPercent(maxSurge, `${field}.maxSurge`),
      ...notOver100(maxUnavailable, `${field}.maxUnavailable`),
      ...notOver100(maxSurge, `${field}.maxSurge`),
    );
    if (amountOf(maxUnavailable) !== 0 && amountOf(maxSurge) !== 0)
      errors.push(invalid(`${field}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
    if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0)
      errors.push(required(`${field}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  } else if (strategy.type !== 'OnDelete')
    errors.push(
      unsupported('spec.updateStrategy', { Type: strategy.type, RollingUpdate: null }, ['RollingUpdate', 'OnDelete']),
    );
  return errors;
};

const STS_MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

export const statefulSet: Validate = (object, old) => {
  const spec = dict(object.spec);
  const strategy = dict(spec.updateStrategy);
  const errors: FieldError[] = [];
  if (!['OrderedReady', 'Parallel'].includes(text(spec.podManagementPolicy)))
    errors.push(invalid('spec.podManagementPolicy', spec.podManagementPolicy, "must be 'OrderedReady' or 'Parallel'"));
  if (strategy.type === 'OnDelete') {
    if (strategy.rollingUpdate !== undefined)
      errors.push(
        invalid(
          'spec.updateStrategy.rollingUpdate',
          rolling(strategy),
          "only allowed for updateStrategy 'RollingUpdate'",
        ),
      );
  } else if (strategy.type === 'RollingUpdate')
    errors.push(...nonNegative(dict(strategy.rollingUpdate), 'spec.updateStrategy.rollingUpdate', 'partition'));
  else
    errors.push(
      invalid(
        'spec.updateStrategy',
        { Type: strategy.type, RollingUpdate: rolling(strategy) },
        "must be 'RollingUpdate' or 'OnDelete'",
      ),
    );
  const retention = dict(spec.persistentVolumeClaimRetentionPolicy);
  if (spec.persistentVolumeClaimRetentionPolicy)
    for (const name of ['whenDeleted', 'whenScaled'])
      errors.push(...oneOf(retention, 'spec.persistentVolumeClaimRetentionPolicy', name, ['Retain', 'Delete'], true));
  if (spec.ordinals) errors.push(...nonNegative(dict(spec.ordinals), 'spec.ordinals', 'start'));
  if (text(spec.serviceName) && !old) errors.push(...label(spec.serviceName, 'spec.serviceName'));
  errors.push(...workload(object, undefined));
  if (!old)
    return [
      ...errors,
      ...list(spec.volumeClaimTemplates).flatMap((one, index) =>
        claimSpec(dict(one.spec), `spec.volumeClaimTemplates[${index}].spec`),
      ),
    ];
  const fixed = (from: SimObject): Dict =>
    Object.fromEntries(Object.entries(dict(from.spec)).filter(([name]) => !STS_MUTABLE.includes(name)));
  if (!equal(fixed(object), fixed(old)))
    errors.push(
      denied(
        'spec',
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
      ),
    );
  return errors;
};

/** As the server's own structure prints itself. */
function rolling(strategy: Dict): unknown {
  if (strategy.rollingUpdate === undefined) return null;
  const { partition, maxUnavailable } = dict(strategy.rollingUpdate);
  return { Partition: partition ?? 0, MaxUnavailable: maxUnavailable ?? null };
}

export const replicationController: Validate = (object) => {
  const spec = dict(object.spec);
  const selector = dict(spec.selector) as Labels;
  const errors = nonNegative(spec, 'spec', 'minReadySeconds');
  if (Object.keys(selector).length === 0) errors.push(required('spec.selector'));
  errors.push(...nonNegative(spec, 'spec', 'replicas'));
  if (!spec.template) return [...errors, required('spec.template')];
  const template = dict(spec.template);
  const labels = dict(at(template, 'metadata', 'labels')) as Labels;
  if (Object.keys(selector).length > 0 && Object.entries(selector).some(([key, value]) => labels[key] !== value))
    errors.push(invalid('spec.template.metadata.labels', labels, MISMATCH));
  errors.push(
    ...validateTemplateMeta(template, 'spec.template'),
    ...validatePodSpec(dict(template.spec), 'spec.template.spec'),
  );
  if (at(template, 'spec', 'restartPolicy') !== 'Always')
    errors.push(
      unsupported('spec.template.spec.restartPolicy', at(template, 'spec', 'restartPolicy') ?? '', ['Always']),
    );
  return errors;
};

export const podTemplate: Validate = (object) => {
  const template = dict(object.template);
  return [...validateTemplateMeta(template, 'template'), ...validatePodSpec(dict(template.spec), 'template.spec')];
};

export const budget: Validate = (object) => {
  const spec = dict(object.spec);
  const errors: FieldError[] = [];
  for (const name of ['minAvailable', 'maxUnavailable'])
    if (spec[name] !== undefined)
      errors.push(...intOrPercent(spec[name], `spec.${name}`), ...notOver100(spec[name], `spec.${name}`));
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined)
    errors.unshift(
      invalid(
        'spec',
        {
          MinAvailable: spec.minAvailable,
          Selector: spec.selector ?? null,
          MaxUnavailable: spec.maxUnavailable,
          UnhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy ?? null,
        },
        'minAvailable and maxUnavailable cannot be both set',
      ),
    );
  if (spec.selector) errors.push(...validateSelector(dict(spec.selector), 'spec.selector'));
  errors.push(...oneOf(spec, 'spec', 'unhealthyPodEvictionPolicy', ['AlwaysAllow', 'IfHealthyBudget']));
  return errors;
};
