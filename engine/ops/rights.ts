/** The rights that a run needs, and what the API server says of them. */
import { mayAll } from '../kube/access.ts';
import type { AccessQuestion, KubeClient } from '../kube/types.ts';
import type { PermissionCheck } from '../protocol.ts';
import { execQuestions } from './exec-target.ts';
import type { StepRecord } from './journal.ts';
import type { Prepared } from './prepare.ts';
import type { Kept } from './store.ts';

/** Verbs on one resource of a namespace. */
const ask = (
  namespace: string,
  group: string,
  resource: string,
  verbs: string[],
  subresource?: string,
): AccessQuestion[] =>
  verbs.map((verb) => ({ verb, group, resource, ...(subresource ? { subresource } : {}), namespace }));

/** What keeping a journal asks of the API server. */
export function storeQuestions(kept: Kept, group: string, namespace: string): AccessQuestion[] {
  if (kept === 'configmap') return ask(namespace, '', 'configmaps', ['create', 'get', 'update']);
  if (kept === 'local') return [];
  return [
    ...ask(namespace, group, 'opsrequests', ['create', 'get']),
    ...ask(namespace, group, 'opsrequests', ['update'], 'status'),
  ];
}

/** What the run asks of the API server. */
export function accessQuestions(prepared: Prepared, kept: Kept, group: string): AccessQuestion[] {
  const { namespace } = prepared.cluster.ref;
  const via = (way: StepRecord['via']) => prepared.steps.some((step) => step.via === way);
  return [
    ...(via('exec') ? execQuestions(namespace) : []),
    ...(via('job')
      ? [
          ...ask(namespace, 'batch', 'jobs', ['create', 'get', 'patch', 'delete']),
          ...ask(namespace, '', 'pods', ['list', 'get']),
          ...ask(namespace, '', 'pods', ['get'], 'log'),
        ]
      : []),
    ...storeQuestions(kept, group, namespace),
  ];
}

export const resourceName = ({ group, resource, subresource }: AccessQuestion): string =>
  `${resource}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}`;

/** In the order of the questions; `unknown` where there was no answer to one. */
export async function permissionsOf(
  client: KubeClient,
  questions: readonly AccessQuestion[],
): Promise<PermissionCheck[]> {
  const allowed = await mayAll(client, questions);
  return questions.map((question, i) => ({
    verb: question.verb,
    resource: resourceName(question),
    namespace: question.namespace ?? '',
    allowed: allowed[i] ?? 'unknown',
  }));
}
