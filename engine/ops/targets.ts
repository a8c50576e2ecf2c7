/** Which pods a step runs on, and in which container: by component and role, one or all in turn. */

import { fail, ok, type Result, suggestion } from '../expr/index.ts';
import type { Cluster, Component, ContainerState, Instance } from '../inventory/model.ts';
import { roleClass } from '../inventory/provider.ts';
import type { StepDefinition } from './definition.ts';

export interface PickedTarget {
  instance: Instance;
  /** Where to exec; undefined where a Job runs the step. */
  container: ContainerState | undefined;
}

export interface Picked {
  targets: PickedTarget[];
  warnings: string[];
}

/** A role by the operator's own word, else by what it means: `master` finds a `primary` where no pod is called `master`. */
function withRoles(instances: Instance[], roles: readonly string[]): Instance[] {
  if (roles.length === 0) return instances;
  const called = (word: string) => instances.filter(({ role }) => role.toLowerCase() === word.toLowerCase());
  const meant = (word: string) => instances.filter((instance) => instance.roleClass === roleClass(word));
  const found = new Set(roles.flatMap((word) => (called(word).length > 0 ? called(word) : meant(word))));
  return instances.filter((instance) => found.has(instance));
}

const list = (words: Iterable<string>): string => {
  const unique = [...new Set(words)].filter((word) => word !== '').sort();
  return unique.length > 0 ? unique.join(', ') : 'none';
};

/** `*` asks for no component in particular: shipped operations don't know how a plain workload is called. */
const answersTo = (component: Component, type: string): boolean =>
  type === '*' || component.name === type || component.aliases.includes(type);

/** Pods that are going away are left out; the first choice of one is a ready pod, in the order of names so that every engine picks the same. */
const order = (instances: Instance[]): Instance[] =>
  [...instances].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));

/**
 * The pods of a step in the order they are worked on; each pod once. Errors name what there is instead. `pods` were picked
 * before: they have to be of the cluster, and it is told where the step would pick others now.
 */
export function pickTargets(cluster: Cluster, step: StepDefinition, pods?: readonly string[]): Result<Picked> {
  if (!pods) return pick(cluster, step);
  const all = cluster.components.flatMap((component) => component.instances);
  const chosen: Instance[] = [];
  for (const name of pods) {
    const instance = all.find((each) => each.name === name);
    if (!instance) return fail(`cluster ${cluster.name} has no pod "${name}"`);
    chosen.push(instance);
  }
  const today = pick(cluster, step);
  const names = today.ok ? today.value.targets.map(({ instance }) => instance.name) : [];
  const differs = today.ok && JSON.stringify(names) !== JSON.stringify(pods);
  const warnings = differs ? [`${step.name} would run on ${list(names)} if it began now, not on ${list(pods)}.`] : [];
  return targetsOf(chosen, step, warnings);
}

function pick(cluster: Cluster, step: StepDefinition): Result<Picked> {
  const warnings: string[] = [];
  const chosen = new Map<string, Instance>();
  const all = cluster.components.flatMap((component) => component.instances);
  if (all.length === 0) return fail(`cluster ${cluster.name} has no pods`);
  const alive = (instances: Instance[]) => {
    const going = instances.filter((instance) => instance.deleting);
    for (const { name } of going) warnings.push(`${name} is being deleted and is left out.`);
    return order(instances.filter((instance) => !instance.deleting));
  };
  if (step.components.length === 0) for (const instance of alive(all)) chosen.set(instance.uid, instance);
  for (const { type, roleGroups = [], pickOne = false } of step.components) {
    const components = cluster.components.filter((component) => answersTo(component, type));
    if (components.length === 0) {
      const names = cluster.components.map((component) => component.name);
      return fail(`cluster ${cluster.name} has no component "${type}"${suggestion(type, names)}`);
    }
    const members = components.flatMap((component) => component.instances);
    const candidates = alive(withRoles(members, roleGroups));
    const first = candidates.find((instance) => instance.ready) ?? candidates[0];
    if (!first) {
      return fail(
        roleGroups.length === 0
          ? `component "${type}" of cluster ${cluster.name} has no pods`
          : `no pod of ${type === '*' ? `cluster ${cluster.name}` : `component "${type}"`} has the role ${roleGroups.join(' or ')}; the roles there: ${list(members.map((m) => m.role))}`,
      );
    }
    for (const instance of pickOne ? [first] : candidates) chosen.set(instance.uid, instance);
  }
  if (chosen.size === 0) return fail(`every pod of cluster ${cluster.name} is being deleted`);
  return targetsOf([...chosen.values()], step, warnings);
}

function targetsOf(instances: readonly Instance[], step: StepDefinition, warnings: string[]): Result<Picked> {
  const targets: PickedTarget[] = [];
  for (const instance of instances) {
    if (!instance.ready) warnings.push(`${instance.name} is not ready (${instance.phase}).`);
    const container = step.container.image ? ok(undefined) : containerOf(instance, step.container.name);
    if (!container.ok) return container;
    targets.push({ instance, container: container.value });
  }
  return ok({ targets, warnings });
}

function containerOf(instance: Instance, name: string | undefined): Result<ContainerState> {
  const names = instance.containers.map((container) => container.name);
  const container = name ? instance.containers.find((c) => c.name === name) : instance.containers[0];
  if (!container) {
    return fail(`pod ${instance.name} has no container "${name ?? ''}"${suggestion(name ?? '', names)}`);
  }
  if (container.id === '') {
    return fail(
      `container ${container.name} of pod ${instance.name} is not running (${container.state || instance.phase})`,
    );
  }
  return ok(container);
}
