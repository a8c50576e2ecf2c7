/** Cells of workloads, storage, rights and the other groups. */

import type { SimObject } from '../types.ts';
import {
  age,
  at,
  type Cell,
  type Cells,
  containerCells,
  count,
  created,
  dict,
  hasCondition,
  labelText,
  list,
  NONE,
  selectorText,
  size,
  text,
  UNSET,
} from './cells.ts';
import { humanDuration } from './duration.ts';

const name = (object: SimObject): string => object.metadata.name;
const status = (object: SimObject, field: string): number => count(at(object, 'status', field));
const spec = (object: SimObject, field: string): unknown => at(object, 'spec', field);
const template = (object: SimObject): [string, string] =>
  containerCells(at(object, 'spec', 'template', 'spec', 'containers'));

function requestStatus(request: SimObject): string {
  const decided = ['Denied', 'Approved'].find((type) => hasCondition(request, type)) ?? 'Pending';
  const failed = hasCondition(request, 'Failed') ? ',Failed' : '';
  return `${decided}${failed}${at(request, 'status', 'certificate') ? ',Issued' : ''}`;
}

const replicas =
  (selector: (object: SimObject) => string): Cells =>
  (object) => [
    name(object),
    count(spec(object, 'replicas')),
    status(object, 'replicas'),
    status(object, 'readyReplicas'),
    created(object),
    ...template(object),
    selector(object),
  ];

function jobStatus(job: SimObject): string {
  if (hasCondition(job, 'Complete')) return 'Complete';
  if (hasCondition(job, 'Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find((type) => hasCondition(job, type)) ?? 'Running';
}

function completions(job: SimObject): string {
  const done = status(job, 'succeeded');
  const wanted = spec(job, 'completions');
  if (wanted !== undefined) return `${done}/${wanted}`;
  const parallelism = count(spec(job, 'parallelism'));
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function jobDuration(job: SimObject): Cell {
  const from = Date.parse(text(at(job, 'status', 'startTime')));
  const to = Date.parse(text(at(job, 'status', 'completionTime')));
  if (Number.isNaN(from)) return '';
  return Number.isNaN(to) ? { since: from } : humanDuration(to - from);
}

function metrics(object: SimObject): string {
  const specs = list(spec(object, 'metrics'));
  if (specs.length === 0) return NONE;
  const currents = list(at(object, 'status', 'currentMetrics'));
  const shown = specs.map((metric, index) => {
    const resource = dict(metric.resource);
    if (metric.type !== 'Resource') return '<unknown type>';
    const current = at(currents[index], 'resource', 'current', 'averageUtilization');
    const target = at(resource, 'target', 'averageUtilization');
    return `${text(resource.name)}: ${current === undefined ? '<unknown>' : `${current}%`}/${target === undefined ? '<auto>' : `${target}%`}`;
  });
  return shown.length > 2 ? `${shown.slice(0, 2).join(', ')} + ${shown.length - 2} more...` : shown.join(', ');
}

const autoscaler: Cells = (object) => {
  const target = dict(spec(object, 'scaleTargetRef'));
  const least = spec(object, 'minReplicas');
  return [
    name(object),
    `${text(target.kind)}/${text(target.name)}`,
    metrics(object),
    least === undefined ? UNSET : String(least),
    count(spec(object, 'maxReplicas')),
    status(object, 'currentReplicas'),
    created(object),
  ];
};

const binding: Cells = (object) => {
  const role = dict(object.roleRef);
  const of = (kind: string): string =>
    list(object.subjects)
      .filter((one) => one.kind === kind)
      .map((one) => (kind === 'ServiceAccount' ? `${text(one.namespace)}/${text(one.name)}` : text(one.name)))
      .join(', ');
  return [
    name(object),
    `${text(role.kind)}/${text(role.name)}`,
    created(object),
    of('User'),
    of('Group'),
    of('ServiceAccount'),
  ];
};

const orNone = (value: unknown): string => (value === undefined || value === null ? 'N/A' : String(value));
const webhooks: Cells = (object) => [name(object), size(object.webhooks), created(object)];

export const WORKLOAD_CELLS: Record<string, Cells> = {
  'deployments.apps': (object) => [
    name(object),
    `${status(object, 'readyReplicas')}/${count(spec(object, 'replicas'))}`,
    status(object, 'updatedReplicas'),
    status(object, 'availableReplicas'),
    created(object),
    ...template(object),
    selectorText(spec(object, 'selector')),
  ],
  'replicasets.apps': replicas((object) => selectorText(spec(object, 'selector'))),
  replicationcontrollers: replicas((object) => labelText(spec(object, 'selector'))),
  'statefulsets.apps': (object) => [
    name(object),
    `${status(object, 'readyReplicas')}/${count(spec(object, 'replicas'))}`,
    created(object),
    ...template(object),
  ],
  'daemonsets.apps': (object) => [
    name(object),
    ...[
      'desiredNumberScheduled',
      'currentNumberScheduled',
      'numberReady',
      'updatedNumberScheduled',
      'numberAvailable',
    ].map((field) => status(object, field)),
    labelText(at(object, 'spec', 'template', 'spec', 'nodeSelector')),
    created(object),
    ...template(object),
    selectorText(spec(object, 'selector')),
  ],
  'controllerrevisions.apps': (object) => {
    const owner = object.metadata.ownerReferences?.find((one) => one.controller);
    const group = owner?.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : '';
    return [
      name(object),
      owner ? `${owner.kind.toLowerCase()}${group}/${owner.name}` : NONE,
      count(object.revision),
      created(object),
    ];
  },
  podtemplates: (object) => [
    name(object),
    ...containerCells(at(object, 'template', 'spec', 'containers')),
    labelText(at(object, 'template', 'metadata', 'labels')),
  ],
  'jobs.batch': (object) => [
    name(object),
    jobStatus(object),
    completions(object),
    jobDuration(object),
    created(object),
    ...template(object),
    selectorText(spec(object, 'selector')),
  ],
  'cronjobs.batch': (object) => {
    const inner = at(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers');
    const last = at(object, 'status', 'lastScheduleTime');
    return [
      name(object),
      text(spec(object, 'schedule')),
      text(spec(object, 'timeZone')) || NONE,
      spec(object, 'suspend') === true ? 'True' : 'False',
      size(at(object, 'status', 'active')),
      last === undefined ? NONE : age(last),
      created(object),
      ...containerCells(inner),
      selectorText(at(object, 'spec', 'jobTemplate', 'spec', 'selector')),
    ];
  },
  'certificatesigningrequests.certificates.k8s.io': (object) => {
    const seconds = spec(object, 'expirationSeconds');
    return [
      name(object),
      created(object),
      text(spec(object, 'signerName')) || NONE,
      text(spec(object, 'username')),
      typeof seconds === 'number' ? humanDuration(seconds * 1000) : NONE,
      requestStatus(object),
    ];
  },
  'horizontalpodautoscalers.autoscaling': autoscaler,
  'poddisruptionbudgets.policy': (object) => [
    name(object),
    orNone(spec(object, 'minAvailable')),
    orNone(spec(object, 'maxUnavailable')),
    status(object, 'disruptionsAllowed'),
    created(object),
  ],
  'rolebindings.rbac.authorization.k8s.io': binding,
  'clusterrolebindings.rbac.authorization.k8s.io': binding,
  'storageclasses.storage.k8s.io': (object) => {
    const isDefault = object.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';
    return [
      isDefault ? `${name(object)} (default)` : name(object),
      text(object.provisioner),
      text(object.reclaimPolicy) || 'Delete',
      text(object.volumeBindingMode) || 'Immediate',
      object.allowVolumeExpansion === true,
      created(object),
    ];
  },
  'csinodes.storage.k8s.io': (object) => [name(object), size(spec(object, 'drivers')), created(object)],
  'leases.coordination.k8s.io': (object) => [name(object), text(spec(object, 'holderIdentity')), created(object)],
  'priorityclasses.scheduling.k8s.io': (object) => [
    name(object),
    count(object.value),
    object.globalDefault === true,
    created(object),
    text(object.preemptionPolicy),
  ],
  'runtimeclasses.node.k8s.io': (object) => [name(object), text(object.handler), created(object)],
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': webhooks,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': webhooks,
  'apiservices.apiregistration.k8s.io': (object) => {
    const service = dict(spec(object, 'service'));
    const local = spec(object, 'service') === undefined;
    return [
      name(object),
      local ? 'Local' : `${text(service.namespace)}/${text(service.name)}`,
      hasCondition(object, 'Available') ? 'True' : 'False',
      created(object),
    ];
  },
};
