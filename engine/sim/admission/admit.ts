/** Holds requests against the ValidatingAdmissionPolicies that are bound to them. */
import { seenWhole } from '../cel/seen.ts';
import { RuleError } from '../cel/values.ts';
import { forbidden } from '../errors.ts';
import { at } from '../json.ts';
import type { Kernel } from '../kernel.ts';
import type { ResourceInfo } from '../resources/info.ts';
import { type Dict, isDict, type SimObject } from '../types.ts';
import { type LabelSelector, matches } from '../workloads/template.ts';
import { type Attempt, requestOf, scopeOf } from './attempt.ts';
import { isMeant } from './match.ts';
import { type CompiledPolicy, compiledPolicy, textOf, type Validation, Variables } from './policy.ts';

const POLICIES = 'validatingadmissionpolicies.admissionregistration.k8s.io';
const BINDINGS = 'validatingadmissionpolicybindings.admissionregistration.k8s.io';
const CODES: Record<string, number> = { Invalid: 422, Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413 };

interface Refusal {
  message: string;
  reason: string;
}

function* all(kernel: Kernel, resource: string, namespace?: string): Generator<SimObject> {
  const info = kernel.registry.get(resource);
  for (const entry of kernel.store.collection(info.storageKey).entriesIn(namespace))
    yield kernel.store.object(info, entry);
}

/** Refuses a request that a policy denies, and says what others warn of. */
export function checkPolicies(kernel: Kernel, attempt: Attempt, warn: (message: string) => void): void {
  let scope: Record<string, unknown> | undefined;
  for (const binding of all(kernel, BINDINGS)) {
    if (!isMeant(kernel, at(binding, 'spec', 'matchResources'), attempt)) continue;
    const policies = kernel.registry.get(POLICIES);
    const entry = kernel.store.entry(policies, '', textOf(at(binding, 'spec', 'policyName')));
    const policy = entry && kernel.store.object(policies, entry);
    if (!policy || !isDict(policy.spec) || !isMeant(kernel, policy.spec.matchConstraints, attempt)) continue;
    const { info, version, kind, name } = attempt;
    scope ??= scopeOf(kernel, attempt, requestOf(attempt, { version, group: info.group, kind }), kind, true);
    const refusals = judge(kernel, policy.spec, binding.spec as Dict, attempt, scope);
    const actions = at(binding, 'spec', 'validationActions');
    const does = (action: string): boolean => Array.isArray(actions) && actions.includes(action);
    const whose = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
    if (does('Warn')) for (const { message } of refusals) warn(`Validation failed for ${whose}: ${message}`);
    const [first] = refusals;
    if (first && does('Deny')) throw denied(info, name, `${whose} denied request: ${first.message}`, first.reason);
  }
}

function denied(info: ResourceInfo, name: string, message: string, reason: string): Error {
  const error = forbidden(info, name, message);
  Object.assign(error.status, { reason: reason || 'Invalid', code: CODES[reason || 'Invalid'] ?? 422 });
  error.status.details = { ...error.status.details, causes: [{ message }] };
  return error;
}

/** What a policy says of a request, by each of its params in turn. */
function judge(kernel: Kernel, spec: Dict, bound: Dict, attempt: Attempt, scope: Record<string, unknown>): Refusal[] {
  const forgiving = spec.failurePolicy === 'Ignore';
  const policy = compiledPolicy(spec);
  const params =
    isDict(spec.paramKind) && isDict(bound.paramRef)
      ? paramsOf(kernel, spec.paramKind, bound.paramRef, attempt)
      : [null];
  if (typeof params === 'string') return forgiving ? [] : [{ message: params, reason: '' }];
  return params.flatMap((one) => judgeBy(policy, { ...scope, params: seenWhole(one) }, forgiving));
}

const failed = (source: string, error: unknown): Refusal => {
  if (!(error instanceof RuleError)) throw error;
  return { message: `expression '${source}' resulted in error: ${error.message}`, reason: '' };
};

function judgeBy(policy: CompiledPolicy, scope: Record<string, unknown>, forgiving: boolean): Refusal[] {
  const kept: Refusal[] = [];
  let unsure: Refusal | undefined;
  for (const { source, expression } of policy.conditions)
    try {
      if (expression.run(scope) !== true) return [];
    } catch (error) {
      unsure ??= failed(source, error);
    }
  if (unsure) return forgiving ? [] : [unsure];
  const full = { ...scope, variables: new Variables(policy.variables, scope) };
  for (const validation of policy.validations)
    try {
      if (validation.expression.run(full) !== true)
        kept.push({ message: messageOf(validation, full), reason: validation.reason });
    } catch (error) {
      const refusal = failed(validation.source, error);
      if (!forgiving) kept.push(refusal);
    }
  return kept;
}

const LONGEST = 5120;

function messageOf({ source, message, messageExpression }: Validation, scope: Record<string, unknown>): string {
  const otherwise = message || `failed expression: ${source}`;
  if (!messageExpression) return otherwise;
  try {
    const made = messageExpression.run(scope);
    const text = typeof made === 'string' ? made.trim() : '';
    return text === '' || text.includes('\n') || text.length > LONGEST ? otherwise : text;
  } catch (error) {
    // The message stays the validation's own, as on a real server.
    if (error instanceof RuleError) return otherwise;
    throw error;
  }
}

const UNCONFIGURED = 'failed to configure binding: ';

/** The objects that a binding has its policy look at: one undefined where it need not be there. */
function paramsOf(kernel: Kernel, kind: Dict, ref: Dict, attempt: Attempt): (SimObject | null)[] | string {
  const [version = '', group = ''] = textOf(kind.apiVersion).split('/').reverse();
  const info = kernel.registry.forKind(group, textOf(kind.kind));
  if (!info?.versions.includes(version))
    return `failed to configure policy: failed to find resource referenced by paramKind: '${group ? `${group}/` : '/'}${version}, Kind=${textOf(kind.kind)}'`;
  const namespace = info.namespaced ? textOf(ref.namespace) || attempt.namespace : undefined;
  if (namespace === '')
    return `${UNCONFIGURED}cannot use namespaced paramRef in policy binding that matches cluster-scoped resources`;
  const found = [...all(kernel, info.storageKey, namespace)].filter(({ metadata }) =>
    ref.name ? metadata.name === ref.name : matches(ref.selector as LabelSelector, metadata.labels ?? {}),
  );
  if (found.length > 0) return found;
  if (ref.parameterNotFoundAction !== 'Deny') return [];
  return `${UNCONFIGURED}no params found for policy binding with \`Deny\` parameterNotFoundAction`;
}
