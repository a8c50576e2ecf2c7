/** What built-in kinds refuse, where people meet it; messages as the real server's. */
import { checkDefinition } from '../crd/check.ts';
import { newFormats } from '../crd/formats.ts';
import { at, equal } from '../json.ts';
import { type Dict, isDict, type SimObject } from '../types.ts';
import { dict, list, NOT_NEGATIVE, named, oneOf, text, validateSelector } from '../validation/checks.ts';
import { validateEphemeral } from '../validation/ephemeral.ts';
import {
  denied,
  type FieldError,
  immutable,
  invalid,
  required,
  tooLong,
  unsupported,
} from '../validation/fielderror.ts';
import { configKey, dnsLabel, pathSegment, subdomain } from '../validation/names.ts';
import { validateTolerations } from '../validation/placement.ts';
import { validatePodSpec } from '../validation/podspec.ts';
import { validateResize } from '../validation/resize.ts';
import { CLASS_PRIORITY } from './pod.ts';
import { deadSeccomp } from './profiles.ts';
import { qosClass } from './qos.ts';
import { admissionBinding, admissionPolicy } from './validators/admission.ts';
import { autoscaler } from './validators/autoscaling.ts';
import { cronJob, job } from './validators/batch.ts';
import { certificateRequest } from './validators/certificates.ts';
import { event, groupEvent } from './validators/events.ts';
import { ingress, ingressClass, networkPolicy } from './validators/networking.ts';
import { limitRange, resourceQuota } from './validators/quantities.ts';
import { secretShape } from './validators/secrets.ts';
import { endpointSlice, endpoints, service } from './validators/services.ts';
import { claim, storageClass, volume } from './validators/storage.ts';
import { webhookConfiguration } from './validators/webhooks.ts';
import {
  budget,
  daemonSet,
  deployment,
  deploymentStatus,
  podTemplate,
  replicaSet,
  replicationController,
  statefulSet,
} from './validators/workloads.ts';

type Validate = (object: SimObject, old: SimObject | undefined, subresource?: string) => FieldError[];

const DATA_LIMIT = 1024 * 1024;

/** What of a pod's spec may change while it lives. */
function podFixed(pod: SimObject): Dict {
  const spec = { ...dict(pod.spec) };
  for (const part of ['containers', 'initContainers'])
    if (Array.isArray(spec[part])) spec[part] = list(spec[part]).map(({ image: _image, ...rest }) => rest);
  delete spec.activeDeadlineSeconds;
  delete spec.tolerations;
  delete spec.schedulingGates;
  return spec;
}

const MOST_SECONDS = 2_147_483_647;

/** A pod may be given less time, never more. */
function deadlineChange(now: unknown, before: unknown): FieldError[] {
  const field = 'spec.activeDeadlineSeconds';
  if (typeof now !== 'number')
    return typeof before === 'number'
      ? [invalid(field, null, 'must not update from a positive integer to nil value')]
      : [];
  if (now < 0 || now > MOST_SECONDS) return [invalid(field, now, `must be between 0 and ${MOST_SECONDS}, inclusive`)];
  return typeof before === 'number' && now > before
    ? [invalid(field, now, 'must be less than or equal to previous value')]
    : [];
}

/** Tolerations only come, or last longer; gates only go. */
function placementChange(spec: Dict, before: Dict): FieldError[] {
  const bare = ({ tolerationSeconds: _seconds, ...rest }: Dict): Dict => rest;
  const tolerations = list(spec.tolerations).map(bare);
  const gone = list(before.tolerations).some((one) => !tolerations.some((other) => equal(other, bare(one))));
  const gates = list(before.schedulingGates).map(({ name }) => name);
  return [
    ...(gone
      ? [denied('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')]
      : []),
    ...list(spec.schedulingGates).flatMap(({ name }, index) =>
      gates.includes(name)
        ? []
        : [
            denied(
              `spec.schedulingGates[${index}].name`,
              `only deletion is allowed, but found new scheduling gate '${String(name)}'`,
            ),
          ],
    ),
  ];
}

const pod: Validate = (object, old, subresource) => {
  const errors = validatePodSpec(dict(object.spec), 'spec');
  if (!old) {
    if (at(object, 'spec', 'ephemeralContainers') !== undefined)
      errors.push(denied('spec.ephemeralContainers', 'cannot be set on create'));
    return errors;
  }
  // Prepared so that nothing else has changed.
  if (subresource === 'ephemeralcontainers') return [...errors, ...validateEphemeral(object, old)];
  if (subresource === 'resize') return [...errors, ...validateResize(object, old, qosClass)];
  for (const part of ['initContainers', 'containers'])
    if (list(at(object, 'spec', part)).length !== list(at(old, 'spec', part)).length)
      return [denied(`spec.${part}`, 'pod updates may not add or remove containers')];
  const bound = at(old, 'spec', 'nodeName');
  const nodeName = at(object, 'spec', 'nodeName');
  const [now, before] = [dict(object.spec), dict(old.spec)];
  const late = deadlineChange(now.activeDeadlineSeconds, before.activeDeadlineSeconds);
  if (late.length > 0) return [...errors, ...late];
  errors.push(...placementChange(now, before));
  const fixed = podFixed(object);
  // One that could never end may be let end at once.
  const grace = 'terminationGracePeriodSeconds';
  if (Number(before[grace]) < 0 && now[grace] === 1) fixed[grace] = before[grace];
  if (bound === undefined && nodeName !== undefined) delete fixed.nodeName;
  if (!equal(fixed, podFixed(old)))
    errors.push(
      denied(
        'spec',
        'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
      ),
    );
  return errors;
};

function keyed(data: Dict, field: string): FieldError[] {
  return Object.keys(data).flatMap((key) => configKey(key).map((problem) => invalid(`${field}[${key}]`, key, problem)));
}

/** ConfigMaps and Secrets: keys, size, and nothing changes once they are immutable. */
function keyValues(parts: readonly string[], sizeField: string): Validate {
  return (object, old) => {
    const errors: FieldError[] = [];
    let size = 0;
    for (const part of parts) {
      const data = dict(object[part]);
      errors.push(...keyed(data, part));
      for (const value of Object.values(data))
        size +=
          part === 'data' && object.kind === 'ConfigMap'
            ? Buffer.byteLength(String(value))
            : Buffer.byteLength(String(value), 'base64');
    }
    if (size > DATA_LIMIT) errors.push(tooLong(sizeField, DATA_LIMIT));
    if (object.kind === 'Secret') errors.push(...secretShape(object));
    if (old?.immutable === true) {
      if (object.immutable !== true) errors.push(denied('immutable', 'field is immutable when `immutable` is set'));
      for (const part of parts)
        if (!equal(object[part], old[part])) errors.push(denied(part, 'field is immutable when `immutable` is set'));
    }
    if (old && object.kind === 'Secret' && object.type !== old.type) errors.push(immutable('type', object.type));
    return errors;
  };
}

const RBAC = 'rbac.authorization.k8s.io';

function subject(of: Dict, field: string, namespaced: boolean): FieldError[] {
  const errors = text(of.name) ? [] : [required(`${field}.name`)];
  switch (of.kind) {
    case 'ServiceAccount':
      if (text(of.name)) errors.push(...named(subdomain, of.name, `${field}.name`));
      if (text(of.apiGroup)) errors.push(unsupported(`${field}.apiGroup`, of.apiGroup, ['']));
      if (!namespaced && !text(of.namespace)) errors.push(required(`${field}.namespace`));
      break;
    case 'User':
    case 'Group':
      errors.push(...oneOf(of, field, 'apiGroup', [RBAC], true));
      break;
    default:
      errors.push(unsupported(`${field}.kind`, of.kind ?? '', ['ServiceAccount', 'User', 'Group']));
  }
  return errors;
}

const binding: Validate = (object, old) => {
  const role = dict(object.roleRef);
  const namespaced = object.kind === 'RoleBinding';
  const errors = [
    ...oneOf(role, 'roleRef', 'apiGroup', [RBAC], true),
    ...oneOf(role, 'roleRef', 'kind', namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'], true),
    ...(text(role.name) ? named(pathSegment, role.name, 'roleRef.name') : [required('roleRef.name')]),
  ];
  for (const [index, one] of list(object.subjects).entries())
    errors.push(...subject(one, `subjects[${index}]`, namespaced));
  if (old && !equal(old.roleRef, object.roleRef))
    errors.push(
      invalid('roleRef', { APIGroup: role.apiGroup, Kind: role.kind, Name: role.name }, 'cannot change roleRef'),
    );
  return errors;
};

const HIGHEST_USER_PRIORITY = 1_000_000_000;

const priorityClass: Validate = (object, old) => {
  const errors: FieldError[] = [];
  const value = Number(object.value ?? 0);
  const { name = '' } = object.metadata;
  if (CLASS_PRIORITY[name] === value && object.globalDefault !== true) return errors;
  if (name.startsWith('system-'))
    errors.push(
      denied(
        'metadata.name',
        `priority class names with 'system-' prefix are reserved for system use only. error: ${name} is not a known system priority class`,
      ),
    );
  else if (value > HIGHEST_USER_PRIORITY)
    errors.push(denied('value', `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`));
  if (!old) errors.push(...oneOf(object, '', 'preemptionPolicy', ['PreemptLowerPriority', 'Never']));
  if (old && value !== Number(old.value ?? 0)) errors.push(denied('value', 'may not be changed in an update.'));
  if (old && object.preemptionPolicy !== old.preemptionPolicy)
    errors.push(immutable('preemptionPolicy', object.preemptionPolicy));
  return errors.map((error) => ({ ...error, field: error.field.replace(/^\./, '') }));
};

const runtimeClass: Validate = (object, old) => {
  const handler = text(object.handler);
  const errors = named(dnsLabel, handler, 'handler');
  const scheduling = dict(object.scheduling);
  errors.push(...validateTolerations(list(scheduling.tolerations), 'scheduling.tolerations.tolerations'));
  if (old && old.handler !== object.handler) errors.push(immutable('handler', handler));
  return errors;
};

const rules: Validate = (object) =>
  list(object.rules).flatMap((rule, index) => {
    const errors: FieldError[] = [];
    const where = `rules[${index}]`;
    if (!Array.isArray(rule.verbs) || rule.verbs.length === 0)
      errors.push(required(`${where}.verbs`, 'verbs must contain at least one value'));
    const urls = list(rule.nonResourceURLs);
    if (urls.length > 0) {
      if ([rule.apiGroups, rule.resources, rule.resourceNames].some((part) => list(part).length > 0))
        errors.push(
          invalid(
            `${where}.nonResourceURLs`,
            urls,
            'rules cannot apply to both regular resources and non-resource URLs',
          ),
        );
      return errors;
    }
    if (!Array.isArray(rule.apiGroups) || rule.apiGroups.length === 0)
      errors.push(required(`${where}.apiGroups`, 'resource rules must supply at least one api group'));
    if (!Array.isArray(rule.resources) || rule.resources.length === 0)
      errors.push(required(`${where}.resources`, 'resource rules must supply at least one resource'));
    return errors;
  });

const lease: Validate = (object) => {
  const spec = dict(object.spec);
  const errors: FieldError[] = [];
  if (typeof spec.leaseDurationSeconds === 'number' && spec.leaseDurationSeconds <= 0)
    errors.push(invalid('spec.leaseDurationSeconds', spec.leaseDurationSeconds, 'must be greater than 0'));
  if (typeof spec.leaseTransitions === 'number' && spec.leaseTransitions < 0)
    errors.push(invalid('spec.leaseTransitions', spec.leaseTransitions, NOT_NEGATIVE));
  return errors;
};

/** Rules that other roles give to this one. */
const aggregation: Validate = (object) => {
  if (!isDict(object.aggregationRule)) return [];
  const field = 'aggregationRule.clusterRoleSelectors';
  const selectors = list(object.aggregationRule.clusterRoleSelectors);
  if (selectors.length === 0)
    return [required(field, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  return selectors.flatMap((selector, index) => {
    const errors = validateSelector(selector, `${field}[${index}]`);
    return errors.length > 0 ? [...errors, invalid(`${field}[${index}]`, null, 'invalid label selector.')] : [];
  });
};

export const VALIDATE: Record<string, Validate> = {
  pods: pod,
  services: service,
  'validatingadmissionpolicies.admissionregistration.k8s.io': admissionPolicy,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': admissionBinding,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': webhookConfiguration,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': webhookConfiguration,
  endpoints,
  configmaps: keyValues(['data', 'binaryData'], '[]'),
  secrets: keyValues(['data'], 'data'),
  persistentvolumeclaims: claim,
  persistentvolumes: volume,
  replicationcontrollers: replicationController,
  podtemplates: podTemplate,
  resourcequotas: resourceQuota,
  limitranges: limitRange,
  events: event,
  'events.events.k8s.io': groupEvent,
  'deployments.apps': deployment,
  'replicasets.apps': replicaSet,
  'daemonsets.apps': daemonSet,
  'statefulsets.apps': statefulSet,
  'jobs.batch': job,
  'cronjobs.batch': cronJob,
  'poddisruptionbudgets.policy': budget,
  'horizontalpodautoscalers.autoscaling': autoscaler,
  'ingresses.networking.k8s.io': ingress,
  'ingressclasses.networking.k8s.io': ingressClass,
  'networkpolicies.networking.k8s.io': networkPolicy,
  'endpointslices.discovery.k8s.io': endpointSlice,
  'storageclasses.storage.k8s.io': storageClass,
  'priorityclasses.scheduling.k8s.io': priorityClass,
  'runtimeclasses.node.k8s.io': runtimeClass,
  'roles.rbac.authorization.k8s.io': rules,
  'clusterroles.rbac.authorization.k8s.io': (object, old) => [...rules(object, old), ...aggregation(object, old)],
  'rolebindings.rbac.authorization.k8s.io': binding,
  'clusterrolebindings.rbac.authorization.k8s.io': binding,
  'certificatesigningrequests.certificates.k8s.io': certificateRequest,
  'leases.coordination.k8s.io': lease,
  'controllerrevisions.apps': (object, old) => {
    if (object.data === undefined) return [required('data', 'data is mandatory')];
    return old && !equal(object.data, old.data) ? [immutable('data', object.data)] : [];
  },
  'customresourcedefinitions.apiextensions.k8s.io': checkDefinition,
};

/** What a status may not say. */
export const STATUS_RULES: Record<string, Validate> = {
  'deployments.apps': deploymentStatus,
};

type Warn = (object: SimObject, old: SimObject | undefined) => string[];

/** What a client is told of an object that is taken. */
export const WARN: Record<string, Warn> = {
  pods: deadSeccomp,
  'customresourcedefinitions.apiextensions.k8s.io': newFormats,
};
