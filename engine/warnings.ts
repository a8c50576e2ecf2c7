/** The warnings about one row as a topic of the ui: read once it has been looked at for a moment, and again while it is. */
import type { Inventory } from './inventory/inventory.ts';
import { namesOfCluster, namesOfInstance, readWarnings } from './inventory/warnings.ts';
import type { KubeClient } from './kube/types.ts';
import type { FromEngine, Topic } from './protocol.ts';
import type { Clock } from './runtime/clock.ts';

/** A cursor that only passes by asks for nothing. */
const REST_MS = 300;
const AGAIN_MS = 10_000;

/** Returns the way to stop. */
export function followWarnings(
  client: Pick<KubeClient, 'request'>,
  { estate }: Pick<Inventory, 'estate'>,
  clock: Clock,
  topic: Topic,
  send: (message: FromEngine) => void,
): () => void {
  const [kind = '', uid = ''] = topic.slice('warnings:'.length).split('/');
  const stopping = new AbortController();
  const { signal } = stopping;
  let told = '';

  /** Looked up each time: members come and go. */
  function subject(): { namespace: string; names: Set<string> } | undefined {
    if (kind === 'cluster') {
      const cluster = estate.cluster(uid);
      return cluster && { namespace: cluster.ref.namespace, names: namesOfCluster(cluster) };
    }
    const found = estate.instance(uid);
    const cluster = found && found.clusterUid !== '' ? estate.cluster(found.clusterUid) : undefined;
    return found && { namespace: found.instance.namespace, names: namesOfInstance(found.instance, cluster) };
  }

  async function read(): Promise<void> {
    const about = subject();
    const warnings = about
      ? await readWarnings(client, about.namespace, about.names, signal).catch((error: unknown) => ({
          rows: [],
          error: `not known: ${error instanceof Error ? error.message : String(error)}`,
        }))
      : { rows: [], error: '' };
    if (signal.aborted) return;
    const text = JSON.stringify(warnings);
    if (text !== told) send({ t: 'warnings', topic, ...warnings });
    told = text;
    cancel = clock.after(AGAIN_MS, () => void read());
  }

  let cancel = clock.after(REST_MS, () => void read());
  return () => {
    cancel();
    stopping.abort();
  };
}
