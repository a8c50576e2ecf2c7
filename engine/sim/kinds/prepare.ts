/** How built-in kinds are completed on a write: statuses, allocated addresses, generated labels. */
import { at, equal } from '../json.ts';
import { timestamp } from '../kernel.ts';
import { checkEscalation } from '../rbac/escalation.ts';
import { TEMPLATE_GENERATION } from '../schema/defaults.ts';
import { type Dict, isDict, type Labels, type SimObject } from '../types.ts';
import type { Preparing } from './behaviour.ts';
import { preparePod } from './pod.ts';
import { prepareService } from './service.ts';
import { timed } from './validators/certificates.ts';

type Prepare = (object: SimObject, about: Preparing) => void;

const dict = (value: unknown): Dict => (isDict(value) ? value : {});

const prepareJob: Prepare = (job, { old }) => {
  const spec = dict(job.spec);
  if (old || spec.manualSelector === true || !isDict(spec.template)) return;
  const uid = job.metadata.uid ?? '';
  const name = job.metadata.name ?? '';
  const labels = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  const template = dict(spec.template);
  const metadata = dict(template.metadata);
  const own = job.metadata.labels;
  // The labels of the pods stand on the Job too where it has none of its own: see its defaults.
  const shared = !own || own === metadata.labels || Object.keys(own).length === 0;
  metadata.labels = { ...dict(metadata.labels), ...labels };
  template.metadata = metadata;
  if (shared) job.metadata.labels = { ...dict(metadata.labels) } as Labels;
  const selector = dict(spec.selector);
  spec.selector = {
    ...selector,
    matchLabels: { ...dict(selector.matchLabels), 'batch.kubernetes.io/controller-uid': uid },
  };
};

function addFinalizer(object: SimObject, name: string): void {
  const list = object.metadata.finalizers ?? [];
  if (!list.includes(name)) object.metadata.finalizers = [...list, name];
}

const prepareClaim: Prepare = (claim, { old, kernel }) => {
  if (old) return;
  addFinalizer(claim, 'kubernetes.io/pvc-protection');
  const spec = dict(claim.spec);
  if (spec.storageClassName !== undefined) return;
  const classes = kernel.registry.get('storageclasses.storage.k8s.io');
  const { keys, get } = kernel.store.collection(classes.storageKey).live();
  for (const key of keys) {
    const entry = get(key);
    const object = entry && kernel.store.object(classes, entry);
    if (object?.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true')
      spec.storageClassName = object.metadata.name;
  }
};

/** Every version that objects have been stored in is remembered. */
function addStoredVersion(definition: SimObject): void {
  const status = dict(definition.status);
  const stored = Array.isArray(status.storedVersions) ? (status.storedVersions as string[]) : [];
  const versions = at(definition, 'spec', 'versions');
  const storage = (Array.isArray(versions) ? versions : []).find(
    (version) => isDict(version) && version.storage === true,
  ) as Dict | undefined;
  const name = typeof storage?.name === 'string' ? storage.name : '';
  if (name && !stored.includes(name)) definition.status = { ...status, storedVersions: [...stored, name] };
}

/** Roles and bindings may not give more than their writer has. */
const guarded: Prepare = (object, { kernel, info, context, old }) => {
  const same = old !== undefined && equal(old.rules, object.rules) && equal(old.subjects, object.subjects);
  if (!same) checkEscalation(kernel, context.user, info, object);
};

/** A request for a certificate says who has made it, and is never another. */
const prepareRequest: Prepare = (request, { old, context, kernel }) => {
  if (old) {
    request.spec = old.spec;
    if (context.subresource === '') return;
    const status = dict(request.status);
    request.status = {
      ...status,
      ...(status.conditions ? { conditions: timed(status.conditions, timestamp(kernel)) } : {}),
    };
    return;
  }
  const { username: _name, uid: _uid, groups: _groups, extra: _extra, ...spec } = dict(request.spec);
  const { name, uid, groups, extra } = context.user;
  request.spec = { ...spec, username: name, ...(uid ? { uid } : {}), groups, ...(extra ? { extra } : {}) };
};

export const PREPARE: Record<string, Prepare> = {
  pods: preparePod,
  'roles.rbac.authorization.k8s.io': guarded,
  'clusterroles.rbac.authorization.k8s.io': guarded,
  'rolebindings.rbac.authorization.k8s.io': guarded,
  'clusterrolebindings.rbac.authorization.k8s.io': guarded,
  services: prepareService,
  'jobs.batch': prepareJob,
  'certificatesigningrequests.certificates.k8s.io': prepareRequest,
  'deployments.apps'(deployment, { old, context }) {
    // What its annotations say is part of what it asks for.
    const { generation, annotations } = old?.metadata ?? {};
    if (!context.subresource && generation !== undefined && !equal(annotations, deployment.metadata.annotations))
      deployment.metadata.generation = generation + 1;
  },
  persistentvolumeclaims: prepareClaim,
  'daemonsets.apps'(set, { old, context }) {
    if (context.subresource) return;
    const before = Number(old?.metadata.annotations?.[TEMPLATE_GENERATION] ?? '0');
    const same = old !== undefined && equal(at(old, 'spec', 'template'), at(set, 'spec', 'template'));
    set.metadata.annotations = {
      ...set.metadata.annotations,
      [TEMPLATE_GENERATION]: String(same ? before : before + 1),
    };
  },
  'endpointslices.discovery.k8s.io'(slice) {
    if (Array.isArray(slice.endpoints) && slice.endpoints.length === 0) slice.endpoints = null;
  },
  limitranges(range) {
    if (!range.metadata.name) range.metadata.name = range.metadata.uid ?? '';
  },
  persistentvolumes(volume, { kernel, old }) {
    if (old) return;
    addFinalizer(volume, 'kubernetes.io/pv-protection');
    volume.status = { ...dict(volume.status), lastPhaseTransitionTime: timestamp(kernel) };
  },
  namespaces(namespace, { old, context }) {
    const spec = dict(namespace.spec);
    if (old) {
      // What holds a namespace is taken away by its own subresource only.
      if (context.subresource === 'finalize') namespace.spec = spec;
      else namespace.spec = { ...spec, finalizers: at(old, 'spec', 'finalizers') };
      return;
    }
    const finalizers = Array.isArray(spec.finalizers) ? (spec.finalizers as string[]) : [];
    const { metadata } = namespace;
    metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
    if (!finalizers.includes('kubernetes')) spec.finalizers = [...finalizers, 'kubernetes'];
    namespace.spec = spec;
  },
  nodes(node, { old }) {
    if (old) return;
    const spec = dict(node.spec);
    const taints = Array.isArray(spec.taints) ? (spec.taints as Dict[]) : [];
    const key = 'node.kubernetes.io/not-ready';
    if (!taints.some((taint) => taint.key === key && taint.effect === 'NoSchedule'))
      spec.taints = [...taints, { key, effect: 'NoSchedule' }];
    node.spec = spec;
  },
  'customresourcedefinitions.apiextensions.k8s.io'(definition, { old, context }) {
    if (old) {
      if (!context.subresource) addStoredVersion(definition);
      else if (!((at(definition, 'status', 'storedVersions') as unknown[] | null)?.length ?? 0))
        definition.status = { ...dict(definition.status), storedVersions: at(old, 'status', 'storedVersions') };
      return;
    }
    const versions = at(definition, 'spec', 'versions');
    const storage = (Array.isArray(versions) ? versions : []).find(
      (version) => isDict(version) && version.storage === true,
    ) as Dict | undefined;
    definition.status = {
      conditions: null,
      acceptedNames: { plural: '', kind: '' },
      storedVersions: storage ? [storage.name] : null,
    };
  },
};
