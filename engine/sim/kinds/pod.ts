import { wholeSeconds } from '../clock.ts';
import { forbidden } from '../errors.ts';
import { clone } from '../json.ts';
import type { Kernel } from '../kernel.ts';
import { type Dict, isDict, type SimObject } from '../types.ts';
import type { Preparing } from './behaviour.ts';
import { applyLimits } from './limits.ts';
import { adoptAppArmor } from './profiles.ts';
import { qosClass } from './qos.ts';

const list = (value: unknown): Dict[] => (Array.isArray(value) ? (value as Dict[]) : []);

const NO_EXECUTE = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

function addTolerations(spec: Dict): void {
  const tolerations = [...list(spec.tolerations)];
  for (const key of NO_EXECUTE) {
    const known = tolerations.some(
      (one) => (one.key === key || !one.key) && (one.effect === 'NoExecute' || !one.effect),
    );
    if (!known) tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
  }
  spec.tolerations = tolerations;
}

const TOKEN_VOLUME = 'kube-api-access-';
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Mounts the service account's token the way admission does. */
function addToken(kernel: Kernel, spec: Dict, account: SimObject | undefined): void {
  const automount = spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true;
  if (automount === false) return;
  const containers = [...list(spec.containers), ...list(spec.initContainers)];
  const without = containers.filter((one) => !list(one.volumeMounts).some((mount) => mount.mountPath === TOKEN_PATH));
  if (without.length === 0) return;
  const volumes = list(spec.volumes);
  const known = volumes.find((volume) => String(volume.name).startsWith(TOKEN_VOLUME));
  const name = known ? String(known.name) : `${TOKEN_VOLUME}${kernel.suffix()}`;
  for (const one of without)
    one.volumeMounts = [...list(one.volumeMounts), { name, readOnly: true, mountPath: TOKEN_PATH }];
  if (known) return;
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] },
    },
  ];
  spec.volumes = [...volumes, { name, projected: { sources, defaultMode: 420 } }];
}

/** The classes that every cluster has. */
export const CLASS_PRIORITY: Record<string, number> = {
  'system-cluster-critical': 2000000000,
  'system-node-critical': 2000001000,
};

function addPriority(kernel: Kernel, pod: SimObject, spec: Dict): void {
  const name = typeof spec.priorityClassName === 'string' ? spec.priorityClassName : '';
  const classes = kernel.registry.get('priorityclasses.scheduling.k8s.io');
  const entry = name ? kernel.store.entry(classes, '', name) : undefined;
  const found = entry && kernel.store.object(classes, entry);
  if (name && !found && CLASS_PRIORITY[name] === undefined)
    throw forbidden({ group: '', plural: 'pods' }, pod.metadata.name, `no PriorityClass with name ${name} was found`);
  const given: [what: string, field: 'priority' | 'preemptionPolicy', computed: unknown][] = [
    ['integer value of priority', 'priority', found?.value ?? CLASS_PRIORITY[name] ?? 0],
    ['string value of PreemptionPolicy', 'preemptionPolicy', found?.preemptionPolicy ?? 'PreemptLowerPriority'],
  ];
  for (const [what, field, computed] of given) {
    if (spec[field] !== undefined && spec[field] !== computed)
      throw forbidden(
        { group: '', plural: 'pods' },
        pod.metadata.name,
        `the ${what} (${String(spec[field])}) must not be provided in pod spec; priority admission controller computed ${String(computed)} from the given PriorityClass name`,
      );
    spec[field] = computed;
  }
}

function checkRuntime(kernel: Kernel, pod: SimObject, spec: Dict): void {
  const name = typeof spec.runtimeClassName === 'string' ? spec.runtimeClassName : '';
  if (!name || kernel.store.entry(kernel.registry.get('runtimeclasses.node.k8s.io'), '', name)) return;
  throw forbidden(
    { group: '', plural: 'pods' },
    pod.metadata.name,
    `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`,
  );
}

/** All but the containers that are added stays as it was. */
function onlyEphemeral(pod: SimObject, old: SimObject): void {
  const added = isDict(pod.spec) ? pod.spec.ephemeralContainers : undefined;
  pod.spec = { ...clone(old.spec as Dict), ...(added === undefined ? {} : { ephemeralContainers: added }) };
  if (added === undefined) delete (pod.spec as Dict).ephemeralContainers;
  pod.status = clone(old.status);
}

/** All but the amounts of the containers stays as it was. */
function onlyResources(pod: SimObject, old: SimObject): void {
  const given = isDict(pod.spec) ? pod.spec : {};
  const spec = clone(old.spec as Dict);
  for (const part of ['containers', 'initContainers'])
    for (const one of list(spec[part])) {
      const asked = list(given[part]).find(({ name }) => name === one.name);
      if (asked) one.resources = asked.resources ?? {};
    }
  pod.spec = spec;
  pod.status = clone(old.status);
  for (const field of ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const) {
    delete pod.metadata[field];
    if (old.metadata[field] !== undefined) Object.assign(pod.metadata, { [field]: clone(old.metadata[field]) });
  }
}

const gated = (now: number): Dict => ({
  type: 'PodScheduled',
  status: 'False',
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
  lastProbeTime: null,
  lastTransitionTime: wholeSeconds(now),
});

export function preparePod(pod: SimObject, { kernel, context, info, old }: Preparing): void {
  if (old && context.subresource === 'ephemeralcontainers') onlyEphemeral(pod, old);
  if (old && context.subresource === 'resize') onlyResources(pod, old);
  if (context.subresource) return;
  const spec = isDict(pod.spec) ? pod.spec : {};
  if (old) {
    addTolerations(spec);
    return;
  }
  const account =
    typeof spec.serviceAccountName === 'string' && spec.serviceAccountName ? spec.serviceAccountName : 'default';
  spec.serviceAccountName = account;
  spec.serviceAccount = account;
  const accounts = kernel.registry.get('serviceaccounts');
  const namespace = pod.metadata.namespace ?? '';
  if (!kernel.store.entry(accounts, namespace, account)) kernel.completeNamespace?.(namespace);
  const entry = kernel.store.entry(accounts, namespace, account);
  if (!entry)
    throw forbidden(
      info,
      pod.metadata.name,
      `error looking up service account ${pod.metadata.namespace}/${account}: serviceaccount ${JSON.stringify(account)} not found`,
    );
  addToken(kernel, spec, kernel.store.object(accounts, entry));
  adoptAppArmor(pod, spec, context.warn);
  addTolerations(spec);
  addPriority(kernel, pod, spec);
  checkRuntime(kernel, pod, spec);
  applyLimits(kernel, pod, spec);
  pod.spec = spec;
  pod.status = {
    phase: 'Pending',
    qosClass: qosClass(spec),
    ...(list(spec.schedulingGates).length > 0 ? { conditions: [gated(kernel.clock.now())] } : {}),
  };
}
