/** What the API server says of the rights that a plan needs. */
import { mayAll } from '../kube/access.ts';
import type { AccessQuestion, KubeClient } from '../kube/types.ts';
import type { PermissionCheck } from '../protocol.ts';
import { resourceName } from './plan.ts';

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
