/** Which requests a policy or a webhook is about: rules and selectors. */
import { qualified } from '../errors.ts';
import type { Kernel } from '../kernel.ts';
import { type Dict, isDict, type SimObject } from '../types.ts';
import { type LabelSelector, matches } from '../workloads/template.ts';
import { type Attempt, namespaceOf } from './attempt.ts';
import { dictsOf } from './policy.ts';

const words = (value: unknown): string[] => (Array.isArray(value) ? (value as string[]) : []);
const among = (value: unknown, wanted: string): boolean => words(value).some((one) => one === '*' || one === wanted);

function namesResource(patterns: readonly string[], plural: string, subresource: string): boolean {
  return patterns.some((pattern) => {
    const [resource, sub = ''] = pattern.split('/');
    if (resource !== '*' && resource !== plural) return false;
    return sub === subresource || (sub === '*' && pattern.includes('/'));
  });
}

/** What a rule asks of a request that doesn't change from one to the next of its kind. */
export type Class = Pick<Attempt, 'info' | 'subresource' | 'operation'>;

/** Whether a rule is about requests of a class, whatever version they are in. */
export function coversClass(rule: Dict, { info, subresource, operation }: Class): boolean {
  const scope = rule.scope ?? '*';
  return (
    among(rule.operations, operation) &&
    among(rule.apiGroups, info.group) &&
    namesResource(words(rule.resources), info.plural, subresource) &&
    (scope === '*' || scope === (info.namespaced ? 'Namespaced' : 'Cluster'))
  );
}

/** The version in which rules meet a request: its own, else, unless it must be that one, the first equal one that a rule names. */
export function versionMet(rules: readonly Dict[], attempt: Attempt, exact: boolean): string | undefined {
  const named = rules.filter((rule) => {
    const names = words(rule.resourceNames);
    return coversClass(rule, attempt) && (names.length === 0 || names.includes(attempt.name));
  });
  if (named.some((rule) => among(rule.apiVersions, attempt.version))) return attempt.version;
  if (exact) return undefined;
  for (const rule of named) {
    const equal = attempt.info.versions.find((one) => one !== attempt.version && among(rule.apiVersions, one));
    if (equal) return equal;
  }
  return undefined;
}

const selects = (selector: unknown, labels: Record<string, string> | undefined): boolean =>
  !isDict(selector) || matches(selector as LabelSelector, labels ?? {});

const isOpen = (selector: unknown): boolean =>
  !isDict(selector) || (!Object.keys(selector.matchLabels ?? {}).length && !words(selector.matchExpressions).length);

function inNamespace(kernel: Kernel, selector: unknown, attempt: Attempt): boolean {
  if (isOpen(selector)) return true;
  if (qualified(attempt.info) === 'namespaces' && !attempt.subresource)
    return selects(selector, (attempt.object ?? attempt.old)?.metadata.labels);
  if (!attempt.namespace) return true;
  return selects(selector, namespaceOf(kernel, attempt.namespace)?.metadata.labels);
}

const selectsOne = (selector: unknown, objects: readonly (SimObject | undefined)[]): boolean =>
  // What a stream asks for has no labels.
  isOpen(selector) || objects.some((one) => one?.metadata && selects(selector, one.metadata.labels));

/** Whether the selectors of a policy or webhook let a request through. */
export const isSelected = (
  kernel: Kernel,
  { namespaceSelector, objectSelector }: { namespaceSelector?: unknown; objectSelector?: unknown },
  attempt: Attempt,
): boolean =>
  inNamespace(kernel, namespaceSelector, attempt) && selectsOne(objectSelector, [attempt.object, attempt.old]);

/** Whether a request is meant by what a policy or its binding says; no rules at all mean every one. */
export function isMeant(kernel: Kernel, resources: unknown, attempt: Attempt): boolean {
  if (!isDict(resources)) return true;
  const exact = resources.matchPolicy === 'Exact';
  const rules = dictsOf(resources.resourceRules);
  return (
    (rules.length === 0 || versionMet(rules, attempt, exact) !== undefined) &&
    versionMet(dictsOf(resources.excludeResourceRules), attempt, exact) === undefined &&
    isSelected(kernel, resources, attempt)
  );
}
