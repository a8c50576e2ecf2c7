/** What others write to a run while this engine executes it: a cancel above all. For engines that watch no whole scope. */
import type { KubeObject } from '../api/types.ts';
import { VERSION } from '../api/types.ts';
import { jsonLines } from '../kube/json-lines.ts';
import type { KubeClient } from '../kube/types.ts';
import { type Clock, sleep } from '../runtime/clock.ts';
import type { RunHandle } from './handle.ts';

/** A run that is over sooner than this is not worth a request, milliseconds. */
const FIRST = 2000;
const AGAIN = 5000;

/** Until `signal`; a link that breaks is made again, and a store without a watch is read now and then. */
export async function notice(
  client: Pick<KubeClient, 'stream'>,
  clock: Clock,
  handle: RunHandle,
  signal: AbortSignal,
): Promise<void> {
  await sleep(clock, FIRST, signal);
  while (!signal.aborted) {
    const { stored } = handle;
    try {
      if (!stored || stored.kept === 'local') await handle.refresh(signal);
      else await watch(client, handle, signal);
    } catch {
      // The beat finds out in any case; this is only sooner.
    }
    await sleep(clock, stored?.kept === 'local' ? FIRST : AGAIN, signal);
  }
}

async function watch(client: Pick<KubeClient, 'stream'>, handle: RunHandle, signal: AbortSignal): Promise<void> {
  const { group, namespace, name } = handle.ref;
  const path = group
    ? `/apis/${group}/${VERSION}/namespaces/${namespace}/opsrequests`
    : `/api/v1/namespaces/${namespace}/configmaps`;
  const query = { watch: true, fieldSelector: `metadata.name=${name}`, timeoutSeconds: 600 };
  const body = await client.stream(path, { query, signal });
  for await (const { type, object } of jsonLines<{ type: string; object: KubeObject }>(body)) {
    if (type !== 'ADDED' && type !== 'MODIFIED') continue;
    const stored = handle.store.of(object);
    if (stored) handle.saw(stored);
  }
}
