import { expect, test } from 'vitest';
import { type KubeClient, KubeError } from '../../../../engine/kube/types.ts';
import { execTarget } from '../../../../engine/ops/exec-target.ts';

const SAID = 'pods "p0" is forbidden: User "eve" cannot get resource "pods/exec"';
const PLACE = { namespace: 'data', pod: 'p0', uid: 'u', container: 'main', containerId: 'id' };

interface Review {
  spec: { resourceAttributes: { verb: string; resource: string; subresource: string; namespace: string } };
}

/** Of a server that lets exec with these verbs only, and tells at most so much. */
const client = (allowed: readonly string[], reviews = true): Pick<KubeClient, 'exec' | 'request'> => ({
  exec: () => Promise.reject(new KubeError(SAID, { status: 403, reason: 'Forbidden' })),
  request: async <T>(path: string, { body }: { body?: unknown } = {}): Promise<T> => {
    if (!reviews || !path.endsWith('selfsubjectaccessreviews')) throw new KubeError('no', { status: 403, reason: '' });
    const { verb, resource, subresource, namespace } = (body as Review).spec.resourceAttributes;
    expect({ resource, subresource, namespace }).toEqual({ resource: 'pods', subresource: 'exec', namespace: 'data' });
    return { status: { allowed: allowed.includes(verb) } } as T;
  },
});

test.each([
  ['both are missing: both are named', client([]), 'you may not create and get pods/exec in data'],
  ['one is missing: the server has named it', client(['create']), SAID],
  ['the server does not say what else is missing', client([], false), SAID],
])('a command that may not be run, %s', async (_what, of, why) => {
  const { signal } = new AbortController();
  const answer = await execTarget(of, PLACE).contact('t', { verify: false, successor: false, run: 'run' }, signal);
  expect(answer).toEqual({ kind: 'refused', why });
});
