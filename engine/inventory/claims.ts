/** Who claims what: an object is tied to clusters by keys that its labels, its controller, or its selector give. */
import type { Facts } from './facts.ts';
import type { Pod } from './pod.ts';
import { type Provider, type Selector, selected } from './provider.ts';

type Labels = Readonly<Record<string, string>>;

/** `byName` is a cluster's name, or `Kind/name` of the workload that controls. A space is in no name. */
const key = (provider: Provider, namespace: string, byName: string) => `${provider.name} ${namespace} ${byName}`;

function bySelectors(provider: Provider, selectors: readonly Selector[], namespace: string, labels: Labels): string[] {
  const keys: string[] = [];
  for (const selector of selectors) {
    const name = selected(selector, labels);
    if (name !== '') keys.push(key(provider, namespace, name));
  }
  return keys;
}

/** The keys under which a cluster's object claims. */
export function claimsOf(facts: Facts): string[] {
  const keys = [];
  if (facts.provider.podSelectors.length > 0) keys.push(key(facts.provider, facts.ref.namespace, facts.cluster));
  if (facts.controls !== '') keys.push(key(facts.provider, facts.ref.namespace, facts.controls));
  return keys;
}

/** The keys by which a pod may be claimed, the more telling ones first: an operator's labels before the bare controller. */
export function podKeys(providers: readonly Provider[], pod: Pod): string[] {
  const keys: string[] = [];
  for (const provider of providers)
    keys.push(...bySelectors(provider, provider.podSelectors, pod.namespace, pod.labels));
  if (pod.controller === '') return keys;
  const kind = pod.controller.slice(0, pod.controller.indexOf('/'));
  for (const provider of providers) {
    if (provider.spec.pods.controlled === true && provider.resources.some((each) => each.kind === kind)) {
      keys.push(key(provider, pod.namespace, pod.controller));
    }
  }
  return keys;
}

/** The keys of other providers by which a workload's pods would be claimed. */
export function rivalKeys(providers: readonly Provider[], facts: Facts): string[] {
  if (facts.provider.spec.unclaimed !== true) return [];
  return providers
    .filter((each) => each !== facts.provider)
    .flatMap((each) => bySelectors(each, each.podSelectors, facts.ref.namespace, facts.template));
}

/** A Service belongs to the cluster whose pods it selects, or for which its own labels claim it. */
export function serviceKeys(
  providers: readonly Provider[],
  service: { namespace: string; labels: Labels; selector: Labels },
): string[] {
  return providers.flatMap((each) => [
    ...bySelectors(each, each.podSelectors, service.namespace, service.selector),
    ...bySelectors(each, each.serviceSelectors, service.namespace, service.labels),
  ]);
}

export function volumeKeys(providers: readonly Provider[], claim: { namespace: string; labels: Labels }): string[] {
  return providers.flatMap((each) => bySelectors(each, each.volumeSelectors, claim.namespace, claim.labels));
}

/** One key for each `label=value` pair: workloads and the Services that select their pods meet under them. */
export function pairKeys(namespace: string, labels: Labels): string[] {
  return Object.entries(labels).map(([name, value]) => `${namespace} ${name}=${value}`);
}

/** Whether a Service selects pods of a workload. Its role label is set at run time and so not in the template. */
export function selects(service: { selector: Labels }, facts: Facts): boolean {
  const wanted = Object.entries(service.selector).filter(([name]) => name !== facts.roleLabel);
  return wanted.length > 0 && wanted.every(([name, value]) => facts.template[name] === value);
}
