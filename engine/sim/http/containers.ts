/** Which container of a pod a request is for, and the node that has it. */
import { badRequest, failure } from '../errors.ts';
import type { NodeHooks } from '../hooks.ts';
import type { Kernel } from '../kernel.ts';
import { current } from '../verbs/common.ts';
import type { Target } from './request.ts';
import type { Call } from './server.ts';

interface Spec {
  containers: { name: string }[];
  initContainers?: { name: string }[];
  ephemeralContainers?: { name: string }[];
}

/** The container that is meant: the asked one, or the only one. */
export function containerOf(kernel: Kernel, call: Call, target: Target): string {
  const pod = kernel.store.object(target.info, current(kernel, target.info, target.namespace, target.name));
  const spec = pod.spec as unknown as Spec;
  const names = (list: { name: string }[] | undefined) => (list ?? []).map(({ name }) => name);
  const asked = call.query.get('container') ?? '';
  const main = names(spec.containers);
  const init = names(spec.initContainers);
  if (asked === '') {
    if (main.length === 1) return main[0]!;
    const others = init.length > 0 ? ` or one of the init containers: [${init.join(' ')}]` : '';
    throw badRequest(
      `a container name must be specified for pod ${target.name}, choose one of: [${main.join(' ')}]${others}`,
    );
  }
  if (![...main, ...init, ...names(spec.ephemeralContainers)].includes(asked))
    throw badRequest(`container ${asked} is not valid for pod ${target.name}`);
  return asked;
}

export function nodeOf(kernel: Kernel): NodeHooks {
  if (!kernel.node) throw failure(503, 'ServiceUnavailable', 'this cluster has no node that runs containers');
  return kernel.node;
}
