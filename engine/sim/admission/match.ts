/** Which requests an admission policy is about: the rules, exceptions and selectors of a MatchResources. */
import { qualified } from '../errors.ts';
import type { Kernel } from '../kernel.ts';
import type { ResourceInfo } from '../resources/info.ts';
import { type Dict, isDict, type SimObject } from '../types.ts';
import { type LabelSelector, matches } from '../workloads/template.ts';
import { dictsOf } from './policy.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

/** A write that is about to be made. */
export interface Attempt {
  info: ResourceInfo;
  version: string;
  subresource: string;
  operation: Operation;
  namespace: string;
  name: string;
  object: SimObject | undefined;
  old: SimObject | undefined;
}

const words = (value: unknown): string[] => (Array.isArray(value) ? (value as string[]) : []);
const among = (value: unknown, wanted: string): boolean => words(value).some((one) => one === '*' || one === wanted);

function namesResource(patterns: readonly string[], { info, subresource }: Attempt): boolean {
  return patterns.some((pattern) => {
    const [resource, sub = ''] = pattern.split('/');
    if (resource !== '*' && resource !== info.plural) return false;
    return sub === subresource || (sub === '*' && pattern.includes('/'));
  });
}

function inRule(rule: Dict, attempt: Attempt): boolean {
  const { info, version, operation, name } = attempt;
  const scope = rule.scope ?? '*';
  const names = words(rule.resourceNames);
  return (
    among(rule.operations, operation) &&
    among(rule.apiGroups, info.group) &&
    // Matched in the version that is asked for, or an equal one.
    (among(rule.apiVersions, version) || info.versions.some((one) => among(rule.apiVersions, one))) &&
    namesResource(words(rule.resources), attempt) &&
    (scope === '*' || scope === (info.namespaced ? 'Namespaced' : 'Cluster')) &&
    (names.length === 0 || names.includes(name))
  );
}

const selects = (selector: unknown, labels: Record<string, string> | undefined): boolean =>
  !isDict(selector) || matches(selector as LabelSelector, labels ?? {});

export function namespaceOf(kernel: Kernel, name: string): SimObject | undefined {
  const info = kernel.registry.get('namespaces');
  const entry = name ? kernel.store.entry(info, '', name) : undefined;
  return entry && kernel.store.object(info, entry);
}

function inNamespace(kernel: Kernel, selector: unknown, attempt: Attempt): boolean {
  if (qualified(attempt.info) === 'namespaces')
    return selects(selector, (attempt.object ?? attempt.old)?.metadata.labels);
  if (!attempt.info.namespaced) return true;
  return selects(selector, namespaceOf(kernel, attempt.namespace)?.metadata.labels);
}

/** Whether a request is meant; no rules at all mean every one. */
export function isMeant(kernel: Kernel, resources: unknown, attempt: Attempt): boolean {
  if (!isDict(resources)) return true;
  const rules = dictsOf(resources.resourceRules);
  return (
    (rules.length === 0 || rules.some((rule) => inRule(rule, attempt))) &&
    !dictsOf(resources.excludeResourceRules).some((rule) => inRule(rule, attempt)) &&
    inNamespace(kernel, resources.namespaceSelector, attempt) &&
    [attempt.object, attempt.old].some((one) => one && selects(resources.objectSelector, one.metadata.labels))
  );
}
