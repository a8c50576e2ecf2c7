/** Nobody gives rights that they don't have: checked where roles are written and bound. */
import { forbidden } from '../errors.ts';
import type { Kernel } from '../kernel.ts';
import type { ResourceInfo } from '../resources/info.ts';
import type { SimObject, User } from '../types.ts';
import { covers, decide, grantsOf, isMaster, missingRoles, type Rule, rulesOfRole, together } from './rules.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** One rule for each group, resource and name, or path. */
function* parts(rule: Rule): Generator<Rule> {
  const { verbs = [], resourceNames } = rule;
  for (const url of rule.nonResourceURLs ?? [])
    for (const verb of verbs) yield { verbs: [verb], nonResourceURLs: [url] };
  for (const group of rule.apiGroups ?? [])
    for (const resource of rule.resources ?? []) {
      const part = { verbs, apiGroups: [group], resources: [resource] };
      if (!resourceNames?.length) yield part;
      else for (const name of resourceNames) yield { ...part, resourceNames: [name] };
    }
}

/** What is not held of the rules: the verbs of a resource together, sorted. */
function missingOf(rules: readonly Rule[], held: readonly Rule[]): string[] {
  const missing = new Map<string, Rule>();
  for (const part of rules.flatMap((rule) => [...parts(rule)])) {
    const verbs = (part.verbs ?? []).filter((verb) => !isHeld({ ...part, verbs: [verb] }, held));
    if (verbs.length === 0) continue;
    const key = JSON.stringify(part.nonResourceURLs ? part : { ...part, verbs: [] });
    const known = missing.get(key)?.verbs ?? [];
    missing.set(key, { ...part, verbs: [...new Set([...known, ...verbs])] });
  }
  return [...missing.values()].map(shown).sort();
}

function isHeld(part: Rule, held: readonly Rule[]): boolean {
  const names = part.resourceNames ?? [''];
  const [what = ''] = part.resources ?? [];
  const slash = what.indexOf('/');
  const [resource, subresource] = slash < 0 ? [what, ''] : [what.slice(0, slash), what.slice(slash + 1)];
  return (part.verbs ?? []).every((verb) =>
    names.every((name) => {
      const path = part.nonResourceURLs?.[0];
      const wanted = { verb, group: part.apiGroups?.[0] ?? '', resource, subresource, namespace: '', name };
      return held.some((rule) => covers(rule, path === undefined ? wanted : { ...wanted, path }));
    }),
  );
}

const listed = (list: readonly string[] | undefined): string =>
  `[${(list ?? []).map((one) => JSON.stringify(one)).join(' ')}]`;

function shown(rule: Rule): string {
  if (rule.nonResourceURLs) return `{NonResourceURLs:${listed(rule.nonResourceURLs)}, Verbs:${listed(rule.verbs)}}`;
  const names = rule.resourceNames ? `ResourceNames:${listed(rule.resourceNames)}, ` : '';
  return `{APIGroups:${listed(rule.apiGroups)}, Resources:${listed(rule.resources)}, ${names}Verbs:${listed(rule.verbs)}}`;
}

/** Throws 403 where a role or binding would give more than its writer has. */
export function checkEscalation(kernel: Kernel, user: User, info: ResourceInfo, object: SimObject): void {
  if (isMaster(user)) return;
  const namespace = object.metadata.namespace ?? '';
  const binding = object.roleRef as { kind: string; name: string } | undefined;
  const verb = binding ? 'bind' : 'escalate';
  const resource = binding ? (binding.kind === 'ClusterRole' ? 'clusterroles' : 'roles') : info.plural;
  const name = binding ? binding.name : object.metadata.name;
  if (decide(kernel, user, { verb, group: RBAC, resource, subresource: '', namespace, name }).allowed) return;
  const rules = binding ? rulesOfRole(kernel, binding, namespace) : ((object.rules as Rule[] | undefined) ?? []);
  const held = grantsOf(kernel, user, namespace).map(({ rule }) => rule);
  const missing = missingOf(rules, held);
  if (missing.length === 0) return;
  const absent = missingRoles(kernel, user, namespace).map(
    ({ name }) => `roles.${RBAC} ${JSON.stringify(name)} not found`,
  );
  const errors = absent.length > 0 ? `; resolution errors: [${together(absent)}]` : '';
  const who = `user ${JSON.stringify(user.name)} (groups=${listed(user.groups)})`;
  throw forbidden(
    info,
    object.metadata.name,
    `${who} is attempting to grant RBAC permissions not currently held:\n${missing.join('\n')}${errors}`,
  );
}
