/** Nobody gives rights that they don't have: checked where roles are written and bound. */
import { forbidden } from '../errors.ts';
import type { Kernel } from '../kernel.ts';
import type { ResourceInfo } from '../resources/info.ts';
import type { SimObject, User } from '../types.ts';
import { covers, decide, grantsOf, isMaster, type Rule, rulesOfRole } from './rules.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** One rule for each group and resource, or path. */
function* parts(rule: Rule): Generator<Rule> {
  const { verbs = [], resourceNames } = rule;
  for (const url of rule.nonResourceURLs ?? []) yield { verbs, nonResourceURLs: [url] };
  for (const group of rule.apiGroups ?? [])
    for (const resource of rule.resources ?? [])
      yield { verbs, apiGroups: [group], resources: [resource], ...(resourceNames?.length ? { resourceNames } : {}) };
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
  const missing = rules.flatMap((rule) => [...parts(rule)].filter((part) => !isHeld(part, held)));
  if (missing.length === 0) return;
  const who = `user ${JSON.stringify(user.name)} (groups=${listed(user.groups)})`;
  throw forbidden(
    info,
    object.metadata.name,
    `${who} is attempting to grant RBAC permissions not currently held:\n${missing.map(shown).join('\n')}`,
  );
}
