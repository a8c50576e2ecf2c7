/** What the server does with a kind on writes beyond what its schema says: status, generation, names, update rules. */
import { qualified } from '../errors.ts';
import type { Kernel, WriteContext } from '../kernel.ts';
import { FieldSet } from '../managed/fieldset.ts';
import { hasSubresource, type ResourceInfo } from '../resources/info.ts';
import type { SimObject } from '../types.ts';
import type { FieldError } from '../validation/fielderror.ts';
import { dns1035, dnsLabel, type NameRule, pathSegment, subdomain } from '../validation/names.ts';
import { PREPARE } from './prepare.ts';
import { STATUS_RULES, VALIDATE, WARN } from './validate.ts';

export interface Preparing {
  kernel: Kernel;
  info: ResourceInfo;
  context: WriteContext;
  /** Undefined where the object is created. */
  old: SimObject | undefined;
}

export interface KindRules {
  /** Completes an object that is about to be written: what admission and strategies do on a real server. */
  prepare?: (object: SimObject, about: Preparing) => void;
  validate?: (object: SimObject, old: SimObject | undefined, subresource?: string) => FieldError[];
  /** Of a write to its status. */
  validateStatus?: (object: SimObject, old: SimObject) => FieldError[];
  /** What a client is told of an object that is taken. */
  warn?: (object: SimObject, old: SimObject | undefined) => string[];
}

export interface Behaviour {
  name: NameRule;
  generation: boolean;
  /** A change of what isn't metadata or status counts it up. */
  regenerates: boolean;
  /** A status given on creation stays. */
  keepsStatus: boolean;
  /** PUT without a resourceVersion replaces whatever is there. */
  unconditional: boolean;
  /** PUT on a missing object creates it. */
  createOnUpdate: boolean;
  rules: KindRules;
  /** Its metadata is looked at only when all else is right. */
  metaLast: boolean;
  /** The group that its errors name. */
  errorGroup: string;
}

const set = (...names: string[]): ReadonlySet<string> => new Set(names);

const GENERATION = set(
  'pods',
  'podtemplates',
  'replicationcontrollers',
  'deployments.apps',
  'replicasets.apps',
  'daemonsets.apps',
  'statefulsets.apps',
  'jobs.batch',
  'cronjobs.batch',
  'ingresses.networking.k8s.io',
  'ingressclasses.networking.k8s.io',
  'networkpolicies.networking.k8s.io',
  'poddisruptionbudgets.policy',
  'priorityclasses.scheduling.k8s.io',
  'endpointslices.discovery.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
);

const CONDITIONAL_ONLY = set(
  'runtimeclasses.node.k8s.io',
  'poddisruptionbudgets.policy',
  'csidrivers.storage.k8s.io',
  'csistoragecapacities.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'leases.coordination.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io',
);

const CREATE_ON_UPDATE = set(
  'runtimeclasses.node.k8s.io',
  'roles.rbac.authorization.k8s.io',
  'rolebindings.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
  'leases.coordination.k8s.io',
  'limitranges',
  'events',
  'events.events.k8s.io',
  'services',
  'endpoints',
);

const NAMES: Record<string, NameRule> = {
  namespaces: dnsLabel,
  services: dns1035,
  'roles.rbac.authorization.k8s.io': pathSegment,
  'rolebindings.rbac.authorization.k8s.io': pathSegment,
  'clusterroles.rbac.authorization.k8s.io': pathSegment,
  'clusterrolebindings.rbac.authorization.k8s.io': pathSegment,
};

const known = new Map<string, Behaviour>();

export function behaviourOf(info: ResourceInfo): Behaviour {
  const resource = qualified(info);
  const kept = info.custom ? undefined : known.get(resource);
  if (kept) return kept;
  const behaviour: Behaviour = {
    name: NAMES[resource] ?? subdomain,
    generation: info.custom !== undefined || GENERATION.has(resource),
    regenerates: resource !== 'priorityclasses.scheduling.k8s.io',
    keepsStatus: resource === 'nodes' || !hasSubresource(info, 'status'),
    unconditional: !info.custom && !CONDITIONAL_ONLY.has(resource),
    createOnUpdate: CREATE_ON_UPDATE.has(resource),
    metaLast: info.storageKey === 'events',
    errorGroup: info.storageKey === 'events' ? '' : info.group,
    rules: info.custom
      ? {}
      : {
          ...(WARN[resource] ? { warn: WARN[resource] } : {}),
          ...(PREPARE[resource] ? { prepare: PREPARE[resource] } : {}),
          ...(STATUS_RULES[resource] ? { validateStatus: STATUS_RULES[resource] } : {}),
          ...(VALIDATE[resource] ? { validate: VALIDATE[resource] } : {}),
        },
  };
  if (!info.custom) known.set(resource, behaviour);
  return behaviour;
}

const STATUS = new FieldSet().insert('f:status');
const NONE = new FieldSet();

/** Parts that a status write leaves as they were, beside spec. */
const STATUS_KEEPS: Record<string, string[]> = {
  pods: ['deletionTimestamp', 'ownerReferences'],
  'deployments.apps': ['labels'],
};

/** Fields a request can't change, and so doesn't come to own. */
export function resetFields(info: ResourceInfo, subresource: string): FieldSet {
  if (subresource === 'status') {
    const reset = new FieldSet().insert('f:spec');
    for (const name of STATUS_KEEPS[qualified(info)] ?? []) reset.insert('f:metadata', `f:${name}`);
    return reset;
  }
  return hasSubresource(info, 'status') && !behaviourOf(info).keepsStatus ? STATUS : NONE;
}

/** The object a status write results in: the old one with the new status, and with what of the metadata such a write may change. */
export function withStatus(info: ResourceInfo, object: SimObject, old: SimObject): SimObject {
  if (info.custom) {
    const { resourceVersion, managedFields } = object.metadata;
    const next = { ...old, metadata: { ...old.metadata }, status: object.status };
    if (object.status === undefined) delete (next as Partial<SimObject>).status;
    if (resourceVersion) next.metadata.resourceVersion = resourceVersion;
    if (managedFields) next.metadata.managedFields = managedFields;
    return next;
  }
  const { status: _status, metadata: _metadata, ...rest } = old;
  const metadata = { ...object.metadata };
  for (const name of STATUS_KEEPS[qualified(info)] ?? []) {
    const field = name as keyof SimObject['metadata'];
    if (old.metadata[field] === undefined) delete metadata[field];
    else Object.assign(metadata, { [field]: old.metadata[field] });
  }
  return { ...rest, metadata, ...(object.status === undefined ? {} : { status: object.status }) };
}
