/** ResourceQuotas: what the objects of a namespace use, and whether more may come. */
import { forbidden, qualified } from '../errors.ts';
import { at } from '../json.ts';
import type { Kernel } from '../kernel.ts';
import type { ResourceInfo } from '../resources/info.ts';
import type { Dict, SimObject } from '../types.ts';
import { type Amounts, add, amountOf, dict, dicts, number, podAmounts, shown } from './amounts.ts';
import { qosClass } from './qos.ts';

const QUOTAS = 'resourcequotas';
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const BY_CLASS = '.storageclass.storage.k8s.io/';

/** What one object counts for, under each name that a quota can have for it. */
function usageOf(info: ResourceInfo, object: SimObject): Amounts {
  const used: Amounts = new Map();
  const resource = qualified(info);
  const spec = dict(object.spec);
  used.set(`count/${resource}`, number(1));
  if (resource === 'pods') {
    if (/^(Succeeded|Failed)$/.test(String(at(object, 'status', 'phase')))) return used;
    used.set('pods', number(1));
    for (const part of ['requests', 'limits'] as const)
      for (const [name, amount] of podAmounts(spec, part)) {
        used.set(`${part}.${name}`, amount);
        if (part === 'requests' && COMPUTE.includes(name)) used.set(name, amount);
      }
    return used;
  }
  if (info.group === '') used.set(resource, number(1));
  if (resource === 'services') countService(spec, used);
  if (resource === 'persistentvolumeclaims') countClaim(object, spec, used);
  return used;
}

/** By what it asks for: which ports it gets is not settled yet. */
function countService(spec: Dict, used: Amounts): void {
  const ports = dicts(spec.ports);
  const balanced = spec.type === 'LoadBalancer';
  const own = balanced && spec.allocateLoadBalancerNodePorts === false;
  if (own) used.set('services.nodeports', number(ports.filter(({ nodePort }) => nodePort).length));
  else if (balanced || spec.type === 'NodePort') used.set('services.nodeports', number(ports.length));
  if (balanced) used.set('services.loadbalancers', number(1));
}

function countClaim(claim: SimObject, spec: Dict, used: Amounts): void {
  const name = claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec.storageClassName;
  const storage = at(spec, 'resources', 'requests', 'storage');
  if (storage !== undefined) used.set('requests.storage', amountOf(storage));
  if (typeof name !== 'string' || name === '') return;
  used.set(`${name}${BY_CLASS}persistentvolumeclaims`, number(1));
  if (storage !== undefined) used.set(`${name}${BY_CLASS}requests.storage`, amountOf(storage));
}

/** The resource whose objects a name of a quota is about. */
function resourceOf(name: string): string {
  if (name.startsWith('count/')) return name.slice('count/'.length);
  if (name === 'requests.storage' || name.includes(BY_CLASS)) return 'persistentvolumeclaims';
  if (/^(requests|limits)\./.test(name) || COMPUTE.includes(name)) return 'pods';
  return name.split('.')[0] ?? name;
}

interface Scope {
  scopeName: string;
  operator?: string;
  values?: string[];
}

const scopesOf = (quota: SimObject): Scope[] => {
  const { scopes, scopeSelector } = dict(quota.spec);
  const named = Array.isArray(scopes) ? scopes.map((scopeName) => ({ scopeName: String(scopeName) })) : [];
  return [...named, ...(dicts(dict(scopeSelector).matchExpressions) as unknown as Scope[])];
};

const isTerminating = (pod: SimObject): boolean => at(pod.spec, 'activeDeadlineSeconds') !== undefined;

const among = (value: unknown, { operator = 'Exists', values = [] }: Scope): boolean => {
  const given = typeof value === 'string' && value !== '';
  if (operator === 'Exists') return given;
  if (operator === 'DoesNotExist') return !given;
  return operator === 'In' ? given && values.includes(value) : !given || !values.includes(value);
};

/** Whether a pod's place depends on pods of other namespaces. */
function looksAbroad(pod: SimObject): boolean {
  return ['podAffinity', 'podAntiAffinity'].some((kind) => {
    const affinity = dict(at(pod.spec, 'affinity', kind));
    const preferred = dicts(affinity.preferredDuringSchedulingIgnoredDuringExecution);
    const terms = [
      ...dicts(affinity.requiredDuringSchedulingIgnoredDuringExecution),
      ...preferred.map((one) => dict(one.podAffinityTerm)),
    ];
    return terms.some((term) => dicts(term.namespaces).length > 0 || term.namespaceSelector !== undefined);
  });
}

const POD_SCOPES: Record<string, (pod: SimObject, scope: Scope) => boolean> = {
  Terminating: isTerminating,
  NotTerminating: (pod) => !isTerminating(pod),
  BestEffort: (pod) => qosClass(dict(pod.spec)) === 'BestEffort',
  NotBestEffort: (pod) => qosClass(dict(pod.spec)) !== 'BestEffort',
  PriorityClass: (pod, scope) => among(at(pod.spec, 'priorityClassName'), scope),
  CrossNamespacePodAffinity: looksAbroad,
};

/** Whether an object is one of those that the quota is for. */
function isFor(quota: SimObject, resource: string, object: SimObject): boolean {
  return scopesOf(quota).every((scope) =>
    resource === 'pods'
      ? (POD_SCOPES[scope.scopeName]?.(object, scope) ?? false)
      : resource === 'persistentvolumeclaims' &&
        scope.scopeName === 'VolumeAttributesClass' &&
        among(at(object.spec, 'volumeAttributesClassName'), scope),
  );
}

/** What is used in the namespace, under the names that a quota has. */
export function quotaUsed(kernel: Kernel, quota: SimObject): Record<string, string> {
  const used = usage(kernel, quota, Object.keys(dict(dict(quota.spec).hard)));
  return Object.fromEntries([...used].map(([name, amount]) => [name, shown(amount)]));
}

function usage(kernel: Kernel, quota: SimObject, names: readonly string[]): Amounts {
  const used: Amounts = new Map(names.map((name) => [name, number(0)]));
  const resources = new Set(names.map(resourceOf));
  for (const info of kernel.registry.all()) {
    const resource = qualified(info);
    if (!info.namespaced || !resources.has(resource)) continue;
    for (const entry of kernel.store.collection(info.storageKey).entriesIn(quota.metadata.namespace ?? '')) {
      const object = kernel.store.object(info, entry);
      if (isFor(quota, resource, object))
        for (const [name, amount] of usageOf(info, object)) if (used.has(name)) add(used, name, amount);
    }
  }
  return used;
}

/** Containers that say nothing about what a quota counts. */
function unspecified(pod: SimObject, names: readonly string[]): string[] {
  const spec = dict(pod.spec);
  if (Object.values(dict(spec.resources)).some((part) => Object.keys(dict(part)).length > 0)) return [];
  const containers = [...dicts(spec.containers), ...dicts(spec.initContainers)];
  return names.flatMap((name) => {
    const [, part = 'requests', resource = ''] = /^(?:(requests|limits)\.)?(cpu|memory)$/.exec(name) ?? [];
    if (!resource) return [];
    const silent = containers.filter((container) => at(container, 'resources', part, resource) === undefined);
    const all = [...new Set(silent.map((one) => String(one.name)))].sort();
    return all.length > 0 ? [`${name} for: ${all.join(',')}`] : [];
  });
}

/** What a change asks for beyond what the object had; undefined where quotas don't look at such a change. */
function growth(info: ResourceInfo, object: SimObject, old: SimObject | undefined): Amounts | undefined {
  const wanted = usageOf(info, object);
  if (!old) return wanted;
  const resource = qualified(info);
  if (resource === 'pods') return isTerminating(object) === isTerminating(old) ? undefined : wanted;
  if (resource !== 'services' && resource !== 'persistentvolumeclaims') return undefined;
  const had = usageOf(info, old);
  const more = [...wanted].map(([name, amount]): [string, typeof amount] => [
    name,
    { ...amount, nano: amount.nano - (had.get(name)?.nano ?? 0n) },
  ]);
  return new Map(more.filter(([, { nano }]) => nano > 0n));
}

/** Refuses an object that is about to be made or changed where a quota of its namespace has no room for it. */
export function checkQuota(kernel: Kernel, info: ResourceInfo, object: SimObject, old?: SimObject): void {
  const namespace = object.metadata.namespace ?? '';
  const quotas = kernel.registry.get(QUOTAS);
  const collection = kernel.store.collection(quotas.storageKey);
  if (!info.namespaced || !collection.hasIn(namespace)) return;
  const resource = qualified(info);
  const wanted = growth(info, object, old);
  if (!wanted) return;
  for (const entry of collection.entriesIn(namespace)) {
    const quota = kernel.store.object(quotas, entry);
    if (!isFor(quota, resource, object)) continue;
    // A pod that was another quota's is new to this one, and to one that has had it already nothing.
    if (old && resource === 'pods' && isFor(quota, resource, old)) continue;
    const refuse = (why: string) => forbidden(info, object.metadata.name, why);
    const hard = dict(dict(quota.spec).hard);
    const silent = resource === 'pods' ? unspecified(object, Object.keys(hard).sort()) : [];
    if (silent.length > 0) throw refuse(`failed quota: ${quota.metadata.name}: must specify ${silent.join('; ')}`);
    const names = Object.keys(hard)
      .filter((name) => (wanted.get(name)?.nano ?? 0n) > 0n)
      .sort();
    if (names.length === 0) continue;
    const used = usage(kernel, quota, names);
    const over = names.filter((name) => used.get(name)!.nano + wanted.get(name)!.nano > amountOf(hard[name]).nano);
    if (over.length === 0) continue;
    const say = (value: (name: string) => string) => over.map((name) => `${name}=${value(name)}`).join(',');
    throw refuse(
      `exceeded quota: ${quota.metadata.name}, requested: ${say((name) => shown(wanted.get(name)!))}, used: ${say((name) => shown(used.get(name)!))}, limited: ${say((name) => String(hard[name]))}`,
    );
  }
}
