/** Letting a Job go whose result is in the journal: its finalizer kept it, and its name, until then. */
import { listIn } from '../../kube/answers.ts';
import type { ListOf } from '../../kube/pages.ts';
import { clean } from '../../kube/sanitise.ts';
import { type KubeClient, KubeError } from '../../kube/types.ts';
import { type Clock, sleep } from '../../runtime/clock.ts';
import { isRefused } from '../insist.ts';
import { isOver } from '../journal.ts';
import { type JournalStore, RUN_LABELS, type Stored } from '../store.ts';
import { FINALIZER, RUN_NAME_LABEL } from './manifest.ts';
import type { JobObject } from './state.ts';

type Client = Pick<KubeClient, 'request'>;

const pathOf = (namespace: string, name: string) =>
  `/apis/batch/v1/namespaces/${namespace}/jobs/${encodeURIComponent(name)}`;

/** Milliseconds before another try. */
const TRIES = [150, 250, 400, 600];

export async function releaseJob(
  client: Client,
  clock: Clock,
  namespace: string,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  const path = pathOf(namespace, name);
  const signalled = signal ? { signal } : {};
  for (let tries = 0; ; tries++) {
    const job = await client.request<JobObject>(path, signalled).catch((error: unknown) => {
      if (error instanceof KubeError && error.status === 404) return undefined;
      throw error;
    });
    const finalizers = job?.metadata.finalizers ?? [];
    if (!job || !finalizers.includes(FINALIZER)) return;
    const metadata = {
      resourceVersion: job.metadata.resourceVersion,
      finalizers: finalizers.filter((finalizer) => finalizer !== FINALIZER),
    };
    try {
      const patch = { method: 'PATCH', contentType: 'application/merge-patch+json', body: { metadata } } as const;
      await client.request(path, { ...patch, ...signalled });
      return;
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      if (error.status === 404) return;
      // It may have been done unheard: only the Job itself tells.
      if (lasting(error) || tries >= TRIES.length)
        throw new KubeError(`Job ${clean(name)} keeps its finalizer ${FINALIZER}: ${error.message}`, {
          status: error.status,
          reason: error.reason,
        });
      if (error.status !== 409) await sleep(clock, TRIES[tries] ?? 1000, signal);
    }
  }
}

/** A refusal; that something is not there is an answer. */
export const lasting = (error: KubeError): boolean => isRefused(error) && error.status !== 404;

/**
 * Lets go what an engine has left that ended between a run's last word and this: Jobs of runs that are over, and of runs whose
 * object is gone; `most` Jobs at most. Resolves with their names; rejects with the first KubeError.
 */
export async function releaseLeft(
  client: Client,
  clock: Clock,
  stores: readonly JournalStore[],
  namespace: string | null,
  signal?: AbortSignal,
  most = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const scope = namespace === null ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const path = `/apis/batch/v1${scope}/jobs`;
  const query = { labelSelector: `${RUN_LABELS.managedBy}=opsdeck,${RUN_NAME_LABEL}` };
  const jobs = await client.request<ListOf<JobObject>>(path, { query, ...(signal ? { signal } : {}) });
  const items = listIn(jobs, path).items ?? [];
  const released: string[] = [];
  const held = items.filter(({ metadata }) => metadata.finalizers?.includes(FINALIZER));
  for (const { metadata } of held.slice(0, most)) {
    const { namespace: of = '', name } = metadata;
    if (!(await isLeft(stores, metadata, signal))) continue;
    await releaseJob(client, clock, of, name, signal);
    released.push(`${of}/${name}`);
  }
  return released;
}

async function isLeft(
  stores: readonly JournalStore[],
  { namespace = '', labels = {}, ownerReferences = [] }: JobObject['metadata'],
  signal?: AbortSignal,
): Promise<boolean> {
  const name = labels[RUN_NAME_LABEL] ?? '';
  const [owner] = ownerReferences;
  for (const store of stores) {
    // A run that is kept on a machine is known there only, and owns nothing here.
    if (owner ? !owns(store, owner) : store.kept !== 'local') continue;
    const run: Stored | undefined = await store.read(
      { group: store.group, namespace, name: owner?.name ?? name },
      signal,
    );
    if (run === undefined || (owner && run.uid !== owner.uid)) return owner !== undefined;
    return !run.unsealed && run.journal !== undefined && isOver(run.journal);
  }
  return false;
}

const owns = ({ kept, group }: JournalStore, { kind, apiVersion }: { kind: string; apiVersion: string }): boolean =>
  kind === 'OpsRequest' ? kept === 'opsrequest' && apiVersion.startsWith(`${group}/`) : kept === 'configmap';
