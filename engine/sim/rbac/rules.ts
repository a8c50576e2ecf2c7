/** Who may do what: roles and bindings as the RBAC authorizer reads them. Members of system:masters may do everything. */

import { failure, qualified } from '../errors.ts';
import type { Kernel } from '../kernel.ts';
import type { SimObject, User } from '../types.ts';
import { accountName } from './account.ts';

export interface Rule {
  verbs?: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

/** What somebody wants to do; `path` for what is no resource. */
export interface Attributes {
  verb: string;
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  path?: string;
}

interface Subject {
  kind: string;
  name: string;
  namespace?: string;
}

interface Binding extends SimObject {
  subjects?: Subject[];
  roleRef: { kind: string; name: string };
}

/** A rule and the words that say where it comes from. */
export interface Grant {
  rule: Rule;
  source: string;
}

const RBAC = 'rbac.authorization.k8s.io';
export const isMaster = (user: User): boolean => user.groups.includes('system:masters');

function* objects<T extends SimObject>(kernel: Kernel, plural: string, namespace?: string): Generator<T> {
  const info = kernel.registry.get(`${plural}.${RBAC}`);
  const { keys, get } = kernel.store.collection(info.storageKey).live();
  for (const key of keys) {
    const entry = get(key);
    if (entry && (namespace === undefined || entry.namespace === namespace))
      yield kernel.store.object(info, entry) as T;
  }
}

/** The subject of a binding that the user is; undefined where it doesn't bind them. */
function subjectOf({ subjects = [], metadata }: Binding, user: User): string | undefined {
  for (const { kind, name, namespace = metadata.namespace } of subjects) {
    if (kind === 'User' && name === user.name) return `User ${JSON.stringify(name)}`;
    if (kind === 'Group' && user.groups.includes(name)) return `Group ${JSON.stringify(name)}`;
    if (kind === 'ServiceAccount' && namespace !== undefined && user.name === accountName(namespace, name))
      return `ServiceAccount "${name}/${namespace}"`;
  }
  return undefined;
}

function roleOf(kernel: Kernel, roleRef: Binding['roleRef'], namespace: string): SimObject | undefined {
  const cluster = roleRef.kind === 'ClusterRole';
  const info = kernel.registry.get(`${cluster ? 'clusterroles' : 'roles'}.${RBAC}`);
  const entry = kernel.store.entry(info, cluster ? '' : namespace, roleRef.name);
  return entry && kernel.store.object(info, entry);
}

/** The rules of the role that a binding of a namespace ('' for cluster bindings) refers to. */
export const rulesOfRole = (kernel: Kernel, roleRef: Binding['roleRef'], namespace: string): Rule[] =>
  (roleOf(kernel, roleRef, namespace)?.rules as Rule[] | undefined) ?? [];

interface Bound {
  binding: Binding;
  /** Where what it gives comes from. */
  source: string;
}

/** The bindings of a user that count in a namespace; with '' those of the whole cluster only. */
function* bindingsOf(kernel: Kernel, user: User, namespace: string): Generator<Bound> {
  const bound = function* (binding: Binding, kind: string, shown: string): Generator<Bound> {
    const subject = subjectOf(binding, user);
    if (subject === undefined) return;
    const { kind: role, name } = binding.roleRef;
    const source = `RBAC: allowed by ${kind} ${JSON.stringify(shown)} of ${role} ${JSON.stringify(name)} to ${subject}`;
    yield { binding, source };
  };
  for (const binding of objects<Binding>(kernel, 'clusterrolebindings'))
    yield* bound(binding, 'ClusterRoleBinding', binding.metadata.name);
  if (namespace)
    for (const binding of objects<Binding>(kernel, 'rolebindings', namespace))
      yield* bound(binding, 'RoleBinding', `${binding.metadata.name}/${namespace}`);
}

/** What a user may in a namespace; with '' only what holds for the whole cluster. */
export const grantsOf = (kernel: Kernel, user: User, namespace: string): Grant[] =>
  [...bindingsOf(kernel, user, namespace)].flatMap(({ binding, source }) =>
    rulesOfRole(kernel, binding.roleRef, binding.metadata.namespace ?? '').map((rule) => ({ rule, source })),
  );

/** The roles that a user is bound to and that are not there. */
export function missingRoles(kernel: Kernel, user: User, namespace: string): Binding['roleRef'][] {
  const missing = [...bindingsOf(kernel, user, namespace)]
    .map(({ binding }) => binding)
    .filter(({ roleRef, metadata }) => !roleOf(kernel, roleRef, metadata.namespace ?? ''))
    .map(({ roleRef }) => roleRef);
  return missing.filter(
    (one, at) => missing.findIndex(({ kind, name }) => kind === one.kind && name === one.name) === at,
  );
}

/** Several reasons as one. */
export const together = (reasons: readonly string[]): string =>
  reasons.length > 1 ? `[${reasons.join(', ')}]` : (reasons[0] ?? '');

const has = (list: readonly string[] | undefined, wanted: string): boolean =>
  list?.some((each) => each === '*' || each === wanted) ?? false;

export function covers(rule: Rule, { verb, group, resource, subresource, name, path }: Attributes): boolean {
  if (!has(rule.verbs, verb)) return false;
  if (path !== undefined)
    return (
      rule.nonResourceURLs?.some((url) => url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1)))) ??
      false
    );
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const named =
    rule.resourceNames === undefined || rule.resourceNames.length === 0 || rule.resourceNames.includes(name);
  const resources = has(rule.resources, what) || (subresource !== '' && has(rule.resources, `*/${subresource}`));
  return named && resources && has(rule.apiGroups, group);
}

export interface Decision {
  allowed: boolean;
  /** What allows it, or why more could not be looked at; empty for masters. */
  reason: string;
}

export function decide(kernel: Kernel, user: User, wanted: Attributes): Decision {
  if (isMaster(user)) return { allowed: true, reason: '' };
  const found = grantsOf(kernel, user, wanted.namespace).find(({ rule }) => covers(rule, wanted));
  if (found) return { allowed: true, reason: found.source };
  const missing = missingRoles(kernel, user, wanted.namespace).map(
    ({ kind, name }) => `${kind.toLowerCase()}.${RBAC} ${JSON.stringify(name)} not found`,
  );
  return { allowed: false, reason: missing.length > 0 ? `RBAC: ${together(missing)}` : '' };
}

/** Throws the 403 of a real server, word for word. */
export function authorize(kernel: Kernel, user: User, wanted: Attributes): void {
  const { allowed, reason } = decide(kernel, user, wanted);
  if (allowed) return;
  const why = reason && `: ${reason}`;
  const { verb, group, resource, subresource, namespace, name, path } = wanted;
  const who = `User ${JSON.stringify(user.name)}`;
  if (path !== undefined)
    throw failure(403, 'Forbidden', `forbidden: ${who} cannot ${verb} path ${JSON.stringify(path)}${why}`, {});
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const subject = `${qualified({ group, plural: resource })}${name === '' ? '' : ` ${JSON.stringify(name)}`}`;
  throw failure(
    403,
    'Forbidden',
    `${subject} is forbidden: ${who} cannot ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}${why}`,
    { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: resource },
  );
}
