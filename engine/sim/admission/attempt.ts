/** A request as admission sees it, and what expressions may know of it. */

import { Authorizer, ResourceCheck } from '../cel/authorizer.ts';
import { seenWhole } from '../cel/seen.ts';
import { qualified } from '../errors.ts';
import { INSIDE } from '../inside.ts';
import type { Kernel, WriteContext } from '../kernel.ts';
import { accountGroups, accountName } from '../rbac/account.ts';
import { decide } from '../rbac/rules.ts';
import { apiVersionOf, type ResourceInfo } from '../resources/info.ts';
import type { Dict, SimObject, User } from '../types.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

export interface Kind {
  group: string;
  version: string;
  kind: string;
}

/** What is about to happen. */
export interface Attempt {
  info: ResourceInfo;
  version: string;
  subresource: string;
  /** Of what is sent: a Scale where a scale is written. */
  kind: Kind;
  operation: Operation;
  namespace: string;
  name: string;
  /** Absent where there is none. Of CONNECT it has no metadata. */
  object: SimObject | undefined;
  old: SimObject | undefined;
  user: User;
  dryRun: boolean;
  /** The request's options as it gives them. */
  options: Dict | undefined;
}

/** The kind of what a request to a resource or subresource carries. */
export function kindOf({ group, kind, subresources }: ResourceInfo, version: string, subresource: string): Kind {
  const sub = subresource ? subresources.find(({ name }) => name === subresource) : undefined;
  if (!sub || sub.kind === kind) return { group, version, kind };
  return { group: sub.group || (sub.version ? '' : group), version: sub.version || version, kind: sub.kind };
}

export function attemptOf(
  info: ResourceInfo,
  object: SimObject | undefined,
  old: SimObject | undefined,
  { version, subresource, user, dryRun, options, nameless }: WriteContext,
): Attempt {
  const operation = !object ? 'DELETE' : old ? 'UPDATE' : 'CREATE';
  const { name = '', namespace = '' } = (object ?? old)!.metadata;
  return {
    info,
    version,
    subresource,
    kind: kindOf(info, version, subresource),
    operation,
    // A namespace is in itself.
    namespace: qualified(info) === 'namespaces' ? name : namespace,
    name: nameless ? '' : name,
    object,
    old,
    user: user === INSIDE ? controllerFor(object ?? old) : user,
    dryRun,
    options,
  };
}

/** Whose controllers make what is owned by a kind. */
const CONTROLLERS: Record<string, string> = {
  DaemonSet: 'daemon-set-controller',
  Job: 'job-controller',
  ReplicaSet: 'replicaset-controller',
  ReplicationController: 'replication-controller',
  StatefulSet: 'statefulset-controller',
};
const GROUPS = [...accountGroups('kube-system'), 'system:authenticated'];

/** As whom a controller is known outside. */
function controllerFor(object: SimObject | undefined): User {
  const owner = object?.metadata.ownerReferences?.find(({ controller }) => controller);
  const account = owner && CONTROLLERS[owner.kind];
  return account ? { name: accountName('kube-system', account), groups: GROUPS } : INSIDE;
}

export function namespaceOf(kernel: Kernel, name: string): SimObject | undefined {
  const info = kernel.registry.get('namespaces');
  const entry = name ? kernel.store.entry(info, '', name) : undefined;
  return entry && kernel.store.object(info, entry);
}

/** A connection has options of its own, which are its object. */
const OPTIONS: Partial<Record<Operation, string>> = {
  CREATE: 'CreateOptions',
  UPDATE: 'UpdateOptions',
  DELETE: 'DeleteOptions',
};

/** What a review of a request says of it beside its objects. `matched` is the version that was looked for. */
export function requestOf(attempt: Attempt, matched: { version: string; group: string; kind: Kind }): Dict {
  const { info, version, kind, operation, namespace, name, subresource, user, dryRun, options } = attempt;
  const optionsKind = OPTIONS[operation];
  return {
    kind: { ...matched.kind },
    resource: { group: matched.group, version: matched.version, resource: info.plural },
    ...(subresource ? { subResource: subresource } : {}),
    requestKind: { ...kind },
    requestResource: { group: info.group, version, resource: info.plural },
    ...(subresource ? { requestSubResource: subresource } : {}),
    ...(name ? { name } : {}),
    ...(namespace ? { namespace } : {}),
    operation,
    userInfo: {
      username: user.name,
      ...(user.uid ? { uid: user.uid } : {}),
      groups: user.groups,
      ...(user.extra && Object.keys(user.extra).length > 0 ? { extra: user.extra } : {}),
    },
    dryRun,
    options: optionsKind ? { kind: optionsKind, apiVersion: 'meta.k8s.io/v1', ...options } : null,
  };
}

const asKind = (object: SimObject, { group, version, kind }: Kind): Dict => ({
  ...object,
  apiVersion: apiVersionOf(group, version),
  kind,
});

/** The variables of expressions. */
export function scopeOf(
  kernel: Kernel,
  attempt: Attempt,
  request: Dict,
  kind: Kind,
  withNamespace: boolean,
): Record<string, unknown> {
  const { info, namespace, name, object, old, subresource, user } = attempt;
  const seen = (one: SimObject | undefined) => (one ? seenWhole(asKind(one, kind)) : null);
  const authorizer = new Authorizer(user, (who, wanted) => decide(kernel, who, wanted));
  const about = { group: info.group, resource: info.plural, subresource, namespace, name };
  return {
    object: seen(object),
    oldObject: seen(old),
    request: seenWhole(request),
    namespaceObject: withNamespace && info.namespaced ? seenWhole(namespaceOf(kernel, namespace)) : null,
    authorizer,
    'authorizer.requestResource': new ResourceCheck(authorizer, about),
  };
}
