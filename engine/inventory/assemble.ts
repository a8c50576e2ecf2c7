/** A cluster put together from its parts: members with their roles, the whole model, the rows of the screen. */
import type { ClusterRow, InstanceRow } from '../protocol.ts';
import type { Facts } from './facts.ts';
import { countRoles, judge, type Member, POD_HEALTH, type PodsKnown } from './health.ts';
import type { Cluster, Component, Instance } from './model.ts';
import type { Claim, Service } from './objects.ts';
import { type Pod, restartsOf } from './pod.ts';

/** Everything that belongs to one cluster. `facts` has at least one entry; the first stands for the cluster. */
export interface Parts {
  facts: readonly Facts[];
  pods: Iterable<Pod>;
  services: Iterable<Service>;
  claims: readonly Claim[];
}

/** Names in the order a person counts: redis-2 before redis-10. */
const inOrder = new Intl.Collator('en', { numeric: true }).compare;

function ownFacts(facts: readonly Facts[], pod: Pod): Facts | undefined {
  return facts.length === 1 ? facts[0] : (facts.find((each) => each.controls === pod.controller) ?? facts[0]);
}

function componentOf(facts: Facts, pod: Pod): string {
  const rule = facts.provider.spec.pods.component;
  return (rule?.label ? pod.labels[rule.label] : rule?.const) || facts.components[0]?.name || facts.ref.name;
}

function isNamed(facts: Facts, pod: Pod): boolean {
  if (facts.primary === '') return false;
  return facts.primary === (facts.provider.spec.primary?.as === 'podIP' ? pod.ip : pod.name);
}

/**
 * The pods with component and role, and the uid of the one whose role is from the object alone. Labels say the roles; only where no pod has one, the primary that the object names counts:
 * an operator that takes a label away does so because it doubts it.
 */
export function membersOf(facts: readonly Facts[], pods: Iterable<Pod>): { members: Member[]; named: string } {
  let labelled = false;
  const members: Member[] = [];
  for (const pod of pods) {
    const own = ownFacts(facts, pod);
    if (own === undefined) continue;
    const role = (own.roleLabel === '' ? '' : pod.labels[own.roleLabel]) ?? '';
    if (role !== '') labelled = true;
    members.push({
      pod,
      component: componentOf(own, pod),
      role,
      roleClass: role === '' ? '' : own.provider.roleClass(role),
    });
  }
  const first = facts[0];
  if (labelled || first === undefined || first.primary === '') return { members, named: '' };
  const role = first.provider.spec.primary?.role ?? 'primary';
  const named = members.find(({ pod }) => isNamed(first, pod));
  if (named !== undefined) {
    named.role = role;
    named.roleClass = first.provider.roleClass(role);
  }
  return { members, named: named?.pod.uid ?? '' };
}

/** As a row's `cluster` and `clusterUid`; none for a pod that no cluster claims. */
export interface Place {
  uid: string;
  name: string;
}

export function instanceRow(member: Member, place: Place | undefined): InstanceRow {
  const { pod, component, role } = member;
  return {
    uid: pod.uid,
    namespace: pod.namespace,
    name: pod.name,
    clusterUid: place?.uid ?? '',
    cluster: place?.name ?? '',
    component,
    role,
    health: POD_HEALTH[pod.state],
    ready: pod.readiness,
    status: pod.status,
    restarts: restartsOf(pod),
    node: pod.node,
    ip: pod.ip,
    createdAt: pod.createdAt,
    containers: pod.containers.map((container) => container.name),
  };
}

export function instanceOf({ pod, component, role, roleClass }: Member): Instance {
  const { uid, namespace, name, phase, ip, node, createdAt, deleting, containers, state } = pod;
  return {
    uid,
    namespace,
    name,
    component,
    role,
    roleClass,
    ready: state === 'ready',
    phase,
    ip,
    node,
    createdAt,
    deleting,
    containers,
  };
}

function componentsOf(facts: readonly Facts[], members: readonly Member[]): Component[] {
  const components = new Map<string, { aliases: Set<string>; members: Member[] }>();
  const of = (name: string) => {
    let found = components.get(name);
    if (found === undefined) {
      found = { aliases: new Set(), members: [] };
      components.set(name, found);
    }
    return found;
  };
  for (const each of facts) {
    for (const { name, aliases } of each.components) for (const alias of aliases) of(name).aliases.add(alias);
  }
  const aliasLabels = facts[0]?.provider.spec.pods.component?.aliasLabels ?? [];
  for (const member of members) {
    const component = of(member.component);
    component.members.push(member);
    for (const label of aliasLabels) {
      const alias = member.pod.labels[label];
      if (alias) component.aliases.add(alias);
    }
  }
  return [...components].map(([name, { aliases, members: own }]) => ({
    name,
    aliases: [...aliases].filter((alias) => alias !== name),
    instances: own.toSorted((a, b) => inOrder(a.pod.name, b.pod.name)).map(instanceOf),
  }));
}

function servicesOf(facts: readonly Facts[], services: Iterable<Service>): Cluster['services'] {
  const labels = facts.map((each) => each.roleLabel).filter((label) => label !== '');
  return [...services]
    .toSorted((a, b) => inOrder(a.name, b.name))
    .map(({ name, selector, address }) => {
      const label = labels.find((each) => Object.hasOwn(selector, each));
      return { name, role: label === undefined ? '' : (selector[label] ?? ''), address };
    });
}

function volumesOf(claims: Iterable<Claim>, members: readonly Member[]): Cluster['volumes'] {
  const users = new Map(members.flatMap(({ pod }) => pod.claims.map((name) => [name, pod.name] as const)));
  return [...claims]
    .toSorted((a, b) => inOrder(a.name, b.name))
    .map(({ name, capacity, phase }) => ({ name, instance: users.get(name) ?? '', capacity, phase }));
}

export function clusterOf(parts: Parts, known: PodsKnown): Cluster {
  const { facts } = parts;
  const first = facts[0] as Facts;
  const { members } = membersOf(facts, parts.pods);
  const { health, reasons } = judge(facts, members, parts.claims, known);
  return {
    ref: first.ref,
    name: first.cluster,
    provider: first.provider.name,
    definitions: [...new Set(facts.flatMap((each) => each.definitions))],
    phase: first.phase,
    health,
    reasons,
    version: first.version,
    createdAt: first.createdAt,
    components: componentsOf(facts, members),
    services: servicesOf(facts, parts.services),
    volumes: volumesOf(parts.claims, members),
  };
}

/** `Kind.group`: a kind alone may be two operators'. */
export const kindOf = ({ kind, group }: { kind: string; group: string }): string =>
  group === '' ? kind : `${kind}.${group}`;

export function clusterRow(parts: Parts, members: readonly Member[], known: PodsKnown): ClusterRow {
  const { facts } = parts;
  const first = facts[0] as Facts;
  const { health, now, reasons } = judge(facts, members, parts.claims, known);
  const components = new Set(facts.flatMap((each) => each.components.map(({ name }) => name)));
  for (const { component } of members) components.add(component);
  return {
    uid: first.ref.uid,
    namespace: first.ref.namespace,
    name: first.cluster,
    operator: first.provider.name,
    kind: kindOf(first.ref),
    health,
    phase: first.phase,
    roles: countRoles(members),
    components: [...components],
    version: first.version,
    createdAt: first.createdAt,
    now,
    reasons,
    services: servicesOf(facts, parts.services),
    volumes: volumesOf(parts.claims, members),
  };
}
