/** Pod Security: holds pods, and what makes pods, against the level that their namespace's labels ask for. */
import { forbidden, qualified } from '../../errors.ts';
import { at } from '../../json.ts';
import type { Kernel } from '../../kernel.ts';
import { type Dict, isDict, type SimObject } from '../../types.ts';
import { invalidObject } from '../../validation/fielderror.ts';
import { type Attempt, namespaceOf } from '../attempt.ts';
import { violations } from './checks.ts';
import { isStricter, policyOf, shown, type Wanted } from './levels.ts';
import { dicts, seen } from './words.ts';

/** Of a pod only these subresources can bring something new. */
const OF_PODS = new Set(['', 'ephemeralcontainers', 'resize']);

/** Where workloads have what their pods are made from. */
const TEMPLATES: Record<string, string[]> = {
  podtemplates: ['template'],
  replicationcontrollers: ['spec', 'template'],
  'replicasets.apps': ['spec', 'template'],
  'deployments.apps': ['spec', 'template'],
  'statefulsets.apps': ['spec', 'template'],
  'daemonsets.apps': ['spec', 'template'],
  'jobs.batch': ['spec', 'template'],
  'cronjobs.batch': ['spec', 'jobTemplate', 'spec', 'template'],
};

/** So many pods of a namespace are looked at when its level changes. */
const MOST = 3000;

/** Refuses a pod that its namespace forbids; warns of workloads whose pods it would, and of pods that a new level would. */
export function checkSecurity(kernel: Kernel, attempt: Attempt, warn: (message: string) => void): void {
  const { info, operation, object, old, subresource } = attempt;
  if (!object || info.custom || (operation !== 'CREATE' && operation !== 'UPDATE')) return;
  const resource = qualified(info);
  if (resource === 'namespaces') {
    if (!subresource) checkNamespace(kernel, attempt, object, warn);
    return;
  }
  const path = TEMPLATES[resource];
  if (resource === 'pods') {
    if (OF_PODS.has(subresource) && !(old && !isNews(object, old))) checkPod(kernel, attempt, object, true, warn);
  } else if (path && !subresource) {
    const template = at(object, ...path);
    if (isDict(template)) checkPod(kernel, attempt, template, false, warn);
  }
}

function checkPod(
  kernel: Kernel,
  { info, namespace, name }: Attempt,
  { metadata, spec }: { metadata?: unknown; spec?: unknown },
  enforced: boolean,
  warn: (message: string) => void,
): void {
  const { policy } = policyOf(namespaceOf(kernel, namespace)?.metadata.labels);
  const pod = seen({ metadata, spec: isDict(spec) ? spec : {} });
  const would = (wanted: Wanted): string => {
    const found = violations(wanted, pod).map(({ reason, detail }) => `${reason} (${detail})`);
    return found.length > 0 ? `violate PodSecurity "${shown(wanted)}": ${found.join(', ')}` : '';
  };
  const refusal = enforced ? would(policy.enforce) : '';
  if (refusal) throw forbidden(info, name, refusal.replace('violate', 'violates'));
  const warning = would(policy.warn);
  if (warning) warn(`would ${warning}`);
}

/** Whether an update brings a container or an image that has not been judged. */
function isNews(pod: SimObject, old: SimObject): boolean {
  const of = (one: SimObject, list: string): Dict[] => dicts(at(one.spec, list));
  const isOther = (list: string): boolean => {
    const [now, before] = [of(pod, list), of(old, list)];
    return now.length !== before.length || now.some(({ image }, index) => image !== before[index]?.image);
  };
  const known = new Map(of(old, 'ephemeralContainers').map(({ name, image }) => [name, image]));
  return (
    isOther('containers') ||
    isOther('initContainers') ||
    of(pod, 'ephemeralContainers').some(({ name, image }) => !known.has(name) || known.get(name) !== image)
  );
}

function checkNamespace(
  kernel: Kernel,
  { name, old }: Attempt,
  namespace: SimObject,
  warn: (message: string) => void,
): void {
  const { policy, errors } = policyOf(namespace.metadata.labels);
  const before = policyOf(old?.metadata.labels);
  // What has come in before labels were looked at may stay as it is.
  const isSame = old !== undefined && JSON.stringify(errors) === JSON.stringify(before.errors);
  if (errors.length > 0 && !isSame) throw invalidObject('', 'Namespace', name, errors);
  const [now, then] = [policy.enforce, before.policy.enforce];
  if (!old || now.level === 'privileged' || shown(now) === shown(then)) return;
  if (now.version === then.version && !isStricter(now.level, then.level)) return;
  for (const text of unfit(kernel, name, now)) warn(text);
}

/** What a new level would forbid of the pods that are there: for each sentence the first pod, and how many more. */
function unfit(kernel: Kernel, namespace: string, wanted: Wanted): string[] {
  const info = kernel.registry.get('pods');
  const pods = [...kernel.store.collection(info.storageKey).entriesIn(namespace)];
  const names = new Map<string, string[]>();
  for (const entry of pods.slice(0, MOST)) {
    const { metadata, spec } = kernel.store.object(info, entry);
    const reasons = violations(wanted, seen({ metadata, spec: spec as Dict }))
      .map(({ reason }) => reason)
      .join(', ');
    if (reasons) names.set(reasons, [...(names.get(reasons) ?? []), metadata.name]);
  }
  const others = (count: number) => (count === 0 ? '' : ` (and ${count} other ${count === 1 ? 'pod' : 'pods'})`);
  return [
    ...(pods.length > MOST
      ? [`new PodSecurity enforce level only checked against the first ${MOST} of ${pods.length} existing pods`]
      : []),
    ...(names.size > 0
      ? [`existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${shown(wanted)}"`]
      : []),
    ...[...names].map(([reasons, of]) => `${of.sort()[0]}${others(of.length - 1)}: ${reasons}`).sort(),
  ];
}
