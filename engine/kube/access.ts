/** What this user may do, asked before it is tried. */
import type { AccessQuestion, KubeClient } from './types.ts';

type Requests = Pick<KubeClient, 'request'>;

/** SelfSubjectAccessReview. */
export async function may(client: Requests, question: AccessQuestion, signal?: AbortSignal): Promise<boolean> {
  const { verb, group, resource, subresource, namespace, name } = question;
  const answer = await client.request<{ status?: { allowed?: boolean } }>(
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    {
      method: 'POST',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: {
          resourceAttributes: {
            verb,
            group,
            resource,
            ...(subresource ? { subresource } : {}),
            ...(namespace ? { namespace } : {}),
            ...(name ? { name } : {}),
          },
        },
      },
      ...(signal ? { signal } : {}),
    },
  );
  return answer?.status?.allowed === true;
}

interface Rule {
  verbs?: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
}

/** From this many questions on, a namespace's rules are asked for as a whole. */
const MANY = 3;

/**
 * Answers in the order of the questions. One SelfSubjectRulesReview answers all of a namespace; where the server says that
 * its list is incomplete (an authorizer that can't enumerate), what the list doesn't allow is asked one by one.
 */
export async function mayAll(
  client: Requests,
  questions: readonly AccessQuestion[],
  signal?: AbortSignal,
): Promise<boolean[]> {
  const namespaces = new Map<string, number>();
  for (const { namespace } of questions) {
    if (namespace) namespaces.set(namespace, (namespaces.get(namespace) ?? 0) + 1);
  }
  const rules = new Map<string, ReturnType<typeof rulesOf>>();
  for (const [namespace, count] of namespaces) {
    if (count >= MANY) rules.set(namespace, rulesOf(client, namespace, signal));
  }
  return Promise.all(
    questions.map(async (question) => {
      const known = await rules.get(question.namespace ?? '');
      if (known?.rules.some((rule) => allows(rule, question))) return true;
      return known && !known.incomplete ? false : may(client, question, signal);
    }),
  );
}

async function rulesOf(
  client: Requests,
  namespace: string,
  signal?: AbortSignal,
): Promise<{ rules: Rule[]; incomplete: boolean }> {
  const answer = await client.request<{ status?: { resourceRules?: Rule[]; incomplete?: boolean } }>(
    '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    {
      method: 'POST',
      body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } },
      ...(signal ? { signal } : {}),
    },
  );
  const status = answer?.status;
  return { rules: status?.resourceRules ?? [], incomplete: status?.incomplete !== false };
}

function allows(rule: Rule, question: AccessQuestion): boolean {
  const has = (list: string[] | undefined, value: string) =>
    list?.some((item) => item === '*' || item === value) ?? false;
  const { resource, subresource } = question;
  const resources = subresource ? [`${resource}/${subresource}`, `*/${subresource}`] : [resource];
  const names = rule.resourceNames ?? [];
  return (
    has(rule.verbs, question.verb) &&
    has(rule.apiGroups, question.group) &&
    resources.some((wanted) => has(rule.resources, wanted)) &&
    (names.length === 0 || (question.name !== undefined && names.includes(question.name)))
  );
}
